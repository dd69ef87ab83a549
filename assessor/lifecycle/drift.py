"""Home-made computations of drift: a PSI, a KS test or a divergence of two samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assessor.catalog.words import speaks_of, speaks_of_any
from assessor.facts.python import MAIN, MODULE, Text
from assessor.hits.scene import Scene
from assessor.project.model import ProjectFile, Role


def own_drift(scene: Scene) -> Iterator[tuple[ProjectFile, int, int, str]]:
    """Functions that compute drift without a product: a PSI, KS or divergence of two samples."""
    for file in (*scene.project.code_files, *_read_notebooks(scene)):
        index = scene.modules.index(file.path)
        for number, scope in enumerate(index.facts.scopes):
            calls = {c.name.rpartition(".")[2] for c in index.calls.get(number, ())}
            tests = any(speaks_of("compares_samples", name) for name in calls)
            if number in (MODULE, MAIN):
                if tests and (speaks_of("drift", file.path) or _two_samples(index.facts.texts)):
                    yield file, number, max(scope.line, 1), f"{file.path} compares two samples"
            elif not scope.is_stub and _computes_drift(file.path, scope.name.rpartition(".")[2], calls, tests):
                yield file, number, scope.line, f"{scope.name}() computes drift"


def _computes_drift(path: str, name: str, calls: set[str], tests: bool) -> bool:
    """A function named for drift that calls arithmetic or statistics, or a test of samples where drift is watched."""
    if speaks_of("drift", name):
        return tests or any(speaks_of_any(("compares_distributions", "counts_distribution"), call) for call in calls)
    return tests and (speaks_of("drift", path) or "monitor" in path.lower())


def _read_notebooks(scene: Scene) -> tuple[ProjectFile, ...]:
    """A person's use: what a first-party notebook compares counts, as far as its cells are Python."""
    return tuple(f for f in scene.project.notebooks if f.role is Role.FIRST_PARTY and f.code is not None)


def _two_samples(texts: Iterable[Text]) -> bool:
    """The texts name both the rows that a model learned from and those that it meets now."""
    said = [text.value for text in texts]
    return any(speaks_of("learned_rows", text) for text in said) and any(
        speaks_of("present_rows", text) for text in said
    )
