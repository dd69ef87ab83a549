"""Choices of state machines as gates: a condition on a metric that keeps some of the later states from running.

Rule: docs.aws.amazon.com/step-functions "Choice workflow state". A choice judges a model where one of its variables is
named for a metric and what its branches lead to is not the same. A state starts a function of this repository by its
name, or asks a service itself (`arn:aws:states:::sagemaker:createEndpoint`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from assessor.catalog.objects import part_of_kind
from assessor.catalog.words import speaks_of
from assessor.facts.place import Place
from assessor.facts.project_files import Resource
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.lifecycle.calls import called_from
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import ScopeKey
from assessor.project.state_tasks import definitions_of

_STATES = "States."
_SEPARATORS = str.maketrans(dict.fromkeys("${}()[],.:/\"' ", " "))


@dataclass(slots=True)
class _State:
    line: int = 0
    kind: str = ""
    resource: str = ""
    resource_lines: list[int] = field(default_factory=list)
    next: dict[str, None] = field(default_factory=dict)
    """The states that it leads to."""
    judged: str = ""
    """The metric that it looks at."""


@dataclass(frozen=True, slots=True)
class ChoiceGate:
    """A choice: where it stands, what it looks at, the functions that it may keep from running, and whether one of these,
    or a request, brings a model further."""

    file: ProjectFile
    line: int
    metric: str
    held: tuple[ScopeKey, ...]
    asks: bool
    ways: tuple[Arrival, ...]
    asked: tuple[Place, ...] = ()
    """Where the states that it may keep from running ask a service."""


@once
def choice_gates(scene: Scene) -> list[ChoiceGate]:
    """The choices of all state machines of the project that judge a model."""
    return list(_gates(scene))


def is_held_by_choice(scene: Scene, hit: Hit) -> bool:
    """Some choice may keep the function of the hit, or what calls it, from running."""
    return any(
        hit.place in gate.asked or (hit.file.path, hit.scope) in called_from(scene, gate.held)
        for gate in choice_gates(scene)
    )


def _gates(scene: Scene) -> Iterator[ChoiceGate]:
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        functions = {r.name: r for r in resources if r.commands}
        for machine in resources:
            if part_of_kind().get(machine.kind) != "orchestrates":
                continue
            for place, settings in definitions_of(scene.project, file, machine):
                states = _states(settings)
                for state in states.values():
                    if state.judged and (held := _held(states, state)):
                        yield _gate(scene, place, state, held, _named(machine, functions, file))


def _states(settings: Iterable[tuple[str, str, int]]) -> Mapping[str, _State]:
    found: dict[str, _State] = defaultdict(_State)
    for key, value, line in settings:
        _, is_state, rest = key.rpartition(_STATES) if key.count(_STATES) == 1 else ("", "", "")
        name, _, field_name = rest.partition(".")
        if is_state and field_name:
            _learn(found[name], field_name, value, line)
    return found


def _learn(state: _State, key: str, value: str, line: int) -> None:
    state.line = state.line or line
    last = key.rpartition(".")[2]
    if key == "Type":
        state.kind, state.line = value, line
    elif key == "Resource" or last in ("FunctionName", "TaskDefinition"):
        state.resource = " ".join([state.resource, value])
        state.resource_lines.append(line)
    elif last in ("Next", "Default"):
        state.next[value] = None
    elif key.startswith("Choices.") and last == "Variable":
        name = value.rpartition(".")[2]
        state.judged = state.judged or (name if speaks_of("compared_quality", name) else "")


def _held(states: Mapping[str, _State], choice: _State) -> list[_State]:
    """The tasks that some branches of a choice lead to and others do not."""
    reached = [_reached(states, name) for name in choice.next]
    both = set.intersection(*reached) if reached else set()
    return [states[name] for name in sorted(set().union(*reached) - both) if states[name].kind == "Task"]


def _reached(states: Mapping[str, _State], start: str) -> set[str]:
    found: set[str] = set()
    edge = [start]
    while edge:
        name = edge.pop()
        if name not in found and name in states:
            found.add(name)
            edge += states[name].next
    return found


def _named(machine: Resource, functions: Mapping[str, Resource], file: ProjectFile) -> Mapping[str, Resource]:
    """The functions of the template by their names, and by those under which a definition of its own file takes them."""
    found = dict(functions)
    for key, value, _ in machine.settings:
        if key.startswith("DefinitionSubstitutions."):
            own = next((functions[name] for name in _names(value) if name in functions), None)
            if own is not None:
                found[key.partition(".")[2]] = own
    return found


def _names(text: str) -> list[str]:
    """The names in an address, a reference or a placeholder: `Fit.Arn`, `${FitArn}`, `aws_lambda_function.fit.arn`."""
    return text.translate(_SEPARATORS).split()


def _gate(
    scene: Scene, place: ProjectFile, choice: _State, held: list[_State], functions: Mapping[str, Resource]
) -> ChoiceGate:
    names = dict.fromkeys(name for state in held for name in _names(state.resource) if name in functions)
    scopes = tuple(key for name in names for key in _handlers(scene, functions[name]))
    asked = tuple(place.at(line) for state in held for line in state.resource_lines)
    ways = [way for key in scopes for way in scene.automation.arrivals(*key)]
    ways += (way for at in asked for way in scene.automation.reach.targets.get((at.path, at.line), ()))
    asks = any(speaks_of("brings_a_model_further", state.resource) for state in held)
    return ChoiceGate(place, choice.line, choice.judged, scopes, asks, tuple(ways), asked)


def _handlers(scene: Scene, function: Resource) -> Iterator[ScopeKey]:
    """The functions of this repository that commands of a serverless function name: `FILE FUNCTION`."""
    for command in function.commands:
        name, handler = (*command.argv[1:], "", "")[:2]
        for path in scene.modules.files:
            if handler and f"/{path}".endswith(f"/{name}") and handler in scene.modules.index(path).scopes:
                yield path, scene.modules.index(path).scopes[handler]
