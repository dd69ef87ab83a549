"""Objects of infrastructure code that a command or a call starts by their names: a job of a bundle, a function, a state
machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property, lru_cache

from assessor.catalog.named_starts import NamedStart, name_given, named_starts, start_of
from assessor.catalog.objects import part_of_kind
from assessor.catalog.patterns import matches_any_call
from assessor.facts.project_files import Resource
from assessor.facts.python import UNKNOWN, Call
from assessor.project.invocations import Invocation
from assessor.project.model import Project, Role
from assessor.project.references import References
from assessor.project.state_tasks import Named
from assessor.project.told_names import is_open, may_mean


class NamedObjects:
    """Finds, for one project, what such a command or call starts."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def started_by(self, invocation: Invocation) -> list[Named]:
        """The objects that a command starts; none for other commands, and where the name is not that of one of them."""
        found = start_of(invocation.words)
        if not found or not found[0].objects:
            return []
        entry, words = found
        return self._called(entry, name_given(entry, words))

    def started(self, call: Call) -> list[Named]:
        """As `started_by`, for a call."""
        for entry in _ways_of_call(call.name):
            if call.has_keyword(entry.keyword):
                value = call.keyword(entry.keyword)
                return self._called(entry, value if isinstance(value, str) and value != UNKNOWN else "{}")
        return []

    def _called(self, entry: NamedStart, told: str) -> list[Named]:
        """The objects of that name with what they start in turn; where it is not known, those of the only one there is."""
        every = [named for kind in entry.objects for named in self._by_kind.get(kind, ())]
        if is_open(told) or told.isdecimal():  # a number is what the server counts it by
            chosen = every if len({_name(entry, r) for _, r in every}) == 1 and told else []
        else:
            chosen = [named for named in every if may_mean(told, _name(entry, named[1]))]
        for file, resource in tuple(chosen):
            if part_of_kind().get(resource.kind) == "orchestrates":
                chosen += self._references.started(file, resource)
        return chosen

    @cached_property
    def _references(self) -> References:
        return References(self._project)

    @cached_property
    def _by_kind(self) -> Mapping[str, list[Named]]:
        wanted = {kind for entry in named_starts() for kind in entry.objects}
        found: dict[str, list[Named]] = defaultdict(list)
        for file, resources in self._project.having(lambda f: f.resources):
            for resource in resources if file.role is Role.FIRST_PARTY else ():
                if resource.kind in wanted:
                    found[resource.kind].append((file, resource))
        return found


def _name(entry: NamedStart, resource: Resource) -> str:
    """What commands call an object."""
    given = (value for key, value, _ in resource.settings if key in entry.named_by)
    return next(given, "").strip("\"'") or resource.name


@lru_cache(maxsize=8_192)
def _ways_of_call(name: str) -> tuple[NamedStart, ...]:
    """The ways that a call of that name says; few names make up most calls of a repository."""
    return tuple(entry for entry in named_starts() if matches_any_call(entry.calls, name))
