"""Bitbucket Pipelines: `bitbucket-pipelines.yml`. Each pipeline (default, of a branch, custom …) becomes a workflow.

Rules: support.atlassian.com, "Bitbucket Pipelines configuration reference".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assessor.facts.commands import Command
from assessor.facts.file import FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci.script import Piece, commands, load_bounded, piece, script_text
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_NAMES = ("bitbucket-pipelines.yml", "bitbucket-pipelines.yaml")
_KINDS = {"branches": "push", "tags": "tag", "bookmarks": "push", "pull-requests": "pull_request", "custom": "manual"}
_MAX_STEPS = 1_000


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return path.rpartition("/")[2] in _NAMES


def read(path: str, text: str) -> FileFacts:
    """Return a workflow for each pipeline of the file."""
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    if not root.get("pipelines").is_map:
        return FileFacts(problems=((root.line, "no pipelines"),))
    disabled = "" if path == _NAMES[0] else "wrong place: Bitbucket reads bitbucket-pipelines.yml at the root only"
    found = [replace(each, disabled=disabled or each.disabled) for each in _workflows(path, root, text.splitlines())]
    return FileFacts(workflows=tuple(found[:200]))


def _workflows(path: str, root: Node, source: Sequence[str]) -> Iterator[Workflow]:
    for key, body in root.get("pipelines").items():
        if key.text == "default":
            yield _workflow(path, key.text, Trigger("push", key.line), body, root, source)
        for name, pipeline in body.items() if key.text in _KINDS else ():
            yield _workflow(path, f"{key.text} {name.text}", _trigger(key.text, name), pipeline, root, source)


def _trigger(group: str, name: Node) -> Trigger:
    """The name of a pipeline is the pattern of what starts it; of a pull request, that of its source branch."""
    kind = _KINDS[group]
    if kind == "tag":
        return Trigger(kind, name.line, tags=(name.text,))
    return Trigger(kind, name.line, branches=(name.text,) if group in ("branches", "bookmarks") else ())


@dataclass(slots=True)
class _Reading:
    """A pipeline while it is read."""

    root: Node
    source: Sequence[str]
    jobs: list[Job]
    trigger: Trigger


def _workflow(path: str, name: str, trigger: Trigger, body: Node, root: Node, source: Sequence[str]) -> Workflow:
    reading = _Reading(root, source, [], trigger)
    items = body.get("steps") if body.is_map else body
    _group(items, reading, ())
    jobs = tuple(reading.jobs)
    active = any(job.is_active for job in jobs)
    return Workflow(
        "bitbucket",
        f"{path} {name}",
        trigger.line,
        triggers=(trigger,),
        jobs=jobs,
        disabled="" if active else "no steps",
    )


def _group(items: Node, reading: _Reading, needs: tuple[str, ...], stage: Node = NOTHING) -> tuple[str, ...]:
    """Read steps in order; each waits for the one before. Returns what the next one waits for."""
    for item in items.each():
        if len(reading.jobs) > _MAX_STEPS:
            break
        parallel, inner = item.get("parallel"), item.get("stage")
        if parallel:
            steps = parallel.get("steps") if parallel.is_map else parallel
            needs = tuple(_job(each.get("step"), reading, needs, stage) for each in steps.each() if each.get("step"))
        elif inner:
            needs = _group(inner.get("steps"), reading, needs, inner)
        elif item.get("step"):
            needs = (_job(item.get("step"), reading, needs, stage),)
    return needs


def _job(body: Node, reading: _Reading, needs: tuple[str, ...], stage: Node) -> str:
    name = body.get("name").text or f"step {len(reading.jobs) + 1}"
    taken = {job.id for job in reading.jobs}
    job_id = name if name not in taken else f"{name} {len(reading.jobs) + 1}"
    image = body.get("image") or reading.root.get("image")
    steps = tuple(_steps(body, reading.source))
    is_first_of_stage = (
        bool(stage) and stage.get("steps").each()[:1] and stage.get("steps").each()[0].get("step") is body
    )
    manual = body.get("trigger").text == "manual" or (bool(is_first_of_stage) and stage.get("trigger").text == "manual")
    paths = (body.get("condition") or stage.get("condition")).get("changesets", "includePaths").texts()
    job = Job(
        id=job_id,
        line=body.line,
        name=name,
        needs=needs,
        condition=f"changes in {', '.join(paths)}" if paths else "",
        steps=steps,
        environment=body.get("deployment").text or stage.get("deployment").text,
        image=image.get("name").text or image.text,
        services=body.get("services").texts(),
        can_fail=body.get("on-fail", "strategy").text != "ignore",
        manual=manual,
        is_active=bool(steps),
        triggers=(replace(reading.trigger, paths=paths),) if paths else None,
        stage=stage.get("name").text,
    )
    reading.jobs.append(job)
    return job_id


def _steps(body: Node, source: Sequence[str]) -> Iterator[Step]:
    """The script (its pipes as steps of their own) and the after-script, which cannot fail the step."""
    yield from _script("script", body.get("script"), source, True)
    yield from (replace(step, anyway=True) for step in _script("after-script", body.get("after-script"), source, False))


def _script(name: str, node: Node, source: Sequence[str], can_fail: bool) -> Iterator[Step]:
    parts = [(entry, None if entry.is_map else piece(entry, source)) for entry in node.each()[:_MAX_STEPS]]
    shell = [part for _, part in parts if part is not None]
    parsed = iter(commands(shell, stops_on_error=True))
    texts: list[Piece] = []
    found: list[Command] = []
    for entry, part in parts:
        if part is not None:
            texts.append(part)
            found += next(parsed)
            continue
        if texts:
            yield Step(name, texts[0].lines[0], commands=tuple(found), script=script_text(texts), can_fail=can_fail)
            texts, found = [], []
        pipe = entry.get("pipe").text
        if pipe:
            inputs = tuple((key.text, value.text) for key, value in entry.get("variables").items())
            label = entry.get("name").text or pipe
            yield Step(
                label,
                entry.line,
                uses=pipe.replace(":", "@") if "://" not in pipe else pipe,
                inputs=inputs,
                can_fail=can_fail,
            )
    if texts:
        yield Step(name, texts[0].lines[0], commands=tuple(found), script=script_text(texts), can_fail=can_fail)
