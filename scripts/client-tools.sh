#!/usr/bin/env bash
# Installs what the clients in tests/clients need besides Python: Node with the packages of the lockfile,
# and Chromium. Without the browser the tests leave it out and say so.
set -euo pipefail
# shellcheck source=scripts/say.sh
source "$(dirname "${BASH_SOURCE[0]}")/say.sh"

clients=$(cd "$(dirname "${BASH_SOURCE[0]}")/../tests/clients" && pwd)

missing=()
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v chromium >/dev/null || missing+=(chromium)
if [[ ${#missing[@]} -gt 0 ]] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]} for the tests"
    as_root apt-get update -qq
    for package in "${missing[@]}"; do
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq -y --no-install-recommends "$package" >/dev/null ||
            say "$package cannot be installed"
    done
fi

cmp --silent "$clients/package-lock.json" "$clients/node_modules/installed.json" && exit 0
say "fetching the JavaScript clients of the tests"
npm ci --prefix "$clients" --silent --no-audit --no-fund
# Written last: an interrupted run begins anew.
cp "$clients/package-lock.json" "$clients/node_modules/installed.json"
