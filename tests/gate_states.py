"""Assessments made by hand for the tests of the gate and of what CI systems are told."""

from __future__ import annotations

from typing import Any

from assessor.assembling import scored
from assessor.assessment import (
    Assessment,
    BlindSpotInfo,
    EvidenceInfo,
    PlaceInfo,
    PracticeInfo,
    RepositoryInfo,
    Statistics,
    ToolInfo,
)
from assessor.catalog.loading import Source
from assessor.catalog.practices import load_practices
from assessor.findings import Finding, Rung
from assessor.rubric.loading import parse_rubric

HOUSE = parse_rubric(
    Source(
        "house.yaml",
        """
id: house
title: House rules
edition: '1'
source: us
levels:
- {level: 0, id: h0, title: Nothing}
- level: 1
  id: h1
  title: Tested
  items:
  - {id: tests, text: there are tests, required: true, requires: {testing.unit: used}}
- level: 2
  id: h2
  title: Automated
  items:
  - {id: auto-tests, text: tests run by themselves, required: true, requires: {testing.unit: automated}}
  - {id: drift, text: drift is watched, required: true, requires: {monitoring.drift: used}}
  - {id: people, text: people know what to do, required: false, requires: {attest: people know what to do}}
""",
    )
)


def assessment(read: int = 3, /, path: str = "src/train.py", **rungs: str) -> Assessment:
    """An assessment whose practices are absent where no rung is given; `testing__unit="used"`."""
    given = {name.replace("__", "."): rung for name, rung in rungs.items()}
    practices = {}
    findings = {}
    for practice in load_practices():
        rung: Any = given.get(practice.id, "absent")
        findings[practice.id] = Finding(practice.id, Rung(rung), "")
        place = PlaceInfo(path=path, line=7)
        seen = (EvidenceInfo(rung=rung, place=place),) if rung in practice.rungs else ()
        spots = (BlindSpotInfo(place=place, reason="does not parse"),) if rung == "unknown" else ()
        practices[practice.id] = PracticeInfo(
            title=practice.title,
            dimension=practice.dimension,
            rungs=tuple(practice.rungs),
            rung=rung,
            summary="",
            evidence=seen,
            blind_spots=spots,
        )
    return Assessment(
        tool=ToolInfo(name="mlops-assessor", version="0", rules="0"),
        repository=RepositoryInfo(name="demo"),
        primary="house",
        practices=practices,
        scorecards={"house": scored(HOUSE, findings, {})},
        statistics=Statistics(files=read, read=read, parsed=0),
    )
