"""Which file or folder of the repository a word on a command line means."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from assessor.project.arrivals import Context
from assessor.project.invocations import without_variable
from assessor.project.model import Project

_LONGEST = 200
_MAX_FITTING = 40
_UNKNOWN = re.compile(r"\$\{\{[^{}]{0,200}\}\}|\$\{[^{}]{0,200}\}|\$\([^()]{0,200}\)|\$\w+")


def unknown_parts(text: str, wildcard: str) -> str:
    """A pattern in which `wildcard` stands for each variable; empty where hardly anything else is left of the text."""
    parts = _UNKNOWN.split(text)
    if not any(re.search(r"\w{2}", part) for part in parts):
        return ""
    return wildcard.join(re.escape(part) for part in parts) or " "


class Paths:
    """Answers for one project; the paths are those of its files, with `/`, below the root."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._copied: dict[tuple[str, str], str] = {}
        """Files by the run that brought them to another machine, and their names there."""

    def locate(self, word: str, context: Context) -> str | None:
        """The file that a word on a command line means, seen from the working folder; None where there is none."""
        if not word or len(word) > 300 or "\n" in word:
            return None
        plain = without_variable(word.strip("\"'"))
        files = self.project.files
        folder = posixpath.dirname(context.path)
        for candidate in (joined(context.cwd, plain), joined("", plain), joined(folder, plain)):
            if candidate in files and (
                candidate == joined(context.cwd, plain) or word != plain or self._loose(context)
            ):
                return candidate
        if plain.startswith("/") or word != plain:  # a folder of another machine, or one that only CI knows
            parts = plain.strip("/").split("/")
            for start in range(len(parts) if plain.startswith("/") else max(len(parts) - 1, 0)):
                tail = "/".join(parts[start:])
                for candidate in (joined(context.cwd, tail), tail):
                    if candidate in files:
                        return candidate
        if plain.startswith("/") and context.arrival.run.job.image:  # where an image put it
            found = (self.unique("/".join(parts[start:])) for start in range(len(parts)))
            return next(filter(None, found), None) or self._brought(plain, context)
        if word != plain or self._loose(context) or "$" in context.cwd:
            return self.unique(plain)
        return self._brought(plain, context)

    def _brought(self, plain: str, context: Context) -> str | None:
        """The file that the run has copied to this absolute path of another machine."""
        return self._copied.get((context.arrival.run.key, posixpath.basename(plain))) if plain.startswith("/") else None

    def copied(self, words: Sequence[str], context: Context) -> None:
        """Remember the files that a command line brings to another machine under a name of theirs (`scp fit.sh vm:/opt/fit.sh`),
        where commands over ssh start them later."""
        plain = [word for word in words if not word.startswith("-")]
        target = plain[-1].rpartition(":")[2] if plain and ":" in plain[-1] else ""
        for word in plain[:-1] if target.startswith(("/", "~")) else ():
            if found := self.locate(word, context):
                name = posixpath.basename(target)
                self._copied[context.arrival.run.key, name if "." in name else posixpath.basename(found)] = found

    def _loose(self, context: Context) -> bool:
        """The working folder is not known for sure: inside containers, DAGs, manifests and Python."""
        return not context.path.endswith((".yml", ".yaml")) or context.arrival.run.workflow.provider in (
            "code",
            "resource",
        )

    def unique(self, plain: str) -> str | None:
        """The only file whose path ends with these words; None where there is none or more than one."""
        tail = "/" + plain.lstrip("./")
        hits = [path for path in self._by_name.get(plain.rpartition("/")[2], ()) if path.endswith(tail)]
        return hits[0] if len(hits) == 1 else None

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.project.files:
            found[path.rpartition("/")[2]].append(path)
        return found

    def place_of(self, word: str, context: Context) -> str | None:
        """A file or folder named on the command line; the root as the empty text."""
        plain = without_variable(word).rstrip("/")
        for candidate in (joined(context.cwd, plain), joined("", plain)):
            if candidate in self.project.files or candidate in self.project.folders:
                return candidate
        return None

    def fitting(self, word: str, context: Context) -> list[str]:
        """The files, or else the folders, that a path with a part known to CI only (`tests/$KIND`) may mean."""
        plain = without_variable(word.strip("\"'"))
        if "$" not in plain or len(plain) > _LONGEST or not unknown_parts(posixpath.splitext(plain)[0], ""):
            return []
        for base in dict.fromkeys((context.cwd, "")):
            pattern = re.compile(unknown_parts(joined(base, plain).rstrip("/"), "[^/]+"))
            for known in (self.project.files, self.project.folders):
                found = sorted(path for path in known if pattern.fullmatch(path))
                if found:
                    return found[:_MAX_FITTING]
        return []

    def enter(self, cwd: str, changed: str, path: str) -> str:
        """The folder after `cd changed` from `cwd`, in the script or file `path`."""
        if not changed:
            return cwd
        if changed.startswith("$SCRIPT_DIR"):
            return joined(posixpath.dirname(path), changed.removeprefix("$SCRIPT_DIR").lstrip("/"))
        plain = without_variable(changed)
        if changed.startswith(("/", "~", "$")):
            return self._mounted(plain)
        return joined(cwd, plain)

    def _mounted(self, path: str) -> str:
        """An absolute path inside a container or on another machine: the longest tail of it that is a folder here, or
        the root, since such a path leads to a clone of the repository."""
        parts = path.strip("/").split("/")
        for start in range(len(parts)):
            tail = "/".join(parts[start:])
            if tail in self.project.folders:
                return tail
        return ""


def folder_of(path: str) -> str:
    """A folder as written, without variables and `./`; the root where it is unknown."""
    plain = without_variable(path).strip("/") if path else ""
    return "" if plain in (".", "") or plain.startswith("$") else posixpath.normpath(plain)


def joined(base: str, path: str) -> str:
    """Join and normalise; `.` is the root. A path that leaves the root is kept with its dots and matches nothing."""
    whole = posixpath.normpath(posixpath.join(base, path)) if base or path else ""
    return "" if whole == "." else whole
