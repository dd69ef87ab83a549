"""What a report of a history shows, in the order in which it shows it: frozen, every text safe to show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from assessor.render.views import charts
from assessor.render.views.found_words import in_language
from assessor.render.views.texts import Texts
from assessor.render.views.view import shown
from assessor.trend import Point, Trend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.trend import Move, Note

BLOCKS = "▁▂▃▄▅▆▇█"
DIGITS = "01234567"
"""The same heights where there is nothing but ASCII."""
_COUNTED = {"history.cut", "history.rewritten", "history.other_rules"}


@dataclass(frozen=True, slots=True)
class Row:
    """One dimension over time: its points at each revision, None where there was nothing to rate."""

    name: str
    scores: tuple[float | None, ...]

    @property
    def known(self) -> tuple[float, ...]:
        return tuple(score for score in self.scores if score is not None)

    @property
    def first(self) -> float | None:
        return next(iter(self.known), None)

    @property
    def last(self) -> float | None:
        return self.known[-1] if self.known else None

    @property
    def change(self) -> float | None:
        return None if self.first is None or self.last is None else self.last - self.first


@dataclass(frozen=True)
class HistoryView:
    """A trend ready to be shown in one language; its texts are visible ones."""

    trend: Trend
    t: Texts
    foreign: frozenset[str] = frozenset()
    """Sentences about the repository that the language does not have; they are shown in English."""

    @property
    def name(self) -> str:
        return self.trend.last.repository

    @property
    def title(self) -> str:
        return self.t("history.title", name=self.name)

    @property
    def about(self) -> str:
        """How many revisions, from when to when."""
        points, t = self.trend.points, self.t
        first, last = t.date(points[0].revision.day), t.date(points[-1].revision.day)
        return t.count("history.about", len(points), day=last, first=first, last=last)

    @property
    def by_rules(self) -> str:
        tool = self.trend.last.tool
        model = self.t.tr(self.trend.model_name)
        return self.t("history.by_rules", name=tool.name, version=tool.version, rules=tool.rules, model=model)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(map(self.note, self.trend.notes))

    def note(self, note: Note) -> str:
        """A note in words."""
        values = {name: self.t.date(str(value)) if name == "day" else value for name, value in note.values}
        if note.key in _COUNTED:
            number = values.pop("number")
            return self.t.count(note.key, float(str(number)), **values)
        values = {name: self.t.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return self.t(note.key, **values)

    def level(self, point: Point) -> str:
        """The level and its title in one phrase."""
        standing = point.standing
        if standing.level is None:
            return self.t("history.no_level")
        return f"{standing.level} {self.t.tr(standing.title)}"

    def number(self, value: float | None, digits: int = 1) -> str:
        return "–" if value is None else self.t.number(value, digits)

    def signed(self, value: float | None) -> str:
        return "–" if value is None else self.t.signed(value)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The dimensions, and all of them together first."""
        trend = self.trend
        whole = Row(self.t("history.over_all"), tuple(point.standing.points for point in trend.points))
        names = self.t.messages
        return (whole, *(Row(names.get(f"dimension.{d}", d), trend.scores(d)) for d in trend.dimensions))

    @cached_property
    def moved(self) -> tuple[Point, ...]:
        """The revisions at which something rose or fell, the newest first."""
        return tuple(point for point in reversed(self.trend.points) if point.rose or point.fell)

    @property
    def counts(self) -> str:
        """How much rose and fell in all."""
        rose = sum(len(point.rose) for point in self.trend.points)
        fell = sum(len(point.fell) for point in self.trend.points)
        return f"{self.t.count('history.rose_count', rose)}, {self.t.count('history.fell_count', fell)}"

    def of_point(self, point: Point) -> tuple[Move, ...]:
        """What rose, then what fell."""
        return (*point.rose, *point.fell)

    def climb(self, move: Move) -> str:
        return f"{self.t(f'rung.{move.old}')} → {self.t(f'rung.{move.new}')}"

    def proof(self, move: Move) -> str:
        """The sentence of the proof that came or went; empty where there is none."""
        if move.proof is None:
            return ""
        key = "history.proof_went" if move.proof.gone else "history.proof_came"
        return self.t(key, text=move.proof.text)

    def commit(self, move: Move) -> str:
        """The commit that made the move, or of how many it is one."""
        if not move.commits:
            return self.t("history.by_unknown")
        last = move.commits[0]
        values = {"commit": last.commit[:10], "day": self.t.date(last.day), "subject": last.subject}
        return self.t("history.by", **values) if move.of == 1 else self.t("history.by_one_of", of=move.of, **values)

    def spark(self, row: Row, signs: str, room: int) -> str:
        """The points as a row of signs by height (0 to 100), a blank where there are none."""
        return "".join(
            " " if score is None else signs[_height(score, len(signs))] for score in thinned(row.scores, room)
        )

    def line(self, row: Row, width: int) -> str:
        """The points over time as a chart: SVG, whose texts are escaped."""
        return charts.trend(self._times, row.scores, label=self.line_label(row), width=width)

    def line_label(self, row: Row) -> str:
        return self.t("history.chart_points", name=row.name, first=self.number(row.first), last=self.number(row.last))

    def steps(self, width: int) -> str:
        """The level over time as a chart of stairs."""
        levels = [point.standing.level for point in self.trend.points]
        days = (self.trend.points[0].revision.day, self.trend.last.revision.day)
        known = self.trend.levels
        return charts.level_steps(self._times, levels, known, days, label=self.steps_label, width=width)

    @property
    def steps_label(self) -> str:
        changes: list[str] = []
        last: object = object()
        for point in self.trend.points:
            if point.standing.level != last:
                last = point.standing.level
                changes.append(f"{point.revision.day}: {self.level(point)}")
        return self.t("history.chart_level", levels="; ".join(changes))

    @property
    def _times(self) -> tuple[float, ...]:
        return tuple(float(point.time) for point in self.trend.points)


def history_view(trend: Trend, texts: Texts) -> HistoryView:
    told, foreign = in_language([shown(point.model_dump()) for point in trend.points], texts)
    points = tuple(map(Point.model_validate, told))
    notes = tuple(replace(note, values=tuple((k, _safe(v)) for k, v in note.values)) for note in trend.notes)
    return HistoryView(replace(trend, points=points, notes=notes), texts, foreign)


def _safe(value: object) -> object:
    return shown(value) if isinstance(value, str) else value


def _height(score: float, count: int) -> int:
    return min(int(max(score, 0) / 100 * count), count - 1)


def thinned(values: Sequence[float | None], room: int) -> Sequence[float | None]:
    """At most `room` of the values, evenly spaced, with the first and the last."""
    if len(values) <= room:
        return values
    step = (len(values) - 1) / (room - 1)
    return [values[round(number * step)] for number in range(room)]
