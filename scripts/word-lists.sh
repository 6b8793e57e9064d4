#!/usr/bin/env bash
# Puts the word lists of the content filter into .matinee/word-lists: the npm package `naughty-words`,
# checked by its hash, unpacked. They are CC BY 4.0: "List of Dirty, Naughty, Obscene, and Otherwise
# Bad Words, (c) 2012-2020 Shutterstock, Inc."
#
# Without npm there are none: the filter then says which it misses, and works with what it has.
set -euo pipefail
# shellcheck source=scripts/say.sh
source "$(dirname "${BASH_SOURCE[0]}")/say.sh"

version=1.2.0
# Of the archive: the `integrity` of the registry, in hexadecimal digits.
hash=d2269d5fa7cdfb736c7ef211b569a6a445fd56ca0843a9fd170c88c667b0f70e72cc536a320b3f2b2d1e002ff3e715d2
hash+=1edaa55680728a8bdd44e8a4c07f525d
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lists=$here/../.matinee/word-lists

[[ $(cat "$lists/version" 2>/dev/null) == "$version" ]] && exit 0
command -v npm >/dev/null || exit 0

say "fetching naughty-words $version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! (cd "$work" && npm pack --silent "naughty-words@$version" >/dev/null); then
    say "not fetched: the content filter does without these lists"
    exit 0
fi
found=$(sha512sum "$work"/naughty-words-*.tgz | cut -d" " -f1)
[[ $found == "$hash" ]] || die "naughty-words $version is not what it was: $found"
tar -xzf "$work"/naughty-words-*.tgz -C "$work"

mkdir -p "$lists"
rm -f "$lists"/*.json
find "$work/package" -maxdepth 1 -name '*.json' ! -name '*package*' ! -name bower.json -exec cp {} "$lists" \;
cp "$work"/package/LICENSE* "$lists" 2>/dev/null || true
# Written last: an interrupted run begins anew.
printf '%s\n' "$version" >"$lists/version"
