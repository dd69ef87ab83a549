"""What CI and the action install is what pyproject.toml asks, each by its digest."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("ci/requirements.txt", PROJECT["dependencies"]),
        (".ci/requirements.txt", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]),
    ],
)
def test_a_lock_has_what_is_asked_for_with_digests(lock: str, asked: list[str]) -> None:
    entries = re.split(r"^(?=[A-Za-z0-9])", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    locked = {
        canonicalize_name(entry.partition("==")[0]): re.split(r"[ ;\\\\\n]", entry.partition("==")[2])[0]
        for entry in entries
    }
    for requirement in map(Requirement, asked):
        if requirement.name != "mlops-assessor":
            assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), requirement


def test_the_bill_of_materials_tells_of_the_lock() -> None:
    """`ci/sbom.sh` writes it; a lock that was made anew needs a new one."""
    components = json.loads((ROOT / "ci/sbom.cdx.json").read_text("utf-8"))["components"]
    lock = dict(
        re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\\n]+)", (ROOT / "ci/requirements.txt").read_text("utf-8"), re.MULTILINE)
    )
    locked = {canonicalize_name(name): version for name, version in lock.items()}
    told = {canonicalize_name(component["name"]): component["version"] for component in components}
    assert told.items() <= locked.items()
    for requirement in map(Requirement, PROJECT["dependencies"]):
        assert canonicalize_name(requirement.name) in told, requirement
    assert [component["name"] for component in components if not component.get("licenses")] == []
