"""Argo Workflows and Tekton: tasks as jobs, with what they wait for and what their containers run.

A WorkflowTemplate, Pipeline or Task is called by others; a Workflow or PipelineRun is started by a person, unless a
CronWorkflow, a Sensor, a TriggerTemplate or Pipelines-as-Code starts it. Rules: argo-workflows.readthedocs.io, "Field
reference"; tekton.dev/docs, "Pipelines".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci.cron import cron_can_fire
from assessor.readers.ci.script import MAX_SCRIPT, Allowance, container, entry_point, in_shell, load_bounded, piece
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_QUICK = re.compile(r"apiVersion['\"]?\s*:\s*['\"]?(?:argoproj\.io|(?:\w+\.)?tekton\.dev)/")
_MAX_DEPTH = 8
_MAX_JOBS = 2_000

Pairs = tuple[tuple[str, str], ...]


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return path.endswith((".yml", ".yaml"))


def read(path: str, text: str) -> FileFacts:
    """Return a workflow for each Argo or Tekton object; EMPTY for YAML of another kind."""
    if not _QUICK.search(text):
        return EMPTY
    try:
        documents = load_bounded(text)
    except YamlProblem:  # the reader of Kubernetes objects reports it
        return EMPTY
    source = text.splitlines()
    found = [workflow for document in documents[:500] for workflow in _objects(document, source)]
    return FileFacts(workflows=tuple(found)) if found else EMPTY


def _objects(node: Node, source: Sequence[str]) -> Iterator[Workflow]:
    kind, group = node.get("kind").text, node.get("apiVersion").text.partition("/")[0]
    if group == "argoproj.io" and kind in _ARGO:
        yield _argo(node, _ARGO[kind](node), source)
    elif group == "argoproj.io" and kind == "Sensor":
        for each in node.get("spec", "triggers").each():
            yield from _sensed(node, each, source)
    elif group == "argoproj.io" and kind == "EventSource":
        yield _listening("argo", node, _source_triggers(node.get("spec")), ())
    elif group.endswith("tekton.dev"):
        yield from _tekton_objects(node, kind, source)
    elif kind == "List":
        for item in node.get("items").each()[:500]:
            yield from _objects(item, source)


def _tekton_objects(node: Node, kind: str, source: Sequence[str]) -> Iterator[Workflow]:
    if kind in ("Task", "ClusterTask", "TaskRun", "Pipeline", "PipelineRun"):
        yield _tekton(node, source, _tekton_triggers(node))
    elif kind == "TriggerTemplate":
        name = node.get("metadata", "name").text
        for each in node.get("spec", "resourcetemplates").each():
            if each.get("kind").text in ("PipelineRun", "TaskRun"):
                yield replace(_tekton(each, source, (Trigger("webhook", node.line),)), name=name, kind=kind)
    elif kind in ("EventListener", "Trigger"):
        for each in node.get("spec", "triggers").each() if kind == "EventListener" else (node.get("spec"),):
            template = each.get("template")
            names = [template.get(word).text for word in ("ref", "name") if template.get(word)]
            jobs = tuple(Job("template", template.line, uses=name, kind="TriggerTemplate") for name in names)
            yield _listening("tekton", node, _heard(each.get("interceptors")), jobs)


# ---- Argo ----


def _schedules(node: Node) -> tuple[Trigger, ...]:
    spec = node.get("spec")
    active = not spec.get("suspend").is_true
    entries = (*spec.get("schedule").each(), *spec.get("schedules").each())
    return tuple(Trigger("schedule", e.line, cron=e.text, is_active=active and cron_can_fire(e.text)) for e in entries)


def _called(node: Node) -> tuple[Trigger, ...]:
    return (Trigger("call", node.line),)


def _by_hand(node: Node) -> tuple[Trigger, ...]:
    return (Trigger("manual", node.line),)


_ARGO = {
    "Workflow": _by_hand,
    "CronWorkflow": _schedules,
    "WorkflowTemplate": _called,
    "ClusterWorkflowTemplate": _called,
}


def _sensed(sensor: Node, entry: Node, source: Sequence[str]) -> Iterator[Workflow]:
    """The workflow that a sensor submits when its events come."""
    names = tuple(each.get("eventSourceName").text for each in sensor.get("spec", "dependencies").each())
    for word in ("argoWorkflow", "k8s"):
        resource = entry.get("template", word, "source", "resource")
        if resource.get("kind").text == "Workflow":
            yield _argo(resource, (Trigger("event", sensor.line, sources=names),), source)


@dataclass(frozen=True, slots=True)
class _File:
    """The templates of a workflow and what its parameters are."""

    templates: Mapping[str, Node]
    source: Sequence[str]
    parameters: Mapping[str, str]
    used: list[str] = field(default_factory=list)
    """Names of the templates used so far; templates that use each other could go on for ever."""
    allowance: Allowance = field(default_factory=Allowance)


def _argo(node: Node, triggers: tuple[Trigger, ...], source: Sequence[str]) -> Workflow:
    spec = node.get("spec", "workflowSpec") or node.get("spec")
    parameters = _arguments(spec.get("arguments"), "workflow.parameters")
    templates = {t.get("name").text: t for t in spec.get("templates").each()}
    file = _File(templates, source, parameters)
    jobs: list[Job] = []
    entry = spec.get("entrypoint").text
    if entry in templates:
        _template(templates[entry], file, _Place(entry, templates[entry].line), jobs, 0)
    elif triggers and triggers[0].kind == "call":
        for name, template in templates.items():
            _template(template, file, _Place(name, template.line), jobs, 0)
    reference = spec.get("workflowTemplateRef", "name")
    if reference:
        jobs.append(Job("template", reference.line, uses=reference.text))
    ending = spec.get("onExit").text
    if ending in templates and entry in templates:
        _template(
            templates[ending], file, _Place(f"onExit {ending}", templates[ending].line, condition="onExit"), jobs, 0
        )
    name = node.get("metadata", "name").text or node.get("metadata", "generateName").text
    return Workflow(
        "argo",
        name,
        node.line,
        triggers=triggers,
        jobs=tuple(jobs[:_MAX_JOBS]),
        disabled="" if jobs else "no templates",
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a template is used: the job's id, line and needs, the condition and the arguments."""

    id: str
    line: int
    needs: tuple[str, ...] = ()
    condition: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    can_fail: bool = True


def _template(node: Node, file: _File, place: _Place, jobs: list[Job], depth: int) -> tuple[str, ...]:
    """Read a template as it is used at a place; return the jobs that what follows waits for."""
    file.used.append(place.id)
    if depth > _MAX_DEPTH or len(file.used) >= _MAX_JOBS:
        return place.needs
    if node.get("dag"):
        return _dag(node.get("dag", "tasks"), file, place, jobs, depth)
    if node.get("steps"):
        return _step_groups(node.get("steps"), file, place, jobs, depth)
    jobs.append(_container_job(node, file, place))
    return (place.id,)


def _dag(tasks: Node, file: _File, place: _Place, jobs: list[Job], depth: int) -> tuple[str, ...]:
    ends: dict[str, tuple[str, ...]] = {}
    waited: set[str] = set()
    for task in _in_order(tasks.each()[:_MAX_JOBS]):
        names = _task_needs(task)
        waited.update(names)
        before = tuple(job for name in names for job in ends.get(name, ()))
        ends[task.get("name").text] = _use(task, file, place, before or place.needs, jobs, depth)
    last = tuple(job for name, each in ends.items() if name not in waited for job in each)
    return last or place.needs


def _task_needs(task: Node) -> tuple[str, ...]:
    """`dependencies`, or the names in `depends: "a && b.Succeeded"`."""
    words = re.findall(r"[A-Za-z][\w-]*(?:\.\w+)?", task.get("depends").text)
    return (*task.get("dependencies").texts(), *dict.fromkeys(word.partition(".")[0] for word in words))


def _in_order(tasks: Sequence[Node]) -> list[Node]:
    """Tasks with those that they need first; circles are left as they stand."""
    left, done, ordered = list(tasks), set[str](), list[Node]()
    known = {task.get("name").text for task in tasks}
    while left:
        ready = [task for task in left if all(need in done or need not in known for need in _task_needs(task))]
        if not ready:
            return ordered + left
        ordered += ready
        done.update(task.get("name").text for task in ready)
        left = [task for task in left if task not in ready]
    return ordered


def _step_groups(groups: Node, file: _File, place: _Place, jobs: list[Job], depth: int) -> tuple[str, ...]:
    """Each group waits for the one before; the steps of a group run together."""
    before = place.needs
    for group in groups.each()[:_MAX_JOBS]:
        before = tuple(job for step in group.each() for job in _use(step, file, place, before, jobs, depth)) or before
    return before


def _use(
    task: Node, file: _File, place: _Place, needs: tuple[str, ...], jobs: list[Job], depth: int
) -> tuple[str, ...]:
    """A task or step: of a template of this workflow, of another one, or written in place."""
    name = f"{place.id}.{task.get('name').text}"
    known = dict(file.parameters) | dict(place.inputs)
    given = _arguments(task.get("arguments"), "inputs.parameters")
    inputs = tuple((key, _filled(value, known)) for key, value in given.items())
    condition = " && ".join(filter(None, (place.condition, task.get("when").text)))
    keeps_going = task.get("continueOn", "failed").is_true or task.get("continueOn", "error").is_true
    used = _Place(name, task.line, needs, condition, inputs, place.can_fail and not keeps_going)
    reference = task.get("templateRef")
    if reference:
        uses = f"{reference.get('name').text}/{reference.get('template').text}"
        plain = tuple((key.rpartition(".")[2], value) for key, value in inputs)
        jobs.append(
            Job(name, task.line, needs=needs, condition=condition, uses=uses, inputs=plain, can_fail=used.can_fail)
        )
        return (name,)
    template = task.get("inline") or file.templates.get(task.get("template").text, NOTHING)
    return _template(template, file, used, jobs, depth + 1) if template else needs


def _container_job(node: Node, file: _File, place: _Place) -> Job:
    """A template with a container, a script, or several containers."""
    known = dict(file.parameters) | dict(_arguments(node.get("inputs"), "inputs.parameters")) | dict(place.inputs)
    script = node.get("script")
    bodies = [node.get("container")] if node.get("container") else list(node.get("containerSet", "containers").each())
    size = sum(len(each.text) for body in (*bodies, script) for _, each in body.walk(1_000))
    if not file.allowance.spend(size):
        return Job(place.id, place.line, needs=place.needs, is_active=False)
    steps = [_container_step(body, file.source, known) for body in bodies]
    if script:
        steps.append(_script_step(script, file.source, known))
    images = [body.get("image").text for body in (*bodies, script) if body.get("image")]
    return Job(
        id=place.id,
        line=place.line,
        name=node.get("name").text,
        needs=place.needs,
        condition=place.condition,
        steps=tuple(steps),
        image=images[0] if images else "",
        can_fail=place.can_fail,
        approval=bool(node.get("suspend")),
        is_active=bool(steps) or bool(node.get("suspend")) or bool(node.get("resource")),
    )


def _container_step(body: Node, source: Sequence[str], known: Mapping[str, str]) -> Step:
    words = [word for part in ("command", "args") for word in body.get(part).each() if word.kind == "scalar"]
    if words and not body.get("command"):
        program = entry_point(_filled(body.get("image").text, known), words[0].text)
        words = [Node("scalar", words[0].line, program), *words] if program else words
    found = container(words, source, lambda text: _filled(text, known))
    name = body.get("name").text or "container"
    text = "\n".join(word.text for word in words)[:MAX_SCRIPT]
    return Step(name, body.line, commands=found, script=text, env=_env(body))


def _script_step(body: Node, source: Sequence[str], known: Mapping[str, str]) -> Step:
    text = body.get("source")
    part = piece(text, source).replaced(lambda each: _filled(each, known))
    shell = " ".join(body.get("command").texts()) or "sh"
    return Step("script", body.line, commands=in_shell(part, shell), script=text.text[:MAX_SCRIPT], env=_env(body))


def _env(body: Node) -> Pairs:
    return tuple((e.get("name").text, e.get("value").text) for e in body.get("env").each() if e.get("value"))


def _arguments(node: Node, prefix: str) -> dict[str, str]:
    entries = ((e.get("name").text, e.get("value") or e.get("default")) for e in node.get("parameters").each())
    return {f"{prefix}.{name}": value.text for name, value in entries if value.kind == "scalar"}


def _filled(text: str, known: Mapping[str, str]) -> str:
    """Fill in `{{inputs.parameters.x}}` and Tekton's `$(params.x)`; what is not known becomes a shell variable."""

    def value(match: re.Match[str]) -> str:
        name = (match.group(1) or match.group(2)).strip()
        found = known.get(name)
        if found is not None and "{{" not in found and "\n" not in found:
            return found
        flat = name.removeprefix("inputs.parameters.").removeprefix("workflow.parameters.").removeprefix("params.")
        return "$" + re.sub(r"\W", "_", flat)

    return re.sub(r"\{\{=?\s*([\w.-]+)\s*\}\}|\$\(([a-z]+(?:\.[\w-]+)+)\)", value, text)


# ---- Tekton ----


def _tekton_triggers(node: Node) -> tuple[Trigger, ...]:
    """A run is started by hand or, with Pipelines-as-Code annotations, by events of the repository."""
    if not node.get("kind").text.endswith("Run"):
        return (Trigger("call", node.line),)
    notes = node.get("metadata", "annotations")
    events = notes.get("pipelinesascode.tekton.dev/on-event")
    words = re.findall(r"\w+", events.text) + re.findall(
        r"event\s*==\s*[\"'](\w+)", notes.get("pipelinesascode.tekton.dev/on-cel-expression").text
    )
    branches = tuple(re.findall(r"[\w./*-]+", notes.get("pipelinesascode.tekton.dev/on-target-branch").text))
    expression = notes.get("pipelinesascode.tekton.dev/on-cel-expression").text
    if "||" not in expression:
        branches += tuple(re.findall(r"\btarget_branch\s*==\s*[\"']([\w./-]+)", expression)[:1])
    line = events.line if events else node.line
    kinds = dict.fromkeys(_EVENTS[word] for word in words if word in _EVENTS)
    found = tuple(Trigger(kind, line, branches=branches) for kind in kinds)
    return found or (Trigger("manual", node.line),)


_EVENTS = {"push": "push", "pull_request": "pull_request", "incoming": "webhook"}

_SERVER_EVENTS = {
    "push": "push", "pull_request": "pull_request", "push hook": "push", "merge request hook": "pull_request",
    "tag push hook": "tag", "release": "release", "repo:push": "push", "repo:refs_changed": "push",
    "pullrequest:created": "pull_request", "pullrequest:updated": "pull_request", "pr:opened": "pull_request",
    "pr:from_ref_updated": "pull_request", "pushevents": "push", "mergerequestsevents": "pull_request",
    "tagpushevents": "tag", "*": "push",
}  # fmt: skip
"""Names of events of Git servers, in small letters, as triggers; `*` is each of them."""
_OF_A_CHANGE = re.compile(r"body\.(?:ref|after|head_commit|commits|pull_request|checkout_sha|object_attributes)\b")


def _heard(interceptors: Node) -> tuple[Trigger, ...]:
    """The events that interceptors let through: by the names of a Git server's events, or by an expression about them."""
    texts = [(node.text, node.line) for _, node in interceptors.walk(500) if node.kind == "scalar"]
    words = [(text.lower(), line) for text, line in texts]
    words += [(word.lower(), line) for text, line in texts for word in re.findall(r"['\"]([\w: ]{3,30})['\"]", text)]
    found = {_SERVER_EVENTS[word]: line for word, line in words if word in _SERVER_EVENTS and word != "*"}
    if not found:
        found = dict([("push", line) for text, line in texts if _OF_A_CHANGE.search(text)][:1])
    folders = (name for text, _ in texts if _OF_FILES.search(text) for name in _FOLDER.findall(text))
    paths = tuple(f"{name}**" for name in dict.fromkeys(folders))
    return tuple(Trigger(kind, line, paths=paths if kind in _WITH_FILES else ()) for kind, line in found.items())


_OF_FILES = re.compile(r"\.(?:modified|added|removed)\b|changed_files")
"""What an expression calls the files of a change: GitHub's and GitLab's names in a push, and that of Tekton's interceptor."""
_FOLDER = re.compile(r"\.startsWith\(\s*['\"]([\w.-]{1,80}(?:/[\w.-]{1,80}){0,8}/)['\"]")
_WITH_FILES = frozenset({"push", "pull_request", "merge_request"})


_GIT_SERVERS = ("github", "gitlab", "bitbucket", "bitbucketserver", "gitea", "gerrit")


def _source_triggers(spec: Node) -> tuple[Trigger, ...]:
    """What sets an event source off: pushes to a Git server, a calendar, or something outside of both."""
    found: list[Trigger] = []
    for system, events in spec.items():
        for _, body in events.items() if events.is_map else ():
            if system.text in _GIT_SERVERS:
                names = [name.lower() for name in body.get("events").texts()]
                kinds = dict.fromkeys(_SERVER_EVENTS.get(name, "webhook") for name in names)
                found += [Trigger(kind, body.line) for kind in kinds or ("webhook",)]
            elif system.text == "calendar":
                found.append(Trigger("schedule", body.line, cron=body.get("schedule").text))
            elif body.is_map and system.text not in ("service", "template"):
                found.append(Trigger("webhook" if system.text == "webhook" else "event", body.line))
    return tuple(found)


def _listening(provider: str, node: Node, triggers: tuple[Trigger, ...], jobs: tuple[Job, ...]) -> Workflow:
    """An object that tells events on to others."""
    name, kind = node.get("metadata", "name").text, node.get("kind").text
    kind = "EventListener" if kind == "Trigger" else kind
    return Workflow(provider, name, node.line, triggers, jobs, kind=kind, disabled="it only listens")


def _tekton(node: Node, source: Sequence[str], triggers: tuple[Trigger, ...]) -> Workflow:
    spec = node.get("spec")
    inner = spec.get("pipelineSpec") or spec.get("taskSpec") or spec
    known = _parameters(inner) | _parameters(spec)
    if inner.get("steps"):
        jobs = [_task_job(node.get("metadata", "name").text or "task", inner.line, inner, source, known)]
    else:
        jobs = list(_pipeline_jobs(inner, source, known))
    reference = spec.get("pipelineRef") or spec.get("taskRef")
    if reference:
        wanted = "Pipeline" if spec.get("pipelineRef") else "Task"
        jobs.append(Job("ref", reference.line, uses=reference.get("name").text, kind=wanted))
    name = node.get("metadata", "name").text or node.get("metadata", "generateName").text
    kind = node.get("kind").text.removeprefix("Cluster")
    disabled = "" if jobs else "no tasks"
    return Workflow("tekton", name, node.line, triggers=triggers, jobs=tuple(jobs), kind=kind, disabled=disabled)


def _parameters(node: Node) -> dict[str, str]:
    entries = ((e.get("name").text, e.get("value") or e.get("default")) for e in node.get("params").each())
    return {f"params.{name}": value.text for name, value in entries if value.kind == "scalar" and name}


def _pipeline_jobs(spec: Node, source: Sequence[str], known: Mapping[str, str]) -> Iterator[Job]:
    tasks = spec.get("tasks").each()[:_MAX_JOBS]
    for task in tasks:
        yield _pipeline_task(task, source, known, _run_after(task))
    for task in spec.get("finally").each()[:_MAX_JOBS]:
        last = _pipeline_task(task, source, known, tuple(each.get("name").text for each in tasks))
        yield replace(last, condition="finally", anyway=last.needs)


def _run_after(task: Node) -> tuple[str, ...]:
    """`runAfter`, and the tasks whose results the parameters use."""
    used = [name for _, node in task.walk(2_000) for name in re.findall(r"\$\(tasks\.([\w-]+)\.results", node.text)]
    return tuple(dict.fromkeys((*task.get("runAfter").texts(), *used)))


def _pipeline_task(task: Node, source: Sequence[str], known: Mapping[str, str], needs: tuple[str, ...]) -> Job:
    own = {key: _filled(value, known) for key, value in _parameters(task).items()}
    spec = task.get("taskSpec")
    job = _task_job(task.get("name").text, task.line, spec, source, {**known, **_parameters(spec), **own})
    when = task.get("when").each()
    shown = " && ".join(
        f"{e.get('input').text} {e.get('operator').text} {', '.join(e.get('values').texts())}" for e in when
    )
    uses = task.get("taskRef", "name").text or _resolved(task.get("taskRef"))
    plain = tuple((key.removeprefix("params."), value) for key, value in own.items())
    can_fail = task.get("onError").text != "continue"
    return replace(
        job,
        needs=needs,
        uses=uses,
        kind="Task" if uses else "",
        inputs=plain,
        matrix=tuple((e.get("name").text, e.get("value").texts()) for e in task.get("matrix", "params").each()),
        condition=shown,
        can_fail=can_fail,
        is_active=bool(uses or job.steps),
    )


def _resolved(reference: Node) -> str:
    """The name that a remote resolver is given (`params: [{name: name, value: git-clone}]`)."""
    return _parameters(reference).get("params.name", "")


def _task_job(name: str, line: int, spec: Node, source: Sequence[str], known: Mapping[str, str]) -> Job:
    steps = tuple(_tekton_step(step, source, known) for step in spec.get("steps").each()[:_MAX_JOBS])
    images = [step.get("image").text for step in spec.get("steps").each() if step.get("image")]
    image = _filled(images[0], known) if images else ""
    return Job(name, line, name=name, steps=steps, image=image, is_active=bool(steps))


def _tekton_step(node: Node, source: Sequence[str], known: Mapping[str, str]) -> Step:
    script = node.get("script")
    step = _container_step(node, source, known)
    if script:
        part = piece(script, source).replaced(lambda text: _filled(text, known))
        first = script.text.lstrip().split("\n", 1)[0]
        shell = first[2:].removeprefix("/usr/bin/env ") if first.startswith("#!") else "sh -e"
        step = replace(step, commands=in_shell(part, shell), script=script.text[:MAX_SCRIPT])
    folder = re.sub(r"^\$\(workspaces\.[\w-]+\.path\)/?", "", node.get("workingDir").text)
    return replace(
        step,
        name=node.get("name").text or "step",
        cwd="" if folder.startswith("/") else folder,
        can_fail=node.get("onError").text != "continue",
        uses=node.get("ref", "name").text,
    )
