"""What scanners look at: the project, its automation, and every place where a tool of the catalogue shows itself.

`Scene` finds all hits once and tells which runs reach them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from assessor.facts.place import Place
from assessor.findings import Hop
from assessor.hits.commands import action_hits, command_hits
from assessor.hits.files import file_hits, hook_hits, setting_hits
from assessor.hits.ground import Ground
from assessor.hits.hit import Hit
from assessor.hits.infrastructure import infrastructure_hits
from assessor.hits.instantiated import instantiated_hits
from assessor.hits.python_calls import python_hits
from assessor.hits.source_calls import source_hits
from assessor.project.arrivals import Arrival
from assessor.project.model import Role

MIN_LINES = 3
"""Lines of first-party code below which there is nothing to rate the quality of."""


FINDERS: tuple[Callable[[Ground], Iterable[Hit]], ...] = (
    python_hits,
    command_hits,
    action_hits,
    file_hits,
    infrastructure_hits,
    setting_hits,
    instantiated_hits,
    hook_hits,
    source_hits,
)


_NO_ANSWERS = re.compile(r"training\.|experiments\.|versioning\.(?:config|models|data)$|data\.pipeline$|ci\.ml$")


def may_answer(practice: str) -> bool:
    """The practice may be what a service does when a request comes. Training, experiments and the preparation of data are
    not: starting a service does not run the bodies of its handlers."""
    return _NO_ANSWERS.match(practice) is None


Answer = TypeVar("Answer")
Asked = ParamSpec("Asked")


def once(question: Callable[Concatenate[Scene, Asked], Answer]) -> Callable[Concatenate[Scene, Asked], Answer]:
    """A question about a scene that is worked out once for each of its arguments, since several scanners ask it.

    The arguments are hashable, and nobody changes the answer: all who ask share it.
    """

    @wraps(question)
    def answer(scene: Scene, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        answers = scene.answers[question]
        key = (*args, *kwargs.items()) if kwargs else args
        try:
            found: Answer = answers[key]
        except KeyError:
            found = answers[key] = question(scene, *args, **kwargs)
        return found

    return answer


@dataclass(frozen=True)
class Scene(Ground):
    """Everything known about one audited repository, for pure questions."""

    @cached_property
    def answers(self) -> dict[object, dict[tuple[object, ...], Any]]:
        """What has been answered of this scene, by the question and what it was asked of; see `once`."""
        return defaultdict(dict)

    def let_go(self) -> None:
        """Forget everything once nobody asks any more. What was worked out holds each other in circles; else its memory
        would be kept until the collector of garbage comes by, which it does not do while an audit is made."""
        self.automation.let_go()
        vars(self).clear()

    @cached_property
    def has_substance(self) -> bool:
        """There is first-party code that does something, more than stubs and comments."""
        files = [f for f in self.project.ordered if f.role is Role.FIRST_PARTY]
        lines = sum(
            f.code.source_lines
            for f in files
            if f.code and (f.code.calls or any(not s.is_stub for s in f.code.scopes[2:]))
        )
        return lines >= MIN_LINES or any(f.facts.source_calls for f in files)

    @cached_property
    def all_hits(self) -> Mapping[str, tuple[Hit, ...]]:
        """All hits by practice, those of one finder in the order of files and lines."""
        found: dict[str, list[Hit]] = defaultdict(list)
        for finder in FINDERS:
            for hit in finder(self):
                found[hit.practice].append(hit)
        return {practice: tuple(hits) for practice, hits in found.items()}

    def hits(self, practice: str, *, tests: bool = False, notebooks: bool = True) -> list[Hit]:
        """Hits of a practice in first-party files; in tests and notebooks too where asked."""
        return [
            hit
            for hit in self.all_hits.get(practice, ())
            if (tests or not hit.in_test) and (notebooks or not hit.in_notebook)
        ]

    def arrivals(self, hit: Hit) -> list[Arrival]:
        """Every way by which some run reaches a hit whose product is not switched off there."""
        if hit.kind in ("call", "decorator", "base", "handed") and hit.scope >= 0:
            call = hit.call if hit.kind == "call" else None
            ways = self.automation.arrivals(hit.file.path, hit.scope, call, by_request=may_answer(hit.practice))
        else:
            ways = [way for way in hit.arrivals if not way.by_request or may_answer(hit.practice)]
        return [way for way in ways if not hit.tool.is_off(way.env)] if hit.tool.off_by else ways

    def route(self, hit: Hit, arrival: Arrival) -> tuple[Hop, ...]:
        if arrival.closure is not None and hit.scope >= 0:
            return self.automation.route(arrival, hit.file.path, hit.scope, hit.place.line)
        return self.ending(arrival.route, hit.shown, hit.place)

    @staticmethod
    def ending(route: tuple[Hop, ...], text: str, place: Place) -> tuple[Hop, ...]:
        """The route with a last hop at the place of the evidence, where it does not end there already."""
        return route if route and route[-1].place == place else (*route, Hop(text, place))
