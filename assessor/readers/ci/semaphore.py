"""Semaphore: `.semaphore/semaphore.yml` and the pipelines that its promotions start.

Rules: docs.semaphoreci.com, "Pipeline YAML" and "Conditions DSL".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci.script import Allowance, load_bounded, one_script, pieces, script_text
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_PATH = re.compile(r"\.semaphore/(?:.+/)?[^/]+\.ya?ml")
_ROOT = ".semaphore/semaphore.yml"
_MAX_JOBS = 1_000
_BRANCH = re.compile(r"branch\s*=\s*'([^']+)'", re.IGNORECASE)
_CHANGE = re.compile(r"change_in\(\s*(\[[^\]]{0,1000}\]|'[^']{0,1000}')", re.IGNORECASE)


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return bool(_PATH.fullmatch(path))


def read(path: str, text: str) -> FileFacts:
    """Return the pipeline; one that is not the root's is called by a promotion."""
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    if not root.get("blocks").is_list:
        return EMPTY
    kinds = ("push", "pull_request", "tag") if path == _ROOT else ("call",)
    triggers = tuple(Trigger(kind, root.line) for kind in kinds)
    reading = _Reading(root, text.splitlines(), triggers)
    for block in root.get("blocks").each()[:_MAX_JOBS]:
        _block(block, reading)
    for entry in root.get("promotions").each()[:_MAX_JOBS]:
        reading.jobs.append(_promotion(entry, reading))
    jobs = tuple(reading.jobs)
    workflow = Workflow("semaphore", root.get("name").text or path, root.line, triggers, jobs)
    active = any(job.is_active for job in jobs)
    return FileFacts(workflows=(workflow if active else replace(workflow, disabled="no commands"),))


@dataclass(slots=True)
class _Reading:
    """A pipeline while it is read: its jobs, and the jobs of each block."""

    root: Node
    source: Sequence[str]
    triggers: tuple[Trigger, ...]
    jobs: list[Job] = field(default_factory=list)
    blocks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    allowance: Allowance = field(default_factory=Allowance)


def _block(block: Node, reading: _Reading) -> None:
    """A block's jobs run together; without `dependencies` a block waits for the one before."""
    name = block.get("name").text or f"block {len(reading.blocks) + 1}"
    given = block.get("dependencies")
    before = given.texts() if given else tuple(reading.blocks)[-1:]
    needs = tuple(job for other in before for job in reading.blocks.get(other, ()))
    task, common = block.get("task"), reading.root.get("global_job_config")
    run, skip = block.get("run", "when").text, block.get("skip", "when").text
    image = next(
        (c.get("image").text for c in (task.get("agent") or reading.root.get("agent")).get("containers").each()), ""
    )
    made: list[str] = []
    for number, entry in enumerate(task.get("jobs").each()[: _MAX_JOBS - len(reading.jobs)]):
        job_id = f"{name}.{entry.get('name').text or number + 1}"
        job_id = job_id if job_id not in made else f"{job_id} ({number + 1})"
        steps = tuple(_steps(entry, task, common, reading))
        triggers = _triggers(run, reading.triggers)
        made.append(job_id)
        reading.jobs.append(
            Job(
                job_id,
                entry.line,
                name=entry.get("name").text,
                needs=needs,
                condition=run or (f"!({skip})" if skip else ""),
                steps=steps,
                image=image,
                env=_env(common) + _env(task) + _env(entry),
                matrix=tuple((e.get("env_var").text, e.get("values").texts()) for e in entry.get("matrix").each()),
                is_active=bool(steps) and run.lower() != "false" and skip.lower() != "true" and triggers != (),
                triggers=None if triggers == reading.triggers else triggers,
                stage=name,
            )
        )
    reading.blocks[name] = tuple(made)


def _steps(entry: Node, task: Node, common: Node, reading: _Reading) -> list[Step]:
    """The prologues, the job's own commands and the epilogues, which run in one shell."""
    prologue = [*common.get("prologue", "commands").each(), *task.get("prologue", "commands").each()]
    found: list[Step] = []
    commands = entry.get("commands")
    parts = pieces(Node("list", entry.line, children=(*prologue, *commands.each())), reading.source)
    parts = reading.allowance.take(parts)
    if parts and commands:
        found.append(Step("commands", commands.line, commands=one_script(parts), script=script_text(parts)))
    for word in ("always", "on_pass", "on_fail"):
        node = task.get("epilogue", word, "commands") or common.get("epilogue", word, "commands")
        ending = reading.allowance.take(pieces(node, reading.source))
        if ending:
            step = Step(
                word, ending[0].lines[0], commands=one_script(ending), script=script_text(ending), can_fail=False
            )
            found.append(replace(step, anyway=word == "always", on_failure=word == "on_fail"))
    return found


def _triggers(when: str, triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    """What `branch = 'x'` and `change_in('/x/')` leave of the pipeline's triggers."""
    if not when or re.search(r"\bor\b", when[:1_000], re.IGNORECASE):
        return triggers
    branches = tuple(_BRANCH.findall(when[:1_000]))
    changed = tuple(p.lstrip("/") for m in _CHANGE.findall(when[:1_000]) for p in re.findall(r"'([^']*)'", m))
    kept = tuple(t for t in triggers if not branches or t.kind in ("push", "call"))
    return tuple(replace(t, branches=branches or t.branches, paths=changed or t.paths) for t in kept)


def _promotion(entry: Node, reading: _Reading) -> Job:
    """Another pipeline, started by a person or, with `auto_promote`, by how this one ends."""
    auto = entry.get("auto_promote")
    when = auto.get("when").text or " ".join(auto.texts())
    all_jobs = tuple(job.id for job in reading.jobs if not job.uses)
    asks = re.search(r"result\s*=\s*'(\w+)'", when[:1_000])
    triggers = _triggers(when, reading.triggers)
    return Job(
        f"promotion {entry.get('name').text}",
        entry.line,
        needs=all_jobs,
        condition=when,
        uses=entry.get("pipeline_file").text,
        manual=not auto,
        is_active=bool(entry.get("pipeline_file").text) and triggers != () and when.strip().lower() != "false",
        triggers=None if triggers == reading.triggers else triggers,
        anyway=() if asks else all_jobs,
        on_failure=bool(asks) and asks is not None and asks.group(1) != "passed",
    )


def _env(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple((e.get("name").text, e.get("value").text) for e in node.get("env_vars").each() if e.get("name"))
