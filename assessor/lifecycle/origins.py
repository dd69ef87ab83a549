"""What made a value, over the functions of the project: whether an evaluation is behind it.

The reader tells for each side of a comparison which calls made it (`Side.made_by`). Here these are followed through what
first-party functions return and through what their callers give them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from assessor.catalog.words import speaks_of, speaks_of_any
from assessor.hits.scene import Scene, once
from assessor.project.modules import ScopeKey

_DEEPEST = 8
_SAME_NAME = 3
"""Methods of one name beyond which the name of a method on an unknown object says nothing."""

COUNTING_NAMES = frozenset(
    {"len", "range", "count", "nunique", "size", "enumerate", "id", "type", "isinstance", "hasattr"}
)
"""Origins that the reader gives to values that only count."""

DIFFERENCE = "~"
"""Begins the origin of what two values that were set against each other make."""

Source = tuple[ScopeKey, str]
"""An origin as it is written in a function."""


@lru_cache(maxsize=65_536)
def asks_by_name(name: str) -> bool:
    """A call of that dotted name asks a model: by its last word, or what a stored model was loaded into is run
    (`InferenceSession(…).run`), or by the interface of a language model."""
    head, _, last = name.rpartition(".")
    loaded = (last in _RUNS and speaks_of("loads_model", head.rpartition(".")[2])) or adds_predictions(name)
    return loaded or speaks_of("predicting", last) or speaks_of("asks_language_model", name)


_RUNS = ("run", "invoke")


def adds_predictions(name: str) -> bool:
    """A stored model of Spark is called on rows, or a feature store applies one: they come back with what it predicted."""
    if any(speaks_of("scores_rows", word) for word in name.split(".")[1:]):
        return True
    head, called, rest = name.partition(".transform")
    return bool(called) and not rest.partition(".")[0] and head.endswith(_LOADS_FOR_SPARK)


_LOADS_FOR_SPARK = (".load_model", "Model.load")


class Origins:
    """Answers questions about origins of one project; answers are kept."""

    def __init__(self, scene: Scene, practice: str, more: Iterable[tuple[str, str]] = ()) -> None:
        """`more`: files and origins that prove it too."""
        self._scene = scene
        self._proven = {
            (hit.file.path, hit.call.name)
            for hit in scene.hits(practice, notebooks=True)
            if hit.call is not None and hit.kind == "call"
        }
        self._proven.update(more)
        self._answers: dict[Source, bool] = {}
        self._kinds: dict[Source, str] = {}

    def proves(self, scope: ScopeKey, origin: str, depth: int = 0) -> bool:
        """The value was made by a call that proves the practice, in this function or in one that it came through."""
        key = (scope, origin)
        known = self._answers.get(key)
        if known is None:
            if depth > _DEEPEST:
                return False
            self._answers[key] = False  # a value that goes in a circle was made elsewhere
            known = self._answers[key] = self._find(scope, origin, depth)
        return known

    def _find(self, scope: ScopeKey, origin: str, depth: int) -> bool:
        name, _, part = origin.partition("[")
        if name.startswith("@"):
            return any(self.proves(*source, depth + 1) for source in self.given(scope[0], name))
        if name.startswith(DIFFERENCE) or self.is_proof(scope[0], name):
            return self.is_proof(scope[0], name)
        if any(self.proves(*source, depth + 1) for source in self._attribute(scope[0], name, part.rstrip("]"))):
            return True
        through = _takes_in(name)
        if through:
            return any(self.proves(scope, source, depth + 1) for source in self._handed(scope, through))
        for target in self.made_in(scope[0], name):
            for inner in self._returned(target, part.rstrip("]")):
                if inner.startswith("@"):
                    passed = self._passed(scope, name, target, inner)
                    if any(self.proves(scope, source, depth + 1) for source in passed):
                        return True
                elif self.proves(target, inner, depth + 1):
                    return True
        return False

    def held(self, scope: ScopeKey, source: str) -> list[str]:
        """The origins of what a table is made of, for the origin of one that only holds what it was given."""
        through = _takes_in(source.partition("[")[0])
        return list(self._handed(scope, through)) if through else [source]

    def is_proof(self, path: str, name: str) -> bool:
        """A call of that name in the file proves the practice."""
        return (path, name) in self._proven

    def kind(self, scope: ScopeKey, origin: str, depth: int = 0) -> str:
        """Where a value that no proof made comes from: `count`, `outside` (a library's call), `own` (the project
        computes it) or `unknown` (a parameter that no call here gives)."""
        known = self._kinds.get((scope, origin))
        if known is None:
            self._kinds[scope, origin] = "unknown"  # what goes in a circle
            known = self._kinds[scope, origin] = self._kind(scope, origin, depth)
        return known

    def _kind(self, scope: ScopeKey, origin: str, depth: int) -> str:
        name, _, part = origin.partition("[")
        if name in COUNTING_NAMES:
            return "count"
        if name.startswith(DIFFERENCE):
            return "unknown"
        if name.startswith("@"):
            inner = list(self.given(scope[0], name))
        else:
            functions = self.made_in(scope[0], name)
            inner = [(target, source) for target in functions for source in self._returned(target, part.rstrip("]"))]
            if not inner:
                return "own" if functions else "outside"
        kinds = {self.kind(*source, depth + 1) for source in inner} if depth < _DEEPEST else set()
        return next((kind for kind in ("outside", "count", "own") if kind in kinds), "unknown")

    def parts(self, scope: ScopeKey, origin: str) -> Iterator[str]:
        """The keys and attributes by which a value was taken from others, here, where callers took it and where a function
        that returned it did; each place is looked at once, though many ways may lead there."""
        seen, waiting = {(scope, origin)}, [(scope, origin, 0)]
        for at, source, depth in waiting:
            name, _, part = source.partition("[")
            yield from part.rstrip("]").lower().split(".")
            if depth < _DEEPEST:
                fresh = [given for given in self._behind(at, name, part.rstrip("]")) if given not in seen]
                seen.update(fresh)
                waiting += [(*given, depth + 1) for given in fresh]

    def _behind(self, at: ScopeKey, name: str, part: str) -> Iterable[Source]:
        """Where a value came from one step before: what callers gave to a parameter, or what a function returned."""
        if name.startswith("@"):
            return self.given(at[0], name)
        return [(target, source) for target in self.made_in(at[0], name) for source in self._returned(target, part)]

    def functions(self, scope: ScopeKey, sources: Iterable[str]) -> set[ScopeKey]:
        """The first-party functions through which values came, near and far."""
        waiting = [(scope, source, 0) for source in sources]
        seen, found = set(waiting), set()
        for at, source, depth in waiting:
            name, _, part = source.partition("[")
            through = "" if name.startswith("@") else _takes_in(name)
            inner = list(self.given(at[0], name)) if name.startswith("@") else []
            inner += [(at, handed) for handed in self._handed(at, through)] if through else []
            for target in [] if name.startswith("@") else self.made_in(at[0], name):
                found.add(target)
                inner += [(target, returned) for returned in self._returned(target, part.rstrip("]"))]
            fresh = {(*given, depth + 1) for given in inner} - seen if depth < _DEEPEST else set()
            waiting += sorted(fresh)
            seen |= fresh
        return found

    def made_in(self, path: str, name: str) -> list[ScopeKey]:
        """The first-party functions that an origin names; of a method on an unknown object, by the method's name."""
        return _made_in(self._scene, path, name)

    def _attribute(self, path: str, name: str, attribute: str) -> list[Source]:
        """What made an attribute of an object of a first-party class."""
        modules = self._scene.modules
        found = (path, name) if name in modules.index(path).classes else modules.split(name, path)
        if not attribute or found is None or found[1] not in modules.index(found[0]).classes:
            return []
        held = dict(modules.index(found[0]).classes[found[1]].attributes)
        return [((found[0], 0), source) for source in held.get(attribute.partition(".")[0], ())]

    def _returned(self, function: ScopeKey, part: str) -> list[str]:
        """Origins of what a function returns; of one item only where that is told apart."""
        returns = dict(self._scene.modules.index(function[0]).facts.scopes[function[1]].returns)
        chosen = (returns.get(part) or returns.get(part.partition(".")[0])) if part else None
        return list(chosen if chosen is not None else returns.get("", ()))

    def _passed(self, scope: ScopeKey, name: str, function: ScopeKey, parameter: str) -> Iterator[str]:
        """Origins of what calls of that name in a function give to a parameter."""
        place = self._position(function, parameter.partition(":")[2].partition("[")[0])
        for call in self._scene.modules.index(scope[0]).calls.get(scope[1], ()):
            if call.name == name:
                yield from (source for key, sources in call.given if key in place for source in sources)

    def _handed(self, scope: ScopeKey, name: str) -> Iterator[str]:
        """Origins of all that calls of that name in a function are given."""
        for call in self._scene.modules.index(scope[0]).calls.get(scope[1], ()):
            if call.name == name:
                yield from (source for _, sources in call.given for source in sources)

    def _position(self, function: ScopeKey, parameter: str) -> tuple[str, ...]:
        """How a call can give the parameter: by name, or by position."""
        known = self._scene.modules.index(function[0]).facts.scopes[function[1]]
        if parameter not in known.parameters:
            return (parameter,)
        bound = known.parameters[:1] in (("self",), ("cls",))
        return parameter, str(known.parameters.index(parameter) - bound)

    def given(self, path: str, parameter: str) -> Iterable[Source]:
        """What the project's calls give to a parameter (`@function:parameter`) of a function of the file."""
        function, _, name = parameter[1:].partition(":")
        number = self._scene.modules.index(path).scopes.get(function, -1)
        return _given(self._scene).get(((path, number), name), ())


@once
def _made_in(scene: Scene, path: str, name: str) -> list[ScopeKey]:
    """See `Origins.made_in`."""
    found = [target for target in scene.modules.targets(name, path) if target[1] > 1]
    if found or not name.startswith("?."):
        return found
    methods = _methods(scene).get(name.rpartition(".")[2], [])
    return methods if len(methods) <= _SAME_NAME else []


@once
def _methods(scene: Scene) -> Mapping[str, list[ScopeKey]]:
    """The methods of all code by their names."""
    found: dict[str, list[ScopeKey]] = defaultdict(list)
    for file in scene.project.code_files:
        for method, numbers in scene.modules.index(file.path).methods.items():
            found[method] += [(file.path, number) for number in numbers]
    return found


@once
def _given(scene: Scene) -> Mapping[tuple[ScopeKey, str], dict[Source, None]]:
    """What the project's calls give to each parameter of its functions, in the order of the calls: where values go in a
    circle, what is found of them depends on it."""
    found: dict[tuple[ScopeKey, str], dict[Source, None]] = defaultdict(dict)
    for file in scene.project.code_files:
        for call in scene.modules.index(file.path).facts.calls:
            for target in _made_in(scene, file.path, call.name) if call.given else ():
                scope = scene.modules.index(target[0]).facts.scopes[target[1]]
                bound = scope.parameters[:1] in (("self",), ("cls",))
                for key, sources in call.given:
                    at = int(key) + bound if key.isdigit() else -1
                    name = scope.parameters[at] if 0 <= at < len(scope.parameters) else key
                    found[target, name].update({((file.path, call.scope), source): None for source in sources})
    return found


_HAND_ON = ("tests_samples", "gives_rows_back")


def _takes_in(name: str) -> str:
    """The call of a chain that only holds what it is given: a table made of values, a test of samples."""
    parts = name.split(".")
    for number, part in enumerate(parts, start=1):
        if speaks_of("makes_table", part) or (number == len(parts) and speaks_of_any(_HAND_ON, part)):
            return ".".join(parts[:number])
    return ""


class RowsRead(Origins):
    """Tells which values are rows that were read from somewhere, or parts of such."""

    def is_proof(self, path: str, name: str) -> bool:
        return speaks_of("reads_table", name.rpartition(".")[2])


class RowsWithAnswers(Origins):
    """Tells which values are rows that a model has given back with what it predicted of them."""

    def is_proof(self, path: str, name: str) -> bool:
        return adds_predictions(name)


@once
def rows_with_answers(scene: Scene) -> RowsWithAnswers:
    return RowsWithAnswers(scene, "")


@once
def rows_read(scene: Scene) -> RowsRead:
    return RowsRead(scene, "")
