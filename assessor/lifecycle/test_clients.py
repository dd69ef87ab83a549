"""Clients of an application that a framework, or a plugin of pytest for it, gives a test: no call of the test makes one.

Rules: docs.djangoproject.com "Testing tools" (`self.client`), pytest-django's and pytest-flask's fixture `client`.
"""

from __future__ import annotations

from assessor.catalog.words import speaks_of
from assessor.hits.scene import Scene, once
from assessor.lifecycle.test_cases import TestCase, fixtures


def asks_a_given_client(scene: Scene, case: TestCase) -> bool:
    """The test sends a request by the client of its class or of a fixture that the project does not define."""
    path, scope = case.file.path, case.scope
    asked = [call.name for call in scene.modules.index(path).calls.get(case.number, ())]
    asked = [name for name in asked if speaks_of("asks_by_http", name.rpartition(".")[2])]
    if scope.class_name and any(name.startswith(f"{scope.class_name}.client.") for name in asked):
        owner = scene.modules.index(path).classes.get(scope.class_name)
        return owner is not None and any(speaks_of("test_kit_of_a_web_framework", base) for base in owner.bases)
    if any(map(_is_made_for_tests, asked)):
        return True
    given = [name for name in scope.parameters if speaks_of("client_fixture", name) and not fixtures(scene, path, name)]
    return bool(given) and any(name.startswith("?.") for name in asked) and _has_framework(scene)


def _is_made_for_tests(name: str) -> bool:
    """What is asked was made before the test, as its class is set up: `app.test_client().get` by the name of what made it."""
    head = name.rpartition(".")[0]
    return speaks_of("test_kit_of_a_web_framework", head) or speaks_of("test_client", head.rpartition(".")[2])


@once
def _has_framework(scene: Scene) -> bool:
    """A module of the project imports a framework for which a plugin gives a client."""
    codes = (file.code for file in scene.project.code_files if file.code is not None)
    return any(speaks_of("framework_with_a_client_fixture", i.target) for code in codes for i in code.imports)
