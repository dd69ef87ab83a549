"""The shape of a repository in words beside its level: how changes are delivered, how it trains, what is watched. Pure.

A level names the weakest strand. Two repositories of one level may differ in all the others, so each strand is said apart:
the first of its answers whose practices hold is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assessor.findings import Finding, Rung


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a strand: its key, its words, and the rungs that it asks; one of `any_of`, and every one of `all_of`."""

    id: str
    text: str
    any_of: tuple[tuple[str, Rung], ...] = ()
    all_of: tuple[tuple[str, Rung], ...] = ()

    def holds(self, findings: Mapping[str, Finding]) -> bool:
        def stands(asked: tuple[str, Rung]) -> bool:
            finding = findings.get(asked[0])
            return finding is not None and finding.rung.height >= asked[1].height

        return all(map(stands, self.all_of)) and (not self.any_of or any(map(stands, self.any_of)))


_DECLARED, _USED, _AUTOMATED = Rung.DECLARED, Rung.USED, Rung.AUTOMATED

STRANDS: dict[str, tuple[Answer, ...]] = {
    "delivery": (
        Answer(
            "delivered",
            "changes are tested and delivered without a person",
            (("testing.unit", _AUTOMATED), ("testing.model", _AUTOMATED), ("testing.integration", _AUTOMATED)),
            (("deployment.automation", _AUTOMATED), ("ci.pipeline", _AUTOMATED)),
        ),
        Answer(
            "untested",
            "changes are delivered without a person, and without tests",
            all_of=(("deployment.automation", _AUTOMATED),),
        ),
        Answer(
            "tested",
            "changes are tested without a person, and delivered by hand",
            (("testing.unit", _AUTOMATED), ("testing.model", _AUTOMATED), ("testing.integration", _AUTOMATED)),
            (("ci.pipeline", _AUTOMATED),),
        ),
        Answer("checked", "something runs on each change, but no tests", (("ci.pipeline", _AUTOMATED),)),
        Answer("by_hand", "nothing runs on a change"),
    ),
    "training": (
        Answer(
            "renewed",
            "models are retrained by a schedule or an event",
            (("training.schedule", _AUTOMATED), ("training.trigger", _AUTOMATED)),
            (("training.scripted", _USED),),
        ),
        Answer(
            "automated",
            "training runs without a person",
            (("training.pipeline", _AUTOMATED), ("training.scripted", _AUTOMATED)),
            (("training.scripted", _USED),),
        ),
        Answer("pipeline", "one command trains through a pipeline", all_of=(("training.pipeline", _USED), ("training.scripted", _USED))),
        Answer("by_hand", "training is by hand", (("training.scripted", _USED),)),
        Answer("notebook", "training is in notebooks or only written down", (("training.scripted", _DECLARED),)),
        Answer("elsewhere", "training is not here"),
    ),
    "watching": (
        Answer(
            "model",
            "the model is watched in production",
            (("monitoring.drift", _AUTOMATED), ("monitoring.performance", _AUTOMATED)),
        ),
        Answer(
            "service",
            "the service is watched, the model is not",
            (("monitoring.service", _AUTOMATED), ("monitoring.alerting", _AUTOMATED)),
        ),
        Answer(
            "by_hand",
            "production is watched by hand",
            (("monitoring.drift", _USED), ("monitoring.performance", _USED), ("monitoring.service", _USED)),
        ),
        Answer("unwatched", "nothing watches production"),
    ),
}  # fmt: skip
"""Strand → its answers, the best first; the last one always holds."""


def profile_of(findings: Mapping[str, Finding]) -> dict[str, str]:
    """Strand → the key of its answer."""
    return {name: next(answer.id for answer in answers if answer.holds(findings)) for name, answers in STRANDS.items()}


def profile_text(profile: Mapping[str, str]) -> str:
    """The answers as one English phrase."""
    said = {(name, answer.id): answer.text for name, answers in STRANDS.items() for answer in answers}
    return "; ".join(said[name, key] for name, key in profile.items())
