"""Cirrus CI: `.cirrus.yml`. A task is a job, each of its `*_script` keys a step.

Rules: cirrus-ci.org, "Writing Tasks".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci import conditions as ci_conditions
from assessor.readers.ci.job_order import MISSING
from assessor.readers.ci.script import Allowance, load_bounded, one_script, pieces, script_text
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_NAMES = (".cirrus.yml", ".cirrus.yaml")
_TASK = re.compile(r"task|(?:.+_)?task|pipe|(?:.+_)?pipe")
_SCRIPT = re.compile(r"(?:(.+)_)?script")
_BRANCH = re.compile(r"\$CIRRUS_(?:BASE_)?BRANCH\s*==\s*[\"']([^\"']+)[\"']")
_CHANGES = re.compile(r"changesInclude(?:Only)?\(([^)]{0,2000})\)")
_MAX_TASKS = 500


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return path.rpartition("/")[2] in _NAMES


def read(path: str, text: str) -> FileFacts:
    """Return the tasks as one workflow."""
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    if not root.is_map:
        return EMPTY
    triggers = tuple(Trigger(kind, root.line) for kind in ("push", "pull_request"))
    triggers += tuple(Trigger("schedule", root.line) for _ in [0] if "CIRRUS_CRON" in text)
    allowance, source = Allowance(), text.splitlines()
    bodies = [(k, b) for k, v in root.items() if _TASK.fullmatch(k.text) for b in v.each() if b.is_map]
    names = [body.get("name").text or key.text.removesuffix("_task") for key, body in bodies]
    jobs = tuple(
        _job(
            names[i] if names[i] not in names[:i] else f"{names[i]} ({i})", key, body, root, triggers, source, allowance
        )
        for i, (key, body) in enumerate(bodies[:_MAX_TASKS])
    )
    disabled = "" if path in _NAMES else "wrong place: Cirrus reads .cirrus.yml at the root only"
    known = {*names, *(body.get("alias").text for _, body in bodies)}
    if "$" not in "".join(known) and any(need not in known for job in jobs for need in job.needs):
        disabled = disabled or MISSING
    disabled = disabled or ("" if any(job.is_active for job in jobs) else "no task with a script")
    return FileFacts(
        workflows=(Workflow("cirrus", path, root.line, triggers, jobs, env=_env(root), disabled=disabled),)
    )


def _job(
    name: str,
    key: Node,
    body: Node,
    root: Node,
    triggers: tuple[Trigger, ...],
    source: Sequence[str],
    allowance: Allowance,
) -> Job:
    steps = tuple(_steps(body, source, allowance))
    condition, skip = body.get("only_if").text, body.get("skip").text
    own = _restricted(condition, triggers)
    place = body.get("container") or root.get("container")
    return Job(
        id=name,
        line=key.line,
        name=body.get("name").text,
        needs=body.get("depends_on").texts(),
        condition=condition,
        steps=steps,
        image=place.get("image").text,
        env=_env(body),
        matrix=_matrix(body.get("env", "matrix") or body.get("matrix")),
        can_fail=not body.get("allow_failures").is_true,
        manual=body.get("trigger_type").text == "manual",
        is_active=bool(steps) and own != () and skip.strip().lower() != "true",
        triggers=None if own == triggers else own,
    )


def _restricted(condition: str, triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    """The triggers that `only_if` leaves, with the branch and the files that it names."""
    if not condition:
        return triggers
    parsed = ci_conditions.parse(condition)
    kept: list[Trigger] = []
    for trigger in triggers:
        known = {
            "$cirrus_pr": ci_conditions.Known(prefixes=("",))
            if trigger.kind == "pull_request"
            else ci_conditions.Known(("",)),
            "$cirrus_cron": ci_conditions.Known(prefixes=("",))
            if trigger.kind == "schedule"
            else ci_conditions.Known(("",)),
        }
        if True in ci_conditions.truth(parsed, lambda name, known=known: known.get(name, ci_conditions.UNKNOWN)):  # type: ignore[misc]
            kept.append(trigger)
    if "||" in condition:
        return tuple(kept)
    branches = tuple(_BRANCH.findall(condition[:2_000]))
    paths = tuple(p for m in _CHANGES.findall(condition[:2_000]) for p in re.findall(r"['\"]([^'\"]+)['\"]", m))
    return tuple(
        replace(t, branches=branches if t.kind == "push" else (), paths=paths) if branches or paths else t for t in kept
    )


def _steps(body: Node, source: Sequence[str], allowance: Allowance) -> Iterator[Step]:
    """Scripts in their order; those below `always` run however the ones before have ended, `on_failure` after a failure."""
    for key, value in body.items():
        match = _SCRIPT.fullmatch(key.text)
        if match:
            parts = allowance.take(pieces(value, source))
            if parts:
                yield Step(match.group(1) or "script", key.line, commands=one_script(parts), script=script_text(parts))
        elif key.text in ("always", "on_failure") and value.is_map:
            for step in _steps(value, source, allowance):
                yield replace(step, anyway=key.text == "always", on_failure=key.text == "on_failure")


def _matrix(node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The variables of a matrix with all the values that its rows give them."""
    found: dict[str, tuple[str, ...]] = {}
    for row in node.each()[:50]:
        for key, value in row.items():
            if value.kind == "scalar":
                found[key.text] = (*found.get(key.text, ()), *value.texts())
    return tuple((name, tuple(dict.fromkeys(values))) for name, values in found.items())


def _env(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple(
        (k.text, v.text) for k, v in (node.get("env") or node.get("environment")).items() if v.kind == "scalar"
    )
