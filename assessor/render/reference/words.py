"""The words of a report as plain text: dimensions, rungs, levels, stations of the loop, profiles, and how numbers are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.reference.explaining import asked_rungs, item_lines, listed, page, paragraph
from assessor.render.views.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.catalog.practices import Practice
    from assessor.policy.config import Profile
    from assessor.rubric.loop import Station
    from assessor.rubric.model import Level, Rubric


def dimension(name: str, practices: Sequence[Practice], rubrics: Sequence[Rubric]) -> str:
    """A dimension: what it asks, its practices, how its points come about, and what each model asks of it."""
    t = load_texts()
    own = [practice for practice in practices if practice.dimension == name]
    width = max(len(practice.id) for practice in own)
    lines = [f"{name}: {t(f'dimension.{name}')}", "", *paragraph(t(f"dimension_asks.{name}")), "", "Practices"]
    lines += [f"  {practice.id:<{width}}  {practice.title}" for practice in own]
    lines += [
        "",
        "Points from 0 to 100",
        *paragraph(_POINTS, "  "),
        "",
        "Beside them: 2 of 5",
        *paragraph(_HOLDS, "  "),
    ]
    lines += ["", "Asked by"]
    for model in rubrics:
        lines += listed(model.id, _asked_of(own, model)) or []
    return page(lines)


_POINTS = (
    "Each practice gives the height of its rung by that of the highest rung that it defines: where enforced is defined, "
    "used is 2 of 4, automated 3 of 4. What is unknown gives nothing, what does not apply is not counted. The mean is the "
    "dimension's points, the same by every model."
)
_HOLDS = (
    "So many of the statements that the shown model makes about this dimension for the next level (at the top: for the "
    "top one) hold. No dimension has a level of its own: the level is one for the whole repository."
)


def _asked_of(practices: Sequence[Practice], model: Rubric) -> list[str]:
    """`level 3 asks 2`, for each level of a model that asks for one of the practices."""
    names = {practice.id for practice in practices}
    counts: dict[int, int] = {}
    for entry in model.placed:
        if any(next(asked_rungs(name, entry.item, model), None) for name in names):
            counts[entry.level] = counts.get(entry.level, 0) + 1
    if model.counts_points:
        return [f"{sum(counts.values())} {'item' if sum(counts.values()) == 1 else 'items'}"] if counts else []
    return [f"level {level} by {count} {'item' if count == 1 else 'items'}" for level, count in sorted(counts.items())]


def rung(name: str, practices: Sequence[Practice]) -> str:
    """A rung: what it means, what it takes, and which practices define it."""
    t = load_texts()
    lines = [f"{name}: {t(f'rung_means.{name}')}", "", *paragraph(_RUNGS[name])]
    found = [practice.id for practice in practices if name in practice.rungs]
    if found:
        lines += ["", f"Defined for {len(found)} of {len(practices)} practices", *listed("", found)]
    return page(lines)


_RUNGS = {
    "absent": "Nothing was found that shows it, or only prose that promises it. Code that could not be read makes a practice unknown, not absent.",
    "declared": "There is a dependency, a configuration or an empty tool, and no use of it in the project's own code.",
    "used": "The project's own live code does it when a person starts it: no vendored code, no example, no comment.",
    "automated": "A route leads there: each hop from a trigger (a push, a schedule, a release, an event) over jobs, commands and scripts to the line exists. A trigger that only a person pulls is none.",
    "enforced": "It is automated, and its failure stops something: a merge, a pipeline, a registration, a deployment. A step that cannot fail its job enforces nothing.",
    "unknown": "The only file that could show it was not readable; the report's blind spots name it with what mends that.",
    "not_applicable": "The repository has nothing to which the practice could apply, for example no notebooks to keep clean. It counts neither for nor against.",
}  # fmt: skip


def level(asked: Level, model: Rubric) -> str:
    """A level of a model: what it says, what each item asks, and how it is reached."""
    lines = [f"Level {asked.level} of {model.top}: {asked.title} ({model.title})", "", *paragraph(asked.about)]
    if model.counts_points:
        return page([*lines, "", *paragraph(f"It is reached by points; assessor explain {model.id} has all items.")])
    if asked.items:
        lines += ["", "What it asks", *(line for item in asked.items for line in item_lines(item, model))]
    lines += ["", "How it is reached", *paragraph(_reached(asked, model), "  ")]
    return page(lines)


def _reached(asked: Level, model: Rubric) -> str:
    if asked.level == model.floor:
        return "Everybody who has a repository is here."
    share = round(100 * asked.supporting_share)
    more = f", and {share}% of the supporting ones" if share else ""
    return (
        f"By all required items{more}, and all levels below it. A position such as {asked.level - 1}.5 means level "
        f"{asked.level - 1} and half of what this level asks, where an item whose practice is on its way counts in part."
    )


_HAND_OVER = (
    "where both are automated and one workflow, DAG or deployment reaches both, or where an event or the calendar starts "
    "{later}. Else a person carries it, and that is where the loop breaks."
)


def station(asked: Station, stations: Sequence[Station]) -> str:
    """A station of the loop: what shows it, and how a result comes there by itself."""
    at = stations.index(asked)
    before = stations[at - 1]
    lines = [f"{asked.title}: station {at + 1} of {len(stations)} in the loop of the life cycle ({asked.done})", ""]
    lines += ["Shown by", *listed("", asked.shows), ""]
    how = f"From {before.title} to {asked.title} a result goes by itself {_HAND_OVER.format(later='this one')}"
    return page([*lines, *paragraph(how)])


def loop(stations: Sequence[Station]) -> str:
    """The loop of the life cycle: its stations in order, what shows each, and how a result goes on by itself."""
    names = max(len(station.title) for station in stations)
    lines = [
        f"loop: the loop of the life cycle, {len(stations)} stations from data to the next training",
        "",
        "Stations",
    ]
    for station in stations:
        lines += listed(f"{station.title:<{names}}", station.shows)
    how = f"From one station to the next a result goes by itself {_HAND_OVER.format(later='the later one')}"
    return page([*lines, "", *paragraph(how), "", *paragraph("assessor explain STATION says more of one.")])


def profile(asked: Profile) -> str:
    """A profile: for whom it is, and which level it wants by each model."""
    lines = [f"{asked.name}: a profile, the target of a kind of system", "", *paragraph(asked.about), "", "Targets"]
    for model, target in asked.targets.items():
        wanted = [f"level {target.level}"] if target.level is not None else []
        wanted += [f"{name} at level {level}" for name, level in target.dimensions.items()]
        lines += listed(model, wanted)
    return page(
        [
            *lines,
            "",
            *paragraph("assessor plan --profile NAME says the steps; what goes beyond the target comes later."),
        ]
    )
