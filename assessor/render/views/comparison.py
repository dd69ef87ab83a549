"""What a report of two assessments shows, in the order in which it shows it: frozen, every text safe to show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assessor.comparison import GROUPS, Comparison
from assessor.render.views import charts, seal_words
from assessor.render.views.found_words import in_language
from assessor.render.views.links import Links, links_of
from assessor.render.views.texts import Texts
from assessor.render.views.view import shown, told

if TYPE_CHECKING:
    from assessor.assessment import PlaceInfo, RungName, StatusName
    from assessor.comparison import (
        DimensionChange,
        GapChange,
        GroupName,
        ItemChange,
        ModelChange,
        PracticeChange,
        Regraded,
        Side,
    )


@dataclass(frozen=True)
class ComparisonView:
    """A comparison ready to be shown in one language. `comparison` has visible texts only."""

    comparison: Comparison
    t: Texts
    old_links: Links
    new_links: Links
    foreign: frozenset[str] = frozenset()
    """Sentences about the repositories that the language does not have; they are shown in English."""

    @property
    def title(self) -> str:
        """What is compared."""
        old, new = self.comparison.old.repository, self.comparison.new.repository
        if self.comparison.same_repository:
            return self.t("compare.title", name=new.name)
        return self.t("compare.title_two", old=old.name, new=new.name)

    @cached_property
    def model(self) -> ModelChange:
        """The change by the model that is shown."""
        return next(change for change in self.comparison.models if change.model == self.comparison.model)

    @property
    def level(self) -> str:
        """The sentence about the level."""
        return self.level_words(self.model)

    def level_words(self, change: ModelChange) -> str:
        """From which level to which, in one sentence."""
        new_title, old_title = self.t.tr(change.new_title), self.t.tr(change.old_title)
        if change.new is None:
            return self.t("compare.level_gone", level=change.old, title=old_title)
        if change.old is None:
            return self.t("compare.level_first", level=change.new, title=new_title)
        if change.old == change.new:
            return self.t("compare.level_same", level=change.new, title=new_title)
        key = "compare.level_rose" if change.new > change.old else "compare.level_fell"
        return self.t(key, old=change.old, old_title=old_title, new=change.new, new_title=new_title)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before the differences."""
        found, old, new = self.comparison, self.comparison.old, self.comparison.new
        notes = []
        if not found.same_repository:
            notes.append(self.t("compare.two_repositories"))
        if not found.same_rules:
            key = "compare.only_rules" if found.same_state else "compare.rules_differ"
            notes.append(self.t(key, old=_rules(old), new=_rules(new)))
        if self.model.edition_changed:
            notes.append(self.t("compare.edition", name=self.t.tr(self.model.name)))
        if self.model.model_changed:
            notes.append(self.t("compare.model_changed", name=self.t.tr(self.model.name)))
        if self.model.by_rules is not None:
            key = "compare.by_rules_same" if self.model.by_rules == self.model.old else "compare.by_rules"
            notes.append(self.t(key, old=self.model.old, level=self.model.by_rules))
        if found.is_empty:
            notes.append(self.t("compare.nothing"))
        return tuple(notes)

    @property
    def counts(self) -> str:
        """How many practices rose, fell and so on, in one line."""
        numbers = {name: len(self.comparison.of(name)) for name in GROUPS} | {"unchanged": self.comparison.unchanged}
        return ", ".join(self.t.count(f"compare.count_{name}", number) for name, number in numbers.items() if number)

    @property
    def moved(self) -> bool:
        """The level by the model shown is another one than before."""
        return self.model.old is not None and self.model.new is not None and self.model.old != self.model.new

    @property
    def other_models(self) -> tuple[ModelChange, ...]:
        """The models beside the one shown whose level differs."""
        changes = self.comparison.models
        return tuple(change for change in changes if change.old != change.new and change is not self.model)

    @property
    def groups(self) -> tuple[tuple[GroupName, tuple[PracticeChange, ...]], ...]:
        """The groups that are not empty, with their practices."""
        return tuple((name, self.comparison.of(name)) for name in GROUPS if self.comparison.of(name))

    def rung(self, name: RungName | None) -> str:
        return self.t(f"rung.{name}") if name else self.t("compare.not_rated")

    def climb(self, change: PracticeChange) -> str:
        """From which rung to which; one word where the rung is the same."""
        if change.old == change.new:
            return self.rung(change.new)
        return f"{self.rung(change.old)} → {self.rung(change.new)}"

    def regraded(self, pair: Regraded) -> str:
        """In what a proof differs: its rung, its words, or the way to it."""
        if pair.old.rung != pair.new.rung:
            return f"{self.rung(pair.old.rung)} → {self.rung(pair.new.rung)}"
        if pair.old.text != pair.new.text:
            return self.t("compare.other_words", text=pair.old.text)
        return self.t("compare.other_way")

    def way(self, pair: Regraded) -> str:
        """The route that automation lost or found; empty where both sides have one or none."""
        if bool(pair.old.hops) == bool(pair.new.hops):
            return ""
        key = "compare.way_gone" if pair.old.hops else "compare.way_new"
        return self.t(key, way=" › ".join(hop.text for hop in told(pair.old.hops or pair.new.hops)))

    def ways(self, change: PracticeChange) -> tuple[str, ...]:
        """The routes that the proofs of a practice lost or found, each once."""
        return tuple(dict.fromkeys(filter(None, map(self.way, change.regraded))))

    def is_bare(self, change: PracticeChange) -> bool:
        """No proof differs, so that what the rating says of itself is all that can be told."""
        return bool(change.new_summary) and not (change.appeared or change.vanished or change.regraded)

    def shift(self, change: DimensionChange, width: int) -> str:
        """The chart of a dimension's points, before and after: SVG, whose texts are escaped."""
        return charts.shift(*change.scores, label=self.shift_label(change), width=width)

    def shift_label(self, change: DimensionChange) -> str:
        """The same in words."""
        words = [self.t("compare.not_rated") if score is None else self.t.number(score, 1) for score in change.scores]
        return f"{self.t(f'dimension.{change.dimension}')}: {words[0]} → {words[1]}"

    def gap(self, gap: GapChange) -> str:
        """Which rung a level asks of a practice, and where the practice is."""
        return self.t("compare.gap", level=gap.level, wanted=self.rung(gap.wanted), rung=self.rung(gap.rung))

    def answer(self, item: ItemChange, status: StatusName | None) -> str:
        """The answer to an item of the model on one side; a weakness that is answered `met` is overcome."""
        if status is None:
            return self.t("compare.not_rated")
        return self.t(f"weakness.{status}" if item.lack and status in ("met", "unmet") else f"status.{status}")

    def side(self, side: Side) -> str:
        """Commit, day and maker of one side."""
        repository, tool = side.repository, side.tool
        words = [repository.commit[:10] or self.t("report.no_commit")]
        words += [self.t.date(repository.date)] if repository.date else []
        words += [self.t("report.dirty")] if repository.dirty else []
        words += [self.t("report.rules", name=tool.name, version=tool.version, rules=tool.rules)]
        told = seal_words.told(side.broken, self.t)
        return ", ".join(words) + (f". {self.t('seal.title')}: {told}" if told else "")

    def url(self, place: PlaceInfo, *, is_old: bool) -> str:
        """The https address of the place's lines at its side's commit; empty where none is known."""
        links = self.old_links if is_old else self.new_links
        return links.line(place.path, place.line, place.end_line)


def comparison_view(comparison: Comparison, texts: Texts) -> ComparisonView:
    tree, foreign = in_language(shown(comparison.model_dump()), texts)
    links = links_of(comparison.old.repository), links_of(comparison.new.repository)
    return ComparisonView(Comparison.model_validate(tree), texts, *links, foreign)


def _rules(side: Side) -> str:
    return f"{side.tool.version}, {side.tool.rules}"
