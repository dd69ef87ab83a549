"""How a definition is recognised before it is parsed: by its file's name, or by tell-tale words."""

from __future__ import annotations

import re
from collections.abc import Callable

Recognise = Callable[[str, str], bool]
"""Whether a file of this path and text is of the format; cheap, for it looks at every YAML and JSON file."""


def named(pattern: str) -> Recognise:
    """Files whose name fits a regular expression."""
    compiled = re.compile(pattern)
    return lambda path, text: compiled.fullmatch(path.rpartition("/")[2]) is not None


def holding(*words: str, suffix: tuple[str, ...] = (".yml", ".yaml", ".json", ".template")) -> Recognise:
    """Files of some endings that hold all words."""
    return lambda path, text: path.endswith(suffix) and all(word in text for word in words)
