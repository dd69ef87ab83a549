"""Commands that start a service on the machine where they run, and those that then send it requests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.facts.place import Place
from assessor.facts.python import Call, PythonFacts
from assessor.hits.scene import Scene, once
from assessor.project.arrivals import Arrival, Site
from assessor.project.model import Role


def starts_service(site: Site) -> bool:
    """The command starts a container or a server here."""
    return _starts_service(site.invocation.words)


@lru_cache(maxsize=8_192)  # few different lines make up most commands of all runs
def _starts_service(words: tuple[str, ...]) -> bool:
    return matches_any_command(programs().start_services, words)


def asks_this_machine(site: Site) -> bool:
    """The command sends a request to a service on its own machine."""
    words = site.invocation.words
    return words[0] in programs().clients and any(is_this_machine(word) for word in words)


_BODIES = ("json", "data", "files", "content")


def _sends_here(facts: PythonFacts, call: Call) -> bool:
    """A call of Python posts data to an address of its own machine, which it is given or its module holds as a constant."""
    root, _, last = call.name.partition(".")
    if last.rpartition(".")[2] != "post" or not any(call.has_keyword(name) for name in _BODIES):
        return False
    constants = {constant.name: str(constant.value) for constant in facts.constants}
    said = [value for value in call.args[:1] if isinstance(value, str)]
    said += [constants[name] for name in call.names if name in constants]
    return speaks_of("web_client", root) and any(map(is_this_machine, said))


def is_this_machine(address: str) -> bool:
    """An address, or a host alone, is that of the machine itself; `docker` is the service in which GitLab's jobs start
    their containers."""
    return speaks_of("this_machine", address) or "[::1]" in address or "://docker:" in address or address == "docker"


def asks_prediction(site: Site) -> bool:
    """The path of an address among the words speaks of predicting, or data is sent along."""
    words = site.invocation.words
    return bool(_SENDS.intersection(words)) or any(speaks_of("predicts", _path(word)) for word in words)


_SENDS = frozenset(
    {"-d", "--data", "--data-raw", "--data-binary", "--json", "-F", "--form", "--post-data", "--post-file"}
)


def _path(address: str) -> str:
    return address.partition("://")[2].partition("/")[2] or address.partition("/")[2]


def _started(scene: Scene) -> dict[str, int]:
    """Each run with its first step that starts a service on its own machine."""
    started: dict[str, int] = {}
    for site in scene.automation.reach.sites:
        if site.arrival and not site.command.is_remote and starts_service(site):
            started.setdefault(site.arrival.run.key, site.arrival.step)
    return started


@once
def scripts_that_ask(scene: Scene) -> tuple[tuple[Place, tuple[Arrival, ...]], ...]:
    """Python that sends data to this machine, run in a job that started the container before."""
    return tuple(_scripts_that_ask(scene)) if scene.hits("deployment.serving", notebooks=False) else ()


def _scripts_that_ask(scene: Scene) -> Iterator[tuple[Place, tuple[Arrival, ...]]]:
    started = _started(scene)
    for file in scene.project.code_files if started else ():
        facts = scene.modules.index(file.path).facts
        for call in facts.calls if file.role is Role.FIRST_PARTY else ():
            if _sends_here(facts, call):
                ways = scene.automation.arrivals(file.path, call.scope)
                after = tuple(way for way in ways if way.step >= started.get(way.run.key, 10**9))
                if after:
                    yield file.at(call.line), after


def asks_for_prediction(site: Site) -> bool:
    """The command asks a service on its own machine for what a model answers."""
    return asks_this_machine(site) and asks_prediction(site)


@once
def commands_that_ask(scene: Scene) -> tuple[Site, ...]:
    """Commands of runs by which a container that the same job started before is asked for a prediction."""
    return tuple(_commands_that_ask(scene)) if scene.hits("deployment.serving", notebooks=False) else ()


def _commands_that_ask(scene: Scene) -> Iterator[Site]:
    started: dict[str, int] = {}
    for site in scene.automation.reach.sites:
        way = site.arrival
        if way is None or not way.is_automatic or site.command.is_remote:
            continue
        if starts_service(site):
            started.setdefault(way.run.key, way.step)
        elif asks_for_prediction(site) and way.step >= started.get(way.run.key, 10**9):
            yield site
