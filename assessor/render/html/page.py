"""What the templates of the HTML report ask for beyond the view: charts in two widths, words, and how much is shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from assessor.catalog.practices import load_practices
from assessor.render.views import accuracy_words, charts, seal_words
from assessor.render.views import loop as loop_view
from assessor.render.views.pages import practice_page
from assessor.render.views.scope_words import scope_facts
from assessor.render.views.standing_words import (
    holds,
    holds_head,
    holds_words,
    level_of,
    level_of_statements,
    level_sign,
    note_of,
    position,
    profile,
    stands_in_the_way,
    subject,
)
from assessor.render.views.statement_words import StatementWords, web_address
from assessor.render.views.step_words import estimated, places
from assessor.render.views.target_words import target_line
from assessor.render.views.unit_words import UnitsShown, units_shown
from assessor.render.views.view import HEIGHTS, LADDER, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from assessor.assessment import (
        BasisInfo,
        ControlInfo,
        CrosswalkInfo,
        HandoverInfo,
        HopInfo,
        ItemInfo,
        LevelInfo,
        LoopInfo,
        PlaceInfo,
        RoadmapStepInfo,
        ScorecardInfo,
        SectionInfo,
    )
    from assessor.catalog.practices import RungName
    from assessor.render.views.texts import Texts
    from assessor.render.views.view import DimensionView, PracticeView, View


FOLDED_AFTER = 3
"""Proofs of a practice that are shown before the rest is folded."""
MOST = {
    "evidence": 25,
    "hops": 25,
    "near_misses": 15,
    "blind_spots": 15,
    "all_blind_spots": 200,
    "raises": 25,
    "statements": 100,
}
"""How many of a list go into the file at all; what is cut is told, and the JSON has it."""
WIDE, NARROW = 640, 340
ANSWERS = (*LADDER, "unknown", "not_applicable")
STATUSES = ("blocking", "supporting", "later", "unknown", "done", "not_applicable")
BASIS = ("observed", "attested", "unstated", "unknown")


@dataclass(frozen=True, slots=True)
class Cut:
    """A list as far as it is shown, and how many entries are left out."""

    shown: tuple[Any, ...]
    left: int


@dataclass(frozen=True)
class Page:
    """The view of one assessment with the texts of one language."""

    view: View
    texts: Texts
    embedded: str = ""
    """The JSON of the assessment, compressed, in base64; empty for one without a seal."""

    # ---- lists ----

    def cut(self, entries: Sequence[Any], what: str) -> Cut:
        """The entries as far as `MOST[what]` allows."""
        return Cut(tuple(entries[: MOST[what]]), max(len(entries) - MOST[what], 0))

    def hops(self, hops: Sequence[HopInfo]) -> Cut:
        """A route without repeated words; where it is too long, its end, which is the proof, is kept."""
        way = told(hops)
        left = max(len(way) - MOST["hops"], 0)
        return (
            Cut((*way[: MOST["hops"] // 2], *way[len(way) - (MOST["hops"] - MOST["hops"] // 2) :]), left)
            if left
            else Cut(way, 0)
        )

    def short_way(self, hops: Sequence[HopInfo]) -> str:
        """First and last hop of a route."""
        way = told(hops)
        return f"{way[0].text} … {way[-1].text}" if len(way) > 2 else " → ".join(hop.text for hop in way)

    def meanings(self, practice: PracticeView) -> Mapping[RungName, str]:
        """What each rung means for a practice, by the shipped catalogue; empty for a practice that it does not have."""
        known = next((entry for entry in load_practices() if entry.id == practice.id), None)
        return known.rungs if known else {}

    def items_by_level(self) -> tuple[tuple[LevelInfo, tuple[ItemInfo, ...]], ...]:
        """The model's items below their levels, without levels that have none."""
        card = self.view.card
        groups = ((level, tuple(item for item in card.items if item.level == level.level)) for level in card.levels)
        return tuple((level, items) for level, items in groups if items)

    def item_text(self, name: str) -> str:
        """The words of an item of the shown model; its id where there are none."""
        return next((self.texts.tr(item.text) for item in self.view.card.items if item.id == name), name)

    @property
    def statuses(self) -> dict[str, int]:
        """How many practices the model answers in each way, the most urgent first, without answers that none has."""
        found = Counter(practice.status for practice in self.view.practices.values())
        return {name: found[name] for name in STATUSES if found[name]}

    @property
    def target(self) -> str:
        """Where the repository wants to be and how far that is; empty where nobody says."""
        target = self.view.card.target
        return target_line(target, self.texts) if target else ""

    @property
    def blocking(self) -> int:
        """How many practices keep the next level away."""
        return len({gap.practice for gap in self.view.blocking})

    @property
    def name_parts(self) -> tuple[str, str]:
        """The repository's name: the way to it, ended by a slash, and its last part."""
        before, slash, last = self.view.assessment.repository.name.rpartition("/")
        return before + slash, last

    def groups(self, crosswalk: CrosswalkInfo) -> tuple[tuple[str, tuple[ControlInfo, ...]], ...]:
        """The controls of a framework below the names of their groups, in its own order."""
        return tuple((name, tuple(group)) for name, group in groupby(crosswalk.controls, key=lambda own: own.group))

    # ---- words ----

    @cached_property
    def said(self) -> StatementWords:
        """What people stated and waived."""
        return StatementWords(self.view.assessment, self.texts)

    def address(self, link: str) -> str:
        """The link where it may be one; empty for text that only looks like it."""
        return web_address(link)

    def answer(self, item: ItemInfo) -> str:
        """The answer to an item; a weakness that is answered `met` is overcome."""
        if item.lack and item.status in ("met", "unmet"):
            return self.texts(f"weakness.{item.status}")
        return self.texts(f"status.{item.status}")

    def kind(self, item: ItemInfo) -> str:
        """Whether the model requires the item."""
        return self.texts("items." + ("weakness" if item.lack else "required" if item.required else "supporting"))

    def dimension(self, name: str) -> str:
        """The name of a dimension; its id for one that these texts do not know, as from a later version's JSON."""
        return self.texts.messages.get(f"dimension.{name}", name)

    def doubt(self, practice: PracticeView) -> str:
        """That its rating was right less often than four times in five; empty for any other one."""
        return accuracy_words.doubt(practice.info, self.texts)

    @property
    def accuracy(self) -> tuple[str, list[tuple[str, list[tuple[str, str, bool]]]]]:
        """How often ratings were right: all together in a sentence, and each by its dimension."""
        assessment = self.view.assessment
        return accuracy_words.about(assessment, self.texts), accuracy_words.figures(assessment, self.texts)

    def practice_page(self, name: str) -> str:
        """The address of a practice in the documentation; empty where none is known."""
        return practice_page(self.view.assessment.tool.docs, name)

    def dimension_asks(self, name: str) -> str:
        """What a dimension asks; empty for one that these texts do not know."""
        return self.texts.messages.get(f"dimension_asks.{name}", "")

    def standing(self, dimension: DimensionView) -> str:
        """How many of the statements about a dimension hold."""
        return holds_words(dimension.result, self.view.card, self.texts) if dimension.result else ""

    @property
    def dimensions_about(self) -> str:
        level = level_of_statements(self.view.card)
        key = "summary.dimensions_about" if level is None else "summary.dimensions_of"
        return self.texts(key, level=level)

    @property
    def stands_in_the_way(self) -> str:
        return stands_in_the_way(self.view.assessment, self.texts)

    @property
    def level_of(self) -> str:
        return level_of(self.view.card, self.texts)

    @property
    def level_sign(self) -> str:
        return level_sign(self.view.card)

    @property
    def subject(self) -> str:
        """What the repository is about, where that is not a whole system."""
        return subject(self.view.assessment, self.texts)

    @property
    def scope(self) -> list[tuple[str, str]]:
        """What of the repository is rated, where that is not all of it."""
        return list(scope_facts(self.view.assessment, self.texts))

    @property
    def seal(self) -> str:
        """The digest over the assessment; empty where it bears no seal that fits."""
        return seal_words.digest(self.view.assessment)

    @property
    def seal_warning(self) -> str:
        return seal_words.warning(self.view.assessment, self.texts)

    @property
    def units(self) -> UnitsShown:
        return units_shown(self.view.assessment, self.texts)

    @property
    def profile(self) -> str:
        return profile(self.view.assessment, self.texts)

    @property
    def position(self) -> str:
        """The position and what it means; empty where there is none, and at the top."""
        card, texts = self.view.card, self.texts
        index = position(card, texts)
        if not index or card.next_level is None or card.level is None:
            return ""
        share = texts.percent(card.share)
        return texts("standing.position_means", index=index, level=card.level, share=share, next=card.next_level)

    def climbs(self, step: RoadmapStepInfo) -> list[tuple[str, str]]:
        """The climbs of a step, each kind once."""
        return list(dict.fromkeys((lift.rung, lift.wanted) for lift in step.raises))

    def estimated(self, step: RoadmapStepInfo) -> str:
        return estimated([step], self.texts)

    def places(self, step: RoadmapStepInfo) -> tuple[Sequence[PlaceInfo], PlaceInfo | None]:
        """The files to work on, and the one that starts them."""
        return places(step)

    def work_of(self, steps: Sequence[RoadmapStepInfo]) -> str:
        """The range that steps take together, called an estimate."""
        return estimated(steps, self.texts)

    def basis_words(self, basis: BasisInfo) -> list[tuple[str, str]]:
        """(name of the part, its share in percent) for each part that is not empty."""
        return [(name, self.texts.percent(getattr(basis, name))) for name in BASIS if getattr(basis, name) > 0]

    def foreign(self, text: str) -> Markup:
        """An attribute that says that the text is English; nothing where the page is English or the text translated."""
        from markupsafe import Markup

        return Markup(' lang="en"') if self.texts.is_foreign(text) else Markup("")

    # ---- charts ----

    def ladder(self, width: int) -> Markup:
        card, texts = self.view.card, self.texts
        title = texts.tr(card.title)
        label = texts("chart.ladder", name=texts.tr(card.name), level=level_sign(card), top=card.top, title=title)
        titles = {entry.level: texts.tr(entry.title) for entry in card.levels}
        notes = {entry.level: note_of(entry, card, texts, "summary.share_holds") for entry in card.levels}
        return _markup(charts.ladder(card.levels, card.height, label=label, titles=titles, notes=notes, width=width))

    def dimensions(self) -> Markup:
        card, texts = self.view.card, self.texts
        return _markup(
            charts.dimensions(
                card.dimensions,
                label=texts("chart.dimensions", name=texts.tr(card.name)),
                names={name: self.dimension(name) for name in card.dimensions},
                heads=(holds_head(card, texts), texts("chart.points")),
                standing={name: holds(result, texts) for name, result in card.dimensions.items()},
                points={name: texts.number(result.score, 1) for name, result in card.dimensions.items()},
            )
        )

    @property
    def rungs(self) -> dict[str, int]:
        """How many practices stand on each rung, lowest first, without rungs that none has."""
        found: Counter[str] = Counter(practice.info.rung for practice in self.view.practices.values())
        return {name: found[name] for name in ANSWERS if found[name]}

    def stack(self) -> Markup:
        total = sum(self.rungs.values())
        parts = ", ".join(f"{self.texts('rung.' + name)} {number}" for name, number in self.rungs.items())
        label = self.texts("chart.stack", parts=parts)
        return _markup(charts.stack({name: number / total for name, number in self.rungs.items()}, label=label))

    def basis(self, basis: BasisInfo) -> Markup:
        parts = ", ".join(f"{self.texts('basis.' + name)} {share}" for name, share in self.basis_words(basis))
        return _markup(charts.basis(basis, label=self.texts("chart.basis", parts=parts), width=400, height=10))

    def rail(self, practice: PracticeView) -> Markup:
        """The ladder of one practice: where it stands, and where the model wants it."""
        info, texts = practice.info, self.texts
        label = texts(f"rung.{info.rung}")
        wanted = practice.gap.wanted if practice.gap else ""
        if wanted:
            label += f"; {texts('practice.asked')}: {texts('rung.' + wanted)}"
        return _markup(charts.rail(info.rung, ("absent", *info.rungs), label=label, wanted=wanted))

    def station(self, life: LoopInfo, name: str) -> str:
        return loop_view.station_title(life, name, self.texts)

    def break_sentence(self, life: LoopInfo) -> str:
        return loop_view.break_sentence(life, self.texts)

    def first_break(self, life: LoopInfo) -> HandoverInfo | None:
        return loop_view.first_break(life)

    def reason(self, handover: HandoverInfo) -> str:
        return loop_view.reason(handover, self.texts)

    def loop(self, life: LoopInfo) -> Markup:
        return _markup(loop_view.loop_chart(life, self.texts)[0])

    def pips(self, level: int, card: ScorecardInfo | None = None) -> Markup:
        """A level of a model, the shown one if `card` is None."""
        card = card or self.view.card
        label = self.texts("report.level_of", level=level, top=card.top)
        return _markup(charts.pips(level, card.floor, card.top, label=label))

    def meter(self, section: SectionInfo) -> Markup:
        """The points of a section as a bar."""
        full = section.full or 1.0
        label = f"{self.texts.number(section.points or 0)} / {self.texts.number(full)}"
        return _markup(charts.meter((section.points or 0) / full, label=label))

    @property
    def ladder_rungs(self) -> tuple[str, ...]:
        return LADDER

    @property
    def all_rungs(self) -> tuple[str, ...]:
        """The ladder, then the answers beside it."""
        return ANSWERS

    def height(self, rung: str) -> int:
        """How many rungs above absent; -1 for what stands beside the ladder."""
        return HEIGHTS.get(rung, -1)


def _markup(chart: str) -> Markup:
    """A chart, which has escaped its own texts."""
    from markupsafe import Markup

    return Markup(chart)
