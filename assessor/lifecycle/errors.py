"""Errors and hit rates that a project computes by plain arithmetic: what a model predicted is set against what it did not make.

`np.abs(model.predict(rows) - truth).mean()` measures a model as `mean_absolute_error` does. A difference counts where one
of its sides was made by a prediction and the other one by something else, and where a mean, a sum or a count is taken of
it. The loss that a training makes smaller is none, nor is the difference of two predictions. What was predicted earlier
and kept counts where both columns are read from rows that are named for predictions.
"""

from __future__ import annotations

from dataclasses import dataclass

from assessor.catalog.traits import called_roots
from assessor.catalog.words import speaks_of
from assessor.facts.python import Difference, Side
from assessor.hits.scene import Scene, once
from assessor.lifecycle.origins import DIFFERENCE, Origins, asks_by_name
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
        return asks_by_name(name) or any(speaks_of("predicting", part) for part in name.split(".")[1:])

    def _uses_framework(self, path: str) -> bool:
        """The file imports a framework whose models are asked by a bare call."""
        if path not in self._with_framework:
            imports = self._scene.modules.index(path).facts.imports
            roots = {imported.target.partition(".")[0] for imported in imports}
            self._with_framework[path] = bool(roots & called_roots())
        return self._with_framework[path]

    def is_met(self, path: str, difference: Difference) -> bool:
        """One side was predicted, and something that no model made and that is not in it stands on the other."""
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
        """Two columns of rows that one call read, in a function whose texts name predictions that were kept."""
        first, second = ({s.partition("[")[0] for s in side.made_by if "[" in s} for side in difference.sides)
        if not any(speaks_of("reads_table", name.rpartition(".")[2]) for name in first & second):
            return False
        texts = self._scene.modules.index(path).facts.texts
        return any(text.scope == difference.scope and speaks_of("kept_predictions", text.value) for text in texts)
