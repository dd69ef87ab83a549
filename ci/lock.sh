#!/usr/bin/env bash
# Write ci/requirements.txt anew: every dependency of the assessor with its version and digests, for all platforms and
# Python versions. Needs uv; --upgrade takes newer releases.
set -euo pipefail
cd "$(dirname "$0")/.."

uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command 'bash ci/lock.sh' --output-file ci/requirements.txt "$@" pyproject.toml
