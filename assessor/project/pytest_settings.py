"""What pytest's configuration adds to a command line: options, folders, patterns of file and function names.

After pytest's reference: the first of pytest.ini, pyproject.toml, tox.ini and setup.cfg with a section of pytest counts,
looked for from the working folder upwards; `PYTEST_ADDOPTS` stands behind its `addopts`.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from assessor.facts.python import Scope
from assessor.project.closure import is_test_scope
from assessor.project.model import Project, ProjectFile

_SOURCES = {
    "pytest.ini": "pytest.",
    ".pytest.ini": "pytest.",
    "pytest.toml": "pytest.",
    "pyproject.toml": "tool.pytest.ini_options.",
    "tox.ini": "pytest.",
    "setup.cfg": "tool:pytest.",
}
_FILES = ("test_*.py", "*_test.py")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class PytestSettings:
    """The settings that hold in a folder; `folder` is where they stand."""

    folder: str = ""
    options: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    files: tuple[str, ...] = _FILES
    functions: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    unvisited: tuple[str, ...] = ()
    """Names of folders that pytest does not enter by itself."""

    def collects(self, path: str) -> bool:
        """The file's name, and those of its folders, are such that pytest looks into it by itself."""
        *folders, name = path.split("/")
        if any(fnmatch.fnmatchcase(folder, pattern) for pattern in self.unvisited for folder in folders):
            return False
        return any(fnmatch.fnmatchcase(path if "/" in pattern else name, pattern) for pattern in self.files)

    def takes(self, scope: Scope) -> bool:
        """The function has a name that pytest takes for a test."""
        name = scope.name.rpartition(".")[2]
        if not is_test_scope(scope):
            return True
        if scope.class_name:
            return not self.classes or _fits(scope.class_name, self.classes) or "Case" in scope.class_name
        return not self.functions or _fits(name, self.functions)


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(name.startswith(pattern) or fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def overridden(settings: PytestSettings, arguments: tuple[str, ...]) -> PytestSettings:
    """The settings with what `-o NAME=VALUE` and `--override-ini` put in their place."""
    given: dict[str, list[str]] = {}
    for word, following in pairwise((*arguments, "")):
        name, _, value = word.partition("=")
        text = following if word in ("-o", "--override-ini") else value if name == "--override-ini" else ""
        text = word[2:] if word.startswith("-o") and len(word) > 2 and "=" in word and word[1] != "-" else text
        key, equals, content = text.partition("=")
        if equals:
            given[key.strip()] = words_of(content)
    if not given:
        return settings
    known = {
        "addopts": list(settings.options),
        "testpaths": list(settings.folders),
        "python_files": list(settings.files),
        "python_functions": list(settings.functions),
        "python_classes": list(settings.classes),
        "norecursedirs": list(settings.unvisited),
    }
    return _settings(settings.folder, known | given)


def settings_in(project: Project, folder: str) -> PytestSettings:
    """The settings that pytest finds from a working folder upwards."""
    while True:
        for name, prefix in _SOURCES.items():
            file = project.files.get(posixpath.join(folder, name))
            values = _values(file, prefix) if file else {}
            if values or (file and name in ("pytest.ini", ".pytest.ini")):
                return _settings(folder, values)
        if not folder:
            return PytestSettings()
        folder = posixpath.dirname(folder)


def _values(file: ProjectFile, prefix: str) -> Mapping[str, list[str]]:
    """Each setting's words; a list's items stand as one setting each."""
    found: dict[str, list[str]] = defaultdict(list)
    for setting in file.facts.settings:
        if setting.key.startswith(prefix):
            key, _, index = setting.key[len(prefix) :].partition(".")
            found[key] += [setting.value] if index else words_of(setting.value)
    return found


def _settings(folder: str, values: Mapping[str, list[str]]) -> PytestSettings:
    return PytestSettings(
        folder,
        tuple(values.get("addopts", ())),
        tuple(values.get("testpaths", ())),
        tuple(values.get("python_files", _FILES)),
        tuple(values.get("python_functions", ())),
        tuple(values.get("python_classes", ())),
        tuple(values.get("norecursedirs", ())),
    )


def words_of(text: str) -> list[str]:
    """The words of a line as a shell splits them; at blanks where its quotes do not close."""
    try:
        return shlex.split(text[:4_000])
    except ValueError:
        return text[:4_000].split()


def ignored_by_conftest(project: Project) -> list[tuple[str, str]]:
    """(folder, pattern) of what the `collect_ignore` and `collect_ignore_glob` of conftest.py leave out."""
    found = []
    for file in project.ordered:
        if file.path.rpartition("/")[2] == "conftest.py" and file.facts.python:
            folder = posixpath.dirname(file.path)
            for constant in file.facts.python.constants:
                if constant.name in ("collect_ignore", "collect_ignore_glob") and isinstance(constant.value, tuple):
                    found += [(folder, str(pattern)) for pattern in constant.value]
    return found


def is_ignored(path: str, patterns: Iterable[tuple[str, str]]) -> bool:
    """The file, or a folder that it lies in, fits a pattern of a conftest above it."""
    for folder, pattern in patterns:
        below = path.removeprefix(f"{folder}/") if folder else path
        if below == path and folder:
            continue
        plain = pattern.strip("./").rstrip("/")
        if fnmatch.fnmatchcase(below, pattern) or (plain and (below == plain or below.startswith(plain + "/"))):
            return True
    return False


_NAME = re.compile(r"[\w.\[\]:+-]+")


def selects(expression: str, names: Iterable[str]) -> bool:
    """Whether `-k EXPRESSION` (names joined by and, or, not and parentheses) chooses a test with these names.

    A word holds where it is part of any name, whatever its case. True where the expression cannot be read.
    """
    words = [name.lower() for name in names]
    return evaluate(expression, lambda word: any(word.lower() in name for name in words))


def evaluate(expression: str, holds: Callable[[str], bool]) -> bool:
    """Work out an expression of pytest's `-k` or `-m`; True where it is none."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression[:_LONGEST])
    position = 0

    def either() -> bool:
        nonlocal position
        value = both()
        while position < len(tokens) and tokens[position] == "or":
            position += 1
            value = both() or value
        return value

    def both() -> bool:
        nonlocal position
        value = single()
        while position < len(tokens) and tokens[position] == "and":
            position += 1
            value = single() and value
        return value

    def single() -> bool:
        nonlocal position
        if position >= len(tokens):
            raise ValueError(expression)
        token, position = tokens[position], position + 1
        if token == "not":
            return not single()
        if token == "(":
            value = either()
            if tokens[position : position + 1] != [")"]:
                raise ValueError(expression)
            position += 1
            return value
        if token in ("and", "or", ")") or not _NAME.fullmatch(token):
            raise ValueError(expression)
        return holds(token)

    try:
        value = either()
    except (ValueError, RecursionError):
        return True
    return value if position == len(tokens) else True
