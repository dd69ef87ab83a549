"""What a command line starts, after the wrappers around it are taken off.

`poetry run python -m pkg.train --lr 1` starts the module `pkg.train` with the argument `--lr 1`; `$(PYTHON) train.py`
starts a script; `make -C ml check` a target in the folder ml. Only the words are judged; whether the file or target
exists is the automation graph's business.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import field, replace
from functools import lru_cache

from assessor.catalog.programs import programs
from assessor.catalog.tools import known_commands
from assessor.facts.values import dataclass

_PYTHON = re.compile(
    r"^(?:.*/)?(?:python|pypy)[\d.]*(?:\.exe)?$|^\$[({]?(?:PY|PYTHON|python|VENV_PYTHON)[\w.]*[)}]?$|^py$"
)
_VARIABLE_HEAD = re.compile(r"^(?:\$\{\{[^}]*\}\}|\$\{?\w+\}?|\$\([^)]*\)|~|\.)/+")


_VERSION = re.compile(r"(?<=\w)(?:@|==)[\w.^~-]{1,40}$")
"""The version behind a program that a wrapper fetches (`npx serverless@3.40.0`, `pipx run black==24.1`)."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A program and its arguments, without wrappers.

    `program` is the bare name (`pytest`, `make`, `dvc`), `python` for a script, module or inline code; `script` is the
    path of a started file as written, `module` a dotted module (`python -m`, `uvicorn pkg.app:app`), `code` inline
    source (of Python, R or Julia); `attribute` the object after the colon. `via_runner` is the wrapper whose own scripts may have the name
    (poetry, hatch, pdm, npm …), `folder` what the wrapper changed into.
    """

    program: str
    arguments: tuple[str, ...] = ()
    script: str = ""
    module: str = ""
    attribute: str = ""
    code: str = ""
    via_runner: str = ""
    folder: str = ""
    launchers: tuple[str, ...] = ()
    """Wrappers that watch what they start (`opentelemetry-instrument`, `newrelic-admin run-program`)."""
    words: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Program and arguments, `python -m x` as `x`: what catalogue patterns are compared with."""

    def __post_init__(self) -> None:
        named = self.module if self.program == "python" and self.module else self.program
        object.__setattr__(self, "words", (named, *self.arguments))

    @property
    def operands(self) -> tuple[str, ...]:
        """Arguments that are no options (the value after an option may be among them)."""
        return tuple(word for word in self.arguments if not word.startswith("-"))


def bare_name(word: str) -> str:
    """The program's name without folder, `.exe` or a variable in front (`$BIN/pytest`)."""
    return posixpath.basename(word.replace("\\", "/")).removesuffix(".exe")


def without_variable(path: str) -> str:
    """A path without a leading variable, home or `./` (`$GITHUB_WORKSPACE/src/x.py` → `src/x.py`)."""
    previous = None
    while previous != path:
        previous, path = path, _VARIABLE_HEAD.sub("", path)
    return path


@lru_cache(maxsize=8192)
def interpret(argv: tuple[str, ...]) -> Invocation | None:
    """Take the wrappers off a command line. None for an empty one."""
    words, runner, folder = list(argv), "", ""
    launchers: list[str] = []
    for _ in range(6):
        words = _built_in(words)
        if not words:
            return None
        name = bare_name(words[0])
        is_python = _PYTHON.match(words[0]) is not None
        wrapper = () if is_python else programs().wrapper(name, tuple(words[1:3]))
        if not wrapper:
            made = _python(tuple(words[1:]), runner, folder) if is_python else _program(name, words, runner, folder)
            return replace(made, launchers=tuple(launchers)) if launchers else made
        rest, changed, as_module = _after_options(words[len(wrapper) :])
        folder, runner = changed or folder, runner or wrapper[0]
        if programs().watches(wrapper):
            launchers.append(" ".join(wrapper))
        if programs().starts_python(wrapper):
            return _python(("-m", *rest) if as_module else tuple(rest), runner, folder)
        words = [_VERSION.sub("", rest[0]), *rest[1:]] if rest else rest
    return None


def _built_in(words: list[str]) -> list[str]:
    """The command that a runner's own task is documented to run."""
    meant = programs().built_in.get(f"{bare_name(words[0])} {words[1]}") if len(words) > 1 else None
    if meant is None:
        return words
    given = ["--cov" if word in ("--cover", "-c") and meant == "pytest" else word for word in words[2:]]
    return [*meant.split(), *given]


def _after_options(words: list[str]) -> tuple[list[str], str, bool]:
    """Skip a wrapper's own options; tell a `--directory` and whether `-m` asks for a module."""
    position, folder, as_module = 0, "", False
    while position < len(words) and (words[position].startswith("-") or _is_unknown_option(words[position:])):
        word = words[position]
        if word == "--":
            position += 1
            break
        if word in ("-m", "--module"):
            return words[position + 1 :], folder, True
        name, _, value = word.partition("=")
        takes = not value and word in programs().wrapper_values
        if name in ("--directory", "--project", "--working-dir"):
            folder = value or (words[position + 1] if position + 1 < len(words) else "")
        position += 2 if takes else 1
    return words[position:], folder, as_module


def _is_unknown_option(words: list[str]) -> bool:
    """A variable without a known value before an option, or `-m`: `coverage run $branches -m pytest`."""
    return words[0].startswith("$") and len(words) > 1 and words[1].startswith("-")


def _python(words: tuple[str, ...], runner: str, folder: str) -> Invocation:
    position = 0
    while position < len(words):
        word = words[position]
        if word == "-m" and position + 1 < len(words):
            return _module(words[position + 1], words[position + 2 :], runner, folder)
        if word == "-c" and position + 1 < len(words):
            return Invocation(
                "python", words[position + 2 :], code=words[position + 1], via_runner=runner, folder=folder
            )
        if not word.startswith("-"):
            meant = _built_in([bare_name(word), *words[position + 1 :]])
            if meant[0] != bare_name(word):
                return _program(meant[0], meant, runner, folder)
            return Invocation("python", words[position + 1 :], script=word, via_runner=runner, folder=folder)
        position += 2 if word in ("-W", "-X") else 1
    return Invocation("python", words, via_runner=runner, folder=folder)


def _module(module: str, rest: tuple[str, ...], runner: str, folder: str) -> Invocation:
    name = module.replace("_", "-") if module in ("pip_audit", "pre_commit", "detect_secrets") else module
    if module == "coverage" and rest[:1] == ("run",):
        inner, _, as_module = _after_options(list(rest[1:]))
        return _python(("-m", *inner) if as_module else tuple(inner), "coverage", folder)
    if module.partition(".")[0] in programs().modules:
        made = _program(name, [name, *rest], runner, folder)
        return made if made else Invocation(name, rest)
    return Invocation("python", rest, module=module, via_runner=runner, folder=folder)


def _program(name: str, words: list[str], runner: str, folder: str) -> Invocation:
    rest = tuple(words[1:])
    if words[0].endswith((".py", ".sh", ".bash", ".R", ".r", ".ipynb")) and words[0] not in known_commands():
        return Invocation(
            "python" if name.endswith(".py") else name, rest, script=words[0], via_runner=runner, folder=folder
        )
    if name == "databricks-notebook" and rest:
        return Invocation("python", rest[1:], script=rest[0], via_runner=runner, folder=folder)
    if name in ("Rscript", "R", "julia"):
        return _interpreter(name, rest, runner, folder)
    if name in ("bash", "sh", "zsh", "source", ".", "papermill"):
        script = next((w for w in rest if not w.startswith("-")), "")
        return Invocation(name, rest, script=script, via_runner=runner, folder=folder)
    if name in programs().script_runners:
        script = next((w for w in rest if w.endswith(".py")), "")
        if script:
            return Invocation(name, rest, script=script, via_runner=runner, folder=folder)
    if name in programs().servers:
        target = next((w for w in rest if ":" in w and not w.startswith("-") and "/" not in w), "")
        module, _, attribute = target.partition(":")
        return Invocation(name, rest, module=module, attribute=attribute, via_runner=runner, folder=folder)
    if name in ("celery", "flask"):
        target = _option(rest, ("-A", "--app"))
        module, _, attribute = target.removesuffix(".py").partition(":")
        return Invocation(
            name, rest, module=module.replace("/", "."), attribute=attribute, via_runner=runner, folder=folder
        )
    if name == "bentoml":
        target = next((w for w in rest if ":" in w), "")
        module, _, attribute = target.partition(":")
        return Invocation(
            name, rest, module=module.removesuffix(".py"), attribute=attribute, via_runner=runner, folder=folder
        )
    shown = words[0] if "/" in words[0] and not words[0].startswith(("/usr/", "/bin/", "/opt/", "$")) else ""
    return Invocation(name, rest, script=shown, via_runner=runner, folder=folder)


def _interpreter(name: str, rest: tuple[str, ...], runner: str, folder: str) -> Invocation:
    """R and Julia: `-e CODE` (several make one text), `R -f FILE`, `R CMD BATCH FILE`, or a script."""
    code = "\n".join(rest[i + 1] for i, word in enumerate(rest[:-1]) if word in ("-e", "--eval"))
    script = ""
    if not code:
        plain = [word for word in rest if not word.startswith("-")]
        if rest[:2] == ("CMD", "BATCH"):
            plain = plain[2:]
        elif name == "R":
            plain = [_option(rest, ("-f", "--file"))]
        script = plain[0] if plain else ""
    return Invocation(name, rest, script=script, code=code, via_runner=runner, folder=folder)


def _option(words: tuple[str, ...], names: tuple[str, ...]) -> str:
    for position, word in enumerate(words):
        head, _, value = word.partition("=")
        if head in names:
            return value or (words[position + 1] if position + 1 < len(words) else "")
    return ""


def option(invocation: Invocation, *names: str) -> str:
    """The value of the first of these options on the command line; empty where none is given."""
    return _option(invocation.arguments, names)


def switches(arguments: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Options as (name, value): `--mlflow 0` → ("mlflow", "0"), `--dry-run` → ("dry_run", "true"),
    `--no-register` → ("register", "false"), Hydra's `train.register=false` → ("register", "false")."""
    found: list[tuple[str, str]] = []
    for position, word in enumerate(arguments):
        if word.startswith("--") and len(word) > 2:
            name, equals, value = word[2:].partition("=")
            name = name.replace("-", "_")
            following = arguments[position + 1] if position + 1 < len(arguments) else ""
            if not equals:
                value = following if following and not following.startswith("-") else "true"
            if name.startswith("no_") and value == "true":
                found.append((name[3:], "false"))
            found.append((name, value))
        elif "=" in word and not word.startswith("-") and re.match(r"^[+~]*[\w./]+=", word):
            name, _, value = word.partition("=")
            found.append((re.split(r"[./]", name.lstrip("+~"))[-1], value))
    return tuple(found)
