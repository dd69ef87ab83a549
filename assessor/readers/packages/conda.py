"""conda environment files, recognised by content: a YAML map with a `dependencies` list of package specs.

Other YAML has `dependencies` too (Helm, Ansible, Galaxy); only a list of match specs beside `channels`, with `python`
in it or with a `pip:` sublist is an environment. Source: conda's "Creating an environment file manually".
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Dependency, Requirements
from assessor.readers.packages.requirements import logical_lines, parse
from assessor.readers.syntax import yaml_tree

if TYPE_CHECKING:
    from assessor.readers.syntax.yaml_tree import Node

MAX_TEXT = 500_000
"""Characters; an exported environment with all its builds has some 50,000."""

_SPEC = re.compile(r"(?:[\w./-]+::)?([A-Za-z0-9_][\w.-]*)(?:\[[^\]]*\])?\s*(.*)$")


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return path.endswith((".yml", ".yaml"))


def read(path: str, text: str) -> FileFacts:
    """Return the environment's packages: conda's with ecosystem conda, those of the pip sublist with python."""
    if len(text) > MAX_TEXT or not re.search(r"^dependencies\s*:", text, re.MULTILINE):
        return EMPTY
    try:
        root = yaml_tree.load_one(text)
    except yaml_tree.YamlProblem as problem:
        is_named = re.search(r"(?:^|/)[^/]*(?:environment|conda)[^/]*$", path)
        return FileFacts(problems=((min(problem.line, text.count("\n") + 1), problem.reason),)) if is_named else EMPTY
    except UnicodeError:
        return FileFacts(problems=((1, "not text"),))
    listed = root.get("dependencies")
    if not _is_environment(root, listed):
        return EMPTY
    return FileFacts(requirements=_requirements(root, listed))


def _is_environment(root: Node, listed: Node) -> bool:
    if not listed.is_list or not listed.children:
        return False
    if any(child.is_list or (child.is_map and not child.get("pip")) for child in listed.children):
        return False
    names = {match[1] for child in listed.children if (match := _SPEC.match(child.text))}
    has_pip = any(child.is_map for child in listed.children)
    return has_pip or bool(root.get("channels")) or "python" in names


def _requirements(root: Node, listed: Node) -> Requirements:
    found: list[Dependency] = []
    includes: list[str] = []
    python: tuple[str, int] | None = None
    for child in listed.children:
        if child.is_map:
            for node in child.get("pip").each():
                _take_pip(node, found, includes)
            continue
        dependency = parse_spec(child.text, child.line)
        if dependency and dependency.name == "python":
            python = (dependency.specifier, dependency.line)
        elif dependency and dependency.name != "pip":
            found.append(dependency)
    return Requirements(tuple(found), tuple(includes), requires_python=python, name=root.get("name").text)


def _take_pip(node: Node, found: list[Dependency], includes: list[str]) -> None:
    for _, logical in logical_lines(node.text):
        option = re.match(r"(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)", logical)
        dependency = None if option else parse(re.sub(r"^(?:-e|--editable)[\s=]+", "", logical), node.line)
        if option:
            includes.append(option[1])
        elif dependency:
            found.append(dependency)


def parse_spec(text: str, line: int) -> Dependency | None:
    """Read a conda match spec: `numpy`, `numpy=1.26`, `numpy>=1.2,<2`, `conda-forge::numpy==1.26.4`, `a=1.0=build`."""
    match = _SPEC.match(text.strip()[:500])
    if match is None:
        return None
    specifier = re.sub(r"(?<!\s)\s++(?=[\d<>=!~*])|(?<=[<>=!~])\s++", "", match[2].strip()) if match[2] else ""
    made = Dependency(canonicalize_name(match[1]), line, "none", specifier, "", "conda")
    return replace(made, pin=_pin_of_spec(specifier))


def _pin_of_spec(specifier: str) -> str:
    """`==1.2`, a build string and a full `=1.2.3` are exact; `=1.2` is conda's fuzzy match, a range."""
    if specifier in ("", "*"):
        return "none"
    if "*" not in specifier and re.match(r"==|=[^=<>]+=[^=]+$|=\d+\.\d+\.\d", specifier):
        return "exact"
    return "range"
