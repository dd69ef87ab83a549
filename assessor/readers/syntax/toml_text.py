"""TOML by Python's own parser, behind a look at what would make it slow: its time grows with the square of a key's parts."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import Any

_DEEP_KEY = re.compile(r"(?:^|[{,\[])[ \t]*+(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+){60}", re.MULTILINE)
_BRACKETS = re.compile(r"[\[{]{50}|(?:[\[{][^\[\]{}\n\"']{0,20}){100}")


class TomlProblem(ValueError):
    """A text that is no TOML, or none that a person writes; `line` is where."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def load_toml(text: str) -> dict[str, Any]:
    """The values of a TOML text, for reading only: several readers share them. Raises TomlProblem."""
    found = _loaded(text)
    if isinstance(found, TomlProblem):
        raise found
    return found


@lru_cache(maxsize=2)
def _loaded(text: str) -> dict[str, Any] | TomlProblem:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    last = text.count("\n") + 1
    if deep := _DEEP_KEY.search(text):
        return TomlProblem(text.count("\n", 0, deep.end()) + 1, "a key of more than 60 parts")
    if deep := _BRACKETS.search(text):
        return TomlProblem(text.count("\n", 0, deep.start()) + 1, "nested too deeply for TOML")
    try:
        return tomllib.loads(text)
    except RecursionError:
        return TomlProblem(1, "nested too deeply for TOML")
    except ValueError as error:
        at = re.search(r"at line (\d+)", str(error))
        return TomlProblem(int(at[1]) if at else last, f"not TOML: {error}")
