"""What a report of a fleet shows, in the order in which it shows it: frozen, every text safe to show."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from assessor.overview import Group, Overview, SharedGap, Shift
from assessor.portfolio import Row
from assessor.render.views import charts
from assessor.render.views.texts import Texts
from assessor.render.views.view import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.overview import SharedChange
    from assessor.record import Standing

NAMES_SHOWN = 8


@dataclass(frozen=True)
class FleetView:
    """An overview ready to be shown in one language; its texts are visible ones."""

    fleet: Overview
    t: Texts

    @property
    def title(self) -> str:
        return self.t.count("fleet.title", len(self.fleet.rows))

    @property
    def counts(self) -> str:
        """How many were rated, hold no machine learning, or could not be audited."""
        fleet, t = self.fleet, self.t
        found = (("rated", fleet.rated), ("plain", fleet.plain), ("faults", fleet.faults))
        return ", ".join(t.count(f"fleet.{name}", len(rows)) for name, rows in found if rows or name == "rated")

    @property
    def by_rules(self) -> str:
        tool = next((row.tool for row in self.fleet.rows if row.tool), None)
        model = self.t.tr(self.fleet.model_name)
        if tool is None:
            return model
        return self.t("fleet.by_rules", model=model, name=tool.name, version=tool.version, rules=tool.rules)

    @property
    def mean(self) -> str:
        return self.t.number(self.fleet.index, 2)

    @property
    def spread(self) -> list[tuple[int, int]]:
        """Level and number of repositories, the highest first."""
        return list(reversed(self.fleet.spread.items()))

    def share(self, count: int) -> int:
        """A number of repositories as percent of the largest of any level."""
        return round(100 * count / max(*self.fleet.spread.values(), 1))

    def bar(self, count: int) -> str:
        """The same as a bar: SVG."""
        return charts.plain_bar(self.share(count) / 100)

    def dimension_bars(self) -> str:
        """The mean points of each dimension as a chart: SVG, whose texts are escaped."""
        scores = self.fleet.scores
        names = {name: self.dimension(name) for name in scores}
        points = {name: self.t.number(score, 0) for name, score in scores.items()}
        label = "; ".join(f"{names[name]} {points[name]}" for name in scores)
        return charts.points(scores, label=label, names=names, points=points)

    def cell(self, row: Row, dimension: str) -> str:
        """One field of the heat map: HTML of a number that is ours."""
        score = row.standing.scores.get(dimension) if row.standing else None
        if score is None:
            return '<td class="cell"></td>'
        heat = min(int(score // 20), 4)
        return f'<td class="cell h{heat}" data-key="{score:g}">{self.t.number(score, 0)}</td>'

    def key(self, row: Row) -> str:
        """The position to sort by."""
        standing = row.standing
        return f"{standing.index if standing and standing.index is not None else row.level or 0:g}"

    def short(self, dimension: str) -> str:
        """The first letters of a dimension's name, for a narrow column."""
        return self.dimension(dimension)[:4]

    def address(self, row: Row) -> str:
        """The address of the repository's own report, relative to the fleet's; empty where there is none."""
        if not row.report or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.html", row.report):
            return ""
        folder = self.fleet.reports
        return "/".join(quote(part) for part in (*folder.split("/"), row.report) if part) if folder else ""

    def change_about(self, change: SharedChange) -> str:
        return self.t("fleet.change_about", **self._lifted(change))

    def group_about(self, group: Group) -> str:
        """A group without its name."""
        index = self.t.number(group.index, 2)
        return ". ".join((self.t.count("fleet.group_about", group.count, index=index), *self.aim(group))) + "."

    def level_title(self, level: int) -> str:
        return self.t.tr(dict(self.fleet.levels).get(level, ""))

    def position(self, standing: Standing | None) -> str:
        """The position, or the level where there is none."""
        if standing is None or standing.level is None:
            return "–"
        return str(standing.level) if standing.index is None else self.t.number(standing.index, 2)

    def points(self, value: float | None) -> str:
        return "–" if value is None else self.t.number(value, 0)

    def dimension(self, name: str) -> str:
        return self.t.messages.get(f"dimension.{name}", name)

    def state(self, row: Row) -> str:
        """What stands instead of a level."""
        return self.t("fleet.not_audited" if row.status == "fault" else "fleet.no_ml")

    def target(self, row: Row) -> str:
        """The target, and whether it is reached; empty for none."""
        if row.target is None:
            return ""
        level = "" if row.target.level is None else self.t("fleet.of_level", level=row.target.level)
        words = [level or row.target.source] + [self.t("fleet.reached")] * row.target.reached
        return ", ".join(words)

    def rung(self, name: str) -> str:
        return self.t(f"rung.{name}")

    def gap(self, gap: SharedGap) -> str:
        values = {"count": gap.count, "blocking": gap.blocking, "lifts": gap.lifts}
        return self.t("fleet.gap", title=self.t.tr(gap.title), wanted=self.rung(gap.wanted), **values)

    def change(self, change: SharedChange) -> str:
        return self.t("fleet.change", title=self.t.tr(change.title), **self._lifted(change))

    def _lifted(self, change: SharedChange) -> dict[str, str]:
        """What a change would lift, each number with its noun."""
        t = self.t
        return {
            "count": t.count("fleet.title", change.count),
            "raised": t.count("fleet.practices", change.raised),
            "lifts": t.count("fleet.lifts", change.lifts) if change.lifts else t("fleet.lifts_none"),
        }

    def group_name(self, group: Group) -> str:
        return group.name or self.t("fleet.unnamed")

    def group(self, group: Group) -> str:
        """A group in one sentence."""
        name, index = self.group_name(group), self.t.number(group.index, 2)
        return ". ".join((self.t.count("fleet.group", group.count, name=name, index=index), *self.aim(group))) + "."

    def aim(self, group: Group) -> list[str]:
        """How far the targets of a group are."""
        if not group.aimed:
            return []
        told = self.t("fleet.aimed", reached=group.reached, aimed=group.aimed)
        if group.reached == group.aimed:
            return [told]
        days = self.t.count("fleet.days", group.days)
        return [f"{told}; {self.t.count('fleet.away', group.away, days=days)}"]

    def shift(self, shift: Shift) -> str:
        return self.t("fleet.shift", name=shift.name, old=self.position(shift.old), new=self.position(shift.new))

    def names(self, key: str, names: Sequence[str]) -> str:
        """How many came or went, and the first of them."""
        known = [name for name in names if name]
        told = ", ".join(known[:NAMES_SHOWN])
        if len(known) > NAMES_SHOWN:
            told += f", {self.t.count('fleet.more', len(known) - NAMES_SHOWN)}"
        return self.t.count(f"fleet.{key}", len(names), names=told or "–")


def fleet_view(fleet: Overview, texts: Texts) -> FleetView:
    rows = tuple(Row.model_validate(shown(row.model_dump())) for row in fleet.rows)
    clean = replace(
        fleet,
        rows=rows,
        owners=tuple(_clean(group) for group in fleet.owners),
        criticalities=tuple(_clean(group) for group in fleet.criticalities),
        shifts=tuple(replace(shift, name=shown(shift.name)) for shift in fleet.shifts),
        came=tuple(map(shown, fleet.came)),
        went=tuple(map(shown, fleet.went)),
        compared=shown(fleet.compared),
    )
    return FleetView(clean, texts)


def _clean(group: Group) -> Group:
    return replace(group, name=shown(group.name), lowest=shown(group.lowest))
