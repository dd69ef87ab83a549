"""The loop of the life cycle: who carries a result from one station to the next."""

from __future__ import annotations

from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.assembling import loop_info
from assessor.assessment import HandoverInfo
from assessor.facts.place import Place
from assessor.findings import Evidence, Finding, Hop, Rung
from assessor.render.views import loop as loop_view
from assessor.render.views.texts import load_texts
from assessor.rubric.loop import REASONS, Carrier, find_loop, load_stations

STATIONS = [station.id for station in load_stations()]
PRACTICES = {station.id: station.shows[0] for station in load_stations()}


def found(station: str, rung: str, run: str = "", kind: str = "push", shown: str = "whatever") -> Finding:
    """The finding that shows a station; `run` is the file of the workflow that reaches it, `kind` what triggers it."""
    practice = PRACTICES[station]
    place = Place(f"src/{station}.py", 3)
    route = (Hop(shown, Place(run, 2), (kind,)), Hop("line 3", place)) if run else ()
    proof = Evidence(practice, Rung(rung), place, "said", route=route)
    return Finding(practice, Rung(rung), "said", () if rung in ("absent", "unknown", "not_applicable") else (proof,))


def between(*several: Finding) -> Carrier:
    """Who carries from trained to evaluated."""
    loop = find_loop({finding.practice: finding for finding in several})
    return next(entry.by for entry in loop.handovers if entry.start.station.id == "trained")


TRAINED, EVALUATED = "trained", "evaluated"


@pytest.mark.parametrize(
    ("trained", "evaluated", "by"),
    [
        (("automated", "a.yml"), ("enforced", "a.yml"), Carrier.PIPELINE),
        (("automated", "a.yml"), ("automated", "b.yml"), Carrier.PERSON),
        (("automated", "a.yml"), ("automated", "b.yml", "workflow_run"), Carrier.EVENT),
        (("used",), ("automated", "b.yml", "webhook"), Carrier.EVENT),
        (("automated", "a.yml"), ("automated", "b.py", "schedule"), Carrier.SCHEDULE),
        (("automated", "a.yml"), ("automated", "b.yml", "schedule", "CronJob sensor-retrain"), Carrier.SCHEDULE),
        (("automated", "a.yml"), ("automated", "b.yml", "push", "on: push to schedule/event"), Carrier.PERSON),
        (("automated", "a.yml"), ("used",), Carrier.PERSON),
        (("used",), ("used",), Carrier.PERSON),
        (("used",), ("absent",), Carrier.NOBODY),
        (("declared",), ("automated", "a.yml"), Carrier.NOBODY),
        (("unknown",), ("automated", "a.yml"), Carrier.UNKNOWN),
    ],
)
def test_who_carries(trained: tuple[str, ...], evaluated: tuple[str, ...], by: Carrier) -> None:
    assert between(found(TRAINED, *trained), found(EVALUATED, *evaluated)) is by


def test_any_run_in_common_carries() -> None:
    """The routes shown differ, but one workflow reaches both."""
    place = Place("src/x.py", 3)
    trained = Evidence(
        "training.pipeline", Rung.AUTOMATED, place, "", "", (Hop("on: push", Place("ci.yml")),), ("ci.yml", "ct.yml")
    )
    judged = Evidence(
        "experiments.evaluation", Rung.AUTOMATED, place, "", "", (Hop("on: push", Place("ct.yml")),), ("ct.yml",)
    )
    several = (Finding(e.practice, e.rung, "", (e,)) for e in (trained, judged))
    assert between(*several) is Carrier.PIPELINE


def test_first_break_and_what_people_carry_are_named() -> None:
    states = {name: found(name, "automated", "ct.yml") for name in STATIONS}
    states["deployed"] = found("deployed", "used")
    loop = find_loop({finding.practice: finding for finding in states.values()})
    assert loop.first_break is not None
    assert loop.first_break.name == "packaged → deployed"
    assert [entry.name for entry in loop.manual] == ["packaged → deployed", "deployed → monitored"]
    assert "only when a person starts it" in loop.first_break.reason


def test_a_closed_loop_has_no_break() -> None:
    states = [found(name, "automated", "ct.yml") for name in STATIONS]
    info = loop_info(find_loop({finding.practice: finding for finding in states}))
    assert (info.first_break, info.manual) == (None, ())
    assert len(info.handovers) == len(STATIONS) - 1


def test_what_does_not_apply_is_passed_over() -> None:
    states = {name: found(name, "automated", "ct.yml") for name in STATIONS}
    for practice in next(station.shows for station in load_stations() if station.id == "packaged"):
        states[practice] = Finding(practice, Rung.NOT_APPLICABLE, "")
    loop = find_loop(
        {finding.practice: finding for finding in states.values() if finding.practice != PRACTICES["packaged"]}
        | {PRACTICES["packaged"]: states[PRACTICES["packaged"]]}
    )
    assert "registered → deployed" in [entry.name for entry in loop.handovers]
    assert loop.first_break is None


@given(st.dictionaries(st.sampled_from([p for s in load_stations() for p in s.shows]), st.sampled_from(list(Rung))))
def test_any_ratings_make_a_loop(rungs: dict[str, Rung]) -> None:
    """Also those without a proof, as labels and old audits have them."""
    info = loop_info(find_loop({name: Finding(name, rung, "") for name, rung in rungs.items()}))
    assert [station.id for station in info.stations] == STATIONS
    automatic = ("pipeline", "event", "schedule")
    broken = [number for number, entry in enumerate(info.handovers) if entry.by not in automatic]
    assert info.first_break == (broken[0] if broken else None)


def test_reasons_are_translated_and_english_reports_say_the_json_s_sentence() -> None:
    english, german = load_texts("en"), load_texts("de")
    for why, sentence in REASONS.items():
        names = {name: "x" for _, name, _, _ in Formatter().parse(sentence) if name}
        entry = HandoverInfo(start="a", end="b", by="person", reason=sentence.format(**names), why=why, values=names)
        assert loop_view.reason(entry, english) == entry.reason
        assert loop_view.reason(entry, german) not in ("", entry.reason)


@pytest.mark.parametrize("more", [{"why": "later"}, {"why": "missing", "values": {}}, {}])
def test_a_reason_of_an_unknown_kind_is_told_in_english(more: dict[str, Any]) -> None:
    entry = HandoverInfo(start="a", end="b", by="person", reason="because", **more)
    assert loop_view.reason(entry, load_texts("de")) == "because"


def test_stations_speak_german() -> None:
    texts = load_texts("de")
    assert [s.id for s in load_stations() if texts.is_foreign(s.title) or texts.is_foreign(s.done)] == []


@pytest.mark.parametrize(
    ("rungs", "is_about_start"),
    [({"training.pipeline": Rung.USED}, True), ({"data.validation": Rung.USED}, False), ({}, True)],
)
def test_a_hand_over_tells_at_which_of_its_ends_the_cause_lies(rungs: dict[str, Rung], is_about_start: bool) -> None:
    """A terminal shows it in the line of the later station, which must not seem to be the cause."""
    findings = {name: Finding(name, rung, "") for name, rung in rungs.items()}
    practices = {name for station in load_stations() for name in station.shows}
    absent = {name: Finding(name, Rung.ABSENT, "") for name in practices}
    handover = next(h for h in loop_info(find_loop(absent | findings)).handovers if h.end == "trained")
    assert loop_view.is_about_start(handover) is is_about_start
