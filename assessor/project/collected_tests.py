"""Which tests a command collects: pytest's and unittest's rules."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from assessor.catalog.idle import forgives
from assessor.facts.python import MODULE, PythonFacts, Scope
from assessor.project.arrivals import Context
from assessor.project.closure import Entry, is_test_scope
from assessor.project.following import Following
from assessor.project.idleness import is_idle
from assessor.project.installed import Installed
from assessor.project.invocations import Invocation, option
from assessor.project.model import ProjectFile, Role
from assessor.project.path_filters import matches_any
from assessor.project.paths import joined
from assessor.project.pytest_settings import (
    PytestSettings,
    evaluate,
    ignored_by_conftest,
    is_ignored,
    overridden,
    selects,
    settings_in,
    words_of,
)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What a command says of the tests that it wants: by `-k`, by `-m`, those of `--deselect`, and all its options."""

    names: str
    marks: str
    gone: frozenset[str]
    options: frozenset[str]


def _chosen(invocation: Invocation) -> _Chosen:
    marks = _last(invocation, "-m") if invocation.program in ("pytest", "py.test") else ""
    options = frozenset(word.partition("=")[0] for word in invocation.arguments if word.startswith("-"))
    return _Chosen(_last(invocation, "-k"), marks, _deselected(invocation), options)


def _folders_above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:depth]) for depth in range(len(parts) + 1)]


def _is_in_some_folder(context: Context) -> bool:
    """The step works in a folder that only the run knows: one of a list that another job makes."""
    steps, number = context.arrival.run.job.steps, context.arrival.step
    return not context.cwd and number < len(steps) and steps[number].cwd.startswith("$")


class CollectedTests:
    """Follows the tests of one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk

    def run(self, invocation: Invocation, context: Context) -> None:
        """pytest and unittest collect test functions below the paths given, or below the working folder."""
        is_pytest = invocation.program in ("pytest", "py.test")
        settings = settings_in(self.walk.project, context.cwd) if is_pytest else PytestSettings(files=("test*.py",))
        added = words_of(dict(context.env).get("PYTEST_ADDOPTS", "")) if is_pytest else []
        settings = overridden(settings, invocation.arguments) if is_pytest else settings
        invocation = replace(invocation, arguments=(*settings.options, *added, *invocation.arguments))
        idle = is_idle(invocation)
        if idle:
            self.walk.reach.breaks(context, f"{invocation.program} runs no test with {idle}")
            return
        paths = [word.partition("::")[0] for word in _pytest_operands(invocation)]
        if not is_pytest:
            started = option(invocation, "-s", "--start-directory") if "discover" in invocation.arguments else ""
            paths = [started] if started else [p for p in paths if "/" in p or p.endswith(".py")]
            wanted = option(invocation, "-p", "--pattern")
            settings = replace(settings, files=(wanted,)) if wanted else settings
        elif not paths and settings.folder == context.cwd:
            paths = list(settings.folders)
        files = self._below(paths, context, is_pytest or "discover" in invocation.arguments)
        if files is None:
            return
        kept = self._selected(files, settings, invocation, paths)
        if kept:
            chosen = _chosen(invocation)
            entries = tuple(Entry(path, "tests", left_out=self._left_out(path, settings, chosen)) for path in kept)
            self.walk.python(entries, Invocation(invocation.program), self._forgiven(kept, invocation, context))
        elif any(self._has_tests(path) for path in files):
            self.walk.reach.breaks(context, f"{invocation.program} collects no test as it is set up")

    def _below(self, paths: list[str], context: Context, is_pytest: bool) -> list[str] | None:
        """The test files below the paths given; None where there are no such paths."""
        roots = [found for path in paths if (found := self.walk.paths.place_of(path, context)) is not None]
        globs = tuple(joined(context.cwd, path) for path in paths if set("*?") & set(path))
        roots += [path for path in self.files if globs and matches_any(path, globs)]
        roots += [found for path in paths if "$" in path for found in self.walk.paths.fitting(path, context)]
        if paths and not roots and _is_in_some_folder(context):
            ends = tuple(f"/{path.strip('./')}" for path in paths)
            roots += [folder for folder in self.walk.project.folders if folder.endswith(ends)]
        if paths and not roots and is_pytest:
            self.walk.reach.breaks(context, f"{paths[0]} does not exist")
            return None
        files = [
            path
            for path in self.files
            if not roots or any(path == r or path.startswith(f"{r}/" if r else "") for r in roots)
        ]
        if not roots and context.cwd:
            below = [path for path in files if path.startswith(context.cwd + "/")]
            files = below if below or context.cwd in self.walk.project.folders else files
        return files

    def _selected(
        self, files: list[str], settings: PytestSettings, invocation: Invocation, paths: list[str]
    ) -> list[str]:
        """Leave out what names, options and conftest files leave out; a file that is named itself is always looked at."""
        if any(self.walk.modules.index(path).facts.stops_tests for path in self._conftests(files)):
            return []
        files = self._without_lacking(_unskipped(files, invocation))
        named = {path for path in files if any(path == p or path.endswith(f"/{p.lstrip('./')}") for p in paths)}
        chosen = _chosen(invocation)
        kept = [
            path
            for path in files
            if path.endswith("conftest.py")
            or (
                (path in named or settings.collects(path) or self._is_unittest(path, invocation))
                and not is_ignored(path, self._ignored if invocation.program != "unittest" else ())
                and self._takes(path, settings, chosen)
            )
        ]
        return kept if any(not path.endswith("conftest.py") for path in kept) else []

    def _is_unittest(self, path: str, invocation: Invocation) -> bool:
        """Other runners than these have patterns of their own."""
        return invocation.program not in ("pytest", "py.test", "unittest")

    @cached_property
    def _ignored(self) -> list[tuple[str, str]]:
        return ignored_by_conftest(self.walk.project)

    def _forgiven(self, files: list[str], invocation: Invocation, context: Context) -> Context:
        """Where options or a conftest let the session tell success whatever fails, no failure of a test fails the run."""
        is_lenient = forgives(invocation.program, invocation.arguments) or any(
            self.walk.modules.index(path).facts.forgives_tests for path in self._conftests(files)
        )
        if not is_lenient:
            return context
        return replace(context, arrival=replace(context.arrival, fails=False))

    def _conftests(self, files: list[str]) -> list[str]:
        """The conftest files among these, and those in the folders above them."""
        folders = {"", *(folder for path in files for folder in _folders_above(path))}
        return [
            path for folder in sorted(folders) if (path := joined(folder, "conftest.py")) in self.walk.modules.files
        ]

    def _without_lacking(self, files: list[str]) -> list[str]:
        """Leave out the tests that are skipped for want of a module that nothing in the repository brings."""
        asking = {path: needs for path in {*files, *self._conftests(files)} if (needs := self._needs(path))}
        lacking = {path for path, needs in asking.items() if not all(self._may_hold(need, path) for need in needs)}
        folders = [posixpath.dirname(path) for path in lacking if path.endswith("conftest.py")]
        below = tuple(f"{folder}/" if folder else "" for folder in folders)
        return [path for path in files if path not in lacking and not path.startswith(below)]

    @cached_property
    def idle(self) -> frozenset[str]:
        """Files whose tests nobody can run: a conftest above them keeps all of them from running, or asks for a module that
        nothing in the repository brings."""
        conftests = [path for path in self.files if path.endswith("conftest.py")]
        stopping = {path for path in conftests if self.walk.modules.index(path).facts.stops_tests}
        stopping |= {path for path in conftests if not all(self._may_hold(need, path) for need in self._needs(path))}
        folders = tuple(path.removesuffix("conftest.py") for path in sorted(stopping))
        return frozenset(path for path in self.files if path.startswith(folders)) | self._all_ignored

    @cached_property
    def _all_ignored(self) -> frozenset[str]:
        """All files with tests, where a conftest leaves each of them out and no other runner than pytest takes them."""
        files = [path for path in self.files if not path.endswith("conftest.py")]
        facts = (self.walk.modules.index(path).facts for path in files)
        others = any(is_test_scope(scope) and scope.kind == "method" for each in facts for scope in each.scopes)
        return frozenset(files if files and not others and all(is_ignored(p, self._ignored) for p in files) else ())

    def _needs(self, path: str) -> tuple[str, ...]:
        return self.walk.modules.index(path).facts.tests_need

    def _may_hold(self, module: str, path: str) -> bool:
        return self._installed.may_hold(module, posixpath.dirname(path))

    @cached_property
    def _installed(self) -> Installed:
        return Installed(self.walk.project, self.walk.modules)

    def _has_tests(self, path: str) -> bool:
        return any(is_test_scope(scope) for scope in self.walk.modules.index(path).facts.scopes)

    def _takes(self, path: str, settings: PytestSettings, chosen: _Chosen) -> bool:
        """Some test of the file has a name and a mark that are asked for."""
        scopes = self.walk.modules.index(path).facts.scopes
        tests = {number for number, scope in enumerate(scopes) if is_test_scope(scope)}
        return not tests or bool(tests - self._left_out(path, settings, chosen))

    def _left_out(self, path: str, settings: PytestSettings, chosen: _Chosen) -> frozenset[int]:
        """The tests of a file that names, marks, `--deselect` and options that a conftest waits for leave out, by their
        numbers."""
        gone, marks = chosen.gone, chosen.marks
        facts = self.walk.modules.index(path).facts
        tests = [(number, scope) for number, scope in enumerate(facts.scopes) if is_test_scope(scope)]
        found = {number for number, scope in tests if not settings.takes(scope)}
        found |= {n for n, s in tests if f"{path}::{s.name.replace('.', '::')}" in gone} if gone else set()
        if chosen.names:
            found |= {
                number
                for number, scope in tests
                if not selects(chosen.names, (*path.split("/"), *scope.name.split("."), *_ids(scope)))
            }
        waiting = self._unasked(path, chosen)
        if waiting or (marks and not self._marks_by_code):
            of_all = _marks_of_all(facts)
            classes = {c.name: {d.name for d in c.decorators} for c in facts.classes}
            for number, scope in tests:
                marked = _marked(of_all, classes.get(scope.class_name, set()), {d.name for d in scope.decorators})
                asked = not marks or self._marks_by_code or evaluate(marks, marked)
                found |= {number} if not asked or any(map(marked, waiting)) else set()
        return frozenset(found)

    def _unasked(self, path: str, chosen: _Chosen) -> list[str]:
        """The marks that a conftest above a file skips for want of an option."""
        asked = [mark for above in self._conftests([path]) for mark in self.walk.modules.index(above).facts.asked_marks]
        return [each.mark for each in asked if each.option not in chosen.options]

    @cached_property
    def _marks_by_code(self) -> bool:
        """A conftest gives tests marks when it collects them."""
        files = [f for f in self.walk.project.ordered if f.path.endswith("conftest.py") and f.facts.python]
        return any(c.name.endswith("add_marker") for f in files if f.facts.python for c in f.facts.python.calls)

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
    "--alluredir", "--numprocesses", "--deselect", "--ignore-glob", "--confcutdir", "--log-cli-level", "--doctest-glob", "-s", "-t",
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


def _last(invocation: Invocation, name: str) -> str:
    """The value of an option of which the last one counts: what the command line gives stands behind what the settings do."""
    found = ""
    for word, following in pairwise((*invocation.arguments, "")):
        if word == name:
            found = following
        elif word.startswith(name) and not word.startswith("--"):
            found = word[len(name) :].removeprefix("=")
    return found


def _deselected(invocation: Invocation) -> frozenset[str]:
    """Single tests that `--deselect file::test` leaves out."""
    pairs = list(pairwise((*invocation.arguments, "")))
    given = [w.partition("=")[2] for w, _ in pairs if w.startswith("--deselect=")]
    given += [following for word, following in pairs if word == "--deselect"]
    return frozenset(name.removeprefix("./") for name in given if "::" in name)


def _marks_of_all(facts: PythonFacts) -> set[str]:
    """What stands in the module and decorates no single function or class: the marks of `pytestmark` among it."""
    decorators = (*(s.decorators for s in facts.scopes), *(c.decorators for c in facts.classes))
    decorated = {decorator.line for several in decorators for decorator in several}
    names = {r.name for r in facts.references if r.scope == MODULE and r.line not in decorated}
    return names | {call.name for call in facts.calls}


def _marked(*names: set[str]) -> Callable[[str], bool]:
    marks = {name.rpartition(".")[2] for name in set().union(*names) if "mark." in name}
    return lambda word: word in marks


def _ids(scope: Scope) -> list[str]:
    """Texts of which parametrised tests make their names."""
    found: list[str] = []
    for decorator in scope.decorators:
        if decorator.name.endswith(".parametrize"):
            values = (*decorator.args, *(value for _, value in decorator.keywords))
            found += [str(item) for value in values for item in (value if isinstance(value, tuple) else (value,))]
    return found


def _unskipped(files: list[str], invocation: Invocation) -> list[str]:
    """Leave out what `--ignore`, `--ignore-glob` and, of whole files, `--deselect` name."""
    words = invocation.arguments
    names = ("--ignore", "--ignore-glob", "--deselect")
    given = [w.partition("=")[2] for w in words if w.startswith(tuple(f"{name}=" for name in names))]
    given += [following for word, following in pairwise(words) if word in names]
    return [f for f in files if not is_ignored(f, (("", name) for name in given if "::" not in name))]


def _collects(file: ProjectFile) -> bool:
    name = file.path.rpartition("/")[2]
    if name.startswith("test_") or name.endswith(("_test.py", "_tests.py")) or name in ("tests.py",):
        return True
    if name == "test.py" and file.facts.python:
        return any(is_test_scope(scope) for scope in file.facts.python.scopes)
    code = file.facts.python
    return bool(code and any("TestCase" in base for cls in code.classes for base in cls.bases))
