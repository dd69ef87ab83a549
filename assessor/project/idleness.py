"""Commands that start a program which then does nothing: it is asked for its help, or given no file that it looks at."""

from __future__ import annotations

import posixpath

from assessor.catalog.idle import files_read, idle_setting, idle_word, profiles_of
from assessor.project.arrivals import Context
from assessor.project.invocations import Invocation, option
from assessor.project.model import Project
from assessor.project.modules import Modules
from assessor.project.paths import Paths

_SUBCOMMANDS = {"check", "format", "lint", "run"}
_UNCERTAIN = set("$*?{}[]<>%`@:,=")


def is_idle(invocation: Invocation) -> str:
    """The word that keeps the program from its work; empty where none does."""
    return idle_word(invocation.program, invocation.arguments)


class Idleness:
    """Answers for the commands of one project."""

    def __init__(self, project: Project, paths: Paths, modules: Modules) -> None:
        self._project = project
        self._paths = paths
        self._modules = modules
        self._folders: dict[tuple[str, ...], frozenset[str]] = {}

    def by_profile(self, invocation: Invocation, context: Context) -> str:
        """The setting of a profile given to the program that keeps it from its work; empty where none does."""
        for name, file in profiles_of(invocation.program).items():
            folder = self._paths.place_of(given, context) if (given := option(invocation, name)) else None
            profile = self._project.files.get(posixpath.join(folder, file)) if folder else None
            pairs = [(setting.key, setting.value) for setting in profile.facts.settings] if profile else []
            if idle := idle_setting(invocation.program, pairs):
                return idle
        return ""

    def nothing_to_read(self, invocation: Invocation, context: Context) -> str:
        """The path given to a linter that holds no file which it looks at; empty where one may, or none is given."""
        endings = files_read(invocation.program)
        if not endings:
            return ""
        words = invocation.arguments
        plain = [n for n, word in enumerate(words) if not word.startswith("-") and word not in _SUBCOMMANDS]
        given = [words[n] for n in plain if n == 0 or not words[n - 1].startswith("-")]  # else it may be a value
        if not given or any(self._may_hold(words[n], endings, context) for n in plain):
            return ""
        return given[0]

    def _may_hold(self, word: str, endings: tuple[str, ...], context: Context) -> bool:
        """The path, or the module of that name, is a file that is looked at, a folder with one below it, or not known."""
        if _UNCERTAIN & set(word) or word.startswith(("/", "~", "..")) or self._modules.module(word, context.cwd):
            return True
        found = self._paths.place_of(word, context)
        if found is None:
            tail = "/" + word.strip("./")
            return any(path.endswith(tail) for path in (*self._project.folders, *self._project.files))
        return found.endswith(endings) or found in self._folders_with(endings)

    def _folders_with(self, endings: tuple[str, ...]) -> frozenset[str]:
        """The folders above files with one of these endings."""
        if endings not in self._folders:
            self._folders[endings] = self._find_folders(endings)
        return self._folders[endings]

    def _find_folders(self, endings: tuple[str, ...]) -> frozenset[str]:
        found: set[str] = set()
        for path in self._project.listed:
            folder = posixpath.dirname(path)
            while path.endswith(endings) and folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder)
        return frozenset(found)
