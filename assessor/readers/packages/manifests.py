"""Manifests of Ruby (Gemfile, gemspec), Go (go.mod) and .NET (project files): what a project depends on.

Read by patterns of their usual layout, never run and never parsed as XML, so that entities cannot explode.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Dependency, Requirements
from assessor.readers.texts.settings import Lines

MAX_TEXT = 200_000
"""Characters of a manifest that are read; a longer one was not written by a person."""

_EXACT = re.compile(r"(?:=\s*)?v?\d[\w.+-]*")
_XML_COMMENT = re.compile(r"<!--(?>(?:[^-]++|-(?!->))*)(?:-->)?")


def matches(path: str) -> bool:
    return _reader(path) is not None


def read(path: str, text: str) -> FileFacts:
    """Return the dependencies of a manifest."""
    reader = _reader(path)
    if reader is None or len(text) > MAX_TEXT:
        return EMPTY
    found, name = reader(text)
    if not found and not name:
        return EMPTY
    return FileFacts(requirements=Requirements(tuple(found), has_build=bool(name), name=name))


_Read = tuple[list[Dependency], str]
"""The dependencies, and the name of the package where it is built to be published."""

# --- Ruby ---------------------------------------------------------------------------------------------------------

_GEM = re.compile(r"^(\s*)gem[ \t(]+([\"'])([\w.-]{1,100})\2([^\n#]{0,400})")
_NEEDS = re.compile(r"\.add_(?:(runtime|development)_)?dependency[ \t(]+([\"'])([\w.-]{1,100})\2([^\n#]{0,200})")
_GROUP = re.compile(r"^\s*+group[ \t(]++([^\n]{1,200}?)\)?\s++do\b")
_GEM_GROUP = re.compile(r"\bgroups?:\s*([^\n]{1,100})")
_BOUND = re.compile(r"^\s*,\s*[\"']([^\"'\n]{1,60})[\"']")
_SPEC_NAME = re.compile(r"\.name\s*=\s*[\"']([\w.-]{1,100})[\"']")


def _gemfile(text: str) -> _Read:
    found = []
    group, depth = "", ""
    for number, line in enumerate(text.split("\n"), start=1):
        opened = _GROUP.match(line)
        if opened and not group:
            group, depth = _group(opened[1]), line[: len(line) - len(line.lstrip())]
        elif group and line.rstrip() == f"{depth}end":
            group = ""
        gem = _GEM.match(line)
        if gem:
            own = _GEM_GROUP.search(gem[4])
            found.append(_gem(gem[3], number, gem[4], _group(own[1]) if own else group))
    return found, ""


def _group(written: str) -> str:
    """`:development, :test` is the group development; a production group is no other than the main list."""
    names = [name for name in re.findall(r"\w+", written) if name not in ("default", "production", "do")]
    return names[0] if names else ""


def _gem(name: str, line: int, rest: str, group: str) -> Dependency:
    bound = _BOUND.match(rest)
    pin = "none" if bound is None else "exact" if _EXACT.fullmatch(bound[1].strip()) else "range"
    return Dependency(name, line, pin, bound[1] if bound else "", group, "gem")


def _gemspec(text: str) -> _Read:
    lines = Lines(text)
    found = [
        _gem(m[3], lines.of(m.start()), m[4], "development" if m[1] == "development" else "")
        for m in _NEEDS.finditer(text)
    ]
    name = _SPEC_NAME.search(text)
    return found, name[1] if name else ""


# --- Go -----------------------------------------------------------------------------------------------------------

_REQUIRED = re.compile(
    r"^(?:require[ \t]++|[ \t]++)((?=[\w.~-]+\.[\w.~-])[\w.~-]++/[^\s()]{1,200})[ \t]++(v[^\s/]{1,100})([^\n]{0,60})"
)


def _go_mod(text: str) -> _Read:
    """Direct requirements; those that others need are marked `// indirect`. Go takes the exact version that is named."""
    found = []
    block = ""
    for number, line in enumerate(text.split("\n"), start=1):
        opened = re.match(r"(\w+)[ \t]*\([ \t]*$", line)
        block = opened[1] if opened else "" if line.startswith(")") else block
        required = _REQUIRED.match(line)
        if required and block in ("", "require") and "indirect" not in required[3]:
            found.append(Dependency(required[1], number, "exact", required[2], "", "go"))
    return found, ""


# --- .NET ---------------------------------------------------------------------------------------------------------

_PACKAGE = re.compile(
    r"<(?:PackageReference|PackageVersion)\s+(?:Include|Update)=\"([\w.-]{1,100})\"(?:\s+Version=\"([^\"\n]{0,60})\")?"
    r"[^<>]{0,300}>(?:\s*<Version>([^<>]{1,60})</Version>)?"
)


def _project_of_dotnet(text: str) -> _Read:
    text = _XML_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    lines = Lines(text)
    found = []
    for match in _PACKAGE.finditer(text):
        version = match[2] or match[3] or ""
        pin = "none" if not version else "range" if re.search(r"[*,\[(]", version) else "exact"
        found.append(Dependency(match[1], lines.of(match.start()), pin, version, "", "nuget"))
    return found, ""


_BY_NAME: dict[str, Callable[[str], _Read]] = {
    "gemfile": _gemfile,
    "gems.rb": _gemfile,
    "go.mod": _go_mod,
    "directory.packages.props": _project_of_dotnet,
}
_BY_ENDING: tuple[tuple[str, Callable[[str], _Read]], ...] = (
    (".gemspec", _gemspec),
    (".csproj", _project_of_dotnet),
    (".fsproj", _project_of_dotnet),
)


def _reader(path: str) -> Callable[[str], _Read] | None:
    name = path.rpartition("/")[2].lower()
    return _BY_NAME.get(name) or next((reader for ending, reader in _BY_ENDING if name.endswith(ending)), None)
