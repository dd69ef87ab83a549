"""Configuration files as flat settings with exact lines: TOML, INI, YAML and JSON.

One scalar is one setting. A table or list without content is a setting too (value empty, `[]` or `{}`), since an empty
`[mypy]` section is still a configuration. Readers that need the same text in structure call `toml_entries`,
`ini_entries` or `json_entries`. Values on lines that hold a credential are not kept.
"""

from __future__ import annotations

import bisect
import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.place import Setting
from assessor.readers.syntax import yaml_tree
from assessor.readers.syntax.toml_text import TomlProblem, load_toml
from assessor.readers.texts import secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SETTINGS = 2_000
"""Settings of one file that are kept; a configuration that a person wrote has fewer."""

MAX_TEXT = 100_000
"""Characters of a TOML, INI or YAML file that is read as configuration."""

MAX_JSON = 50_000
"""Characters of a JSON file that is read as configuration; above it JSON is data."""

HIDDEN = "(hidden)"
"""Stands for the value of a credential."""

_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One scalar with its path of keys (a list item has its index as key) and its line.

    The n-th line of an INI value (from 0) stands on line `line + n` of the file.
    """

    path: tuple[str, ...]
    value: str
    line: int


class SettingsProblem(ValueError):
    """A text that is not of its format; `line` is where the parser stopped."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"{reason} (line {line})")
        self.line = line
        self.reason = reason


_INI_NAMES = frozenset(
    {".coveragerc", ".flake8", ".pylintrc", "pylintrc", ".pydocstyle", ".isort.cfg", ".pycodestyle", ".editorconfig"}
)
_ENDINGS = (".toml", ".ini", ".cfg", ".yml", ".yaml", ".json", ".properties", *_INI_NAMES)
_YAML_NAMES = frozenset(
    {"codecov", ".codecov", ".coveralls", ".yamllint", ".golangci", ".sqlfluff", ".bandit", "bandit"}
)
_CONFIG_STEM = re.compile(
    r"(?:^|[-_.])(?:params?|parameters|hparams|hyperparams|hyper_?parameters|configs?|configuration|settings|conf|"
    r"(?:ts|js|pyright|ds)config|sweep|defaults?|values|catalog|globals|logging|credentials)(?:$|[-_.])",
    re.IGNORECASE,
)
_CONFIG_FOLDER = re.compile(
    r"^(?:\.?conf|\.?configs?|configurations?|settings|params|hparams)(?:$|[-_.])|[-_]configs?$|^(?:envs?|environments?)$",
    re.IGNORECASE,
)
_STAGE_STEM = re.compile(r"^(?:dev|development|test|qa|stag|staging|preprod|prod|production)$", re.IGNORECASE)
_JSON_NAMES = frozenset({"package.json", "renovate.json", ".eslintrc.json", "mlproject.json", "cdk.json"})
_NO_JSON = frozenset({"package-lock.json", "npm-shrinkwrap.json", "composer.lock"})


def matches(path: str) -> bool:
    """Say whether the file is configuration by its name or folder."""
    return _format(path) != ""


def _format(path: str) -> str:
    if not path.lower().endswith(_ENDINGS):
        return ""  # most paths end here, at little cost
    folder, written = posixpath.split(path)
    stem, suffix = posixpath.splitext(written)
    name, suffix = written.lower(), suffix.lower()
    if suffix == ".toml":
        return "toml"
    if suffix in (".ini", ".cfg") or name in _INI_NAMES or name == "sonar-project.properties":
        return "ini"
    if suffix in (".yml", ".yaml") and ".github/workflows" not in path:
        return "yaml" if stem.lower() in _YAML_NAMES or _is_config(folder, stem) else ""
    if suffix == ".json" and name not in _NO_JSON:
        return "json" if name in _JSON_NAMES or _is_config(folder, stem) else ""
    return ""


def _is_config(folder: str, stem: str) -> bool:
    if f"/{folder}".endswith("/.cloud/.azure"):
        return True  # parameters of the Azure ML actions
    return bool(_CONFIG_STEM.search(stem)) or bool(_STAGE_STEM.match(stem)) or _holds_configuration(folder)


@lru_cache(maxsize=4096)
def _holds_configuration(folder: str) -> bool:
    return any(_CONFIG_FOLDER.search(part) for part in folder.split("/"))


def read(path: str, text: str) -> FileFacts:
    """Return the settings of the file, at most MAX_SETTINGS; a text that is not of its format is a problem."""
    return read_as(_format(path), path, text)


def read_as(kind: str, path: str, text: str) -> FileFacts:
    """Return the settings of a text of the format `kind`: toml, ini, yaml or json; none for the empty text."""
    if not kind or (kind == "json" and len(text) > MAX_JSON):
        return EMPTY
    if len(text) > MAX_TEXT:
        return FileFacts(problems=((1, f"longer than {MAX_TEXT} characters: settings not read"),))
    try:
        entries = _entries(kind, text)
    except SettingsProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    hidden = {secret.line for secret in secrets.find(path, text)}
    return FileFacts(
        settings=tuple(
            Setting(".".join(entry.path), HIDDEN if entry.line in hidden else entry.value, entry.line)
            for entry in entries[:MAX_SETTINGS]
        )
    )


def _entries(kind: str, text: str) -> list[Entry]:
    if kind == "toml":
        return toml_entries(text)
    if kind == "ini":
        return ini_entries(text)
    if kind == "json":
        return json_entries(text)
    return yaml_entries(text)


def yaml_entries(text: str) -> list[Entry]:
    """Return the scalars of all documents; the path is one dotted key. Raises SettingsProblem."""
    try:
        documents = yaml_tree.load(text)
    except yaml_tree.YamlProblem as problem:
        raise SettingsProblem(min(problem.line, text.count("\n") + 1), problem.reason) from problem
    except UnicodeError as error:
        raise SettingsProblem(1, "not text") from error
    found: list[Entry] = []
    for document in documents:
        for key, node in document.walk(limit=10 * MAX_SETTINGS):
            is_empty = not node.entries and not node.children
            if key and node.kind == "scalar":
                found.append(Entry((key,), node.text, node.line))
            elif key and is_empty and (node.is_map or node.is_list):
                found.append(Entry((key,), "{}" if node.is_map else "[]", node.line))
    return found


class Lines:
    """Line numbers (from 1) of offsets in a text."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def of(self, offset: int) -> int:
        return bisect.bisect_right(self.starts, offset)


# --- TOML ---------------------------------------------------------------------------------------------------------


def toml_entries(text: str) -> list[Entry]:
    """Return the scalars of a TOML text in order. Raises SettingsProblem where tomllib refuses it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        load_toml(text)
    except TomlProblem as problem:
        raise SettingsProblem(problem.line, problem.reason) from problem
    return list(_TomlScanner(text).scan())


_BLANK = re.compile(r"(?>(?:[ \t\n]++|#[^\n]*+)+)")
_PART = re.compile(r'[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|\'([^\'\n]*)\'|([A-Za-z0-9_-]+))[ \t]*')
_TRIPLE = {
    '"""': re.compile(r'"""((?:[^\\"]|\\.|"(?!""))*"{0,2})"""', re.DOTALL),
    "'''": re.compile(r"'''(.*?'{0,2})'''(?!')", re.DOTALL),
}
_SINGLE = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'([^\'\n]*)\'')
_BARE = re.compile(r"[^,\]\}#\n]+")


class _TomlScanner:
    """Walks a TOML text that tomllib has accepted, so that it need not check anything."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.at = 0
        self.counts: dict[tuple[str, ...], int] = {}
        """Number of elements of each array of tables, by the resolved path of the array."""

    def scan(self) -> Iterator[Entry]:
        table: tuple[str, ...] = ()
        empty_since: Entry | None = None
        while self.blank() < len(self.text):
            start = self.at
            if self.text[self.at] == "[":
                if empty_since:
                    yield empty_since
                table = self.header()
                empty_since = Entry(table, "", self.lines.of(start))
                continue
            keys = self.key()
            self.at += 1  # the equals sign
            if not keys:
                return
            empty_since = None
            yield from self.value(table + keys, 0)
        if empty_since:
            yield empty_since

    def blank(self) -> int:
        match = _BLANK.match(self.text, self.at)
        if match:
            self.at = match.end()
        return self.at

    def key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while match := _PART.match(self.text, self.at):
            self.at = match.end()
            parts.append(next(group for group in match.groups() if group is not None))
            if self.text[self.at : self.at + 1] != ".":
                break
            self.at += 1
        return tuple(parts)

    def header(self) -> tuple[str, ...]:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        keys = self.key()
        self.at += 2 if is_array else 1
        resolved: tuple[str, ...] = ()
        for index, key in enumerate(keys):
            resolved += (key,)
            is_last = index == len(keys) - 1
            if is_array and is_last:
                self.counts[resolved] = self.counts.get(resolved, 0) + 1
            if resolved in self.counts:
                resolved += (str(self.counts[resolved] - 1),)
        return resolved

    def value(self, path: tuple[str, ...], depth: int) -> Iterator[Entry]:
        self.blank()
        line = self.lines.of(self.at)
        opening = self.text[self.at : self.at + 1]
        if opening in ("[", "{") and opening and depth < _DEPTH:
            yield from self.collection(path, line, depth, "]" if opening == "[" else "}")
        else:
            yield Entry(path, self.scalar(), line)

    def collection(self, path: tuple[str, ...], line: int, depth: int, closing: str) -> Iterator[Entry]:
        self.at += 1
        count = 0
        while self.blank() < len(self.text) and self.text[self.at] != closing:
            keys: tuple[str, ...] = (str(count),)
            if closing == "}":
                keys = self.key()
                self.at += 1
            count += 1
            yield from self.value(path + keys, depth + 1)
            self.blank()
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
        self.at += 1
        if not count:
            yield Entry(path, "[]" if closing == "]" else "{}", line)

    def scalar(self) -> str:
        triple = _TRIPLE.get(self.text[self.at : self.at + 3])
        match = triple.match(self.text, self.at) if triple else _SINGLE.match(self.text, self.at)
        if match is None:
            match = _BARE.match(self.text, self.at)
            self.at = match.end() if match else self.at + 1
            return match[0].strip() if match else ""
        self.at = match.end()
        inner = next(group for group in match.groups() if group is not None)
        return _unescape(match[0], inner) if "\\" in inner and match[0][0] == '"' else inner.removeprefix("\n")


def _unescape(written: str, inner: str) -> str:
    try:
        return str(load_toml(f"x = {written}")["x"])
    except (ValueError, RecursionError):
        return inner


# --- INI ----------------------------------------------------------------------------------------------------------

_SECTION = re.compile(r"\s*\[([^\]]*)\]")
_OPTION = re.compile(r"([^=:]++)[=:](.*)$")


def ini_entries(text: str) -> list[Entry]:
    """Return the options of an INI text by configparser's rules: deeper lines go on with the value above them.

    A comment or blank line inside a value becomes an empty line of it, so that lines can be counted.
    """
    found: list[Entry] = []
    section: tuple[str, ...] = ()
    indent_of_option = -1
    is_empty: Entry | None = None
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = raw.rstrip()
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        if not stripped or stripped[0] in "#;":
            continue
        if indent_of_option >= 0 and indent > indent_of_option:
            found[-1] = _continued(found[-1], stripped, number)
        elif header := _SECTION.match(line):
            if is_empty:
                found.append(is_empty)
            section, indent_of_option = (_unquoted(header[1].strip()),), -1
            is_empty = Entry(section, "", number)
        else:
            option = _OPTION.match(stripped)
            key, value = (option[1], option[2].strip()) if option else (stripped, "")
            found.append(Entry((*section, key.strip().strip("'\" ")), value, number))
            indent_of_option, is_empty = indent, None
    return [*found, is_empty] if is_empty else found


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _continued(entry: Entry, addition: str, number: int) -> Entry:
    missing = number - entry.line - entry.value.count("\n")
    if len(entry.value) > MAX_TEXT or missing > 1_000:
        return entry
    return Entry(entry.path, entry.value + "\n" * missing + addition, entry.line)


# --- JSON ---------------------------------------------------------------------------------------------------------

_JSON_TOKEN = re.compile(
    r"[ \t\r\n\ufeff]+|//[^\n]*|/\*(?>(?:[^*]++|\*(?!/))*)\*/"
    r"|(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|([{}\[\],:])|([^\s{}\[\],:\"']+)"
)


@dataclass(slots=True)
class _Frame:
    """An open object or list: its path, where it began, the pending key and the number of members so far."""

    path: tuple[str, ...]
    line: int
    is_list: bool
    key: str = ""
    has_colon: bool = False
    count: int = 0

    def child(self) -> tuple[str, ...]:
        return (*self.path, str(self.count) if self.is_list else self.key)


def json_entries(text: str) -> list[Entry]:
    """Return the scalars of a JSON text, also with comments, trailing commas and bare keys (JSONC, JSON5).

    Raises SettingsProblem where brackets do not close or a character fits nowhere.
    """
    lines = Lines(text)
    stack: list[_Frame] = []
    found: list[Entry] = []
    at = 0
    while at < len(text):
        match = _JSON_TOKEN.match(text, at)
        if match is None:
            raise SettingsProblem(lines.of(at), "not JSON: unexpected character")
        quoted, mark, bare = match.groups()
        line = lines.of(at)
        at = match.end()
        if quoted is None and mark is None and bare is None:
            continue
        if mark:
            _take_mark(mark, line, stack, found)
        else:
            _take_scalar(quoted[1:-1].replace('\\"', '"') if quoted else bare, line, stack, found)
    if stack:
        raise SettingsProblem(stack[-1].line, "not JSON: bracket is never closed")
    return found


def _take_mark(mark: str, line: int, stack: list[_Frame], found: list[Entry]) -> None:
    if mark in "{[":
        if len(stack) > _DEPTH:
            raise SettingsProblem(line, f"nested deeper than {_DEPTH} levels")
        path = stack[-1].child() if stack else ()
        stack.append(_Frame(path, line, is_list=mark == "["))
    elif mark in "}]":
        if not stack or stack[-1].is_list != (mark == "]"):
            raise SettingsProblem(line, f"not JSON: unexpected {mark}")
        closed = stack.pop()
        if not closed.count and closed.path:
            found.append(Entry(closed.path, "[]" if closed.is_list else "{}", closed.line))
        _count_member(stack)
    elif mark == ":" and stack:
        stack[-1].has_colon = True


def _take_scalar(value: str, line: int, stack: list[_Frame], found: list[Entry]) -> None:
    if stack and not stack[-1].is_list and not stack[-1].has_colon:
        stack[-1].key = value
        return
    if stack:
        found.append(Entry(stack[-1].child(), value, line))
    _count_member(stack)


def _count_member(stack: list[_Frame]) -> None:
    if stack:
        stack[-1].count += 1
        stack[-1].has_colon = False
