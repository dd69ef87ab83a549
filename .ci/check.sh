#!/usr/bin/env bash
# Everything that must hold before a change goes in: format, lint, types, layers, the wheel in an empty environment, the same wheel twice,
# and the tests, which stand last so that their closing line ends the output.
# Uses the active virtual environment, or makes one in .venv. Needs Python 3.11 or later, git and a package index.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$1"; }

if [ -z "${VIRTUAL_ENV:-}" ]; then
  [ -x .venv/bin/python ] || python3 -m venv .venv
  # shellcheck disable=SC1091
  source .venv/bin/activate
fi

step "install"
python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .ci/requirements.txt
python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
bash .ci/system_packages.sh

step "format, lint, types, layers"
ruff format --check .
ruff check .
mypy
lint-imports

step "wheel in an empty environment"
bash .ci/check_wheel.sh

step "the same wheel and sdist, built twice"
bash .ci/check_reproducible.sh

step "tests"
python -m pytest -n auto
