"""What starts a training under a condition: calls that submit, dispatch or retrain, and the comparisons above them."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.traits import submits
from assessor.catalog.words import speaks_of
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
