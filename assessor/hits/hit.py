"""A product seen at a place, and a place in code where none is."""

from __future__ import annotations

from assessor.catalog.tools import Proof, Tool
from assessor.facts.place import Place
from assessor.facts.python import Call
from assessor.facts.values import dataclass
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role


@dataclass(frozen=True, slots=True)
class Hit:
    """A tool's proof seen at a place.

    `kind`: call, decorator, base, handed (a function as a value), command, action, file, resource, setting, hook, image, r_call. `scope` is the
    function of a Python hit; `arrivals` are the ways that lead to a hit which is no Python.
    """

    practice: str
    tool: Tool
    proof: Proof
    place: Place
    kind: str
    file: ProjectFile
    scope: int = -1
    call: Call | None = None
    arrivals: tuple[Arrival, ...] = ()
    text: str = ""

    @property
    def shown(self) -> str:
        """What a reader sees of it: the call or command, without the mark of an owner that is not known; else the product."""
        return self.text.removeprefix("?.") or self.tool.title

    @property
    def in_test(self) -> bool:
        return self.file.role is Role.TEST

    @property
    def in_notebook(self) -> bool:
        return self.file.is_notebook


@dataclass(frozen=True, slots=True)
class Code:
    """A line of a first-party function; `scope` is the number of the function in its file."""

    file: ProjectFile
    scope: int
    line: int
