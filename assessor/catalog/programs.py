"""What programs do with the rest of their command line, as data in `programs.yaml`."""

from __future__ import annotations

from collections.abc import Set
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated

from pydantic import Field, model_validator

from assessor.catalog.loading import Source, Value, load_value

Name = Annotated[str, Field(pattern=r"^\S+$")]
Words = Annotated[str, Field(pattern=r"^\S+(?: \S+)*$")]


class LockedInstall(Value):
    """A command that installs what a lock says; `flags` and `locks` name several of which one is enough."""

    command: Words
    flags: tuple[Name, ...] = ()
    locks: tuple[Name, ...] = ()

    def is_in(self, words: tuple[str, ...], locks: Set[str]) -> bool:
        """The command line installs from a lock of the kinds that are there."""
        program, _, action = self.command.partition(" ")
        if words[0] != program or (action and action not in words[1:3]):
            return False
        return (not self.flags or not set(self.flags).isdisjoint(words)) and (
            not self.locks or not locks.isdisjoint(self.locks)
        )


class Programs(Value):
    """The tables of `programs.yaml`, whose comments say what each means."""

    wrappers: frozenset[Words]
    python_wrappers: frozenset[Words]
    instruments: frozenset[Words]
    built_in: dict[Words, Words]
    wrapper_values: frozenset[Name]
    modules: frozenset[Name]
    servers: frozenset[Name]
    script_runners: frozenset[Name]
    target_runners: dict[Name, Name]
    chosen_by: dict[Name, Name]
    stage_runners: frozenset[Name]
    no_shells: frozenset[Name]
    fetches: tuple[Words, ...]
    steps_by_words: dict[Name, tuple[Words, ...]]
    only_read: frozenset[Name]
    work_on_code: frozenset[Name]
    get_ready: frozenset[Words]
    locked_installs: tuple[LockedInstall, ...]
    side_locks: frozenset[Name]
    make_environments: frozenset[Name]
    copy_to_bucket: tuple[Words, ...]
    push_versions: tuple[Words, ...]
    commit_actions: dict[Name, Name]
    copy_to_machines: tuple[Words, ...]
    send_a_file: dict[Name, frozenset[Name]]
    bucket_places: frozenset[Name]
    submit_work: frozenset[Name]
    start_services: tuple[Words, ...]
    restart_services: frozenset[Name]
    clients: frozenset[Name]
    post_to_addresses: frozenset[Name]
    write_to_people: frozenset[Name]
    run_tests: tuple[Words, ...]
    check_together: frozenset[Name]
    limit_complexity: frozenset[Name]
    may_limit_complexity: frozenset[Name]
    render_templates: frozenset[Words]
    run_together: frozenset[Words]
    publish_pages: frozenset[Name]
    shown_in_pages: frozenset[Name]
    own_definitions: dict[Words, tuple[Name, ...]]

    @model_validator(mode="after")
    def _agree(self) -> Programs:
        for first, second in ((self.wrappers, self.python_wrappers), (self.work_on_code, self.publish_pages)):
            if both := sorted(first & second):
                raise ValueError(f"'{both[0]}' stands in two tables that exclude each other")
        if strangers := sorted(self.instruments - self.wrappers):
            raise ValueError(f"'{strangers[0]}' is among the instruments and no wrapper")
        if strangers := sorted(self.chosen_by.keys() - self.target_runners.keys()):
            raise ValueError(f"'{strangers[0]}' is told by a variable what to run and runs no targets")
        return self

    def installs_locked(self, words: tuple[str, ...], locks: Set[str]) -> bool:
        """The command line installs what a lock says, of a kind that is there."""
        own = self._installing.get(words[0], ()) if words else ()
        return any(install.is_in(words, locks) for install in own)

    @cached_property
    def _installing(self) -> dict[str, list[LockedInstall]]:
        """Installations by their program."""
        found: dict[str, list[LockedInstall]] = {}
        for install in self.locked_installs:
            found.setdefault(install.command.partition(" ")[0], []).append(install)
        return found

    @cached_property
    def _wrapping(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Wrappers by their first word, the longest first."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for text in sorted(self.wrappers | self.python_wrappers, key=lambda text: (-text.count(" "), text)):
            words = tuple(text.split())
            found.setdefault(words[0], []).append(words)
        return {name: tuple(several) for name, several in found.items()}

    def wrapper(self, name: str, rest: tuple[str, ...]) -> tuple[str, ...]:
        """The words of the wrapper that a program with its next words is; empty where it is none."""
        for words in self._wrapping.get(name, ()):
            if rest[: len(words) - 1] == words[1:]:
                return words
        return ()

    def definitions_of(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The files that a command line brings out where it names none; the words of its table stand at its beginning, but
        for options."""
        plain = tuple(word for word in words if not word.startswith("-"))
        for length in (3, 2):
            if found := self.own_definitions.get(" ".join(plain[:length])):
                return found
        return ()

    def watches(self, wrapper: tuple[str, ...]) -> bool:
        return " ".join(wrapper) in self.instruments

    def starts_python(self, wrapper: tuple[str, ...]) -> bool:
        return " ".join(wrapper) in self.python_wrappers


@cache
def programs() -> Programs:
    """The tables, read once. Raises DataError for a mistake in the file."""
    text = files("assessor.catalog").joinpath("programs.yaml").read_text("utf-8")
    found: Programs = load_value(Source("programs.yaml", text), Programs, is_shipped=True)
    return found


@cache
def shown_programs() -> frozenset[str]:
    """The programs whose command lines a page shows to tell how something is installed or run."""
    tables = programs()
    wrappers = {words.partition(" ")[0] for words in tables.wrappers | tables.python_wrappers}
    return frozenset(
        tables.shown_in_pages
        | tables.stage_runners
        | tables.work_on_code
        | tables.servers
        | tables.script_runners
        | tables.target_runners.keys()
        | wrappers
    )
