"""The auditor audited by itself: a repository without any model proves nothing of training, experiments or serving.

Its code is full of the words of the trade; nothing that rates may know this repository.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from assessor.audit import findings
from assessor.catalog.practices import load_practices
from assessor.findings import Finding, Rung

ROOT = Path(__file__).parents[1]
NONE_OF = ("testing.model", "ci.ml", "deployment.serving", "monitoring.drift")
CONTROLLED = [
    practice.id
    for practice in load_practices()
    if practice.id.startswith(("experiments.", "training.")) or practice.id in NONE_OF
]


@pytest.fixture(scope="module")
def own() -> dict[str, Finding]:
    return findings(str(ROOT))


@pytest.mark.parametrize("practice", CONTROLLED)
def test_nothing_of_it_is_used(own: dict[str, Finding], practice: str) -> None:
    found = own[practice]
    assert found.rung.height < Rung.USED.height, [f"{e.place} {e.text}" for e in found.evidence]


def test_the_audit_saw_the_repository(own: dict[str, Finding]) -> None:
    assert own["testing.unit"].rung.height >= Rung.USED.height


def test_nothing_that_rates_names_this_repository() -> None:
    wings = ("catalog", "hits", "lifecycle", "scanners")
    files = [
        file for wing in wings for file in (ROOT / "assessor" / wing).rglob("*") if file.suffix in (".py", ".yaml")
    ]
    named = [
        file.name
        for file in files
        if "mlops-assessor" in file.read_text("utf-8") or "mlops_assessor" in file.read_text("utf-8")
    ]
    assert not named
