"""Shell texts that stand in CI definitions: several pieces make one script, and every command keeps its own line.

A CI job's shell is one process: a `cd` or `set +e` of one list item holds for the next. So the pieces are parsed as one
text and the commands handed back piece by piece. What a CI server replaces before the shell starts (`${{ … }}`,
`$(name)`, `<< … >>`) is the provider's reader's business; it must keep the number of lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from assessor.facts.commands import Command
from assessor.readers.syntax.shell import parse
from assessor.readers.syntax.yaml_tree import MAX_NODES, Node, YamlProblem, load

EVERY_NAME = frozenset(["/.*/", "/^.*$/", "/^.*/", "/.+/", "/.*$/"])
"""Regular expressions of branch filters that every name meets."""

MAX_SCRIPT = 20_000
"""Characters of a script that `Step.script` keeps."""

MAX_READ = 1_000_000
"""Characters of scripts that are parsed for one file; templates can repeat one script any number of times."""

_MAX_PIECES = 2_000
_MAX_EXPANDED = 2_000_000
_LITERAL_HEADER = re.compile(r"\|[-+0-9]*\s*(?:#.*)?$")
_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ash", "ksh"})
_POWERSHELLS = frozenset({"pwsh", "powershell"})


def load_bounded(text: str) -> tuple[Node, ...]:
    """Load a YAML text whose aliases do not make it more than two million characters, so that every walk of it ends.

    Raises YamlProblem.
    """
    documents = load(text)
    if "*" not in text and len(text) + MAX_NODES < _MAX_EXPANDED:
        return documents  # no alias
    sizes: dict[int, int] = {}
    if sum(_expanded(document, sizes) for document in documents) > _MAX_EXPANDED:
        raise YamlProblem(1, "its aliases expand to more than can be read")
    return documents


def _expanded(node: Node, sizes: dict[int, int]) -> int:
    """Characters and nodes of a tree in which every alias is written out; each node is counted once."""
    if id(node) not in sizes:
        below = [*node.children, *(each for pair in node.entries for each in pair)]
        sizes[id(node)] = 1 + len(node.text) + sum(_expanded(each, sizes) for each in below)
    return sizes[id(node)]


class Allowance:
    """How many characters of scripts may still be parsed for one file."""

    def __init__(self) -> None:
        self.left = MAX_READ

    def take(self, parts: Sequence[Piece]) -> list[Piece]:
        """The pieces, or none of them once the allowance is used up."""
        return list(parts) if self.spend(sum(len(part.text) + 1 for part in parts)) else []

    def spend(self, size: int) -> bool:
        self.left -= size
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a script: its text and, for each line of it, the line of the file."""

    text: str
    lines: tuple[int, ...]

    def replaced(self, change: Callable[[str], str]) -> Piece:
        """The piece with its text changed; `change` keeps the number of lines."""
        return Piece(change(self.text), self.lines)


def piece(node: Node, source: Sequence[str]) -> Piece:
    """Make a piece of a YAML scalar; `source` are the lines of the file, which tell `|` from `>`."""
    text = node.text
    count = text.count("\n") + 1
    if not node.block:
        return Piece(text, (node.line,) * count)
    header = source[node.line - 1] if node.line <= len(source) else ""
    if _LITERAL_HEADER.search(header):
        return Piece(text, tuple(range(node.text_line, node.text_line + count)))
    return Piece(text, tuple(_folded_lines(text.split("\n"), node.text_line, source)))


def pieces(node: Node, source: Sequence[str]) -> list[Piece]:
    """The pieces of a script given as a scalar, a list of scalars or nested lists of them (GitLab allows these)."""
    found: list[Piece] = []
    waiting = [node]
    while waiting and len(found) < _MAX_PIECES:
        current = waiting.pop()
        if current.is_list:
            waiting += reversed(current.children[:_MAX_PIECES])
        elif current.kind == "scalar" and not current.is_null:
            found.append(piece(current, source))
    return found


def _folded_lines(texts: Iterable[str], first: int, source: Sequence[str]) -> Iterable[int]:
    """Lines of a `>` scalar: a line of the text has the words of one or more lines of the file."""
    at = first
    for text in texts:
        wanted = len(text.split())
        while wanted and at <= len(source) and not source[at - 1].strip():
            at += 1
        yield at
        while wanted > 0 and at <= len(source):
            wanted -= len(source[at - 1].split())
            at += 1


def commands(parts: Sequence[Piece], stops_on_error: bool = True, pipefail: bool = False) -> list[tuple[Command, ...]]:
    """Parse the pieces as one script; return the commands of each piece, with the lines of the file."""
    head = "set -o pipefail\n" if pipefail else ""
    script = parse(head + "\n".join(part.text for part in parts), 0 if head else 1, stops_on_error)
    starts: list[int] = []
    lines: list[int] = []
    for part in parts:
        starts.append(len(lines) + 1)
        lines += part.lines
    found: list[list[Command]] = [[] for _ in parts]
    for command in script.commands:
        if 1 <= command.line <= len(lines):
            found[bisect_right(starts, command.line) - 1].append(replace(command, line=lines[command.line - 1]))
    return [tuple(each) for each in found]


def one_script(parts: Sequence[Piece], stops_on_error: bool = True, pipefail: bool = False) -> tuple[Command, ...]:
    """Parse the pieces as one script; return all commands."""
    return tuple(command for each in commands(parts, stops_on_error, pipefail) for command in each)


def script_text(parts: Iterable[Piece]) -> str:
    return "\n".join(part.text for part in parts)[:MAX_SCRIPT]


_WINDOWS_VARIABLE = re.compile(r"%(\w+)%|\$env:(\w+)", re.IGNORECASE)


def _of_windows(text: str) -> str:
    """`%NAME%` of the command shell and `$env:NAME` of PowerShell as other shells write them."""
    return _WINDOWS_VARIABLE.sub(lambda found: f"${{{found[1] or found[2]}}}", text)


def in_shell(part: Piece, shell: str) -> tuple[Command, ...]:
    """Parse a script for a shell given as CI settings write it: `bash -el {0}`, `pwsh`, `python`, `Rscript {0}`.

    A program that is no shell gets the whole text as one argument: `python -c TEXT`.
    """
    words = shell.split() or ["bash", "-e"]
    program = words[0].rsplit("/", 1)[-1].removesuffix(".exe")
    if program in _SHELLS and any(re.fullmatch(r"-[a-z]*n[a-z]*", word) for word in words[1:]):
        return ()  # it reads the script and runs nothing
    if program in _SHELLS:
        stops = any(re.fullmatch(r"-[a-z]*e[a-z]*", word) for word in words[1:]) or "errexit" in words
        return one_script([part], stops, "pipefail" in words)
    if program in _POWERSHELLS or program == "cmd":
        return one_script([part.replaced(_of_windows)], program in _POWERSHELLS)
    flag = "-c" if program.startswith("python") else "-e"
    return (Command((program, flag, part.text), part.lines[0]),)


def container(
    words: Sequence[Node], source: Sequence[str], change: Callable[[str], str] = lambda text: text
) -> tuple[Command, ...]:
    """The commands of a container's entry point and arguments: `bash -c TEXT` is a shell text, the rest one command.

    `change` fills in the parameters of the provider; it keeps the number of lines.
    """
    if not words:
        return ()
    flag = next((i for i, word in enumerate(words) if i and re.fullmatch(r"-[a-z]*c[a-z]*", word.text)), 0)
    if words[0].text.rsplit("/", 1)[-1] in _SHELLS and 0 < flag < len(words) - 1:
        options = [word.text for word in words[1 : flag + 1] if word.text.startswith(("-", "pipefail"))]
        return in_shell(piece(words[flag + 1], source).replaced(change), " ".join(["bash", *options]))
    return (Command(tuple(change(word.text) for word in words), words[0].line),)


_ENTRY_POINTS = {
    "kubectl": "kubectl", "helm": "helm", "kustomize": "kustomize", "terraform": "terraform", "opentofu": "tofu",
    "aws-cli": "aws", "executor": "/kaniko/executor", "kaniko": "/kaniko/executor", "trivy": "trivy", "grype": "grype",
    "gitleaks": "gitleaks", "semgrep": "semgrep", "hadolint": "hadolint", "skopeo": "skopeo", "crane": "crane",
    "curl": "curl", "yq": "yq", "buildctl": "buildctl", "gcloud": "gcloud", "gsutil": "gsutil", "bq": "bq", "docker": "docker",
    "git": "git", "gke-deploy": "gke-deploy", "npm": "npm", "yarn": "yarn", "maven": "mvn", "mvn": "mvn", "gradle": "gradle",
    "bazel": "bazel", "go": "go", "argocd": "argocd", "pack": "pack", "wget": "wget", "dvc": "dvc", "promtool": "promtool",
}  # fmt: skip
"""The program that an image of this last name starts with its arguments, by the entry points of the published images."""


def entry_point(image: str, first: str) -> str:
    """The program that a container of an image starts where it is given arguments only, of which `first` is the first.
    Empty where that is itself the program: images of languages and systems have no entry point of their own."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    program = _ENTRY_POINTS.get(name, "")
    if not program and first.startswith("-"):
        return name  # an option is no program
    return "" if first in (program, name) or first.rpartition("/")[2] in _SHELLS else program


_VALUED = frozenset({"-b", "--branch", "--depth", "-o", "--origin", "-c", "--config", "--reference", "-j", "--jobs"})
"""Options of `git clone` that take the next word."""


def cloned_folder(command: Command) -> str | None:
    """The folder that `git clone` makes, empty where only the server knows it; None for any other command."""
    words = [word for word in command.argv if word]
    if words[:1] != ["git"] or "clone" not in words:
        return None
    plain, skips = list[str](), False
    for word in words[words.index("clone") + 1 :]:
        if word.startswith("-"):
            skips = word in _VALUED
        elif skips:
            skips = False
        else:
            plain.append(word)
    if len(plain) > 1:
        return plain[1].removeprefix("./").strip("/")
    name = plain[0].rstrip("/").rpartition("/")[2].removesuffix(".git") if plain else ""
    return "" if "$" in name else name


def in_clone(folder: str, clone: str | None) -> str:
    """A folder as this repository has it, where `clone` is the folder into which it was cloned before: its root."""
    first, _, rest = folder.removeprefix("./").strip("/").partition("/")
    if clone is None or not first or clone == ".":
        return folder
    return rest if clone in ("", first) or first.startswith("$") else folder


def from_clone(commands: Sequence[Command]) -> tuple[Command, ...]:
    """Commands of a job that nothing checks out for: behind their own `git clone` they stand in the repository."""
    clone: str | None = None
    found = []
    for command in commands:
        found.append(replace(command, cwd=in_clone(command.cwd, clone)))
        made = cloned_folder(command)
        clone = clone if made is None else made
    return tuple(found)
