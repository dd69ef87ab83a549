"""Buildkite: `.buildkite/pipeline.yml` and the files beside it that a step uploads.

What starts a build is set on the server. `wait` puts the steps in order, `block` and `input` ask a person; a step that
pipes a program into `buildkite-agent pipeline upload` runs what the program prints.
Rules: buildkite.com/docs, "Defining your pipeline steps", "Step types", "Conditionals".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci import conditions as ci_conditions
from assessor.readers.ci.job_order import wrong_order
from assessor.readers.ci.script import Allowance, load_bounded, one_script, pieces, script_text
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_PATH = re.compile(r"(?=.*\.ya?ml\Z)(?:[^/]*+/)*?(?:\.buildkite/.+|\.?buildkite(?:[._-][^/]{0,100})?)\.ya?ml")
_ROOTS = re.compile(r"\.buildkite/pipeline\.ya?ml|\.?buildkite\.ya?ml|buildkite/pipeline\.ya?ml")
"""Files that the server's first step uploads without being told which."""
_MAX_STEPS = 1_000
_ASKING = ("block", "input")
_TYPES = ("command", "commands", "wait", "waiter", "trigger", "group", "plugins", *_ASKING)
_SOURCES = {"webhook": "push", "schedule": "schedule", "ui": "manual", "api": "webhook", "trigger_job": "pipeline"}

UPLOAD = "buildkite-agent pipeline upload"


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return bool(_PATH.fullmatch(path))


def read(path: str, text: str) -> FileFacts:
    """Return the pipeline; a file that is not uploaded by itself is called."""
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    steps = root.get("steps") if root.is_map else root
    if not steps.is_list or not any(_is_step(step) for step in steps.each()[:_MAX_STEPS]):
        return EMPTY
    reading = _Reading(text.splitlines(), root)
    _steps(steps, reading, ())
    line = steps.line
    triggers: tuple[Trigger, ...] = (Trigger("call", line),)
    if _ROOTS.fullmatch(path):
        schedules = [t for job in reading.jobs for t in job.triggers or () if t.kind == "schedule"]
        triggers = (Trigger("server", line), *schedules[:1])
    jobs = tuple(_known(job, triggers) for job in reading.jobs)
    uploads = "pipeline upload" in text
    keys = (node.get("key").text or node.get("id").text for _, node in root.walk() if node.is_map)
    refused = triggers[0].kind == "server" and not uploads and wrong_order(jobs, keys)
    active = not refused and any(job.is_active and job.steps for job in jobs)
    workflow = Workflow("buildkite", path, root.line, triggers, jobs, env=_env(root.get("env")))
    return FileFacts(workflows=(workflow if active else replace(workflow, disabled=refused or "no step that runs"),))


def _is_step(node: Node) -> bool:
    return node.text in ("wait", "block", "input") or any(node.get(word) for word in _TYPES)


@dataclass(slots=True)
class _Reading:
    """A file while it is read: its jobs so far, and those that the next step waits for."""

    source: Sequence[str]
    root: Node
    jobs: list[Job] = field(default_factory=list)
    allowance: Allowance = field(default_factory=Allowance)
    gate: tuple[str, ...] = ()
    """What stands before the last `wait` or `block`."""
    goes_on: bool = False
    """The last `wait` goes on also after a failure."""


def _steps(steps: Node, reading: _Reading, needs: tuple[str, ...]) -> None:
    for node in steps.each()[:_MAX_STEPS]:
        if len(reading.jobs) >= _MAX_STEPS:
            return
        kind = node.text or next((word for word in _TYPES if node.get(word) or word in _keys(node)), "")
        if kind in ("wait", "waiter"):
            reading.gate = tuple(job.id for job in reading.jobs)
            reading.goes_on = node.get("continue_on_failure").is_true
        elif kind in _ASKING:
            name = node.get("key").text or node.get(kind).text or f"{kind} {len(reading.jobs) + 1}"
            before = tuple(job.id for job in reading.jobs)
            reading.jobs.append(Job(name, node.line, needs=before, manual=True, approval=True))
            reading.gate = tuple(job.id for job in reading.jobs)
            reading.goes_on = False
        elif kind == "group":
            _steps(node.get("steps"), reading, (*needs, *_needs(node)))
        else:
            reading.jobs.append(_job(node, reading, needs))


def _keys(node: Node) -> set[str]:
    return {key.text for key, _ in node.items()}


def _needs(node: Node) -> tuple[str, ...]:
    found = node.get("depends_on")
    return tuple(filter(None, (each.get("step").text or each.text for each in found.each())))


def _job(node: Node, reading: _Reading, outer: tuple[str, ...]) -> Job:
    own = _needs(node)
    has_own = bool(own or outer) or (node.get("depends_on").is_null and "depends_on" in _keys(node))
    needs = (*own, *outer) if has_own else reading.gate
    name = node.get("label").text or node.get("name").text
    taken = {job.id for job in reading.jobs}
    job_id = node.get("key").text or node.get("id").text or name or f"step {len(reading.jobs) + 1}"
    job_id = job_id if job_id not in taken else f"{job_id} ({len(reading.jobs) + 1})"
    goes_on = node.get("allow_dependency_failure").is_true or (not has_own and reading.goes_on)
    allowed = [each.get("step").text for each in node.get("depends_on").each() if each.get("allow_failure").is_true]
    condition = node.get("if").text or " || ".join(f"build.branch =~ {b}" for b in node.get("branches").texts())
    steps, image = _work(node, reading)
    triggered = node.get("trigger").text
    return Job(
        id=job_id,
        line=node.line,
        name=name,
        needs=needs,
        condition=condition,
        steps=steps if not triggered else (Step(f"trigger {triggered}", node.line, uses=triggered),),
        image=image,
        env=_env(node.get("env")),
        matrix=_matrix(node.get("matrix")),
        can_fail=not (node.get("soft_fail").is_true or node.get("soft_fail").is_list),
        is_active=bool(steps or triggered) and not _is_skipped(node),
        triggers=_triggers(node),
        anyway=needs if goes_on else tuple(allowed),
    )


def _is_skipped(node: Node) -> bool:
    skip = node.get("skip")
    return bool(skip.text) and not skip.is_false


def _matrix(node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
    setup = node.get("setup") if node.is_map else node
    if setup.is_list:
        return (("", setup.texts()),)
    return tuple((key.text, value.texts()) for key, value in setup.items())


def _triggers(node: Node) -> tuple[Trigger, ...] | None:
    """The builds in which a step's `if` and `branches` let it run; None where that is all of them."""
    text, branches = node.get("if").text, node.get("branches").text.split()
    if not text and not branches:
        return None
    parsed = ci_conditions.parse(text) if text else None

    def look(source: str) -> ci_conditions.Situation:
        return lambda name: ci_conditions.Known((source,)) if name == "build.source" else ci_conditions.UNKNOWN

    possible = [s for s in _SOURCES if True in ci_conditions.truth(parsed, look(s))]
    if text and not possible:
        return ()
    line = next((key.line for key, _ in node.items() if key.text in ("if", "branches")), node.line)
    named = [word for word in possible if f'"{word}"' in text or f"'{word}'" in text]
    if "schedule" in named and "webhook" not in possible:
        return (Trigger("schedule", line),)
    if possible and "webhook" not in possible:
        return tuple(Trigger(_SOURCES[word], line) for word in possible)
    if branches and all(word in ("!*", "!**") for word in branches):
        return ()
    equal = re.findall(r"build\.branch\s*==\s*[\"']([^\"'$]+)[\"']", text)
    return (Trigger("server", line, branches=tuple(branches or (equal if "||" not in text else ()))),)


def _known(job: Job, triggers: tuple[Trigger, ...]) -> Job:
    """In a file that another one uploads, the build's own trigger stands for the server."""
    if job.triggers is None or triggers[0].kind != "call":
        return job
    return replace(job, triggers=tuple(replace(t, kind="call") if t.kind == "server" else t for t in job.triggers))


def _work(node: Node, reading: _Reading) -> tuple[tuple[Step, ...], str]:
    """The steps of a command step, those of its plugins first, and the image that it runs in."""
    script = node.get("commands") or node.get("command")
    parts = reading.allowance.take(pieces(script, reading.source))
    found = list(_plugins(node.get("plugins"))) or list(_plugins(reading.root.get("plugins")))
    image = node.get("image").text
    for step in found:
        if _DOCKER.match(step.uses):
            image = step.input("image") or image
    found = [step for step in found if not _DOCKER.match(step.uses)]
    if parts:
        text = script_text(parts)
        made = tuple(replace(command, argv=_plain(command.argv)) for command in one_script(parts))
        found.append(Step("command", parts[0].lines[0], commands=made, script=text))
        found += _generators(made, parts[0].lines[0])
    return tuple(found), image


def _plain(argv: tuple[str, ...]) -> tuple[str, ...]:
    """`$$X` is a variable of the job, `$X` one that the upload fills in; `{{matrix.x}}` is a value of the matrix."""
    return tuple(_MATRIX_VALUE.sub(_as_variable, word.replace("$$", "$")) for word in argv)


_MATRIX_VALUE = re.compile(r"\{\{\s*matrix(?:\.([\w-]+))?\s*\}\}")


def _as_variable(found: re.Match[str]) -> str:
    return f"${{matrix_{found[1].replace('-', '_')}}}" if found[1] else "${matrix}"


def _generators(commands: Sequence[Command], line: int) -> Iterator[Step]:
    """A step for each script whose output is uploaded as steps."""
    for before, command in itertools.pairwise(commands):
        if " ".join(command.argv[:3]) == UPLOAD and len(command.argv) == 3 and before.line == command.line:
            scripts = [word for word in before.argv if word.endswith((".py", ".sh", ".rb", ".js"))]
            if scripts:
                yield Step("steps printed by a script", line, uses=UPLOAD, inputs=(("script", scripts[0]),))


_DOCKER = re.compile(r"buildkite-plugins/docker(?:@|$)")
"""The plugin that only says in which image the commands run."""
_COMPOSE = re.compile(r"buildkite-plugins/docker-compose(?:@|$)")


def _plugins(node: Node) -> Iterator[Step]:
    for entry in node.each():
        if entry.kind == "scalar":
            yield Step(entry.text, entry.line, uses=_plugin(entry.text))
        for key, body in entry.items():
            inputs = tuple((k.text, v.text or "\n".join(v.texts())) for k, v in body.items())
            step = Step(key.text, key.line, uses=_plugin(key.text), inputs=inputs)
            done = [k.text for k, _ in body.items() if k.text in ("build", "push", "run")]
            if _COMPOSE.match(step.uses):
                commands = (Command(("docker-compose", word, *body.get(word).texts()), key.line) for word in done)
                step = replace(step, commands=tuple(commands))
            yield step


def _plugin(name: str) -> str:
    """`docker-compose#v4.1.0` as `buildkite-plugins/docker-compose@v4.1.0`, as such plugins are found."""
    name = name.replace("#", "@")
    return name if "/" in name.partition("@")[0] else f"buildkite-plugins/{name}"


def _env(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple((key.text, value.text) for key, value in node.items())
