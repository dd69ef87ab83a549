"""Products in resources, services and images."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.patterns import matches_image, matches_text
from assessor.catalog.tools import Proof, Tool
from assessor.facts.project_files import Resource
from assessor.hits.ground import Ground
from assessor.hits.hit import Hit
from assessor.project.model import ProjectFile, Role
from assessor.readers.infrastructure.service_calls import SYSTEM


def infrastructure_hits(ground: Ground) -> Iterator[Hit]:
    """Resources of infrastructure code, and images of services and resources, with the runs that apply them."""
    proofs = [(tool, proof) for tool in ground.live_tools for proof in tool.proves]
    resources = [(p, t, f) for t, f in proofs for p in f.resources]
    images = [(p, t, f) for t, f in proofs for p in f.images]
    for file in ground.project.ordered:
        if file.role is not Role.FIRST_PARTY:
            continue
        if file.facts.resources:
            yield from _resource_hits(ground, file, resources, images)
        for service in file.facts.services:
            arrivals = tuple(ground.automation.reach.targets.get((file.path, service.line), ()))
            for pattern, tool, proof in images:
                if service.image and matches_image(pattern, service.image):
                    place, text = file.at(service.line), service.image
                    yield Hit(proof.practice, tool, proof, place, "image", file, arrivals=arrivals, text=text)


def _resource_hits(
    ground: Ground, file: ProjectFile, resources: list[tuple[str, Tool, Proof]], images: list[tuple[str, Tool, Proof]]
) -> Iterator[Hit]:
    reached = tuple(ground.automation.reach.files.get(file.path, ()))
    for resource in file.facts.resources:
        name = f"{resource.system}:{resource.kind}"
        place = file.at(resource.line)
        is_made = (file.path, resource.line) not in ground.unmade
        runs = () if (file.path, resource.line) in ground.switched_off else reached
        if resource.system == SYSTEM:  # who brings the machine out does not run it
            runs = tuple(ground.automation.reach.targets.get((file.path, resource.line), ()))
        for pattern, tool, proof in resources:
            if matches_text(pattern, name) and not _only_demonstrates(tool, resource) and (is_made or _is_code(proof)):
                text = f"{resource.kind} {resource.name}".strip()
                arrivals = reached if _is_code(proof) else runs
                yield Hit(proof.practice, tool, proof, place, "resource", file, arrivals=arrivals, text=text)
        for image in resource.images:
            for pattern, tool, proof in images:
                if matches_image(pattern, image):
                    yield Hit(proof.practice, tool, proof, place, "image", file, arrivals=runs, text=image)


def _is_code(proof: Proof) -> bool:
    """The code itself is the proof, whatever is made of it."""
    return proof.practice == "deployment.infrastructure"


_MODEL_KEYS = ("storageuri", "modeluri")


def _only_demonstrates(tool: Tool, resource: Resource) -> bool:
    """All that a definition serves are models that the product itself ships to try it out."""
    if not tool.shipped_models:
        return False
    addresses = [value for key, value, _ in resource.settings if key.lower().endswith(_MODEL_KEYS)]
    served = [*resource.images, *addresses]
    return bool(served) and all(name.startswith(tool.shipped_models) for name in served)
