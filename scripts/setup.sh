#!/usr/bin/env bash
# Installs what Matinee needs and this machine lacks. Says nothing when nothing is missing, so that
# every target of the Makefile can call it first.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

"$here/apt-packages.sh"
"$here/rust-toolchain.sh"
"$here/nats-server.sh"
"$here/word-lists.sh"
