"""What needs a scope of the token of a run to be writable, as data in `token_needs.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from assessor.catalog.loading import Source, Value, load_models
from assessor.catalog.patterns import matches_action, matches_any_command
from assessor.catalog.tools import ActionPattern, CommandPattern


class TokenNeed(Value):
    """The commands and actions that need one scope; see the head of `token_needs.yaml`."""

    scope: str
    commands: tuple[CommandPattern, ...] = ()
    uses: tuple[ActionPattern, ...] = ()


def parse_token_needs(source: Source) -> tuple[TokenNeed, ...]:
    """Validate the text of `token_needs.yaml`. Raises DataError."""
    return load_models(source, TokenNeed, is_shipped=True)


@cache
def token_needs() -> tuple[TokenNeed, ...]:
    """All entries in the order of the file. Raises DataError for a mistake in it."""
    text = files("assessor.catalog").joinpath("token_needs.yaml").read_text("utf-8")
    return parse_token_needs(Source("token_needs.yaml", text))


def scopes_of_command(words: tuple[str, ...]) -> frozenset[str]:
    """The scopes that a command needs."""
    return frozenset(need.scope for need in token_needs() if matches_any_command(need.commands, words))


def scopes_of_action(uses: str) -> frozenset[str]:
    """The scopes that a step needs by the action that it uses."""
    return frozenset(need.scope for need in token_needs() if any(matches_action(p, uses) for p in need.uses))
