"""Servers of monitoring that compose files and objects of a cluster start, and which files of the repository they are given.

A server reads what is mounted into it or copied into its image; a file that lies beside the compose file is read by nobody.
What an object of a cluster holds comes by other ways (config maps, operators), so no file is asked for there.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from assessor.facts.project_files import Resource, Service
from assessor.findings import Hop
from assessor.hits.scene import Scene, once
from assessor.project.model import ProjectFile, Role
from assessor.project.paths import joined

_OWN_FOLDER = ("${PWD}/", "$PWD/", "$(pwd)/")


def resources(scene: Scene) -> Iterator[tuple[ProjectFile, Resource]]:
    """Objects of infrastructure and operations of the project itself, by path."""
    for file, found in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        for resource in found:
            yield file, resource


def services(scene: Scene) -> Iterator[tuple[ProjectFile, Service]]:
    """Services of the project's compose files, by path."""
    for file, found in scene.project.having(lambda f: f.services, frozenset({Role.FIRST_PARTY})):
        for item in found:
            yield file, item


@once
def deployed_with(scene: Scene, wanted: Callable[[str], bool], path: str = "") -> tuple[Hop, ...]:
    """The first service or object that starts an image of the kind wanted and, where a path is given, is given that file."""
    for file, item in services(scene):
        if any(map(wanted, _images(scene, file, item))) and (not path or _is_given(scene, file, item, path)):
            return (Hop(f"service {item.name}", file.at(item.line)),)
    return _in_a_cluster(scene, wanted)


@once
def _in_a_cluster(scene: Scene, wanted: Callable[[str], bool]) -> tuple[Hop, ...]:
    for file, resource in resources(scene):
        if any(wanted(image) for image in resource.images):
            return (Hop(f"{resource.kind} {resource.name}", file.at(resource.line)),)
    return ()


def _images(scene: Scene, file: ProjectFile, item: Service) -> Iterator[str]:
    """The image that a service starts, or the one that its own image builds on."""
    yield item.image
    context = joined(posixpath.dirname(file.path), item.build) if item.build else None
    path = joined(context, item.dockerfile or "Dockerfile") if context is not None else ""
    built = scene.project.files.get(path)
    if built and built.facts.dockerfile and built.facts.dockerfile.stages:
        yield built.facts.dockerfile.stages[-1].image


def _is_given(scene: Scene, file: ProjectFile, item: Service, path: str) -> bool:
    """The service of that name, in any compose file of the folder, mounts the file or a folder above it, or is built from
    one; a mount of which a variable tells the place may be it."""
    folder = posixpath.dirname(file.path)
    same = [(f, s) for f, s in services(scene) if s.name == item.name and posixpath.dirname(f.path) == folder]
    for _, service in same:
        given = [joined(folder, _source(volume)) for volume in service.volumes]
        given += [joined(folder, service.build)] if service.build else []
        if any("$" in place for place in given) or any(_holds(place, path) for place in given):
            return True
    return False


def _source(volume: str) -> str:
    """`./a` of `./a:/b:ro`."""
    plain = next((volume.removeprefix(own) for own in _OWN_FOLDER if volume.startswith(own)), volume)
    return plain.partition(":")[0]


def _holds(place: str, path: str) -> bool:
    return place in ("", path) or path.startswith(f"{place}/")


_OF_PODS = ("spec.template.metadata.labels.", "metadata.labels.")
_WANTED = "spec.selector.matchLabels."


def selects_nothing(scene: Scene, monitor: Resource) -> bool:
    """What asks for services or pods by labels that none of those in the repository has; False where there are none, or
    where templates say the labels."""
    is_service = monitor.kind == "ServiceMonitor"
    offered = [r for _, r in resources(scene) if (r.kind == "Service" if is_service else _has_pods(r))]
    wanted = _labels(monitor, (_WANTED,))
    labels = [_labels(resource, _OF_PODS[1:] if is_service else _OF_PODS) for resource in offered]
    is_known = all(resource.system == "kubernetes" for resource in (monitor, *offered))
    is_plain = not any("{" in value or "$" in value for each in (wanted, *labels) for _, value in each)
    return bool(wanted and labels) and is_known and is_plain and not any(wanted <= each for each in labels)


def _labels(resource: Resource, prefixes: tuple[str, ...]) -> set[tuple[str, str]]:
    return {(k.removeprefix(p), value) for p in prefixes for k, value, _ in resource.settings if k.startswith(p)}


def _has_pods(resource: Resource) -> bool:
    return resource.kind == "Pod" or any(key.startswith(_OF_PODS[0]) for key, _, _ in resource.settings)


def loads_rules(scene: Scene, file: ProjectFile) -> bool:
    """A configuration of Prometheus that is here names the file of rules; True where there is no such configuration."""
    names = _rule_files(scene)
    name = posixpath.basename(file.path)
    return names is None or any(fnmatchcase(name, posixpath.basename(pattern)) for pattern in names)


@once
def _rule_files(scene: Scene) -> frozenset[str] | None:
    found = [r for _, r in resources(scene) if r.kind in ("scrape_config", "rule_file") and r.system == "prometheus"]
    return frozenset(r.name for r in found if r.kind == "rule_file") if found else None
