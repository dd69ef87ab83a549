"""What a report says of its seal: its digest, or that it does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.render.views.texts import Texts

UNSEALED = "unsealed"


def digest(assessment: Assessment) -> str:
    """The digest over the whole assessment; empty where it bears no seal that fits."""
    return assessment.seal.digest if assessment.seal and not assessment.seal.broken else ""


def warning(assessment: Assessment, t: Texts) -> str:
    """That a stored assessment was changed, or bears no seal; empty for one that fits, and for one just made."""
    return told(assessment.seal.broken if assessment.seal else (), t)


def told(broken: tuple[str, ...], t: Texts) -> str:
    """The same of the parts that do not fit."""
    if not broken:
        return ""
    if broken == (UNSEALED,):
        return t("seal.unsealed")
    return t("seal.broken", parts=", ".join(t.messages.get(f"seal.part.{part}", part) for part in broken))
