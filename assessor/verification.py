"""Whether a stored report says what it said when it was made, what follows from it, and what the repository gives.

Three depths: its seal fits its content (and its pages show that content); its levels follow from its ratings; the
repository at its commit gives the same. Each check answers same, differs or cannot tell.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from assessor import __version__
from assessor.assembling import observed, rules_digest, scored
from assessor.catalog.practices import load_practices
from assessor.findings import Rung
from assessor.rubric.loading import shipped_names, shipped_rubric
from assessor.rubric.subject import SERVES, TRAINS
from assessor.seal import broken_parts

if TYPE_CHECKING:
    from assessor.assessment import Assessment, ScorecardInfo
    from assessor.cache.cache import Cache
    from assessor.project.scope import Scope
    from assessor.reading import Progress
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot
    from assessor.stored_pages import Carried


class Answer(StrEnum):
    """What became of a check."""

    SAME = "same"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One check, its answer, and a sentence that says what was compared or what differs first."""

    name: str
    answer: Answer
    text: str


EXIT_SAME, EXIT_DIFFERS, EXIT_UNKNOWN = 0, 1, 4


def exit_code(checks: Sequence[Check]) -> int:
    """1 where anything differs, else 4 where anything could not be told, else 0."""
    answers = {check.answer for check in checks}
    return EXIT_DIFFERS if Answer.DIFFERS in answers else EXIT_UNKNOWN if Answer.UNKNOWN in answers else EXIT_SAME


def is_by_us(assessment: Assessment) -> bool:
    """This version, by these rules, made it."""
    return (assessment.tool.version, assessment.tool.rules) == (__version__, rules_digest())


# ---- levels follow from ratings ----

_JUDGED = ("level", "title", "next_level", "share", "index", "levels", "dimensions", "items", "counts", "possible_level",
           "points", "possible", "full", "sections", "basis", "floor", "top", "scoring")  # fmt: skip
"""What a scorecard says by the ratings alone."""


def check_levels(assessment: Assessment, own: Mapping[str, Rubric] | None = None) -> Check:
    """Every rung has its proof, and every scorecard is what its model gives for these rungs. `own`: models beside the
    shipped ones that are at hand."""
    for text in (*_unproven(assessment), *_unit_levels(assessment)):
        return Check("levels", Answer.DIFFERS, text)
    unknown = []
    for name, card in assessment.scorecards.items():
        rubric = (own or {}).get(name) or (shipped_rubric(name) if name in shipped_names() else None)
        if rubric is None or rubric.digest != card.digest:
            unknown.append(name)
            continue
        for text in _card_differs(assessment, name, card, rubric):
            return Check("levels", Answer.DIFFERS, text)
    if unknown:
        return Check("levels", Answer.UNKNOWN, f"not at hand as the report used it: {', '.join(unknown)}")
    count = len(assessment.scorecards)
    return Check("levels", Answer.SAME, f"the levels of {count} models follow from {len(assessment.practices)} ratings")


def _unproven(assessment: Assessment) -> Iterator[str]:
    """Ratings that their own evidence does not give."""
    known = {practice.id for practice in load_practices()}
    if is_by_us(assessment) and set(assessment.practices) != known:
        yield f"practices: {', '.join(sorted(known ^ set(assessment.practices)))[:200]} is missing or unknown"
    for name, info in assessment.practices.items():
        best = max((Rung(proof.rung).height for proof in info.evidence), default=0)
        if Rung(info.rung).height > max(best, 0):
            yield f"practices.{name}: {info.rung}, but its best proof is {'none' if not best else info.evidence[0].rung}"
        if info.rung == "not_applicable" and info.evidence:
            yield f"practices.{name}: does not apply, but has proof"
    yield from _subject(assessment)


def _subject(assessment: Assessment) -> Iterator[str]:
    """What the repository is about follows from its signs, and these from the ratings."""
    subject = assessment.subject
    if subject is None or not subject.can_be_rated:
        return
    for name in subject.signs:
        if name in assessment.practices and assessment.practices[name].rung in ("absent", "not_applicable"):
            yield f"subject: {name} is a sign of machine learning, but {assessment.practices[name].rung}"
    trains, serves = (any(name in subject.signs for name in names) for names in (TRAINS, SERVES))
    kind = ("system" if serves else "training") if trains else "serving" if serves else "parts"
    if kind != subject.kind:
        yield f"subject: {subject.kind} in the report, {kind} by its signs"


def _unit_levels(assessment: Assessment) -> Iterator[str]:
    for unit in assessment.units:
        level = next(
            (entry for entry in assessment.scorecards[assessment.primary].levels if entry.level == unit.level), None
        )
        if unit.level is not None and (level is None or level.title != unit.title):
            yield f"units: {unit.name} has level {unit.level}, '{unit.title}', which the model does not have"


def _card_differs(assessment: Assessment, name: str, card: ScorecardInfo, rubric: Rubric) -> Iterator[str]:
    if assessment.subject is not None and not assessment.subject.can_be_rated:
        if card.level is not None:
            yield f"{name}: level {card.level}, though there is nothing to rate"
        return
    made = scored(rubric, observed(assessment), assessment.metrics)
    for field in _JUDGED:
        told, found = getattr(card, field), getattr(made, field)
        if told != found:
            yield f"{name}: " + (first_difference(_plain(told), _plain(found), field) or f"{field} differs")
    for gap in card.gaps:
        if gap.rung != assessment.practices[gap.practice].rung:
            yield f"{name}: the gap of {gap.practice} tells {gap.rung}, it is {assessment.practices[gap.practice].rung}"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def first_difference(told: Any, found: Any, at: str = "") -> str:
    """Where two JSON values differ first, and both values there; empty where they are equal."""
    if told == found:
        return ""
    if isinstance(told, dict) and isinstance(found, dict):
        for key in dict.fromkeys((*told, *found)):
            if key not in told or key not in found:
                return f"{at}.{key} is only {'in the report' if key in told else 'found now'}"
            if text := first_difference(told[key], found[key], f"{at}.{key}" if at else str(key)):
                return text
    if isinstance(told, list) and isinstance(found, list):
        for number, pair in enumerate(zip(told, found, strict=False)):
            if text := first_difference(*pair, f"{at}[{number}]"):
                return text
        return f"{at} has {len(told)} entries in the report, {len(found)} now"
    return f"{at} is {_short(told)} in the report, {_short(found)} now"


def _short(value: Any) -> str:
    text = str(value) if value is not None else "nothing"
    return text if len(text) <= 80 else f"{text[:79]}…"


# ---- the repository gives it again ----


def sealed_scope(assessment: Assessment) -> Scope:
    """The scope that the report was made for."""
    from assessor.project.scope import Scope

    told = assessment.scope
    return Scope(told.include, told.exclude, told.shared, told.others, told.folder, told.unit)


def check_repository(
    assessment: Assessment,
    snapshots: Sequence[Snapshot],
    own: Mapping[str, Rubric],
    progress: Progress | None = None,
    cache: Cache | None = None,
) -> Check:
    """An audit of the snapshots, which are at the report's commits (several of a system), gives the same ratings, levels and
    units."""
    from assessor.audit import audit_parts
    from assessor.project.units import Unit
    from assessor.rubric.effort import DAYS, Days
    from assessor.systems import audit_system, members_of

    rubrics = [own.get(name) or shipped_rubric(name) for name in _known(assessment, own)]
    if not rubrics or assessment.primary not in {rubric.id for rubric in rubrics}:
        return Check("repository", Answer.UNKNOWN, f"the model {assessment.primary} is not at hand")
    rubrics.sort(key=lambda rubric: rubric.id != assessment.primary)
    units = [Unit(unit.name, unit.paths, unit.shared) for unit in assessment.units]
    days = Days(**assessment.effort) if set(assessment.effort) == {"S", "M", "L"} else DAYS
    scope = sealed_scope(assessment)
    if snapshots[1:]:
        members = members_of(snapshots[0], snapshots[1:])
        found = audit_system(members, rubrics, progress, cache, days=days, scope=scope, units=units)
    else:
        found = audit_parts(snapshots[0], rubrics, units, progress, cache, days=days, scope=scope).whole
    text = next(_differences(assessment, found), "")
    if not text:
        count = len(assessment.practices)
        return Check("repository", Answer.SAME, f"audited again: the same {count} ratings, proofs and levels")
    if is_by_us(assessment):
        return Check("repository", Answer.DIFFERS, text)
    made_by = f"{assessment.tool.name} {assessment.tool.version}, rules {assessment.tool.rules}"
    return Check("repository", Answer.UNKNOWN, f"{text}; the report is by {made_by}, so the rules may be the cause")


def _known(assessment: Assessment, own: Mapping[str, Rubric]) -> list[str]:
    return [name for name in assessment.scorecards if name in own or name in shipped_names()]


_COMPARED = ("system", "practices", "metrics", "subject", "loop", "blind_spots", "statistics", "units")


def _differences(told: Assessment, found: Assessment) -> Iterator[str]:
    for field in _COMPARED:
        if text := first_difference(_plain(getattr(told, field)), _plain(getattr(found, field)), field):
            yield text
    for name, card in found.scorecards.items():
        if text := first_difference(_judged(told.scorecards[name]), _judged(card), f"scorecards.{name}"):
            yield text


def _judged(card: ScorecardInfo) -> dict[str, Any]:
    """What a scorecard says without statements and targets, which a configuration and a policy bring."""
    data: dict[str, Any] = card.model_dump(mode="json", exclude={"attested", "target"})
    for gap in data["gaps"]:
        gap.pop("later", None)
    return data


def check_configuration(assessment: Assessment, text: str | None) -> Check:
    """The configuration at the commit is the one that the report was made by. `text`: that of its file, None for none."""
    told = assessment.inputs.configuration_digest
    found = "" if text is None else text_digest(text)
    name = assessment.inputs.configuration or "no configuration"
    if told == found:
        return Check("configuration", Answer.SAME, name)
    return Check("configuration", Answer.DIFFERS, f"{name} is not the one that the report was made by")


def text_digest(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


# ---- the seal, and the pages around it ----


def check_seal(tree: Mapping[str, Any]) -> Check:
    """The seal fits what the assessment says."""
    broken = broken_parts(tree)
    if broken is None:
        return Check("seal", Answer.UNKNOWN, "it bears no seal")
    if broken:
        return Check("seal", Answer.DIFFERS, f"changed after it was written: {', '.join(broken)}")
    return Check("seal", Answer.SAME, f"the digest fits the content: {tree['seal']['digest']}")


def check_pages(assessment: Assessment, report: Carried, data: bytes) -> Check:
    """The pages are those that this version makes of the assessment inside."""
    if assessment.tool.version != __version__:
        text = f"the pages are by version {assessment.tool.version}; this one cannot make them again"
        return Check("pages", Answer.UNKNOWN, text)
    try:
        is_same = _is_html(assessment, report, data) if report.kind == "html" else _is_pdf(assessment, report, data)
    except (KeyError, ValueError, TypeError) as error:
        return Check("pages", Answer.DIFFERS, f"how they were made is not told rightly: {str(error)[:100]}")
    if is_same:
        return Check("pages", Answer.SAME, "they show the assessment inside, and nothing else")
    if report.kind == "pdf" and _pdf_maker(data) not in ("", _own_pdf_maker()):
        return Check("pages", Answer.UNKNOWN, f"made by {_pdf_maker(data)}; {_own_pdf_maker()} is at hand")
    return Check("pages", Answer.DIFFERS, "they are not what the assessment inside gives")


def _is_html(assessment: Assessment, report: Carried, data: bytes) -> bool:
    from assessor.render.html import audit as html
    from assessor.stored_pages import page_without_block

    made = html.render(assessment, rubric=report.model, language=report.language).encode("utf-8", "backslashreplace")
    return page_without_block(made).strip() == page_without_block(data).strip()


def _is_pdf(assessment: Assessment, report: Carried, data: bytes) -> bool:
    from assessor.render.pdf import audit as pdf

    front = pdf.front_from(report.manner["front"])
    moment = datetime.fromtimestamp(float(report.manner["moment"]), UTC)
    return pdf.render(assessment, rubric=report.model, front=front, language=report.language, moment=moment) == data


def _pdf_maker(data: bytes) -> str:
    """The program that wrote a PDF, by its own word."""
    found = re.search(rb"/Producer \(([^()]{1,60})\)", data)
    return found[1].decode("latin-1") if found else ""


def _own_pdf_maker() -> str:
    from importlib.metadata import version

    return f"WeasyPrint {version('weasyprint')}"
