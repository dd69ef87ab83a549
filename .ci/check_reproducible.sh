#!/usr/bin/env bash
# The wheel and the sdist are made of the commit and nothing else: built twice, in two places, at two times, with two
# umasks and locales, they are the same bytes. Prints their digests.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp --directory)
trap 'rm --recursive --force "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'hatchling>=1.25'

build() { # NAME UMASK LOCALE DATE
  mkdir --parents "$folder/$1/deeper"
  (
    umask "$2"
    git archive HEAD | tar --extract --touch --directory "$folder/$1/deeper"
    cd "$folder/$1/deeper"
    find . -exec touch --no-dereference --date "$4" {} +
    env --unset SOURCE_DATE_EPOCH LC_ALL="$3" TZ=UTC "$folder/venv/bin/python" -m hatchling build --directory "$folder/$1/dist" >/dev/null
  )
}
build one 022 C.UTF-8 2001-02-03
build "another place" 077 C 2024-05-06

cd "$folder/one/dist"
sha256sum -- * | tee "$folder/digests"
cd "$folder/another place/dist"
sha256sum --check --quiet --strict "$folder/digests"
echo "wheel and sdist are the same bytes, built twice"
