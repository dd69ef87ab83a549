"""Charts of a report as SVG text. Pure, deterministic, and accessible: each has a role, a name and, inside, real text.

Numbers go in, text comes out; all texts are escaped here. Colours are presentation attributes from a palette and have
classes beside them, so that the style sheet of a page (light, dark, print) overrides them, while a document without
style sheets for SVG (WeasyPrint) shows the palette. No style attributes, no scripts, no fonts, no references by id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from math import cos, pi, sin
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assessor.assessment import BasisInfo, DimensionInfo, LevelInfo

_RUNGS = ("declared", "used", "automated", "enforced")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a chart where no style sheet says otherwise (light, on white)."""

    ink: str = "#16202b"
    quiet: str = "#536070"
    line: str = "#c3ccd6"
    track: str = "#e6ebf0"
    part: str = "#b9ddd8"
    done: str = "#0f766e"
    here: str = "#0b4f4a"
    on_done: str = "#ffffff"
    paper: str = "#ffffff"
    bad: str = "#b03a0c"
    rungs: Mapping[str, str] = field(
        default_factory=lambda: {
            "absent": "#66727f",
            "declared": "#64748b",
            "used": "#2f7389",
            "automated": "#0f766e",
            "enforced": "#0b4f4a",
            "unknown": "#6b3fa0",
            "not_applicable": "#c3ccd6",
        }
    )
    basis: Mapping[str, str] = field(
        default_factory=lambda: {
            "observed": "#0f766e",
            "attested": "#2f7389",
            "unstated": "#c3ccd6",
            "unknown": "#6b3fa0",
        }
    )


LIGHT = Palette()


# ---- the ladder of levels ----


def ladder(
    levels: Sequence[LevelInfo],
    level: int,
    *,
    label: str,
    titles: Mapping[int, str],
    notes: Mapping[int, str],
    width: int = 640,
    palette: Palette = LIGHT,
) -> str:
    """Stairs from the lowest level to the highest, filled up to `level`. `titles` and `notes` are by level. How much of a
    level ahead is there stands in a gauge at its edge, so that no text lies on the end of a filling.

    Wide charts stand as columns, narrow ones (below 480) lie as rows, so that the text keeps its size.
    """
    if width < 480:
        return _ladder_rows(levels, level, label, titles, notes, width, palette)
    count = len(levels)
    gap, rise = 6, min(34, 170 // max(count, 1))
    step = (width - gap * (count - 1)) / count
    base, room = 74, 46
    height = base + rise * (count - 1) + room
    parts: list[str] = []
    for number, entry in enumerate(levels):
        x, top = number * (step + gap), height - base - rise * number
        parts += _column(entry, level, x, top, step, height, titles[entry.level], notes.get(entry.level, ""), palette)
    return _svg(width, height, label, parts, "chart-ladder")


_GAUGE = 6
"""How thick the gauge of a level ahead is."""


def _column(
    entry: LevelInfo, level: int, x: float, top: float, step: float, height: float, title: str, note: str, p: Palette
) -> Iterator[str]:
    name, fill = _state(entry, level, p)
    yield _rect(x, top, step, height - top, fill, f"step {name}", 4)
    if name == "ahead" and entry.share > 0:
        part = (height - top) * entry.share
        yield _rect(x, height - part, _GAUGE, part, p.done, "step-part", 3)
    ink = p.on_done if name != "ahead" else p.ink
    yield _text(x + 14, top + 30, str(entry.level), ink, f"step-number {name}", size=24, weight=700)
    for line, words in enumerate(wrapped(title, step - 20, 12)[:3]):
        yield _text(x + 14, top + 47 + 15 * line, words, ink, f"step-title {name}", size=12)
    if note:
        for line, words in enumerate(reversed(wrapped(note, step, 12)[:2])):
            colour = p.here if name == "here" else p.quiet
            yield _text(x + 2, top - 9 - 14 * line, words, colour, f"step-note {name}", size=12, weight=600)


def _ladder_rows(
    levels: Sequence[LevelInfo],
    level: int,
    label: str,
    titles: Mapping[int, str],
    notes: Mapping[int, str],
    width: int,
    p: Palette,
) -> str:
    rise, gap = 50, 5
    count = len(levels)
    indent = min(16.0, 60 / max(count - 1, 1))
    height = count * (rise + gap) - gap
    parts = []
    for number, entry in enumerate(levels):
        y, x = height - rise - number * (rise + gap), number * indent
        name, fill = _state(entry, level, p)
        ink = p.on_done if name != "ahead" else p.ink
        parts.append(_rect(x, y, width - x, rise, fill, f"step {name}", 4))
        if name == "ahead" and entry.share > 0:
            parts.append(_rect(x, y + rise - _GAUGE, (width - x) * entry.share, _GAUGE, p.done, "step-part", 3))
        parts.append(_text(x + 10, y + 33, str(entry.level), ink, f"step-number {name}", size=22, weight=700))
        note = notes.get(entry.level, "")
        words = wrapped(titles[entry.level], width - x - 46, 13)[0]
        parts.append(_text(x + 34, y + (21 if note else 30), words, ink, f"step-title {name}", size=13, weight=600))
        if note:
            parts.append(_text(x + 34, y + 39, note, ink, f"step-note-in {name}", size=12))
    return _svg(width, height, label, parts, "chart-ladder")


def _state(entry: LevelInfo, level: int, p: Palette) -> tuple[str, str]:
    if entry.level == level:
        return "here", p.here
    return ("done", p.done) if entry.level < level else ("ahead", p.track)


# ---- dimensions ----


def dimensions(
    results: Mapping[str, DimensionInfo],
    *,
    label: str,
    names: Mapping[str, str],
    heads: tuple[str, str],
    standing: Mapping[str, str],
    points: Mapping[str, str],
    palette: Palette = LIGHT,
) -> str:
    """A row for each dimension: its name, a bar and a number of its points, and what of the model's statements holds.

    `names`, `standing` and `points` are what to write for a dimension; `heads` stand over the last two.
    """
    row, width, left = 31, 380, 152
    parts = [_text(width, 12, heads[0], palette.quiet, "bar-head", size=11, anchor="end")]
    parts.append(_text(width - 84, 12, heads[1], palette.quiet, "bar-head", size=11, anchor="end"))
    for number, (name, result) in enumerate(results.items()):
        y = 18 + number * row
        parts.append(_rect(0, y, width, 1, palette.track, "bar-line"))
        parts.append(_text(0, y + 21, names[name], palette.ink, "bar-name", size=13))
        parts.append(
            _text(width - 84, y + 21, points[name], palette.ink, "bar-points", size=14, weight=600, anchor="end")
        )
        parts.append(_text(width, y + 21, standing[name], palette.quiet, "bar-standing", size=13, anchor="end"))
        parts += _share((left, y + 11.0, width - left - 130, 11.0), result.score / 100, palette)
    return _svg(width, 18 + max(len(results), 1) * row, label, parts, "chart-dimensions")


def _share(bar: tuple[float, float, float, float], share: float, p: Palette) -> Iterator[str]:
    x, y, width, height = bar
    yield _rect(x, y, width, height, p.track, "cell", 2)
    if share > 0:
        yield _rect(x, y, width * min(share, 1.0), height, p.done, "cell full", 2)


def basis(shares: BasisInfo, *, label: str, width: int = 320, height: int = 14, palette: Palette = LIGHT) -> str:
    """One bar of four parts: what was observed, attested, not stated, not readable."""
    parts = [_rect(0, 0, width, height, palette.track, "cell", 3)]
    x = 0.0
    for name in ("observed", "attested", "unstated", "unknown"):
        part = width * getattr(shares, name)
        if part > 0:
            parts.append(_rect(x, 0, part, height, palette.basis[name], f"basis {name}"))
        x += part
    return _svg(width, height, label, parts, "chart-basis", is_stretched=True)


# ---- one practice ----


def stack(
    shares: Mapping[str, float], *, label: str, width: int = 800, height: int = 14, palette: Palette = LIGHT
) -> str:
    """One bar of parts side by side, a part for each rung by its share of all; the shares add up to 1."""
    gap = 2.0
    there = {name: share for name, share in shares.items() if share > 0}
    room = width - gap * max(len(there) - 1, 0)
    parts, x = [], 0.0
    for name, share in there.items():
        parts.append(_rect(x, 0, room * share, height, palette.rungs[name], f"stack {name}", 2))
        x += room * share + gap
    return _svg(width, height, label, parts, "chart-stack", is_stretched=True)


def rail(
    rung: str, rungs: Sequence[str], *, label: str, wanted: str = "", step: float = 68, palette: Palette = LIGHT
) -> str:
    """The five rungs of one practice as stops on a line, `step` units apart: the line is thick up to where it stands.

    `rungs` are those that the practice defines, with `absent`; another stop is a short stroke. `wanted` gets a ring and
    a broken line that leads there. A practice that is unknown or does not apply has no thick line and no stop.
    """
    stops = ("absent", *_RUNGS)
    width, height, y = step * len(stops), 24, 12.0
    middle = {name: step * (number + 0.5) for number, name in enumerate(stops)}
    first, last = middle["absent"], middle["enforced"]
    parts = [_line(first, last, y, palette.line, f"track {rung}", 2)]
    at = middle.get(rung)
    if at is not None:
        parts.append(_line(first, at, y, palette.rungs[rung], f"way-up {rung}", 5))
    if at is not None and wanted in middle and middle[wanted] > at:
        parts.append(_line(at, middle[wanted], y, palette.bad, "way-wanted", 2, dash="2 5"))
    for name in stops:
        if name not in rungs:
            parts.append(_rect(middle[name] - 1, y - 4, 2, 8, palette.line, "stop none"))
        elif name == wanted:
            parts.append(_circle(middle[name], y, 6, palette.paper, "stop wanted", palette.bad, 2.5))
        elif name == rung:
            parts.append(_circle(middle[name], y, 8, palette.rungs[rung], f"stop here {rung}"))
        elif at is not None and middle[name] < at:
            parts.append(_circle(middle[name], y, 3.5, palette.rungs[rung], f"stop below {rung}"))
        else:
            parts.append(_circle(middle[name], y, 3.5, palette.paper, f"stop above {rung}", palette.line, 2))
    return _svg(width, height, label, parts, "chart-rail")


def pips(level: int, floor: int, top: int, *, label: str, palette: Palette = LIGHT) -> str:
    """A model's levels that can be climbed as a row of small cells, filled up to `level`."""
    first, size, gap = max(floor, 1), 14, 3
    count = max(top - first + 1, 1)
    filled = level - first + 1
    parts = [
        _rect(
            number * (size + gap),
            0,
            size,
            10,
            palette.done if full else palette.track,
            "cell full" if full else "cell",
            2,
        )
        for number in range(count)
        for full in [number < filled]
    ]
    return _svg(count * (size + gap) - gap, 10, label, parts, "chart-pips", is_fluid=False)


def meter(share: float, *, label: str, width: float = 82, palette: Palette = LIGHT) -> str:
    """A bar that is filled by its share, beside a number in a table."""
    return _svg(width, 10, label, [*_share((0, 0, width, 10), share, palette)], "chart-pips", is_fluid=False)


def shift(old: float | None, new: float | None, *, label: str, width: float = 220, palette: Palette = LIGHT) -> str:
    """From one number of points (0 to 100) to another on a line: a ring where it was, a disc where it is now."""
    room = width - 12
    at = [None if score is None else 6 + room * min(max(score, 0), 100) / 100 for score in (old, new)]
    way = "" if old is None or new is None or old == new else " rose" if new > old else " fell"
    colour = {" rose": palette.done, " fell": palette.bad}.get(way, palette.quiet)
    parts = [_rect(6, 6, room, 2, palette.track, "cell", 1)]
    if at[0] is not None and at[1] is not None and way:
        parts.append(_line(min(at[0], at[1]), max(at[0], at[1]), 7, colour, f"shift-way{way}", 3))
    if at[0] is not None:
        parts.append(_circle(at[0], 7, 3.6, palette.paper, "shift-old", palette.quiet, 1.5))
    if at[1] is not None:
        parts.append(_circle(at[1], 7, 4.6, colour, f"shift-new{way}"))
    return _svg(width, 14, label, parts, "chart-shift")


# ---- the loop of the life cycle ----


@dataclass(frozen=True, slots=True)
class Stop:
    """One station of the loop: its name and its rung."""

    name: str
    rung: str


@dataclass(frozen=True, slots=True)
class Way:
    """From one station to another, by their numbers: `carried` by automation, or by a `person`, `nobody`, `unknown`."""

    start: int
    end: int
    kind: str
    is_break: bool = False


def loop(
    stops: Sequence[Stop], ways: Sequence[Way], *, label: str, centre: Sequence[str], palette: Palette = LIGHT
) -> str:
    """A ring of stations, clockwise from the top. A way that automation carries is a thick line, another one is broken;
    the first break has a cross. `centre` are a large text and small lines below it."""
    width, radius, y0 = 380.0, 112.0, 142.0
    ring = _Ring(width / 2, y0, radius, max(len(stops), 1))
    parts = [_circle(ring.x, ring.y, radius, "none", "ring", palette.track, 2)]
    for way in ways:
        parts += _way(way, ring, palette)
    for number, stop in enumerate(stops):
        parts += _stop(number, stop, ring, palette)
    for line, words in enumerate(centre):
        is_large = line == 0
        y = ring.y - 6 if is_large else ring.y + 16 * line
        kind = "loop-large" if is_large else "loop-line"
        size, weight = (34, 600) if is_large else (12, 400)
        parts.append(_text(ring.x, y, words, palette.ink, kind, size=size, weight=weight, anchor="middle"))
    return _svg(width, 2 * y0, label, parts, "chart-loop")


@dataclass(frozen=True, slots=True)
class _Ring:
    x: float
    y: float
    radius: float
    count: int

    def angle(self, number: float) -> float:
        """The angle of a station, clockwise from the top."""
        return 2 * pi * number / self.count - pi / 2

    def point(self, angle: float, more: float = 0) -> tuple[float, float]:
        return self.x + (self.radius + more) * cos(angle), self.y + (self.radius + more) * sin(angle)


def _stop(number: int, stop: Stop, ring: _Ring, p: Palette) -> Iterator[str]:
    angle = ring.angle(number)
    x, y = ring.point(angle)
    is_there = stop.rung not in ("absent", "declared", "unknown", "not_applicable")
    fill = p.rungs[stop.rung] if is_there else p.paper
    yield _circle(x, y, 6.5, fill, f"loop-stop {stop.rung}", p.rungs[stop.rung], 2.5)
    at_x, at_y = ring.point(angle, 15)
    side = cos(angle)
    anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
    drop = 4.0 if anchor != "middle" else -2.0 if sin(angle) < 0 else 10.0
    yield _text(at_x, at_y + drop, stop.name, p.ink, f"loop-name {stop.rung}", size=12, anchor=anchor)


def _way(way: Way, ring: _Ring, p: Palette) -> Iterator[str]:
    room = 12 / ring.radius
    last = way.end if way.end > way.start else way.end + ring.count
    begin, end = ring.angle(way.start) + room, ring.angle(last) - room
    (x1, y1), (x2, y2) = ring.point(begin), ring.point(end)
    is_carried = way.kind == "carried"
    colour = p.bad if way.is_break else p.done if is_carried else p.quiet
    broken = "" if is_carried else ' stroke-dasharray="1 7"' if way.kind != "person" else ' stroke-dasharray="6 6"'
    name = f"way {escape(way.kind)}" + (" first-break" if way.is_break else "")
    curve = f"A{_n(ring.radius)} {_n(ring.radius)} 0 {int(end - begin > pi)} 1 {_n(x2)} {_n(y2)}"
    yield (
        f'<path class="{name}" d="M{_n(x1)} {_n(y1)}{curve}" fill="none" stroke="{colour}"'
        f' stroke-width="{4 if is_carried else 3}" stroke-linecap="round"{broken}/>'
    )
    if way.is_break:
        x, y = ring.point((begin + end) / 2)
        yield _circle(x, y, 9, p.bad, "break-mark", p.paper, 3)
        cross = f"M{_n(x - 3)} {_n(y - 3)}l6 6m0 -6l-6 6"
        yield f'<path class="break-cross" d="{cross}" stroke="{p.paper}" stroke-width="2.2" stroke-linecap="round"/>'


# ---- a fleet ----


def plain_bar(share: float, palette: Palette = LIGHT) -> str:
    """A bar filled by its share, whose number stands beside it: no name of its own."""
    filled = _rect(0, 0, 100 * share, 8, palette.done, "cell full")
    return f'<svg class="chart chart-bar" width="100%" height="8" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{filled}</svg>'


def points(
    scores: Mapping[str, float],
    *,
    label: str,
    names: Mapping[str, str],
    points: Mapping[str, str],
    palette: Palette = LIGHT,
) -> str:
    """A row for each dimension: its name, a bar and a number of its points (0 to 100)."""
    row, width, left = 25, 380, 152
    parts: list[str] = []
    for number, (name, score) in enumerate(scores.items()):
        y = number * row
        parts.append(_text(0, y + 17, names[name], palette.ink, "bar-name", size=13))
        parts.append(_text(width, y + 17, points[name], palette.ink, "bar-points", size=14, weight=600, anchor="end"))
        parts += _share((left, y + 7.0, width - left - 40, 11.0), score / 100, palette)
    return _svg(width, max(len(scores), 1) * row, label, parts, "chart-dimensions")


# ---- over time ----


def trend(
    times: Sequence[float],
    scores: Sequence[float | None],
    *,
    label: str,
    width: float = 220,
    height: float = 34,
    palette: Palette = LIGHT,
) -> str:
    """Points (0 to 100) over time as a line that is broken where there are none, with a disc at the end."""
    room, low = width - 10, height - 4
    at = [
        None if score is None else (5 + room * share, low - (low - 4) * min(max(score, 0), 100) / 100)
        for share, score in zip(_spread(times), scores, strict=True)
    ]
    parts = [_line(5, width - 5, low, palette.track, "trend-ground", 1)]
    parts += [_polyline(run, palette.done, "trend-line", 2) for run in _runs(at)]
    last = next((point for point in reversed(at) if point), None)
    if last:
        parts.append(_circle(*last, 3, palette.done, "trend-end"))
    return _svg(width, height, label, parts, "chart-trend")


def level_steps(
    times: Sequence[float],
    levels: Sequence[int | None],
    known: Sequence[tuple[int, str]],
    days: tuple[str, str],
    *,
    label: str,
    width: float = 640,
    palette: Palette = LIGHT,
) -> str:
    """The level over time as stairs: a row for each of the `known` levels, a level holds until the next revision."""
    row, left, top = 24.0, 26.0, 8.0
    height = top + row * max(len(known) - 1, 1) + 26
    y_of = {number: top + row * (len(known) - 1 - place) for place, (number, _) in enumerate(known)}
    parts = []
    for number, y in y_of.items():
        parts.append(_line(left, width - 6, y, palette.track, "trend-ground", 1))
        parts.append(_text(left - 12, y + 4, str(number), palette.quiet, "trend-level", size=12, anchor="middle"))
    xs = [left + 4 + (width - left - 14) * share for share in _spread(times)]
    corners: list[tuple[float, float] | None] = []
    for number, (x, level) in enumerate(zip(xs, levels, strict=True)):
        at = y_of.get(level) if level is not None else None
        corners.append(None if at is None else (x, at))
        if at is not None and number + 1 < len(xs) and levels[number + 1] is not None:
            corners.append((xs[number + 1], at))
    parts += [_polyline(run, palette.here, "trend-steps", 3) for run in _runs(corners)]
    parts.append(_text(left + 4, height - 4, days[0], palette.quiet, "trend-day", size=12))
    if days[0] != days[1]:
        parts.append(_text(width - 6, height - 4, days[1], palette.quiet, "trend-day", size=12, anchor="end"))
    return _svg(width, height, label, parts, "chart-steps")


def _spread(times: Sequence[float]) -> list[float]:
    """Each time as a share of the way from the first to the last; clocks that went wrong do not lead back."""
    span = max(times, default=0) - min(times, default=0)
    if span <= 0:
        return [number / max(len(times) - 1, 1) for number in range(len(times))]
    found, most = [], 0.0
    for time in times:
        most = max(most, (time - times[0]) / span)
        found.append(min(max(most, 0.0), 1.0))
    return found


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The points without gaps between them."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _polyline(points: Sequence[tuple[float, float]], stroke: str, name: str, width: float) -> str:
    way = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return (
        f'<path class="{escape(name)}" d="M{way}" fill="none" stroke="{stroke}" stroke-width="{_n(width)}"'
        f' stroke-linejoin="round" stroke-linecap="round"/>'
    )


# ---- elements ----


def _svg(
    width: float,
    height: float,
    label: str,
    parts: Sequence[str],
    name: str,
    *,
    is_fluid: bool = True,
    is_stretched: bool = False,
) -> str:
    """The element. A fluid one takes the width that the page gives it, with the proportions kept; a stretched one
    keeps its height."""
    size = "" if is_fluid else f' width="{width:g}" height="{height:g}"'
    if is_stretched:
        size = f' width="100%" height="{height:g}" preserveAspectRatio="none"'
    return (
        f'<svg class="chart {name}"{size} viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, name: str, round_: float = 0) -> str:
    corner = f' rx="{round_:g}"' if round_ else ""
    return (
        f'<rect class="{escape(name)}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"{corner}'
        f' fill="{fill}"/>'
    )


def _circle(x: float, y: float, r: float, fill: str, name: str, stroke: str = "", width: float = 0) -> str:
    edge = f' stroke="{stroke}" stroke-width="{_n(width)}"' if stroke else ""
    return f'<circle class="{escape(name)}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}" fill="{fill}"{edge}/>'


def _line(x1: float, x2: float, y: float, stroke: str, name: str, width: float, *, dash: str = "") -> str:
    """A level line."""
    broken = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path class="{escape(name)}" d="M{_n(x1)} {_n(y)}H{_n(x2)}" stroke="{stroke}" stroke-width="{_n(width)}"'
        f' stroke-linecap="round"{broken}/>'
    )


def _text(
    x: float, y: float, words: str, fill: str, name: str, *, size: int, weight: int = 400, anchor: str = "start"
) -> str:
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    heavy = "" if weight == 400 else f' font-weight="{weight}"'
    return (
        f'<text class="{escape(name)}" x="{_n(x)}" y="{_n(y)}" font-size="{size}"{heavy}{at} fill="{fill}">'
        f"{escape(words)}</text>"
    )


def _n(value: float) -> str:
    """A coordinate with two digits at most, the same on every machine."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def wrapped(text: str, width: float, size: float) -> list[str]:
    """The text in lines of about `width` units at this font size; at least one line. A longer word is cut."""
    room = max(int(width / (size * 0.56)), 4)
    lines = [""]
    for word in text.split():
        short = word if len(word) <= room else word[: room - 1] + "…"
        joined = f"{lines[-1]} {short}".strip()
        if len(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(short)
    return lines
