"""Where a repository stands in a model beside its level, in words: its position, and what holds of each dimension."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assessor.assessment import Assessment, DimensionInfo, LevelInfo, ScorecardInfo
    from assessor.render.views.texts import Texts


def holds(result: DimensionInfo, t: Texts) -> str:
    """`2 of 5`: the statements about a dimension that hold; a dash where none is asked."""
    return t("standing.holds", holds=result.holds, asked=result.asked) if result.asked else t("standing.not_asked")


def holds_head(card: ScorecardInfo, t: Texts) -> str:
    """What stands over those numbers: the level whose statements are counted."""
    level = level_of_statements(card)
    return t("standing.of_all") if level is None else t("standing.of_level", level=level)


def holds_words(result: DimensionInfo, card: ScorecardInfo, t: Texts) -> str:
    """The same as a phrase of its own."""
    level = level_of_statements(card)
    if not result.asked:
        return t("chart.not_asked") if level is None else t("standing.nothing", level=level)
    numbers = {"holds": result.holds, "asked": result.asked}
    return t("standing.holds_all", **numbers) if level is None else t("standing.holds_words", level=level, **numbers)


def note_of(entry: LevelInfo, card: ScorecardInfo, t: Texts, share: str) -> str:
    """What stands beside a level of the ladder: that it is reached, or what holds of it; nothing below the one reached.
    `share` is the message for a part of its statements."""
    if entry.level == card.level:
        return t("summary.you_are_here")
    if entry.level < card.height:
        return ""
    return t("summary.own_holds") if entry.own else t(share, share=t.percent(entry.share))


def level_of_statements(card: ScorecardInfo) -> int | None:
    """The level whose statements are counted for dimensions: the next one, at the top the top; None where the model
    counts points, whose statements belong to no level."""
    if card.points is not None:
        return None
    return card.top if card.next_level is None else card.next_level


def level_of(card: ScorecardInfo, t: Texts) -> str:
    """`Level 2 of 5`, or that there is none."""
    return t("subject.no_level") if card.level is None else t("report.level_of", level=card.level, top=card.top)


def level_sign(card: ScorecardInfo) -> str:
    """The level as a number; a dash where there is none."""
    return "–" if card.level is None else str(card.level)


def subject(assessment: Assessment, t: Texts) -> str:
    """What the repository is about, in a sentence, where a reader would not expect it: empty for a whole system, and in an
    audit by a version that did not ask."""
    found = assessment.subject
    if found is None or found.kind == "system":
        return ""
    return t.messages.get(f"subject.{found.kind}", found.text)


def stands_in_the_way(assessment: Assessment, t: Texts) -> str:
    """What is so of the items that no step here mends, in a sentence."""
    is_elsewhere = assessment.subject is not None and assessment.subject.kind == "serving"
    return t("roadmap.stands_elsewhere" if is_elsewhere else "roadmap.stands")


def profile(assessment: Assessment, t: Texts) -> str:
    """The shape of the repository beside its level, in a sentence; empty where there is none."""
    found = assessment.subject.profile if assessment.subject else {}
    said = [t.messages.get(f"profile.{name}.{key}", "") for name, key in found.items()]
    phrase = "; ".join(word for word in said if word)
    return f"{phrase[0].upper()}{phrase[1:]}." if phrase else ""


def position(card: ScorecardInfo, t: Texts) -> str:
    """The position with one digit, rounded down: `1.6`; empty in an audit by a version that did not find it."""
    return "" if card.index is None else t.number(math.floor(card.index * 10 + 1e-6) / 10, 1)
