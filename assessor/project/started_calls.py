"""Calls of Python that start a command, a script or a notebook: subprocess and its like, operators, job definitions."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from assessor.catalog.tools import known_commands
from assessor.facts.commands import Command
from assessor.facts.python import MODULE, UNKNOWN, Call, PythonFacts, Text
from assessor.project.arrivals import Context
from assessor.project.invocations import interpret, without_variable
from assessor.project.paths import Paths, joined
from assessor.readers.syntax.shell import parse as parse_shell

_STARTERS = {
    "os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
    "subprocess.Popen", "subprocess.getoutput", "sh.bash", "invoke.run", "asyncio.create_subprocess_shell",
    "plumbum.local", "prefect_shell.ShellOperation", "prefect.tasks.shell.ShellTask",
}  # fmt: skip
_CONTAINER_COMMANDS = ("command", "cmds", "cmd")
_CONTAINER_ARGUMENTS = ("args", "arguments")
_SHELL_WORDS = 3
_COMMAND_ARGUMENTS = ("bash_command", "command", "cmd", "commands", "cmds", "arguments", "command_line")
_FILE_ENDINGS = (".py", ".ipynb", ".sh", ".R")
_ENVIRONMENT = ("os.environ.get", "os.getenv")
SOURCE_FOLDERS = ("source_dir", "source_directory", "code", "source")
_TOUCHING = ("open", "exists", "copy", "join", "copyfile", "read_text")
"""Last words of calls that look at a file or copy it and do not start it."""
_LONGEST_NAME = 200
_LONGEST_COMMAND = 40


def started_text(call: Call, path: str) -> str | tuple[str, ...]:
    """The command that a call runs: of subprocess and its like, or of an operator's `bash_command`."""
    gives = _gives_command(call)
    if not gives and call.name not in _NAMED_STARTERS and not path.endswith(_TASK_FILES):
        return ""  # as nearly all calls
    given = dict(reversed(call.keywords)) if gives else {}
    if (words := _of_container(given)) and looks_started(words):
        return _shell_text(words) or _known(words)
    for name in _COMMAND_ARGUMENTS if given else ():
        value = given.get(name)
        if name == "bash_command" and isinstance(value, str) and value is not UNKNOWN:
            return value
        if isinstance(value, str | tuple) and value is not UNKNOWN and looks_started(value):
            return value if isinstance(value, str) else _known(value)
    if path.endswith("noxfile.py") and call.name in (
        "?.run",
        "?.run_always",
        "nox.Session.run",
        "nox.sessions.Session.run",
    ):
        return _known(tuple(v for v in call.args if not isinstance(v, tuple)))
    if (
        path.endswith("tasks.py")
        and call.name in ("?.run", "?.sudo", "invoke.Context.run")
        and call.keyword("dry") is not True
    ):
        value = next(iter(call.args), None)
        return value if isinstance(value, str) and value is not UNKNOWN else ""
    if call.name in _PROJECT_STARTERS:
        return _mlflow_run(call)
    if call.name in _STARTERS:
        value = next(iter(call.args), None)
        if isinstance(value, tuple) and len(value) == 1 and " " in str(value[0]):
            return str(value[0])  # a whole command line as the only item: the shell splits it
        if isinstance(value, tuple):
            return _known(value)
        return value if isinstance(value, str) and value is not UNKNOWN else ""
    return ""


def command_given(call: Call) -> str | tuple[str, ...]:
    """The command that a call is given as a keyword, whatever it starts; empty where it has none that is known."""
    for name in _COMMAND_ARGUMENTS if _gives_command(call) else ():
        value = call.keyword(name)
        if isinstance(value, tuple):
            return _known(value)
        if isinstance(value, str) and value is not UNKNOWN:
            return value
    return ""


def _gives_command(call: Call) -> bool:
    """A keyword of it may hold a command."""
    return bool(call.keywords) and not _COMMAND_KEYWORDS.isdisjoint([name for name, _ in call.keywords])


_PROJECT_STARTERS = ("mlflow.run", "mlflow.projects.run")
_NAMED_STARTERS = _STARTERS.union(_PROJECT_STARTERS)
_COMMAND_KEYWORDS = frozenset(_COMMAND_ARGUMENTS)
_TASK_FILES = ("noxfile.py", "tasks.py")


def _mlflow_run(call: Call) -> tuple[str, ...]:
    """What `mlflow.run(uri, entry_point)` of Python does, as the command line says it."""
    uri = call.keyword("uri") or next(iter(call.args), None)
    entry = call.keyword("entry_point") or (call.args[1] if len(call.args) > 1 else "main")
    if not isinstance(uri, str) or not isinstance(entry, str) or UNKNOWN in (entry, uri):
        return ()
    return ("mlflow", "run", uri.replace("{}/", "./"), "-e", entry)


def _of_container(given: Mapping[str, object]) -> tuple[object, ...]:
    """What a container starts: its command and its arguments, each a list (`cmds=["python"], arguments=["-m", "fit"]`)."""
    command = next((given[name] for name in _CONTAINER_COMMANDS if name in given), None)
    arguments = next((given[name] for name in _CONTAINER_ARGUMENTS if name in given), ())
    is_one = isinstance(command, tuple) and command and isinstance(arguments, tuple)
    return (*command, *arguments) if is_one and isinstance(command, tuple) and isinstance(arguments, tuple) else ()


def _shell_text(words: tuple[object, ...]) -> str:
    """The text that a shell is given to run (`["bash", "-c", "python fit.py"]`); empty where it is no shell."""
    if len(words) < _SHELL_WORDS or posixpath.basename(str(words[0])) not in ("sh", "bash"):
        return ""
    texts = [w for w in words[1:] if w is not UNKNOWN and not str(w).startswith("-")]
    flags = [str(w) for w in words[1:] if str(w).startswith("-")]
    return str(texts[0]) if texts and any(re.fullmatch(r"-[a-z]*c", flag) for flag in flags) else ""


def with_value(text: str | tuple[str, ...], value: str) -> str | tuple[str, ...]:
    """The command with a value in the place of the part that it leaves open (`python -m orchard.{}`)."""
    if isinstance(text, str):
        return text.replace("{}", value, 1)
    return tuple(word.replace("{}", value, 1) for word in text)


def commands_started(
    call: Call, path: str, scripts: Iterable[str] = (), text: str | tuple[str, ...] = ""
) -> tuple[Command, ...]:
    """The commands that a call of the file `path` runs, on the call's line. `scripts` are names of scripts of which the
    function chooses one: a command that leaves its script's name open (`python jobs/{}`) runs each. `text` is the command
    where it is known better than the call itself says it."""
    text = text or started_text(call, path) or command_given(call)
    if not text:
        return ()
    if isinstance(text, str) and "{}" in text and (filled := list(_filled(text, scripts))):
        return tuple(
            replace(c, line=call.line) for one in filled for c in parse_shell(one, first_line=call.line).commands
        )
    return as_commands(text, call, swallowed=not is_checked(call, path))


def is_checked(call: Call, path: str) -> bool:
    """A failure of the command fails what runs it: a step of a pipeline does, a started process only where that is asked."""
    if call.keyword("warn") is True or _FAILED in _codes(call.keyword("success_codes")):
        return False  # of invoke and nox, which else stop
    starts = call.name in _STARTERS
    return (
        not starts
        or call.keyword("check") is True
        or "check_" in call.name
        or path.endswith(("noxfile.py", "tasks.py"))
    )


_FAILED = 1
"""The exit code of a check that has found something."""


def _codes(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def as_commands(text: str | tuple[str, ...], call: Call, swallowed: bool) -> tuple[Command, ...]:
    """A command line given as text or words, on the line of a call."""
    if isinstance(text, tuple):
        if text[0] == "$X" and ("sys.executable" in call.names or text[1:2] == ("-m",)):
            text = ("python", *text[1:])
        text = tuple(word.replace("{}/", "$X/") for word in text)
        return (Command(text, call.line, swallowed=swallowed),)
    text = text.replace("{}/", "$X/")
    commands = parse_shell(text, first_line=call.line).commands
    return tuple(replace(command, line=call.line, swallowed=command.swallowed or swallowed) for command in commands)


def _filled(text: str, scripts: Iterable[str]) -> Iterator[str]:
    """The command with each script in the place of the first word that ends open."""
    open_word = next((word for word in text.split() if word.endswith("{}") and not word.startswith("-")), "")
    for script in scripts if open_word else ():
        yield text.replace(open_word, open_word.removesuffix("{}") + script, 1)


def scripts_chosen(call: Call, facts: PythonFacts, path: str, paths: Paths) -> list[str]:
    """The names of scripts in a function of which one stands, with what the command says before it, for a file."""
    text = started_text(call, path)
    open_word = next((word for word in text.split() if word.endswith("{}")), "") if isinstance(text, str) else ""
    before = open_word.removesuffix("{}").lstrip("'\"")
    named = {t.value for t in facts.texts if t.scope == call.scope and t.value.endswith(_FILE_ENDINGS)}
    return sorted(name for name in named if open_word and joined("", before + name) in paths.project.files)


def _known(words: tuple[object, ...]) -> tuple[str, ...]:
    return tuple("$X" if word is UNKNOWN else str(word) for word in words)


def starts_given_command(call: Call) -> bool:
    """The call runs the command that it is given first."""
    return call.name in _STARTERS


def starts_commands(call: Call) -> bool:
    """The call runs a command or a module that it is given."""
    return call.name in _STARTERS or call.name == "runpy.run_module"


def looks_started(value: str | tuple[object, ...]) -> bool:
    """The text names a script, or begins with a program that the catalogue knows and goes on."""
    text = value if isinstance(value, str) else " ".join(map(str, value))
    if any(mark in text for mark in (".py", ".sh", "python", "Rscript ", "dvc ", "make ")):
        return True
    words = text.split()
    invocation = interpret(tuple(words)) if 1 < len(words) <= _LONGEST_COMMAND else None
    return invocation is not None and invocation.program in known_commands()


def names_own_files(call: Call) -> bool:
    """Some argument is a script or notebook, or tells how an image is built."""
    return names_files(call.args) or any(k == _RECIPE or names_files((value,)) for k, value in call.keywords)


def may_be_told_files(call: Call) -> bool:
    """The value of some argument may come from the job's environment."""
    return bool(call.names) or call.name in _ENVIRONMENT


def names_files(values: Iterable[object]) -> bool:
    """One of the values is the name of a script or notebook."""
    return any(isinstance(value, str) and value.endswith(_FILE_ENDINGS) for value in values)


def files_named(call: Call, path: str, context: Context, paths: Paths) -> list[str]:
    """Scripts and notebooks that a call in the file `path` names (`entry_point="train.py"`), beside the module, from the
    root, or in `source_dir`; the value may come from the environment of the job."""
    if call.name.endswith(_TOUCHING):
        return []
    source = next((v for k, v in call.keywords if k in SOURCE_FOLDERS and isinstance(v, str)), "")
    folder, found = posixpath.dirname(path), _recipes(call, path, paths)
    for value in _values(call, context):
        if not value.endswith(_FILE_ENDINGS) or len(value) >= _LONGEST_NAME or any(sign in value for sign in "*\n "):
            continue
        plain = _literal_tail(value)
        names = [joined(source, plain), joined(folder, plain), without_variable(plain)]
        names.append(joined(folder, names[0]))
        hit = next((name for name in names if name in paths.project.files), None) or paths.unique(plain)
        if hit and hit != path:
            found.append(hit)
    return found


def notebooks_told(texts: Sequence[Text], path: str, paths: Paths) -> Iterator[tuple[str, int]]:
    """The notebooks of this repository that the texts of a function name as those of a job's tasks, with the line: they stand
    behind the key of the platform's interface (`{"notebook_task": {"notebook_path": "jobs/fit"}}`), without an ending."""
    keyed = {text.line for text in texts if text.value == _NOTEBOOK_KEY}
    for text in texts if keyed else ():
        if not keyed.isdisjoint((text.line, text.line - 1)) and text.value != _NOTEBOOK_KEY:
            plain = _literal_tail(text.value).removeprefix("./")
            names = (
                f"{base}{plain}{end}" for base in ("", posixpath.dirname(path) + "/") for end in ("", ".py", ".ipynb")
            )
            found = next((name for name in map(posixpath.normpath, names) if name in paths.project.files), None)
            if found and found != path:
                yield found, text.line


_NOTEBOOK_KEY = "notebook_path"
_RECIPE = "dockerfile"
"""The keyword by which builders of images (of docker, of Pulumi) are told how."""


def _recipes(call: Call, path: str, paths: Paths) -> list[str]:
    """The Dockerfile that a call is told to build by, as seen from its file or from the root."""
    value = call.keyword(_RECIPE)
    if not isinstance(value, str) or value == UNKNOWN:
        return []
    names = (joined(posixpath.dirname(path), value), joined("", value))
    hits = (name for name in names if name in paths.project.files and paths.project.files[name].facts.dockerfile)
    return list(hits)[:1]


def _literal_tail(value: str) -> str:
    """The fixed end of a composed path: `{}/assets/fit.py` → assets/fit.py; as it is where a value stands in the name."""
    _, sign, tail = value.rpartition("{}")
    return tail.lstrip("/") if sign and tail.startswith("/") else value


def _values(call: Call, context: Context) -> list[str]:
    """The texts given to a call. `os.getenv("SCRIPT")` gives the variable's value, and `script_name=env.train_script` that of
    TRAIN_SCRIPT, where the job's environment has them."""
    values = [value for value in (*call.args, *(v for _, v in call.keywords)) if isinstance(value, str)]
    if call.name in _ENVIRONMENT and values:
        values = [value for name, value in context.env if name == values[0]] if call.scope != MODULE else []
    if context.env:
        variables = {name.rpartition(".")[2].upper() for name in call.names}
        values += [value for key, value in context.env if key in variables]
    return values
