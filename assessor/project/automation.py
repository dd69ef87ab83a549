"""The automation graph: from every trigger through jobs, commands, targets, scripts and stages to Python functions.

It answers for a command or a function: which runs reach it, by which route, at which step, whether its failure fails
the run, and whether only a test starts it. A route ends at its first broken hop: a script, target or path that does
not exist is noted in `broken` and nothing behind it is reached.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from assessor.catalog.actions import command_of
from assessor.facts.commands import Command, Target
from assessor.facts.place import Place
from assessor.facts.python import MODULE, UNKNOWN, Call
from assessor.facts.workflow import Job, Step, Workflow
from assessor.findings import Hop
from assessor.project.closure import Closure, Entry, explore, is_test_scope
from assessor.project.invocations import Invocation, interpret, option, switches, without_variable
from assessor.project.model import LIVE_ROLES, Project, ProjectFile, Role
from assessor.project.modules import Modules, ScopeKey
from assessor.project.runs import Run, called_file, workflow_runs
from assessor.project.starts import code_starts, deployment_starts, resource_starts
from assessor.readers.shell import parse as parse_shell

MAX_DEPTH = 24
MAX_ARRIVALS = 4_000
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Arrival:
    """One way by which a run gets somewhere.

    `step` is the position of the step in its job; `fails` is False where a failure here cannot fail the run.
    """

    run: Run
    step: int
    hop: Hop | None = None
    parent: Arrival | None = None
    fails: bool = True
    in_test: bool = False
    closure: Closure | None = None
    is_build: bool = False
    """It happens while an image is built."""

    def at(self, hop: Hop) -> Arrival:
        """The way with one more hop."""
        return Arrival(self.run, self.step, hop, self, self.fails, self.in_test, self.closure, self.is_build)

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def route(self) -> tuple[Hop, ...]:
        """From the trigger to here; equal neighbours are joined."""
        hops: list[Hop] = []
        arrival: Arrival | None = self
        while arrival is not None:
            if arrival.hop is not None and (not hops or hops[-1] != arrival.hop):
                hops.append(arrival.hop)
            arrival = arrival.parent
        return (*self.run.hops, *reversed(hops))

    @property
    def is_automatic(self) -> bool:
        return self.run.is_automatic


@dataclass(frozen=True, slots=True)
class Site:
    """One command as it is reached (or as it stands, where nothing starts it), and what it starts."""

    command: Command
    invocation: Invocation
    place: Place
    arrival: Arrival | None = None
    cwd: str = ""


@dataclass(frozen=True, slots=True)
class ActionSite:
    """A step that uses an action, task or orb."""

    step: Step
    place: Place
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class _Context:
    """What holds where a command is read: folder, environment, the file that it is written in."""

    arrival: Arrival
    cwd: str
    path: str
    env: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Reach:
    """What all runs reach. Lists are in the order of the runs and steps."""

    sites: list[Site] = field(default_factory=list)
    actions: list[ActionSite] = field(default_factory=list)
    closures: list[tuple[Closure, Arrival]] = field(default_factory=list)
    files: dict[str, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    """Arrivals at whole files: notebooks, Dockerfiles, manifests, Terraform, R scripts."""
    targets: dict[tuple[str, int], list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    """Arrivals at targets and stages, by path and line."""
    broken: list[tuple[Place, str]] = field(default_factory=list)


_NO_RUN = Run("", "", Workflow("code", ""), Job("", 1), ())
"""Stands for the run of a command that nothing starts."""


class Automation:
    """Built once per project. `runs` are all active jobs and other starts by key."""

    def __init__(self, project: Project, modules: Modules) -> None:
        self.project = project
        self.modules = modules
        self.runs: dict[str, Run] = {}
        self.reach = Reach()
        self._explored: dict[tuple[object, ...], Closure] = {}
        self._startings: dict[ScopeKey, list[tuple[Call, str | tuple[str, ...]]]] = {}
        self._seen: set[tuple[object, ...]] = set()
        self._count = 0
        self._actions = {
            file.path: workflow
            for file in project.ordered
            if file.role in LIVE_ROLES
            for workflow in file.facts.workflows
        }
        self._image_files = _image_files(project)
        for run in workflow_runs(project):
            self.runs[run.key] = run
            self._run_job(run)
        for start in (*code_starts(project, modules), *deployment_starts(project), *resource_starts(project)):
            self.runs[start.run.key] = start.run
            self._begin(start.run)
            arrival = Arrival(start.run, 0)
            if start.entry:
                self._python((start.entry,), Invocation("python"), _Context(arrival, "", start.run.path))
            for command in start.commands:
                self._command(command, _Context(arrival, "", start.run.path, start.run.variables))
            for image in start.images:
                self._container(image, _Context(arrival, "", start.run.path))
            for path in start.files:
                self._file(path, _Context(arrival, "", start.run.path))

    # ---- runs and steps ----

    def _begin(self, run: Run) -> None:
        self._seen = set()
        self._count = 0

    def _run_job(self, run: Run) -> None:
        self._begin(run)
        if run.job.image:
            self._container(run.job.image, _Context(Arrival(run, 0), "", run.path), starts=False)
        self._steps(run.job.steps, run.path, Arrival(run, 0), run.variables, run.workflow)

    def _steps(
        self, steps: Iterable[Step], path: str, base: Arrival, env: tuple[tuple[str, str], ...], workflow: Workflow
    ) -> None:
        for number, step in enumerate(steps):
            position = number if base.parent is None and base.hop is None else base.step
            arrival = Arrival(base.run, position, None, base, base.fails and step.can_fail, base.in_test)
            context = _Context(arrival, _folder(step.cwd), path, (*env, *step.env))
            if step.uses:
                self._uses(step, context)
            for command in step.commands:
                self._command(command, context)

    def _uses(self, step: Step, context: _Context) -> None:
        place = Place(context.path, step.line)
        called = called_file(step.uses, context.path, self._actions)
        hop = Hop(f"uses {step.uses}", place)
        arrival = replace(context.arrival, hop=hop)
        self.reach.actions.append(ActionSite(step, place, arrival))
        if called and context.arrival.depth < MAX_DEPTH:
            inner = self._actions[called]
            for job, steps in _called_steps(step, inner):
                env = (*context.env, *inner.env, *job.env, *step.inputs)
                self._steps(steps, called, arrival, env, inner)
            return
        inner_context = replace(context, arrival=arrival)
        known = command_of(step.uses, dict(step.inputs))
        if known:
            argv, folder = known
            moved = inner_context if step.cwd else replace(inner_context, cwd=_joined(context.cwd, _folder(folder)))
            self._command(Command(argv, step.line), moved)
        for name, value in step.inputs:
            if known or step.commands:
                break
            if name.lower() in _SCRIPT_INPUTS and value:
                script = parse_shell(value, first_line=step.line, stops_on_error=True)
                for command in script.commands:
                    remote = command.is_remote or "ssh" in step.uses.lower()
                    self._command(replace(command, line=step.line, is_remote=remote), inner_context)
            elif name.lower() in ("file", "dockerfile"):
                self._file(value, inner_context)
            elif (found := self._locate(value, inner_context)) and found.endswith((".py", ".ipynb", ".sh")):
                self._file(found, inner_context)
        if "docker/build-push-action" in step.uses and not step.input("file"):
            self._file(posixpath.join(_folder(step.input("context")), "Dockerfile"), inner_context)

    # ---- commands ----

    def _command(self, command: Command, context: _Context) -> None:
        self._count += 1
        if self._count > MAX_ARRIVALS or context.arrival.depth > MAX_DEPTH:
            return
        command = _filled(command, (*context.env, *command.env))
        invocation = interpret(command.argv)
        if invocation is None:
            return
        cwd = self._enter(context.cwd, command.cwd, context.path)
        if invocation.folder:
            cwd = _joined(cwd, invocation.folder)
        place, parent = Place(context.path, command.line), context.arrival
        fails = parent.fails and not command.swallowed
        key = (command.argv, place, cwd, fails, parent.in_test)
        if key in self._seen:
            return
        self._seen.add(key)
        hop = Hop(_shown(command.text), place)
        arrival = Arrival(parent.run, parent.step, hop, parent, fails, parent.in_test, is_build=parent.is_build)
        self.reach.sites.append(Site(command, invocation, place, arrival, cwd))
        inner = _Context(arrival, cwd, context.path, (*context.env, *command.env))
        if not self._named_target(invocation, inner):
            self._started(invocation, inner)

    def _started(self, invocation: Invocation, context: _Context) -> None:
        handler = _HANDLERS.get(invocation.program)
        if handler:
            handler(self, invocation, context)
        elif invocation.code:
            self._inline(invocation, context)
        elif invocation.script:
            self._script(invocation, context)
        elif invocation.module:
            self._module(invocation, context)
        else:
            self._console_script(invocation, context)
            self._named_files(invocation, context)

    def _script(self, invocation: Invocation, context: _Context) -> None:
        found = self._locate(invocation.script, context)
        if found is None:
            written = invocation.script
            if not written.startswith(("$", "/", "{", "<")) and "$" not in written and not invocation.module:
                self.reach.broken.append((_at(context), f"{written} does not exist"))
            return
        self._file(found, context, invocation)

    def _file(self, path: str, context: _Context, invocation: Invocation | None = None) -> None:
        """A file is started, built or applied; what that means follows from its facts."""
        found = path if path in self.project.files else self._locate(path, context)
        file = self.project.files.get(found or "")
        if file is None:
            return
        self.reach.files[file.path].append(context.arrival)
        invocation = invocation or Invocation("python")
        if file.facts.script:
            inner = replace(context, path=file.path, arrival=self._hopped(context.arrival, file, 1, file.path))
            for command in file.facts.script.commands:
                self._command(command, inner)
        elif file.facts.notebook or file.facts.python:
            how = "script"
            self._python((Entry(file.path, how),), invocation, context)
        elif file.facts.dockerfile:
            self._build(file, context)

    def _inline(self, invocation: Invocation, context: _Context) -> None:
        """`python -c` code: the first-party functions that it imports are reached."""
        from assessor.readers.python import read_source

        line = context.arrival.hop.place.line if context.arrival.hop else 1
        facts = read_source(invocation.code, lambda _: line)
        entries = []
        folder = context.cwd
        for imported in facts.imports:
            head, _, name = imported.target.rpartition(".")
            for dotted, rest in ((imported.target, ""), (head, name)):
                path = self.modules.module(dotted, folder) if dotted else None
                if path:
                    entries.append(Entry(path, "function", rest))
                    break
        if entries:
            self._python(tuple(entries), invocation, context)

    def _module(self, invocation: Invocation, context: _Context) -> None:
        module = invocation.module
        path = self.modules.module(module, context.cwd)
        if path is None and "/" in module:
            path = self._locate(module if module.endswith(".py") else module + ".py", context)
        if path is None:
            if "." in module and invocation.program == "python" and self._is_ours(module):
                self.reach.broken.append((_at(context), f"module {module} does not exist"))
            return
        if path.endswith("/__init__.py") and path[:-11] + "__main__.py" in self.modules.files:
            path = path[:-11] + "__main__.py"
        how = "script" if invocation.program == "python" else "script" if not invocation.attribute else "function"
        name = invocation.attribute if how == "function" else ""
        self._python((Entry(path, how, name.rstrip("()")),), invocation, context)

    def _is_ours(self, module: str) -> bool:
        head = module.partition(".")[0]
        return any(path.startswith(f"{head}/") or f"/{head}/" in path for path in self.modules.files)

    def _console_script(self, invocation: Invocation, context: _Context) -> None:
        for path, function in self._console_scripts.get(invocation.program, ())[:1]:
            self._python((Entry(path, "function", function),), invocation, context)

    @cached_property
    def _console_scripts(self) -> Mapping[str, list[tuple[str, str]]]:
        """Command → (file, function) of the packages' entry points."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for file, requirements in self.project.having(lambda f: f.requirements):
            for name, target, _ in requirements.entry_points:
                module, _, function = target.partition(":")
                path = self.modules.module(module, posixpath.dirname(file.path))
                if path:
                    found[name].append((path, function))
        return found

    def _named_files(self, invocation: Invocation, context: _Context) -> None:
        """A program that is not known gets files of the repository as arguments: jobs, manifests, notebooks, scripts."""
        for word in invocation.arguments[:30]:
            value = word.partition("=")[2] if word.startswith("-") and "=" in word else word
            if invocation.program == "gcloud" and "builds" not in invocation.arguments:
                break
            if "." not in value or len(value) > 200:
                continue
            found = self._locate(value, context)
            if found and found.endswith((".py", ".sh", ".ipynb", ".R", ".r", ".yaml", ".yml", ".json")):
                if invocation.program not in _READERS_ONLY:
                    self._file(found, context)
                    self._configured(found, context)

    def _configured(self, path: str, context: _Context) -> None:
        """A configuration handed to a program starts the commands and files that it names."""
        file = self.project.files[path]
        inner = replace(context, path=path)
        for resource in file.facts.resources:
            hop = self._hopped(context.arrival, file, resource.line, f"{resource.kind} {resource.name}".strip())
            for command in resource.commands:
                self._command(command, replace(inner, arrival=hop))
            for image in resource.images:
                self._container(image, replace(inner, arrival=hop))
        for workflow in file.facts.workflows:  # a build or pipeline that is handed to its service
            if all(t.kind in ("call", "server") for t in workflow.triggers) and context.arrival.depth < MAX_DEPTH:
                for job in workflow.jobs:
                    base = self._hopped(context.arrival, file, job.line, f"job {job.name or job.id}")
                    self._steps(job.steps, path, base, (*context.env, *workflow.env, *job.env), workflow)
        for setting in file.facts.settings:
            if setting.key.rpartition(".")[2].lower() in _COMMAND_KEYS and " " in setting.value:
                hop = self._hopped(context.arrival, file, setting.line, setting.key)
                for command in parse_shell(setting.value, first_line=setting.line).commands:
                    self._command(replace(command, line=setting.line), replace(inner, arrival=hop))
            elif setting.value.endswith((".py", ".ipynb", ".sh")) and (found := self._locate(setting.value, inner)):
                self._file(
                    found, replace(inner, arrival=self._hopped(context.arrival, file, setting.line, setting.key))
                )

    # ---- named targets ----

    def _named_target(self, invocation: Invocation, context: _Context) -> bool:
        """Targets of make, tox, nox, just, task, npm, poe, hatch, pdm; True where the command was one."""
        runner = _TARGET_RUNNERS.get(invocation.program)
        if runner is None and invocation.via_runner in ("hatch", "pdm", "pixi"):
            names: tuple[str, ...] = (invocation.program.rpartition(":")[2],)
            return self._run_targets(invocation.via_runner, names, invocation, context)
        if runner is None:
            return False
        cwd = context.cwd
        folder = option(invocation, "-C", "--directory", "-d", "--dir", "--prefix", "--cwd")
        if folder:
            cwd = _joined(cwd, folder)
        names = _target_names(runner, invocation)
        given = tuple((n, v) for n, e, v in (w.partition("=") for w in invocation.arguments) if e and n.isidentifier())
        return self._run_targets(runner, names, invocation, replace(context, cwd=cwd, env=(*context.env, *given)))

    def _run_targets(self, runner: str, names: tuple[str, ...], invocation: Invocation, context: _Context) -> bool:
        available = self._targets(runner, context.cwd)
        if not available:
            return False
        chosen = [name for name in names if name in available] or [
            name for name, (_, target) in available.items() if not names and target.is_default
        ]
        for name in names:
            if name not in available and runner in ("make", "just", "task"):
                self.reach.broken.append((_at(context), f"{runner} target {name} does not exist"))
        for name in chosen:
            self._target(name, available, context, set())
        return bool(chosen) or runner in ("make", "tox", "nox", "just", "task")

    def _targets(self, runner: str, folder: str) -> dict[str, tuple[ProjectFile, Target]]:
        """Targets of the runner's files in a folder; files it may include (`*.mk`) come last."""
        found: dict[str, tuple[ProjectFile, Target]] = {}
        for file in self._target_files.get((runner, folder), ()):
            for target in file.facts.targets:
                if target.runner == runner:
                    found.setdefault(target.name, (file, target))
        return found

    @cached_property
    def _target_files(self) -> Mapping[tuple[str, str], list[ProjectFile]]:
        found: dict[tuple[str, str], list[ProjectFile]] = defaultdict(list)
        for file in self.project.ordered:
            if file.role in (Role.FIRST_PARTY, Role.TEST, Role.EXAMPLE):
                for runner in dict.fromkeys(target.runner for target in file.facts.targets):
                    found[runner, posixpath.dirname(file.path)].append(file)
        for (runner, folder), files in list(found.items()):
            files.sort(key=lambda file: file.path.endswith(".mk"))
            if runner == "make":
                for file in files:
                    for setting in file.facts.settings:
                        if setting.key == "include":
                            path = _joined(folder, setting.value)
                            included = self.project.files.get(path)
                            if included and included not in files:
                                found[runner, folder].append(included)
        return found

    def _target(
        self, name: str, available: dict[str, tuple[ProjectFile, Target]], context: _Context, done: set[str]
    ) -> None:
        if name in done or name not in available:
            return
        done.add(name)
        file, target = available[name]
        for need in target.needs:
            self._target(need, available, context, done)
        hop = self._hopped(context.arrival, file, target.line, f"{target.runner} {target.name}")
        self.reach.targets[file.path, target.line].append(hop)
        inner = replace(context, arrival=hop, path=file.path)
        if target.sessions_python:
            self._python((Entry(file.path, "function", target.sessions_python),), Invocation("nox"), inner)
        for command in target.commands:
            self._command(_overridden(command, target, context.env), inner)

    def _dvc(self, invocation: Invocation, context: _Context) -> None:
        words = invocation.arguments
        if words[:1] == ("repro",):
            names = tuple(word for word in words[1:] if not word.startswith("-"))
        elif words[:2] == ("exp", "run"):
            names = tuple(word for word in words[2:] if not word.startswith("-") and "=" not in word)
        else:
            return
        folder = context.cwd if self._targets("dvc", context.cwd) else ""
        stages = self._targets("dvc", folder)
        wanted = {name.rpartition(":")[2].partition("@")[0] for name in names if "." not in name}
        for name in stages:
            if not wanted or name in _upstream(wanted, stages):
                self._target(name, stages, replace(context, cwd=folder), set())

    def _mlflow(self, invocation: Invocation, context: _Context) -> None:
        if invocation.arguments[:1] != ("run",):
            return
        where = next((word for word in invocation.arguments[1:] if not word.startswith("-")), ".")
        projects = self._targets("mlproject", _joined(context.cwd, where))
        entry = option(invocation, "-e", "--entry-point") or "main"
        self._target(entry, projects, replace(context, cwd=_joined(context.cwd, where)), set())

    def _hooks(self, context: _Context) -> None:
        for file, hooks in self.project.having(lambda f: f.hooks):
            for hook in hooks:
                hop = self._hopped(context.arrival, file, hook.line, f"hook {hook.id}")
                self.reach.targets[file.path, hook.line].append(hop)
                for command in hook.commands:
                    self._command(command, replace(context, arrival=hop, path=file.path, cwd=""))

    def _pre_commit(self, invocation: Invocation, context: _Context) -> None:
        if invocation.arguments[:1] == ("run",):
            self._hooks(context)

    # ---- containers and infrastructure ----

    def _docker(self, invocation: Invocation, context: _Context) -> None:
        words = [word for word in invocation.arguments if word not in ("buildx", "image", "container")]
        if words[:1] == ["compose"]:
            self._compose(replace(invocation, arguments=tuple(words[1:])), context)
        elif words[:1] == ["build"]:
            self._docker_build(invocation, words[1:], context)
        elif words[:1] == ["run"]:
            image, command = _docker_run(words[1:])
            self._container(image, context, command=command)

    def _docker_build(self, invocation: Invocation, words: list[str], context: _Context) -> None:
        named = option(invocation, "-f", "--file")
        where = next((w for w in reversed(words) if not w.startswith("-")), ".")
        where = "." if where == "-" else where
        candidates = [named] if named else []
        candidates += (
            [posixpath.join(where, "Dockerfile"), posixpath.join(where, named)]
            if named
            else [posixpath.join(where, "Dockerfile")]
        )
        for candidate in candidates:
            found = self._locate(candidate, context)
            if found:
                self._file(found, context)
                return
        if not where.startswith("$"):
            self.reach.broken.append((_at(context), f"{candidates[0]} does not exist"))

    def _build(self, file: ProjectFile, context: _Context) -> None:
        """An image is built: its RUN commands happen, its entry point does not."""
        dockerfile = file.facts.dockerfile
        assert dockerfile is not None
        arrival = replace(self._hopped(context.arrival, file, 1, f"build {file.path}"), is_build=True)
        inner = _Context(arrival, self._image_folder(file), file.path, context.env)
        for command in dockerfile.commands:
            self._command(command, replace(inner, cwd=self._image_folder(file)))

    def _image_folder(self, file: ProjectFile) -> str:
        """The folder of the repository that the image's working folder stands for."""
        folder = posixpath.dirname(file.path)
        dockerfile = file.facts.dockerfile
        sources = [source for source, _, _ in dockerfile.copies] if dockerfile else []
        own = any(_joined(folder, source) in self.project.listed for source in sources if source not in (".", "./"))
        return (
            folder
            if own or not folder or f"{folder}/requirements.txt" in self.project.listed
            else folder
            if not sources
            else self._context_folder(folder, sources)
        )

    def _context_folder(self, folder: str, sources: list[str]) -> str:
        """The build context is the nearest folder upwards in which a copied source exists."""
        plain = [s.rstrip("/") for s in sources if s not in (".", "./")]
        current = folder
        while plain:
            if any(
                _joined(current, s) in self.project.listed or _joined(current, s) in self.project.folders for s in plain
            ):
                return current
            if not current:
                break
            current = posixpath.dirname(current)
        return folder

    def _container(self, image: str, context: _Context, command: tuple[str, ...] = (), starts: bool = True) -> None:
        """A container starts from an image that this repository builds, if it does."""
        name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
        path = self._image_files.get(name)
        if path is None and name and "$" in name and len(self._dockerfiles) == 1:
            path = self._dockerfiles[0]
        if path is None:
            return
        file = self.project.files[path]
        self.reach.files[path].append(context.arrival)
        if not starts:
            return
        dockerfile = file.facts.dockerfile
        assert dockerfile is not None
        arrival = self._hopped(
            context.arrival, file, dockerfile.entry[0].line if dockerfile.entry else 1, f"start {path}"
        )
        inner = _Context(arrival, self._image_folder(file), path, context.env)
        for started in (
            (Command(command, arrival.hop.place.line if arrival.hop else 1),) if command else dockerfile.entry
        ):
            self._command(started, inner)

    @cached_property
    def _dockerfiles(self) -> list[str]:
        return [f.path for f in self.project.ordered if f.facts.dockerfile and f.role is Role.FIRST_PARTY]

    def _compose(self, invocation: Invocation, context: _Context) -> None:
        words = list(invocation.arguments)
        named = [words[i + 1] for i, w in enumerate(words[:-1]) if w in ("-f", "--file")]
        plain = [
            w for i, w in enumerate(words) if not w.startswith("-") and (i == 0 or words[i - 1] not in _COMPOSE_VALUES)
        ]
        action, services = (plain[0] if plain else ""), plain[1:]
        if action not in ("up", "run", "build", "start", "push", "create"):
            return
        for file in self._compose_files(named, context):
            for service in file.facts.services:
                if action == "run" and services and service.name != services[0]:
                    continue
                if services and action != "run" and service.name not in services:
                    continue
                self._service(
                    file,
                    service,
                    context,
                    action not in ("build", "push"),
                    tuple(services[1:]) if action == "run" else (),
                )

    def _compose_files(self, named: list[str], context: _Context) -> Iterator[ProjectFile]:
        if named:
            paths = [self._locate(name, context) for name in named]
        else:
            names = ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")
            paths = [self._locate(name, context) for name in names]
        for path in paths:
            if path and self.project.files[path].facts.services:
                yield self.project.files[path]

    def _service(
        self, file: ProjectFile, service: object, context: _Context, starts: bool, command: tuple[str, ...] = ()
    ) -> None:
        from assessor.facts.project_files import Service

        assert isinstance(service, Service)
        arrival = self._hopped(context.arrival, file, service.line, f"service {service.name}")
        self.reach.targets[file.path, service.line].append(arrival)
        inner = _Context(arrival, posixpath.dirname(file.path), file.path, (*context.env, *service.environment))
        path = None
        if service.build:
            folder = _joined(posixpath.dirname(file.path), service.build)
            path = _joined(folder, service.dockerfile or "Dockerfile")
        built = self.project.files.get(path or "")
        if built and built.facts.dockerfile:
            self._file(built.path, inner)
            inner = replace(inner, cwd=self._image_folder(built))
        if not starts:
            return
        if command:
            self._command(Command(command, service.line), inner)
        elif service.command:
            for started in service.command:
                self._command(started, inner)
        elif built and built.facts.dockerfile:
            for started in built.facts.dockerfile.entry:
                entry = replace(inner, path=built.path)
                self._command(started, entry)

    def _apply(self, invocation: Invocation, context: _Context) -> None:
        """kubectl, helm, kustomize, terraform and the like apply the manifests of a file or folder."""
        words = invocation.arguments
        if invocation.program in ("terraform", "tofu", "terragrunt"):
            folder = _joined(context.cwd, option(invocation, "-chdir") or "")
            if "apply" in words:
                self._folder(folder, context, (".tf",))
            return
        if any(word.startswith("--dry-run") and word != "--dry-run=none" for word in words) or words[:1] in _LOOKS:
            return
        for word in words:
            value = word.partition("=")[2] if word.startswith("-") else word
            found = self._locate(value, context) if value else None
            if found:
                self._file(found, context)
                self._configured(found, context)
            elif value and (folder := _joined(context.cwd, without_variable(value))) in self.project.folders and folder:
                if not self._kustomized(folder, context, set()):
                    self._folder(folder, context, (".yaml", ".yml", ".tpl", ".json"))

    def _kustomized(self, folder: str, context: _Context, done: set[str]) -> bool:
        """Follow a kustomization's resources, bases and components; False where the folder has none."""
        names = [f"{folder}/{name}" for name in ("kustomization.yaml", "kustomization.yml", "Kustomization")]
        path = next((name for name in names if name in self.project.files), None)
        if path is None or folder in done:
            return path is not None
        done.add(folder)
        self.reach.files[path].append(context.arrival)
        for resource in self.project.files[path].facts.resources:
            for key, value, line in resource.settings:
                generated = key.startswith("configMapGenerator.") and ".files." in key
                if not (generated or key.startswith(("resources.", "bases.", "components.", "helmCharts."))):
                    continue
                target = _joined(folder, value.rpartition("=")[2])
                inner = replace(context, arrival=self._hopped(context.arrival, self.project.files[path], line, value))
                if target in self.project.files:
                    self.reach.files[target].append(inner.arrival)
                    self._configured(target, inner)
                elif target in self.project.folders and not self._kustomized(target, inner, done):
                    self._folder(target, inner, (".yaml", ".yml"))
        return True

    def _folder(self, folder: str, context: _Context, endings: tuple[str, ...]) -> None:
        prefix = f"{folder}/" if folder else ""
        for path in sorted(self.project.files):
            if path.startswith(prefix) and path.endswith(endings):
                self.reach.files[path].append(context.arrival)
                if path.endswith((".yaml", ".yml")):
                    self._configured(path, context)

    # ---- Python ----

    def _tests(self, invocation: Invocation, context: _Context) -> None:
        """pytest and unittest collect test functions below the paths given, or below the working folder."""
        if "--collect-only" in invocation.arguments or "--version" in invocation.arguments:
            return
        paths = [word.partition("::")[0] for word in _pytest_operands(invocation)]
        if invocation.program != "pytest":
            paths = [p for p in paths if "/" in p or p.endswith(".py")]
        roots = [found for path in paths if (found := self._place_of(path, context)) is not None]
        if paths and not roots and invocation.program == "pytest":
            self.reach.broken.append((_at(context), f"{paths[0]} does not exist"))
            return
        files = [
            path
            for path in self.test_files
            if not roots or any(path == r or path.startswith(f"{r}/" if r else "") for r in roots)
        ]
        if not roots and context.cwd:
            files = [path for path in files if path.startswith(context.cwd + "/")] or files
        files = _unskipped(files, invocation)
        if files:
            entries = tuple(Entry(path, "tests") for path in files)
            self._python(entries, Invocation(invocation.program), context)

    @cached_property
    def test_files(self) -> list[str]:
        """Modules in which pytest or unittest collects tests or fixtures."""
        return [
            path
            for path, file in sorted(self.modules.files.items())
            if not file.is_notebook
            and file.role in (Role.TEST, Role.FIRST_PARTY)
            and (path.rpartition("/")[2] == "conftest.py" or _collects(file))
        ]

    def _python(self, entries: tuple[Entry, ...], invocation: Invocation, context: _Context) -> None:
        given = {name: value for name, value in context.env if name}
        given.update(switches(invocation.arguments))
        given = {name: value for name, value in given.items() if name in self._guarded}
        words = tuple(invocation.operands[:10])
        key = (entries, tuple(sorted(given.items())), words)
        closure = self._explored.get(key)
        if closure is None:
            closure = self._explored[key] = explore(self.modules, entries, given, words)
        in_test = context.arrival.in_test or closure.in_test
        arrival = replace(context.arrival, closure=closure, in_test=in_test)
        seen = (id(closure), arrival.fails, in_test, arrival.step)
        if seen in self._seen:
            return
        self._seen.add(seen)
        self.reach.closures.append((closure, arrival))
        self._spawned(closure, arrival, context)

    @cached_property
    def _guarded(self) -> frozenset[str]:
        """Names that some condition of first-party code tests; other switches change nothing that is followed."""
        codes = [f.code for f in self.project.ordered if f.code]
        names = {g.name for code in codes for call in code.calls for g in call.guards}
        names |= {g.name for code in codes for imported in code.imports for g in imported.guards}
        return frozenset(names)

    def _spawned(self, closure: Closure, arrival: Arrival, context: _Context) -> None:
        """Commands and scripts that the reached functions start themselves."""
        for scope in list(closure.reached):
            for call, text in self._starting(scope):
                if closure.runs(call):
                    self._call(call, text, scope, closure, arrival, context)

    def _starting(self, scope: ScopeKey) -> list[tuple[Call, str | tuple[str, ...]]]:
        """The calls of a function that may start a command or a file, with the command where the call itself has one."""
        known = self._startings.get(scope)
        if known is None:
            calls = self.modules.index(scope[0]).calls.get(scope[1], ())
            found = [(call, _started_text(call, scope[0])) for call in calls]
            known = self._startings[scope] = [(call, text) for call, text in found if text or _may_name_files(call)]
        return known

    def _call(
        self,
        call: Call,
        text: str | tuple[str, ...],
        scope: ScopeKey,
        closure: Closure,
        arrival: Arrival,
        context: _Context,
    ) -> None:
        files = [] if text else self._files_named(call, scope[0], context)
        if not text and not files:
            return
        hop = self.scope_arrival(scope, closure, arrival, call.line)
        inner = replace(context, arrival=hop, path=scope[0])
        if text:
            checked = (
                call.keyword("check") is True or "check_" in call.name or scope[0].endswith(("noxfile.py", "tasks.py"))
            )
            if isinstance(text, tuple):
                commands: tuple[Command, ...] = (Command(text, call.line, swallowed=not checked),)
            else:
                commands = parse_shell(text, first_line=call.line).commands
            for command in commands:
                self._command(replace(command, line=call.line), inner)
        for found in files:
            self._file(found, inner)

    def _files_named(self, call: Call, path: str, context: _Context) -> list[str]:
        """Scripts and notebooks that a call names (`entry_point="train.py"`), beside the module, from the root, or in
        `source_dir`; the value may come from the environment of the job."""
        found = []
        values = [value for value in (*call.args, *(v for _, v in call.keywords)) if isinstance(value, str)]
        if call.name in _ENVIRONMENT and values:
            values = [value for name, value in context.env if name == values[0]] if call.scope != MODULE else []
        for name in (
            call.names if context.env else ()
        ):  # `script_name=env.train_script`, with TRAIN_SCRIPT in the job's environment
            variable = name.rpartition(".")[2].upper()
            values += [value for key, value in context.env if key == variable]
        source = next(
            (
                v
                for k, v in call.keywords
                if k in ("source_dir", "source_directory", "code", "source") and isinstance(v, str)
            ),
            "",
        )
        for value in values:
            if value.endswith(_FILE_ENDINGS) and len(value) < 200 and not any(c in value for c in "*\n "):
                folder = posixpath.dirname(path)
                names = (
                    _joined(source, value),
                    _joined(folder, value),
                    without_variable(value),
                    _joined(folder, _joined(source, value)),
                )
                hit = next((n for n in names if n in self.project.files), None) or self._unique(value)
                if (
                    hit
                    and hit != path
                    and not call.name.endswith(("open", "exists", "copy", "join", "copyfile", "read_text"))
                ):
                    found.append(hit)
        return found

    # ---- places ----

    def scope_arrival(self, scope: ScopeKey, closure: Closure, arrival: Arrival, line: int = 0) -> Arrival:
        """The arrival at a function of a closure, with a hop for each file on the way."""
        current = arrival
        last_path = ""
        trail = closure.trail(scope)
        for (path, number), _ in trail:
            known = self.modules.index(path).facts.scopes[number]
            if path != last_path or (path, number) == scope:
                name = known.name if known.kind in ("function", "method") else path.rpartition("/")[2]
                label = f"{name}()" if known.kind in ("function", "method") else name
                current = current.at(Hop(label, Place(path, max(known.line, 1))))
            last_path = path
        if line:
            code_line = Place(scope[0], line)
            if current.hop is None or current.hop.place != code_line:
                current = current.at(Hop(f"line {line}", code_line))
        return current

    def started_file(self, site: Site) -> str | None:
        """The script or module of this repository that a command starts; None where it starts none."""
        invocation = site.invocation
        if invocation.module:
            return self.modules.module(invocation.module, site.cwd)
        if not invocation.script:
            return None
        arrival = site.arrival or Arrival(_NO_RUN, 0)
        cwd = site.cwd if site.arrival else posixpath.dirname(site.place.path)
        return self._locate(invocation.script, _Context(arrival, cwd, site.place.path))

    def _hopped(self, arrival: Arrival, file: ProjectFile, line: int, label: str) -> Arrival:
        return arrival.at(Hop(label, file.at(line)))

    def _enter(self, cwd: str, changed: str, path: str) -> str:
        if not changed:
            return cwd
        if changed.startswith("$SCRIPT_DIR"):
            return _joined(posixpath.dirname(path), changed.removeprefix("$SCRIPT_DIR").lstrip("/"))
        plain = without_variable(changed)
        if changed.startswith(("/", "~", "$")):
            return self._mounted(plain)
        return _joined(cwd, plain)

    def _mounted(self, path: str) -> str:
        """An absolute path inside a container or on another machine: the longest tail of it that is a folder here, or
        the root, since such a path leads to a clone of the repository."""
        parts = path.strip("/").split("/")
        for start in range(len(parts)):
            tail = "/".join(parts[start:])
            if tail in self.project.folders:
                return tail
        return ""

    def _locate(self, word: str, context: _Context) -> str | None:
        """The file that a word on a command line means, seen from the working folder; None where there is none."""
        if not word or len(word) > 300 or "\n" in word:
            return None
        plain = without_variable(word.strip("\"'"))
        files = self.project.files
        folder = posixpath.dirname(context.path)
        for candidate in (_joined(context.cwd, plain), _joined("", plain), _joined(folder, plain)):
            if candidate in files and (
                candidate == _joined(context.cwd, plain) or word != plain or self._loose(context)
            ):
                return candidate
        if plain.startswith("/"):
            parts = plain.strip("/").split("/")
            for start in range(len(parts)):
                tail = "/".join(parts[start:])
                for candidate in (_joined(context.cwd, tail), tail):
                    if candidate in files:
                        return candidate
        if word != plain or self._loose(context) or "$" in context.cwd:
            return self._unique(plain)
        return None

    def _loose(self, context: _Context) -> bool:
        """The working folder is not known for sure: inside containers, DAGs, manifests and Python."""
        return not context.path.endswith((".yml", ".yaml")) or context.arrival.run.workflow.provider in (
            "code",
            "resource",
        )

    def _unique(self, plain: str) -> str | None:
        tail = "/" + plain.lstrip("./")
        hits = [path for path in self._by_name.get(plain.rpartition("/")[2], ()) if path.endswith(tail)]
        return hits[0] if len(hits) == 1 else None

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.project.files:
            found[path.rpartition("/")[2]].append(path)
        return found

    def _place_of(self, word: str, context: _Context) -> str | None:
        """A file or folder named on the command line; the root as the empty text."""
        plain = without_variable(word).rstrip("/")
        for candidate in (_joined(context.cwd, plain), _joined("", plain)):
            if candidate in self.project.files or candidate in self.project.folders:
                return candidate
        return None

    # ---- questions ----

    @cached_property
    def _by_scope(self) -> Mapping[ScopeKey, list[tuple[Closure, Arrival]]]:
        found: dict[ScopeKey, list[tuple[Closure, Arrival]]] = defaultdict(list)
        for closure, arrival in self.reach.closures:
            for scope in closure.reached:
                found[scope].append((closure, arrival))
        return found

    def arrivals(self, path: str, scope: int, call: Call | None = None, line: int = 0) -> list[Arrival]:
        """Every way that some run reaches a function, or the call in it if its conditions allow it."""
        key = (path, scope)
        return [
            arrival
            for closure, arrival in self._by_scope.get(key, ())
            if call is None or not call.guards or closure.runs(call)
        ]

    def route(self, arrival: Arrival, path: str, scope: int, line: int) -> tuple[Hop, ...]:
        """The route of an arrival at a function down to a line of it."""
        assert arrival.closure is not None
        return self.scope_arrival((path, scope), arrival.closure, arrival, line).route

    @cached_property
    def idle_sites(self) -> tuple[Site, ...]:
        """Commands of scripts, targets, stages and hooks that no run reaches: a person starts them."""
        reached = {site.place for site in self.reach.sites}
        found = []
        for file in self.project.ordered:
            if file.role is not Role.FIRST_PARTY:
                continue
            commands = [c for target in file.facts.targets for c in target.commands]
            commands += file.facts.script.commands if file.facts.script else ()
            commands += [c for hook in file.facts.hooks for c in hook.commands]
            for workflow in file.facts.workflows:
                if not workflow.disabled:
                    commands += [
                        c for job in workflow.jobs if job.is_active for step in job.steps for c in step.commands
                    ]
            for command in commands:
                invocation = interpret(command.argv)
                place = Place(file.path, command.line)
                if invocation and place not in reached:
                    found.append(Site(command, invocation, place))
        return tuple(found)


def _called_steps(step: Step, inner: Workflow) -> Iterator[tuple[Job, tuple[Step, ...]]]:
    """The jobs and steps of a called definition; of GitLab's `file@job` only that job's sections asked for."""
    name = step.uses.partition("@")[2]
    if inner.provider != "gitlab" or not name:
        yield from ((job, job.steps) for job in inner.jobs)
        return
    sections = step.input("sections").split(",") if step.input("sections") else []
    wanted = {section.strip() for section in sections}
    for job in inner.jobs:
        if job.id == name:
            yield job, tuple(s for s in job.steps if not wanted or s.name in wanted)


def _overridden(command: Command, target: Target, env: tuple[tuple[str, str], ...]) -> Command:
    """Put what `make NAME=value` gives in place of the variable's default in the recipe."""
    given = dict(env)
    argv = command.argv
    for name, default in target.variables:
        if name in given and default:
            argv = tuple(word.replace(default, given[name]) for word in argv)
    return replace(command, argv=argv) if argv != command.argv else command


_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")
_PARAMETER = re.compile(
    r"\$\{\{\s*(?:parameters|inputs|variables|env|vars)\.(\w[\w-]*)\s*\}\}|\$\[\[\s*inputs\.(\w+)\s*\]\]|\$\((\w+)\)"
)


@lru_cache(maxsize=1024)
def _lookups(env: tuple[tuple[str, str], ...]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The variables by name, and by their name in a shell."""
    return dict(env), {name.replace("-", "_"): text for name, text in env}


def _filled(command: Command, env: tuple[tuple[str, str], ...]) -> Command:
    """Put the inputs and variables that the caller gives in place of `${{ inputs.x }}` and `$(x)`."""
    if not any("$" in word for word in command.argv):
        return command
    known, plain = _lookups(env)

    def value(found: re.Match[str]) -> str:
        return known.get(next(group for group in found.groups() if group), found[0])

    def variable(found: re.Match[str]) -> str:
        return plain.get(found[1], found[0])

    return replace(command, argv=tuple(_VARIABLE.sub(variable, _PARAMETER.sub(value, word)) for word in command.argv))


_LOOKS = {
    ("diff",),
    ("lint",),
    ("template",),
    ("get",),
    ("describe",),
    ("delete",),
    ("logs",),
    ("uninstall",),
    ("test",),
    ("wait",),
    ("edit",),
    ("build",),
}
"""Subcommands of kubectl and helm that apply nothing."""
_COMPOSE_VALUES = {
    "-f",
    "--file",
    "-p",
    "--project-name",
    "--env-file",
    "--profile",
    "--project-directory",
    "--progress",
    "--ansi",
    "--scale",
    "--timeout",
    "-t",
    "--parallel",
}
_SCRIPT_INPUTS = {"script", "run", "command", "cmd", "inlinescript", "inline", "commands", "shell_command"}
_COMMAND_KEYS = {"command", "entrypoint", "cmd", "run", "script", "args", "entry_point", "exec"}
_READERS_ONLY = {
    "cat", "echo", "cp", "mv", "rm", "ls", "sed", "grep", "head", "tail", "chmod", "git", "test", "[", "mkdir", "touch",
    "black", "flake8", "ruff", "isort", "pylint", "mypy", "curl", "wget", "tar", "zip", "unzip", "pip", "cut", "jq", "yq",
    "awk", "find", "diff", "source", "aws", "gsutil", "scp", "rsync", "pyright", "bandit", "autopep8", "yapf", "export",
    "cml", "codecov", "printf", "which", "tee", "stat", "wc", "sort", "md5sum", "sha256sum", "envsubst",
}  # fmt: skip
"""Programs that read, move or check the files they are given and do not start them."""

_TARGET_RUNNERS = {
    "make": "make",
    "gmake": "make",
    "$(MAKE)": "make",
    "${MAKE}": "make",
    "tox": "tox",
    "nox": "nox",
    "just": "just",
    "task": "task",
    "npm": "npm",
    "yarn": "npm",
    "pnpm": "npm",
    "poe": "poe",
    "invoke": "invoke",
    "inv": "invoke",
}


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
        return tuple(plain[:1]) if plain[:1] in (["test"], ["start"], ["build"]) or plain else ()
    names = []
    skip = False
    for word in words:
        if skip or word.startswith("-") or "=" in word:
            skip = word in ("-C", "-f", "-j", "--directory", "--file", "-d", "-t", "--makefile")
            continue
        names.append(word)
        if runner in ("poe", "invoke"):
            break
    return tuple(names)


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


def _upstream(wanted: set[str], stages: dict[str, tuple[ProjectFile, Target]]) -> set[str]:
    """The stages wanted and all whose outputs they need."""
    maker = {output: name for name, (_, stage) in stages.items() for output in stage.outputs}
    found, waiting = set(), list(wanted)
    while waiting:
        name = waiting.pop()
        if name in found or name not in stages:
            continue
        found.add(name)
        waiting += [maker[i] for i in stages[name][1].inputs if i in maker]
    return found


def _docker_run(words: list[str]) -> tuple[str, tuple[str, ...]]:
    """Image and command of `docker run`."""
    position = 0
    flags = {"--rm", "-d", "-it", "-i", "-t", "-ti", "--detach", "--privileged", "--init", "--tty", "--interactive"}
    while position < len(words) and words[position].startswith("-"):
        position += 1 if words[position] in flags or "=" in words[position] else 2
    return (words[position] if position < len(words) else "", tuple(words[position + 1 :]))


_PYTEST_VALUES = {
    "-k", "-m", "-n", "-p", "-c", "-o", "-W", "--cov", "--cov-report", "--cov-config", "--junitxml", "--junit-xml", "--maxfail",
    "--tb", "--durations", "--timeout", "--rootdir", "--ignore", "--html", "--cov-fail-under", "--dist", "-r", "--log-level",
    "--alluredir", "--numprocesses", "--deselect", "--log-cli-level", "--doctest-glob", "-s", "-t",
}  # fmt: skip


def _pytest_operands(invocation: Invocation) -> list[str]:
    found, skip = [], False
    for word in invocation.arguments:
        if skip:
            skip = False
        elif word in (">", ">>", "2>", "|"):
            break
        elif word.startswith("-"):
            skip = word in _PYTEST_VALUES and word not in ("-s",)
        elif word not in ("discover", "test", "nosetests"):
            found.append(word)
    return [w for w in found if not w.startswith("$")]


def _unskipped(files: list[str], invocation: Invocation) -> list[str]:
    """Leave out what `--ignore` names."""
    ignored = [w.partition("=")[2] for w in invocation.arguments if w.startswith("--ignore=")]
    given = option(invocation, "--ignore")
    ignored += [given] if given else []
    return [
        f
        for f in files
        if not any(f == i.strip("./") or f.startswith(i.strip("./").rstrip("/") + "/") for i in ignored)
    ]


def _collects(file: ProjectFile) -> bool:
    name = file.path.rpartition("/")[2]
    if name.startswith("test_") or name.endswith(("_test.py", "_tests.py")) or name in ("tests.py",):
        return True
    if name == "test.py" and file.facts.python:
        return any(is_test_scope(scope) for scope in file.facts.python.scopes)
    code = file.facts.python
    return bool(code and any("TestCase" in base for cls in code.classes for base in cls.bases))


_STARTERS = {
    "os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
    "subprocess.Popen", "subprocess.getoutput", "sh.bash", "invoke.run", "asyncio.create_subprocess_shell",
    "plumbum.local", "prefect_shell.ShellOperation", "prefect.tasks.shell.ShellTask",
}  # fmt: skip


_COMMAND_ARGUMENTS = ("bash_command", "command", "cmd", "commands", "cmds", "arguments")
_FILE_ENDINGS = (".py", ".ipynb", ".sh", ".R")
_ENVIRONMENT = ("os.environ.get", "os.getenv")


def _may_name_files(call: Call) -> bool:
    """Some argument is a script or notebook, or its value may come from the job's environment."""
    if call.names or call.name in _ENVIRONMENT:
        return True
    values = (*call.args, *(value for _, value in call.keywords))
    return any(isinstance(value, str) and value.endswith(_FILE_ENDINGS) for value in values)


def _started_text(call: Call, path: str) -> str | tuple[str, ...]:
    """The command that a call runs: of subprocess and its like, or of an operator's `bash_command`."""
    given = dict(reversed(call.keywords)) if call.keywords else {}
    for name in _COMMAND_ARGUMENTS:
        value = given.get(name)
        if name == "bash_command" and isinstance(value, str) and value is not UNKNOWN:
            return value
        if isinstance(value, str | tuple) and value is not UNKNOWN and _looks_started(value):
            return value if isinstance(value, str) else _known(value)
    if path.endswith("noxfile.py") and call.name in (
        "?.run",
        "?.run_always",
        "nox.Session.run",
        "nox.sessions.Session.run",
    ):
        return _known(tuple(v for v in call.args if not isinstance(v, tuple)))
    if path.endswith("tasks.py") and call.name in ("?.run", "?.sudo", "invoke.Context.run"):
        value = next(iter(call.args), None)
        return value if isinstance(value, str) and value is not UNKNOWN else ""
    if call.name in _STARTERS:
        value = next(iter(call.args), None)
        if isinstance(value, tuple):
            return _known(value)
        return value if isinstance(value, str) and value is not UNKNOWN else ""
    return ""


def _known(words: tuple[object, ...]) -> tuple[str, ...]:
    return tuple("$X" if word is UNKNOWN else str(word) for word in words)


def _looks_started(value: str | tuple[object, ...]) -> bool:
    text = value if isinstance(value, str) else " ".join(map(str, value))
    return any(mark in text for mark in (".py", ".sh", "python", "dvc ", "make "))


def _image_files(project: Project) -> dict[str, str]:
    """Image name (last part, no tag) → the Dockerfile that a command or compose service of this repository builds it from."""
    found: dict[str, str] = {}
    dockerfiles = [f.path for f in project.ordered if f.facts.dockerfile]
    for file, services in project.having(lambda f: f.services):
        for service in services:
            if service.build:
                folder = _joined(posixpath.dirname(file.path), service.build)
                path = _joined(folder, service.dockerfile or "Dockerfile")
                if path in dockerfiles:
                    found.setdefault(_image_name(service.image) or service.name, path)
    for command, folder in _all_commands(project):
        words = [w for w in command.argv if w not in ("buildx", "image")]
        if words[:2] in (["docker", "build"], ["podman", "build"]):
            invocation = Invocation("docker", tuple(words[1:]))
            tag = _image_name(option(invocation, "-t", "--tag"))
            named = option(invocation, "-f", "--file")
            where = words[-1] if not words[-1].startswith("-") else "."
            for candidate in (named, posixpath.join(where, "Dockerfile"), posixpath.join(where, named)):
                for base in (_joined(folder, command.cwd), ""):
                    path = _joined(base, without_variable(candidate))
                    if tag and path in dockerfiles:
                        found.setdefault(tag, path)
    return found


def _image_name(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _all_commands(project: Project) -> Iterator[tuple[Command, str]]:
    for file in project.ordered:
        folder = posixpath.dirname(file.path)
        for target in file.facts.targets:
            yield from ((command, folder) for command in target.commands)
        if file.facts.script:
            yield from ((command, "") for command in file.facts.script.commands)
        for workflow in file.facts.workflows:
            for job in workflow.jobs:
                for step in job.steps:
                    yield from (
                        (replace(command, cwd=_joined(_folder(step.cwd), command.cwd)), "") for command in step.commands
                    )


def _folder(path: str) -> str:
    plain = without_variable(path).strip("/") if path else ""
    return "" if plain in (".", "") or plain.startswith("$") else posixpath.normpath(plain)


def _joined(base: str, path: str) -> str:
    """Join and normalise; `.` is the root. A path that leaves the root is kept with its dots and matches nothing."""
    joined = posixpath.normpath(posixpath.join(base, path)) if base or path else ""
    return "" if joined == "." else joined


def _at(context: _Context) -> Place:
    return context.arrival.hop.place if context.arrival.hop else Place(context.path, 1)


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


_HANDLERS = {
    "dvc": Automation._dvc,
    "mlflow": Automation._mlflow,
    "pytest": Automation._tests,
    "py.test": Automation._tests,
    "unittest": Automation._tests,
    "nosetests": Automation._tests,
    "pre-commit": Automation._pre_commit,
    "prek": Automation._pre_commit,
    "docker": Automation._docker,
    "podman": Automation._docker,
    "docker-compose": Automation._compose,
    "kubectl": Automation._apply,
    "helm": Automation._apply,
    "kustomize": Automation._apply,
    "terraform": Automation._apply,
    "tofu": Automation._apply,
    "terragrunt": Automation._apply,
    "oc": Automation._apply,
}
