"""Which tests a command collects: pytest's and unittest's rules."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from assessor.project.arrivals import Context
from assessor.project.closure import Entry, is_test_scope
from assessor.project.invocations import Invocation, option
from assessor.project.model import ProjectFile, Role
from assessor.project.paths import joined
from assessor.project.runs import matches_any

if TYPE_CHECKING:
    from assessor.project.walk import Walk


class CollectedTests:
    """Follows the tests of one walk."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk

    def run(self, invocation: Invocation, context: Context) -> None:
        """pytest and unittest collect test functions below the paths given, or below the working folder."""
        if "--collect-only" in invocation.arguments or "--version" in invocation.arguments:
            return
        paths = [word.partition("::")[0] for word in _pytest_operands(invocation)]
        if invocation.program != "pytest":
            paths = [p for p in paths if "/" in p or p.endswith(".py")]
        roots = [found for path in paths if (found := self.walk.paths.place_of(path, context)) is not None]
        globs = tuple(joined(context.cwd, path) for path in paths if set("*?") & set(path))
        roots += [path for path in self.files if globs and matches_any(path, globs)]
        if paths and not roots and invocation.program == "pytest":
            self.walk.reach.broken.append((context.place, f"{paths[0]} does not exist"))
            return
        files = [
            path
            for path in self.files
            if not roots or any(path == r or path.startswith(f"{r}/" if r else "") for r in roots)
        ]
        if not roots and context.cwd:
            files = [path for path in files if path.startswith(context.cwd + "/")] or files
        files = _unskipped(files, invocation)
        if files:
            entries = tuple(Entry(path, "tests") for path in files)
            self.walk.python(entries, Invocation(invocation.program), context)

    @cached_property
    def files(self) -> list[str]:
        """Modules in which pytest or unittest collects tests or fixtures."""
        return [
            path
            for path, file in sorted(self.walk.modules.files.items())
            if not file.is_notebook
            and file.role in (Role.TEST, Role.FIRST_PARTY)
            and (path.rpartition("/")[2] == "conftest.py" or _collects(file))
        ]


_PYTEST_VALUES = {
    "-k", "-m", "-n", "-p", "-c", "-o", "-W", "--cov", "--cov-report", "--cov-config", "--junitxml", "--junit-xml", "--maxfail",
    "--tb", "--durations", "--timeout", "--rootdir", "--ignore", "--html", "--cov-fail-under", "--dist", "-r", "--log-level",
    "--alluredir", "--numprocesses", "--deselect", "--log-cli-level", "--doctest-glob", "-s", "-t",
}  # fmt: skip


def _pytest_operands(invocation: Invocation) -> list[str]:
    found, skip = [], False
    for word in invocation.arguments:
        if skip:
            skip = False
        elif word in (">", ">>", "2>", "|"):
            break
        elif word.startswith("-"):
            skip = word in _PYTEST_VALUES and word not in ("-s",)
        elif word not in ("discover", "test", "nosetests"):
            found.append(word)
    return [w for w in found if not w.startswith("$")]


def _unskipped(files: list[str], invocation: Invocation) -> list[str]:
    """Leave out what `--ignore` names."""
    ignored = [w.partition("=")[2] for w in invocation.arguments if w.startswith("--ignore=")]
    given = option(invocation, "--ignore")
    ignored += [given] if given else []
    return [
        f
        for f in files
        if not any(f == i.strip("./") or f.startswith(i.strip("./").rstrip("/") + "/") for i in ignored)
    ]


def _collects(file: ProjectFile) -> bool:
    name = file.path.rpartition("/")[2]
    if name.startswith("test_") or name.endswith(("_test.py", "_tests.py")) or name in ("tests.py",):
        return True
    if name == "test.py" and file.facts.python:
        return any(is_test_scope(scope) for scope in file.facts.python.scopes)
    code = file.facts.python
    return bool(code and any("TestCase" in base for cls in code.classes for base in cls.bases))
