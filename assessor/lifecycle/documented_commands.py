"""Commands that a README tells a person to type, where a product of the catalogue deploys by them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

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
    patterns = [(c, tool) for tool in load_tools() for p in tool.proves if p.practice == practice for c in p.commands]
    for file, document in scene.project.having(lambda f: f.document, _PAGES):
        for text, line in document.commands:
            words = _words(text)
            tool = next((tool for pattern, tool in patterns if matches_command(pattern, words)), None)
            if tool is not None:
                yield DocumentedCommand(file, line, text, tool)


def _words(text: str) -> tuple[str, ...]:
    """The command without wrappers; nothing where the line is none."""
    try:
        made = interpret(tuple(shlex.split(text, comments=True)))
    except ValueError:
        return ()
    return made.words if made else ()
