"""What starts by itself without a CI job: schedules and sensors in code, CronJobs, deployed containers, bundle jobs."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assessor.catalog.patterns import matches_any_call
from assessor.catalog.starts import StartPattern, start_patterns
from assessor.facts.commands import Command
from assessor.facts.dates import is_far, is_past
from assessor.facts.place import Place
from assessor.facts.project_files import Resource
from assessor.facts.python import MAIN, MODULE, UNKNOWN, Call, Literal
from assessor.facts.workflow import Job, Trigger, Workflow
from assessor.findings import Hop
from assessor.project.bundles import Bundles
from assessor.project.charts import Charts
from assessor.project.closure import Entry
from assessor.project.crontabs import installed_crontabs
from assessor.project.kustomizations import Kustomizations
from assessor.project.listed import Listed
from assessor.project.model import Project, ProjectFile, Role
from assessor.project.modules import Modules, ScopeKey
from assessor.project.paths import joined
from assessor.project.references import References, starts_others
from assessor.project.runs import Run
from assessor.project.state_tasks import Named
from assessor.project.variables import Variables
from assessor.readers.ci.cron import cron_can_fire

_INACTIVE = {"", "@once", "none", "null"}


@dataclass(frozen=True, slots=True)
class Start:
    """A run that is no CI job, and what it starts first: Python, commands, images or files."""

    run: Run
    entry: Entry | None = None
    commands: tuple[Command, ...] = ()
    images: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    members: tuple[Entry, ...] = ()
    """Functions that the run starts by their names, wherever they stand."""
    folders: tuple[str, ...] = ()
    """Folders whose manifests it applies."""
    configurations: tuple[str, ...] = ()
    """Definition files whose commands it starts."""
    named: tuple[Named, ...] = ()
    """Objects of infrastructure code that it starts."""
    applies: bool = False
    """It applies the very file in which it is defined."""


_FIELDS = 5
"""Fewer words than a cron line has tell an interval."""


def started_run(provider: str, path: str, line: int, name: str, trigger: Trigger, label: str) -> Run:
    """A run of one job that a line of a file starts; `label` is what its first hop shows."""
    if trigger.cron and len(trigger.cron.split()) >= _FIELDS and not cron_can_fire(trigger.cron):
        trigger = replace(trigger, is_active=False)
    job = Job(id=name, line=line, name=name)
    workflow = Workflow(provider, name, line, (trigger,), (job,))
    hop = Hop(label, Place(path, trigger.line), (trigger.kind,))
    return Run(f"{provider}:{path}:{line}:{name}", path, workflow, job, (trigger,), hops=(hop,))


def code_starts(project: Project, modules: Modules) -> Iterator[Start]:
    """A run for each schedule or sensor in first-party Python; it starts the whole file."""
    makers, listed = _makers(project, modules), Listed(project, modules)
    for file in project.code_files:
        index = modules.index(file.path)
        imported = _prefixes(i.target for i in index.facts.imports)
        decorators = [d for s in index.facts.scopes for d in s.decorators]
        decorators += [d for c in index.facts.classes for d in c.decorators]
        seen: set[int] = set()
        for pattern in start_patterns():
            if pattern.roots and imported.isdisjoint(pattern.roots):
                continue
            known = listed.knows(file, pattern)
            for call, names in ((c, pattern.calls) for c in index.facts.calls):
                if (file.path, call.scope) in makers and makers[file.path, call.scope][0] is pattern:
                    continue  # its callers say when
                if matches_any_call(names, call.name) and call.line not in seen:
                    for start in _started(file, call, pattern, seen, index.facts.calls, known):
                        yield replace(start, members=_members(project, modules, file.path, call, pattern))
            for call in decorators:
                if matches_any_call(pattern.decorators, call.name) and call.line not in seen:
                    for start in _started(file, call, pattern, seen, index.facts.calls, known):
                        yield replace(start, members=_members(project, modules, file.path, call, pattern))
        yield from _by_makers(file, makers, modules, seen)


def _by_makers(
    file: ProjectFile, makers: Mapping[ScopeKey, tuple[StartPattern, str]], modules: Modules, seen: set[int]
) -> Iterator[Start]:
    """A run for each call that hands a schedule to a function which makes a definition with it."""
    calls = modules.index(file.path).facts.calls
    for call in calls if makers else ():
        for target in modules.targets(call.name, file.path):
            pattern, keyword = makers.get(target, (None, ""))
            if pattern and call.has_keyword(keyword) and call.line not in seen:
                named = replace(call, keywords=((pattern.keywords[0], call.keyword(keyword)), *call.keywords))
                yield from _started(file, named, pattern, seen, calls)


def _makers(project: Project, modules: Modules) -> dict[ScopeKey, tuple[StartPattern, str]]:
    """First-party functions that make a definition with a schedule which they are given (`def nightly(schedule): return
    DAG(schedule=schedule)`), with the name of that parameter."""
    found: dict[ScopeKey, tuple[StartPattern, str]] = {}
    for file in project.code_files:
        facts = modules.index(file.path).facts
        for call in facts.calls:
            parameters = facts.scopes[call.scope].parameters if call.scope > MAIN and call.keywords else ()
            handed = [key for key, value in call.keywords if value == UNKNOWN and key in parameters]
            for pattern in start_patterns() if handed else ():
                given = [k for k in pattern.keywords if k in handed]
                if given and matches_any_call(pattern.calls, call.name):
                    found.setdefault((file.path, call.scope), (pattern, given[0]))
    return found


_NEAR = 4
"""Lines of one entry of a schedule."""


def named_task_starts(project: Project, modules: Modules) -> Iterator[Start]:
    """A run for each entry of a schedule that names its task by text: Celery's `{"task": "pkg.fit", "schedule": 300}`.

    The text is the registered name of a task, or the dotted one of its function."""
    tasks: dict[ScopeKey, str] = {}
    celery = [f for f in project.code_files if any(i.target.split(".")[0] == "celery" for i in f.code.imports)]  # type: ignore[union-attr]
    for file in celery:
        for number, scope in enumerate(modules.index(file.path).facts.scopes):
            for decorator in scope.decorators:
                if decorator.name.rpartition(".")[2] in ("task", "shared_task"):
                    name = decorator.keyword("name")
                    tasks[file.path, number] = name if isinstance(name, str) else ""
    registered = {name: key for key, name in tasks.items() if name}
    for file in celery if tasks else ():
        texts = modules.index(file.path).facts.texts
        scheduled = {text.line for text in texts if text.value == "schedule"}
        for text in texts:
            key = registered.get(text.value) or _function_named(modules, text.value, file.path)
            if key in tasks and any(abs(text.line - line) <= _NEAR for line in scheduled):
                assert key is not None
                trigger = Trigger("schedule", text.line)
                run = started_run("code", file.path, text.line, text.value, trigger, f"celery schedule of {text.value}")
                name = modules.index(key[0]).facts.scopes[key[1]].name
                yield Start(run, members=(Entry(key[0], "member", name),))


def _function_named(modules: Modules, dotted: str, path: str) -> ScopeKey | None:
    """The function that a dotted name in a text means."""
    found = modules.split(dotted, path) if _DOTTED.fullmatch(dotted) else None
    number = modules.index(found[0]).scopes.get(found[1]) if found and found[1] else None
    return (found[0], number) if found and number is not None else None


_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


def _prefixes(names: Iterable[str]) -> set[str]:
    """Each dotted name with the packages that it lies in."""
    found: set[str] = set()
    for name in set(names):
        parts = name.split(".")
        found.update(".".join(parts[:size]) for size in range(1, len(parts) + 1))
    return found


def _started(
    file: ProjectFile, call: Call, pattern: StartPattern, seen: set[int], calls: tuple[Call, ...], known: bool = True
) -> Iterator[Start]:
    cron = ""
    if pattern.keywords:
        value = next((call.keyword(k) for k in pattern.keywords if call.has_keyword(k)), None)
        if value in (None, ()) or (isinstance(value, str) and value.lower() in _INACTIVE):
            return
        cron = value if isinstance(value, str) and value != UNKNOWN else ""
    paused = not known or _is_over(call, pattern)
    paused = paused or any(_is_off(call, name, off) for name, off in pattern.paused.items())
    seen.add(call.line)
    for kind in (pattern.kind,) if cron else _kinds(call, pattern, calls):
        trigger = Trigger(kind, call.line, cron=cron, is_active=not paused)
        label = f"{pattern.tool} {kind}" + (f" ({cron})" if cron else "")
        run = started_run("code", file.path, call.line, f"{pattern.tool} {kind}", trigger, label)
        yield Start(run, Entry(file.path, "dag"))


def _is_over(call: Call, pattern: StartPattern) -> bool:
    """The schedule has ended, or begins when nobody lives to see it."""
    return any(is_past(call.keyword(name)) for name in pattern.until) or any(
        is_far(call.keyword(name)) for name in pattern.since
    )


_ARGUMENTS = 12
"""Lines over which the arguments of one call stand."""
_TIMES = ("timedelta", "Timetable", "relativedelta", "duration", "crontab")


def _kinds(call: Call, pattern: StartPattern, calls: tuple[Call, ...]) -> tuple[str, ...]:
    """What a schedule that is no text starts by: the clock, news (an asset, a combination of assets), or both."""
    if not pattern.events:
        return (pattern.kind,)
    near = [c.name for c in calls if call.line <= c.line <= call.line + _ARGUMENTS and c is not call]
    given = [*call.names, *near]
    if any(matches_any_call(pattern.both, one) for one in given):
        return ("schedule", "event")
    if any(one.endswith(_TIMES) for one in given):
        return (pattern.kind,)
    known = [*given, *(c.name for c in calls if c.scope == MODULE)]
    return ("event",) if any(matches_any_call(pattern.events, one) for one in known) else (pattern.kind,)


def _members(project: Project, modules: Modules, path: str, call: Call, pattern: StartPattern) -> tuple[Entry, ...]:
    """The functions that the started job selects by name: of the jobs that the file or its imports define, the one that
    the call names, or all where none is told apart; and the function that a source beside the call names."""
    if not pattern.jobs:
        return _named_in_sources(project, modules.index(path).facts.calls, call, pattern)
    files = [modules.index(p).facts.calls for p in (path, *modules.imported(path))]
    jobs = [(c, calls) for calls in files for c in calls if matches_any_call(pattern.jobs, c.name)]
    wanted = {name.rpartition(".")[2] for name in call.names}
    chosen = [(job, calls) for job, calls in jobs if {job.keyword("name"), *job.args[:1]} & wanted] or jobs
    takes_all = any(_takes_all(job, calls, pattern) for job, calls in chosen)
    selections = [_selected(job, calls, pattern) for job, calls in chosen]
    if not takes_all and not all(selections):
        return ()  # made by an expression: which functions it means is not known
    names = {name for selection in selections for name in selection}
    return tuple(
        Entry(file.path, "member", scope.name)
        for file in project.code_files
        for scope in modules.index(file.path).facts.scopes
        if (takes_all or scope.name in names)
        and any(matches_any_call(pattern.members, d.name) for d in scope.decorators)
    )


def _takes_all(job: Call, calls: Sequence[Call], pattern: StartPattern) -> bool:
    """The job selects whatever there is: it says so, or it is given no selection."""
    value = job.keyword("selection")
    if value == UNKNOWN or UNKNOWN in job.args[1:2]:
        near = [c for c in calls if c.scope == job.scope and job.line <= c.line <= job.line + _ARGUMENTS]
        return any(matches_any_call(pattern.everything, call.name) for call in near)
    return bool(pattern.everything) and (value == "*" or (value is None and len(job.args) < 2))


def _selected(job: Call, calls: Sequence[Call], pattern: StartPattern) -> tuple[Literal, ...]:
    """The names that the job selects: a list, or the arguments of one call that selects by names; none where unknown."""
    selection = job.keyword("selection")
    if isinstance(selection, tuple):
        return selection
    near = [c for c in calls if c.scope == job.scope and job.line <= c.line <= job.line + _ARGUMENTS]
    following = min((c.line for c in near if c is not job and c.name == job.name), default=job.line + _ARGUMENTS + 1)
    by_name = [c for c in near if c.line < following and matches_any_call(pattern.selections, c.name)]
    names = tuple(arg for arg in by_name[0].args if isinstance(arg, str)) if len(by_name) == 1 else ()
    return () if UNKNOWN in names else names


def _named_in_sources(project: Project, calls: Sequence[Call], call: Call, pattern: StartPattern) -> tuple[Entry, ...]:
    """The functions of this repository that `flow.from_source(…, entrypoint="flows/tide.py:forecast").deploy(…)` starts."""
    near = (c for c in calls if c.scope == call.scope and abs(c.line - call.line) <= _ARGUMENTS)
    named = (c.keyword("entrypoint") for c in near if matches_any_call(pattern.sources, c.name))
    found = (_ENTRYPOINT.match(value) for value in named if isinstance(value, str))
    return tuple(dict.fromkeys(Entry(f[1], "function", f[2]) for f in found if f and f[1] in project.files))


_ENTRYPOINT = re.compile(r"^(.+\.py):([\w.]+)$")


def deployment_starts(project: Project) -> Iterator[Start]:
    """A run for each deployment in a configuration file that names an entry point in code and a schedule beside it
    (Prefect's prefect.yaml)."""
    for file in project.ordered:
        if file.role is not Role.FIRST_PARTY:
            continue
        for setting in file.facts.settings:
            found = _ENTRYPOINT.match(setting.value) if setting.key.endswith("entrypoint") else None
            if not found or found[1] not in project.files:
                continue
            prefix = setting.key[: -len("entrypoint")]
            beside = {s.key.removeprefix(prefix): s for s in file.facts.settings if s.key.startswith(prefix)}
            cron = next(
                (
                    s
                    for k, s in beside.items()
                    if k.startswith("schedule") and k.rpartition(".")[2] in ("cron", "interval", "rrule") and s.value
                ),
                None,
            )
            if cron is None:
                continue
            off = any(
                k.endswith(("active", "is_schedule_active")) and s.value.lower() == "false" for k, s in beside.items()
            )
            off = off or any(k.endswith("paused") and s.value.lower() == "true" for k, s in beside.items())
            trigger = Trigger("schedule", cron.line, cron=cron.value, is_active=not off)
            run = started_run("code", file.path, cron.line, found[2], trigger, f"schedule ({cron.value})")
            yield Start(run, Entry(found[1], "dag"))


def _is_off(call: Call, keyword: str, off: object) -> bool:
    """The keyword has the value under which nothing runs: a literal, or a member of an enumeration that is called so."""
    if not call.has_keyword(keyword):
        return False
    value = call.keyword(keyword)
    return _same(value, off) or (value == UNKNOWN and any(_same(n.rpartition(".")[2], off) for n in call.names))


def _same(value: object, off: object) -> bool:
    return str(value).lower() == str(off).lower()


_ENDS = frozenset({"end_date", "end_time", "endDate", "endTime", "EndDate", "EndTime"})
"""Settings of schedules that tell when they end."""
_STARTS_CONTAINERS = {
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "Pod",
    "Service",
    "InferenceService",
}


def resource_starts(project: Project, modules: Modules, bundles: Bundles, applied: Container[str]) -> Iterator[Start]:
    """A run for each Kubernetes object that starts containers and each infrastructure object with a schedule.

    An object of a chart starts its containers where some run installs the chart: its file is among those `applied`. What has
    no schedule starts once it is applied: the runs that apply it lead there, and without them a person does it."""
    variables = Variables(project)
    references = References(project)
    kustomizations, charts = Kustomizations(project, applied), Charts(project)
    installed = installed_crontabs(project)
    is_loaded = any(i.target.split(".")[0] == "dagfactory" for f in project.code_files for i in f.code.imports)  # type: ignore[union-attr]
    for file in project.ordered:
        if file.role is not Role.FIRST_PARTY:
            continue
        for number, written in enumerate(file.facts.resources):
            resource = bundles.resolved(file.path, written)
            if resource is not None and resource.system == "kubernetes":
                resource = replace(resource, is_active=kustomizations.is_active(file.path, resource))
            if resource is not None and charts.leaves_out(resource):
                resource = replace(resource, is_active=False)
            if resource is None or (resource.system == "helm" and not resource.schedule and file.path not in applied):
                continue
            trigger = _trigger(resource, variables)
            if trigger is None or (resource.system == "cron" and file.path not in installed):
                continue
            if resource.system == "dagfactory" and not is_loaded:
                continue
            name = resource.name or resource.kind
            label = f"{resource.kind} {resource.name}" + (f" ({trigger.cron})" if trigger.cron else "")
            run = started_run("resource", file.path, resource.line, f"{name}#{number}", trigger, label)
            named = tuple(v for _, v, _ in resource.settings if v.endswith((".py", ".ipynb", ".sh")))
            pipelines = _pipelines_in_code(project, modules) if _names_a_pipeline(resource) else ()
            pipelines += _mage_blocks(project, file, resource)
            named += (joined(file.path.rpartition("/")[0], "metadata.yaml"),) if resource.system == "mage" else ()
            yield Start(
                run,
                None,
                resource.commands,
                resource.images,
                named,
                pipelines,
                configurations=_job_file(file, resource),
                named=(
                    *(references.started(file, written) if starts_others(resource) else ()),
                    *units_started(project, file, resource),
                ),
            )


def units_started(project: Project, file: ProjectFile, resource: Resource) -> list[Named]:
    """The service that a timer of systemd starts: the one that it names, else that of its own name; beside it, or anywhere
    where there is one of that name only."""
    if (resource.system, resource.kind) != ("systemd", "timer"):
        return []
    named = next((value for key, value, _ in resource.settings if key == "Timer.Unit"), "")
    return unit_named(project, file, named or f"{resource.name}.service")


def unit_named(project: Project, file: ProjectFile, name: str) -> list[Named]:
    """The service of systemd of that name, as a file names it."""
    beside = joined(file.path.rpartition("/")[0], name)
    found = [f for f in project.ordered if f.path == beside or f.path.endswith(f"/{name}") or f.path == name]
    chosen = [f for f in found if f.path == beside] or (found if len(found) == 1 else [])
    return [(f, resource) for f in chosen[:1] for resource in f.facts.resources if resource.system == "systemd"]


def _job_file(file: ProjectFile, resource: Resource) -> tuple[str, ...]:
    """The file of the job that a schedule of Azure ML creates."""
    if resource.system != "azureml":
        return ()
    named = next((value for key, value, _ in resource.settings if key == "create_job"), "")
    folder = file.path.rpartition("/")[0]
    return (joined(folder, named),) if named.endswith((".yml", ".yaml")) else ()


_BLOCK_FOLDERS = {"custom": "custom", "scratchpad": "scratchpads"}
"""Folders of Mage's blocks that are not called by their kind in the plural."""


def _mage_blocks(project: Project, file: ProjectFile, resource: Resource) -> tuple[Entry, ...]:
    """The blocks of the pipeline that a trigger of Mage starts, in their order: the decorated functions of each file."""
    if resource.system != "mage":
        return ()
    folder = file.path.rpartition("/")[0]
    root = folder.rpartition("/")[0].rpartition("/")[0]
    definition = project.files.get(joined(folder, "metadata.yaml"))
    settings = {k: v for r in definition.facts.resources for k, v, _ in r.settings} if definition else {}
    found = []
    for number in range(_MAX_BLOCKS):
        kind, name = settings.get(f"blocks.{number}.type", ""), settings.get(f"blocks.{number}.uuid", "")
        if not name:
            break
        path = joined(root, f"{_BLOCK_FOLDERS.get(kind, kind + 's')}/{name}.py")
        if path in project.files:
            found.append(Entry(path, "dag"))
    return tuple(found)


_MAX_BLOCKS = 100


def _names_a_pipeline(resource: Resource) -> bool:
    """A rule or schedule whose target takes parameters of a SageMaker pipeline."""
    return any("sagemakerpipelineparameter" in key.lower().replace("_", "") for key, _, _ in resource.settings)


_PIPELINES = (
    "sagemaker.workflow.pipeline.Pipeline",
    "sagemaker.Pipeline",
    "sagemaker.mlops.workflow.pipeline.Pipeline",
)


def _pipelines_in_code(project: Project, modules: Modules) -> tuple[Entry, ...]:
    """The functions in which first-party code defines SageMaker pipelines."""
    found = []
    for file in project.code_files:
        facts = modules.index(file.path).facts
        for call in facts.calls:
            if matches_any_call(_PIPELINES, call.name):
                scope = facts.scopes[call.scope]
                is_function = scope.kind in ("function", "method")
                found.append(Entry(file.path, "member" if is_function else "script", scope.name if is_function else ""))
    return tuple(dict.fromkeys(found))


def _trigger(resource: Resource, variables: Variables) -> Trigger | None:
    if resource.schedule:
        by_variable = resource.system != "databricks"  # a bundle's are resolved for each target
        held = by_variable and variables.switches_off(resource)
        over = any(is_past(v) for k, v, _ in resource.settings if k.rpartition(".")[2] in _ENDS)
        off = held or over or variables.unset(resource.schedule) or variables.leaves_out(resource)
        return Trigger("schedule", resource.line, cron=resource.schedule, is_active=resource.is_active and not off)
    if resource.event:
        active = resource.is_active and not (variables.leaves_out(resource) or variables.switches_off(resource))
        return Trigger("event", resource.line, sources=(resource.event,), is_active=active)
    if resource.system in ("kubernetes", "helm") and resource.kind in _STARTS_CONTAINERS:
        return Trigger("manual", resource.line)
    return None
