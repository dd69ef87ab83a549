"""Named targets and what they run: make, tox, nox, just, task, npm, poe, hatch, pdm, invoke, stages of DVC, entry points of
MLflow projects, hooks of pre-commit."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property

from assessor.catalog.idle import idle_word
from assessor.catalog.programs import programs
from assessor.facts.commands import Command, Hook, Target
from assessor.facts.python import Call
from assessor.project.arrivals import Context, hopped
from assessor.project.closure import Entry
from assessor.project.following import Following
from assessor.project.included_targets import included_targets
from assessor.project.invocations import Invocation, option
from assessor.project.model import ProjectFile, Role
from assessor.project.paths import joined, unknown_parts
from assessor.project.pytest_settings import selects
from assessor.readers.tasks.tox import TAKES_WORDS, has_factors

_RUN_BY_NAME = ("hatch", "pdm", "pixi")
"""Runners whose targets are named as programs are."""


class Targets:
    """Follows the targets of one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk
        self.project = walk.project
        self.reach = walk.reach

    @staticmethod
    def may_be_named(invocation: Invocation) -> bool:
        """The command may be one that runs a target, where there is such a target."""
        return invocation.program in programs().target_runners or invocation.via_runner in _RUN_BY_NAME

    def named(self, invocation: Invocation, context: Context) -> bool:
        """Targets of make, tox, nox, just, task, npm, poe, hatch, pdm, mise; True where the command was one."""
        runner = programs().target_runners.get(invocation.program)
        if runner is None and invocation.via_runner in _RUN_BY_NAME:
            names: tuple[str, ...] = (invocation.program.rpartition(":")[2],)
            return self._run(invocation.via_runner, names, invocation, context)
        if runner is None:
            return False
        cwd = context.cwd
        folder = option(invocation, "-C", "--directory", "-d", "--dir", "--prefix", "--cwd")
        if folder:
            cwd = joined(cwd, folder)
        names = _target_names(runner, invocation)
        if (variable := programs().chosen_by.get(runner)) and not names:
            names = tuple(name for name in dict(context.env).get(variable, "").split(",") if name)
        given = tuple((n, v) for n, e, v in (w.partition("=") for w in invocation.arguments) if e and n.isidentifier())
        if named := option(invocation, *_DEFINITION.get(runner, ())):
            cwd = joined(cwd, posixpath.dirname(named))
        return self._run(runner, names, invocation, replace(context, cwd=cwd, env=(*context.env, *given)))

    def _run(self, runner: str, names: tuple[str, ...], invocation: Invocation, context: Context) -> bool:
        available = self._targets(runner, context.cwd)
        if not available:
            return False
        if runner == "make" and (why := self._only_looks(context)):
            self.reach.breaks(context, why)
            return True
        names = tuple(found for name in _whole(names, available) for found in _fitting(name, available))
        if runner == "tox":
            available = {**available, **_implicit(names, available)}
        chosen = [name for name in names if name in available] or [
            name for name, (_, target) in available.items() if not names and target.is_default
        ]
        for name in names:
            if name not in available and runner in ("make", "just", "task"):
                self.reach.breaks(context, f"{runner} target {name} does not exist")
        further = _further_words(invocation) if runner in _HANDS_ON and len(chosen) == 1 else ()
        if runner == "tox" and "--" in invocation.arguments:
            further = invocation.arguments[invocation.arguments.index("--") + 1 :]
        if runner == "tox" and (skipped := dict(context.env).get("TOX_SKIP_ENV", "")):
            chosen = [name for name in chosen if skipped not in (".*", name)]
        if runner == "nox":
            chosen = self._sessions(chosen, available, invocation, context)
        for name in chosen:
            self._target(name, available, context, further)
        if not chosen and names and invocation.program in ("yarn", "pnpm", "bun") and names[0] not in _OWN_OF_NPM:
            words = invocation.arguments[invocation.arguments.index(names[0]) :]  # a program of node_modules
            self.walk.command(Command(words, context.place.line), context)
            return True
        return bool(chosen) or runner in ("make", "tox", "nox", "just", "task")

    def _sessions(
        self,
        chosen: list[str],
        available: Mapping[str, tuple[ProjectFile, Target]],
        invocation: Invocation,
        context: Context,
    ) -> list[str]:
        """The sessions that nox runs: by `nox.options.sessions` where none is named, without those that `-k` and `-t` leave
        out."""
        words = option(invocation, "-k", "--keywords")
        if words:
            return [name for name in chosen if selects(words, (name,))]
        tags = _after(list(invocation.arguments), ("-t", "--tags"))
        codes = [(file, file.facts.python) for file, _ in available.values() if file.facts.python]
        if tags:
            given = {
                target.name
                for file, target in available.values()
                for scope in (file.facts.python.scopes if file.facts.python else ())
                for decorator in scope.decorators
                if scope.name == target.sessions_python and _tagged(decorator, tags)
            }
            return [name for name in chosen if name in given]
        if any(word in invocation.arguments for word in ("-s", "-e", "--session", "--sessions")):
            return chosen
        listed = [c.value for _, code in codes if code for c in code.constants if c.name == "nox.options.sessions"]
        names = [n for value in listed for n in (value if isinstance(value, tuple) else (value,))]
        return [name for name in chosen if name in names] if names else chosen

    def _only_looks(self, context: Context) -> str:
        """Why make starts no command: flags of the environment or the Makefile (`MAKEFLAGS += -n`), a shell that is none."""
        files = self._target_files.get(("make", context.cwd), ())
        flags = [dict(context.env).get("MAKEFLAGS", "")]
        flags += [s.value for file in files for s in file.facts.settings if s.key == "MAKEFLAGS"]
        words = tuple(word for text in flags for word in text.split())
        first = (f"-{word}" if n == 0 and word.isalpha() else word for n, word in enumerate(words))
        if idle := idle_word("make", tuple(first)):
            return f"make only looks with {idle} in MAKEFLAGS"
        shells = [s.value for file in files for s in file.facts.settings if s.key == "SHELL"]
        known = [shell for shell in shells if posixpath.basename(shell.split(" ")[0]) in programs().no_shells]
        return f"{known[0]} as the shell of make runs no command" if known else ""

    def _targets(self, runner: str, folder: str) -> dict[str, tuple[ProjectFile, Target]]:
        """Targets of the runner's files in a folder; files it may include (`*.mk`) come last."""
        found: dict[str, tuple[ProjectFile, Target]] = {}
        for file in self._target_files.get((runner, folder), ()):
            for target in file.facts.targets:
                if target.runner == runner:
                    found.setdefault(target.name, (file, target))
            for source, target in included_targets(self.project.files, file):
                if target.runner == runner:
                    found.setdefault(target.name, (source, target))
        return found

    @cached_property
    def _target_files(self) -> Mapping[tuple[str, str], list[ProjectFile]]:
        found: dict[tuple[str, str], list[ProjectFile]] = defaultdict(list)
        for file in self.project.ordered:
            if file.role in (Role.FIRST_PARTY, Role.TEST, Role.EXAMPLE, Role.ELSEWHERE):
                for runner in dict.fromkeys(_runners(file)):
                    found[runner, posixpath.dirname(file.path)].append(file)
        for (runner, folder), files in list(found.items()):
            files.sort(key=lambda file: file.path.endswith((".mk", ".smk")))
            if runner in ("make", "snakemake"):
                for file in files:
                    for setting in file.facts.settings:
                        if setting.key == "include":
                            path = joined(folder, setting.value)
                            included = self.project.files.get(path)
                            if included and included not in files:
                                found[runner, folder].append(included)
        return found

    def _target(
        self,
        name: str,
        available: Mapping[str, tuple[ProjectFile, Target]],
        context: Context,
        further: tuple[str, ...] = (),
    ) -> None:
        """Follow a target after those that it needs; `further` words go to its last command."""
        done: set[str] = set()
        waiting = [(name, False)]
        while waiting:
            current, is_ready = waiting.pop()
            if current not in available or (current in done and not is_ready):
                continue
            if not is_ready and (why := self._never(current, available[current][1], context)):
                self.reach.breaks(context, why)
                if current == name or not available[current][1].made_once:
                    return
                continue
            if is_ready:
                self._commands(*available[current], context, further if current == name else ())
                continue
            done.add(current)
            waiting.append((current, True))
            waiting += [(need, False) for need in reversed(available[current][1].needs)]

    def _never(self, name: str, target: Target, context: Context) -> str:
        """Why nothing of a target runs; empty where it does."""
        if target.never:
            return f"{target.runner} {name} never runs: {target.never}"
        path = joined(context.cwd, name)
        if (
            target.made_once
            and "-B" not in dict(context.env).get("MAKEFLAGS", "")
            and (path in self.project.folders or path in self.project.files)
        ):
            return f"{path} is there, so that make takes the target {name} for up to date"
        known = (joined(context.cwd, need) for need in target.names_missing)
        missing = next((p for p in known if p not in self.project.folders and p not in self.project.files), None)
        return f"no rule makes {missing}, which the target {name} needs" if missing else ""

    def _commands(self, file: ProjectFile, target: Target, context: Context, further: tuple[str, ...]) -> None:
        hop = hopped(context.arrival, file, target.line, f"{target.runner} {target.name}")
        self.reach.targets[file.path, target.line].append(hop)
        inner = replace(context, arrival=hop, path=file.path)
        if target.sessions_python:
            self.walk.python((Entry(file.path, "function", target.sessions_python),), Invocation("nox"), inner)
        for number, command in enumerate(target.commands, start=1):
            if not _holds(command.condition, context.env):
                continue
            takes = any(name == TAKES_WORDS for name, _ in command.env)
            if further and (takes or (number == len(target.commands) and target.runner not in _SAYS_WHERE)):
                command = replace(command, argv=(*command.argv, *further))
            self.walk.command(_overridden(command, target, context.env), inner)

    def dvc(self, invocation: Invocation, context: Context) -> None:
        """Follow the stages that `dvc repro` and `dvc exp run` bring up to date: those named and what they need, those of
        a file or folder, or all."""
        words = invocation.arguments
        if words[:1] == ("repro",):
            options, names = _dvc_words(words[1:])
        elif words[:2] == ("exp", "run"):
            options, names = _dvc_words(words[2:])
        elif words[:2] in (("queue", "start"), ("exp", "queue")):
            options, names = frozenset[str](), []
        else:
            return
        if "--queue" in options:
            return
        if options & {"-P", "--all-pipelines"}:
            self._stages(self._dvc_folders(""), (), context, options)
        elif options & {"-R", "--recursive"}:
            for name in names or ["."]:
                self._stages(self._dvc_folders(joined(context.cwd, name)), (), context, options)
        elif not names or all(map(_is_unset, names)):
            self._stages([context.cwd if self._targets("dvc", context.cwd) else ""], (), context, options)
            return
        for name in names if not options & {"-P", "--all-pipelines", "-R", "--recursive"} else ():
            path, _, stage = name.rpartition(":")
            if name.endswith((".yaml", ".yml")):
                path, stage = name, ""
            folder = joined(context.cwd, posixpath.dirname(path)) if path else context.cwd
            here = folder if self._targets("dvc", folder) else ""
            self._stages([here], (stage.partition("@")[0],) if stage else (), context, options)

    def _dvc_folders(self, folder: str) -> list[str]:
        prefix = f"{folder}/" if folder else ""
        return sorted(
            f for runner, f in self._target_files if runner == "dvc" and (f == folder or f.startswith(prefix))
        )

    def _stages(self, folders: list[str], wanted: tuple[str, ...], context: Context, options: frozenset[str]) -> None:
        for folder in folders:
            stages = self._targets("dvc", folder)
            single = bool(options & {"-s", "--single-item"})
            chosen = set(wanted) if single else _upstream(set(wanted), stages)
            if options & {"-p", "--pipeline"}:
                chosen = _pipeline_of(chosen, stages)
            for name in stages:
                if not wanted or name in chosen:
                    self._target(name, stages, replace(context, cwd=folder))

    def mlflow(self, invocation: Invocation, context: Context) -> None:
        """Follow the entry point that `mlflow run` starts."""
        if invocation.arguments[:1] != ("run",):
            return
        where = next((word for word in invocation.arguments[1:] if not word.startswith("-")), ".")
        projects = self._targets("mlproject", joined(context.cwd, where))
        entry = option(invocation, "-e", "--entry-point") or "main"
        self._target(entry, projects, replace(context, cwd=joined(context.cwd, where)))

    def kedro(self, invocation: Invocation, context: Context) -> None:
        """Follow the functions that make the pipelines of `kedro run`, with the nodes that they name: those in the folder
        of the pipeline asked for, or all below the working folder."""
        if invocation.arguments[:1] != ("run",):
            return
        asked = option(invocation, "--pipeline", "-p", "--pipelines")
        made, registered = self._defining("create_pipeline", context), self._defining("register_pipelines", context)
        named = [entry for entry in made if asked in entry.path.split("/")]
        whole = not asked or asked == "__default__"
        if whole and not {"--nodes", "-n", "--tags", "-t", "--to-nodes", "--from-nodes"} & set(invocation.arguments):
            self._catalogues(context)
        if registered and (not made or (whole and not self._finds_pipelines(registered))):
            self.walk.python(registered, invocation, context)
        elif made and (named or whole):
            self.walk.python(tuple(named) or made, invocation, context)
        elif asked and made:
            self.reach.breaks(context, f"no folder of pipelines is called {asked}")

    def _catalogues(self, context: Context) -> None:
        """A run of all nodes reads and writes the data sets of the catalogues below the working folder."""
        prefix = f"{joined(context.cwd, 'conf')}/"
        for file in self.project.ordered:
            if file.path.startswith(prefix) and "catalog" in file.path.removeprefix(prefix):
                self.reach.files[file.path].append(context.arrival)

    def _defining(self, function: str, context: Context) -> tuple[Entry, ...]:
        """First-party files below the working folder that define a function of that name."""
        prefix = f"{context.cwd}/" if context.cwd else ""
        return tuple(
            Entry(path, "function", function)
            for path, file in self.walk.modules.files.items()
            if path.startswith(prefix) and file.role is Role.FIRST_PARTY
            if function in self.walk.modules.index(path).scopes
        )

    def _finds_pipelines(self, registered: tuple[Entry, ...]) -> bool:
        """Kedro's registry takes every pipeline that it finds, and names none itself."""
        calls = (call for entry in registered for call in self.walk.modules.index(entry.path).facts.calls)
        return any(call.name.endswith("find_pipelines") for call in calls)

    def snakemake(self, invocation: Invocation, context: Context) -> None:
        """Follow the rules that `snakemake` brings up to date: those named, by themselves or by what they make, else the
        first; and all that these need."""
        words = invocation.arguments
        named = option(invocation, "-s", "--snakefile")
        folders = [joined(context.cwd, posixpath.dirname(named))] if named else []
        folders += [context.cwd, joined(context.cwd, "workflow")] if not named else []
        folder = next((f for f in folders if self._targets("snakemake", f)), None)
        if folder is None:
            return
        rules = self._targets("snakemake", folder)
        asked = [word for word in words if word in rules or any(word in rule.outputs for _, rule in rules.values())]
        first = [name for name, (_, rule) in rules.items() if rule.is_default][:1]
        chosen = _upstream({_maker(word, rules) for word in asked or first}, rules)
        for name in rules:
            if name in chosen:
                self._commands(*rules[name], context, ())

    def luigi(self, invocation: Invocation, context: Context) -> None:
        """Follow the task that `luigi --module tasks Fit` asks for, with the tasks that it requires."""
        module = option(invocation, "--module")
        path = self.walk.modules.module(module, context.cwd) if module else None
        words = invocation.arguments
        names = [word for n, word in enumerate(words) if not word.startswith("-") and words[n - 1 : n] != ("--module",)]
        if path and names:
            self.walk.python((Entry(path, "function", names[0]),), invocation, context)
        elif module:
            self.reach.breaks(context, f"module {module} does not exist")

    def ploomber(self, invocation: Invocation, context: Context) -> None:
        """Follow the sources of the tasks that pipeline.yaml lists: scripts and notebooks, or functions by their names."""
        path = joined(context.cwd, option(invocation, "--entry-point", "-e") or "pipeline.yaml")
        if invocation.arguments[:1] not in (("build",), ("task",)) or path not in self.project.files:
            return
        file = self.project.files[path]
        for setting in file.facts.settings:
            if not _SOURCE.fullmatch(setting.key):
                continue
            hop = hopped(context.arrival, file, setting.line, setting.value)
            inner = replace(context, arrival=hop, path=path)
            module, _, function = setting.value.rpartition(".")
            code = self.walk.modules.module(module, context.cwd) if module else None
            if joined(context.cwd, setting.value) in self.project.files:
                self.walk.file(joined(context.cwd, setting.value), inner)
            elif code:
                self.walk.python((Entry(code, "function", function),), invocation, inner)

    def pre_commit(self, invocation: Invocation, context: Context) -> None:
        """Follow the hooks that `pre-commit run` runs: all of the stage, or the one named, without those in `SKIP`."""
        if invocation.arguments[:1] != ("run",):
            return
        stage = option(invocation, "--hook-stage", "--stage") or "pre-commit"
        named = _hook_named(invocation.arguments[1:])
        skipped = {name.strip() for name in dict(context.env).get("SKIP", "").split(",")}
        for file, hooks in self.project.having(lambda f: f.hooks):
            for hook in hooks:
                if hook.id in skipped or (named and hook.id != named) or not _in_stage(hook, stage):
                    continue
                hop = hopped(context.arrival, file, hook.line, f"hook {hook.id}")
                self.reach.targets[file.path, hook.line].append(hop)
                for command in hook.commands:
                    self.walk.command(command, replace(context, arrival=hop, path=file.path, cwd=""))


_SOURCE = re.compile(r"tasks\.\d+\.source")


def _hook_named(words: tuple[str, ...]) -> str:
    """The hook that `pre-commit run` is asked for; empty for all."""
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = word in (
                "--hook-stage",
                "--from-ref",
                "--to-ref",
                "--source",
                "--origin",
                "-s",
                "-o",
                "--config",
                "-c",
                "--color",
            )
            if word == "--files":
                return ""
            continue
        return "" if "$" in word else word
    return ""


def _in_stage(hook: Hook, stage: str) -> bool:
    if hook.never and not (hook.never == "stages: manual" and stage == "manual"):
        return False
    wanted = {stage, stage.removeprefix("pre-"), "pre-" + stage}
    return not hook.stages or hook.repo in ("lefthook", "husky") or bool(wanted & set(hook.stages))


def _overridden(command: Command, target: Target, env: tuple[tuple[str, str], ...]) -> Command:
    """Put what `make NAME=value` gives in place of the variable's default in the recipe."""
    given = dict(env)
    argv = command.argv
    for name, default in target.variables:
        if name in given and default:
            argv = tuple(word.replace(default, given[name]) for word in argv)
    return replace(command, argv=argv) if argv != command.argv else command


_DVC_VALUES = {
    "-n",
    "--name",
    "-S",
    "--set-param",
    "-j",
    "--jobs",
    "-m",
    "--message",
    "-C",
    "--copy-paths",
    "-r",
    "--rev",
}


def _dvc_words(words: tuple[str, ...]) -> tuple[frozenset[str], list[str]]:
    """The options and the targets of `dvc repro` and `dvc exp run`."""
    options: set[str] = set()
    names, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            options.update(_apart(word.partition("=")[0]))
            skip = word in _DVC_VALUES
        else:
            names.append(word)
    return frozenset(options), names


def _apart(option: str) -> Iterator[str]:
    """The options of one word: `-pf` is `-p` and `-f`."""
    yield from (f"-{letter}" for letter in option[1:]) if option[1:].isalpha() else (option,)


def _is_unset(name: str) -> bool:
    """Nothing here gives the variable a value: the shell leaves the word out, or the server says which stages."""
    return name.startswith("$") and name.strip("${}").isidentifier()


def _runners(file: ProjectFile) -> Iterator[str]:
    yield from (target.runner for target in file.facts.targets)
    yield from (included.runner for included in file.facts.inclusions)


def _whole(names: tuple[str, ...], available: Mapping[str, tuple[ProjectFile, Target]]) -> tuple[str, ...]:
    """Names as the file has them: `just ml train` means the recipe `ml::train`, whatever follows is given to it."""
    module = "::".join(names[:2])
    return (module,) if len(names) > 1 and module in available else names


def _fitting(name: str, available: Mapping[str, tuple[ProjectFile, Target]]) -> list[str]:
    """The name; where a part of it is known to CI only (`py$VERSION-unit`), the names that fit."""
    if name in available or "$" not in name:
        return [name]
    pattern = unknown_parts(name, ".*")
    fits = [known for known in available if known != "*" and re.fullmatch(pattern, known)] if pattern else []
    return fits or [name]


def _implicit(
    names: tuple[str, ...], available: Mapping[str, tuple[ProjectFile, Target]]
) -> dict[str, tuple[ProjectFile, Target]]:
    """Environments of tox that no section and no list names are made of the base one, with the factors of their name."""
    if "*" not in available:
        return {}
    file, base = available["*"]
    return {
        name: (file, replace(base, name=name, commands=tuple(_with_factors(base.commands, name))))
        for name in names
        if name not in available
    }


def _with_factors(commands: Iterable[Command], name: str) -> Iterator[Command]:
    for command in commands:
        if not command.condition or has_factors(name, command.condition):
            yield replace(command, condition="")


_CONDITIONAL = re.compile(r"if(n?)(def|eq) (\S+)(?: (.*))?")
_FROM_OUTSIDE = re.compile(
    r"^(?:CI|HOME|USER|PATH|SHELL|OS|PWD|TERM|MAKE\w*|VIRTUAL_ENV|CONDA_\w+|GITHUB_\w+|GITLAB_\w+|CI_\w+|JENKINS_\w+|BUILD_\w+|RUNNER_\w+|TRAVIS\w*|CIRCLE\w*|TF_BUILD)$"
)
"""Variables that systems and CI servers set."""


def _holds(condition: str, env: tuple[tuple[str, str], ...]) -> bool:
    """`ifdef NAME` and `ifeq NAME VALUE` of a Makefile about a variable that the file itself never sets."""
    given = dict(env)
    for part in condition.split(" && ") if condition.startswith("if") else ():
        found = _CONDITIONAL.fullmatch(part)
        if not found or _FROM_OUTSIDE.match(found[3]):
            continue
        value = given.get(found[3], "")
        if "$" not in value and (value == (found[4] or "") if found[2] == "eq" else bool(value)) is bool(found[1]):
            return False
    return True


def _tagged(decorator: Call, tags: list[str]) -> bool:
    given = decorator.keyword("tags")
    return not isinstance(given, tuple) or bool({str(tag) for tag in given} & set(tags)) if given else False


_DEFINITION = {"task": ("-t", "--taskfile"), "just": ("-f", "--justfile")}
"""How another file is named, in whose folder the runner then works."""
_SAYS_WHERE = ("tox", "hatch")
"""Runners that hand words on only to the commands that say where."""
_HANDS_ON = ("npm", "poe", "pdm", "pixi", "hatch")
"""Runners that give the words behind a script's name to its command."""
_OWN_OF_NPM = {
    "add", "install", "i", "ci", "remove", "upgrade", "up", "update", "init", "publish", "pack", "link", "audit", "config",
    "cache", "why", "workspace", "workspaces", "version", "login", "set", "plugin", "dedupe", "rebuild", "store", "fetch",
    "import", "outdated", "list", "ls", "prune", "create", "global", "info", "node", "setup", "env", "deploy", "run",
}  # fmt: skip


def _further_words(invocation: Invocation) -> tuple[str, ...]:
    """What stands behind a script's name: `yarn cdk deploy X` → deploy X, `npm run cdk -- deploy` → deploy."""
    words = invocation.arguments
    if invocation.via_runner in ("pdm", "pixi", "hatch"):
        return words  # the name is the program there
    names = [n for n, word in enumerate(words) if not word.startswith("-") and word not in ("run", "run-script")]
    rest = words[names[0] + 1 :] if names else ()
    if invocation.program == "npm":
        return rest[rest.index("--") + 1 :] if "--" in rest else tuple(w for w in rest if not w.startswith("-"))
    return rest[1:] if rest[:1] == ("--",) else rest


def _target_names(runner: str, invocation: Invocation) -> tuple[str, ...]:
    words = list(invocation.arguments)
    if runner in ("tox", "nox"):
        chosen = ",".join(_after(words, ("-e", "-s", "--session", "--sessions", "-m")))
        rest = [w for w in words if not w.startswith("-")]
        if runner == "tox" and rest[:1] in (["run"], ["r"], ["p"], ["run-parallel"]):
            rest = rest[1:]
        return tuple(chosen.split(",")) if chosen else ()
    if runner == "npm":
        plain = [w for w in words if not w.startswith("-")]
        if plain[:1] in (["run"], ["run-script"]):
            return tuple(plain[1:2])
        return ({"t": "test", "tst": "test"}.get(plain[0], plain[0]),) if plain else ()
    if runner == "mise":
        return _mise_tasks([w for w in words if not w.startswith("-")])
    names = []
    skip = False
    for word in words:
        if skip or word.startswith("-") or "=" in word:
            skip = word in (
                "-C",
                "-f",
                "-j",
                "--directory",
                "--file",
                "-d",
                "-t",
                "--makefile",
                "--taskfile",
                "--justfile",
                "--dir",
            )
            continue
        names.append(word)
        if runner in ("poe", "invoke"):
            break
    return tuple(names)


_MISE_OWN = (
    "install",
    "i",
    "trust",
    "use",
    "up",
    "upgrade",
    "ls",
    "env",
    "activate",
    "set",
    "settings",
    "doctor",
    "cache",
)
"""Subcommands of mise itself; `mise run install` means a task of that name."""
_MISE_WORDS = ("run", "r", "task", "tasks", "watch", "w")


def _mise_tasks(words: list[str]) -> tuple[str, ...]:
    """`mise run test`, `mise test`, and `mise run lint ::: test` for several; other words are the tasks' arguments."""
    if words[:1] and words[0] in _MISE_OWN:
        return ()
    while words[:1] and words[0] in _MISE_WORDS:
        words = words[1:]
    starts = [0, *(number + 1 for number, word in enumerate(words) if word == ":::")]
    return tuple(words[start] for start in starts if start < len(words))


def _after(words: list[str], flags: tuple[str, ...]) -> list[str]:
    """The words that follow a flag up to the next option: `nox -s lint tests`; also `--session=lint`."""
    found: list[str] = []
    taking = False
    for word in words:
        if word.startswith("-"):
            name, _, value = word.partition("=")
            taking = name in flags and not value
            found += [value] if name in flags and value else []
        elif taking:
            found.append(word)
    return found


def _maker(name: str, rules: Mapping[str, tuple[ProjectFile, Target]]) -> str:
    """The rule of that name, or the one that makes the file of that name."""
    return name if name in rules else next(n for n, (_, rule) in rules.items() if name in rule.outputs)


def _upstream(wanted: set[str], stages: dict[str, tuple[ProjectFile, Target]]) -> set[str]:
    """The stages wanted and all that they need: by name, or by an output that is one of their inputs."""
    maker = {output: name for name, (_, stage) in stages.items() for output in stage.outputs}
    open_outputs = [(_WILDCARD.sub("*", output), name) for output, name in maker.items() if "{" in output]
    found, waiting = set(), list(wanted)
    while waiting:
        name = waiting.pop()
        if name in found or name not in stages:
            continue
        found.add(name)
        waiting += stages[name][1].needs
        for wanted_input in stages[name][1].inputs:
            if wanted_input in maker:
                waiting.append(maker[wanted_input])
                continue
            shape = _WILDCARD.sub("*", wanted_input)
            waiting += [name for pattern, name in open_outputs if fnmatchcase(shape, pattern)]
    return found


def _pipeline_of(chosen: set[str], stages: dict[str, tuple[ProjectFile, Target]]) -> set[str]:
    """The stages chosen and all that are joined with them by what one needs of another, in either direction."""
    needs = {name: _upstream({name}, stages) for name in stages}
    found, size = chosen, -1
    while len(found) != size:
        size = len(found)
        found = found.union(*(several for several in needs.values() if several & found))
    return found


_WILDCARD = re.compile(r"\{[^{}]*\}")
"""`{sample}` in a path of Snakemake."""
