"""Evaluation on slices: the quality of a model for each segment, group or cohort of the data, not only over all.

Metrics by class of the target are none (they split by what is predicted), and neither is a mean by group of the data
itself. A function counts where its name speaks of slices and it computes metrics of a model, or a library does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from assessor.catalog.traits import table_roots
from assessor.catalog.words import cut, speaks_of
from assessor.facts.python import MAIN, MODULE, UNKNOWN, Call, Difference
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.lifecycle.calls import called_by, called_from
from assessor.lifecycle.errors import MeasuredError, measured_errors
from assessor.lifecycle.origins import Origins
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import ScopeKey
from assessor.scanners.claims import Claim, Code, Statement, seen

PRACTICE = "experiments.slices"


def slices(scene: Scene) -> Iterator[Statement]:
    """Metrics by slice in modules are used; in a run, automated; where a slice below its limit stops it, enforced."""
    for hit in scene.hits(PRACTICE, notebooks=False):
        yield seen(hit, raised_by=partial(_slice_stops, scene, hit))
    for file, number, line, name in _by_group(scene):
        text = f"{name}() computes quality for each group"
        yield Claim(Code(file, number, line), text, raised_by=partial(_stops, file, number))
    for file, number, line, name in _of_each_part(scene):
        text = f"{name} measures the model on each part of the rows"
        yield Claim(Code(file, number, line), text, raised_by=partial(_part_stops, scene, file, number))
    for error in measured_errors(scene):
        if _is_by_group(scene, error):
            code = Code(error.file, error.scope, error.line)
            yield Claim(
                code,
                f"{error.function} measures the model on each group",
                raised_by=partial(_part_stops, scene, error.file, error.scope),
            )
    for file, number, line, name in own_slices(scene):
        text = f"{name}() computes metrics by slice"
        yield Claim(Code(file, number, line), text, raised_by=partial(_stops, file, number))


_NO_GROUPS = frozenset(
    {"model", "experiment", "run", "fold", "split", "seed", "epoch", "step", "label", "target", "class", "y", "stage"}
)
"""What runs, models and the target are told apart by: metrics of these compare models, not parts of the data."""


def _by_group(scene: Scene) -> Iterator[tuple[ProjectFile, int, int, str]]:
    """Functions named for quality that group rows and compute it for each group, where a result is then kept: (file,
    function, line, name)."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        for number, calls in index.calls.items():
            grouped = next((c for c in calls if c.name.endswith(_GROUPED)), None)
            if number in (MODULE, MAIN) or grouped is None or not _groups_rows(calls):
                continue
            name = index.facts.scopes[number].name
            if speaks_of("quality_of_parts", name.rpartition(".")[2]) and _is_kept(scene, (file.path, number)):
                yield file, number, grouped.line, name


def _of_each_part(scene: Scene) -> Iterator[tuple[ProjectFile, int, int, str]]:
    """A metric of what a grouping gave, where the result is kept or decides: (file, function, line, name)."""
    for path, number in sorted(_measured_parts(scene)):
        file, index = scene.modules.files[path], scene.modules.index(path)
        calls = index.calls.get(number, ())
        grouped = next((call for call in calls if call.name.endswith(".groupby")), None)
        if grouped is None or file.is_notebook or not _groups_rows(calls):
            continue
        if _is_kept(scene, (path, number)) or _part_stops(scene, file, number, ()):
            yield file, number, grouped.line, index.facts.scopes[number].name if number > MAIN else path


def _measured_parts(scene: Scene) -> set[ScopeKey]:
    """The functions in which a metric is given what a grouping gave."""
    found = {
        (hit.file.path, hit.scope)
        for hit in scene.hits("experiments.evaluation", notebooks=False)
        if hit.call is not None and any(_is_part(source) for _, sources in hit.call.given for source in sources)
    }
    found |= set(_handed_parts(scene))
    for error in measured_errors(scene):
        sides = error.file.code.differences[error.position].sides if error.file.code else ()
        if error.file.role is Role.FIRST_PARTY and any(_is_part(source) for side in sides for source in side.made_by):
            found.add((error.file.path, error.scope))
    return found


def _handed_parts(scene: Scene) -> Iterator[ScopeKey]:
    """The functions in which one of the project that measures a model is given something of what a grouping gave."""
    measuring = {(hit.file.path, hit.scope) for hit in scene.hits("experiments.evaluation", notebooks=False)}
    measuring |= {(error.file.path, error.scope) for error in measured_errors(scene)}
    measuring |= set(_own_metrics(scene))
    for file in scene.project.code_files:
        for call in scene.modules.index(file.path).facts.calls:
            if any(_is_part(source) for _, sources in call.given for source in sources):
                targets = [key for key in scene.modules.targets(call.name, file.path) if key[1] > MAIN]
                if targets and not measuring.isdisjoint(called_from(scene, targets, depth=2)):
                    yield file.path, call.scope


def _own_metrics(scene: Scene) -> Iterator[ScopeKey]:
    """Functions that are named for a metric and reduce the difference of two values, whoever gives them these."""
    for file in scene.project.code_files:
        code = scene.modules.index(file.path).facts
        for difference in code.differences:
            name = code.scopes[difference.scope].name.rpartition(".")[2]
            if (
                difference.scope > MAIN
                and difference.is_reduced
                and not difference.descends
                and speaks_of("metric", name)
            ):
                yield file.path, difference.scope


def _is_part(source: str) -> bool:
    return source.partition("[")[0].endswith(".groupby")


def _part_stops(scene: Scene, file: ProjectFile, number: int, ways: Sequence[Arrival]) -> str | None:
    """A limit in the function, or a gate on what it returns, that each slice must meet."""
    own = _stops(file, number, ways)
    if own or not file.code:
        return own
    origins = Origins(scene, "experiments.evaluation")
    limits = ((other.path, limit) for other in scene.project.code_files for limit in _limits(scene, other.path))
    if any((file.path, number) in origins.made_in(path, made.partition("[")[0]) for path, made in limits):
        return "a slice below its limit stops the run"
    return None


def _slice_stops(scene: Scene, hit: Hit, ways: Sequence[Arrival]) -> str | None:
    """A limit in the function of the product, or on what came of it elsewhere, which stops something."""
    if own := _stops(hit.file, hit.scope, ways):
        return own
    found = any(
        sliced_values(scene).proves((file.path, limit.scope), source)
        for file in scene.project.code_files
        for limit in scene.modules.index(file.path).facts.comparisons
        for side in (limit.sides if limit.stops else ())
        for source in side.made_by
    )
    return "a slice below its limit stops the run" if found else None


@once
def sliced_values(scene: Scene) -> Origins:
    """Tells which values products made that measure slices."""
    return Origins(scene, PRACTICE)


def _limits(scene: Scene, path: str) -> Iterator[str]:
    """What made the values whose comparison stops something."""
    for limit in scene.modules.index(path).facts.comparisons:
        for side in limit.sides if limit.stops else ():
            yield from side.made_by


def _groups_rows(calls: Iterable[Call]) -> bool:
    """The columns by which the rows are grouped, where they are literals, tell apart parts of the data."""
    keys = [str(value) for call in calls if call.name.endswith(".groupby") for value in _flat(call)]
    return not keys or any(_NO_GROUPS.isdisjoint(cut(key).split()) for key in keys)


def _is_kept(scene: Scene, key: ScopeKey) -> bool:
    """The function logs or writes results, or one that calls it, or that is given back what it measured over some calls."""
    above, keys, edge = called_by(scene), {key}, {key}
    for level in range(_GIVEN_BACK):
        handing = {known for known in edge if not level or _gives_back(scene, known)}
        edge = {caller for known in handing for caller in above.get(known, ())} - keys
        keys |= edge
    calls = (call for path, number in keys for call in scene.modules.index(path).calls.get(number, ()))
    return any(speaks_of("keeps_results", call.name.rpartition(".")[2]) for call in calls)


_GIVEN_BACK = 3
"""Calls over which a result is followed to where it is kept."""


def _gives_back(scene: Scene, key: ScopeKey) -> bool:
    return bool(scene.modules.index(key[0]).facts.scopes[key[1]].returns)


def _is_by_group(scene: Scene, error: MeasuredError) -> bool:
    """What was set against the truth is parted by a column that is not the truth itself, and the result is kept."""
    if error.file.role is not Role.FIRST_PARTY or error.file.is_notebook or error.file.code is None:
        return False
    if not _is_parted(error.file.code.differences[error.position]):
        return False
    key = (error.file.path, error.scope)
    tracked = any((hit.file.path, hit.scope) == key for hit in scene.hits("experiments.tracking", notebooks=False))
    return tracked or _is_kept(scene, key)


def _is_parted(difference: Difference) -> bool:
    """It was grouped before it was reduced, by columns of which none is a side of it."""
    sides = {source for side in difference.sides for source in side.made_by if "[" in source}
    keys = difference.grouped_by
    return bool(keys) and sides.isdisjoint(keys) and all(_parts_rows(key) for key in keys)


def _parts_rows(key: str) -> bool:
    return _NO_GROUPS.isdisjoint(cut(key.partition("[")[2].removesuffix("]") or key).split())


_GROUPED = (".groupby.apply", ".groupby.agg", ".groupby.aggregate")


def _flat(call: Call) -> Iterator[object]:
    """The column names that a grouping is given as literals."""
    for value in call.args[:1]:
        yield from (v for v in (value if isinstance(value, tuple) else (value,)) if v is not UNKNOWN)


def own_slices(scene: Scene) -> Iterator[tuple[ProjectFile, int, int, str]]:
    """Functions named for slices, or given parts by one, that compute metrics: (file, function, line, name)."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        tables = not table_roots().isdisjoint(i.target.partition(".")[0] for i in index.facts.imports)
        for number, scope in enumerate(index.facts.scopes):
            if number in (MODULE, MAIN) or scope.is_stub or ("segment" in scope.name.lower() and not tables):
                continue  # a segment of an image or of speech
            name = scope.name.rpartition(".")[2]
            if (_is_by_slice(name) or _is_given_slices(scene, (file.path, number))) and _measures(index.calls, number):
                yield file, number, scope.line, scope.name


def _measures(calls: Mapping[int, Sequence[Call]], number: int) -> bool:
    return any(speaks_of("measures", call.name.rpartition(".")[2]) for call in calls.get(number, ()))


def _is_given_slices(scene: Scene, key: ScopeKey) -> bool:
    """It asks a function of the project, named for that, for the parts of the rows (`rows_by_cohort`)."""
    for call in scene.modules.index(key[0]).calls.get(key[1], ()):
        words = cut(call.name.rpartition(".")[2]).split()
        if speaks_of("by_slice", call.name.rpartition(".")[2]) and _NO_GROUPS.isdisjoint(words):
            if scene.modules.targets(call.name, key[0]):
                return True
    return False


def _is_by_slice(name: str) -> bool:
    return speaks_of("by_slice", name) and speaks_of("about_quality", name)


def _stops(file: ProjectFile, number: int, _: Sequence[Arrival]) -> str | None:
    """A comparison in the same function that raises, exits or asserts is a limit that each slice must meet."""
    comparisons = file.code.comparisons if file.code else ()
    limits = [c for c in comparisons if c.scope == number and c.outcome in ("raise", "exit", "assert")]
    return "a slice below its limit stops the run" if limits else None
