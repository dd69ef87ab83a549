"""Taskcluster: `.taskcluster.yml`, hooks with a schedule, and files of tasks that a hook or a command starts.

Tasks may stand anywhere in a tree of JSON-e; whatever has a payload with a command is one. Which events make a task is
read off the `$if` around it. A task checks the repository out by itself: the folder that it clones is the root.
Rules: docs.taskcluster.net, "Taskcluster GitHub", "Hooks", "Docker worker payload".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci.cron import cron_can_fire
from assessor.readers.ci.script import MAX_SCRIPT, Allowance, container, from_clone, load_bounded
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_NAME = re.compile(r"\.taskcluster\.ya?ml")
_QUICK = re.compile(r"[\"']?payload[\"']?[ \t]*:")
_MAX_TASKS = 1_000
_MAX_DEPTH = 40
_MAX_TEXT = 300_000
_EVENTS = {
    "push": ("push", "tag"),
    "pull-request": ("pull_request",),
    "pull_request": ("pull_request",),
    "release": ("release",),
    "cron": ("schedule",),
    "action": ("manual",),
}


ENDINGS = (".yml", ".yaml", ".json")


def matches(path: str) -> bool:
    return path.endswith((".yml", ".yaml", ".json"))


def read(path: str, text: str) -> FileFacts:
    """Return the tasks as a workflow; EMPTY for a file that holds none."""
    named = bool(_NAME.fullmatch(path))
    if not named and (len(text) > _MAX_TEXT or not may_hold_tasks(text)):
        return EMPTY
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),)) if named else EMPTY
    hook = root.get("task", "payload")
    is_tasks = root.get("tasks") and not root.get("apiVersion") and not root.get("kind")
    if not named and not (hook and _is_hook(root)) and not is_tasks:
        return EMPTY
    found = list(_tasks(root, (), 0))[:_MAX_TASKS]
    if not found or (not named and not hook and not all(map(_is_surely_one, found))):
        return EMPTY
    jobs = _jobs(found, text.splitlines())
    triggers = _triggers(path, root, found)
    name = root.get("metadata", "name").text or path
    return FileFacts(workflows=(Workflow("taskcluster", name, root.line, triggers, jobs),))


def may_hold_tasks(text: str) -> bool:
    """A payload with a command stands in the text; the first look is far quicker than the second."""
    return "payload" in text and "command" in text and _QUICK.search(text) is not None


def _is_hook(root: Node) -> bool:
    return any(root.get(word) for word in ("schedule", "bindings", "triggerSchema", "hookId", "metadata"))


@dataclass(frozen=True, slots=True)
class _Task:
    node: Node
    conditions: tuple[str, ...]


def _tasks(node: Node, conditions: tuple[str, ...], depth: int) -> Iterator[_Task]:
    """Every map with a payload that has a command, with the `$if` texts around it."""
    if depth > _MAX_DEPTH:
        return
    payload = _within(node.get("payload"))
    if payload.is_map and (payload.get("command") or payload.get("image")):
        yield _Task(node, conditions)
        return
    inner = conditions
    if node.get("$if"):
        inner = (*conditions, node.get("$if").text)
    for key, value in node.items():
        yield from _tasks(value, conditions if key.text == "else" else inner, depth + 1)
    for child in node.children[:_MAX_TASKS]:
        yield from _tasks(child, inner, depth + 1)


def _is_surely_one(task: _Task) -> bool:
    """Its payload has a command, or it says which workers take it."""
    return bool(_within(task.node.get("payload")).get("command")) or any(
        task.node.get(word) for word in ("provisionerId", "workerType", "taskQueueId")
    )


def _within(node: Node) -> Node:
    """What JSON-e's `$let` is for."""
    for _ in range(_MAX_LETS):
        if not node.get("$let"):
            break
        node = node.get("in")
    return node


_MAX_LETS = 5


def _jobs(found: Sequence[_Task], source: Sequence[str]) -> tuple[Job, ...]:
    ids = [_shown(task.node.get("taskId")) or task.node.get("ID").text for task in found]
    names = [task.node.get("metadata", "name").text or ids[i] or f"task {i + 1}" for i, task in enumerate(found)]
    keys = [name if name not in names[:i] else f"{name} ({i + 1})" for i, name in enumerate(names)]
    by_id = {task_id: key for task_id, key in zip(ids, keys, strict=True) if task_id}
    allowance = Allowance()
    jobs = []
    for task, key in zip(found, keys, strict=True):
        wanted = [_shown(each) for each in task.node.get("dependencies").each()]
        needs = tuple(by_id[name] for name in wanted if name in by_id)
        anyway = task.node.get("requires").text == "all-resolved"
        jobs.append(_job(task, key, needs, source, allowance, anyway))
    return tuple(jobs)


def _job(
    task: _Task, key: str, needs: tuple[str, ...], source: Sequence[str], allowance: Allowance, anyway: bool
) -> Job:
    payload = _within(task.node.get("payload"))
    image = payload.get("image")
    shown = image.text or image.get("name").text
    env = tuple((k.text, v.text) for k, v in payload.get("env").items() if v.kind == "scalar")
    words = [word for word in payload.get("command").each() if word.kind == "scalar"]
    scripts = [w for inner in payload.get("command").each() if inner.is_list for w in (inner,)]
    commands: tuple[Command, ...] = ()
    if allowance.spend(sum(len(word.text) for word in words)):
        commands = _commands(words, shown, source)
        for inner in scripts:  # a generic worker takes a list of commands
            commands += _commands([w for w in inner.each() if w.kind == "scalar"], shown, source)
    text = "\n".join(word.text for word in words)[:MAX_SCRIPT]
    step = Step("command", payload.line, commands=from_clone(commands), script=text, env=env)
    kinds = _kinds(task)
    own = tuple(Trigger(kind, task.node.line, branches=_branches(task)) for kind in kinds) if kinds else None
    return Job(
        key,
        task.node.line,
        name=task.node.get("metadata", "name").text,
        needs=needs,
        condition=" && ".join(task.conditions)[:500],
        steps=(step, *_notices(task)) if commands else (),
        image=shown,
        env=env,
        is_active=bool(commands),
        triggers=own,
        anyway=needs if anyway else (),
    )


def _notices(task: _Task) -> Iterator[Step]:
    """Who is told how the task ended (docs.taskcluster.net, "Notify: using the notify service with routes")."""
    for route in task.node.get("routes").each():
        found = _NOTICE.match(route.text)
        if found:
            yield Step("notify", route.line, f"taskcluster/notify-{found[1]}", on_failure=found[2] == "failed")


_NOTICE = re.compile(r"notify\.(\w[\w-]*)\.\S+\.on-(\w+)$")


def _commands(words: Sequence[Node], image: str, source: Sequence[str]) -> tuple[Command, ...]:
    """The command line; words that begin with a file are arguments of the image's own program."""
    if words and re.search(r"\.(?:ya?ml|json)$", words[0].text):
        program = image.partition("@")[0].rpartition("/")[2].partition(":")[0] or "image"
        return (Command((program, *(word.text for word in words)), words[0].line),)
    return container(words, source)


def _shown(node: Node) -> str:
    """A value, or the text of the expression that makes it."""
    return node.text or node.get("$eval").text


def _kinds(task: _Task) -> tuple[str, ...]:
    """The triggers of a task: those that a `$if` around it names, or of version 0 its own events."""
    own = task.node.get("extra", "github", "events").texts()
    words = [word.partition(".")[0] for word in own]
    for condition in task.conditions:
        if "tasks_for" in condition or "taskcluster_event" in condition:
            words = re.findall(r"[\"'](?:github-)?([\w-]+)[\"']", condition[:1_000])
            if "!=" in condition:
                words = [word for word in _EVENTS if word not in words and word not in ("cron", "action")]
    return tuple(dict.fromkeys(kind for word in words for kind in _EVENTS.get(word, ())))


def _branches(task: _Task) -> tuple[str, ...]:
    own = task.node.get("extra", "github", "branches").texts()
    texts = " ".join(task.conditions)[:2_000]
    named = re.findall(r"(?:branch|ref)\w{0,60}\s*+==\s*+[\"'](?:refs/heads/)?([\w./-]+)[\"']", texts)
    return own or (tuple(named) if "||" not in texts else ())


def _triggers(path: str, root: Node, found: Sequence[_Task]) -> tuple[Trigger, ...]:
    if root.get("task", "payload"):
        crons = root.get("schedule")
        schedules = [
            Trigger("schedule", e.line, cron=e.text, is_active=cron_can_fire(e.text)) for e in crons.each() if e.text
        ]
        events = [Trigger("event", e.line, sources=(e.get("exchange").text,)) for e in root.get("bindings").each()]
        return (*schedules, *events) or (Trigger("manual", root.line),)
    if not _NAME.fullmatch(path):
        return (Trigger("call", root.line),)
    kinds = dict.fromkeys(kind for task in found for kind in _kinds(task))
    if not kinds or any(not _kinds(task) for task in found):
        kinds = dict.fromkeys(("push", "pull_request", *kinds))
    return tuple(Trigger(kind, root.line) for kind in kinds)
