#!/usr/bin/env bash
# What travels must be enough: install as the GitHub action does and judge a sample, then put the built wheel in the
# place of the checkout and audit the sample with it.
set -euo pipefail
cd "$(dirname "$0")/.."

workspace=$(mktemp -d)
trap 'rm -rf "$workspace"' EXIT
source=$PWD
sample=$source/sample_repos/stage3_cicd
environment=$workspace/mlops-assessor-environment

python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$workspace/wheel" .

mkdir "$workspace/hostile"
cd "$workspace/hostile" # away from the source; a module here must not be imported
for name in venv pip assessor; do
  echo 'raise SystemExit("imported from the audited repository")' >"$name.py"
done
export RUNNER_TEMP=$workspace GITHUB_OUTPUT=$workspace/output ASSESSOR_SOURCE=$source
bash "$source/ci/github/install.sh"
grep --quiet "^python=$environment/bin/python$" "$GITHUB_OUTPUT"
"$environment/bin/python" -I -m assessor gate --no-cache --min-level 3 "$sample"

cd "$workspace"
rm "$environment"/lib/python*/site-packages/mlops_assessor.pth
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$workspace"/wheel/*.whl
"$environment/bin/python" -m pip check
"$environment/bin/assessor" audit "$sample" --no-cache --format json --output report.json
"$environment/bin/assessor" init "$sample" --ci github | grep --quiet 'name: MLOps maturity'
"$environment/bin/python" - report.json <<'PYTHON'
import json
import sys

from assessor.catalog.practices import load_practices

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
levels = {name: card["level"] for name, card in report["scorecards"].items()}
known = {practice.id for practice in load_practices()}
assert set(report["practices"]) == known, f"{len(report['practices'])} of {len(known)} practices"
print("levels from the wheel:", levels)
PYTHON
