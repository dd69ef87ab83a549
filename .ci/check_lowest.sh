#!/usr/bin/env bash
# The lower bounds of pyproject.toml are true: with them, ratings, commands and documents are as they must be.
# uv resolves to the lowest versions of what is named, the newest of what these need.
set -euo pipefail

cd "$(dirname "$0")/.."
folder=$(mktemp --directory)
trap 'rm --recursive --force "$folder"' EXIT

python -m venv "$folder/uv"
"$folder/uv/bin/pip" install --quiet 'uv>=0.5'
"$folder/uv/bin/uv" venv --quiet "$folder/lowest"
python=$folder/lowest/bin/python
"$folder/uv/bin/uv" pip install --quiet --python "$python" --resolution lowest-direct .
"$folder/uv/bin/uv" pip install --quiet --python "$python" 'pytest>=8.3' 'pytest-xdist>=3.6' 'hypothesis>=6.100' \
  'jsonschema>=4.22' 'pypdf>=5.1' 'pypdfium2>=4.30'
"$python" -m pytest -q -n auto tests/test_cases.py tests/test_cli.py tests/test_samples.py \
  --deselect tests/test_cli.py::test_the_shipped_schema_is_that_of_the_models # made with the newest pydantic
"$python" -m assessor audit sample_repos/stage3_cicd --format pdf --output "$folder/report.pdf"
test "$(head --bytes 5 "$folder/report.pdf")" = '%PDF-'
