"""Settings of infrastructure code by which a platform does something itself: keep answers, shift traffic, go back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assessor.catalog.patterns import matches_text
from assessor.catalog.tools import Switch, Tool
from assessor.facts.project_files import Resource
from assessor.hits.scene import Scene
from assessor.project.model import ProjectFile, Role


def switched_on(
    scene: Scene, switches: Callable[[Tool], tuple[Switch, ...]]
) -> Iterator[tuple[ProjectFile, Resource, int, Tool]]:
    """Each object with such a switch on, with the line of the setting and the product whose switch it is."""
    having = [tool for tool in scene.live_tools if switches(tool)]
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})) if having else ():
        for resource in resources:
            for tool in having:
                for switch in switches(tool):
                    fits = matches_text(switch.resource, f"{resource.system}:{resource.kind}")
                    if fits and (line := _line_of(resource, switch)):
                        yield file, resource, line, tool


def _line_of(resource: Resource, switch: Switch) -> int:
    """The line of the first setting of the switch; 0 where there is none or one of them switches it off."""
    own = [(name, value, line) for name, value, line in resource.settings if switch.setting in f"{name}."]
    off = any(value.lower() in switch.unless for name, value, _ in own if not _is_detail(name, switch))
    return own[0][2] if own and not off else 0


def _is_detail(name: str, switch: Switch) -> bool:
    """A setting of a group that says no more than how, not whether."""
    return switch.setting.endswith(".") and not name.rpartition(".")[2].lower().startswith("enable")
