#!/usr/bin/env bash
# Puts the Python programs that the tests run into .matinee/python, a virtual environment of its own.
set -euo pipefail
# shellcheck source=scripts/say.sh
source "$(dirname "${BASH_SOURCE[0]}")/say.sh"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wanted=$here/python-tools.requirements.txt
python=$here/../.matinee/python

cmp --silent "$wanted" "$python/installed.txt" && exit 0

say "fetching the Python programs of the tests"
# Debian splits `ensurepip` off into a package that nothing else asks for.
/usr/bin/python3 -c 'import ensurepip' 2>/dev/null || {
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends python3-venv >/dev/null
}
rm -rf "$python"
/usr/bin/python3 -m venv "$python"
"$python/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
# Written last: an interrupted run begins anew.
cp "$wanted" "$python/installed.txt"
