"""Jobs that apply a model which they have not made: what batch inference is, whatever its functions and files are called.

A function asks a model, or calls one of the project's own that is named for that, and it or a function above it loads a
stored model; nothing on its way trains one or measures how good it is. Where a project trains no model at all, the models that
it asks come from elsewhere, and need not be seen to be loaded. Does not count: a method named for predicting (the model's own
interface), and what is named for judging, explaining or drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN, Call, Scope
from assessor.hits.scene import Scene, once
from assessor.lifecycle.asked_by_calling import asks_by_calling
from assessor.lifecycle.calls import called_from, callers
from assessor.lifecycle.loading import loads_stored_model
from assessor.lifecycle.stations import marks, training_hits
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import ScopeKey

_JUDGED = frozenset({"train", "evaluate"})


@once
def inference_jobs(scene: Scene) -> tuple[tuple[ProjectFile, Call, str], ...]:
    """(file, call that asks a model, name of the function or file) of these jobs; the first of each file."""
    jobs = _Jobs(scene)
    return tuple(
        (file, call, jobs.name(file.path, call.scope))
        for file in scene.project.code_files
        if file.role is Role.FIRST_PARTY and not file.is_notebook
        if (call := next(jobs.found(file), None))
    )


def is_cloud_function(scope: Scope) -> bool:
    """A function that a platform calls by its interface: `(event, context)`."""
    return scope.parameters == ("event", "context")


class _Jobs:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.trains = bool(training_hits(scene, notebooks=True))
        self._known: dict[ScopeKey, tuple[bool, frozenset[str]]] = {}

    def found(self, file: ProjectFile) -> Iterator[Call]:
        """Calls of a file that ask a model as a job does."""
        seen: set[int] = set()
        for call in self.scene.modules.index(file.path).facts.calls:
            asks = "." in call.name and (_asks(call) or asks_by_calling(self.scene, file.path, call))
            if call.scope in seen or not (asks or self._asks_by_own(file.path, call)):
                continue
            seen.add(call.scope)
            if not self._is_interface(file.path, call.scope) and (
                self._is_of_job((file.path, call.scope), asks) or self._answers(file.path, call)
            ):
                yield call

    def name(self, path: str, number: int) -> str:
        scope = self.scene.modules.index(path).facts.scopes[number]
        return scope.name if scope.kind not in ("module", "main") else path

    def _asks_by_own(self, path: str, call: Call) -> bool:
        """It calls a function or method of the project that is named for applying a model and does something."""
        for target, number in self.scene.modules.targets(call.name, path):
            scope = self.scene.modules.index(target).facts.scopes[number]
            if number > MAIN and not scope.is_stub and speaks_of("applies_model", scope.name):
                return True
        return False

    def _answers(self, path: str, call: Call) -> bool:
        """A function that a cloud calls asks what its module has loaded."""
        scope = self.scene.modules.index(path).facts.scopes[call.scope]
        loaded = call.name.rpartition(".")[0].rpartition(".")[2]
        return is_cloud_function(scope) and _asks(call) and speaks_of("loads_model", loaded)

    def _is_interface(self, path: str, number: int) -> bool:
        """A method by which the model itself is asked."""
        scope = self.scene.modules.index(path).facts.scopes[number]
        return scope.kind == "method" and speaks_of("works_on_model", scope.name.rpartition(".")[2])

    def _is_of_job(self, key: ScopeKey, asks: bool) -> bool:
        """The function, or one above it, loads a model and neither trains nor judges one; and something starts it."""
        above = sorted(callers(self.scene, *key)) if key[1] > MAIN else []
        return self._is_started(key) and any(self._applies(start, asks) for start in (key, *above))

    def _is_started(self, key: ScopeKey) -> bool:
        """It runs with its file, a decorator or an entry point hands it to what runs it, or the project names it."""
        path, number = key
        scope = self.scene.modules.index(path).facts.scopes[number]
        last = scope.name.rpartition(".")[2]
        return number <= MAIN or bool(scope.decorators) or last in self._named or is_cloud_function(scope)

    @cached_property
    def _named(self) -> frozenset[str]:
        """The last words of what code calls or hands on, and of what packages name as their commands."""
        codes = [file.code for file in self.scene.project.ordered if file.code is not None]
        found = {call.name.rpartition(".")[2] for code in codes for call in code.calls}
        found |= {reference.name.rpartition(".")[2] for code in codes for reference in code.references}
        having = self.scene.project.having(lambda f: f.requirements)
        targets = (target for _, known in having for _, target, _ in known.entry_points)
        return frozenset(found | {target.rpartition(":")[2].rpartition(".")[2] for target in targets})

    def _applies(self, start: ScopeKey, asks: bool) -> bool:
        loads, stations = self._about(start)
        if stations & _JUDGED or not (loads or (asks and not self.trains)):
            return False
        scope = self.scene.modules.index(start[0]).facts.scopes[start[1]]
        names = (scope.name.rpartition(".")[2], start[0].rpartition("/")[2].removesuffix(".py"))
        return not any(speaks_of("judges_model", name) for name in names)

    def _about(self, start: ScopeKey) -> tuple[bool, frozenset[str]]:
        """Whether a model is loaded on the way from a function, and the stations that it meets."""
        if start not in self._known:
            near = called_from(self.scene, [start])
            known = marks(self.scene)
            loads = any(
                loads_stored_model(call)
                for path, number in near
                for call in self.scene.modules.index(path).calls.get(number, ())
            )
            self._known[start] = loads, frozenset(mark for key in near for mark in known.get(key, ()))
        return self._known[start]


def _asks(call: Call) -> bool:
    return speaks_of("predicting_rows", call.name.rpartition(".")[2])
