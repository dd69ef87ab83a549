"""Home-made computations of drift: a PSI, a KS test or a divergence of two samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from assessor.catalog.words import speaks_of, speaks_of_any
from assessor.facts.python import MAIN, MODULE, Text
from assessor.hits.scene import Scene, once
from assessor.lifecycle.origins import rows_read
from assessor.project.model import ProjectFile, Role


@once
def own_drift(scene: Scene) -> list[tuple[ProjectFile, int, int, str]]:
    """Functions that compute drift without a product: a PSI, KS or divergence of two samples."""
    return list(_own_drift(scene))


def _own_drift(scene: Scene) -> Iterator[tuple[ProjectFile, int, int, str]]:
    for file in (*scene.project.code_files, *_read_notebooks(scene)):
        index = scene.modules.index(file.path)
        for number, scope in enumerate(index.facts.scopes):
            calls = {c.name.rpartition(".")[2] for c in index.calls.get(number, ())}
            tests = any(speaks_of("compares_samples", name) for name in calls)
            if number in (MODULE, MAIN):
                if tests and (speaks_of("drift", file.path) or _two_samples(index.facts.texts)):
                    yield file, number, max(scope.line, 1), f"{file.path} compares two samples"
            elif compared := _compared(scene, file, number):
                yield file, number, compared, f"{scope.name}() compares rows of two readings"
            elif speaks_of("divergence", scope.name.rpartition(".")[2]) and not _watches(scene, file, number):
                continue
            elif not scope.is_stub and _computes_drift(file.path, scope.name.rpartition(".")[2], calls, tests):
                yield file, number, scope.line, f"{scope.name}() computes drift"


def _watches(scene: Scene, file: ProjectFile, number: int) -> bool:
    """A distance of distributions is drift where its file, a function beside it or one that calls it says so, or where rows
    that a model learned from and those that it meets are named."""
    facts = scene.modules.index(file.path).facts
    last = facts.scopes[number].name.rpartition(".")[2]
    if _about_drift(file.path) or _two_samples(facts.texts):
        return True
    if any(_about_drift(s.name) for n, s in enumerate(facts.scopes) if n not in (MODULE, MAIN)):
        return True
    return any(_asks_for_drift(other, last) for other in scene.project.code_files if other.path != file.path)


def _asks_for_drift(file: ProjectFile, function: str) -> bool:
    """A file or function about drift calls one of that name."""
    code = file.code
    callers = [code.scopes[c.scope].name for c in code.calls if c.name.rpartition(".")[2] == function] if code else []
    return bool(callers) and any(map(_about_drift, (file.path, *callers)))


def _about_drift(name: str) -> bool:
    return (speaks_of("drift", name) and not speaks_of("divergence", name)) or "monitor" in name.lower()


def _compared(scene: Scene, file: ProjectFile, number: int) -> int:
    """The line of a test of samples that is given rows of two different readings; 0 where there is none."""
    read, key = rows_read(scene), (file.path, number)
    for call in scene.modules.index(file.path).calls.get(number, ()):
        given = dict(call.given)
        first, second = given.get("0", ()), given.get("1", ())
        if speaks_of("compares_samples", call.name.rpartition(".")[2]) and _are_apart(first, second):
            if all(any(read.proves(key, source) for source in side) for side in (first, second)):
                return call.line
    return 0


def _are_apart(first: Sequence[str], second: Sequence[str]) -> bool:
    """Different things made the two values."""
    return {s.partition("[")[0] for s in first}.isdisjoint(s.partition("[")[0] for s in second)


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
