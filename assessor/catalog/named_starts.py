"""How something is started by its name, as data in `named_starts.yaml`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import Field, model_validator

from assessor.catalog.loading import Source, Value, load_models
from assessor.catalog.patterns import matches_command
from assessor.catalog.tools import CallPattern, CommandPattern


class NamedStart(Value):
    """One kind of thing; see the head of `named_starts.yaml`."""

    commands: tuple[CommandPattern, ...] = Field(min_length=1)
    options: tuple[str, ...] = ()
    operand: bool = False
    values: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    calls: tuple[CallPattern, ...] = ()
    keyword: str = ""
    pipelines: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    named_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_something(self) -> NamedStart:
        if bool(self.pipelines) == bool(self.objects):
            raise ValueError("an entry names pipelines or objects")
        if bool(self.calls) != bool(self.keyword):
            raise ValueError("calls need a keyword that holds the name")
        return self


def parse_named_starts(source: Source) -> tuple[NamedStart, ...]:
    """Validate the text of `named_starts.yaml`. Raises DataError."""
    return load_models(source, NamedStart, is_shipped=True)


@cache
def named_starts() -> tuple[NamedStart, ...]:
    """All entries in the order of the file. Raises DataError for a mistake in it."""
    text = files("assessor.catalog").joinpath("named_starts.yaml").read_text("utf-8")
    return parse_named_starts(Source("named_starts.yaml", text))


def start_of(words: tuple[str, ...]) -> tuple[NamedStart, tuple[str, ...]] | None:
    """The kind of thing that a command starts by its name, and the words after the command's own; None for others."""
    for pattern, entry in _by_program().get(words[0], ()) if words else ():
        if matches_command(pattern, words):
            last = words.index(pattern.split()[-1])
            return entry, words[last + 1 :]
    return None


@cache
def _by_program() -> Mapping[str, list[tuple[str, NamedStart]]]:
    found: dict[str, list[tuple[str, NamedStart]]] = defaultdict(list)
    for entry in named_starts():
        for pattern in entry.commands:
            found[pattern.split()[0]].append((pattern, entry))
    return found


def name_given(entry: NamedStart, words: tuple[str, ...]) -> str:
    """The name among the words after a command; empty where there is none, or where it is another repository's."""
    plain, rest = "", iter(words)
    for word in rest:
        option, sign, value = word.partition("=")
        if not sign and option in (*entry.options, *entry.values, *entry.elsewhere):
            value = next(rest, "")
        if option in entry.elsewhere and not is_this_repository(value):
            return ""
        if option in entry.options and value:
            return value
        if not plain and not word.startswith("-"):
            plain = word
    return plain if entry.operand or not entry.options else ""


def is_this_repository(name: str) -> bool:
    """A repository that a command or an action is told is the one in which it runs, as GitHub says it."""
    return not name or "github.repository" in name or "GITHUB_REPOSITORY" in name
