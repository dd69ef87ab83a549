"""Prose and the files about it: READMEs, changelogs, licences, cards, owners, docs sites, dependency-update bots.

A document that is empty says nothing and gives no fact (except a README, whose emptiness is a finding). Model and data
cards are known by name, by folder, or by the front matter that the Hugging Face hub defines for them.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Document
from assessor.readers.syntax import yaml_tree
from assessor.readers.texts.settings import Entry, SettingsProblem, json_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.readers.syntax.yaml_tree import Node

MAX_LINES = 2_000
"""Text lines of one document that are kept."""

MAX_COMMANDS = 500
"""Lines of fenced code of one document that are kept."""

MAX_LINE = 1_000
"""Characters of one text line that are kept."""

MAX_TEXT = 1_000_000
"""Characters of a document that are read."""

MIN_DATA_WORDS = 40
"""Words that a page in a data folder needs to document data; shorter ones say what the folder is for."""

MIN_LICENCE_WORDS = 6
"""Words by which a file names a licence and who gives it: `MIT License, Copyright (c) 2024 NAME`."""

_KEEPS_LINES = frozenset({"model_card", "data_card", "readme", "doc"})
_PROSE = frozenset({"", ".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc", ".rmd", ".qmd", ".html"})
_MARKUP = frozenset({".md", ".markdown", ".mdx", ".rst", ".adoc", ".qmd", ".rmd"})

_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("license", r"^(?:licen[cs]es?|copying|unlicense|eula|copyright)(?:[-_.].*)?$"),
        ("changelog", r"^(?:change[-_ ]?logs?|changes|history|news|releases?|release[-_ ]?notes)$"),
        ("contributing", r"^(?:contributing|contributions?|contribute|how[-_ ]to[-_ ]contribute)(?:[-_.].*)?$"),
        ("security", r"^security$"),
        ("maintainers", r"^(?:maintainers|owners|governance)$"),
        ("pr_template", r"^(?:pull|merge)[-_]request[-_]template.*$"),
        ("model_card", r"^(?:.*[-_. ])?(?:model[-_ ]?cards?|model[-_ ]?facts|model[-_ ]?documentation)(?:[-_. ].*)?$"),
        (
            "data_card",
            r"^(?:.*[-_. ])?(?:data[-_ ]?sheets?(?:[-_ ]for[-_ ]datasets?)?|data(?:set)?[-_ ]?cards?|"
            r"data(?:[-_ ]?sets?)?[-_ ]?dict(?:ionar(?:y|ies))?|code[-_ ]?book|data(?:set)?[-_ ]?(?:description|documentation|statement))"
            r"(?:[-_. ].*)?$",
        ),
        ("readme", r"^readme(?:[-_.].*)?$"),
    )
)
_DATA_PAGE = re.compile(
    r"^data(?:[-_ ]?sets?)?(?:[-_ ]?(?:overview|sources?|schema|fields|features|columns))?$", re.IGNORECASE
)
_DATA_FOLDER = re.compile(
    r"^(?:(?:raw|input|training)[-_]?)?data(?:sets?)?(?:[-_]?(?:raw|card|cards|docs))?$", re.IGNORECASE
)
_DICTIONARY = re.compile(
    r"^(?:.*[-_. ])?(?:data(?:[-_ ]?sets?)?[-_ ]?dict(?:ionar(?:y|ies))?|code[-_ ]?book|data[-_ ]?sheet)$",
    re.IGNORECASE,
)
_DATA_METADATA = frozenset({"croissant.json", "datapackage.json", "dataset_infos.json", "dataset_info.json"})
_SOURCES = (".py", ".go", ".ts", ".tsx", ".js", ".java", ".proto", ".sh", ".ipynb")
_TELLING_SOURCES = ("conf.py", "docusaurus.", "licen", "copying", "codeowners")
"""Beginnings of the names of source files that are documents all the same."""
_CODE_FOLDERS = frozenset({"src", "lib", "test", "tests", "app", "packages", "site-packages", "node_modules"})
_SITES = re.compile(
    r"^(?:mkdocs\.ya?ml|docusaurus\.config\.[cm]?[jt]s|_quarto\.yml|book\.toml|_bookdown\.yml|_pkgdown\.yml|antora\.yml|myst\.yml|"
    r"\.vitepress|_toc\.yml|zensical\.toml|\.?readthedocs\.ya?ml)$",
    re.IGNORECASE,
)
_BOTS = re.compile(
    r"^(?:\.github/dependabot\.ya?ml|(?:\.github/|\.gitlab/)?(?:renovate\.json5?|\.renovaterc(?:\.json5?)?)|\.pyup\.ya?ml)$"
)


def matches(path: str) -> bool:
    return _kind(path) != ""


def _kind(path: str) -> str:
    if path.endswith(_SOURCES) and not path.rpartition("/")[2].lower().startswith(_TELLING_SOURCES):
        return ""  # most paths end here, at little cost
    folder, name = posixpath.split(path)
    stem, suffix = posixpath.splitext(name)
    suffix = suffix.lower()
    if name == "CODEOWNERS":
        return "codeowners" if folder in ("", "docs", ".github", ".gitlab", ".bitbucket") else ""
    if _BOTS.match(path):
        return "dependency_updates"
    if _SITES.match(name) or (name == "conf.py" and _is_of_docs(folder)):
        return "docs_site"
    if suffix == ".md" and _REQUEST_TEMPLATES.fullmatch(posixpath.basename(folder)):
        return "pr_template"
    if name.lower() in _DATA_METADATA or (suffix in _TABLES and _is_named_dictionary(stem)):
        return "data_card"
    if suffix == ".rd" and posixpath.basename(folder) == "man":
        return "r_help"
    return _prose_kind(folder, stem, suffix) if suffix in _PROSE or _looks_bare(name, suffix) else ""


_REQUEST_TEMPLATES = re.compile(r"pull_request_template|merge_request_templates", re.IGNORECASE)
_TABLES = frozenset({".csv", ".tsv", ".json", ".yml", ".yaml"})
"""A data dictionary is often a table: data_dictionary.csv, codebook.yaml."""


def _looks_bare(name: str, suffix: str) -> bool:
    """`LICENSE.Apache-2` and `COPYING.LESSER` have no suffix but a name."""
    bare = name.startswith(("LICENSE", "LICENCE", "COPYING")) and name[7:8] in ("-", ".")
    return bare and suffix not in (".py", ".js", ".json", ".yml")


@lru_cache(maxsize=4096)
def _is_of_docs(folder: str) -> bool:
    return any(_DOCS_FOLDER.fullmatch(part) for part in folder.split("/"))


_DOCS_FOLDER = re.compile(r"docs?|documentation|sphinx|source", re.IGNORECASE)


def _is_named_dictionary(stem: str) -> bool:
    words = re.sub(r"(?<=[A-Za-z])(?=[A-Z][a-z])", "_", stem)
    return bool(_DICTIONARY.match(words))


def is_dictionary_sheet(path: str) -> bool:
    """A data dictionary as a spreadsheet, whose content is not read."""
    stem, suffix = posixpath.splitext(posixpath.basename(path))
    return suffix.lower() in (".xlsx", ".xls", ".ods") and _is_named_dictionary(stem)


def _prose_kind(folder: str, stem: str, suffix: str) -> str:
    folders = folder.lower().split("/") if folder else []
    if ".github" in folders and "issue_template" in folders:
        return ""
    in_data = any(_DATA_FOLDER.match(part) for part in folders) and not _CODE_FOLDERS.intersection(folders)
    kind = next((kind for kind, pattern in _NAMES if pattern.match(stem)), "")
    if kind in ("model_card", "data_card"):
        return kind if suffix in _PROSE - {""} else ""
    if kind == "readme" and in_data and suffix in _PROSE:
        return "data_card"
    if suffix in _MARKUP and (in_data or (_DATA_PAGE.match(stem) and (not folders or _is_of_docs(folder)))):
        return "data_card" if kind in ("", "readme") else kind
    if suffix in _MARKUP and "model_cards" in folders:
        return "model_card"
    return kind if kind and suffix != ".html" else "doc" if suffix in _MARKUP else ""


def read(path: str, text: str) -> FileFacts:
    """Return the document, or nothing where it has no real content (or, for a bot, is not active)."""
    kind = _kind(path)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")[:MAX_TEXT]
    if kind == "dependency_updates":
        return _read_bot(path, text)
    if kind == "docs_site":
        return FileFacts(document=Document(kind, title=path.rsplit("/", 1)[-1])) if _is_site(path, text) else EMPTY
    if kind == "codeowners":
        rules = re.findall(r"^[ \t]*+[^#\s]\S*+[ \t]++[^#\n]*@", text, re.MULTILINE)
        return FileFacts(document=Document(kind, words=len(rules))) if rules else EMPTY
    if not kind or "\0" in text[:1_000]:
        return EMPTY
    if kind == "r_help":  # of R's help pages only those of data sets are documents of the project
        return FileFacts(document=_prose("data_card", text, 0)) if "\\docType{data}" in text else EMPTY
    front, body = _front_matter(text)
    document = _prose(front.kind or kind, text, body)
    if kind == "data_card" and not front.kind and document.words < MIN_DATA_WORDS and not names_data(path):
        document = replace(document, kind="readme" if "readme" in path.rsplit("/", 1)[-1].lower() else "doc")
    document = replace(document, title=document.title or front.title)
    return FileFacts(document=document) if _has_content(document, text) else EMPTY


def names_data(path: str) -> bool:
    """The name itself promises a data card, whatever its folder."""
    name = posixpath.basename(path)
    is_card = next(pattern for kind, pattern in _NAMES if kind == "data_card").match(posixpath.splitext(name)[0])
    return bool(is_card) or name.lower() in _DATA_METADATA


_VERSION = re.compile(
    r"^\W{0,6}(?:version |release |v)?\d+\.\d+|^#{1,4} [^\n]{0,60}?\d+\.\d+|\d{4}-\d{2}-\d{2}|unreleased",
    re.IGNORECASE | re.MULTILINE,
)
"""What each entry of a kept changelog names: a version, a date, or what is not released yet."""


_TERMS = re.compile(
    r"licen[cs]|copyright|copyleft|rights reserved|permission|warrant|public domain|creative commons|you are free to|"
    r"free of charge|mozilla public|\bapache\b|\b[al]?gpl\b|\bcc[- ](?:by|0)",
    re.IGNORECASE,
)
"""What every text of a licence says, or a name of a licence."""


def _has_content(document: Document, text: str) -> bool:
    if document.kind == "readme":
        return True
    if document.kind == "license":
        return document.words >= MIN_LICENCE_WORDS and bool(_TERMS.search(text))
    if document.kind == "changelog":
        return document.words > 0 and bool(_VERSION.search(text))
    return document.words > 0


# --- prose --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Prose:
    title: str = ""
    headings: list[tuple[str, int]] = field(default_factory=list)
    words: int = 0
    code_blocks: int = 0
    lines: list[tuple[str, int]] = field(default_factory=list)
    commands: list[tuple[str, int]] = field(default_factory=list)

    def fenced(self, line: str, number: int) -> None:
        words = line.strip().removeprefix("$ ").lstrip()
        if words and len(self.commands) < MAX_COMMANDS:
            self.commands.append((words[:MAX_LINE], number))

    def heading(self, text: str, line: int) -> None:
        if text:
            self.title = self.title or text
            self.headings.append((text, line))


def _prose(kind: str, text: str, first: int) -> Document:
    """Read Markdown or reStructuredText from line `first` (from 0) on: headings, words and lines outside code."""
    prose = _Prose()
    lines = text.split("\n")
    for number, line, follower in _outside_code(lines, first, prose):
        stripped = line.strip()
        heading = _HEADING.match(stripped) if stripped[0] in "#=" else None
        html = _HTML_HEADING.match(stripped) if stripped[0] == "<" else None
        if stripped.startswith(_STATEMENTS):
            continue
        if heading or html:
            found = heading[1].rstrip(" \t#") if heading else html[1] if html else ""
            prose.heading(_plain(found), number)
        elif _is_underline(follower, stripped):
            prose.heading(_plain(stripped), number)
        elif _is_underline(stripped, stripped):
            continue
        is_mixed = "<" in stripped or "://" in stripped or "![" in stripped
        prose.words += len(_WORD.findall(_NO_WORDS.sub(" ", stripped) if is_mixed else stripped))
        if kind in _KEEPS_LINES and len(prose.lines) < MAX_LINES:
            prose.lines.append((stripped[:MAX_LINE], number))
    headings, commands = tuple(prose.headings[:MAX_LINES]), tuple(prose.commands if kind == "readme" else ())
    return Document(kind, prose.title, headings, prose.words, prose.code_blocks, tuple(prose.lines), commands)


_STATEMENTS = (":::", "{%", "{{")
"""Directives of mkdocstrings, whose prose is in the code, and statements of a template, which somebody fills in later."""
_HEADING = re.compile(r"(?:#{1,6}|={1,6})[ \t]++(.*)")
_HTML_HEADING = re.compile(r"<h[1-6][^<>]{0,200}>(.{0,300}?)</h[1-6]>", re.IGNORECASE)
_WORD = re.compile(r"\w{2,}")
_NO_WORDS = re.compile(r"https?://\S+|<[^<>]{0,500}>|!\[[^\]]{0,200}\]\([^)]{0,500}\)")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_DIRECTIVE = re.compile(r"[ \t]*\.\. (?:code-block|code|sourcecode|parsed-literal)::")


def _plain(text: str) -> str:
    """Drop links, images, tags and emphasis of a heading."""
    text = re.sub(r"!?\[([^\]]{0,200})\]\([^)]{0,500}\)|<[^<>]{0,200}>", r"\1", text[:MAX_LINE])
    return re.sub(r"[*`]{1,3}|\\(?=_)|^_{1,2}|_{1,2}$", "", text.strip()).strip()


def _is_underline(line: str, above: str) -> bool:
    """A setext or reStructuredText underline: one punctuation mark, three times or more, about as long as the text."""
    line = line.strip()
    return (
        len(line) >= 3
        and line[0] in "=-~^*+#\"'`:."
        and len(set(line)) == 1
        and bool(above)
        and len(line) >= min(len(above), 20) - 2
    )


_CODE_INDENT = 4
"""Spaces by which Markdown's indented code stands in (https://spec.commonmark.org/0.31.2/#indented-code-blocks)."""
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")


def _begins_code(lines: list[str], index: int) -> bool:
    """A line that stands in begins a block of code behind an empty line, where the text before that is no list."""
    if index == 0 or lines[index - 1].strip():
        return False
    before = next((line for line in reversed(lines[max(0, index - _CODE_INDENT) : index]) if line.strip()), "")
    return not before[:1].isspace() and not _ITEM.match(before[:MAX_LINE])


def _outside_code(lines: list[str], first: int, prose: _Prose) -> Iterator[tuple[int, str, str]]:
    """Yield (line number, line, next line) of the non-empty lines outside fences, directives and comments."""
    fence, directive, in_comment = "", -1, False
    for index in range(first, len(lines)):
        line = lines[index][: 4 * MAX_LINE]
        indent = len(line) - len(line.lstrip())
        marker = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            if marker and marker[1].startswith(fence):
                fence = ""
            else:
                prose.fenced(line, index + 1)
            continue
        if in_comment or line.lstrip().startswith("<!--"):
            in_comment = "-->" not in line
            continue
        if marker:
            fence = marker[1]
            prose.code_blocks += 1
            continue
        if directive >= 0 and (indent > directive or not line.strip()):
            continue
        directive = -1
        if indent >= _CODE_INDENT and line.strip() and _begins_code(lines, index):
            prose.code_blocks += 1
        if "::" in line and (_DIRECTIVE.match(line) or line.rstrip().endswith(" ::")):
            directive = indent
            prose.code_blocks += 1
            continue
        if line.strip():
            follower = lines[index + 1] if index + 1 < len(lines) else ""
            yield index + 1, line, follower[:200]


# --- front matter -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _FrontMatter:
    """What the `---` block says: the kind of card, where it makes the document one, and the title."""

    kind: str = ""
    title: str = ""


_MODEL_KEYS = frozenset({"pipeline_tag", "model-index", "library_name", "base_model", "model_name", "inference"})
_DATA_KEYS = frozenset(
    {"dataset_info", "task_categories", "size_categories", "annotations_creators", "pretty_name", "configs"}
)


def _kind_of_card(keys: set[str]) -> str:
    if "sdk" in keys:
        return ""
    if keys & _DATA_KEYS and keys & {"license", "dataset_info", "task_categories", "size_categories"}:
        return "data_card"
    is_model = keys & _MODEL_KEYS and keys & {"license", "tags", "model-index", "pipeline_tag", "language"}
    is_tagged = {"license", "tags"} <= keys and keys & {"metrics", "datasets", "widget"}
    return "model_card" if is_model or is_tagged else ""


def _front_matter(text: str) -> tuple[_FrontMatter, int]:
    """Return what the front matter says and the number of its lines.

    Keys: https://huggingface.co/docs/hub/model-cards and …/datasets-cards; `sdk` marks a Space, which is an app.
    """
    block = re.match(r"---[ \t]*\n(.{0,20000}?)\n---[ \t]*(?:\n|$)", text, re.DOTALL)
    if block is None:
        return _FrontMatter(), 0
    try:
        root = yaml_tree.load_one(block[1])
    except (yaml_tree.YamlProblem, UnicodeError):
        return _FrontMatter(), 0
    keys = set(root.texts()) if root.is_map else set()
    kind = _kind_of_card(keys)
    return _FrontMatter(kind, root.get("title").text), block[0].rstrip("\n").count("\n") + 1


# --- docs sites and bots ------------------------------------------------------------------------------------------


def _is_site(path: str, text: str) -> bool:
    """A configuration with content; conf.py must be Sphinx's, Quarto's project a website or book."""
    name = path.rsplit("/", 1)[-1].lower()
    if name == "conf.py":
        return bool(re.search(r"^(?:extensions|html_theme|master_doc|project)\s*=", text, re.MULTILINE))
    if name == "_quarto.yml":
        return bool(
            re.search(r"^[ \t]+type:[ \t]*['\"]?(?:website|book|manuscript)|^(?:website|book):", text, re.MULTILINE)
        )
    return bool(re.search(r"^[ \t]*[^#\s/]", text, re.MULTILINE))


def _read_bot(path: str, text: str) -> FileFacts:
    is_json = "renovate" in path
    try:
        is_active = _renovates(json_entries(text)) if is_json else _updates(path, yaml_tree.load_one(text))
    except (SettingsProblem, yaml_tree.YamlProblem) as problem:
        return FileFacts(problems=((min(problem.line, text.count("\n") + 1), problem.reason),))
    except UnicodeError:
        return FileFacts(problems=((1, "not text"),))
    return FileFacts(document=Document("dependency_updates", title=path.rsplit("/", 1)[-1])) if is_active else EMPTY


def _renovates(entries: list[Entry]) -> bool:
    """Renovate proposes updates unless it is switched off as a whole."""
    return bool(entries) and not any(entry.path == ("enabled",) and entry.value == "false" for entry in entries)


def _updates(path: str, root: Node) -> bool:
    """Dependabot: an `updates` entry with an ecosystem and an interval, without which it is refused, that may open pull
    requests. pyup: not `update: false`."""
    if "pyup" in path:
        return bool(root) and root.get("update").text.lower() not in ("false", "none", "no")
    return any(
        entry.get("package-ecosystem").text
        and entry.get("schedule").get("interval").text
        and entry.get("open-pull-requests-limit").text != "0"
        for entry in root.get("updates").each()
    )
