"""Azure Pipelines: pipelines and their templates, recognised by content since their files may have any name.

A stage's jobs become jobs with the id `stage.job`; templates are calls (`Job.uses` or `Step.uses` with the path as
written). Compile-time keys (`${{ if … }}:`) are looked through. Rules: learn.microsoft.com, "YAML schema reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci import conditions as ci_conditions
from assessor.readers.ci import job_order
from assessor.readers.ci.conditions import UNKNOWN, Known, Situation
from assessor.readers.ci.cron import cron_can_fire
from assessor.readers.ci.script import MAX_SCRIPT, in_shell, load_bounded, one_script, piece
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_QUICK = re.compile(
    r"\n[ \t]*(?:- )?(?:- )?(?:task|script|bash|pwsh|powershell|template|checkout|stage|job|deployment)[ \t]*:"
)
"""A key that all pipelines have; with a newline in front, which is found far quicker than the start of a line."""
_STEP_WORDS = frozenset(
    [
        "task",
        "script",
        "bash",
        "pwsh",
        "powershell",
        "checkout",
        "template",
        "publish",
        "download",
        "downloadBuild",
        "getPackage",
        "reviewApp",
    ]
)
_ITEM_WORDS = {
    "stages": frozenset({"stage", "template"}),
    "jobs": frozenset({"job", "deployment", "template"}),
    "steps": _STEP_WORDS,
}
_ROOT_WORDS = frozenset(
    ["trigger", "pr", "schedules", "pool", "resources", "name", "extends", "appendCommitMessageToRunName"]
)
_OTHERS = ("on", "apiVersion", "pipelines", "version", "kind")
_SCRIPTS = ("script", "bash", "pwsh", "powershell")
_HOOKS = ("preDeploy", "deploy", "routeTraffic", "postRouteTraffic")

_STEP_NAME = re.compile(r"\w*")
"""What a step may be called; other systems name a container image there."""

_MAX_ITEMS = 1_000
_MAX_DEPTH = 20

Pairs = tuple[tuple[str, str], ...]


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return path.endswith((".yml", ".yaml"))


def read(path: str, text: str) -> FileFacts:
    """Return the pipeline or template; EMPTY for YAML of another kind."""
    if not _QUICK.search(f"\n{text}"):
        return EMPTY
    named = "azure-pipelines" in path.rpartition("/")[2].lower()
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),)) if named else EMPTY
    if not _is_azure(root):
        return EMPTY
    return FileFacts(workflows=(_pipeline(path, root, text.splitlines(), named),))


def _is_azure(root: Node) -> bool:
    if not root.is_map or any(root.get(word) for word in _OTHERS):
        return False
    if root.get("extends", "template"):
        return True
    for word, wanted in _ITEM_WORDS.items():
        body = root.get(word)
        items = [item for item in _items(body) if item.is_map] if body.is_list else []
        if any(wanted & set(item.texts()) for item in items):
            return all(_STEP_NAME.fullmatch(item.get("name").text) for item in items)
    return False


# ---- compile-time keys ----


def _is_directive(key: Node) -> bool:
    return key.text.startswith("${{") and key.text.rstrip().endswith("}}")


def _is_dropped(key: Node, defaults: Mapping[str, Node]) -> bool:
    """`${{ if … }}` whose condition no value can meet, with what the parameters of a pipeline are by themselves."""
    each = re.match(r"\$\{\{\s*each\s+\w+\s+in\s+parameters\.(\w+)\s*\}\}\s*$", key.text)
    if each:
        default = defaults.get(each.group(1))
        return default is not None and not default.each() and not default.items()
    match = re.match(r"\$\{\{\s*+(?:if|elseif)\s++(.*)\}\}\s*$", key.text, re.DOTALL)
    if match is None:
        return False

    def look(name: str) -> Known:
        default = defaults.get(name.removeprefix("parameters.")) if name.startswith("parameters.") else None
        if default is None or default.kind != "scalar":
            return UNKNOWN
        return Known((default.is_true if default.is_true or default.is_false else default.text,))

    return True not in ci_conditions.truth(ci_conditions.parse(match.group(1)), look)


def _defaulted(root: Node) -> Node:
    """The pipeline without what its parameters leave out where nobody sets them: a trigger takes their defaults."""
    given = _get(root, "parameters")
    defaults = {key.text.lower(): value for key, value in given.items()} if given.is_map else {}
    defaults |= {entry.get("name").text.lower(): entry.get("default") for entry in given.each() if entry.is_map}
    return _pruned(root, defaults, 0) if defaults else root


def _pruned(node: Node, defaults: Mapping[str, Node], depth: int) -> Node:
    if depth > 2 * _MAX_DEPTH or not (node.is_map or node.is_list):
        return node
    if node.is_list and (unrolled := _unrolled(node, defaults)):
        return _pruned(unrolled, defaults, depth + 1)
    if node.is_list:
        children = tuple(_pruned(child, defaults, depth + 1) for child in node.children)
        kept = tuple(new for new, old in zip(children, node.children, strict=True) if new is old or new.items())
        return node if kept == node.children else Node("list", node.line, children=kept)
    entries = tuple(
        (key, _pruned(value, defaults, depth + 1))
        for key, value in node.entries
        if not (_is_directive(key) and _is_dropped(key, defaults))
    )
    if len(entries) == len(node.entries) and all(a[1] is b[1] for a, b in zip(entries, node.entries, strict=True)):
        return node
    return Node("map", node.line, entries=entries, _index={key.text: value for key, value in entries})


_EACH = re.compile(r"\$\{\{\s*each\s+(\w+)\s+in\s+parameters\.(\w+)\s*\}\}\s*$")


def _unrolled(node: Node, defaults: Mapping[str, Node]) -> Node | None:
    """The list with `${{ each x in parameters.list }}` written out for what the parameter is by itself; None without one."""
    found: list[Node] = []
    changed = False
    for child in node.children:
        key, body = child.entries[0] if len(child.entries) == 1 else (child, child)
        each = _EACH.match(key.text) if body.is_list else None
        values = defaults.get(each[2].lower()) if each else None
        items = values.each() if values and values.is_list else ()
        if each and items:
            changed = True
            found += [_put_in(item, each[1], value) for value in items[:_MAX_EACH] for item in body.each()]
        else:
            found.append(child)
    return Node("list", node.line, children=tuple(found[:_MAX_ITEMS])) if changed else None


_MAX_EACH = 30


def _put_in(node: Node, name: str, value: Node, depth: int = 0) -> Node:
    """A copy of a node with the value of a loop's variable in place of `${{ name }}` and `${{ name.key }}`."""
    if depth > 2 * _MAX_DEPTH:
        return node
    if node.is_list:
        return replace(node, children=tuple(_put_in(child, name, value, depth + 1) for child in node.children))
    if node.is_map:
        entries = tuple(
            (_put_in(k, name, value, depth + 1), _put_in(v, name, value, depth + 1)) for k, v in node.entries
        )
        return Node("map", node.line, entries=entries, _index={k.text: v for k, v in entries})
    if "${{" not in node.text:
        return node
    wanted = re.compile(r"\$\{\{\s*" + re.escape(name) + r"(?:\.(\w+))?\s*\}\}")
    return replace(node, text=wanted.sub(lambda m: (value.get(m[1]).text if m[1] else value.text) or m[0], node.text))


def _items(node: Node, depth: int = 0) -> Iterator[Node]:
    """The items of a list with what stands below `${{ if }}` and `${{ each }}` put in place."""
    for item in node.each()[:_MAX_ITEMS]:
        directives = [(key, value) for key, value in item.items() if _is_directive(key)]
        if not directives or depth > _MAX_DEPTH:
            yield item
            continue
        for key, value in directives:
            if value.is_list and not _is_dropped(key, {}):
                yield from _items(value, depth + 1)
        if len(directives) < len(item.items()):
            yield item


def _entries(node: Node, depth: int = 0) -> Iterator[tuple[Node, Node]]:
    """The entries of a map, the same way."""
    for key, value in node.items():
        if _is_directive(key) and value.is_map and depth <= _MAX_DEPTH:
            if not _is_dropped(key, {}):
                yield from _entries(value, depth + 1)
        else:
            yield key, value


def _get(node: Node, name: str) -> Node:
    found = node.get(name)
    return found or next((value for key, value in _entries(node) if key.text == name), NOTHING)


def _pairs(node: Node) -> Pairs:
    return tuple((key.text, value.text or "\n".join(value.texts())) for key, value in _entries(node))


# ---- triggers ----


def _triggers(root: Node) -> tuple[Trigger, ...]:
    """All triggers of a pipeline: none given means every push, and no pull request (Azure Repos has policies there)."""
    lines = {key.text: key.line for key, _ in _entries(root)}
    body = _get(root, "trigger")
    found = [Trigger("push", root.line)] if not body else _filtered("push", body, lines.get("trigger", 1))
    found += _filtered("pull_request", _get(root, "pr"), lines.get("pr", 1)) if _get(root, "pr") else []
    for entry in _items(_get(root, "schedules")):
        cron = entry.get("cron").text
        if cron:
            branches = _names(entry.get("branches", "include"))
            can_fire = cron_can_fire(cron)
            found.append(Trigger("schedule", entry.line, branches=branches, cron=cron, is_active=can_fire))
    found += _resource_triggers(_get(root, "resources"))
    return tuple(found) or (Trigger("manual", lines.get("trigger", root.line)),)


def _filtered(kind: str, body: Node, line: int) -> list[Trigger]:
    if (
        body.text.lower() == "none"
        or body.texts() == ("none",)
        or (body.is_list and not body.children)
        or body.get("enabled").is_false
    ):
        return []
    if not body.is_map:
        return [Trigger(kind, line, branches=_names(body))]
    tags = _names(body.get("tags", "include") or (body.get("tags") if not body.get("tags").is_map else NOTHING))
    branches = body.get("branches")
    wanted = _names(branches.get("include") if branches.is_map else branches)
    if kind == "push" and tags and not branches:
        kind = "tag"
    paths = body.get("paths")
    trigger = Trigger(
        kind,
        line,
        branches=wanted,
        branches_ignore=_names(branches.get("exclude")),
        tags=tags,
        paths=tuple(map(_below, paths.get("include").texts() if paths.is_map else paths.texts())),
        paths_ignore=tuple(map(_below, paths.get("exclude").texts())),
    )
    return [trigger]


def _below(path: str) -> str:
    """Azure's `folder/*` means everything below the folder, and `*` or `/` everything."""
    return "**" if path in ("*", "/", "/*") else path + "*" if path.endswith("/*") else path


def _names(node: Node) -> tuple[str, ...]:
    return tuple(text.removeprefix("refs/heads/").removeprefix("refs/tags/") for text in node.texts())


def _resource_triggers(resources: Node) -> Iterator[Trigger]:
    for entry in _items(resources.get("pipelines")):
        trigger = entry.get("trigger")
        if trigger and trigger.text.lower() != "none" and not trigger.get("enabled").is_false:
            line = next(key.line for key, _ in entry.items() if key.text == "trigger")
            branches = trigger.get("branches")
            wanted = _names(branches.get("include") if branches.is_map else branches)
            source = entry.get("source").text or entry.get("pipeline").text
            yield Trigger("pipeline", line, branches=wanted, sources=(source,))
    for word, kind in (("webhooks", "webhook"), ("containers", "event"), ("packages", "event"), ("builds", "event")):
        for entry in _items(resources.get(word)):
            trigger = entry.get("trigger")
            if word == "webhooks" or (trigger and not trigger.is_false and trigger.text.lower() != "none"):
                yield Trigger(kind, entry.line, sources=tuple(value.text for _, value in entry.items()[:1]))


_REASONS: Mapping[str, tuple[str, ...]] = {
    "push": ("IndividualCI", "BatchedCI"),
    "tag": ("IndividualCI", "BatchedCI"),
    "pull_request": ("PullRequest",),
    "schedule": ("Schedule",),
    "manual": ("Manual",),
    "pipeline": ("ResourceTrigger",),
    "webhook": ("ResourceTrigger",),
    "event": ("ResourceTrigger",),
}
_REFS: Mapping[str, tuple[str, ...]] = {
    "push": ("refs/heads/",),
    "tag": ("refs/tags/",),
    "pull_request": ("refs/pull/",),
    "schedule": ("refs/heads/",),
}


def _situation(trigger: Trigger, constants: Pairs) -> Situation:
    known = {
        f"variables.{name.lower()}": Known((value,)) for name, value in constants if not re.search(r"\$[\[({]", value)
    }
    if trigger.kind in _REASONS:
        known["variables.build.reason"] = Known(tuple(_REASONS[trigger.kind]))
    prefixes = _REFS.get(trigger.kind, ()) + (("refs/tags/",) if trigger.kind == "push" and trigger.tags else ())
    if prefixes:
        known["variables.build.sourcebranch"] = Known(prefixes=prefixes)
    if trigger.kind in ("push", "schedule", "tag"):
        known["variables.system.pullrequest.targetbranch"] = Known(("",))
        _known_branch(known, trigger)
    return lambda name: known.get(name, UNKNOWN)


def _known_branch(known: dict[str, Known], trigger: Trigger) -> None:
    plain = trigger.branches and not trigger.tags and not any("*" in name or "$" in name for name in trigger.branches)
    if plain:
        known["variables.build.sourcebranch"] = Known(tuple(f"refs/heads/{name}" for name in trigger.branches))
        known["variables.build.sourcebranchname"] = Known(tuple(name.rpartition("/")[2] for name in trigger.branches))


# ---- stages and jobs ----


@dataclass(frozen=True, slots=True)
class _File:
    """What holds for the whole file."""

    source: Sequence[str]
    triggers: tuple[Trigger, ...]
    variables: Pairs
    containers: Mapping[str, str]


@dataclass(slots=True)
class _Stage:
    """A stage while it is read: what its jobs wait for and which jobs it has."""

    name: str = ""
    line: int = 1
    needs: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    variables: Pairs = ()
    manual: bool = False
    jobs: list[Job] = field(default_factory=list)


def _pipeline(path: str, root: Node, source: Sequence[str], named: bool) -> Workflow:
    is_root = named or any(_get(root, word) for word in _ROOT_WORDS)
    root = _defaulted(root) if is_root else root
    triggers = _triggers(root) if is_root else (Trigger("call", root.line),)
    variables, includes = _variables(_get(root, "variables"))
    containers = {
        entry.get("container").text: entry.get("image").text
        for entry in _items(_get(root, "resources").get("containers"))
    }
    file = _File(source, triggers, variables, containers)
    jobs = _all_jobs(root, file)
    has_templates = any(job.uses for job in jobs)
    refused = "" if has_templates else job_order.wrong_order(jobs)
    jobs = list(job_order.after_needs(jobs, triggers, _runs_anyway))
    active = any(job.is_active for job in jobs)
    return Workflow(
        "azure",
        path if _get(root, "name").text.startswith("$") else _get(root, "name").text or path,
        root.line,
        triggers=triggers,
        jobs=tuple(jobs),
        env=variables,
        includes=includes,
        disabled=refused if active else ("every job is inactive" if jobs else "no jobs"),
    )


def _runs_anyway(condition: str) -> bool:
    """An own condition replaces the default `succeeded()`, which is false after a skipped job."""
    return bool(condition) and "succeeded()" not in condition.replace(" ", "")


def _variables(node: Node) -> tuple[Pairs, tuple[tuple[str, int], ...]]:
    """(name, value) pairs of a map or list of variables, and the variable templates."""
    if node.is_map:
        return _pairs(node), ()
    entries = list(_items(node))
    pairs = tuple((e.get("name").text, e.get("value").text) for e in entries if e.get("name") and e.get("value"))
    return pairs, tuple((e.get("template").text, e.line) for e in entries if e.get("template"))


def _all_jobs(root: Node, file: _File, depth: int = 0) -> list[Job]:
    """The jobs of a file, or of what it hands to the template that it extends."""
    jobs: list[Job] = []
    template = _get(root, "extends")
    if template.get("template") and depth < 2:
        parameters = _get(template, "parameters")
        name = template.get("template").text
        jobs.append(Job(f"extends {name}", template.line, uses=name, inputs=_pairs(parameters)))
        jobs += _all_jobs(parameters, file, depth + 1)
    if _get(root, "stages"):
        jobs += _stages(_get(root, "stages"), file)
    elif _get(root, "jobs"):
        jobs += _jobs(_get(root, "jobs"), file, _Stage())
    elif _get(root, "steps"):
        jobs += _jobs_of_steps(root, file)
    return jobs


def _jobs_of_steps(root: Node, file: _File) -> list[Job]:
    line = next((key.line for key, _ in _entries(root) if key.text == "steps"), root.line)
    return [_job("job", line, root, file, _Stage())]


def _stages(node: Node, file: _File) -> list[Job]:
    stages: dict[str, _Stage] = {}
    previous: tuple[str, ...] = ()
    for number, body in enumerate(_items(node)):
        template = body.get("template").text
        name = _get(body, "stage").text or (f"template {template}" if template else f"stage{number + 1}")
        if not body.is_map:
            continue
        wanted = _get(body, "dependsOn")
        names = previous if not wanted else () if wanted.is_null else wanted.texts()
        needs = tuple(job.id for other in names if other in stages for job in stages[other].jobs)
        conditions = tuple(filter(None, (_get(body, "condition").text.strip(),)))
        is_manual = _get(body, "trigger").text == "manual"
        stage = _Stage(name, body.line, needs, conditions, _variables(_get(body, "variables"))[0], is_manual)
        if template:
            stage.jobs = [
                Job(
                    _unique(name, stages),
                    body.line,
                    needs=needs,
                    uses=template,
                    inputs=_pairs(_get(body, "parameters")),
                )
            ]
        else:
            stage.jobs = (
                _jobs(_get(body, "jobs"), file, stage) if _get(body, "jobs") else _jobs_of_stage(body, file, stage)
            )
        stages[_unique(name, stages)] = stage
        previous = (_last(stages),)
    return [job for stage in stages.values() for job in stage.jobs]


def _jobs_of_stage(body: Node, file: _File, stage: _Stage) -> list[Job]:
    return [_job("job", body.line, body, file, stage)] if _get(body, "steps") else []


def _unique(name: str, taken: Mapping[str, object]) -> str:
    return name if name not in taken else f"{name} {len(taken) + 1}"


def _last(stages: Mapping[str, _Stage]) -> str:
    return next(reversed(list(stages)))


def _jobs(node: Node, file: _File, stage: _Stage) -> list[Job]:
    jobs: dict[str, Job] = {}
    for number, body in enumerate(_items(node)):
        template = body.get("template").text
        name = _get(body, "job").text or _get(body, "deployment").text
        if template:
            job_id = _unique(_joined(stage.name, f"template {template}"), jobs)
            call = Job(job_id, body.line, needs=stage.needs, uses=template, inputs=_pairs(_get(body, "parameters")))
            jobs[job_id] = replace(call, stage=stage.name, manual=stage.manual)
        elif body.is_map:
            job = _job(name or f"job{number + 1}", body.line, body, file, stage)
            jobs[_unique(job.id, jobs)] = replace(job, id=_unique(job.id, jobs))
    return list(jobs.values())


def _joined(stage: str, job: str) -> str:
    return f"{stage}.{job}" if stage else job


_RESOURCE_OF_IT = re.compile(r"\.[\w-]+$")
"""`production.cluster` is a resource of the environment `production`; the dot of `${{ parameters.env }}` is none."""


def _job(name: str, line: int, body: Node, file: _File, stage: _Stage) -> Job:
    condition = _get(body, "condition").text.strip()
    conditions = tuple(filter(None, (*stage.conditions, condition)))
    own_needs = tuple(_joined(stage.name, other) for other in _get(body, "dependsOn").texts())
    variables = stage.variables + _variables(_get(body, "variables"))[0]
    triggers = _restricted(conditions, file, variables)
    anyway = () if not condition or not _may_hold(condition, _FAILED) else own_needs
    if stage.conditions and _may_hold(stage.conditions[0], _FAILED):
        anyway += stage.needs
    steps = tuple(_steps(body, file, variables))
    environment, container = _get(body, "environment"), _get(body, "container")
    image = container.get("image").text or file.containers.get(container.text, container.text)
    return Job(
        id=_joined(stage.name, name),
        line=line,
        name=_get(body, "displayName").text if _get(body, "job") or _get(body, "deployment") else "",
        needs=own_needs + stage.needs,
        condition=" && ".join(conditions),
        steps=steps,
        environment=_RESOURCE_OF_IT.sub("", environment.get("name").text or environment.text),
        image=image,
        services=tuple(file.containers.get(v.text, v.text) for _, v in _get(body, "services").items()),
        env=variables,
        matrix=_matrix(_get(body, "strategy").get("matrix")),
        can_fail=not _get(body, "continueOnError").is_true,
        manual=stage.manual,
        approval=any(step.uses.startswith(("ManualValidation@", "ManualIntervention@")) for step in steps),
        is_active=bool(steps) and triggers != (),
        triggers=triggers,
        stage=stage.name,
        anyway=anyway,
        on_failure=any(not _may_hold(each, _PASSED) for each in conditions),
    )


def _ended(has_failed: bool) -> Situation:
    """What a condition finds where all before it has passed, or where it has failed."""
    result = "Failed" if has_failed else "Succeeded"

    def look(name: str) -> Known:
        if name.endswith("()"):
            return job_order.status(name[:-2], has_failed)
        if name in ("agent.jobstatus", "variables.agent.jobstatus"):
            return Known((result,))
        is_result = name.startswith(("dependencies.", "stagedependencies.")) and name.endswith(".result")
        return Known((result,)) if is_result else UNKNOWN

    return look


_FAILED, _PASSED = _ended(True), _ended(False)


def _may_hold(condition: str, situation: Situation) -> bool:
    return "${{" in condition or True in ci_conditions.truth(ci_conditions.parse(condition), situation)


def _matrix(node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, tuple[str, ...]] = {}
    for leg in (value for _, value in node.items()):
        for key, value in leg.items():
            found[key.text] = tuple(dict.fromkeys((*found.get(key.text, ()), value.text)))
    return tuple(found.items())


def _restricted(conditions: Iterable[str], file: _File, variables: Pairs) -> tuple[Trigger, ...] | None:
    """The triggers under which all conditions can hold; None where that is all of them."""
    parsed = [ci_conditions.parse(condition) for condition in conditions if "${{" not in condition]
    kept = tuple(
        trigger
        for trigger in file.triggers
        if all(True in ci_conditions.truth(each, _situation(trigger, file.variables + variables)) for each in parsed)
    )
    return None if len(kept) == len(file.triggers) else kept


# ---- steps ----


def _steps(body: Node, file: _File, variables: Pairs) -> Iterator[Step]:
    for node in _items(_get(body, "steps")):
        if node.is_map:
            yield _step(node, file, variables)
    for strategy in (value for _, value in _get(body, "strategy").items()):
        hooks = [(strategy.get(hook), "") for hook in _HOOKS]
        hooks += [(strategy.get("on", "failure"), "failed()"), (strategy.get("on", "success"), "succeeded()")]
        for hook, condition in hooks:
            for node in _items(_get(hook, "steps")):
                if node.is_map:
                    step = _step(node, file, variables)
                    yield replace(
                        step,
                        condition=step.condition or condition,
                        on_failure=step.on_failure or condition == "failed()",
                    )


def _step(node: Node, file: _File, variables: Pairs) -> Step:
    uses = node.get("task").text or node.get("template").text
    inputs = _pairs(_get(node, "inputs")) if node.get("task") else _pairs(_get(node, "parameters"))
    condition = _get(node, "condition").text.strip()
    folder = _get(node, "workingDirectory").text or _input(inputs, "workingDirectory", "cwd", "workingFolder")
    step = Step(
        name=_get(node, "displayName").text or _get(node, "name").text or uses or _kind(node),
        line=node.line,
        uses=uses or ("" if any(node.get(word) for word in _SCRIPTS) else _kind(node)),
        inputs=inputs,
        cwd=_folder(folder),
        env=_pairs(_get(node, "env")),
        condition=condition,
        can_fail=not _get(node, "continueOnError").is_true,
        anyway=bool(condition) and _may_hold(condition, _FAILED),
        on_failure=bool(condition) and not _may_hold(condition, _PASSED),
    )
    if _get(node, "enabled").is_false or (condition and _restricted((condition,), file, variables) == ()):
        return replace(step, uses="", inputs=())
    script = next((node.get(word) for word in _SCRIPTS if node.get(word)), NOTHING)
    if script:
        shell = "pwsh" if node.get("pwsh") or node.get("powershell") else "bash"
        return replace(step, commands=_commands(script, shell, file, variables), script=script.text[:MAX_SCRIPT])
    return _task(step, _get(node, "inputs"), file, variables)


def _kind(node: Node) -> str:
    return next((key.text for key, _ in node.items() if key.text in _STEP_WORDS), "")


def _input(inputs: Pairs, *names: str) -> str:
    wanted = {name.lower() for name in names}
    return next((value for key, value in inputs if key.lower() in wanted and value), "")


_INLINE = frozenset({"script", "inlinescript", "inline"})
_SCRIPT_FILES = ("scriptPath", "filePath", "scriptFile", "filename")


def _task(step: Step, inputs: Node, file: _File, variables: Pairs) -> Step:
    """A task's inline script or script file as commands."""
    task = step.uses.partition("@")[0].rpartition(".")[2].lower()
    by_file = "file" in _input(step.inputs, "targetType", "scriptSource", "ScriptType").lower()
    by_file = by_file or _input(step.inputs, "scriptLocation").lower() == "scriptpath"
    inline = next((value for key, value in _entries(inputs) if key.text.lower() in _INLINE and value.text), NOTHING)
    path = _input(step.inputs, *_SCRIPT_FILES)
    if inline and not (by_file and path):
        is_powershell = "powershell" in task or _input(step.inputs, "scriptType").lower() in ("ps", "pscore")
        shell = "python" if task == "pythonscript" else "pwsh" if is_powershell else "bash"
        return replace(step, commands=_commands(inline, shell, file, variables), script=inline.text[:MAX_SCRIPT])
    if path and task != "downloadsecurefile":
        line = next((v.line for k, v in _entries(inputs) if v.text == path), step.line)
        arguments = _input(step.inputs, "arguments", "args", "scriptArguments")
        words = f"python {path} {arguments}" if task == "pythonscript" else f"{path} {arguments}"
        part = piece(Node("scalar", line, _plain(words.replace("\n", " "), variables)), file.source)
        return replace(step, commands=one_script([part], False))
    return step


def _commands(node: Node, shell: str, file: _File, variables: Pairs) -> tuple[Command, ...]:
    """Azure starts bash without -e: a failure in the middle is passed over unless the script says `set -e`."""
    part = piece(node, file.source).replaced(lambda text: _plain(text, file.variables + variables))
    return in_shell(part, shell)


_EXPRESSION = re.compile(r"\$\{\{((?:[^}$]|\$(?!\{\{)|\}(?!\}))*)\}\}")
_NAMED = re.compile(r"\s*(?:parameters|variables)(?:\.([\w.-]+)|\['([\w.-]+)'\])\s*")
_MACRO = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)")
_PROGRAMS = frozenset(
    ["pwd", "date", "whoami", "hostname", "nproc", "id", "uname", "ls", "tty", "arch", "groups", "env"]
)


def _plain(text: str, variables: Pairs) -> str:
    """Replace `${{ parameters.x }}` and the macro `$(x)` by shell variables; `$(pwd)` stays a command."""
    names = {name.lower() for name, _ in variables}

    def expression(match: re.Match[str]) -> str:
        named = _NAMED.fullmatch(match.group(1))
        flat = re.sub(r"\W", "_", (named.group(1) or named.group(2))) if named else "EXPRESSION"
        return f"${flat}" + "\\\n" * match.group(1).count("\n")

    def macro(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in _PROGRAMS and name.lower() not in names:
            return match.group(0)
        flat = re.sub(r"\W", "_", name)
        return f"${flat.upper()}" if "." in name else f"${flat}"

    return _MACRO.sub(macro, _EXPRESSION.sub(expression, text).replace("${{", "$"))


_CHECKOUT = re.compile(
    r"^\$\((?:System\.DefaultWorkingDirectory|Build\.SourcesDirectory|Build\.Repository\.LocalPath|Pipeline\.Workspace/s)\)/?",
    re.IGNORECASE,
)


def _folder(written: str) -> str:
    return _plain(_CHECKOUT.sub("", written.strip()), ()).removeprefix("./").rstrip("/")
