"""The assessment as a PDF document for a board and for an auditor's file.

Cover, contents with page numbers, executive summary on one page, roadmap, dimensions, models, and annexes with all
evidence, blind spots, method and version of the rules. The JSON that it was made from lies inside the file; its SHA-256
is on the cover. What the repository says is escaped and made visible; nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from assessor.errors import UserError
from assessor.render import json_report
from assessor.render.document_texts import document_texts
from assessor.render.pdf_file import Attached, printable, time_of, write_pdf
from assessor.render.view import HEIGHTS, told, view_of
from assessor.resources import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import jinja2

    from assessor.assessment import Assessment, GapInfo, ItemInfo, LevelInfo
    from assessor.render.texts import Texts
    from assessor.render.view import DimensionView, View

Paper = Literal["a4", "letter"]
_RUNGS = ("absent", "declared", "used", "automated", "enforced", "unknown", "not_applicable")
_LOGOS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_LOGO_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Front:
    """What the one who hands the document out adds to it. `logo` is the content of a PNG or JPEG file."""

    organisation: str = ""
    confidentiality: str = ""
    logo: bytes = b""
    paper: Paper = "a4"


def render(assessment: Assessment, *, rubric: str = "", front: Front | None = None, language: str = "en") -> bytes:
    """The PDF. `rubric` is the model shown; the assessment's primary one if empty.

    Raises UserError where a native library is missing or the logo is no picture.
    """
    data = json_report.render(assessment).encode()
    shown = Document(view_of(assessment, rubric=rubric), front or Front(), document_texts(language), data)
    html = environment().get_template("report.html.jinja").render(shown.context())
    attached = Attached("assessment.json", data, shown.t("pdf.data"))
    return write_pdf(html, style(shown.front.paper), moment=shown.moment, attached=(attached,))


def environment() -> jinja2.Environment:
    """Templates of the PDF: escaped, strict about misspelt names, every text made printable first."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_folder("reports") / "pdf"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        finalize=_shown,
    )


def _shown(value: Any) -> Any:
    """Texts with their invisible and missing characters as codes; markup made by the templates stays."""
    return printable(value) if type(value) is str else value


def style(paper: Paper) -> str:
    """The style sheet for a size of paper."""
    size = {"a4": "A4", "letter": "letter"}[paper]
    sheet = (data_folder("reports") / "pdf" / "document.css").read_text(encoding="utf-8")
    return f"{sheet}\n@page {{ size: {size}; }}\n"


def logo_address(logo: bytes) -> str:
    """A `data:` address of the picture, empty without one. Raises UserError for what is no PNG or JPEG."""
    if not logo:
        return ""
    kind = next((kind for start, kind in _LOGOS.items() if logo.startswith(start)), "")
    if not kind or len(logo) > _LOGO_BYTES:
        raise UserError("the logo must be a PNG or JPEG file of at most 2 MB")
    return f"data:{kind};base64,{base64.b64encode(logo).decode()}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of contents."""

    number: str
    title: str
    anchor: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """Gaps under one heading."""

    title: str
    gaps: tuple[GapInfo, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One statement of the model with its answer in words."""

    text: str
    kind: str
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class ItemLevel:
    """The statements of one level; `state` colours `words`."""

    number: int
    title: str
    state: str
    words: str
    items: tuple[ItemRow, ...]


@dataclass(frozen=True)
class Document:
    """Everything that the templates ask for. `data` is the JSON of the assessment."""

    view: View
    front: Front
    t: Texts
    data: bytes

    @property
    def moment(self) -> datetime:
        return time_of(self.view.assessment.repository.date)

    def context(self) -> dict[str, Any]:
        """The names that the templates use."""
        return {
            "view": self.view, "t": self.t, "front": self.front, "card": self.view.card,
            "assessment": self.view.assessment, "repository": self.view.assessment.repository,
            "logo": logo_address(self.front.logo), "moment": self.moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "heights": HEIGHTS, "told": told, "measured": self.measured, "seen": self.seen,
            "cover_facts": tuple(self.cover_facts()), "method_facts": tuple(self.method_facts()),
            "contents": tuple(self.contents()), "lead": " ".join(self.lead()), "observed": self.observed(),
            "roadmap_lead": self.roadmap_lead(), "rung_counts": self.rung_counts(),
            "gap_groups": tuple(self.gap_groups()), "item_levels": tuple(self.item_levels()),
            "dimension_line": self.dimension_line, "evidence_count": sum(self.evidence_counts()),
        }  # fmt: skip

    def cover_facts(self) -> Iterator[tuple[str, str, str]]:
        """Label, value and class of the value."""
        t, repository = self.t, self.view.assessment.repository
        commit = repository.commit or t("pdf.commit_none")
        yield t("pdf.commit"), t("pdf.dirty", commit=commit) if repository.dirty else commit, "mono"
        if repository.date:
            yield t("pdf.date"), t.date(repository.date), ""
        if repository.branch:
            yield t("pdf.branch"), repository.branch, "mono"
        if repository.remote:
            yield t("pdf.remote"), repository.remote, "mono"
        yield from self.tool_facts()

    def tool_facts(self) -> Iterator[tuple[str, str, str]]:
        t, tool = self.t, self.view.assessment.tool
        yield t("pdf.assessor"), t("pdf.assessor_line", name=tool.name, version=tool.version, rules=tool.rules), ""
        yield t("pdf.digest"), hashlib.sha256(self.data).hexdigest(), "mono"

    def method_facts(self) -> Iterator[tuple[str, str, str]]:
        t, card, counts = self.t, self.view.card, self.view.assessment.statistics
        yield from self.tool_facts()
        yield t("pdf.model"), t("pdf.model_line", name=t.tr(card.name), edition=card.edition), ""
        yield t("pdf.schema"), t("pdf.schema_line", version=self.view.assessment.schema_version), ""
        files = {"files": counts.files, "read": counts.read, "parsed": counts.parsed}
        yield t("pdf.files"), t("pdf.files_line", **{key: t.number(value) for key, value in files.items()}), ""

    def contents(self) -> Iterator[Entry]:
        t = self.t
        yield Entry("1", t("pdf.summary"), "summary")
        yield Entry("2", t("pdf.roadmap"), "roadmap")
        yield Entry("3", t("pdf.dimensions"), "dimensions")
        for number, dimension in enumerate(self.view.dimensions, start=1):
            yield Entry(f"3.{number}", t(f"dimension.{dimension.id}"), f"dimension-{dimension.id}", 2)
        yield Entry("4", t("pdf.models"), "models")
        yield Entry("A", t("pdf.evidence"), "evidence")
        yield Entry("B", t("pdf.blind"), "blind-spots")
        yield Entry("C", t("pdf.method"), "method")

    def lead(self) -> Iterator[str]:
        """The result in a few sentences."""
        t, card, view = self.t, self.view.card, self.view
        name = view.assessment.repository.name
        yield t("pdf.lead_reached", name=name, level=card.level, top=card.top, title=t.tr(card.title))
        if card.next_level is None:
            yield t("pdf.lead_top")
        else:
            title = t.tr(view.level_title(card.next_level))
            yield t("pdf.lead_next", percent=t.percent(card.share), next=card.next_level, next_title=title)
            blocking = len({gap.practice for gap in view.blocking})
            yield t.count("pdf.lead_blocking", blocking) if blocking else t("pdf.lead_blocking_none")
        ranked = sorted(card.dimensions.items(), key=lambda entry: -entry[1].score)
        if len(ranked) > 4 and ranked[0][1].score > ranked[-1][1].score:
            yield t("pdf.lead_strong", names=self._named([name for name, _ in ranked[:2]]))
            yield t("pdf.lead_weak", names=self._named([name for name, _ in ranked[:-3:-1]]))

    def _named(self, names: Sequence[str]) -> str:
        return ", ".join(
            f"{self.t(f'dimension.{name}')} ({self.t.number(self.view.card.dimensions[name].score)})" for name in names
        )

    def observed(self) -> str:
        """How much could be seen."""
        t, counts, of = self.t, self.view.assessment.statistics, dict(self.rung_counts())
        total = sum(of.values())
        aside = of["absent"] + of["unknown"] + of["not_applicable"]
        return t(
            "pdf.observed_line", total=total, proved=total - aside, absent=of["absent"], unknown=of["unknown"],
            not_applicable=of["not_applicable"], read=t.number(counts.read), files=t.number(counts.files),
            blind=t.number(len(self.view.blind_spots)),
        )  # fmt: skip

    def rung_counts(self) -> tuple[tuple[str, int], ...]:
        rungs: list[str] = [practice.rung for practice in self.view.assessment.practices.values()]
        return tuple((rung, rungs.count(rung)) for rung in _RUNGS)

    def roadmap_lead(self) -> str:
        t, card = self.t, self.view.card
        if card.next_level is None:
            return t("pdf.roadmap_lead_top")
        title = t.tr(self.view.level_title(card.next_level))
        return t("pdf.roadmap_lead_next", next=card.next_level, next_title=title)

    def gap_groups(self) -> Iterator[Group]:
        t, view = self.t, self.view
        if view.blocking:
            yield Group(t("pdf.gaps_blocking", next=view.card.next_level), view.blocking)
        if view.supporting:
            yield Group(t("pdf.gaps_other"), view.supporting)

    def seen(self, gap: GapInfo) -> str:
        """What there is of a practice now, in one line."""
        info = self.view.assessment.practices[gap.practice]
        if info.evidence:
            text = f"{info.evidence[0].place} {info.evidence[0].text}"
        elif info.near_misses:
            text = f"{info.near_misses[0].place} {info.near_misses[0].text}"
        elif info.blind_spots:
            text = f"{info.blind_spots[0].place} {info.blind_spots[0].reason}"
        else:
            text = info.summary
        return self.t("pdf.not_judged", text=text) if gap.status == "unknown" else text

    def dimension_line(self, dimension: DimensionView) -> str:
        t, result, model = self.t, dimension.result, self.t.tr(self.view.card.name)
        if result is None:
            return t("pdf.dimension_line_unknown", model=model)
        if result.level is None:
            text = t("pdf.dimension_line_not_asked", score=t.number(result.score), model=model)
        else:
            text = t("pdf.dimension_line", score=t.number(result.score), level=result.level, model=model)
        return f"{text} · {t.count('pdf.dimension_unknown', result.unknown)}" if result.unknown else text

    def item_levels(self) -> Iterator[ItemLevel]:
        """The statements of the model, level by level."""
        t, card = self.t, self.view.card
        for level in card.levels:
            rows = tuple(self._item(item) for item in card.items if item.level == level.level)
            state, words = self._level_state(level)
            yield ItemLevel(level.level, t.tr(level.title), state, words, rows)

    def _level_state(self, level: LevelInfo) -> tuple[str, str]:
        t = self.t
        if level.level <= self.view.card.level:
            return "enforced", t("pdf.level_reached")
        if level.own:
            return "automated", t("pdf.level_own")
        return "absent", t("pdf.level_share", percent=t.percent(level.share))

    def _item(self, item: ItemInfo) -> ItemRow:
        t = self.t
        kind = "lack" if item.lack else "required" if item.required else "supporting"
        status = f"lack_{item.status}" if item.lack and item.status in ("met", "unmet") else item.status
        return ItemRow(t.tr(item.text), t(f"pdf.kind_{kind}"), item.status, t(f"pdf.status_{status}"))

    def evidence_counts(self) -> Iterator[int]:
        return (len(practice.evidence) for practice in self.view.assessment.practices.values())

    def measured(self, values: Mapping[str, float]) -> str:
        """Numbers behind a rating."""
        return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in values.items())
