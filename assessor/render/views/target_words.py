"""What reports say of a target: where a repository wants to be, who says so, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.views.step_words import estimated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assessor.assessment import TargetInfo
    from assessor.render.views.texts import Texts


def target_line(target: TargetInfo, t: Texts) -> str:
    """The target and how far it is, in two or three sentences."""
    wanted = [t("target.level", level=target.level, title=t.tr(target.title))] if target.level is not None else []
    wanted += dimension_levels(target.dimensions, t)
    told = [t("target.line", source=target.source, wanted=", ".join(wanted))]
    if target.reached:
        told.append(t("target.reached"))
    if target.roadmap:
        told.append(t.count("target.away", len(target.roadmap), days=estimated(target.roadmap, t)))
    if target.roadmap_blocked:
        told.append(t("target.blocked"))
    return " ".join(told)


def dimension_levels(levels: Mapping[str, int], t: Texts) -> list[str]:
    """`Testing at level 3`, for each dimension."""
    return [t("target.dimension", dimension=t(f"dimension.{name}"), level=level) for name, level in levels.items()]
