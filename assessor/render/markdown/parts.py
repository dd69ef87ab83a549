"""What the short and the long Markdown report share: places with links, climbs, tables of dimensions and models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assessor.render.markdown.text import Block, code, escaped, prose, row, table_head
from assessor.render.views import seal_words
from assessor.render.views.scope_words import scope_lines
from assessor.render.views.standing_words import holds, holds_head, level_of, position, profile, subject
from assessor.render.views.statement_words import StatementWords, web_address
from assessor.render.views.step_words import estimated, places
from assessor.render.views.target_words import target_line
from assessor.render.views.unit_words import units_shown
from assessor.render.views.view import HEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import (
        AttestationInfo,
        GapInfo,
        PlaceInfo,
        RaiseInfo,
        RoadmapStepInfo,
        ScorecardInfo,
        WaiverInfo,
    )
    from assessor.catalog.practices import RungName as Defined
    from assessor.render.views.texts import Texts
    from assessor.render.views.view import PracticeView, View

_FULL, _OPEN, _NONE, _HIDDEN = "●", "○", "·", "?"
_CLIMB: tuple[Defined, ...] = ("declared", "used", "automated", "enforced")


@dataclass(frozen=True)
class Parts:
    """Pieces of the report of one view in one language; each is Markdown."""

    view: View
    t: Texts

    def ours(self, text: str) -> str:
        """A text of the catalogue or a model, translated where there is a translation."""
        return prose(self.t.tr(text))

    def place(self, at: PlaceInfo) -> str:
        """The file and line, linked where the remote is known."""
        url = self.view.url(at)
        return f"[{code(str(at))}]({url})" if url else code(str(at))

    def rung(self, name: str) -> str:
        return self.t(f"rung.{name}")

    def climb(self, step: GapInfo | RaiseInfo) -> str:
        return f"{self.rung(step.rung)} → {self.rung(step.wanted)}"

    def dots(self, practice: PracticeView) -> str:
        """The ladder of one practice: a full sign for each rung reached, an open one for each that can be."""
        if practice.info.rung == "not_applicable":
            return _NONE * len(_CLIMB)
        if practice.height is None:
            return _HIDDEN * len(_CLIMB)
        height, rungs = practice.height, practice.info.rungs
        return "".join(_FULL if HEIGHTS[rung] <= height else _OPEN if rung in rungs else _NONE for rung in _CLIMB)

    def level(self, number: int | None) -> str:
        return self.t("chart.not_asked") if number is None else str(number)

    def level_of(self, card: ScorecardInfo) -> str:
        return level_of(card, self.t)

    def title(self) -> str:
        return escaped(self.t("report.title", name=self.view.assessment.repository.name))

    def headline(self) -> str:
        """Level, its title, and by which model."""
        card = self.view.card
        model = self.t("report.by_model", name=self.t.tr(card.name), edition=card.edition)
        if card.level is None:
            return f"**{self.level_of(card)}: {prose(subject(self.view.assessment, self.t))}**"
        return f"**{self.level_of(card)}: {self.ours(card.title)}** ({prose(model)})"

    def state(self) -> str:
        """Commit, its day, branch, and whether something was not committed."""
        repository = self.view.assessment.repository
        page = self.view.links.commit_page()
        commit = code(repository.commit[:10])
        words = [f"[{commit}]({page})" if page else commit] if commit else [self.t("report.no_commit")]
        words += [escaped(self.t.date(repository.date))] if repository.date else []
        words += [code(repository.branch)] if repository.branch else []
        words += [self.t("report.dirty")] if repository.dirty else []
        return " · ".join(words)

    def files(self) -> str:
        counts = self.view.assessment.statistics
        numbers = {"files": counts.files, "read": counts.read, "parsed": counts.parsed}
        return self.t("summary.read", **{name: self.t.number(number) for name, number in numbers.items()})

    def scope(self) -> Iterator[str]:
        """What of the repository is rated, where that is not all of it."""
        if told := seal_words.warning(self.view.assessment, self.t):
            yield f"**{escaped(told)}**"
        yield from (escaped(line) for line in scope_lines(self.view.assessment, self.t))

    def observed(self) -> str:
        """How much of what the model asks could be seen, where anything could not."""
        basis = self.view.basis
        shares = {name: getattr(basis, name) for name in ("observed", "attested", "unstated", "unknown")}
        told = ", ".join(
            f"{self.t.percent(share)} {self.t('basis.' + name)}" for name, share in shares.items() if share
        )
        return f"{self.t('summary.observed')}: {told}" if told else ""

    def standing(self) -> Iterator[str]:
        """What the repository is about, its shape, and its position, where there is something to say."""
        card, t, assessment = self.view.card, self.t, self.view.assessment
        if card.level is None:
            return
        for sentence in (subject(assessment, t), profile(assessment, t)):
            if sentence:
                yield prose(sentence)
        if card.next_level is not None and (index := position(card, t)):
            share = t.percent(card.share)
            yield t("standing.position_means", index=index, level=card.level, share=share, next=card.next_level)

    def next_level(self) -> str:
        """What the next level is and how much of it holds."""
        card = self.view.card
        if card.level is None:
            return ""
        if card.next_level is None:
            return self.t("summary.at_top")
        title = self.ours(self.view.level_title(card.next_level))
        share = self.t("summary.next_share", share=self.t.percent(card.share))
        return f"{self.t('report.level_n', level=card.next_level)}, {title}: {share}."

    def target(self) -> str:
        """Where the repository wants to be and how far that is; empty where nobody says."""
        target = self.view.card.target
        return prose(target_line(target, self.t)) if target else ""

    def way(self) -> str:
        """The title of the way up: where it leads, and the days that it takes."""
        way, t = self.view.way, self.t
        days = t("roadmap.work", range=estimated(way.steps, t))
        if way.target:
            return f"{t('target.way')}: {days}"
        title = t(
            "markdown.towards" if way.blocked else "markdown.cheapest", level=self.view.card.next_level, days=days
        )
        return f"{t('target.later')}: {title}" if self.view.card.target else title

    def dimensions(self) -> Block:
        """A row for each dimension: points and level."""
        titles = (self.t("markdown.dimension"), self.t("models.points"), holds_head(self.view.card, self.t))
        rows = tuple(
            row((self.t(f"dimension.{name}"), self.t.number(result.score), holds(result, self.t)))
            for name, result in self.view.card.dimensions.items()
        )
        return Block(("", *table_head(titles, (1,))), rows)

    def models(self, rank: int) -> Block:
        """A row for each model: level, what is next, how much was observable."""
        keys = ("model", "level", "level_title", "next", "observed")
        rows = tuple(self._model(name, card) for name, card in self.view.models)
        return Block(("", *table_head([self.t(f"models.{key}") for key in keys])), rows, rank=rank)

    def _model(self, name: str, card: ScorecardInfo) -> str:
        said = f"{self.ours(card.name)}, {escaped(card.edition)}"
        following = self.t("summary.next_share", share=self.t.percent(card.share))
        if card.next_level is None:
            following = "" if card.level is None else self.t("report.highest")
        points = ""
        if card.points is not None and card.full is not None:
            points = f" · {self.t.number(card.points)} / {self.t.number(card.full)} {escaped(card.unit)}"
        level = self.level_of(card)
        shown = f"**{said}**" if name == self.view.model else said
        return row((shown, level, self.ours(card.title) + points, following, self.t.percent(card.basis.observed)))

    def step(self, step: RoadmapStepInfo) -> Iterator[str]:
        """A step of the roadmap as lines of a list item, without its number."""
        yield f"**{self.ours(step.title)}** ({estimated([step], self.t)})"
        for raised in step.raises:
            yield f"{code(raised.practice)} {self.climb(raised)}: {self.ours(raised.fix)}"
        yield from self._where(step)

    def _where(self, step: RoadmapStepInfo) -> Iterator[str]:
        """Where in the repository a step begins."""
        at, by = places(step)
        words = [", ".join(self.place(place) for place in at)] if at else []
        words += [self.t("step.by", place=self.place(by))] if by else []
        if words:
            yield f"{self.t('step.where')} {', '.join(words)}"

    # ---- attestations and waivers ----

    @cached_property
    def said(self) -> StatementWords:
        """What people stated and waived; its words are not escaped."""
        return StatementWords(self.view.assessment, self.t)

    def statements(self, rank: int) -> Block:
        """A row for each attestation and waiver."""
        keys = ("about", "state", "text", "by")
        rows = tuple(self._statement(entry) for entry in self.said.entries)
        return Block(("", *table_head([self.t(f"statements.column.{key}") for key in keys])), rows, rank=rank)

    def _statement(self, entry: AttestationInfo | WaiverInfo) -> str:
        said, link = self.said, self.said.link(entry)
        what = f"{self.t(f'{said.kind(entry)}.kind')}: {prose(said.title(entry))}"
        ends = [escaped(said.signed(entry)), self.place(entry.place)]
        if link:
            ends.insert(1, f"[{escaped(link)}]({link})" if web_address(link) else escaped(link))
        state = said.state(entry) if said.is_told(entry) else self.t(f"statements.words.{entry.state}")
        return row((what, prose(state), escaped(said.text(entry)), "<br>".join(ends)))

    def made_by(self) -> str:
        tool = self.view.assessment.tool
        made = escaped(self.t("report.generated", name=tool.name, version=tool.version, rules=tool.rules))
        seal = seal_words.digest(self.view.assessment)
        return f"{made} {prose(self.t('seal.line', digest=seal))}" if seal else made

    def units(self, most: int = 0) -> Iterator[Block]:
        """The units, lowest first, and what not all of them have; at most so many rows of each where a number is given."""
        t, shown = self.t, units_shown(self.view.assessment, self.t)
        if not shown.rows:
            return
        head = ("", f"## {t('units.title')}", "", escaped(" ".join(shown.summary)), "")
        titles = [t(f"units.{name}") for name in ("unit", "level", "position", "kind_title", "first")]
        rows = [
            row(
                (
                    code(r.name),
                    r.level,
                    r.index or "–",
                    r.about,
                    prose(r.first) + (f" {code(r.where)}" if r.where else ""),
                )
            )
            for r in shown.rows
        ]
        yield Block((*head, *table_head(titles, (1, 2))), tuple(rows), rank=1)
        if shown.shared:
            titles = [t("units.practice"), t("units.title"), t("units.lacking")]
            entries = shown.shared[: most or None]
            rows = [
                row(
                    (
                        f"{self.ours(e.title)} ({self.rung(e.rung)})",
                        t("units.has", has=e.has, of=e.of),
                        ", ".join(map(code, e.lacking)),
                    )
                )
                for e in entries
            ]
            yield Block(("", f"### {t('units.shared')}", "", *table_head(titles)), tuple(rows), rank=2)
