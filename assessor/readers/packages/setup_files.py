"""setup.py and setup.cfg: requirements, extras, python_requires and console scripts.

setup.py is read as a syntax tree, never run. Names bound to literals at module level are followed; a list that is read
from a file (`open("requirements.txt")`) becomes an include of that file.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Dependency, Requirements
from assessor.readers.packages.requirements import parse
from assessor.readers.syntax.density import TOO_DENSE, is_dense
from assessor.readers.texts.settings import Entry, ini_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIST_FILE = re.compile(r"[\w./\\-]{0,100}(?:req|depend|constraint)[\w./-]{0,100}\.(?:txt|in)$", re.IGNORECASE)
_MAX_DEPTH = 40

Text = tuple[str, int]
"""A text and its line."""


ENDINGS = (".py", ".cfg")


def matches(path: str) -> bool:
    return path.rsplit("/", 1)[-1] in ("setup.py", "setup.cfg")


def read(path: str, text: str) -> FileFacts:
    """Return the requirements; a setup.py that does not parse is a problem."""
    return _read_cfg(text) if path.endswith(".cfg") else _read_setup(text)


# --- setup.py -----------------------------------------------------------------------------------------------------


def _read_setup(text: str) -> FileFacts:
    if is_dense(text):
        return FileFacts(problems=((1, TOO_DENSE),))
    try:
        tree = ast.parse(text.removeprefix("\ufeff"))
    except SyntaxError as error:
        return FileFacts(problems=((error.lineno or 1, f"not Python: {error.msg}"),))
    except (ValueError, RecursionError, MemoryError):
        return FileFacts(problems=((1, "not Python: null bytes or nested too deeply"),))
    nodes = list(ast.walk(tree))
    call = next((node for node in nodes if isinstance(node, ast.Call) and _is_setup(node.func)), None)
    if call is None:
        return EMPTY
    return FileFacts(requirements=_SetupCall(nodes, call).requirements())


def _is_setup(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "setup" and isinstance(function.value, ast.Name)
    return isinstance(function, ast.Name) and function.id == "setup"


class _SetupCall:
    """The keywords of a `setup()` call with the names around it filled in."""

    def __init__(self, nodes: list[ast.AST], call: ast.Call) -> None:
        self.bound: dict[str, ast.expr] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        for node in nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self.bound.setdefault(node.targets[0].id, node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                self.bound.setdefault(node.target.id, node.value)
            elif isinstance(node, ast.FunctionDef):
                self.functions.setdefault(node.name, node)
        self.keywords = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        for keyword in call.keywords:
            spread = self.follow(keyword.value) if keyword.arg is None else None
            if isinstance(spread, ast.Dict):
                self.keywords |= {name: value for (name, _), value in self.items(spread)}

    def follow(self, node: ast.expr) -> ast.expr:
        for _ in range(_MAX_DEPTH):
            if not isinstance(node, ast.Name) or node.id not in self.bound:
                break
            node = self.bound[node.id]
        return node

    def requirements(self) -> Requirements:
        dependencies = [*self.listed("install_requires", ""), *self.listed("tests_require", "test")]
        dependencies += self.listed("setup_requires", "build-system")
        extras = self.keywords.get("extras_require")
        for (group, _), value in self.items(self.follow(extras)) if extras else ():
            dependencies += self.parsed(value, group.partition(":")[0])
        python = (
            next(iter(self.texts(self.keywords["python_requires"])), None)
            if "python_requires" in self.keywords
            else None
        )
        name = next(iter(self.texts(self.keywords["name"])), ("", 0))[0] if "name" in self.keywords else ""
        return Requirements(
            dependencies=tuple(dependencies),
            includes=tuple(self.files()),
            requires_python=python,
            entry_points=tuple(self.entry_points()),
            has_build=True,
            name=name,
        )

    def listed(self, keyword: str, group: str) -> list[Dependency]:
        return self.parsed(self.keywords[keyword], group) if keyword in self.keywords else []

    def parsed(self, node: ast.expr, group: str) -> list[Dependency]:
        found = []
        for text, first in self.texts(node):
            for offset, line in enumerate(text.split("\n")):
                requirement = re.sub(r"(?:^|\s)#.*$", "", line).strip()
                dependency = parse(requirement, first + offset, group) if requirement else None
                if dependency:
                    found.append(dependency)
        return found

    def texts(self, node: ast.expr, depth: int = 0) -> list[Text]:
        """Return the literal texts of a list, tuple, sum of lists, or a name bound to one."""
        node = self.follow(node)
        if depth > _MAX_DEPTH:
            return []
        if isinstance(node, ast.Constant):
            return [(node.value, node.lineno)] if isinstance(node.value, str) else []
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return [text for element in node.elts for text in self.texts(element, depth + 1)]
        if isinstance(node, ast.Starred):
            return self.texts(node.value, depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self.texts(node.left, depth + 1) + self.texts(node.right, depth + 1)
        return []

    def items(self, node: ast.expr) -> Iterator[tuple[Text, ast.expr]]:
        node = self.follow(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            yield from (((k.arg, k.value.lineno), k.value) for k in node.keywords if k.arg)
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield (key.value, key.lineno), value

    def entry_points(self) -> Iterator[tuple[str, str, int]]:
        node = self.keywords.get("entry_points")
        if node is None:
            return
        for text, line in self.texts(node):
            yield from _scripts_of_ini(text, line)
        for (group, _), value in self.items(node):
            if group in ("console_scripts", "gui_scripts"):
                for text, line in self.texts(value):
                    yield from _scripts(text, line)

    def files(self) -> list[str]:
        """Return the list files that the requirement keywords read, also through a local function."""
        found: dict[str, None] = {}
        stack: list[ast.AST] = [self.keywords[k] for k in ("install_requires", "extras_require") if k in self.keywords]
        seen: set[str] = set()
        while stack:
            for node in ast.walk(stack.pop()):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _LIST_FILE.match(node.value):
                    found[node.value] = None
                elif isinstance(node, ast.Name) and node.id not in seen:
                    seen.add(node.id)
                    stack += [place[node.id] for place in (self.bound, self.functions) if node.id in place]
        return list(found)


def _scripts(text: str, first: int) -> Iterator[tuple[str, str, int]]:
    for offset, line in enumerate(text.split("\n")):
        match = re.match(r"\s*([^\s=#]+)\s*=\s*([\w.]+(?:\s*:\s*[\w.]+)?)", line)
        if match:
            yield match[1], re.sub(r"\s", "", match[2]), first + offset


def _scripts_of_ini(text: str, first: int) -> Iterator[tuple[str, str, int]]:
    is_wanted = False
    for offset, line in enumerate(text.split("\n")):
        header = re.match(r"\s*\[([\w.]+)\]", line)
        if header:
            is_wanted = header[1] in ("console_scripts", "gui_scripts")
        elif is_wanted:
            yield from _scripts(line, first + offset)


# --- setup.cfg ----------------------------------------------------------------------------------------------------


def _read_cfg(text: str) -> FileFacts:
    entries = ini_entries(text)
    dependencies: list[Dependency] = []
    includes: list[str] = []
    for entry in entries:
        group = _group_of_option(entry.path)
        if group is None:
            continue
        if entry.value.startswith("file:"):
            includes += [part.strip() for part in re.split(r"[,\n]", entry.value[5:]) if part.strip()]
            continue
        dependencies += _listed_in(entry, group)
    at = {entry.path: entry for entry in reversed(entries)}
    python, name = at.get(("options", "python_requires")), at.get(("metadata", "name"))
    scripts = [
        s
        for path in (("options.entry_points", "console_scripts"), ("options.entry_points", "gui_scripts"))
        if path in at
        for s in _scripts(at[path].value, at[path].line)
    ]
    has_options = any(entry.path[0].startswith("options") for entry in entries if len(entry.path) > 1)
    requirements = Requirements(
        dependencies=tuple(dependencies),
        includes=tuple(includes),
        requires_python=(python.value, python.line) if python else None,
        entry_points=tuple(scripts),
        has_build=bool(name) and has_options,
        name=name.value if name else "",
    )
    return EMPTY if requirements == Requirements() else FileFacts(requirements=requirements)


def _group_of_option(path: tuple[str, ...]) -> str | None:
    if path[:1] == ("options.extras_require",) and len(path) == 2:
        return path[1].partition(":")[0]
    groups = {"install_requires": "", "tests_require": "test", "setup_requires": "build-system"}
    return groups.get(path[1]) if path[:1] == ("options",) and len(path) == 2 else None


def _listed_in(entry: Entry, group: str) -> Iterator[Dependency]:
    for offset, line in enumerate(entry.value.split("\n")):
        requirement = re.sub(r"(?:^|\s)#.*$", "", line).strip()
        dependency = parse(requirement, entry.line + offset, group) if requirement else None
        if dependency:
            yield dependency
