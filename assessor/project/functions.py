"""Functions that a cloud starts by themselves: from the handler that a template names to the file and function here."""

from __future__ import annotations

import posixpath

from assessor.project.arrivals import Context
from assessor.project.closure import Entry
from assessor.project.following import Following
from assessor.project.invocations import Invocation
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


def _distance(one: list[str], other: list[str]) -> int:
    """Steps from one folder to another over their nearest common folder."""
    common = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        common += 1
    return len(one) + len(other) - 2 * common
