"""What reports say of how often a rating was right on repositories that nobody had looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assessor.assessment import Assessment, PracticeInfo
    from assessor.render.views.texts import Texts


def doubt(practice: PracticeInfo, t: Texts) -> str:
    """That the rating was right less often than four times in five; empty for any other one."""
    known = practice.accuracy
    return t("accuracy.doubtful", right=known.right, of=known.of) if known and known.is_doubtful else ""


def about(assessment: Assessment, t: Texts) -> str:
    """How often all ratings together were right."""
    known = [practice.accuracy for practice in assessment.practices.values() if practice.accuracy]
    if not known:
        return t("accuracy.none")
    return t("accuracy.about", right=sum(one.right for one in known), of=sum(one.of for one in known))


def figures(assessment: Assessment, t: Texts) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """(title of a dimension, (practice, `8 of 14`, is doubtful) of each that was measured)."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for name, practice in assessment.practices.items():
        if known := practice.accuracy:
            figure = t("accuracy.figure", right=known.right, of=known.of)
            title = t.messages.get(f"dimension.{practice.dimension}", practice.dimension)
            found.setdefault(title, []).append((name, figure, known.is_doubtful))
    return list(found.items())
