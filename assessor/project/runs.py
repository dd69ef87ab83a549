"""What starts by itself or by hand: the jobs of all workflows with their real triggers, and what stands before them."""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from assessor.catalog.words import cut
from assessor.facts.place import BlindSpot, Place
from assessor.facts.workflow import AUTOMATIC, IN_FILE, ON_CHANGE, Job, Step, Trigger, Workflow
from assessor.findings import Hop
from assessor.project.branches import Branches
from assessor.project.dispatches import Dispatch, dispatches
from assessor.project.gitlab_includes import Pipeline, put_together
from assessor.project.model import LIVE_ROLES, Project, Role
from assessor.project.outside_events import UNSENT, are_sent
from assessor.project.path_filters import lets_something_pass, matches_any, passes
from assessor.project.taskgraph import joined_kinds
from assessor.readers.ci.circleci import changes_by_parameter
from assessor.readers.ci.conditions import Scalar
from assessor.readers.ci.cron import cron_can_fire
from assessor.readers.ci.github_actions import can_hold
from assessor.readers.ci.job_order import Waits, needs_first

_MAX_CALLS = 10
"""GitHub lets called workflows stand ten deep (docs, "Reusing workflow configurations")."""


@dataclass(frozen=True)
class Run:
    """One job as some trigger starts it.

    `key` names it in this audit; `needs` are the keys of the runs that must end before it, near and far, `guards` of
    those whose failure holds it back; `hops` lead from the trigger to the job. `fails` is False where its failure fails nothing. `manual` is why a person must start
    or release it, empty where none must.
    """

    key: str
    path: str
    workflow: Workflow
    job: Job
    triggers: tuple[Trigger, ...]
    needs: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    hops: tuple[Hop, ...] = ()
    fails: bool = True
    manual: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    approval: bool = False
    asks_before: bool = False
    """It, or a job that calls its workflow, cannot run where the workflow whose end starts it has failed."""

    @cached_property
    def is_automatic(self) -> bool:
        return not self.manual and any(t.is_active and t.kind in AUTOMATIC for t in self.triggers)

    @cached_property
    def on_change(self) -> bool:
        """It runs on a push, a pull request or what counts as one."""
        return not self.manual and any(
            t.is_active and (t.kind in ON_CHANGE or t.kind == "server") for t in self.triggers
        )

    @property
    def names_its_trigger(self) -> bool:
        """The repository itself says what starts it; otherwise the CI server knows."""
        return any(t.is_active and t.kind != "server" for t in self.triggers)

    @property
    def is_dead(self) -> bool:
        """No trigger of it can ever fire, not even by hand."""
        return bool(self.triggers) and not any(trigger.is_active for trigger in self.triggers)

    @property
    def schedules(self) -> tuple[Trigger, ...]:
        return () if self.manual else tuple(t for t in self.triggers if t.kind == "schedule" and t.is_active)


def workflow_runs(project: Project, blind: list[BlindSpot] | None = None) -> Iterator[Run]:
    """Every active job of every live workflow, with reusable workflows and templates called from it; adds to `blind`
    where the budget ended before they did."""
    placed = _Workflows(project)
    submitted = _submitted_builds(project)
    for path, workflow in placed.all:
        if workflow.provider == "cloudbuild" and path in submitted:
            continue  # the command that hands it over starts it
        if project.files[path].role is Role.TEST:
            continue  # a template that others call, or a specimen
        if not workflow.disabled and (
            placed.stands_for_kinds(path) or any(t.kind != "call" for t in workflow.triggers)
        ):
            yield from placed.runs(path, workflow)
        if placed.left <= 0:
            reason = f"more than {MAX_RUNS} runs of workflows and of what they call: the rest is not followed"
            if blind is not None:
                blind.append(BlindSpot(Place(path, workflow.line), reason, CI_PRACTICES, alone=True))
            return


def _submitted_builds(project: Project) -> frozenset[str]:
    """Files of Cloud Build that a command of this repository hands over (`gcloud builds submit --config FILE`): no trigger
    on the server is to be supposed for them."""
    found = set()
    for file in project.ordered:
        for command in file.facts.written_commands():
            words = command.argv
            if "gcloud" not in words[:2] or "submit" not in words:
                continue
            after = dict(pairwise(words))
            config = next((w.partition("=")[2] for w in words if w.startswith("--config=")), after.get("--config", ""))
            name = config or "cloudbuild.yaml"
            found |= {
                posixpath.normpath(posixpath.join(base, name)) for base in (command.cwd, posixpath.dirname(file.path))
            }
    return frozenset(found | _named_in_code(project))


def _named_in_code(project: Project) -> set[str]:
    """Files of Cloud Build whose whole path a text of first-party Python is: that code hands them over."""
    builds = {f.path for f in project.ordered if any(w.provider == "cloudbuild" for w in f.facts.workflows)}
    texts = (text.value for file in project.code_files if builds and file.code for text in file.code.texts)
    said = {text for text in texts if text.endswith((".yaml", ".yml", ".json"))}
    return {path for path in builds if any(path == text or path.endswith(f"/{text}") for text in said if "/" in text)}


CI_PRACTICES = (
    "ci.pipeline", "ci.lint", "ci.types", "ci.build", "ci.ml", "ci.security", "deployment.automation", "testing.coverage",
    "deployment.compatibility", "training.symmetry",
)  # fmt: skip
"""Practices that a CI definition may carry."""

MAX_RUNS = 8_000
"""Runs of one project that are followed, all workflows and what they call together."""
_MAX_OF_ONE = 40
"""Runs of one called workflow's jobs that are followed for each of its jobs; more calls of it lead nowhere new."""


_REFERRED_BY_NAME = frozenset({"argo", "tekton"})


class _Workflows:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.all = [
            (file.path, workflow)
            for file in project.ordered
            if file.role in LIVE_ROLES
            for workflow in file.facts.workflows
        ]
        self.by_path = dict(reversed(self.all))
        kinds = joined_kinds(self.all)
        self.names = {name for path, workflow in self.all for name in (workflow.name, path)}
        self.parameters: dict[str, tuple[str, ...]] = {}
        """Parameters of CircleCI's pipelines that a setup configuration sets, with the changes under which it does."""
        for _, workflow in self.all:
            self.parameters |= changes_by_parameter(workflow) if workflow.provider == "circleci" else {}
        self.left = MAX_RUNS
        self.expanded: Counter[str] = Counter()
        """How often each called file has been followed."""
        self._included: dict[str, tuple[tuple[str, str], ...]] = {}
        self._listed: dict[tuple[str, ...], bool] = {}
        self._pipelines: dict[str, Pipeline] = {kinds[0]: kinds[1]} if kinds else {}

    @cached_property
    def _by_themselves(self) -> frozenset[str]:
        """Names of the workflows that start without a person, over those that they follow or that start them."""
        found: set[str] = set()
        while True:
            more = {
                name
                for path, workflow in self.all
                if any(_starts_alone(trigger, found) for trigger in self._set_off(workflow))
                or any(one.path in found for one in self._dispatched.get(path, ()))
                for name in (workflow.name, path)
            }
            if more <= found:
                return frozenset(found)
            found |= more

    @cached_property
    def _dispatched(self) -> Mapping[str, list[Dispatch]]:
        """The steps of this repository that start a workflow, by its file."""
        apps = {posixpath.dirname(path) for path in self.project.files if path.rpartition("/")[2] == "cdk.json"}

        def app_of(path: str) -> str:
            around = [folder for folder in apps if not folder or path.startswith(f"{folder}/")]
            return max(around, key=len, default="")

        return dispatches(self.all, app_of)

    @cached_property
    def _known_branches(self) -> Iterable[str] | None:
        """The branches of the repository; None where they are not known."""
        history = self.project.history
        if history is None or not history.branches or history.is_shallow:
            return None
        return _CONVENTIONAL if set(history.branches) < _CONVENTIONAL else history.branches

    @cached_property
    def branches(self) -> Branches:
        """What conditions may ask for."""
        history, known = self.project.history, self._known_branches
        return Branches(None if history is None or known is None else (*known, *(tag.name for tag in history.tags)))

    @cached_property
    def _has_events(self) -> bool:
        """Something in sight sends events to the repository."""
        return self.project.is_dispatched or are_sent(self.project)

    def _has_branch(self, trigger: Trigger) -> bool:
        """Some branch of the repository meets the filter; where its branches are not known, some branch could."""
        known = self._known_branches
        if trigger.branches and trigger.branches_ignore:
            some = known or [name for name in trigger.branches if not set("*?[") & set(name)] or _CONVENTIONAL
            return any(passes(b, trigger.branches) and not matches_any(b, trigger.branches_ignore) for b in some)
        if trigger.branches:
            negative_only = all(pattern.startswith("!") for pattern in trigger.branches)
            return negative_only or lets_something_pass(trigger.branches, known)
        if trigger.branches_ignore:
            some = known if known is not None else (*_CONVENTIONAL, "any")
            return not all(matches_any(branch, trigger.branches_ignore) for branch in some)
        return True

    def _has_path(self, trigger: Trigger) -> bool:
        """Some file of the repository meets the filter."""
        for patterns, is_wanted in ((trigger.paths, True), (trigger.exists, True), (trigger.paths_ignore, False)):
            if not patterns or (is_wanted and all(pattern.startswith("!") for pattern in patterns)):
                continue
            key = (*patterns, "" if is_wanted else "!")
            if key not in self._listed:
                listed = self.project.own
                self._listed[key] = (
                    lets_something_pass(patterns, listed) or self._is_read(patterns)
                    if is_wanted
                    else not listed or any(not matches_any(path, patterns) for path in listed)
                )
            if not self._listed[key]:
                return False
        return True

    def _patterns(self, path: str, name: str) -> tuple[str, ...]:
        """The patterns of a name in a file of filters; none where the file is not here."""
        file = self.project.files.get(path.removeprefix("./"))
        found = file.facts.settings if file else ()
        return tuple(setting.value for setting in found if setting.key.rpartition(".")[0] == name)

    def _is_read(self, patterns: tuple[str, ...]) -> bool:
        """The code reads files below a folder that the filter names: they come and go with the data."""
        folders = tuple(f"{head}/" for pattern in patterns if (head := pattern.partition("/**")[0]) != pattern)
        return bool(folders) and any(
            text.value.startswith(folders) and "*" not in text.value
            for _, code in self.project.having(lambda f: f.python)
            for text in code.texts
        )

    def runs(self, path: str, workflow: Workflow) -> Iterator[Run]:
        triggers = self._set_off(workflow)
        started, hops = self._started_here(path, triggers)
        if any(t.is_active and t.kind in AUTOMATIC for t in triggers):  # it needs no other to start
            lines = {id(t): t.line for t in triggers}
            asked = next((t.line for t in triggers if t.kind == "manual"), 1)
            started, hops = tuple(replace(t, line=lines.get(id(t), asked)) for t in started), ()
        triggers = started
        yield from self._expand(path, workflow, triggers, hops, f"{path}#", (path,))

    def _started_here(self, path: str, triggers: tuple[Trigger, ...]) -> tuple[tuple[Trigger, ...], tuple[Hop, ...]]:
        """The triggers of a workflow that a person starts, or a step of this repository that runs by itself, with the way
        to that step."""
        started = (one for one in self._dispatched.get(path, ()) if one.path in self._by_themselves)
        starter = next(started, None)
        if starter is None or (triggers and all(t.kind != "manual" for t in triggers)):
            return triggers, ()
        by = [t for t in starter.workflow.triggers if t.is_active and t.kind in AUTOMATIC]
        hops = (*_trigger_hop(starter.path, tuple(by)), Hop("starts this workflow", Place(starter.path, starter.line)))
        if starter.is_decided and all(t.kind == "schedule" for t in by):
            by = [Trigger("repository_dispatch", starter.line)]  # a check that the clock starts decides whether
        asked = triggers or (Trigger("manual", 1),)  # a pipeline without a source of its own
        return tuple(other for t in asked for other in (by if t.kind == "manual" else [t])), hops

    def _set_off(self, workflow: Workflow) -> tuple[Trigger, ...]:
        """The triggers of a workflow. Of what an object that listens to events sets off, those that it listens to: a push
        to the repository, a calendar. An event from outside that nothing in sight sends is a person's."""
        if workflow.kind == "TriggerTemplate":
            return tuple(replace(t, line=workflow.line) for t in self._listened(workflow.name)) or workflow.triggers
        found: list[Trigger] = []
        for trigger in workflow.triggers:
            if trigger.kind == "repository_dispatch" and not self._has_events:
                trigger = replace(trigger, kind="manual", types=(UNSENT,))
            told = (
                [t for name in trigger.sources for t in self._sources.get(name, ())] if trigger.kind == "event" else []
            )
            kinds = {t.kind for t in told}
            found += [replace(t, line=trigger.line) for t in told] if told and kinds != {"event"} else [trigger]
        return tuple(found)

    def _listened(self, template: str) -> list[Trigger]:
        """What the listeners of a template hear."""
        heard = [w for _, w in self.all if w.kind == "EventListener"]
        return [t for w in heard if any(job.uses == template for job in w.jobs) for t in w.triggers]

    @cached_property
    def _sources(self) -> dict[str, tuple[Trigger, ...]]:
        """Sources of events by name, with what sets them off."""
        return {w.name: w.triggers for _, w in self.all if w.kind == "EventSource"}

    def _whole(self, path: str, workflow: Workflow) -> Pipeline:
        """A workflow with what it includes: GitLab's files, and Taskgraph's kinds, are one before anything is decided."""
        if workflow.provider == "taskgraph" and path in self._pipelines:
            return self._pipelines[path]
        if workflow.provider != "gitlab" or not workflow.includes:
            return Pipeline(workflow, {})
        if path not in self._pipelines:
            self._pipelines[path] = put_together(path, workflow, self.by_path, self.called)
        return self._pipelines[path]

    def stands_for_kinds(self, path: str) -> bool:
        """All kinds of Taskgraph start with this file's."""
        return path in self._pipelines and self.by_path[path].provider == "taskgraph"

    def _expand(
        self,
        path: str,
        workflow: Workflow,
        triggers: tuple[Trigger, ...],
        hops: tuple[Hop, ...],
        prefix: str,
        way: tuple[str, ...],
        caller: Run | None = None,
    ) -> Iterator[Run]:
        """The runs of a workflow's jobs and of what they call; `way` are the files on the way here, which are not
        entered again."""
        whole = self._whole(path, workflow)
        workflow = _decided(whole.workflow, caller) if caller else whole.workflow
        jobs = {job.id: job for job in workflow.jobs}
        graph = _Graph(workflow)
        own_variables = (*self.included(workflow, path), *_handed_on(workflow, caller), *workflow.env)
        for job in map(self.branches.live, workflow.jobs):
            if not job.is_active or graph.never_starts(job) or self.branches.lacks(job.condition):
                continue
            if self.left <= 0:
                return
            self.left -= 1
            if caller is not None and not job.image:
                job = replace(job, image=caller.job.image)  # a build specification runs in the image of its project
            if caller is not None and caller.job.matrix:  # what it is given may differ from leg to leg
                job = replace(job, matrix=(*caller.job.matrix, *job.matrix))
            file = whole.paths.get(job.id, path)
            own = triggers if job.triggers is None else job.triggers
            if caller is not None and any(trigger.kind == "call" for trigger in own):
                own = triggers  # the caller's own, where the job does not refuse calls
            own = tuple(self._checked(trigger) for trigger in own)
            needs = graph.needs(job)
            run = Run(
                key=prefix + job.id,
                path=file,
                workflow=workflow,
                job=job,
                triggers=own,
                needs=(*(prefix + need for need in needs), *(caller.needs if caller else ())),
                guards=(*(prefix + need for need in graph.guards(job)), *(caller.guards if caller else ())),
                hops=(*(hops or _trigger_hop(path, own)), Hop(f"job {job.title}", Place(file, job.line))),
                fails=job.can_fail and (caller is None or caller.fails),
                manual=_manual(job, [jobs[n] for n in needs]) or (caller.manual if caller else ""),
                variables=(*own_variables, *job.env),
                approval=job.approval or any(jobs[n].approval for n in needs) or bool(caller and caller.approval),
                asks_before=job.asks_before or bool(caller and caller.asks_before),
            )
            if run.is_dead:
                continue
            named = self._named(workflow.provider, job)
            called = named[0] if named else self.called(job.uses, file) if job.uses else None
            is_copied = called is None and bool(job.uses) and workflow.provider == "codepipeline"
            if is_copied:
                called = self._of_a_copied_folder(job, file)
            if called is None:
                yield run
                continue
            yield replace(run, key=run.key + "@call")
            self.expanded[called] += 1
            place = f"{called}#{job.kind}{job.uses}" if named else called  # several objects stand in one file
            if place not in way and len(way) <= _MAX_CALLS and self.expanded[called] <= _MAX_OF_ONE:
                inner = named[1] if named else self.by_path[called]
                inner = _in_folder(inner, posixpath.dirname(called)) if is_copied else inner
                yield from self._expand(called, inner, own, run.hops, f"{run.key}>{called}#", (*way, place), run)

    def included(self, workflow: Workflow, path: str) -> tuple[tuple[str, str], ...]:
        """Variables of the local files that a workflow includes: maps, or lists of name and value."""
        if not workflow.includes:
            return ()
        key = f"{path}#{workflow.name}"
        if key not in self._included:
            self._included[key] = self._read_included(workflow, path)
        return self._included[key]

    def _read_included(self, workflow: Workflow, path: str) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        for name, _ in workflow.includes:
            source = called_file(name, path, self.project.files)
            names: dict[str, str] = {}
            for setting in self.project.files[source].facts.settings if source else ():
                head, _, tail = setting.key.removeprefix("variables.").partition(".")
                if not setting.key.startswith("variables."):
                    continue
                if not tail:
                    found[head] = setting.value
                elif tail == "name":
                    names[head] = setting.value
                elif tail == "value" and head in names:
                    found[names[head]] = setting.value
        return tuple(found.items())

    def _named(self, provider: str, job: Job) -> tuple[str, Workflow] | None:
        """The object that a job names, of the kind that it means: a Pipeline and a Task may have one name."""
        found = self._by_name.get((provider, job.uses.partition("/")[0]), ()) if job.uses else ()
        return next(((p, w) for p, w in found if not job.kind or w.kind == job.kind), None)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[tuple[str, Workflow]]]:
        """(provider, name) → files and definitions, of providers whose objects refer to each other by name."""
        found: dict[tuple[str, str], list[tuple[str, Workflow]]] = defaultdict(list)
        for path, workflow in self.all:
            if workflow.provider in _REFERRED_BY_NAME and any(t.kind == "call" for t in workflow.triggers):
                found[workflow.provider, workflow.name].append((path, workflow))
        return found

    def called(self, uses: str, path: str) -> str | None:
        return called_file(uses, path, self.by_path)

    def _of_a_copied_folder(self, job: Job, path: str) -> str | None:
        """The build specification that a code pipeline of this repository runs on a copy of one of its folders: the only
        one of that name, or that of the folder which the pipeline's file or the stage is named for."""
        name = job.uses.rpartition("/")[2]
        found = [p for p, w in self.by_path.items() if w.provider == "codebuild" and p.endswith(f"/{name}")]
        for text in (path.rpartition("/")[2], job.id):
            words = _stems(text)
            common = {p: len(words & _stems(p.split("/")[-2])) for p in found}
            named = [p for p in found if common[p] and common[p] == max(common.values())]
            if len(named) == 1:
                return named[0]
        return found[0] if len(found) == 1 else None

    def _checked(self, trigger: Trigger) -> Trigger:
        """A trigger whose filter no file, branch, date or workflow of this repository meets can never fire."""
        if not trigger.is_active:
            return trigger
        if trigger.paths[:1] == (IN_FILE,):
            trigger = replace(trigger, paths=self._patterns(*trigger.paths[1:]))
        if trigger.kind == "manual" and trigger.sources and trigger.sources[0] in self.parameters:
            trigger = Trigger("push", trigger.line, paths=self.parameters[trigger.sources[0]])
        if trigger.kind == "workflow_run" and trigger.sources and not set(trigger.sources) & self.names:
            return replace(trigger, is_active=False)
        if trigger.kind == "workflow_run" and trigger.sources and not set(trigger.sources) & self._by_themselves:
            return replace(trigger, kind="manual", sources=())  # what it follows is started by a person
        if trigger.kind == "schedule" and trigger.cron and not cron_can_fire(trigger.cron):
            return replace(trigger, is_active=False)
        if not self._has_branch(trigger) or not self._has_path(trigger):
            return replace(trigger, is_active=False)
        return trigger


def _stems(name: str) -> set[str]:
    """The beginnings of a name's words: `deploy` and `deployment` have one."""
    return {word[:_STEM] for word in cut(name).split()}


_STEM = 5


def _in_folder(workflow: Workflow, folder: str) -> Workflow:
    """The definition as it runs on a copy of a folder: that is the root there."""
    jobs = tuple(
        replace(job, steps=tuple(replace(s, cwd=posixpath.normpath(posixpath.join(folder, s.cwd))) for s in job.steps))
        for job in workflow.jobs
    )
    return replace(workflow, jobs=jobs)


def _starts_alone(trigger: Trigger, known: set[str]) -> bool:
    if not trigger.is_active or trigger.kind not in AUTOMATIC:
        return False
    return trigger.kind != "workflow_run" or not trigger.sources or bool(known.intersection(trigger.sources))


class _Graph:
    """What the jobs of one workflow wait for, and whose failure holds which of them back."""

    def __init__(self, workflow: Workflow) -> None:
        self.waits = waits = Waits(workflow.jobs)
        # GitHub skips a job also where one far before it failed and those between ran anyway
        skips_far = workflow.provider == "github"
        self._guards: dict[str, int] = {}
        dead = failing = done = 0
        for job in waits.order:
            own, needed, anyway = waits.bits((job.id,)), waits.bits(job.needs), waits.bits(job.anyway)
            guards = needed & ~anyway
            for need in waits.names(needed if skips_far else guards):
                guards |= self._guards.get(need, 0)
            guards &= ~(own | anyway)
            self._guards[job.id] = guards
            if needed & ~done or guards & (failing | dead):
                dead |= own
            if job.is_active and job.can_fail and any(step.always_fails for step in job.steps):
                failing |= own
            done |= own
        self._dead = frozenset(waits.names(dead))

    def never_starts(self, job: Job) -> bool:
        """It waits for itself, or for a job that fails each time."""
        return job.id in self._dead

    def needs(self, job: Job) -> list[str]:
        """All jobs that have ended before it starts, near and far."""
        return self.waits.names(self.waits.far(job.id))

    def guards(self, job: Job) -> list[str]:
        """Those whose failure keeps it from starting."""
        return self.waits.names(self._guards[job.id])


def _decided(workflow: Workflow, caller: Run) -> Workflow:
    """A called workflow with the jobs and steps that its inputs leave, as this caller or the defaults give them."""
    inputs = given_inputs(workflow, caller.job.inputs)
    if not inputs:
        return workflow
    jobs = {job.id: replace(job, steps=live_steps(job.steps, inputs)) for job in workflow.jobs}
    off = {job.id for job in workflow.jobs if "inputs." in job.condition and not can_hold(job.condition, inputs)}
    for job in needs_first(workflow.jobs, jobs):
        if job.id not in off and any(need in off and need not in job.anyway for need in job.needs):
            off.add(job.id)
    return replace(
        workflow, jobs=tuple(replace(job, is_active=job.is_active and name not in off) for name, job in jobs.items())
    )


def _handed_on(workflow: Workflow, caller: Run | None) -> tuple[tuple[str, str], ...]:
    """The inputs of a called workflow with the texts that its caller gives, which may be what that was given itself."""
    if caller is None:
        return ()
    known = dict(caller.variables)
    given = {name: _INPUT.sub(lambda m: known.get(m[1], m[0]), text) for name, text in caller.job.inputs}
    defaults = {name: default for name, _, default in workflow.inputs if default and name not in given}
    return (*defaults.items(), *given.items())


_INPUT = re.compile(r"\$\{\{\s*(?:parameters|inputs)\.(\w[\w-]*)\s*\}\}")


def given_inputs(workflow: Workflow, given: tuple[tuple[str, str], ...]) -> dict[str, Scalar | None]:
    """The inputs of a called workflow by name, in their types; None for what only the run knows."""
    written = dict(given)
    found: dict[str, Scalar | None] = {}
    for name, kind, default in workflow.inputs:
        text = written.get(name, default)
        found[name.lower()] = None if "${{" in text else _typed(kind, text)
    return found


def _typed(kind: str, text: str) -> Scalar:
    if kind == "boolean":
        return text.strip().lower() == "true"
    if kind == "number":
        return float(text) if re.fullmatch(r"-?\d{1,15}(?:\.\d{1,15})?", text.strip()) else 0.0
    return text


def live_steps(steps: tuple[Step, ...], inputs: Mapping[str, Scalar | None]) -> tuple[Step, ...]:
    """The steps in their places; one whose condition these inputs never meet does nothing."""
    return tuple(
        replace(step, uses="", inputs=(), commands=(), script="")
        if "inputs." in step.condition and not can_hold(step.condition, inputs)
        else step
        for step in steps
    )


def called_file(uses: str, path: str, known: object) -> str | None:
    """The local file that `uses: ./x`, `template: x.yml` or `include: local` means as seen from `path`."""
    name = uses.partition("@")[0].removeprefix("./").lstrip("/")
    folder = posixpath.dirname(path)
    for candidate in (name, posixpath.normpath(posixpath.join(folder, name))):
        for tail in ("", "/action.yml", "/action.yaml"):
            if candidate + tail in known:  # type: ignore[operator]
                return candidate + tail
    return None


_CONVENTIONAL = frozenset({"main", "master"})
"""What `git init` and the servers call a first branch. A copy with one branch has the name that its maker's git gave."""

_ON_THE_SERVER = "what the CI server is set to"
"""Said where the file itself names no trigger: a Jenkinsfile, a cloudbuild.yaml."""


def _trigger_hop(path: str, triggers: tuple[Trigger, ...]) -> tuple[Hop, ...]:
    active = [t for t in triggers if t.is_active and t.kind in AUTOMATIC] or list(triggers)
    if not active:
        return ()
    shown = sorted(active, key=lambda t: (t.kind not in ON_CHANGE, t.line))[0]
    kinds = tuple(dict.fromkeys(t.kind for t in active))
    names = [_ON_THE_SERVER if kind == "server" else kind for kind in kinds[:3]]
    label = f"on: {', '.join(names)}" + (f" ({shown.cron})" if shown.cron and len(active) == 1 else "")
    return (Hop(label, Place(path, shown.line), kinds),)


def _manual(job: Job, needed: list[Job]) -> str:
    if job.manual:
        return f"job {job.id} waits for a person (line {job.line})"
    blocking = next((other for other in needed if other.manual), None)
    return f"it needs job {blocking.id}, which a person starts (line {blocking.line})" if blocking else ""
