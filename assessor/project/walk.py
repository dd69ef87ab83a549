"""The walk over the automation graph: from a run's steps through commands and files to Python functions.

A way ends at its first broken hop: a script, target or path that does not exist is noted in `Reach.broken` and nothing
behind it is reached.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache

from assessor.catalog.actions import command_of
from assessor.catalog.idle import forgives, is_forgiven_by
from assessor.catalog.image_pushes import builds_image
from assessor.catalog.image_starts import image_start
from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.catalog.traits import makes_step
from assessor.facts.commands import Command
from assessor.facts.place import Place, Setting
from assessor.facts.project_files import Resource
from assessor.facts.python import UNKNOWN, Call, PythonFacts
from assessor.facts.values import dataclass
from assessor.facts.workflow import LIBRARY, Job, Step, Workflow
from assessor.findings import Hop
from assessor.project.arrivals import NO_RUN, ActionSite, Arrival, Context, Reach, Shell, Site, hopped
from assessor.project.charts import Charts
from assessor.project.closure import SUBMITTED, Closure, Entry, explore
from assessor.project.cluster_definitions import ClusterDefinitions
from assessor.project.collected_tests import CollectedTests
from assessor.project.command_functions import CommandFunctions
from assessor.project.containers import Containers
from assessor.project.environment import ALL, BETWEEN, Environments
from assessor.project.functions import ServerlessFunctions, function_made
from assessor.project.idleness import Idleness, is_idle
from assessor.project.image_names import DOCKERFILES, context_of_build
from assessor.project.image_starts import ImageStarts
from assessor.project.invocations import Invocation, interpret, switches
from assessor.project.jenkins_libraries import called_function, function_steps
from assessor.project.kustomizations import Kustomizations
from assessor.project.matrices import rows_of
from assessor.project.model import LIVE_ROLES, Project, ProjectFile
from assessor.project.modules import Modules, ScopeKey
from assessor.project.named_definitions import NamedDefinitions
from assessor.project.named_objects import NamedObjects
from assessor.project.orchestrators import Orchestrators
from assessor.project.other_tests import PROGRAMS as OTHER_TESTERS
from assessor.project.other_tests import OtherTests
from assessor.project.paths import Paths, folder_of, joined
from assessor.project.r_and_julia import RAndJulia
from assessor.project.runs import Run, called_file, given_inputs, live_steps
from assessor.project.shell_functions import ShellFunctions
from assessor.project.stacks import Stacks
from assessor.project.started_calls import (
    SOURCE_FOLDERS,
    command_given,
    commands_started,
    files_named,
    looks_started,
    may_be_told_files,
    names_files,
    names_own_files,
    notebooks_told,
    scripts_chosen,
    started_text,
    starts_commands,
    with_value,
)
from assessor.project.starts import Start
from assessor.project.state_tasks import TASK
from assessor.project.submissions import Submissions
from assessor.project.targets import Targets
from assessor.project.trials import is_trial
from assessor.readers.ci.buildkite import UPLOAD
from assessor.readers.infrastructure.azure_ml import COMPONENT
from assessor.readers.infrastructure.resource_fields import HANDLER
from assessor.readers.infrastructure.service_calls import SYSTEM as SERVICE_CALL
from assessor.readers.syntax.shell import embedded_text
from assessor.readers.syntax.shell import parse as parse_shell

MAX_DEPTH = 24
MAX_FILE_DEPTH = 60
"""Files that start files; further ones are told as not followed."""
MAX_ARRIVALS = 4_000
_SHOWN = 80
_CLUSTERS = frozenset({"kubernetes", "helm"})
"""Systems of objects that go on after the run that applies them."""

_Handler = Callable[[Invocation, Context], None]
_Starting = tuple[Call, str | tuple[str, ...], bool]


_FOLLOWED = (".py", ".sh", ".ipynb", ".R", ".r", ".yaml", ".yml", ".json")
"""Endings of files that a program of which nothing is known may be given to start."""
_SETTINGS = (".yaml", ".yml", ".toml", ".json", ".ini", ".cfg")
_YES_OR_NO = frozenset({"true", "false"})


@dataclass(frozen=True, slots=True)
class _Line:
    """What a command line says wherever it stands: a run comes to few different ones, and to each of them often."""

    invocation: Invocation | None
    text: str
    """What `bash -c` and its like are given to run, and in `given` the words behind it; None for other commands."""
    given: tuple[str, ...] | None
    forgives: bool = False
    is_trial: bool = False
    idle: str = ""
    leads_on: bool = False
    """Something of this repository may be started by it."""


class Walk:
    """Follows the runs of one project, one after the other, and notes in `reach` what they reach."""

    def __init__(self, project: Project, modules: Modules) -> None:
        self.project = project
        self.modules = modules
        self.reach = Reach()
        self.paths = Paths(project)
        self.submissions = Submissions(modules)
        self.shell_functions = ShellFunctions(project, self.paths)
        self.idleness = Idleness(project, self.paths, modules)
        self.targets = Targets(self)
        self.containers = Containers(self)
        self.image_starts = ImageStarts(self, self.containers)
        self.stacks = Stacks(self)
        self.tests = CollectedTests(self)
        self.kustomizations = Kustomizations(project, self.reach.files)
        self._charts = Charts(project)
        self.r_and_julia = RAndJulia(self)
        self.orchestrators = Orchestrators(self)
        self.named = NamedDefinitions(modules)
        self.named_objects = NamedObjects(project)
        self.command_functions = CommandFunctions(modules)
        self._explored: dict[tuple[object, ...], Closure] = {}
        self._startings: dict[ScopeKey, list[_Starting]] = {}
        self._namings: dict[ScopeKey, list[Call]] = {}
        self._lines: dict[tuple[str, ...], _Line] = {}
        self._seen: set[tuple[object, ...]] = set()
        self._said_of: dict[str, tuple[str, bool]] = {}
        self._environments = Environments()
        self._spoken_of: dict[tuple[str, str], bool] = {}
        self._read_settings: dict[str, list[str]] = {}
        self._count = 0
        self._row: tuple[tuple[str, str], ...] = ()
        """Variables of the matrix that choose what a runner runs, as they are now."""
        self._actions = {
            file.path: workflow
            for file in project.ordered
            if file.role in LIVE_ROLES
            for workflow in file.facts.workflows
        }

    def let_go(self) -> None:
        """Forget everything: what knows one kind of step holds this walk, and the walk holds it."""
        vars(self).clear()

    # ---- runs and steps ----

    def job(self, run: Run) -> None:
        """Follow a job of a workflow: its image and its steps."""
        self._begin()
        if run.job.image:
            self.containers.start(run.job.image, Context(Arrival(run, 0), "", run.path), starts=False)
        steps = self._in_its_folder(run)
        if (
            run.job.uses and not steps and run.workflow.provider == "tekton"
        ):  # a task of the catalogue, not of a file here
            steps = (Step(run.job.uses, run.job.line, uses=run.job.uses, inputs=run.job.inputs),)
        for row in rows_of(run.job, run.variables):
            self._row = tuple(pair for pair in row if pair[0] in programs().chosen_by.values())
            self._steps(steps, run.path, Arrival(run, 0), (*run.variables, *row), run.workflow)
        self._row = ()

    def _in_its_folder(self, run: Run) -> tuple[Step, ...]:
        """The steps of a run. A build specification below the root whose scripts lie beside it is that of a repository
        which is filled from its folder: it runs there."""
        folder = posixpath.dirname(run.path)
        if not folder or run.workflow.provider not in _BUILDS_OF_A_FOLDER or any(s.cwd for s in run.job.steps):
            return run.job.steps
        commands = (command for step in run.job.steps for command in step.commands)
        scripts = {i.script for command in commands if (i := interpret(command.argv)) and i.script}
        beside = any(joined(folder, script) in self.project.files for script in scripts)
        if not beside or any(joined("", script) in self.project.files for script in scripts):
            return run.job.steps
        return tuple(replace(step, cwd=joined(folder, step.cwd)) for step in run.job.steps)

    def start(self, start: Start) -> None:
        """Follow what starts by itself outside of workflows: deployed code, resources, images."""
        self._begin()
        run = start.run
        context = Context(Arrival(run, 0), "", run.path)
        if start.entry:
            self.python((start.entry,), Invocation("python"), context)
        if start.members:
            self.python(start.members, Invocation("python"), context)
        for command in start.commands:
            self.command(command, replace(context, env=run.variables))
        for image in start.images:
            self.containers.start(image, context)
        for path in start.files:
            self.file(path, context)
        for path in start.configurations:
            if path in self.project.files:
                self.reach.files[path].append(context.arrival)
                self.configured(path, context)
        for named in start.named:
            self._named(*named, context)
        if start.applies:
            self.reach.files[run.path].append(context.arrival)
        for folder in start.folders:
            self.containers.synced(folder, context)

    def _named(self, file: ProjectFile, resource: Resource, context: Context) -> None:
        """An object of infrastructure code is started by another that names it."""
        way = context.arrival.at(Hop(f"{resource.kind} {resource.name}", file.at(resource.line)))
        inner = replace(context, arrival=way, path=file.path)
        if resource.system == SERVICE_CALL:
            self.reach.targets[file.path, resource.line].append(way)
        given = resource.commands[0].argv if resource.kind == TASK else ()
        for command in resource.commands if not given else ():
            self.command(command, inner)
        for image in resource.images:
            self.containers.start(image, inner, given)

    def _begin(self) -> None:
        self._seen = set()
        self._count = 0

    def _steps(
        self, steps: Iterable[Step], path: str, base: Arrival, env: tuple[tuple[str, str], ...], workflow: Workflow
    ) -> None:
        stopped = False
        for number, step in enumerate(steps):
            if stopped and not _RUNS_ANYWAY.search(step.condition):
                continue
            stopped = stopped or step.always_fails or step.ends_job
            position = number if base.parent is None and base.hop is None else base.step
            arrival = Arrival(base.run, position, None, base, base.fails and step.can_fail, base.in_test)
            folder = self._environments.of(env).filled_word(step.cwd) if "$" in step.cwd else step.cwd
            context = Context(arrival, folder_of(folder), path, (*env, *step.env))
            context = replace(context, shell=self.shell_functions.shell("", step.commands, context))
            if step.uses == UPLOAD:
                self._printed(step.input("script"), context)
            elif step.uses:
                self._uses(step, context, workflow)
            for command in step.commands:
                self.command(command, context)

    def _uses(self, step: Step, context: Context, workflow: Workflow) -> None:
        place = Place(context.path, step.line)
        called = called_file(step.uses, context.path, self._actions)
        called = called_function(step, workflow, self._actions) or called
        hop = Hop(f"uses {step.uses}", place)
        inputs = self._environments.of(context.env).filled_inputs(step.inputs)
        step = step if inputs == step.inputs else replace(step, inputs=inputs)
        known = command_of(step.uses, dict(step.inputs))
        fails = context.arrival.fails and not (known and forgives(known[0][0], known[0][1:]))
        arrival = replace(context.arrival, hop=hop, fails=fails)
        self.reach.actions.append(ActionSite(step, place, arrival))
        self.reach.comes_to(arrival)
        if called and context.arrival.depth < MAX_DEPTH:
            inner = self._actions[called]
            if not self.is_new(("uses", step.uses, called, step.inputs, arrival.step, arrival.fails, arrival.in_test)):
                return
            for job, steps in _called_steps(step, inner):
                env = (*context.env, *inner.env, *job.env, *step.inputs)
                self._steps(steps, called, arrival, env, inner)
            return
        inner_context = replace(context, arrival=arrival)
        self.stacks.action(step, inner_context)
        if known:
            argv, folder = known
            moved = inner_context if step.cwd else replace(inner_context, cwd=joined(context.cwd, folder_of(folder)))
            self._typed(argv, step.line, moved)
        for name, value in step.inputs:
            if known or step.commands:
                break
            if name.lower() in _SCRIPT_INPUTS and value:
                for command in _commands_of(value, step.line, stops_on_error=True):
                    remote = command.is_remote or "ssh" in step.uses.lower()
                    self.command(replace(command, line=step.line, is_remote=remote), inner_context)
            elif name.lower() in DOCKERFILES:
                self.file(value, inner_context)
            elif (found := self.paths.locate(value, inner_context)) and found.endswith((".py", ".ipynb", ".sh")):
                self.file(found, inner_context)
        given = {name.lower(): value for name, value in step.inputs}
        if builds_image(step.uses) and not any(given.get(n) and "${{" not in given[n] for n in DOCKERFILES):
            self.file(posixpath.join(context_of_build(given), "Dockerfile"), inner_context)

    def _typed(self, argv: tuple[str, ...], line: int, context: Context) -> None:
        """Follow a command line, and the text for another machine that it may hold (`ssh host "…"`)."""
        self.command(Command(argv, line), context)
        for command in parse_shell(embedded_text(argv)[0], line).commands:
            self.command(replace(command, line=line, is_remote=True), context)

    def _printed(self, script: str, context: Context) -> None:
        """A program whose output is run as steps: the command lines that stand in its texts."""
        found = self.paths.locate(script, context) or ""
        code = self.project.files[found].code if found else None
        for text in code.texts if code else ():
            if looks_started(text.value):
                hop = context.arrival.at(Hop("prints this step", Place(found, text.line)))
                for command in parse_shell(text.value, first_line=text.line).commands:
                    self.command(replace(command, line=text.line), replace(context, arrival=hop, path=found))

    # ---- commands ----

    def command(self, command: Command, context: Context) -> None:
        """Note a command as reached and follow what it starts; each command once a run."""
        self._count += 1
        if self._count > MAX_ARRIVALS or context.arrival.depth > MAX_DEPTH:
            return
        known = self._environments.of(context.env)
        if command.condition and known.keeps_away(command.condition):
            return
        argv = known.filled(command)
        line = self._lines.get(argv) or self._read(argv)
        if self._embedded(command, argv, line, context):
            return
        invocation = line.invocation
        if invocation is None:
            return
        cwd = self.paths.enter(context.cwd, command.cwd, context.path)
        if invocation.folder:
            cwd = joined(cwd, invocation.folder)
        is_of_run = bool(cwd) and context.path == context.arrival.run.path
        if is_of_run and cwd not in self.project.folders and self._said(context.arrival.run)[1]:
            cwd = cwd.partition("/")[2]
        if cwd and is_of_run and self._is_nowhere(cwd, context.arrival.run):
            self.reach.broken.append((Place(context.path, command.line), f"the folder {cwd} does not exist"))
            return
        parent = context.arrival
        env = (*context.env, *command.env) if command.env else context.env
        forgiven = line.forgives or is_forgiven_by(invocation.program, env)
        fails = parent.fails and not command.swallowed and not forgiven
        trial = parent.is_trial or line.is_trial or known.joined(command.env).names_tried_data
        key = (argv, context.path, command.line, cwd, fails, parent.in_test, trial, self._row)
        if key in self._seen or (self.project.zones and self.project.zones.is_elsewhere(cwd, argv)):
            return
        self._seen.add(key)
        command = command if argv is command.argv else replace(command, argv=argv)
        place = Place(context.path, command.line)
        hop = Hop(_shown(command.text), place)
        arrival = Arrival(
            parent.run,
            parent.step,
            hop,
            parent,
            fails,
            parent.in_test,
            None,
            parent.is_build,
            env,
            parent.by_request,
            trial,
            parent.in_cluster,
        )
        inner = Context(arrival, cwd, context.path, env, context.shell)
        if idle := line.idle or self.idleness.by_profile(invocation, inner):
            self.reach.breaks(inner, f"{invocation.program} only looks with {idle}")
            return
        self.reach.sites.append(Site(command, invocation, place, arrival, cwd))
        self.reach.comes_to(arrival)
        if nothing := self.idleness.nothing_to_read(invocation, inner):
            self.reach.breaks(inner, f"{nothing} has nothing that {invocation.program} looks at")
        if line.leads_on and not self.targets.named(invocation, inner):
            self._started(invocation, inner)

    def _function(self, command: Command, argv: tuple[str, ...], context: Context, shell: Shell) -> bool:
        """Follow the function of a sourced file that a command calls; False where there is none."""
        found = self.shell_functions.of(argv[0], shell) if argv else None
        if found is None:
            return False
        file, function = found
        fails = context.arrival.fails and not command.swallowed
        key = ("function", argv, context.path, command.line, context.arrival.step, fails, context.arrival.in_test)
        if context.arrival.depth < MAX_DEPTH and self.is_new(key):
            called = context.arrival.at(Hop(_shown(command.text), Place(context.path, command.line)))
            way = replace(hopped(called, file, function.line, f"{function.name}()"), fails=fails)
            cwd = self.paths.enter(context.cwd, command.cwd, context.path)
            env = (*context.env, *command.env)
            inner = replace(context, arrival=way, cwd=cwd, path=file.path, env=env)
            for each in self.shell_functions.commands(function, argv[1:], shell, context):
                self.command(each, inner)
        return True

    def _read(self, argv: tuple[str, ...]) -> _Line:
        """What a command line says wherever it stands."""
        text, given = embedded_text(argv) if argv else ("", None)
        invocation = interpret(argv)
        if invocation is None:
            found = _Line(None, text, given)
        else:
            forgiving = forgives(invocation.program, invocation.arguments)
            trial, leads_on = is_trial(self.project, invocation), self._leads_on(invocation)
            found = _Line(invocation, text, given, forgiving, trial, is_idle(invocation), leads_on)
        self._lines[argv] = found
        return found

    def _leads_on(self, invocation: Invocation) -> bool:
        """Something of this repository may be started by it, in one folder or another; nothing is by `echo done`."""
        program = invocation.program
        is_read = invocation.code or invocation.script or invocation.module or self.targets.may_be_named(invocation)
        if is_read or program in self._handlers or program in self._console_scripts:
            return True
        if self.named.started_by(invocation) or self.named_objects.started_by(invocation):
            return True
        if programs().definitions_of(invocation.words) or self.orchestrators.deploys(invocation):
            return True
        if image_start(invocation.words) or matches_any_command(programs().copy_to_machines, invocation.words):
            return True
        return bool(_files_given(invocation))

    def _embedded(self, command: Command, argv: tuple[str, ...], line: _Line, context: Context) -> bool:
        """Follow the text of `bash -c "…" name words`, as a container is given it, or a function; False where there is none."""
        if context.shell and self._function(command, argv, context, context.shell):
            return True
        for inner in _commands_of(line.text, command.line, line.given) if line.given is not None else ():
            lost = inner.swallowed or command.swallowed
            cwd = posixpath.join(command.cwd, inner.cwd)
            self.command(replace(inner, cwd=cwd, line=command.line, swallowed=lost), context)
        return line.given is not None

    def _is_nowhere(self, cwd: str, run: Run) -> bool:
        """A folder of a job's shell that the repository has not, and of which nothing else in its workflow speaks."""
        first = cwd.partition("/")[0]
        if run.workflow.provider not in _OWN_CHECKOUT or cwd in self.project.folders or first in _MADE_BY_TOOLS:
            return False
        if not _FOLDER.fullmatch(cwd) or ".gitmodules" in self.project.listed:
            return False
        key = (run.path, first)
        known = self._spoken_of.get(key)
        if known is None:
            said = self._said(run)[0]
            without = re.sub(rf"\b(?:cd|pushd|chdir)\s+[\"']?(?:\./)?{re.escape(first)}\b", "", said)
            known = self._spoken_of[key] = re.search(rf"\b{re.escape(first)}\b", without) is not None
        return not known

    def _said(self, run: Run) -> tuple[str, bool]:
        """All that the workflow of a run says, and whether it makes a clone of this repository: a folder that this has not is
        the clone then."""
        if run.path not in self._said_of:
            said = "\n".join(
                text
                for job in run.workflow.jobs
                for step in job.steps
                for text in (step.script, *(value for _, value in (*step.inputs, *step.env, *job.env)))
            )
            self._said_of[run.path] = (said, _OWN_CLONE.search(said) is not None)
        return self._said_of[run.path]

    @cached_property
    def _handlers(self) -> Mapping[str, _Handler]:
        """Program → what follows it."""
        clusters = ClusterDefinitions(self)
        apply = ("kubectl", "helm", "kustomize", "terraform", "tofu", "terragrunt", "oc")
        return {
            "dvc": self.targets.dvc,
            "mlflow": self.targets.mlflow,
            "kedro": self.targets.kedro,
            "luigi": self.targets.luigi,
            "snakemake": self.targets.snakemake,
            "ploomber": self.targets.ploomber,
            **dict.fromkeys(("pytest", "py.test", "unittest", "nosetests"), self.tests.run),
            **dict.fromkeys(("pre-commit", "prek"), self.targets.pre_commit),
            **dict.fromkeys(("docker", "podman", "buildah", "nerdctl", "img"), self.containers.docker),
            **dict.fromkeys(("executor", "az", "gcloud"), self.containers.built_elsewhere),
            "docker-compose": self.containers.compose,
            **dict.fromkeys(apply, self.containers.apply),
            **dict.fromkeys(("Rscript", "R", "julia"), self.r_and_julia.run),
            **dict.fromkeys(OTHER_TESTERS, OtherTests(self).run),
            HANDLER: ServerlessFunctions(self).start,
            "cdk": self.stacks.cdk,
            "pulumi": self.stacks.pulumi,
            "semantic-release": self.stacks.semantic_release,
            "tkn": clusters.tkn,
            "argo": clusters.argo,
            "databricks": self.stacks.databricks,
            "dbx": self.stacks.dbx,
        }

    def _started(self, invocation: Invocation, context: Context) -> None:
        handler = self._handlers.get(invocation.program)
        self.image_starts.follow(invocation, context)
        if matches_any_command(programs().copy_to_machines, invocation.words):
            self.paths.copied(invocation.arguments, context)
        if entries := self.named.started_by(invocation):
            self.python(entries, Invocation("python"), context)
        elif objects := self.named_objects.started_by(invocation):
            for named in objects:
                self._named(*named, context)
        elif handler:
            handler(invocation, context)
        elif invocation.code:
            self._inline(invocation, context)
        elif invocation.script:
            self.script(invocation, context)
        elif invocation.module:
            self._module(invocation, context)
        else:
            self._console_script(invocation, context)
            self.named_files(invocation, context)
            self.stacks.own_definitions(invocation, context)

    def script(self, invocation: Invocation, context: Context) -> None:
        """Follow the started script; one that does not exist ends the way."""
        found = self.paths.locate(invocation.script, context)
        if found is None:
            written = invocation.script
            if _ACTIVATES.search(written):
                return  # made by the command before it
            if fitting := self.paths.fitting(written, context):
                self._one_of(fitting, written, invocation, context)
                return
            if not written.startswith(("$", "/", "{", "<")) and "$" not in written and not invocation.module:
                self.reach.breaks(context, f"{written} does not exist")
            return
        self.file(found, context, invocation)
        self._handed_definitions(invocation, context)

    def _handed_definitions(self, invocation: Invocation, context: Context) -> None:
        """A script of this repository that is given a definition of jobs which nothing starts by itself starts it."""
        for word in invocation.operands[:10] if context.arrival.depth < MAX_DEPTH else ():
            found = self.paths.locate(word, context) if word.endswith((".yml", ".yaml", ".json")) else None
            file = self.project.files[found] if found else None
            for workflow in file.facts.workflows if file else ():
                if file and all(trigger.kind in ("call", "server") for trigger in workflow.triggers):
                    self.called(file, workflow, context)

    def _one_of(self, files: list[str], written: str, invocation: Invocation, context: Context) -> None:
        """Follow each file that a name with an unknown part may mean."""
        hop = context.arrival.at(Hop(f"one of {len(files)} that fit {_shown(written)}", context.place))
        for found in files:
            self.file(found, replace(context, arrival=hop), invocation)

    def file(self, path: str, context: Context, invocation: Invocation | None = None) -> None:
        """A file is started, built or applied; what that means follows from its facts."""
        found = path if path in self.project.files else self.paths.locate(path, context)
        file = self.project.files.get(found or "")
        if file is None:
            return
        if context.arrival.depth > MAX_FILE_DEPTH:
            self.reach.breaks(context, f"{file.path} is not followed: more than {MAX_FILE_DEPTH} hops lead to it")
            return
        self.reach.files[file.path].append(context.arrival)
        invocation = invocation or Invocation("python")
        if file.facts.script:
            env = (*context.env, *_positional(invocation)) if invocation.script else context.env
            inner = replace(context, path=file.path, arrival=hopped(context.arrival, file, 1, file.path), env=env)
            if invocation.program not in ("source", "."):
                inner = replace(inner, shell=self.shell_functions.shell(file.path, file.facts.script.commands, inner))
            for command in file.facts.script.commands:
                self.command(command, inner)
        elif file.facts.notebook or file.facts.python:
            how = "script"
            self.python((Entry(file.path, how),), invocation, context)
        elif file.facts.dockerfile:
            self.containers.build(file, context)
        elif file.facts.source_calls:
            self.r_and_julia.file(file, context)

    def is_new(self, key: tuple[object, ...]) -> bool:
        """This run has not come there yet, and the way there is not too long."""
        self._count += 1
        if key in self._seen or self._count > MAX_ARRIVALS:
            return False
        self._seen.add(key)
        return True

    def _inline(self, invocation: Invocation, context: Context) -> None:
        """`python -c` code: the bodies of the modules that it imports, and what of them it calls or hands on."""
        facts = inline_facts(invocation.code)
        imported = (self._module_named(one.target, context.cwd) for one in facts.imports)
        names = [*(call.name for call in facts.calls), *(reference.name for reference in facts.references)]
        used = (self._module_named(name, context.cwd) for name in names)
        entries = [Entry(found[0], "import") for found in imported if found]
        entries += [Entry(found[0], "function", found[1]) for found in used if found and found[1]]
        if entries:
            self.python(tuple(dict.fromkeys(entries)), invocation, context)

    def _module_named(self, dotted: str, folder: str) -> tuple[str, str] | None:
        """The module of this repository that a dotted name begins with, and what of it the rest names."""
        words = dotted.split(".")
        for end in range(len(words), 0, -1):
            if path := self.modules.module(".".join(words[:end]), folder):
                return path, ".".join(words[end:])
        return None

    def _module(self, invocation: Invocation, context: Context) -> None:
        module = invocation.module
        path = self.modules.module(module, context.cwd)
        if path is None and "/" in module:
            path = self.paths.locate(module if module.endswith(".py") else module + ".py", context)
        if path is None and "$" in module:
            files = self.paths.fitting(_SHELL_VARIABLE.sub(r"${\1}", module).replace(".", "/") + ".py", context)
            self._one_of(files, module, replace(invocation, module=""), context)
            return
        if path is None:
            if "." in module and invocation.program == "python" and self._is_ours(module):
                self.reach.breaks(context, f"module {module} does not exist")
            return
        if path.endswith("/__init__.py") and path[:-11] + "__main__.py" in self.modules.files:
            path = path[:-11] + "__main__.py"
        how = "script" if invocation.program == "python" else "script" if not invocation.attribute else "function"
        name = invocation.attribute if how == "function" else ""
        self.python((Entry(path, how, name.rstrip("()")),), invocation, context)

    def _is_ours(self, module: str) -> bool:
        head = module.partition(".")[0]
        return any(path.startswith(f"{head}/") or f"/{head}/" in path for path in self.modules.files)

    def is_own_program(self, name: str) -> bool:
        """A package of this repository installs a program of that name."""
        return name in self._console_scripts

    def _console_script(self, invocation: Invocation, context: Context) -> None:
        for path, function in self._console_scripts.get(invocation.program, ())[:1]:
            self.python((Entry(path, "function", function),), invocation, context)

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

    def named_files(self, invocation: Invocation, context: Context) -> None:
        """A program that is not known gets files of the repository as arguments: jobs, manifests, notebooks, scripts."""
        if self.orchestrators.deploys(invocation):
            own = self.orchestrators.own_file(invocation, context)
            if own:
                self.orchestrators.follow(own, invocation, context)
                return
        for value in _files_given(invocation):
            found = self.paths.locate(value, context)
            if found and found.endswith(_FOLLOWED):
                self.file(found, context)
                self.configured(found, context)

    def configured(self, path: str, context: Context) -> None:
        """A configuration handed to a program starts the commands and files that it names."""
        file = self.project.files[path]
        inner = replace(context, path=path)
        for resource in file.facts.resources:
            if resource.system == COMPONENT:
                self._component(file, resource, context)
            else:
                self._made_of(file, resource, inner)
        for workflow in file.facts.workflows:  # a build or pipeline that is handed to its service
            if all(t.kind in ("call", "server") for t in workflow.triggers):
                self.called(file, workflow, context)
        for setting in file.facts.settings:
            if setting.key.rpartition(".")[2].lower() in _COMMAND_KEYS and " " in setting.value:
                hop = hopped(context.arrival, file, setting.line, setting.key)
                for command in parse_shell(setting.value, first_line=setting.line).commands:
                    self.command(replace(command, line=setting.line), replace(inner, arrival=hop))
            elif found := self._named_in(file, setting, inner):
                hop = hopped(context.arrival, file, setting.line, setting.key)
                self.file(found, replace(inner, arrival=hop))
                if found.endswith((".yml", ".yaml")) and self.is_new(("configured", found, hop.step)):
                    self.configured(found, replace(inner, arrival=hop))

    def _made_of(self, file: ProjectFile, resource: Resource, context: Context) -> None:
        """The commands and images of an object that a command brings about."""
        name = f"{resource.kind} {resource.name}".strip()
        is_active = self.kustomizations.is_active(file.path, resource) and not self._charts.leaves_out(resource)
        if not is_active and (resource.commands or resource.images):
            self.reach.broken.append((file.at(resource.line), f"{name} is switched off"))
            return
        hop = hopped(context.arrival, file, resource.line, name)
        hop = replace(hop, in_cluster=hop.in_cluster or resource.system in _CLUSTERS)
        for command in resource.commands:
            self.command(command, replace(context, arrival=hop))
        for image in resource.images:
            self.containers.start(image, replace(context, arrival=hop))

    def _component(self, file: ProjectFile, resource: Resource, context: Context) -> None:
        """The file of this repository that a job of Azure ML takes for its component."""
        found = joined(posixpath.dirname(file.path), resource.kind.removeprefix("file:"))
        if found in self.project.files and self.is_new(("configured", found, context.arrival.step)):
            hop = hopped(context.arrival, file, resource.line, f"component {resource.name}")
            self.configured(found, replace(context, arrival=hop))

    def called(self, file: ProjectFile, workflow: Workflow, context: Context) -> None:
        """The jobs of a definition that something else starts."""
        for job in workflow.jobs if context.arrival.depth < MAX_DEPTH else ():
            base = hopped(context.arrival, file, job.line, f"job {job.title}")
            self._steps(job.steps, file.path, base, (*context.env, *workflow.env, *job.env), workflow)

    def _named_in(self, file: ProjectFile, setting: Setting, context: Context) -> str | None:
        """The script, notebook or pipeline file that a setting names: as seen from the working folder, or in the folder of
        sources that stands beside it (`source_directory`)."""
        is_pipeline = setting.key.rpartition(".")[2].lower() in _PIPELINE_KEYS
        if not setting.value.endswith((".py", ".ipynb", ".sh")) and not (
            is_pipeline and setting.value.endswith((".yml", ".yaml"))
        ):
            return None
        beside = setting.key.rpartition(".")[0]
        for other in file.facts.settings:
            head, _, last = other.key.rpartition(".")
            if head == beside and last in SOURCE_FOLDERS:
                found = joined(other.value.strip("/"), setting.value)
                if found in self.project.files:
                    return found
        return self.paths.locate(setting.value, context)

    # ---- Python ----

    def python(self, entries: tuple[Entry, ...], invocation: Invocation, context: Context) -> None:
        """Note the functions that the entries reach, and follow what these start themselves."""
        given = self._set_in_files(entries, invocation, context)
        given.update((name, value) for name, value in context.env if name)
        given.update(switches(invocation.arguments))
        given = {name: value for name, value in given.items() if name in self._guarded}
        words = tuple(invocation.operands[:10])
        key = (entries, tuple(sorted(given.items())), words)
        closure = self._explored.get(key)
        if closure is None:
            closure = self._explored[key] = explore(self.modules, entries, given, words)
            closure.compiled = self.submissions.compiled(closure)
        in_test = context.arrival.in_test or closure.in_test
        arrival = replace(context.arrival, closure=closure, in_test=in_test, env=context.env)
        seen = (id(closure), arrival.fails, in_test, arrival.step, arrival.is_trial)
        if seen in self._seen:
            return
        self._seen.add(seen)
        self.reach.closures.append((closure, arrival))
        self._spawned(closure, arrival, context)
        self._submitted(closure, arrival, context)
        self._started_by_name(closure, arrival, context)
        self._imported_by_name(closure, arrival, invocation, context)

    def _set_in_files(self, entries: tuple[Entry, ...], invocation: Invocation, context: Context) -> dict[str, str]:
        """What files of settings say that the command names, or that the started code or what it imports reads: keys that
        are true or false, as far as all of these files agree."""
        words = [*(value for _, value in switches(invocation.arguments)), *invocation.operands]
        found = [self.paths.locate(word, context) for word in words if word.endswith(_SETTINGS)]
        for entry in entries if not context.arrival.in_test else ():
            found += self._settings_read(entry.path) if entry.how in ("script", "function") else ()
        said: dict[str, set[str]] = defaultdict(set)
        for path in filter(None, found):
            for setting in self.project.files[path].facts.settings:
                said[setting.key.rpartition(".")[2]].add(setting.value.lower())
        return {name: next(iter(values)) for name, values in said.items() if len(values) == 1 and values <= _YES_OR_NO}

    def _settings_read(self, path: str) -> list[str]:
        """The files of settings that texts of a module, or of one that it imports, name."""
        known = self._read_settings.get(path)
        if known is None:
            files = [path, *self.modules.imported(path)] if path in self.modules.files else []
            names = [text.value for file in files for text in self.modules.index(file).facts.texts]
            known = [name for name in dict.fromkeys(names) if name.endswith(_SETTINGS) and name in self.project.files]
            self._read_settings[path] = known
        return known

    @cached_property
    def _guarded(self) -> frozenset[str]:
        """Names that some condition of first-party code tests; other switches change nothing that is followed."""
        codes = [f.code for f in self.project.ordered if f.code]
        names = {g.name for code in codes for call in code.calls for g in call.guards}
        names |= {g.name for code in codes for imported in code.imports for g in imported.guards}
        return frozenset(names)

    def _spawned(self, closure: Closure, arrival: Arrival, context: Context) -> None:
        """Commands and scripts that the reached functions start themselves."""
        hands_files = names_files(value for _, value in context.env)
        for scope in list(closure.reached):
            for call, text, is_by_environment in self._starting(scope):
                if (hands_files or not is_by_environment) and closure.runs(call):
                    self._call(call, text, scope, closure, arrival, context)
            texts = self.modules.index(scope[0]).texts.get(scope[1], ())
            for notebook, line in notebooks_told(texts, scope[0], self.paths):
                hop = self.scope_arrival(scope, closure, arrival, line)
                self.file(notebook, replace(context, arrival=hop, path=scope[0]))
            for call, module in self._handed_modules(scope):
                if closure.runs(call):
                    hop = self.scope_arrival(scope, closure, arrival, call.line)
                    self.python(
                        (Entry(module, "script"),), Invocation("python"), replace(context, arrival=hop, path=scope[0])
                    )

    @cached_property
    def _module_starters(self) -> Mapping[str, list[tuple[ScopeKey, str, int]]]:
        """First-party functions that start a module which they are given the name of (`run_module("jobs.fit")`), by their
        last words: with the parameter and its position."""
        found: dict[str, list[tuple[ScopeKey, str, int]]] = defaultdict(list)
        for path in self.modules.files:
            index = self.modules.index(path)
            for number in {call.scope for call in index.facts.calls if starts_commands(call)}:
                scope = index.facts.scopes[number]
                named = [(n, name) for n, name in enumerate(scope.parameters) if "module" in name.lower()]
                for position, name in named[:1] if scope.kind == "function" else ():
                    found[scope.name.rpartition(".")[2]].append(((path, number), name, position))
        return found

    def _handed_modules(self, scope: ScopeKey) -> Iterator[tuple[Call, str]]:
        """The calls of a function that hand a module's name to what starts it, with the module's file."""
        for call in self.modules.index(scope[0]).calls.get(scope[1], ()) if self._module_starters else ():
            for key, name, position in self._module_starters.get(call.name.rpartition(".")[2], ()):
                value = call.keyword(name) or (call.args[position] if position < len(call.args) else None)
                if (
                    isinstance(value, str)
                    and _MODULE_NAME.fullmatch(value)
                    and key in self.modules.targets(call.name, scope[0])
                ):
                    module = self.modules.module(value, posixpath.dirname(scope[0]))
                    if module:
                        yield call, module

    @cached_property
    def _importing(self) -> Mapping[ScopeKey, list[Call]]:
        """The calls that import a module whose name is a value, by function."""
        found: dict[ScopeKey, list[Call]] = defaultdict(list)
        for path in self.modules.files:
            for call in self.modules.index(path).facts.calls:
                if call.name in _IMPORTERS and call.args[:1] == (UNKNOWN,):
                    found[path, call.scope].append(call)
        return found

    def _imported_by_name(self, closure: Closure, arrival: Arrival, invocation: Invocation, context: Context) -> None:
        """`import_module(args.module_name)` under `--module-name price`: the module is imported, and the functions that are
        called on it run."""
        given = dict(switches(invocation.arguments)) if self._importing else {}
        for scope in sorted(self._importing.keys() & closure.reached.keys()) if given else ():
            beside = self.modules.index(scope[0]).calls.get(scope[1], ())
            called = {c.name.rpartition(".")[2] for c in beside if c.name.rpartition(".")[0] in _IMPORTERS}
            for call in self._importing[scope]:
                names = {name.rpartition(".")[2] for name in call.names} & given.keys() or set(given)
                for value in (given[name] for name in sorted(names)):
                    path = self._module_seen(value, scope[0], context) if _MODULE_NAME.fullmatch(value) else None
                    if path and closure.runs(call):
                        hop = self.scope_arrival(scope, closure, arrival, call.line)
                        entries = tuple(Entry(path, "function", name) for name in sorted(called))
                        inner = replace(context, arrival=hop, path=scope[0])
                        self.python(entries or (Entry(path, "function"),), Invocation("python"), inner)

    def _module_seen(self, name: str, path: str, context: Context) -> str | None:
        """A module as seen from the working folder, and from the folder of a script."""
        return self.modules.module(name, context.cwd) or self.modules.module(name, posixpath.dirname(path))

    def _submitted(self, closure: Closure, arrival: Arrival, context: Context) -> None:
        """A pipeline that the closure hands to its backend runs there, also where a test does it."""
        if closure.entries[0].how == SUBMITTED:
            return
        for scope, call in self.submissions.submitting(closure):
            if not arrival.in_test:
                self.reach.submitting.add(arrival.run.key)
            entries = self.submissions.definitions(closure, scope)
            if entries and (arrival.in_test or not any(e.path in {p for p, _ in closure.reached} for e in entries)):
                hop = self.scope_arrival(scope, closure, arrival, call.line)
                self.python(entries, Invocation("python"), replace(context, arrival=replace(hop, in_test=False)))

    def _started_by_name(self, closure: Closure, arrival: Arrival, context: Context) -> None:
        """Definitions that the reached functions start by their names run too."""
        for scope in list(closure.reached):
            for call in self._naming(scope):
                entries = self.named.started(call)
                if entries and closure.runs(call) and arrival.depth < MAX_DEPTH:
                    hop = self.scope_arrival(scope, closure, arrival, call.line)
                    self.python(entries, Invocation("python"), replace(context, arrival=hop, path=scope[0]))
                for named in self.named_objects.started(call):
                    if closure.runs(call) and arrival.depth < MAX_DEPTH:
                        hop = self.scope_arrival(scope, closure, arrival, call.line)
                        self._named(*named, replace(context, arrival=hop, path=scope[0]))
                if call.has_keyword("runtime") and closure.runs(call) and arrival.depth < MAX_DEPTH:
                    if entry := function_made(self.modules, self.project, call, scope[0]):
                        hop = replace(self.scope_arrival(scope, closure, arrival, call.line), by_request=True)
                        self.python((entry,), Invocation("python"), replace(context, arrival=hop, path=scope[0]))

    def _naming(self, scope: ScopeKey) -> list[Call]:
        """The calls of a function that start, or make, something that is called by its name."""
        known = self._namings.get(scope)
        if known is None:
            calls = self.modules.index(scope[0]).calls.get(scope[1], ())
            known = self._namings[scope] = [
                call
                for call in calls
                if call.has_keyword("runtime") or self.named.started(call) or self.named_objects.started(call)
            ]
        return known

    def _starting(self, scope: ScopeKey) -> list[_Starting]:
        """The calls of a function that may start a command or a file, with the command where the call itself has one, and
        whether only the environment may tell what they start."""
        known = self._startings.get(scope)
        if known is None:
            known = self._startings[scope] = []
            for call in self.modules.index(scope[0]).calls.get(scope[1], ()):
                text = started_text(call, scope[0]) or self._handed_text(call, scope[0])
                if text or names_own_files(call) or _image_of(call):
                    known.append((call, text, False))
                elif may_be_told_files(call):
                    known.append((call, text, True))
        return known

    def _handed_text(self, call: Call, path: str) -> str | tuple[str, ...]:
        """The command that a first-party function is given to run, or an operator, where its program is one that this
        repository installs."""
        if handed := self.command_functions.text(call, path):
            return handed
        text = command_given(call)
        words = text.split(maxsplit=1) if isinstance(text, str) else text
        return text if words and words[0] in self._console_scripts else ""

    def _call(
        self,
        call: Call,
        text: str | tuple[str, ...],
        scope: ScopeKey,
        closure: Closure,
        arrival: Arrival,
        context: Context,
    ) -> None:
        files = [] if text else files_named(call, scope[0], context, self.paths)
        image = "" if text else _image_of(call)
        if not text and not files and not image:
            return
        hop = self.scope_arrival(scope, closure, arrival, call.line)
        if scope in closure.requested:
            hop = replace(hop, by_request=True)
        inner = replace(context, arrival=hop, path=scope[0])
        open_text = isinstance(text, str) and "{}" in text
        if text and self._with_values(call, text, scope, closure, inner):
            return
        facts = self.modules.index(scope[0]).facts
        scripts = scripts_chosen(call, facts, scope[0], self.paths) if open_text else []
        started = commands_started(call, scope[0], scripts) if text else ()
        for command in started or self.command_functions.commands(call, scope[0]):
            self.command(command, inner)
        for found in files:
            self.file(found, inner)
        if image:
            self.containers.start(image, inner)

    def _with_values(
        self, call: Call, text: str | tuple[str, ...], scope: ScopeKey, closure: Closure, context: Context
    ) -> bool:
        """Run a command that leaves the name of its script or module open once for each text that the function's callers
        give it and that names one (`step("fit")` of `f"python -m orchard.{name}"`); False where none does."""
        if "{}" not in (text if isinstance(text, str) else " ".join(text)):
            return False
        found = False
        for value, place in (*self._values_given(scope, closure), *self._values_by_turns(scope)):
            for command in commands_started(call, scope[0], text=with_value(text, value)):
                invocation = interpret(command.argv)
                if invocation and self.started_file(Site(command, invocation, Place(scope[0], 1), context.arrival)):
                    found = True
                    hop = context.arrival.at(Hop(f"with {_shown(value)}", place))
                    self.command(replace(command, line=place.line), replace(context, arrival=hop, path=place.path))
        return found

    def _values_by_turns(self, scope: ScopeKey) -> Iterator[tuple[str, Place]]:
        """The texts of a function that may be part of a script's name, such as those that its loop goes through."""
        for text in self.modules.index(scope[0]).facts.texts:
            if text.scope == scope[1] and _PART_OF_A_NAME.fullmatch(text.value):
                yield text.value, Place(scope[0], text.line)

    def _values_given(self, scope: ScopeKey, closure: Closure) -> Iterator[tuple[str, Place]]:
        """The short texts that reached callers give to a function, and where."""
        name = self.modules.index(scope[0]).facts.scopes[scope[1]].name.rpartition(".")[2]
        for path, number in list(closure.reached):
            for call in self.modules.index(path).calls.get(number, ()):
                if not call.name.endswith(name) or call.name.rpartition(".")[2] != name:
                    continue
                if scope in self.modules.targets(call.name, path):
                    for value in (*call.args, *(given for _, given in call.keywords)):
                        if isinstance(value, str) and value and value is not UNKNOWN and "{}" not in value:
                            yield value, Place(path, call.line)

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
        arrival = site.arrival or Arrival(NO_RUN, 0)
        cwd = site.cwd if site.arrival else posixpath.dirname(site.place.path)
        return self.paths.locate(invocation.script, Context(arrival, cwd, site.place.path))


@lru_cache(maxsize=1024)
def _commands_of(
    text: str, line: int, given: tuple[str, ...] | None = None, stops_on_error: bool = False
) -> tuple[Command, ...]:
    """The commands of a text for a shell; many runs come to the same."""
    return parse_shell(text, line, stops_on_error, given).commands


def _files_given(invocation: Invocation) -> list[str]:
    """Arguments of a program of which nothing else is known that may name files for it to start."""
    given = [w.partition("=")[2] if w.startswith("-") and "=" in w else w for w in invocation.arguments[:30]]
    named = [value for value in given if len(value) <= 200 and value.rstrip("\"'/.").endswith(_FOLLOWED)]
    if invocation.program == "gcloud" and "builds" not in invocation.arguments:
        return []
    only_read = invocation.program in programs().only_read
    return [] if only_read or (named and matches_any_command(programs().copy_to_bucket, invocation.words)) else named


def _image_of(call: Call) -> str:
    """The image whose own entry point a step of an orchestrator starts, since it is given no command."""
    image = call.keyword("image") if makes_step(call.name) else None
    return image if isinstance(image, str) and image != UNKNOWN and not command_given(call) else ""


_RUNS_ANYWAY = re.compile(r"\b(?:always|failure|failed|cancelled|canceled|succeededOrFailed)\b", re.IGNORECASE)


def _called_steps(step: Step, inner: Workflow) -> Iterator[tuple[Job, tuple[Step, ...]]]:
    """The jobs and steps of a called definition; of GitLab's `file@job` only that job's sections asked for."""
    if inner.provider == LIBRARY:
        yield from function_steps(step, inner)
        return
    name = step.uses.partition("@")[2]
    if inner.provider != "gitlab" or not name:
        given = given_inputs(inner, step.inputs)
        yield from ((job, live_steps(job.steps, given) if given else job.steps) for job in inner.jobs)
        return
    sections = step.input("sections").split(",") if step.input("sections") else []
    wanted = {section.strip() for section in sections}
    for job in inner.jobs:
        if job.id == name:
            others = ("extends ", "!reference ")
            yield job, tuple(s for s in job.steps if not wanted or s.name in wanted or s.name.startswith(others))


_OWN_CHECKOUT = frozenset(
    [
        "github",
        "gitlab",
        "azure",
        "circleci",
        "bitbucket",
        "travis",
        "drone",
        "woodpecker",
        "cirrus",
        "buildkite",
        "semaphore",
    ]
)
"""Systems whose jobs start in a checkout of the repository."""
_MADE_BY_TOOLS = frozenset(
    [
        "dist",
        "build",
        "target",
        "site",
        "out",
        "output",
        "outputs",
        "public",
        "node_modules",
        "venv",
        "htmlcov",
        "coverage",
        "tmp",
    ]
)
"""Folders that programs make without being told their names."""
_OWN_CLONE = re.compile(
    r"\bgit clone\b[^\n]{0,200}(?:github\.repository\b|GITHUB_REPOSITORY|CI_REPOSITORY_URL|CI_PROJECT_(?:URL|PATH)|BITBUCKET_)"
)
_FOLDER = re.compile(r"[\w-][\w./-]*")
_BUILDS_OF_A_FOLDER = ("codebuild", "cloudbuild")
_IMPORTERS = ("importlib.import_module", "__import__")
_MODULE_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_PART_OF_A_NAME = re.compile(r"[\w./-]{1,60}")
_SHELL_VARIABLE = re.compile(r"\$(\w+)")


def _positional(invocation: Invocation) -> Iterator[tuple[str, str]]:
    """The arguments of a shell script by number; those that are not given are empty."""
    words = list(invocation.arguments)
    words = words[words.index(invocation.script) + 1 :] if invocation.script in words else words
    is_known = not any(word.startswith("$") for word in words)
    for number in range(1, 10):
        yield str(number), (words[number - 1] if number <= len(words) else "") if is_known else "$"
    yield "#", str(len(words)) if is_known else "$"
    if is_known:
        yield ALL, BETWEEN.join(words)


@lru_cache(maxsize=1024)
def inline_facts(code: str) -> PythonFacts:
    """What Python that stands on a command line says; many runs start the same code."""
    from assessor.readers.code.python import read_source

    return read_source(code, lambda _: 1)


_SCRIPT_INPUTS = {"script", "run", "command", "cmd", "inlinescript", "inline", "commands", "shell_command"}
_COMMAND_KEYS = {"command", "entrypoint", "cmd", "run", "script", "args", "entry_point", "exec"}
_PIPELINE_KEYS = {"pipeline_yaml_file", "pipeline_file", "pipeline_yaml"}
_ACTIVATES = re.compile(r"(?:^|[/\\])(?:bin|Scripts)[/\\][Aa]ctivate(?:\.\w+)?$")
"""The script that every virtual environment has."""


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
