"""Commands that a README tells a person to type, where a product of the catalogue deploys by them."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from assessor.catalog.patterns import matches_command
from assessor.catalog.tools import Tool, load_tools
from assessor.hits.scene import Scene
from assessor.project.invocations import interpret
from assessor.project.model import ProjectFile, Role

_PAGES = frozenset({Role.FIRST_PARTY, Role.DOCUMENTATION})


@dataclass(frozen=True, slots=True)
class DocumentedCommand:
    """One line of fenced code in a README, and the product whose command it is."""

    file: ProjectFile
    line: int
    text: str
    tool: Tool


def documented_commands(scene: Scene, practice: str) -> Iterator[DocumentedCommand]:
    """Lines of READMEs by which a product of the catalogue does what the practice asks for."""
    patterns = _patterns(practice)
    for file, document in scene.project.having(lambda f: f.document, _PAGES):
        for text, line in document.commands:
            words = _words(text)
            own = patterns.get(words[0], ()) if words else ()
            tool = next((tool for pattern, tool in own if matches_command(pattern, words)), None)
            if tool is not None:
                yield DocumentedCommand(file, line, text, tool)


@cache
def _patterns(practice: str) -> Mapping[str, list[tuple[str, Tool]]]:
    """The command patterns that prove the practice, by their program."""
    found: dict[str, list[tuple[str, Tool]]] = defaultdict(list)
    for tool in load_tools():
        for pattern in (c for proof in tool.proves if proof.practice == practice for c in proof.commands):
            found[pattern.split()[0]].append((pattern, tool))
    return found


@lru_cache(maxsize=8_192)  # the same lines are asked for several practices
def _words(text: str) -> tuple[str, ...]:
    """The command without wrappers; nothing where the line is none."""
    try:
        made = interpret(tuple(shlex.split(text, comments=True)))
    except ValueError:
        return ()
    return made.words if made else ()
