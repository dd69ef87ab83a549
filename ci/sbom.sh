#!/usr/bin/env bash
# Write ci/sbom.cdx.json anew (CycloneDX): what the action and the image install by ci/requirements.txt, with versions,
# licences and who needs whom. The same bytes for the same lock. Needs a package index.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp --directory)
trap 'rm --recursive --force "$folder"' EXIT

python3 -m venv "$folder/tool"
"$folder/tool/bin/pip" install --quiet --disable-pip-version-check 'cyclonedx-bom>=7.5,<8'
python3 -m venv --without-pip "$folder/installed"
pip() { "$folder/tool/bin/pip" --python "$folder/installed/bin/python" --quiet --disable-pip-version-check "$@"; }
pip install --require-hashes --requirement ci/requirements.txt
"$folder/tool/bin/cyclonedx-py" environment --pyproject pyproject.toml --mc-type application --output-reproducible \
  --output-format JSON --output-file ci/sbom.cdx.json "$folder/installed/bin/python"
