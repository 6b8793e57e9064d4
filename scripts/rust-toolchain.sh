#!/usr/bin/env bash
# The compiler that rust-toolchain.toml names, through rustup.
set -euo pipefail
# shellcheck source=scripts/say.sh
source "$(dirname "${BASH_SOURCE[0]}")/say.sh"

cd "$(dirname "${BASH_SOURCE[0]}")/.."
wanted=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
PATH="$HOME/.cargo/bin:$PATH"

# Asked inside this folder, rustup's cargo answers with the pinned version or fetches it.
have_version() { [[ $(cargo --version 2>/dev/null) == "cargo $wanted "* ]]; }
have_parts() { cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1; }

have_version && have_parts && exit 0

packaged() { apt-cache policy rustup 2>/dev/null | grep -q 'Candidate: [0-9]'; }

if ! command -v rustup >/dev/null && command -v apt-get >/dev/null; then
    packaged || as_root apt-get update -qq
    if packaged; then
        say "installing rustup"
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq -y --no-install-recommends rustup >/dev/null
    fi
fi
command -v rustup >/dev/null || die "Rust $wanted is missing, and this release of the system has no
       package for it. Please run the official installer, then this again:

    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
"
say "installing Rust $wanted"
rustup toolchain install "$wanted" --profile minimal --component clippy --component rustfmt
have_version || die "cargo is \`$(cargo --version 2>&1 || true)\`, wanted is $wanted: is another
       cargo before $HOME/.cargo/bin in PATH?"
