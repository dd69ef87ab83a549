#!/usr/bin/env bash
# Run `assessor gate` and hand its answer to the workflow: log, annotations, job summary, outputs and exit code.
#
# In:  ASSESSOR_PYTHON  interpreter of the environment that install.sh made
#      GATE_*           the inputs of the action; an empty one is not given
#      RUNNER_TEMP, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY
# Out: outputs `result` (passed, failed, undecided, error), `level`, `json` and `markdown` (paths of files)
#
# The exit code is the gate's; with GATE_ENFORCE=false a gate that did not pass ends with 0 all the same.
set -euo pipefail

reports=$RUNNER_TEMP/mlops-assessor-reports
mkdir -p "$reports"
rm -f "$reports"/*

arguments=(--quiet --no-color)

# option NAME VALUE: one option, unless the value is empty
option() {
  if [ -n "$2" ]; then arguments+=("$1=$2"); fi
}

# options NAME LINES: one option for each line that is not empty
options() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line#"${line%%[![:space:]]*}"}
    option "$1" "${line%"${line##*[![:space:]]}"}"
  done <<<"$2"
}

# flag NAME VALUE: an option without a value, where the input is `true`
flag() {
  if [ "$2" = true ]; then arguments+=("$1"); fi
}

# report FORMAT FILE: one more report, unless the file name is empty
report() {
  if [ -n "$2" ]; then arguments+=("--format=$1" "--output=$2"); fi
}

option --ref "${GATE_REF:-}"
option --rubric "${GATE_RUBRIC:-}"
option --min-level "${GATE_MIN_LEVEL:-}"
options --min "${GATE_MIN:-}"
options --require "${GATE_REQUIRE:-}"
option --min-score "${GATE_MIN_SCORE:-}"
option --min-index "${GATE_MIN_INDEX:-}"
flag --allow-no-ml "${GATE_ALLOW_NO_ML:-}"
option --max-unknown "${GATE_MAX_UNKNOWN:-}"
option --max-waivers "${GATE_MAX_WAIVERS:-}"
flag --strict "${GATE_STRICT:-}"
option --policy "${GATE_POLICY:-}"
option --config "${GATE_CONFIG:-}"
options --include "${GATE_INCLUDE:-}"
options --exclude "${GATE_EXCLUDE:-}"
flag --units "${GATE_UNITS:-}"
option --unit "${GATE_UNIT:-}"
options --with "${GATE_WITH:-}"
option --baseline "${GATE_BASELINE:-}"
option --since "${GATE_SINCE:-}"
option --allow-lower "${GATE_ALLOW_LOWER:-}"
if [ "${GATE_CACHE:-}" = true ]; then
  export MLOPS_ASSESSOR_CACHE=$RUNNER_TEMP/mlops-assessor-cache
else
  arguments+=(--no-cache)
fi

report json "$reports/gate.json"
report md "$reports/gate.md"
report github "$reports/annotations.txt"
report sarif "${GATE_SARIF:-}"
report junit "${GATE_JUNIT:-}"

code=0
"$ASSESSOR_PYTHON" -I -m assessor gate "${arguments[@]}" -- "${GATE_PATH:-.}" 2>"$reports/verdicts.txt" || code=$?

# What is told of the repository must not be able to give the runner commands.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$token"
cat "$reports/verdicts.txt"
printf '\n::%s::\n' "$token"

if [ ! -s "$reports/gate.json" ]; then
  printf 'result=error\n' >>"$GITHUB_OUTPUT"
  printf '::error title=mlops-assessor::The gate could not run (exit code %s); the log says why.\n' "$code"
  [ "$code" != 0 ] || code=3
  exit "$code"
fi

if [ "${GATE_ANNOTATIONS:-true}" = true ]; then cat "$reports/annotations.txt"; fi
if [ "${GATE_SUMMARY:-true}" = true ]; then cat "$reports/gate.md" >>"$GITHUB_STEP_SUMMARY"; fi

"$ASSESSOR_PYTHON" -I - "$reports/gate.json" >>"$GITHUB_OUTPUT" <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    gate = json.load(file)
print(f"result={gate['result']}")
print(f"level={gate['level']:d}")
print(f"quiet={str(gate['quiet']).lower()}")
PYTHON
printf 'json=%s\nmarkdown=%s\n' "$reports/gate.json" "$reports/gate.md" >>"$GITHUB_OUTPUT"

if [ "${GATE_ENFORCE:-true}" = false ] && { [ "$code" = 1 ] || [ "$code" = 4 ]; }; then
  printf 'The gate did not pass (exit code %s); it is told, not enforced.\n' "$code"
  code=0
fi
exit "$code"
