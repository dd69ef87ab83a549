"""What programs do with the rest of their command line, as data in `programs.yaml`."""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated

from pydantic import Field, model_validator

from assessor.catalog.loading import Source, Value, load_value

Name = Annotated[str, Field(pattern=r"^\S+$")]
Words = Annotated[str, Field(pattern=r"^\S+(?: \S+)*$")]


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
    stage_runners: frozenset[Name]
    fetches: tuple[Words, ...]
    only_read: frozenset[Name]
    work_on_code: frozenset[Name]
    get_ready: frozenset[Words]
    render_templates: frozenset[Words]
    run_together: frozenset[Words]
    publish_pages: frozenset[Name]

    @model_validator(mode="after")
    def _agree(self) -> Programs:
        for first, second in ((self.wrappers, self.python_wrappers), (self.work_on_code, self.publish_pages)):
            if both := sorted(first & second):
                raise ValueError(f"'{both[0]}' stands in two tables that exclude each other")
        if strangers := sorted(self.instruments - self.wrappers):
            raise ValueError(f"'{strangers[0]}' is among the instruments and no wrapper")
        return self

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
