"""Targets of other files under a name of their own: `includes` of a Taskfile, `mod` and `import` of a justfile."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace

from assessor.facts.commands import Inclusion, Target
from assessor.project.model import ProjectFile
from assessor.project.paths import joined

_DEEPEST = 5


def included_targets(
    files: Mapping[str, ProjectFile], file: ProjectFile, depth: int = 0
) -> Iterator[tuple[ProjectFile, Target]]:
    """(file, target) for all that `file` takes over, named as one calls it there; where each command runs is told from the
    folder of `file`."""
    folder = posixpath.dirname(file.path)
    for given in file.facts.inclusions if depth < _DEEPEST else ():
        known = (files.get(joined(folder, path)) for path in given.paths)
        other = next((found for found in known if found and found.path != file.path), None)
        if other is None:
            continue
        own = [(other, target) for target in other.facts.targets if target.runner == given.runner]
        for source, target in (*own, *included_targets(files, other, depth + 1)):
            yield (
                source,
                _taken_over(target, given, posixpath.relpath(posixpath.dirname(other.path) or ".", folder or ".")),
            )


def _taken_over(target: Target, given: Inclusion, beside: str) -> Target:
    """The target as the including file knows it; `:name` is one of the including file itself."""
    at, folder = given.prefix, beside if given.folder is None else given.folder
    return replace(
        target,
        name=at + target.name,
        needs=tuple(need[1:] if need.startswith(":") else at + need for need in target.needs),
        commands=tuple(replace(command, cwd=joined(folder, command.cwd)) for command in target.commands),
        is_default=False,
    )
