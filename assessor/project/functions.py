"""Functions that a cloud starts by themselves: from the handler that a template names to the file and function here."""

from __future__ import annotations

import posixpath

from assessor.facts.python import UNKNOWN, Call
from assessor.project.arrivals import Context
from assessor.project.closure import Entry
from assessor.project.following import Following
from assessor.project.invocations import Invocation
from assessor.project.model import Project
from assessor.project.modules import Modules
from assessor.project.paths import joined


class ServerlessFunctions:
    """Follows the handlers of one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk

    def start(self, invocation: Invocation, context: Context) -> None:
        """The handler's module runs, and the handler is called."""
        if len(invocation.arguments) != 2:
            return
        name, function = invocation.arguments
        path = self._file(name, context)
        if path:
            self.walk.python((Entry(path, "function", function),), invocation, context)

    def _file(self, name: str, context: Context) -> str | None:
        """The file in the function's folder, or where the code lies elsewhere (a zip in a bucket) the one of that name
        that is nearest to the template."""
        stem = name.removesuffix(".py")
        names = dict.fromkeys((name, f"{stem.replace('.', '/')}.py"))
        for candidate in names:
            here = joined(context.cwd, candidate)
            if here in self.walk.modules.files:
                return here
        home = posixpath.dirname(context.path).split("/")
        found = [p for p in self.walk.modules.files for n in names if f"/{p}".endswith(f"/{n}")]
        return min(found, key=lambda path: (_distance(home, posixpath.dirname(path).split("/")), path), default=None)


def function_made(modules: Modules, project: Project, call: Call, path: str) -> Entry | None:
    """The function of this repository that a call in code of infrastructure makes one of a cloud (`Function(runtime="python312",
    entry_point="main", …)`): in the folder that the file names, in `main.py` or in what the handler says."""
    if not str(call.keyword("runtime")).lower().startswith("python"):
        return None
    handler = next(
        (v for v in map(call.keyword, ("entry_point", "handler")) if isinstance(v, str) and v != UNKNOWN), ""
    )
    module, _, name = handler.rpartition(".")
    if not name.isidentifier():
        return None
    folders = (joined(posixpath.dirname(path), text.value) for text in modules.index(path).facts.texts)
    files = (f"{folder}/{(module or 'main').replace('.', '/')}.py" for folder in folders if folder in project.folders)
    return next((Entry(file, "function", name) for file in files if file in modules.files), None)


def _distance(one: list[str], other: list[str]) -> int:
    """Steps from one folder to another over their nearest common folder."""
    common = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        common += 1
    return len(one) + len(other) - 2 * common
