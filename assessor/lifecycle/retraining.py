"""What starts a training under a condition: calls that submit, dispatch or retrain, and the comparisons above them."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.traits import submits
from assessor.catalog.words import speaks_of
from assessor.facts.python import Comparison
from assessor.hits.scene import Scene
from assessor.lifecycle.calls import called_from, does_nothing
from assessor.lifecycle.stations import marks, stations_named
from assessor.project.modules import ScopeKey


def retrains(name: str) -> bool:
    """A function of that name starts a training, and does not only say whether one is needed."""
    return speaks_of("retrains", name)


def conditional_effects(scene: Scene, path: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Names called under a condition: effects of comparisons, and calls with guards."""
    facts = scene.modules.index(path).facts
    for comparison in facts.comparisons:
        if comparison.effects:
            yield comparison.effects, comparison.line, comparison.scope
    for call in facts.calls:
        if call.guards:
            yield (call.name,), call.line, call.scope


def effects_of_drift(scene: Scene, path: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Names called where an answer about drift says so: under a condition on it, or behind one that leaves the function
    otherwise. What the answer is made of says that it is about drift, no name around it."""
    index = scene.modules.index(path)
    said = (word for scope in index.facts.scopes for word in (scope.name, *scope.parameters))
    if not any("drift" in word.lower() for word in (*said, *(call.name for call in index.facts.calls))):
        return
    for test in (*index.facts.tests, *index.facts.comparisons):
        if not (test.follows or test.leaves) or not _asks_for_drift(scene, path, test):
            continue
        later = index.calls.get(test.scope, ()) if test.leaves else ()
        yield (*test.follows, *(call.name for call in later if call.line > test.line)), test.line, test.scope


def _asks_for_drift(scene: Scene, path: str, test: Comparison) -> bool:
    """A function whose name speaks of drift gave what is asked, or it was read from something of such a name."""
    made = {source.partition("[")[0] for side in test.sides for source in side.made_by}
    calls = scene.modules.index(path).calls.get(test.scope, ())
    read = (source for call in calls if call.name in made for _, sources in call.given for source in sources)
    return any(speaks_of("drift", source.rpartition(":")[2].rpartition(".")[2]) for source in (*made, *read))


def submits_training(scene: Scene, name: str, path: str) -> bool:
    """A call of that name in a file hands a run to an orchestrator, or calls a function here that does or that trains."""
    if does_nothing(scene, name, path):
        return False
    if submits(name) and not speaks_of("dispatches", name):
        return True
    return any(begins_training(scene, target) for target in scene.modules.targets(name, path))


def starts_training(scene: Scene, name: str, path: str) -> bool:
    """A call of that name in a file starts a training: it dispatches a run, retrains, or reaches what trains."""
    last = name.rpartition(".")[2]
    if does_nothing(scene, name, path):
        return False
    if submits(name) or retrains(last):
        return True
    targets = scene.modules.targets(name, path)
    if any(submits(call.name) for t in targets for call in scene.modules.index(t[0]).calls.get(t[1], ())):
        return True
    return any("train" in marks(scene).get(t, frozenset()) for t in targets) and bool(stations_named(name) & {"train"})


def begins_training(scene: Scene, key: ScopeKey) -> bool:
    """A function trains, submits a run, or starts something elsewhere by a command or a message, itself or by what it calls."""
    known = marks(scene)
    for path, number in called_from(scene, [key], depth=3):
        if "train" in known.get((path, number), ()):
            return True
        calls = scene.modules.index(path).calls.get(number, ())
        if any(submits(call.name) and not speaks_of("dispatches", call.name) for call in calls):
            return True
        if any(speaks_of("starts_elsewhere", call.name) for call in calls) and _speaks_of_training(
            scene, (path, number)
        ):
            return True
    return False


def _speaks_of_training(scene: Scene, key: ScopeKey) -> bool:
    """The function, its file, or a text or name that it hands on says train: what it starts elsewhere may be anything."""
    index = scene.modules.index(key[0])
    given = (name for call in index.calls.get(key[1], ()) for name in call.names)
    texts = (text.value for text in index.texts.get(key[1], ()))
    constants = (str(constant.value) for constant in index.facts.constants)
    named = (key[0], index.facts.scopes[key[1]].name)
    return any(speaks_of("train", text) for text in (*named, *given, *texts, *constants))
