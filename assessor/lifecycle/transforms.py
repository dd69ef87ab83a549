"""Transforms of pictures, sound and the like that a module makes once: `PREPARE = transforms.Compose([...])`."""

from __future__ import annotations

from collections.abc import Iterable

from assessor.catalog.words import speaks_of
from assessor.facts.python import MODULE
from assessor.hits.scene import Scene, once
from assessor.project.model import Role
from assessor.project.modules import ScopeKey


@once
def modules_with_transforms(scene: Scene) -> frozenset[str]:
    """First-party modules whose body makes such an object."""
    return frozenset(
        file.path
        for file in scene.project.code_files
        if file.role is Role.FIRST_PARTY
        and any(_is_transform(call.name) for call in scene.modules.index(file.path).calls.get(MODULE, ()))
    )


def _is_transform(name: str) -> bool:
    return speaks_of("makes_transform", name)


def calls_transform(scene: Scene, key: ScopeKey) -> bool:
    """The function applies or makes a transform."""
    return any(_is_transform(call.name) for call in scene.modules.index(key[0]).calls.get(key[1], ()))


def shared_objects(scene: Scene, path: str, numbers: Iterable[int]) -> set[tuple[str, str]]:
    """(module, name) of the transforms of other modules that functions of a file use or hand on."""
    index = scene.modules.index(path)
    names = {name for n in numbers for call in index.calls.get(n, ()) for name in (call.name, *call.names)}
    names |= {reference.name for n in numbers for reference in index.references.get(n, ())}
    found = {scene.modules.split(name, path) for name in names if "." in name}
    known = modules_with_transforms(scene)
    return {
        (module, name)
        for module, name in (split for split in found if split)
        if module in known and name and name not in scene.modules.index(module).scopes
    }
