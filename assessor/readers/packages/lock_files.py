"""Lock files: which tool wrote them and how many packages they pin.

Locks are long (megabytes), so they are read line by line with patterns of their fixed layout, not parsed. A lock that
is empty, has only a header, or only the project itself pins nothing and counts 0.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import LockFile

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_NAMES = 5_000
"""Names of one lock that are kept."""

_TOOLS = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "pylock.toml": "pylock",
    "cargo.lock": "cargo",
    "pipfile.lock": "pipenv",
    "conda-lock.yml": "conda-lock",
    "conda-lock.yaml": "conda-lock",
    "pixi.lock": "pixi",
    "renv.lock": "renv",
    "packrat.lock": "packrat",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "gemfile.lock": "bundler",
    "gems.locked": "bundler",
    "go.sum": "go",
    "packages.lock.json": "nuget",
    "pnpm-lock.yaml": "pnpm",
    "gradle.lockfile": "gradle",
    "buildscript-gradle.lockfile": "gradle",
}
_PATTERNS = (
    (re.compile(r"^pylock\.[\w.-]+\.toml$"), "pylock"),
    (re.compile(r"^conda-[\w-]+\.lock$"), "conda-lock"),
    (re.compile(r"^[\w-]+_renv\.lock$"), "renv"),  # vetiver writes one for the image of the model's API
    (re.compile(r"^.*\.conda-lock\.ya?ml$"), "conda-lock"),
)
_ENDINGS = (".lock", ".locked", ".sum", ".lockfile", ".toml", ".json", ".yml", ".yaml")
_JULIA = re.compile(r"Manifest(?:-v[\d.]+)?\.toml")


def matches(path: str) -> bool:
    return _tool(path) != ""


def _tool(path: str) -> str:
    if not path.lower().endswith(_ENDINGS):
        return ""  # most paths end here, at little cost
    folder, _, written = path.rpartition("/")
    if _JULIA.fullmatch(written):
        return "julia"
    if written.endswith(".lockfile") and "dependency-locks" in folder.split("/"):
        return "gradle"
    name = written.lower()
    return _TOOLS.get(name) or next((tool for pattern, tool in _PATTERNS if pattern.match(name)), "")


def read(path: str, text: str) -> FileFacts:
    """Return the lock; one that is not of its tool's layout is a problem and pins nothing."""
    tool = _tool(path)
    if not tool:
        return EMPTY
    if (
        tool == "julia"
        and text.strip()
        and not re.search(r"^(?:julia_version|manifest_format|\[\[)", text, re.MULTILINE)
    ):
        return EMPTY
    try:
        names = _READERS[tool](text) if text.strip() else []
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        return FileFacts(lock=LockFile(tool, 0), problems=((line, f"not a {tool} lock file"),))
    kept = tuple(dict.fromkeys(names))[:MAX_NAMES]
    has_hashes = bool(
        re.search(
            r"sha(?:1|256|384|512)[:\-=]| h1:|\"?(?:sha256|md5|checksum|integrity|Hash|git-tree-sha1)\"?\s*[:=]", text
        )
    )
    return FileFacts(lock=LockFile(tool, len(names), has_hashes and bool(names), kept))


_TABLE = re.compile(r"^\[\[?([^\[\]]+)\]\]?[ \t]*$", re.MULTILINE)
_NAME = re.compile(r'^name\s*=\s*"([^"\n]*)"', re.MULTILINE)
_OWN = re.compile(r'^source\s*=\s*\{\s*(?:virtual|editable|directory)\s*=\s*"\.{0,2}/?"', re.MULTILINE)


def _toml_packages(text: str) -> list[str]:
    """uv, poetry, pdm, cargo, PEP 751: one `[[package]]` a package; the project itself is left out."""
    headers = list(_TABLE.finditer(text))
    names = []
    for index, header in enumerate(headers):
        if header[1] not in ("package", "packages"):
            continue
        body = text[header.end() : headers[index + 1].start() if index + 1 < len(headers) else len(text)]
        name = _NAME.search(body)
        if name and not _OWN.search(body):
            names.append(name[1])
    return names


def _julia(text: str) -> list[str]:
    return re.findall(r"^\[\[(?:deps\.)?([^\[\].]+)\]\]", text, re.MULTILINE)


def _json_object(text: str) -> dict[str, Any]:
    loaded = json.loads(text.removeprefix("\ufeff"))
    if not isinstance(loaded, dict):
        raise ValueError("not an object")
    return loaded


def _keys(value: object) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _pipenv(text: str) -> list[str]:
    lock = _json_object(text)
    return [name for category in lock if category != "_meta" for name in _keys(lock[category])]


def _renv(text: str) -> list[str]:
    return _keys(_json_object(text).get("Packages"))


def _npm(text: str) -> list[str]:
    lock = _json_object(text)
    paths = [path for path in _keys(lock.get("packages")) if "node_modules/" in path]
    return [path.rsplit("node_modules/", 1)[-1] for path in paths] or _keys(lock.get("dependencies"))


def _yarn(text: str) -> list[str]:
    keys = re.findall(r'^"?((?:@[^@\s"/]++/)?[^@\s"#,:]++)@[^\n]*:[ \t]*$', text, re.MULTILINE)
    return [key for key in keys if key != "__metadata"]


def _bun(text: str) -> list[str]:
    """`bun.lock` is JSON with commas too many: one line a package, below `packages`."""
    body = text.partition('"packages"')[2]
    return re.findall(r'^[ \t]*+"((?:@[^/"\s]++/)?[^/"\s]++)": \[', body, re.MULTILINE)


def _bundler(text: str) -> list[str]:
    """`    name (1.2.3)`; what a gem needs stands deeper."""
    return re.findall(r"^ {4}([\w.-]+) \([^()\n]+\)$", text, re.MULTILINE)


def _go(text: str) -> list[str]:
    """Modules whose content is summed, each once; a sum of `/go.mod` alone says only that the module was looked at."""
    return list(dict.fromkeys(re.findall(r"^(\S+) v[^\s/]+ h1:", text, re.MULTILINE)))


def _nuget(text: str) -> list[str]:
    frameworks = _json_object(text).get("dependencies")
    return [name for one in (frameworks.values() if isinstance(frameworks, dict) else ()) for name in _keys(one)]


def _pnpm(text: str) -> list[str]:
    body = re.search(r"^packages:[ \t]*\n((?:[ \t]+[^\n]*\n?|[ \t]*\n)*)", text, re.MULTILINE)
    keys = (
        re.findall(r"^  ['\"]?/?((?:@[^@/\s]+/)?[^@/\s'\":]+)[@/][^\n]*:[ \t]*$", body[1], re.MULTILINE) if body else []
    )
    return list(keys)


def _conda_lock(text: str) -> list[str]:
    if "@EXPLICIT" in text:
        return re.findall(r"^https?://\S+/([^/\s]+?)-[^-/\s]+-[^-/\s]+?\.(?:conda|tar\.bz2)", text, re.MULTILINE)
    return re.findall(r"^[ \t]*- name:[ \t]*['\"]?([\w.-]+)", text, re.MULTILINE)


def _pixi(text: str) -> list[str]:
    """The `packages:` list; `environments:` above it only refers to it."""
    start = re.search(r"^packages:[ \t]*$", text, re.MULTILINE)
    body = text[start.end() :] if start else ""
    named = re.findall(r"^[ ]{0,2}(?:- )?[ ]*name:[ \t]*['\"]?([\w.-]+)", body, re.MULTILINE)
    items = re.findall(r"^[ ]{0,2}- (?:conda|pypi|kind):[ \t]*(\S+)", body, re.MULTILINE)
    return named if len(named) >= len(items) else [_package_of_url(item) for item in items]


def _package_of_url(url: str) -> str:
    return re.sub(r"-\d.*$", "", url.rsplit("/", 1)[-1])


def _packrat(text: str) -> list[str]:
    return re.findall(r"^Package:[ \t]*(\S+)", text, re.MULTILINE)


def _gradle(text: str) -> list[str]:
    return re.findall(r"^([\w.-]+:[\w.-]+):[^\s=]+(?:=|[ \t]*$)", text, re.MULTILINE)


_READERS: dict[str, Callable[[str], list[str]]] = {
    "uv": _toml_packages,
    "poetry": _toml_packages,
    "pdm": _toml_packages,
    "pylock": _toml_packages,
    "cargo": _toml_packages,
    "julia": _julia,
    "pipenv": _pipenv,
    "renv": _renv,
    "npm": _npm,
    "yarn": _yarn,
    "pnpm": _pnpm,
    "bun": _bun,
    "bundler": _bundler,
    "go": _go,
    "nuget": _nuget,
    "conda-lock": _conda_lock,
    "pixi": _pixi,
    "packrat": _packrat,
    "gradle": _gradle,
}
