#!/usr/bin/env bash
# Install the assessor and its locked dependencies in an environment of their own, for the steps that follow.
#
# In:  ASSESSOR_SOURCE  folder of this action, whose code is run as it is
#      RUNNER_TEMP      where the environment is made
#      GITHUB_OUTPUT    receives `python`, the environment's interpreter
#
# The working directory is the audited repository. `-I` keeps Python from importing anything that lies in it.
set -euo pipefail

environment=$RUNNER_TEMP/mlops-assessor-environment
interpreter=$(command -v python3 || command -v python)
"$interpreter" -I -m venv "$environment"
python=$environment/bin/python
[ -x "$python" ] || python=$environment/Scripts/python.exe

"$python" -I -m pip install --quiet --disable-pip-version-check --no-input \
  --require-hashes --only-binary :all: --requirement "$ASSESSOR_SOURCE/ci/requirements.txt"
"$python" -I - <<'PYTHON'
import os
import sysconfig
from pathlib import Path

Path(sysconfig.get_path("purelib"), "mlops_assessor.pth").write_text(os.environ["ASSESSOR_SOURCE"] + "\n", "utf-8")
PYTHON
"$python" -I -m assessor --version

printf 'python=%s\n' "$python" >>"$GITHUB_OUTPUT"
