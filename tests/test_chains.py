"""Chains that a hostile repository makes as long as it likes: each is followed so far, and no further, without an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assessor.audit import findings
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path

CI = "on: push\njobs: {a: {runs-on: x, steps: [{run: '%s'}]}}\n"
TEST = {
    "shop.py": "def double(x):\n    return 2 * x\n",
    "test_shop.py": "from shop import double\n\n\ndef test_double():\n    assert double(2) == 4\n",
}


def _make(count: int) -> dict[str, str]:
    rules = [f"t{n}: t{n + 1}\n\techo {n}\n" for n in range(count)]
    return {
        "Makefile": "\n".join([*rules, f"t{count}:\n\tpytest\n"]),
        ".github/workflows/ci.yml": CI % "make t0",
        **TEST,
    }


def _make_calls_make(count: int) -> dict[str, str]:
    rules = [f"t{n}:\n\t$(MAKE) t{n + 1}\n" for n in range(count)]
    return {
        "Makefile": "\n".join([*rules, f"t{count}:\n\tpytest\n"]),
        ".github/workflows/ci.yml": CI % "make t0",
        **TEST,
    }


def _sourced(count: int) -> dict[str, str]:
    files = {f"r/s{n}.R": f'source("r/s{n + 1}.R")\n' for n in range(count)}
    return {**files, f"r/s{count}.R": "lm(y ~ x)\n", ".github/workflows/ci.yml": CI % "Rscript r/s0.R"}


def _r_functions(count: int) -> dict[str, str]:
    files = {f"r/f{n}.R": f"f{n} <- function(x) {{\n  f{n + 1}(x)\n}}\n" for n in range(count)}
    return {**files, "r/run.R": "f0(1)\n", ".github/workflows/ci.yml": CI % "Rscript r/run.R"}


def _scripts(count: int) -> dict[str, str]:
    files = {f"s{n}.sh": f"bash s{n + 1}.sh\n" for n in range(count)}
    return {**files, ".github/workflows/ci.yml": CI % "bash s0.sh"}


def _python(count: int) -> dict[str, str]:
    files = {f"p{n}.py": f'job = Job(entry_point="p{n + 1}.py")\njob.run()\n' for n in range(count)}
    return {**files, f"p{count}.py": "print(1)\n", ".github/workflows/ci.yml": CI % "python p0.py"}


def _kustomized(count: int) -> dict[str, str]:
    files = {f"k{n}/kustomization.yaml": f"resources: [../k{n + 1}]\n" for n in range(count)}
    return {
        **files,
        f"k{count}/kustomization.yaml": "resources: []\n",
        ".github/workflows/ci.yml": CI % "kubectl apply -k k0",
    }


@pytest.mark.parametrize(
    "files",
    [
        _make(1_000),
        _make_calls_make(200),
        _sourced(2_000),
        _r_functions(1_000),
        _scripts(300),
        _python(300),
        _kustomized(300),
    ],
    ids=["needs of make", "make calls make", "sourced scripts", "functions of R", "scripts", "jobs", "kustomizations"],
)
def test_a_chain_is_followed_without_an_error(files: dict[str, str], tmp_path: Path) -> None:
    write_files(tmp_path, files)
    found = findings(str(tmp_path))
    assert found["ci.pipeline"].rung in ("declared", "automated")
    assert not [spot for spot in found["ci.pipeline"].blind_spots if "failed" in spot.reason]


def test_needs_of_make_are_followed_to_their_end(tmp_path: Path) -> None:
    write_files(tmp_path, _make(1_000))
    assert findings(str(tmp_path))["testing.unit"].rung == "automated"
