"""What a dotted name proves by the catalogue, and whether a call's arguments fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from assessor.catalog.patterns import matches_call
from assessor.catalog.tools import Proof, Tool
from assessor.catalog.words import speaks_of
from assessor.facts.python import UNKNOWN, Call, Literal
from assessor.hits.ground import Ground


@dataclass(frozen=True)
class CallProofs:
    """The proofs of calls, decorators and base classes, found by a name's words."""

    ground: Ground

    @cached_property
    def _call_patterns(self) -> Mapping[str, list[tuple[str, Tool, Proof, str]]]:
        """Call, decorator and base patterns by what a name must hold to match: its first word, or `?last`."""
        found: dict[str, list[tuple[str, Tool, Proof, str]]] = defaultdict(list)
        for tool in self.ground.live_tools:
            for proof in tool.proves:
                for kind, patterns in (("call", proof.calls), ("decorator", proof.decorators), ("base", proof.bases)):
                    for pattern in patterns:
                        head, _, rest = pattern.partition(".")
                        key = f"?{rest.rpartition('.')[2]}" if head == "?" else head
                        found[key].append((pattern, tool, proof, kind))
        return found

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[tuple[str, Tool, Proof]]]:
        return {}

    def named(self, name: str, kind: str) -> list[tuple[str, Tool, Proof]]:
        """What a name proves. Few names make up most calls of a repository, so each is looked up once."""
        known = self._by_name.get((name, kind))
        if known is None:
            patterns = self._call_patterns
            keys = (name.partition(".")[0], f"?{name.rpartition('.')[2]}", "*")
            known = self._by_name[name, kind] = [
                (pattern, tool, proof)
                for key in keys
                for pattern, tool, proof, wanted in patterns.get(key, ())
                if wanted == kind and matches_call(pattern, name)
            ]
        return known


def arguments_fit(call: Call, proof: Proof) -> bool:
    """The call has the arguments that the proof asks for, and none that switches it off."""
    if proof.asks_nothing:
        return True
    if proof.keywords and not call.keywords:
        return False
    if proof.needs_argument and not any(value is not None for value in (*call.args, *(v for _, v in call.keywords))):
        return False
    if proof.given and not any(value == UNKNOWN or speaks_of(proof.given, str(value)) for value in call.args):
        return False
    given = dict(reversed(call.keywords))
    if proof.unless and any(name in given and _says(given[name], value) for name, value in proof.unless.items()):
        return False
    wanted = proof.keywords
    if wanted and not all(name in given and _is_wanted(given[name], value) for name, value in wanted.items()):
        return False
    return not (proof.without and any(name in given or name in call.names for name in proof.without))


def _is_wanted(value: Literal | tuple[Literal, ...], wanted: Literal | tuple[Literal, ...]) -> bool:
    """A value that is no literal may be the one wanted."""
    if isinstance(wanted, tuple):
        return any(_is_wanted(value, one) for one in wanted)
    if wanted == "*":
        return value is not False and value not in (None, "", ())
    return value == UNKNOWN or _says(value, wanted)


def _says(value: Literal | tuple[Literal, ...], wanted: Literal) -> bool:
    """The value, or one of several (`report_to=["wandb"]`), is the one wanted."""
    if isinstance(value, tuple):
        return any(_says(item, wanted) for item in value)
    return str(value).lower() == str(wanted).lower()
