"""Errors and hit rates that a project computes by plain arithmetic: what a model predicted is set against what it did not make.

`np.abs(model.predict(rows) - truth).mean()` measures a model as `mean_absolute_error` does. A difference counts where one
of its sides was made by a prediction and the other one by something else, and where a mean, a sum or a count is taken of
it. The loss that a training makes smaller is none, nor is the difference of two predictions. What was predicted earlier
and kept counts where both columns are read from rows that are named for predictions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from assessor.catalog.traits import called_roots, persistence_roots
from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN, Call, Difference, Side
from assessor.hits.scene import Scene, once
from assessor.lifecycle.origins import DIFFERENCE, Origins, asks_by_name, rows_read
from assessor.project.model import ProjectFile
from assessor.project.modules import ScopeKey

_APPLIED = "()"


@dataclass(frozen=True, slots=True)
class MeasuredError:
    """A figure made of predictions and truths. `is_of_kept`: the predictions were made earlier and read back."""

    file: ProjectFile
    scope: int
    line: int
    position: int
    is_of_kept: bool = False

    @property
    def function(self) -> str:
        code = self.file.code
        assert code is not None
        scope = code.scopes[self.scope]
        return f"{scope.name}()" if scope.kind in ("function", "method") else self.file.path


@once
def measured_errors(scene: Scene) -> list[MeasuredError]:
    """The figures of all code of the project, that of tests too, in the order of files and lines."""
    asked = predicted_values(scene)
    return [
        MeasuredError(file, difference.scope, difference.line, position, of_kept)
        for file in scene.modules.files.values()
        for position, difference in enumerate(file.code.differences if file.code else ())
        if difference.is_reduced and not difference.descends
        if (of_kept := asked.of_kept(file.path, difference)) or asked.is_met(file.path, difference)
    ]


def error_origins(scene: Scene) -> frozenset[tuple[str, str]]:
    """The files and origins of these figures, as what is made of them tells."""
    return frozenset((error.file.path, f"{DIFFERENCE}{error.position}") for error in measured_errors(scene))


@once
def predicted_values(scene: Scene) -> PredictedValues:
    """Tells of values of the project's code which of them a model predicted."""
    return PredictedValues(scene)


class PredictedValues(Origins):
    """Tells which values a model predicted."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene, "")
        self._with_framework: dict[str, bool] = {}

    def is_proof(self, path: str, name: str) -> bool:
        if name == _APPLIED:
            return self._uses_framework(path)
        if name.startswith(("@", DIFFERENCE)):
            return False
        if asks_by_name(name) or any(speaks_of("predicting", part) for part in name.split(".")[1:]):
            return True
        return bool(self.applied) and any(target in self.applied for target in self.made_in(path, name))

    @cached_property
    def applied(self) -> set[ScopeKey]:
        """Functions that are a home-made model: what a gradient is taken of calls them (`jax.grad(loss)`), or they are given
        what a serialiser has loaded beside the rows."""
        paths = [file.path for file in self._scene.project.code_files]
        calls = [(path, call) for path in paths for call in self._scene.modules.index(path).facts.calls]
        return {
            key
            for path, call in calls
            for key in (*self._under_gradients(path, call), *_given_a_model(self._scene, path, call))
        }

    def _under_gradients(self, path: str, call: Call) -> Iterator[ScopeKey]:
        """What the functions call of which the call takes a gradient."""
        if speaks_of("takes_gradient", call.name.rpartition(".")[2]) and self._uses_framework(path):
            losses = (target for name in call.names for target in self._scene.modules.targets(name, path))
            yield from (key for loss in losses if loss[1] > MAIN for key in self._called_in(loss))

    def _called_in(self, key: ScopeKey) -> Iterator[ScopeKey]:
        calls = self._scene.modules.index(key[0]).calls.get(key[1], ())
        yield from (t for call in calls for t in self._scene.modules.targets(call.name, key[0]) if t[1] > MAIN)

    def _uses_framework(self, path: str) -> bool:
        """The file imports a framework whose models are asked by a bare call."""
        if path not in self._with_framework:
            imports = self._scene.modules.index(path).facts.imports
            roots = {imported.target.partition(".")[0] for imported in imports}
            self._with_framework[path] = bool(roots & called_roots())
        return self._with_framework[path]

    def is_met(self, path: str, difference: Difference) -> bool:
        """One side was predicted, and something that no model made and that is not in it stands on the other. Where both are
        asked for a fixed value, a name says that one of them is the truth."""
        names = (name for side in difference.sides for name in side.names)
        if difference.is_joint and not any(speaks_of("truth", name) for name in names):
            return False
        key = (path, difference.scope)
        first, second = difference.sides
        return self._set_against(key, first, second) or self._set_against(key, second, first)

    def _set_against(self, key: ScopeKey, guess: Side, truth: Side) -> bool:
        """A part of a series under a name of its own stands for what came, though the model was fitted to the rest of it."""
        predicted = [source for source in guess.made_by if source not in truth.made_by and self.proves(key, source)]
        kept_apart = bool(truth.names) and set(truth.names).isdisjoint(guess.names)
        return bool(predicted) and any(
            (kept_apart or source not in guess.made_by)
            and not source.startswith((DIFFERENCE, _APPLIED))
            and not self.proves(key, source)
            for source in truth.made_by
        )

    def of_kept(self, path: str, difference: Difference) -> bool:
        """Two columns of rows that one call read, in a function whose texts name predictions that were kept; or of a parameter
        that is named for them and is given such rows."""
        shared = set.intersection(*map(_holders, difference.sides))
        if any(speaks_of("reads_table", name.rpartition(".")[2]) for name in shared):
            texts = self._scene.modules.index(path).texts.get(difference.scope, ())
            return any(speaks_of("kept_predictions", text.value) for text in texts)
        key, read = (path, difference.scope), rows_read(self._scene)
        named = [source for source in shared if speaks_of("kept_predictions", source.partition(":")[2])]
        return any(read.proves(key, source) for source in named)


def _holders(side: Side) -> set[str]:
    """What the parts were taken of that made a side."""
    return {source.partition("[")[0] for source in side.made_by if "[" in source}


def _given_a_model(scene: Scene, path: str, call: Call) -> Iterator[ScopeKey]:
    """The first-party function that is given what a serialiser has loaded, beside something else."""
    if len(call.given) > 1 and any(_is_loaded(source) for _, made in call.given for source in made):
        yield from (target for target in scene.modules.targets(call.name, path) if target[1] > MAIN)


def _is_loaded(source: str) -> bool:
    """A serialiser has read it."""
    name = source.partition("[")[0]
    return name.startswith(persistence_roots()) and name.rpartition(".")[2] in ("load", "loads")
