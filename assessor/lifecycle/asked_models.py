"""Where a language model is asked in languages that are read by a tokeniser, and the part of the project it belongs to.

A part is what one manifest names (`package.json`, `Gemfile`, `go.mod`): the files below its folder and below no other.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from assessor.facts.project_files import Requirements
from assessor.hits.scene import Scene, once
from assessor.project.model import Role
from assessor.project.source_uses import source_uses


@once
def asking_files(scene: Scene) -> frozenset[str]:
    """First-party files that ask a language model through a client of the catalogue."""
    patterns = {pattern for tool in scene.live_tools for pattern in tool.asks}
    return frozenset(file.path for file, _, _ in source_uses(scene.project, patterns) if file.role is Role.FIRST_PARTY)


def asks_beside(scene: Scene, path: str) -> bool:
    """The part of the project in which the file lies asks a language model, or another part that it depends on."""
    own = _part(scene, path)
    near = {own, *_needed(scene).get(own, ())}
    return any(_part(scene, asking) in near for asking in asking_files(scene))


@once
def _parts(scene: Scene) -> Mapping[str, Requirements]:
    """Folder → what its manifest says."""
    found: dict[str, Requirements] = {}
    for file, requirements in scene.project.having(lambda f: f.requirements, frozenset({Role.FIRST_PARTY})):
        found.setdefault(posixpath.dirname(file.path), requirements)
    return found


def _part(scene: Scene, path: str) -> str:
    folder = posixpath.dirname(path)
    while folder and folder not in _parts(scene):
        folder = posixpath.dirname(folder)
    return folder


@once
def _needed(scene: Scene) -> Mapping[str, frozenset[str]]:
    """Folder → the folders of the parts whose packages it depends on (workspaces of a monorepo)."""
    named = {requirements.name: folder for folder, requirements in _parts(scene).items() if requirements.name}
    return {
        folder: frozenset(named[d.name] for d in requirements.dependencies if d.name in named)
        for folder, requirements in _parts(scene).items()
    }
