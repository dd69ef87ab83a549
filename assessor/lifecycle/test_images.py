"""Images that only test: their files lie among the tests, or what their containers start are checks and nothing else.

Such an image describes the environment in which the code is tried out; it packages nothing that is brought out.
"""

from __future__ import annotations

from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.catalog.traits import checking_commands
from assessor.facts.place import Place
from assessor.facts.project_files import Dockerfile
from assessor.hits.scene import Scene, once
from assessor.project.invocations import interpret
from assessor.project.model import Role

_OWN = frozenset({Role.FIRST_PARTY, Role.TEST})


def only_tests(dockerfile: Dockerfile) -> bool:
    """All that the container starts checks code."""
    known = (*programs().run_tests, *checking_commands())
    started = [interpret(command.argv) for command in dockerfile.entry]
    return bool(started) and all(made is not None and matches_any_command(known, made.words) for made in started)


@once
def images_for_tests(scene: Scene) -> frozenset[str]:
    """The paths of their Dockerfiles."""
    described = scene.project.having(lambda f: f.dockerfile, _OWN)
    return frozenset(file.path for file, made in described if file.role is Role.TEST or only_tests(made))


@once
def builds_for_tests(scene: Scene) -> frozenset[Place]:
    """Where such images are built, and no others."""
    built: dict[Place, set[str]] = {}
    for file, _ in scene.project.having(lambda f: f.dockerfile, _OWN):
        for way in scene.automation.reach.files.get(file.path, ()):
            if way.hop is not None:
                built.setdefault(way.hop.place, set()).add(file.path)
    return frozenset(place for place, paths in built.items() if paths <= images_for_tests(scene))
