"""Gates: comparisons of what an evaluation returned whose failing side stops, or keeps from going on, what comes after.

A comparison counts where one side was made by an evaluation of the catalogue, directly or through functions of the project.
Where that cannot be seen (figures read from a file, a home-made metric) a name that speaks of a metric stands in for it, in
a project that trains or evaluates. A printed difference is no gate, taking the best of several is none, nor is stopping
early inside training, nor a comparison of lengths and counters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assessor.catalog.traits import chooses
from assessor.catalog.words import speaks_of
from assessor.facts.python import MAIN, Comparison, Guard, Side
from assessor.hits.scene import Scene, once
from assessor.lifecycle.errors import error_origins
from assessor.lifecycle.figures import kept_figures
from assessor.lifecycle.judged_answers import judged_origins
from assessor.lifecycle.model_stores import model_stores
from assessor.lifecycle.near_training import near_training
from assessor.lifecycle.origins import Origins
from assessor.lifecycle.outputs import telling_scopes
from assessor.lifecycle.settled import gives_constant
from assessor.lifecycle.source_stops import stops_by_figures
from assessor.lifecycle.swallowed import is_swallowed
from assessor.project.model import ProjectFile
from assessor.project.modules import ScopeKey

_LIMITS = frozenset({"threshold", "min", "max", "minimum", "maximum", "required", "target"})
"""Words that make a metric's name that of its limit."""

_OTHER_LIMITS = frozenset({"patience", "epoch", "epochs", "counter", "n_iter", "early_stopping", "min_delta", "map"})
"""Names whose comparison steers a training, and the function that every program calls."""


_GOES_ON = ("experiments.registry", "deployment.automation", "versioning.models", "versioning.releases")
"""Practices whose calls are what comes after an evaluation."""

_BEYOND = 1e9
"""A limit that no error reaches."""
_WITNESSES = ("experiments.evaluation", "training.scripted", "experiments.tracking", "experiments.registry")
_MIN_SENTENCE = 4
"""Words of a text from which on it is a sentence."""
NO_SCOPE = -1
_ROUNDS = 4
_CALLS_BELOW = 3


@dataclass(frozen=True, slots=True)
class Gate:
    """A deciding comparison. `stops`: it raises, exits, asserts or is what a chooser of a pipeline answers; `effects`: what is called on either outcome."""

    file: ProjectFile
    scope: int
    line: int
    stops: bool
    effects: tuple[str, ...]
    text: str
    tool: str = ""
    tells: bool = False
    """It hands its verdict to the run, whose later jobs or steps ask for it."""
    guards: tuple[Guard, ...] = ()
    """Conditions under which it is asked at all."""


@once
def gates(scene: Scene) -> list[Gate]:
    """The gates of first-party modules that are no tests, in the order of files and lines."""
    found = [*_Finder(scene).gates(), *_of_products(scene), *_in_r(scene)]
    found = [replace(gate, stops=False, effects=()) if _is_off(scene, gate) else gate for gate in found]
    return sorted(found, key=lambda gate: (gate.file.path, gate.line))


def _is_off(scene: Scene, gate: Gate) -> bool:
    """Every run without a person that comes there switches it off by its options or settings."""
    ways = scene.automation.arrivals(gate.file.path, gate.scope) if gate.guards else []
    closures = [way.closure for way in ways if way.is_automatic and way.closure is not None]
    return bool(closures) and not any(closure.allows(gate.guards) for closure in closures)


def _of_products(scene: Scene) -> Iterator[Gate]:
    """Checks of products that raise by themselves where a model is not good enough."""
    for hit in scene.hits("training.validation_gate", notebooks=False):
        if hit.proof.raises and hit.call is not None:
            text = f"{hit.tool.title}: {hit.proof.text}"
            yield Gate(hit.file, hit.scope, hit.place.line, True, (), text, hit.tool.id)


def _in_r(scene: Scene) -> Iterator[Gate]:
    """Scripts of R that end where a figure is not good enough; they have no functions that are told apart."""
    for file, stop, figure in stops_by_figures(scene):
        yield Gate(file, NO_SCOPE, stop.line, True, (), f"{figure} is compared with a limit in R", "r")


def _ahead(scene: Scene) -> tuple[set[tuple[str, str]], set[ScopeKey]]:
    """What comes after an evaluation: (file, name) of the calls, and their functions."""
    hits = [hit for practice in _GOES_ON for hit in scene.hits(practice, notebooks=False)]
    stores = model_stores(scene)
    calls = {(hit.file.path, hit.call.name) for hit in hits if hit.call}
    scopes = {(hit.file.path, hit.scope) for hit in hits if hit.scope >= 0}
    calls |= {(store.file.path, store.call.name) for store in stores}
    return calls, scopes | {(store.file.path, store.call.scope) for store in stores}


class _Finder:
    """Finds the gates of one project."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.origins = Origins(scene, "experiments.evaluation", error_origins(scene) | judged_origins(scene))
        self.has_models = any(scene.hits(practice) for practice in _WITNESSES)
        self.verdicts: dict[ScopeKey, str] = {}
        """Functions that return whether a model is good enough, with what they compare."""
        self.acting: dict[tuple[str, str], bool] = {}
        self.ahead, self.ahead_scopes = _ahead(scene)
        self.choosers = set(choosing_scopes(scene))
        self.training: dict[ScopeKey, list[int]] = {}
        for hit in scene.hits("training.scripted", notebooks=False):
            self.training.setdefault((hit.file.path, hit.scope), []).append(hit.place.line)

    def gates(self) -> Iterator[Gate]:
        measured = [
            (file, comparison, text)
            for file in self.scene.project.code_files
            for comparison in (file.code.comparisons if file.code else ())
            if (text := self.measured(file, comparison))
        ]
        for file, comparison, text in measured:
            if comparison.gives:
                self.verdicts.setdefault((file.path, comparison.scope), text)
        asked = self.asked()
        acted_on = {key for _, _, key in asked}
        ending = {key for _, test, key in asked if test.stops}
        for file, comparison, text in measured:
            if self.decides(file, comparison) or self.is_answer(file, comparison, acted_on):
                gate = self.gate(file, comparison, text)
                is_end = comparison.leaves and (file.path, comparison.scope) in ending
                yield replace(gate, stops=True) if is_end else gate
            elif comparison.tells and (file.path, comparison.scope) in telling_scopes(self.scene):
                yield replace(self.gate(file, comparison, text), tells=True)
        for file, test, key in asked:
            if self.decides(file, test):
                yield self.gate(file, test, self.verdicts[key])
        yield from self.read_back(measured)

    def read_back(self, measured: list[tuple[ProjectFile, Comparison, str]]) -> Iterator[Gate]:
        """What one module compares and writes down as a verdict (`{"approved": ...}`, a file `deploy_flag`), and another one
        reads back to stop or go on by it."""
        for judge in {file.path: file for file, comparison, _ in measured if comparison.outcome != "none"}.values():
            text = next(text for file, comparison, text in measured if file is judge and comparison.outcome != "none")
            said = self.verdicts_written(judge)
            for file in self.scene.project.code_files if said else ():
                for test in (*file.code.tests, *file.code.comparisons) if file.code and file is not judge else ():
                    read = next((name for name in test.names if name in said), "")
                    if read and self.decides(file, test):
                        yield self.gate(file, test, f"{text} in {judge.path}, and {read} is read from what that wrote")

    def verdicts_written(self, file: ProjectFile) -> set[str]:
        """Texts of a module that writes, which name a verdict: keys and names of files."""
        facts = self.scene.modules.index(file.path).facts
        last = {call.name.rpartition(".")[2] for call in facts.calls}
        if not any(speaks_of("writes", name) or speaks_of("stores_object", name) for name in last):
            return set()
        names = {text.value.rpartition("/")[2].partition(".")[0] for text in facts.texts}
        return {name for name in names if speaks_of("verdict", name)}

    # ---- what is compared ----

    def measured(self, file: ProjectFile, comparison: Comparison) -> str:
        """What is compared with what, where one side is the result of an evaluation; empty where none is."""
        scope = (file.path, comparison.scope)
        if (comparison.picks and not comparison.stops) or self.in_training(scope, comparison):
            return ""
        if _is_never_met(comparison):
            return ""
        sides = [side for side in comparison.sides if not self.is_settled(file.path, side)]
        sides = [side for side in sides if not self.is_of_something_else(file.path, side)]
        for side in sides:
            if any(self.origins.proves(scope, origin) for origin in side.made_by):
                return _told(comparison, side)
        if comparison.operator in ("==", "!=") or _steers(comparison):
            return ""
        named = next((side for side in sides if self.speaks_of_metric(scope, side, comparison)), None)
        return _told(comparison, named) if named else ""

    def is_of_something_else(self, path: str, side: Side) -> bool:
        """The name says that the value tells of drift, or of how many of some things failed where nothing has to do with
        training: calls, files, rows."""
        drifts = any(speaks_of("tells_of_drift", name) for name in side.names)
        counts = any(speaks_of("share_of_failures", name) for name in side.names)
        return drifts or (counts and path not in near_training(self.scene))

    def is_settled(self, path: str, side: Side) -> bool:
        """The value is one literal, whatever the model: a function of the project says it beforehand."""
        names = [origin.partition("[")[0] for origin in side.made_by]
        return bool(names) and all(gives_constant(self.scene, path, name) for name in names)

    def in_training(self, scope: ScopeKey, comparison: Comparison) -> bool:
        """Inside a loop that trains: stopping early, or keeping the best so far."""
        first, last = comparison.loop
        return bool(last) and any(first <= line <= last for line in self.training.get(scope, ()))

    def speaks_of_metric(self, scope: ScopeKey, side: Side, comparison: Comparison) -> bool:
        """A name says that the side is a metric, or the other side its limit, what made it does not say otherwise, and
        there are models about, or the value comes from outside of the program (a file of figures, a tracker)."""
        others = [name for other in comparison.sides if other is not side for name in other.names]
        limited = bool(side.made_by) and any(_is_metric(name) and _is_limit(name) for name in others)
        parts = [part for origin in side.made_by for part in self.origins.parts(scope, origin)]
        named = any(_is_metric(name) and not _is_limit(name) for name in (*side.names, *parts))
        if not limited and not named and kept_figures(self.scene).isdisjoint(parts):
            return False
        outside = False
        for origin in side.made_by:
            kind = self.origins.kind(scope, origin)
            if kind == "count" or (kind == "own" and not _speaks_of_evaluation(origin.partition("[")[0])):
                return False
            outside = outside or kind == "outside"
        return self.has_models or outside

    # ---- what follows ----

    def decides(self, file: ProjectFile, comparison: Comparison) -> bool:
        """It stops what runs, or opens or closes the way to what registers, deploys or stores."""
        if comparison.stops:
            return True
        effects = (e for e in (*comparison.effects, *comparison.follows) if not e.startswith("=") or _is_state(e))
        if any(self.goes_on(file.path, effect) for effect in effects):
            return True
        return comparison.leaves and any(self.leads_on(file.path, name) for name in self.later(file, comparison))

    def goes_on(self, path: str, effect: str) -> bool:
        """The call is one that the catalogue knows to come after an evaluation, reaches one, or is named so."""
        return self.leads_on(path, effect) or speaks_of("goes_on", effect.rpartition(".")[2])

    def leads_on(self, path: str, effect: str) -> bool:
        key = (path, effect)
        known = self.acting.get(key)
        if known is None:
            reached = self.scene.modules.targets(effect, path)
            known = self.acting[key] = key in self.ahead or self.reaches_ahead(reached)
        return known

    def reaches_ahead(self, scopes: list[ScopeKey]) -> bool:
        """Some function that these call, a few calls deep, registers, deploys or stores."""
        edge, seen = set(scopes), set()
        for _ in range(_CALLS_BELOW):
            if edge & self.ahead_scopes:
                return True
            seen |= edge
            calls = ((path, call) for path, n in edge for call in self.scene.modules.index(path).calls.get(n, ()))
            edge = {t for path, call in calls for t in self.scene.modules.targets(call.name, path) if t[1]} - seen
        return bool(edge & self.ahead_scopes)

    def later(self, file: ProjectFile, comparison: Comparison) -> list[str]:
        """The calls that come after the comparison in its function, which a return in a branch leaves out."""
        calls = self.scene.modules.index(file.path).calls.get(comparison.scope, ())
        return list(dict.fromkeys(call.name for call in calls if call.line > comparison.line))

    def asked(self) -> list[tuple[ProjectFile, Comparison, ScopeKey]]:
        """Conditions on the answer of a function that judges a model; a function that hands such an answer on is one too."""
        found: dict[int, tuple[ProjectFile, Comparison, ScopeKey]] = {}
        for _ in range(_ROUNDS):
            before = len(found), len(self.verdicts)
            for file in self.scene.project.code_files:
                for test in file.code.tests if file.code else ():
                    key = self.verdict_behind(file, test) if id(test) not in found else None
                    if key is not None:
                        found[id(test)] = (file, test, key)
                        if test.gives:
                            self.verdicts.setdefault((file.path, test.scope), self.verdicts[key])
                self.hand_on(file)
            if before == (len(found), len(self.verdicts)):
                break
        return list(found.values())

    def hand_on(self, file: ProjectFile) -> None:
        """`return judge(figures)` gives the answer that judge gives."""
        for number, scope in enumerate(file.code.scopes if file.code else ()):
            for _, sources in scope.returns:
                for source in sources:
                    if (key := self._judging(file.path, source)) and key != (file.path, number):
                        self.verdicts.setdefault((file.path, number), self.verdicts[key])

    def verdict_behind(self, file: ProjectFile, test: Comparison) -> ScopeKey | None:
        sources = [source for side in test.sides for source in side.made_by]
        return next((key for source in sources if (key := self._judging(file.path, source))), None)

    def _judging(self, path: str, source: str) -> ScopeKey | None:
        """The function that an origin names, where it judges a model."""
        name = source.partition("[")[0]
        if not self.verdicts or name.startswith("@"):
            return None
        return next((key for key in self.origins.made_in(path, name) if key in self.verdicts), None)

    def is_answer(self, file: ProjectFile, comparison: Comparison, acted_on: set[ScopeKey]) -> bool:
        """The comparison is the answer of a function that somebody asks: a caller that acts by it, or a framework."""
        key = (file.path, comparison.scope)
        if not comparison.gives:
            return any(_is_state(e) and speaks_of("goes_on", e) for e in (*comparison.effects, *comparison.follows))
        scope = self.scene.modules.index(file.path).facts.scopes[comparison.scope]
        return key in acted_on or key in self.choosers or speaks_of("judges", scope.name.rpartition(".")[2])

    def gate(self, file: ProjectFile, comparison: Comparison, text: str) -> Gate:
        effects = dict.fromkeys((*comparison.effects, *comparison.follows))
        if comparison.leaves:
            effects |= dict.fromkeys(n for n in self.later(file, comparison) if self.leads_on(file.path, n))
        key = (file.path, comparison.scope)
        raises = comparison.stops and not (comparison.scope > MAIN and is_swallowed(self.scene, key))
        stops = raises or key in self.choosers
        return Gate(file, comparison.scope, comparison.line, stops, tuple(effects), text, guards=comparison.guards)


def choosing_scopes(scene: Scene) -> Iterator[ScopeKey]:
    """Functions whose answer decides which later steps of a pipeline run, as their orchestrator is told."""
    for file in scene.project.code_files:
        facts = scene.modules.index(file.path).facts
        for number, scope in enumerate(facts.scopes):
            if any(chooses(decorator.name) for decorator in scope.decorators):
                yield file.path, number
        for call in facts.calls:
            if chooses(call.name):
                yield from (target for name in call.names for target in scene.modules.targets(name, file.path))


def _is_metric(name: str) -> bool:
    """Every word of the name speaks of a quality or stands beside one (`val_f1_score`)."""
    return name not in _OTHER_LIMITS and speaks_of("compared_quality", name)


def _is_state(effect: str) -> bool:
    """The text that a variable gets on one side names a state (`Approved`, `ready to deploy`); a sentence is for people."""
    return effect.startswith("=") and effect.count(" ") < _MIN_SENTENCE - 1


def _is_never_met(comparison: Comparison) -> bool:
    """A limit that no value of the metric passes, or each does: below what any is asked to reach (`auc < -1`), nothing for
    what is never negative, or beyond all measure (`rmse > inf`). Errors are told as negative numbers by name."""
    limit = comparison.limit if comparison.limit is not None else comparison.literal
    if limit is None or any("neg" in name for name in comparison.names):
        return False
    if limit <= -1 or limit >= _BEYOND:
        return True
    if limit > 0 or comparison.limit is None:
        return False
    return any(s.names and all(speaks_of("never_negative", name) for name in s.names) for s in comparison.sides)


def _is_limit(name: str) -> bool:
    return not _LIMITS.isdisjoint(name.lower().split("_"))


def _speaks_of_evaluation(name: str) -> bool:
    last = name.rpartition(".")[2]
    return speaks_of("metric", last) or speaks_of("evaluates", last) or _is_metric(last)


def told_of_metric(comparison: Comparison) -> str:
    """What is compared with what, where a side is named for a metric and the limit is one that decides; empty otherwise."""
    if comparison.operator in ("==", "!=") or _is_never_met(comparison) or _steers(comparison):
        return ""
    side = next((s for s in comparison.sides if any(_is_metric(n) and not _is_limit(n) for n in s.names)), None)
    return _told(comparison, side) if side else ""


def _steers(comparison: Comparison) -> bool:
    """The names are those of a training that is steered: patience, epochs, the best so far."""
    if any(name in _OTHER_LIMITS - {"map"} for name in comparison.names):
        return True
    if comparison.stops:
        return False
    bare = comparison.literal == 0 and len(comparison.names) == 1
    return bare or any(name.startswith("best") for name in comparison.names)


def _told(comparison: Comparison, side: Side) -> str:
    metrics = sorted({name for s in comparison.sides for name in s.names if _is_metric(name)})
    told = " ".join(metrics) or next(iter(side.names), "") or side.made_by[0].partition("[")[0].rpartition(".")[2]
    if comparison.literal is not None:
        return f"{told} is compared with {comparison.literal:g}"
    others = [name for s in comparison.sides if s is not side for name in s.names if name not in metrics]
    return f"{told} is compared with {others[0] if others else 'another model'!s}"
