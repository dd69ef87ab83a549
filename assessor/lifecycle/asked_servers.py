"""Servers that are started with the model and then asked by tests, by the next command of a target or in the same job.

The tests name the server's host, or this machine with a port, and send rows or ask a model. A client inside the test's own
process asks no server, and a test that only looks whether the server is healthy asks no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assessor.catalog.words import speaks_of
from assessor.facts.commands import Command
from assessor.facts.place import Place
from assessor.facts.python import PythonFacts
from assessor.hits.scene import Scene
from assessor.lifecycle.local_requests import is_this_machine
from assessor.lifecycle.serving import asks_model
from assessor.project.arrivals import Arrival
from assessor.project.model import Role

_TESTERS = frozenset({"pytest", "py.test"})
_SCHEMES = ("http://", "https://", "grpc://", "grpcs://")
_POSTS = (".post", ".request", ".urlopen")
_SERVERS = frozenset({("docker", "run"), ("podman", "run"), ("docker", "compose"), ("docker-compose", "up")})


def tests_that_ask(scene: Scene) -> Iterator[tuple[Place, tuple[Arrival, ...], str]]:
    """(the tests, the ways by which runs come to them behind the start, what was started) of each such pair."""
    asking = dict(_asking_tests(scene))
    if not asking:
        return
    yield from _in_targets(scene, asking)
    yield from _in_jobs(scene, asking)


def asks_itself(scene: Scene, path: str) -> bool:
    """The test file itself calls a model's client, not only an address."""
    return any(map(asks_model, scene.modules.index(path).facts.calls))


def _asking_tests(scene: Scene) -> Iterator[tuple[str, frozenset[str]]]:
    """Test files that ask a model over the network, with the hosts that they name beside a port."""
    for path in scene.automation.test_files:
        facts = scene.modules.index(path).facts
        said = [text.value for text in facts.texts] + [str(constant.value) for constant in facts.constants]
        if any(map(asks_model, facts.calls)) or (_posts(facts) and any(map(_predicting_route, said))):
            yield path, frozenset(filter(None, map(_host, said)))


def _posts(facts: PythonFacts) -> bool:
    return any(call.name.endswith(_POSTS) for call in facts.calls)


def _predicting_route(text: str) -> bool:
    return "/" in text and speaks_of("predicts", text)


def _host(text: str) -> str:
    """The host of `http://models:8000/v1` or `models:8001`; empty for other addresses and texts."""
    scheme = next((scheme for scheme in _SCHEMES if text.startswith(scheme)), "")
    host, colon, rest = text[len(scheme) :].partition(":")
    return host if colon and rest[:2].isdecimal() and "/" not in host else ""


def _in_targets(scene: Scene, asking: dict[str, frozenset[str]]) -> Iterator[tuple[Place, tuple[Arrival, ...], str]]:
    """Targets and scripts whose commands start a server and then run tests; their lines run one after the other."""
    for file in scene.project.ordered:
        if file.role is not Role.FIRST_PARTY:
            continue
        rows: list[Sequence[Command]] = [target.commands for target in file.facts.targets]
        rows += [file.facts.script.commands] if file.facts.script else []
        for commands in rows:
            servers: tuple[str, ...] = ()
            for command in commands:
                servers = servers or _servers(command.argv)
                found = _found(_test_paths(command.argv), servers, asking)
                if found:
                    yield file.at(command.line), (), found


def _in_jobs(scene: Scene, asking: dict[str, frozenset[str]]) -> Iterator[tuple[Place, tuple[Arrival, ...], str]]:
    """Jobs in which a step starts a server and the same or a later one runs tests."""
    started = _started_in_jobs(scene)
    for path in sorted(asking) if started else ():
        for number, scope in enumerate(scene.modules.index(path).facts.scopes[2:], 2):
            for way in filter(_of_tests, scene.automation.arrivals(path, number)):
                step, servers = started.get(way.run.key, (10**9, ()))
                found = _found((path,), servers, asking) if way.step >= step else ""
                if found:
                    yield scene.project.files[path].at(scope.line), (way,), found


def _started_in_jobs(scene: Scene) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Each run with the first step that starts a server on its own machine, and what that starts."""
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for site in scene.automation.reach.sites:
        servers = _servers(site.command.argv) if site.arrival and not site.command.is_remote else ()
        if servers and site.arrival:
            found.setdefault(site.arrival.run.key, (site.arrival.step, servers))
    return found


def _of_tests(way: Arrival) -> bool:
    return way.in_test


def _servers(words: Sequence[str]) -> tuple[str, ...]:
    """What `compose up` or `docker run` starts in the background: services, the container's name, or `a container`."""
    if tuple(words[:2]) not in _SERVERS or not any(map(_detaches, words)):
        return ()
    if "up" in words[1:5]:
        return tuple(filter(_is_name, words[list(words).index("up") + 1 :])) or ("a container",)
    if words[1] == "compose":
        return ()
    return tuple(words[n + 1] for n, word in enumerate(words[:-1]) if word == "--name") or ("a container",)


def _is_name(word: str) -> bool:
    return not word.startswith("-")


def _detaches(word: str) -> bool:
    """`-d`, also among other letters (`-itd`), `--detach` and compose's `--wait`."""
    return word in ("--detach", "--wait") or (
        word[:1] == "-" and word[1:2] not in ("-", "") and word[1:].isalpha() and "d" in word
    )


def _test_paths(words: Sequence[str]) -> tuple[str, ...]:
    """The paths that a command gives to pytest, also inside a container; `.` where it gives none."""
    at = next((n for n, word in enumerate(words) if word in _TESTERS), None)
    if at is None:
        return ()
    paths = tuple(word.partition("::")[0].strip("/") for word in words[at + 1 :] if "/" in word or word.endswith(".py"))
    return tuple(path.removeprefix("./") for path in paths) or (".",)


def _found(paths: Sequence[str], servers: Sequence[str], asking: dict[str, frozenset[str]]) -> str:
    """The server that one of the asking tests below some paths speaks to; empty for none."""
    for path, hosts in asking.items() if servers else ():
        named = hosts.intersection(servers)
        if (named or any(map(is_this_machine, hosts))) and any(
            given in (".", path) or path.startswith(f"{given}/") for given in paths
        ):
            return min(named, default=servers[0])
    return ""
