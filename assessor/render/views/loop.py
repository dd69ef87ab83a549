"""The loop of the life cycle as reports show it: its chart, its stations' names and its reasons in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.render.views import charts
from assessor.rubric.loop import load_stations

if TYPE_CHECKING:
    from assessor.assessment import HandoverInfo, LoopInfo
    from assessor.render.views.texts import Texts

_KINDS = dict.fromkeys(("pipeline", "event", "schedule"), "carried")
"""How the chart draws a hand-over; any other one by its own name."""


def station_title(life: LoopInfo, name: str, texts: Texts) -> str:
    """The title of a station; its id for one that the loop does not have."""
    return next((texts.tr(station.title) for station in life.stations if station.id == name), name)


def first_break(life: LoopInfo) -> HandoverInfo | None:
    """The first hand-over that no automation makes."""
    return next((entry for at, entry in enumerate(life.handovers) if at == life.first_break), None)


def break_sentence(life: LoopInfo, texts: Texts) -> str:
    """Where the loop first breaks and why, or that it does not."""
    gap = first_break(life)
    if gap is None:
        return texts("loop.closed")
    ends = {"from_": station_title(life, gap.start, texts), "to": station_title(life, gap.end, texts)}
    return texts("loop.first_break", **ends, reason=reason(gap, texts))


def reason(handover: HandoverInfo, texts: Texts) -> str:
    """Why the hand-over is made so, in the language; the English sentence where its kind is not known here."""
    key = f"loop.why.{handover.why}"
    values = {name: texts.tr(value) for name, value in handover.values.items()}
    try:
        return texts(key, **values)
    except KeyError:
        return handover.reason


def is_about_start(handover: HandoverInfo) -> bool:
    """What keeps the hand-over from being automatic is the station that it comes from, not the one that it leads to."""
    done = handover.values.get("done")
    return done is not None and done == next((s.done for s in load_stations() if s.id == handover.start), None)


def loop_chart(life: LoopInfo, texts: Texts) -> tuple[str, str]:
    """The ring of stations with the count of the hand-overs that automation makes in its middle, and its name in words.

    The chart is SVG, whose texts are escaped.
    """
    numbers = {station.id: number for number, station in enumerate(life.stations)}
    stops = [charts.Stop(texts.tr(station.title), station.rung) for station in life.stations]
    ways = [
        charts.Way(numbers[entry.start], numbers[entry.end], _KINDS.get(entry.by, entry.by), at == life.first_break)
        for at, entry in enumerate(life.handovers)
        if entry.start in numbers and entry.end in numbers
    ]
    carried = sum(way.kind == "carried" for way in ways)
    count = texts("loop.count", number=carried, all=len(ways))
    lines = charts.wrapped(texts("loop.counted"), 130, 12)
    label = f"{texts('loop.title')}: {count} {texts('loop.counted')}."
    return charts.loop(stops, ways, label=label, centre=(count, *lines)), label
