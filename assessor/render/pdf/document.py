"""What the templates of the PDF document ask for beyond the view: its chapters, its sentences, and its charts."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any

from assessor.render.pdf.file import printable, time_of
from assessor.render.views import accuracy_words, charts, seal_words
from assessor.render.views import loop as loop_view
from assessor.render.views.pages import practice_page
from assessor.render.views.scope_words import scope_facts
from assessor.render.views.standing_words import (
    holds,
    holds_head,
    level_of,
    level_sign,
    profile,
    stands_in_the_way,
    subject,
)
from assessor.render.views.statement_words import StatementWords, web_address
from assessor.render.views.step_words import estimated, places, where
from assessor.render.views.target_words import target_line
from assessor.render.views.unit_words import UnitsShown, units_shown
from assessor.render.views.view import HEIGHTS, LADDER, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from markupsafe import Markup

    from assessor.assessment import (
        BasisInfo,
        BlindSpotInfo,
        DimensionInfo,
        EvidenceInfo,
        GapInfo,
        HandoverInfo,
        HopInfo,
        ItemInfo,
        LevelInfo,
        LoopInfo,
        PlaceInfo,
        RoadmapStepInfo,
        RungName,
    )
    from assessor.render.views.texts import Texts
    from assessor.render.views.view import DimensionView, PracticeView, View

RUNGS: tuple[RungName, ...] = ("absent", "declared", "used", "automated", "enforced", "unknown", "not_applicable")
MOST = {"evidence": 50, "near_misses": 20, "blind_spots": 400, "hops": 30, "statements": 100}
"""How many of a list are printed; what is cut is told, and the JSON inside the file has it."""
BASIS = ("observed", "attested", "unstated", "unknown")
LONGEST_NAME = 60
"""Characters of the repository's name in running heads and sentences."""
_COVER_NAME, _COVER_FACT = 120, 180
"""Characters of the name and of other facts on the cover, which is one page whatever a repository says."""
_ALIKE_AFTER = 2
"""Routes that begin with more hops in common than these are printed as 'as above'."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of contents."""

    number: str
    title: str
    anchor: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the executive summary: `climbs` are (from, to) rungs, `places` where it begins."""

    title: str
    fix: str
    climbs: tuple[tuple[str, str], ...]
    work: str
    places: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof in the annex. `hops` are the texts and places of its route; where the route begins as the one before
    (`is_shared`), only those that follow. A place in the file of the hop before is its line alone."""

    evidence: EvidenceInfo
    is_first_of_rung: bool
    is_shared: bool = False
    hops: tuple[tuple[str, str], ...] = ()

    @property
    def has_way(self) -> bool:
        return self.is_shared or bool(self.hops)


@dataclass(frozen=True, slots=True)
class ItemLevel:
    """The statements of one level; `state` colours `words`."""

    number: int
    title: str
    state: str
    words: str
    items: tuple[ItemInfo, ...]


@dataclass(frozen=True)
class Document:
    """Everything that the templates ask for. `data` is the JSON of the assessment."""

    view: View
    t: Texts
    data: bytes
    told_moment: datetime | None = None

    @property
    def moment(self) -> datetime:
        return self.told_moment or time_of(self.view.assessment.repository.date)

    def context(self) -> dict[str, Any]:
        """The names that the templates use."""
        return {
            "doc": self, "view": self.view, "t": self.t, "card": self.view.card, "assessment": self.view.assessment,
            "repository": self.view.assessment.repository, "moment": self.moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ladder_rungs": LADDER[1:], "heights": HEIGHTS, "told": told,
        }  # fmt: skip

    @property
    def name(self) -> str:
        """The repository's name as far as it fits into a line."""
        return shortened(self.view.assessment.repository.name, LONGEST_NAME)

    @staticmethod
    def paragraphs(text: str) -> list[str]:
        """The paragraphs of a text, parted by empty lines."""
        return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]

    # ---- cover, contents, method ----

    @property
    def cover_name(self) -> str:
        return shortened(self.view.assessment.repository.name, _COVER_NAME)

    def cover_facts(self) -> Iterator[tuple[str, str, str]]:
        """Label, value and class of the value."""
        for label, value, kind in self._repository_facts():
            yield label, shortened(value, _COVER_FACT), kind
        yield from self.tool_facts()

    def _repository_facts(self) -> Iterator[tuple[str, str, str]]:
        t, repository = self.t, self.view.assessment.repository
        if told := seal_words.warning(self.view.assessment, t):
            yield t("seal.title"), told, "alarm"
        commit = repository.commit or t("report.no_commit")
        yield t("report.commit"), f"{commit} {t('report.dirty')}" if repository.dirty else commit, "mono"
        if repository.date:
            yield t("pdf.date"), t.date(repository.date), ""
        if repository.branch:
            yield t("report.branch"), repository.branch, "mono"
        if repository.remote:
            yield t("pdf.remote"), repository.remote, "mono"
        yield from ((label, words, "") for label, words in scope_facts(self.view.assessment, t))

    def tool_facts(self) -> Iterator[tuple[str, str, str]]:
        t, tool = self.t, self.view.assessment.tool
        yield t("pdf.assessor"), t("report.rules", name=tool.name, version=tool.version, rules=tool.rules), ""
        yield t("pdf.digest"), hashlib.sha256(self.data).hexdigest(), "mono"
        if seal := seal_words.digest(self.view.assessment):
            yield t("seal.digest"), seal, "mono"

    @property
    def accuracy(self) -> tuple[str, list[tuple[str, list[tuple[str, str, bool]]]]]:
        """How often ratings were right: all together in a sentence, and each by its dimension."""
        return accuracy_words.about(self.view.assessment, self.t), accuracy_words.figures(self.view.assessment, self.t)

    def page_of(self, name: str) -> str:
        """The address of a practice in the documentation; empty where none is known."""
        return practice_page(self.view.assessment.tool.docs, name)

    def method_facts(self) -> Iterator[tuple[str, str, str]]:
        t, card, counts = self.t, self.view.card, self.view.assessment.statistics
        yield from self.tool_facts()
        yield t("models.model"), t("report.by_model", name=t.tr(card.name), edition=card.edition), ""
        yield t("pdf.schema"), t("pdf.schema_line", version=self.view.assessment.schema_version), ""
        files = {"files": counts.files, "read": counts.read, "parsed": counts.parsed}
        yield t("pdf.files"), t("summary.read", **{key: t.number(value) for key, value in files.items()}), ""

    @cached_property
    def contents(self) -> tuple[Entry, ...]:
        return tuple(self._contents())

    def _contents(self) -> Iterator[Entry]:
        t = self.t
        yield Entry("1", t("pdf.summary"), "summary")
        yield Entry("2", t("pdf.roadmap"), "roadmap")
        yield Entry("3", t("pdf.dimensions"), "dimensions")
        for number, dimension in enumerate(self.view.dimensions, start=1):
            yield Entry(f"3.{number}", t(f"dimension.{dimension.id}"), f"dimension-{dimension.id}", 2)
        life = [Entry("4", t("loop.title"), "loop")] if self.view.assessment.loop else []
        yield from life
        own = [("units.title", "units")] if self.view.assessment.units else []
        others = (*own, ("pdf.models", "models"), ("pdf.statements", "statements"))
        for number, (title, anchor) in enumerate(others, start=len(life) + 4):
            yield Entry(str(number), t(title), anchor)
        yield Entry("A", t("pdf.evidence"), "evidence")
        yield Entry("B", t("pdf.blind"), "blind-spots")
        yield Entry("C", t("pdf.method"), "method")

    def number_of(self, anchor: str) -> str:
        """The number of a chapter as the contents tell it."""
        return next(entry.number for entry in self.contents if entry.anchor == anchor)

    def title_of(self, anchor: str) -> str:
        return next(entry.title for entry in self.contents if entry.anchor == anchor)

    @property
    def units(self) -> UnitsShown:
        return units_shown(self.view.assessment, self.t)

    # ---- executive summary ----

    def lead(self) -> Iterator[str]:
        """The result in a few sentences."""
        t, card, view = self.t, self.view.card, self.view
        if card.level is None:
            yield subject(view.assessment, t)
            return
        for sentence in (subject(view.assessment, t), profile(view.assessment, t)):
            if sentence:
                yield sentence
        yield t("pdf.lead_reached", name=self.name, level=card.level, top=card.top, title=t.tr(card.title))
        if self.said.other_level(card):
            yield self.said.level(card)
        if card.next_level is None:
            yield t("summary.at_top")
            return
        title = t.tr(view.level_title(card.next_level))
        yield t("pdf.lead_next", percent=t.percent(card.share), next=card.next_level, next_title=title)
        if card.target:
            yield self.target()
        elif card.roadmap:
            key = "pdf.lead_towards" if card.roadmap_blocked else "pdf.lead_way"
            yield t.count(key, len(card.roadmap), days=estimated(card.roadmap, t))
        blocking = len({gap.practice for gap in view.blocking})
        if blocking:
            yield t.count("pdf.lead_blocking", blocking)
        if view.assessment.loop:
            yield f"{t('loop.title')}: {self.break_sentence(view.assessment.loop)}"

    @property
    def holds_head(self) -> str:
        return holds_head(self.view.card, self.t)

    def holds(self, result: DimensionInfo) -> str:
        return holds(result, self.t)

    @property
    def stands_in_the_way(self) -> str:
        return stands_in_the_way(self.view.assessment, self.t)

    @property
    def level_of(self) -> str:
        return level_of(self.view.card, self.t)

    @property
    def level_sign(self) -> str:
        return level_sign(self.view.card)

    @property
    def subject(self) -> str:
        return subject(self.view.assessment, self.t)

    def extremes(self) -> Iterator[str]:
        """The strongest and the weakest dimensions by points."""
        t = self.t
        ranked = sorted(self.view.card.dimensions.items(), key=lambda entry: -entry[1].score)
        if len(ranked) > 4 and ranked[0][1].score > ranked[-1][1].score:
            yield t("pdf.lead_strong", names=self._named([name for name, _ in ranked[:2]]))
            yield t("pdf.lead_weak", names=self._named([name for name, _ in ranked[:-3:-1]]))

    def _named(self, names: Sequence[str]) -> str:
        scores = self.view.card.dimensions
        return ", ".join(f"{self.t(f'dimension.{name}')} ({self.t.number(scores[name].score)})" for name in names)

    def steps(self) -> tuple[Step, ...]:
        """The first steps of the plan."""
        return tuple(self._step_of_road(step) for step in self.view.steps)

    def _step_of_road(self, step: RoadmapStepInfo) -> Step:
        climbs = tuple(dict.fromkeys((lift.rung, lift.wanted) for lift in step.raises))
        fix, places = self.t.tr(step.raises[0].fix), where(step, self.t)
        return Step(self.t.tr(step.title), fix, climbs, self.estimated(step), places)

    def estimated(self, step: RoadmapStepInfo) -> str:
        return estimated([step], self.t)

    def places(self, step: RoadmapStepInfo) -> tuple[Sequence[PlaceInfo], PlaceInfo | None]:
        """The files to work on, and the one that starts them."""
        return places(step)

    def observed(self) -> str:
        """How much could be seen."""
        t, counts, of = self.t, self.view.assessment.statistics, self.rung_counts()
        total = sum(of.values())
        aside = of["absent"] + of["unknown"] + of["not_applicable"]
        return t(
            "pdf.observed_line", total=total, proved=total - aside, absent=of["absent"], unknown=of["unknown"],
            not_applicable=of["not_applicable"], read=t.number(counts.read), files=t.number(counts.files),
            blind=t.number(len(self.view.blind_spots)),
        )  # fmt: skip

    def rung_counts(self) -> dict[RungName, int]:
        """Rung → how many practices are on it, every rung named."""
        found = Counter(practice.rung for practice in self.view.assessment.practices.values())
        return {rung: found[rung] for rung in RUNGS}

    # ---- roadmap ----

    def target(self) -> str:
        """Where the repository wants to be and how far that is; empty where nobody says."""
        target = self.view.card.target
        return target_line(target, self.t) if target else ""

    def roadmap_lead(self) -> str:
        t, card = self.t, self.view.card
        if self.view.way.target:
            return self.target()
        lead = self._next_lead()
        return f"{self.target()} {t('target.later')}: {lead}" if card.target else lead

    def _next_lead(self) -> str:
        """About the way to the next level."""
        t, card = self.t, self.view.card
        if card.level is None:
            return t("plan.none")
        if card.next_level is None:
            return t("pdf.roadmap_top")
        title = t.tr(self.view.level_title(card.next_level))
        if not card.roadmap:
            return t("pdf.roadmap_none", next=card.next_level, next_title=title)
        exact = "pdf.roadmap_exact" if card.roadmap_exact else "pdf.roadmap_bound"
        exact = "pdf.roadmap_towards" if card.roadmap_blocked else exact
        return t(exact, next=card.next_level, next_title=title, days=estimated(card.roadmap, t))

    @cached_property
    def further(self) -> tuple[GapInfo, ...]:
        """Gaps that the way up does not lift and that cannot wait, each practice once."""
        lifted = {lift.practice for step in self.view.way.steps for lift in step.raises}
        left = (gap for gap in (*self.view.blocking, *self.view.supporting) if gap.practice not in lifted)
        return tuple({gap.practice: gap for gap in reversed(list(left))}.values())[::-1]

    def item_text(self, name: str) -> str:
        """The words of an item of the shown model; its id where there are none."""
        return next((self.t.tr(item.text) for item in self.view.card.items if item.id == name), name)

    # ---- dimensions ----

    def figures(self, dimension: DimensionView) -> Iterator[tuple[str, str, str]]:
        """Label, number and class of what is counted of one dimension."""
        t, result = self.t, dimension.result
        if result is not None:
            yield t("pdf.points_of_100"), t.number(result.score), ""
        if result is not None and result.asked:
            yield self.holds_head, self.holds(result), ""
        found = Counter(practice.info.rung for practice in dimension.practices)
        for rung in RUNGS:
            if found[rung]:
                yield t(f"rung.{rung}"), str(found[rung]), rung

    # ---- models ----

    def item_levels(self) -> Iterator[ItemLevel]:
        """The statements of the model, level by level."""
        card = self.view.card
        for level in card.levels:
            items = tuple(item for item in card.items if item.level == level.level)
            if items:
                yield ItemLevel(level.level, self.t.tr(level.title), *self._level_state(level), items)

    def _level_state(self, level: LevelInfo) -> tuple[str, str]:
        t = self.t
        if level.level <= self.view.card.height:
            return "enforced", t("summary.reached")
        if level.own:
            return "automated", t("summary.own_holds")
        return "absent", t("summary.share_holds", share=t.percent(level.share))

    def kind(self, item: ItemInfo) -> str:
        return self.t("items." + ("weakness" if item.lack else "required" if item.required else "supporting"))

    def answer(self, item: ItemInfo) -> str:
        """The answer in words; a weakness that is answered `met` is overcome."""
        if item.lack and item.status in ("met", "unmet"):
            return self.t(f"weakness.{item.status}")
        return self.t(f"status.{item.status}")

    # ---- attestations and waivers ----

    @cached_property
    def said(self) -> StatementWords:
        """What people stated and waived."""
        return StatementWords(self.view.assessment, self.t)

    @property
    def most_statements(self) -> int:
        return MOST["statements"]

    def address(self, link: str) -> str:
        """The link where it may be one; empty for text that only looks like it."""
        return web_address(link)

    def open_statements(self) -> tuple[ItemInfo, ...]:
        """The items of the shown model that can be attested and are not."""
        card = self.view.card
        stated = card.attested.items if card.attested else ()
        return tuple(item for item in card.items if item.status == "attestable" and item.id not in stated)

    def shares(self, basis: BasisInfo) -> Iterator[tuple[str, str]]:
        """Part of the basis and its share in percent; parts that are empty are left out."""
        for name in BASIS:
            if getattr(basis, name) > 0:
                yield name, self.t.percent(getattr(basis, name))

    # ---- annexes ----

    def listed(self, dimension: DimensionView) -> tuple[PracticeView, ...]:
        """The practices of a dimension of which the annex has something to say."""
        return tuple(
            practice
            for practice in dimension.practices
            if practice.info.evidence or practice.info.near_misses or practice.info.values
        )

    @property
    def evidence_count(self) -> int:
        return sum(len(practice.evidence) for practice in self.view.assessment.practices.values())

    def proofs(self, evidence: Sequence[EvidenceInfo]) -> Iterator[Proof]:
        """The proofs of a practice; what a route has in common with the one before is left out."""
        rung = ""
        before: tuple[HopInfo, ...] = ()
        for item in evidence[: MOST["evidence"]]:
            hops = told(item.hops)
            alike = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(hops, before, strict=False))))
            is_shared = alike > _ALIKE_AFTER
            yield Proof(item, item.rung != rung, is_shared, _places(hops[alike:] if is_shared else hops))
            rung, before = item.rung, hops

    def left(self, entries: Sequence[Any], what: str) -> int:
        """How many entries of a list are not printed."""
        return max(len(entries) - MOST[what], 0)

    def blind_by_reason(self) -> Iterator[tuple[str, tuple[BlindSpotInfo, ...]]]:
        """Blind spots grouped by their reason, in the assessment's order."""
        spots = sorted(self.view.blind_spots[: MOST["blind_spots"]], key=lambda spot: spot.reason)
        for reason, group in groupby(spots, key=lambda spot: spot.reason):
            yield reason, tuple(group)

    def measured(self, name: str, value: float) -> str:
        """One measured number with its name."""
        return f"{name.replace('_', ' ')} {self.t.measure(value)}"

    def where(self, at: PlaceInfo) -> str:
        return f"{at.path}:{at.line}"

    # ---- the loop of the life cycle ----

    def station(self, life: LoopInfo, name: str) -> str:
        return loop_view.station_title(life, name, self.t)

    def break_sentence(self, life: LoopInfo) -> str:
        return loop_view.break_sentence(life, self.t)

    def reason(self, handover: HandoverInfo) -> str:
        return loop_view.reason(handover, self.t)

    def loop(self, life: LoopInfo) -> Markup:
        return figure(*loop_view.loop_chart(life, self.t))

    # ---- charts ----

    def ladder(self, width: int) -> Markup:
        card, t = self.view.card, self.t
        title = t.tr(card.title)
        label = t("chart.ladder", name=t.tr(card.name), level=level_sign(card), top=card.top, title=title)
        titles = {entry.level: printable(t.tr(entry.title)) for entry in card.levels}
        return figure(charts.ladder(card.levels, card.height, label=label, titles=titles, notes={}, width=width), label)

    def basis(self, basis: BasisInfo) -> Markup:
        label = self.t("chart.basis", parts=", ".join(f"{self.t('basis.' + n)} {s}" for n, s in self.shares(basis)))
        return figure(charts.basis(basis, label=label, width=640, height=12), label)


def _places(hops: Sequence[HopInfo]) -> tuple[tuple[str, str], ...]:
    """Text and place of each hop, of the last ones where there are very many."""
    shown = hops[-MOST["hops"] :]
    files = ["", *(hop.place.path for hop in shown)]
    return tuple(
        (hop.text, f":{hop.place.line}" if hop.place.path == file else f"{hop.place.path}:{hop.place.line}")
        for hop, file in zip(shown, files, strict=False)
    )


def shortened(text: str, most: int) -> str:
    """The text without its middle where it has more than `most` characters."""
    end = most // 3
    return text if len(text) <= most else f"{text[: most - end - 1]}…{text[-end:]}"


def figure(chart: str, label: str) -> Markup:
    """A chart with our font, and with its name where the tags of a PDF take it from."""
    from markupsafe import Markup, escape

    title = f"<title>{escape(printable(label))}</title>"
    return Markup(chart.replace("<svg ", '<svg font-family="Inter" ', 1).replace(">", f">{title}", 1))
