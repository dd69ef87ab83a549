#!/usr/bin/env bash
# Build the wheel, install it in an empty environment and audit a sample there: what travels inside must be enough.
set -euo pipefail
cd "$(dirname "$0")/.."

workspace=$(mktemp -d)
trap 'rm -rf "$workspace"' EXIT
sample=$PWD/sample_repos/stage3_cicd

python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$workspace/wheel" .
python -m venv "$workspace/empty"
"$workspace/empty/bin/python" -m pip install --quiet --disable-pip-version-check "$workspace"/wheel/*.whl

cd "$workspace" # away from the source, so that only the wheel can be imported
empty/bin/assessor --version
empty/bin/assessor audit "$sample" --format json --output report.json
empty/bin/python - report.json <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
levels = {name: card["level"] for name, card in report["scorecards"].items()}
assert len(report["practices"]) == 59, f"{len(report['practices'])} practices"
print("levels from the wheel:", levels)
PYTHON
