#!/usr/bin/env bash
# Write the locks anew, each with versions and digests for all platforms and Python versions: ci/requirements.txt has every
# dependency of the assessor (the action and the image install from it), .ci/requirements.txt also what its own CI needs.
# Needs uv; --upgrade takes newer releases.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() { # FILE OPTIONS
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --custom-compile-command 'bash ci/lock.sh' --output-file "$@" pyproject.toml
}

lock ci/requirements.txt "$@"
lock .ci/requirements.txt --extra dev --constraint ci/requirements.txt "$@"
