"""What of the repository a report is about, in words; nothing where it is all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessor.assessment import Assessment
    from assessor.render.views.texts import Texts

_SHOWN = 6
"""Globs that are named; the rest is counted."""


def scope_facts(assessment: Assessment, t: Texts) -> Iterator[tuple[str, str]]:
    """(label, what is said) of each part of the scope."""
    scope = assessment.scope
    yield from _system(assessment, t)
    if scope.unit:
        yield t("scope.unit"), scope.unit
    if scope.folder or scope.include:
        words = _globs([scope.folder] if scope.folder and len(scope.include) == 1 else scope.include, t)
        shared = _shared(scope.shared, t)
        followed = t.count("scope.followed", scope.followed) if scope.followed else ""
        yield t("scope.rated"), "; ".join(word for word in (words, shared, followed) if word)
    if scope.units_found > 1:
        yield t("units.title"), t.count("units.found", scope.units_found)
    if scope.exclude:
        yield t("scope.left_out"), f"{_globs(scope.exclude, t)} ({t.count('scope.files', scope.left_out)})"


def _shared(globs: Sequence[str], t: Texts) -> str:
    """What counts beside its own files; of units that were found, all that belongs to none of them."""
    if globs[:1] == ("**",):
        return t("scope.shared_rest")
    return t("scope.shared", globs=_globs(globs, t)) if globs else ""


def _system(assessment: Assessment, t: Texts) -> Iterator[tuple[str, str]]:
    """The repositories of a system, and what one hands to another."""
    system = assessment.system
    if system is None:
        return
    states = (f"{name} {info.commit[:10]}".strip() for name, info in system.repositories.items())
    yield t("system.title"), ", ".join(states)
    said = [
        t(
            "system.hop",
            kind=t(f"system.kind.{hop.kind}"),
            name=hop.name,
            made=hop.made,
            maker=hop.maker,
            taken=hop.taken,
            taker=hop.taker,
        )
        for hop in system.hops
    ]
    if said:
        more = t.count("scope.more", len(said) - _SHOWN) if len(said) > _SHOWN else ""
        yield t("system.hops"), "; ".join(said[:_SHOWN]) + (f" {more}" if more else "")
    elif len(system.repositories) > 1:
        yield t("system.hops"), t("system.none")


def scope_lines(assessment: Assessment, t: Texts) -> list[str]:
    """The same as lines."""
    return [f"{label}: {words}" for label, words in scope_facts(assessment, t)]


def _globs(globs: Sequence[str], t: Texts) -> str:
    shown = ", ".join(globs[:_SHOWN])
    return shown if len(globs) <= _SHOWN else f"{shown} {t.count('scope.more', len(globs) - _SHOWN)}"
