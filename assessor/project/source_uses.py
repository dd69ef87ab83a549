"""Calls of the catalogue's patterns in languages that are read by a tokeniser, over the files of a project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from assessor.catalog.source_patterns import SourcePattern, source_pattern
from assessor.facts.project_files import SourceCall
from assessor.facts.role import Role
from assessor.project.model import Project, ProjectFile
from assessor.readers.code.languages import LANGUAGES
from assessor.readers.code.sources import IMPORT

_ROLES = frozenset({Role.FIRST_PARTY, Role.TEST})
_REGISTRIES = {language.name: language.ecosystem for language in LANGUAGES} | {"scala": "java", "kotlin": "java"}


def source_uses(project: Project, patterns: Iterable[str]) -> Iterator[tuple[ProjectFile, SourceCall, str]]:
    """(file, call, pattern) for each call of one of the patterns, by path and line of the file."""
    by_word = _by_last_word(patterns)
    declared = declared_packages(project)
    for file, calls in project.having(lambda f: f.source_calls, _ROLES) if by_word else ():
        registry = _REGISTRIES.get(calls[0].language, "")
        loaded = {call.arguments for call in calls if call.name == IMPORT}
        for call in calls:
            for pattern, text in by_word.get((registry, call.name.rpartition(".")[2]), ()):
                if pattern.is_in(call.name) and pattern.is_loaded(loaded, declared):
                    yield file, call, text


def declared_packages(project: Project) -> frozenset[str]:
    """The packages that the project depends on, with their registries, in small letters."""
    return frozenset(
        f"{dependency.ecosystem}:{dependency.name.lower()}"
        for _, requirements in project.having(lambda f: f.requirements)
        for dependency in requirements.dependencies
    )


def _by_last_word(patterns: Iterable[str]) -> Mapping[tuple[str, str], list[tuple[SourcePattern, str]]]:
    found: dict[tuple[str, str], list[tuple[SourcePattern, str]]] = defaultdict(list)
    for text in sorted(set(patterns)):
        pattern = source_pattern(text)
        found[pattern.registry, pattern.words[-1]].append((pattern, text))
    return found
