"""R, Julia, Java, Scala, SQL and npm: declared dependencies, and calls found by a tokeniser.

The tokeniser knows strings and comments and nothing else of the language: a name before an opening parenthesis is a
call. `library(x)` and `using X` become calls named `library` and `using` with the package as argument; the definition
of a function f becomes a call named `function` with the argument `f`; Julia's `@test x` a call named `@test`; a mean of what
was predicted set against what was true a call named `~`. XML is read by patterns, never by a parser, so that entities cannot explode.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import MEASURED, SAMPLED, STOPPED, Dependency, Requirements, SourceCall
from assessor.readers.code.languages import JULIA, JVM, ONE_LINE, SLASHES, R, Tokens
from assessor.readers.code.tokens import MAX_ARGUMENTS, MAX_CALLS, calls
from assessor.readers.texts.settings import Lines, SettingsProblem, json_entries, toml_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_TEXT = 1_000_000
"""Characters of a source file that are read; a longer one is generated."""


def matches(path: str) -> bool:
    return _reader(path) is not None


def read(path: str, text: str) -> FileFacts:
    """Return the dependencies of a build file or the calls of a source file."""
    reader = _reader(path)
    if reader is None:
        return EMPTY
    if len(text) > MAX_TEXT:
        return FileFacts(problems=((1, f"longer than {MAX_TEXT} characters: not read"),))
    return reader(text.removeprefix("\ufeff").replace("\r\n", "\n"))


# --- calls --------------------------------------------------------------------------------------------------------


def _calls(text: str, tokens: Tokens, named: str) -> Iterator[SourceCall]:
    for call in calls(text, named, tokens):
        yield replace(call, name=call.name.replace(":::", "::").replace("`", ""))


def _read_r(text: str) -> FileFacts:
    plain = [*_calls(text, R, "r")]
    calls = [*plain, *_piped(text), *_defined(text, "r", _R_FUNCTION), *_measured(text, plain)]
    calls += [*_stopped(text), *_applied(plain), *_sampled(text, plain)]
    return FileFacts(source_calls=tuple(_unquoted(call) for call in sorted(calls, key=lambda call: call.line)))


def _piped(text: str) -> Iterator[SourceCall]:
    """magrittr lets a call stand without parentheses: `x %>% collect`."""
    lines = Lines(text)
    for match in re.finditer(r"%>%\s*([A-Za-z.][\w.]*(?:::[A-Za-z.][\w.]*)?)(?![\w.:(])(?![ \t]*\()", text):
        yield SourceCall("r", match[1], lines.of(match.start(1)))


_APPLYING = re.compile(
    r"(?:[\w.]{1,40}::)?(?:(?:future_|mc|pb|par)?[lsvm]?apply|parLapply|pblapply|mclapply|(?:future_)?p?map\d?(?:_\w{1,8})?|walk\d?)"
)
_FUNCTION_NAME = re.compile(r"(?:[A-Za-z.][\w.]{0,60}::)?[A-Za-z.][\w.]{0,60}")


def _applied(calls: list[SourceCall]) -> Iterator[SourceCall]:
    """`lapply(tables, fit_harbour, rounds = 3)` calls the function that it is given beside the rows, and so does
    `tables |> map(fit_harbour)`."""
    for call in calls:
        if not _APPLYING.fullmatch(call.name):
            continue
        plain = [part for part in _parts(call.arguments) if "=" not in part]
        given = plain[1:2] or plain[:1]
        if given and _FUNCTION_NAME.fullmatch(given[0]):
            yield replace(call, name=given[0])


def _parts(arguments: str) -> list[str]:
    """What commas part that stand in no bracket and no text."""
    parts, depth, quote = [""], 0, ""
    for sign in arguments:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        if sign == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


_NAMED_BEFORE = re.compile(r"(?<![\w.$])([A-Za-z.][\w.]{0,60})[ \t]*(?:<-|=)[ \t]*$")
_SAMPLES = re.compile(r"(?<![\w.$])([A-Za-z.][\w.]{0,60})\$(?:sample|optimize|variational|pathfinder|laplace)[ \t]*\(")


def _sampled(text: str, calls: list[SourceCall]) -> Iterator[SourceCall]:
    """`model <- wrapped_model("tides.stan")` and then `model$sample(data = rows)`: a fit of what is written down in Stan."""
    rows = text.split("\n")
    models = {
        found[1]
        for call in calls
        if ".stan" in call.arguments and (found := _NAMED_BEFORE.search(rows[call.line - 1].partition(call.name)[0]))
    }
    lines = Lines(text)
    for match in _SAMPLES.finditer(text) if models else ():
        line = lines.of(match.start())
        if match[1] in models and not rows[line - 1].lstrip().startswith("#"):
            yield SourceCall("r", SAMPLED, line)


_REDUCING = {"mean", "sum", "median", "norm", "mean.default", "Statistics.mean"}
_PREDICTED = re.compile(
    r"(?<![\w.$])([^\W\d][\w.]{0,60}(?:\$[\w.]{1,60})?)[ \t]*(?:<-|=)[ \t]*(?:[\w.]{1,40}::)?predict[\w.!]{0,40}[ \t]*\("
)
_AGAINST = re.compile(
    r"([^\W\d][\w.]{0,60}(?:\$[\w.]{1,60})?)[^-=!,()]{0,20}(?:-|==|!=)[ \t]*([^\W\d][\w.]{0,60}(?:\$[\w.]{1,60})?)"
)
_PREDICTED_THERE = re.compile(r"\bpredict[\w.!]{0,40}\([^()]{0,80}\)(?:\$\w{1,60})?[ \t]*\.?(?:-|==|!=)[ \t]*[^\W\d]")


def _measured(text: str, calls: list[SourceCall]) -> Iterator[SourceCall]:
    """`mean((guess - held$height)^2)` where `guess <- predict(...)`: a figure of what was predicted and what was true."""
    predicted = {match[1] for match in _PREDICTED.finditer(text)}
    for call in calls:
        if call.name in _REDUCING and _measures(call.arguments, predicted):
            yield SourceCall(call.language, MEASURED, call.line, call.arguments)


def _measures(arguments: str, predicted: set[str]) -> bool:
    """Of two sides of a difference or an equality one was predicted."""
    pairs = _AGAINST.findall(arguments) if predicted else ()
    guessed = [[name in predicted or name.partition("$")[0] in predicted for name in pair] for pair in pairs]
    return any(one != other for one, other in guessed) or _PREDICTED_THERE.search(arguments) is not None


_STOPS = re.compile(
    r"(?<![\w.#\"'])if[ \t]*\(((?:[^(){}#\n]|\([^(){}#\n]{0,80}\)){1,160})\)[ \t\n]{0,20}"
    r"(?:\{[^{}]{0,300}?(?<![\w.]))?(?:[a-z]{1,8}::)?(?:stop|cli_abort|abort|quit|q)[ \t]*\("
)


def _stopped(text: str) -> Iterator[SourceCall]:
    """`if (rmse > 140) { stop(...) }`: what ends the program, with its condition."""
    lines = Lines(text)
    for match in _STOPS.finditer(text):
        yield SourceCall("r", STOPPED, lines.of(match.start()), " ".join(match[1].split())[:MAX_ARGUMENTS])


_R_FUNCTION = re.compile(
    r"^[ \t]*([A-Za-z.][\w.]{0,80})[ \t]*(?:<-|=)[ \t]*(?:function[ \t]*\(|R6(?:::R6)?Class[ \t]*\()", re.MULTILINE
)
_JULIA_FUNCTION = re.compile(r"^[ \t]*function[ \t]+(?:\w{1,80}\.){0,5}([A-Za-z_][\w!]{0,80})[ \t]*\(", re.MULTILINE)


def _defined(text: str, language: str, pattern: re.Pattern[str]) -> Iterator[SourceCall]:
    lines = Lines(text)
    for match in pattern.finditer(text):
        yield SourceCall(language, "function", lines.of(match.start(1)), match[1])


def _unquoted(call: SourceCall) -> SourceCall:
    """`library("mlflow", quietly = TRUE)` has the argument `mlflow`."""
    if call.name not in ("library", "require", "requireNamespace", "loadNamespace", "base::library", "pacman::p_load"):
        return call
    package = re.match(r"(?:package\s*=\s*)?[\"']?([A-Za-z][\w.]*)", call.arguments)
    name = call.name if call.name == "pacman::p_load" else call.name.removeprefix("base::")
    kept = call.arguments if name == "pacman::p_load" or package is None else package[1]
    return SourceCall(call.language, name, call.line, kept)


_CHUNK = re.compile(r"^[ \t]*(?:```+|~~~+)[ \t]*\{[ \t]*+([A-Za-z]++)[^\n]*\}[ \t]*+$|^[ \t]*(?:```+|~~~+)[ \t]*$")


def _read_r_document(text: str) -> FileFacts:
    """R Markdown and Quarto: only the lines of `{r}` chunks are kept, the others are blank."""
    kept, language = [], ""
    for line in text.split("\n"):
        fence = _CHUNK.match(line)
        if fence:
            language = (fence[1] or "").lower() if not language else ""
        kept.append(line if language == "r" and not fence else "")
    return _read_r("\n".join(kept))


def _read_julia(text: str) -> FileFacts:
    code = re.sub(r"#[^\n]*", "", text)
    defined = _defined(code, "julia", _JULIA_FUNCTION)
    found = [*_calls(text, JULIA, "julia")]
    return FileFacts(source_calls=(*_using(code), *defined, *_julia_tests(code), *found, *_measured(code, found)))


def _julia_tests(text: str) -> Iterator[SourceCall]:
    lines = Lines(text)
    for match in re.finditer(r"^[ \t]*(@test\w*)[ \t(]([^\n]{0,400})", text, re.MULTILINE):
        yield SourceCall("julia", match[1], lines.of(match.start(1)), match[2].strip()[:MAX_ARGUMENTS])


def _using(text: str) -> Iterator[SourceCall]:
    """`using A, B` and `import A: f` load packages; `import .Local` does not."""
    lines = Lines(text)
    for match in re.finditer(r"^[ \t]*(using|import)[ \t]+([A-Z][^\n]{0,300})", text, re.MULTILINE):
        for package in match[2].partition(":")[0].split(","):
            name = package.strip().split(".")[0].split(" ")[0]
            if re.fullmatch(r"[A-Z]\w*", name):
                yield SourceCall("julia", match[1], lines.of(match.start(1)), name)


def _read_jvm(language: str) -> Callable[[str], FileFacts]:
    def read_source(text: str) -> FileFacts:
        lines = Lines(text)
        imports = tuple(
            SourceCall(language, "import", lines.of(match.start(1)), match[1][:MAX_ARGUMENTS])
            for match in re.finditer(
                r"^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.]{1,200}[^\s;]{0,100})", text, re.MULTILINE
            )
        )
        return FileFacts(source_calls=(*imports[:MAX_CALLS], *_calls(text, JVM, language)))

    return read_source


_SQL = re.compile(
    r"--[^\n]*|/\*(?>(?:[^*]++|\*(?!/))*)(?:\*/)?|\{#(?>(?:[^#]++|#(?!\}))*)(?:#\})?"
    r"|(?P<model>\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP\s+)?MODEL\b\s*(?:IF\s+NOT\s+EXISTS\s+)?(?P<of>[`\w.{}$-]{0,120}))"
    r"|(?P<ml>\b(?:ML|AI)\.[A-Z_]{3,40})\s*\("
    r"|\b(?P<dbt>ref|source|config)[ \t]*\((?P<args>[^()]{0,200})\)",
    re.IGNORECASE,
)


def _read_sql(text: str) -> FileFacts:
    """dbt's `ref`, `source` and `config`, and machine learning in SQL (`CREATE MODEL`, `ML.PREDICT`)."""
    lines = Lines(text)
    found = []
    for match in _SQL.finditer(text):
        line = lines.of(match.start())
        if match["model"]:
            found.append(SourceCall("sql", "CREATE MODEL", line, match["of"].strip("`")))
        elif match["ml"]:
            found.append(SourceCall("sql", match["ml"].upper(), line))
        elif match["dbt"] and "{" in text[max(0, match.start() - 200) : match.start()]:
            found.append(SourceCall("sql", match["dbt"], line, match["args"].strip()))
    return FileFacts(source_calls=tuple(found[:MAX_CALLS])) if found else EMPTY


# --- dependencies -------------------------------------------------------------------------------------------------

_DCF_GROUPS = {"Depends": "", "Imports": "", "LinkingTo": "", "Suggests": "suggests", "Enhances": "suggests"}


def _read_description(text: str) -> FileFacts:
    """R's DESCRIPTION (Debian control format): Depends, Imports, LinkingTo, Suggests."""
    found: list[Dependency] = []
    field_name, package = "", ""
    for number, line in enumerate(text.split("\n"), start=1):
        start = re.match(r"([A-Za-z@/]+):(.*)$", line)
        if start:
            field_name, content = start[1], start[2]
            package = content.strip() if field_name == "Package" else package
        else:
            content = line
        if field_name not in _DCF_GROUPS:
            continue
        for item in content.split(","):
            match = re.match(r"\s*+([A-Za-z][\w.]*+)\s*+(?:\(([^)]{0,60})\))?\s*+$", item)
            if match and match[1] != "R":
                specifier = re.sub(r"\s+", "", match[2] or "")
                found.append(Dependency(match[1], number, _pin(specifier), specifier, _DCF_GROUPS[field_name], "r"))
    if not package and not found:
        return EMPTY
    return FileFacts(requirements=Requirements(tuple(found), has_build=bool(package), name=package))


def _pin(specifier: str) -> str:
    return "exact" if specifier.startswith("==") else "range" if specifier else "none"


def _read_julia_project(text: str) -> FileFacts:
    """Julia's Project.toml: `[deps]` names packages by UUID, `[compat]` bounds their versions."""
    try:
        entries = toml_entries(text)
    except SettingsProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    compat = {entry.path[1]: entry.value for entry in entries if entry.path[0] == "compat" and len(entry.path) == 2}
    found = []
    for entry in entries:
        if len(entry.path) == 2 and entry.path[0] in ("deps", "extras", "weakdeps"):
            name = entry.path[1]
            bound = compat.get(name, "")
            pin = "exact" if bound.startswith("=") else "range" if bound else "none"
            found.append(
                Dependency(name, entry.line, pin, bound, "" if entry.path[0] == "deps" else entry.path[0], "julia")
            )
    project = next((entry.value for entry in entries if entry.path == ("name",)), "")
    if not found and not project:
        return EMPTY
    return FileFacts(requirements=Requirements(tuple(found), has_build=bool(project), name=project))


def _tag(block: str, name: str) -> str:
    match = re.search(rf"<{name}>([^<>]{{0,300}})</{name}>", block)
    return match[1].strip() if match else ""


_OF_OTHERS = ("parent", "dependencies", "build", "dependencyManagement")
"""Elements of a pom.xml that name other artifacts than its own."""


def _without_others(text: str) -> str:
    """The text without these elements, each from its first tag to the next one that ends it."""
    last_end = {name: text.rfind(f"</{name}>") for name in _OF_OTHERS}
    kept, at, inside = [], 0, ""
    for tag in re.finditer(rf"<(/?)({'|'.join(_OF_OTHERS)})>", text):
        if not inside and not tag[1] and last_end[tag[2]] > tag.start():
            kept.append(text[at : tag.start()])
            inside = tag[2]
        elif tag[1] and tag[2] == inside:
            at, inside = tag.end(), ""
    return "".join((*kept, text[at:]))


def _read_pom(text: str) -> FileFacts:
    """Maven's pom.xml by pattern: `<dependency>` blocks, with `${property}` versions filled in."""
    text = re.sub(r"<!--(?>(?:[^-]++|-(?!->))*)(?:-->)?", lambda comment: "\n" * comment[0].count("\n"), text)
    lines = Lines(text)
    properties = dict(re.findall(r"<([\w.-]{1,80})>\s*([^<>\s]{1,80})\s*</\1>", text))
    found = []
    for match in re.finditer(r"<dependency>((?:[^<]|<(?!/?dependency>)){0,4000})</dependency>", text):
        artifact = _tag(match[1], "artifactId")
        if not artifact:
            continue
        version = _tag(match[1], "version")
        version = re.sub(r"\$\{([\w.-]+)\}", lambda use: properties.get(use[1], use[0]), version)
        scope = _tag(match[1], "scope")
        group = "test" if scope == "test" else ""
        name = f"{_tag(match[1], 'groupId')}:{artifact}".strip(":")
        found.append(Dependency(name, lines.of(match.start()), _pin_of_maven(version), version, group, "java"))
    name = _tag(_without_others(text), "artifactId")
    return (
        FileFacts(requirements=Requirements(tuple(found), has_build=bool(name), name=name)) if found or name else EMPTY
    )


def _pin_of_maven(version: str) -> str:
    if not version or version in ("LATEST", "RELEASE"):
        return "none"
    return "range" if re.search(r"[\[(,+]|SNAPSHOT|\$\{|latest", version) else "exact"


_GRADLE = re.compile(
    r"^[ \t]*(\w*(?:implementation|api|compile|compileOnly|runtime|runtimeOnly|annotationProcessor|classpath))"
    r"[ \t]*+\(?[ \t]*+(?:platform[ \t]*+\([ \t]*+)?[\"']([\w.-]+):([\w.-]+)(?::([^\"'@:\s]{1,80}))?[^\"'\n]{0,80}[\"']",
    re.MULTILINE | re.IGNORECASE,
)
_SBT = re.compile(
    r"\"([\w.-]+)\"[ \t]*%{1,3}[ \t]*\"([\w.-]+)\"[ \t]*%[ \t]*(?:\"([^\"\n]{1,80})\"|(\w+))([^\n,)]{0,60})"
)


def _without_comments(text: str) -> str:
    """Blank `//` and `/* */` comments; strings stay, and so do the lines."""
    pattern = rf"({ONE_LINE})|{SLASHES}"
    return re.sub(pattern, lambda m: m[1] or "\n" * m[0].count("\n"), text)


def _read_gradle(text: str) -> FileFacts:
    text = _without_comments(text)
    lines = Lines(text)
    found = [
        Dependency(
            f"{m[2]}:{m[3]}", lines.of(m.start(1)), _pin_of_maven(m[4] or ""), m[4] or "", _is_test(m[1]), "java"
        )
        for m in _GRADLE.finditer(text)
    ]
    return FileFacts(requirements=Requirements(tuple(found), has_build=True)) if found else EMPTY


def _is_test(configuration: str) -> str:
    return "test" if "test" in configuration.lower() else ""


def _read_sbt(text: str) -> FileFacts:
    text = _without_comments(text)
    lines = Lines(text)
    values = dict(re.findall(r"\bval[ \t]+(\w+)[^=\n]{0,40}=[ \t]*\"([^\"\n]{1,80})\"", text))
    found = []
    for match in _SBT.finditer(text):
        version = match[3] or values.get(match[4], "")
        name = f"{match[1]}:{match[2]}"
        group = _is_test(match[5])
        found.append(Dependency(name, lines.of(match.start()), _pin_of_maven(version), version, group, "java"))
    return FileFacts(requirements=Requirements(tuple(found), has_build=True)) if found else EMPTY


_NPM_GROUPS = {
    "dependencies": "",
    "devDependencies": "dev",
    "peerDependencies": "peer",
    "optionalDependencies": "optional",
}


def _read_package_json(text: str) -> FileFacts:
    try:
        entries = json_entries(text)
    except SettingsProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    found = []
    for entry in entries:
        if len(entry.path) == 2 and entry.path[0] in _NPM_GROUPS:
            pin = "exact" if re.fullmatch(r"v?\d++\.\d++\.\d++[\w.+-]*+", entry.value) else "range"
            pin = "none" if entry.value in ("", "*", "latest") else pin
            found.append(
                Dependency(entry.path[1], entry.line, pin, entry.value[:100], _NPM_GROUPS[entry.path[0]], "npm")
            )
    name = next((entry.value for entry in entries if entry.path == ("name",)), "")
    return FileFacts(requirements=Requirements(tuple(found), name=name)) if found or name else EMPTY


_BY_NAME: dict[str, Callable[[str], FileFacts]] = {
    "DESCRIPTION": _read_description,
    "Project.toml": _read_julia_project,
    "JuliaProject.toml": _read_julia_project,
    "pom.xml": _read_pom,
    "build.gradle": _read_gradle,
    "build.gradle.kts": _read_gradle,
    "build.sbt": _read_sbt,
    "package.json": _read_package_json,
    ".Rprofile": _read_r,
}
_BY_SUFFIX: dict[str, Callable[[str], FileFacts]] = {
    ".r": _read_r,
    ".rmd": _read_r_document,
    ".qmd": _read_r_document,
    ".jl": _read_julia,
    ".java": _read_jvm("java"),
    ".scala": _read_jvm("scala"),
    ".kt": _read_jvm("kotlin"),
    ".sql": _read_sql,
}


def _reader(path: str) -> Callable[[str], FileFacts] | None:
    name = posixpath.basename(path)
    return _BY_NAME.get(name) or _BY_SUFFIX.get(posixpath.splitext(name)[1].lower())
