"""Drone and Woodpecker: `.drone.yml`, `.woodpecker.yml` and the files below `.woodpecker`.

Rules: docs.drone.io, "Docker pipelines"; woodpecker-ci.org, "Workflow syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci import conditions as ci_conditions
from assessor.readers.ci.job_order import MISSING
from assessor.readers.ci.script import load_bounded, one_script, pieces, script_text
from assessor.readers.syntax.yaml_tree import Node, YamlProblem

_PATH = re.compile(r"\.drone\.ya?ml|\.woodpecker\.ya?ml|\.woodpecker/[^/]+\.ya?ml")
_KINDS = {
    "push": "push",
    "pull_request": "pull_request",
    "pull_request_closed": "pull_request",
    "tag": "tag",
    "release": "release",
    "cron": "schedule",
    "promote": "manual",
    "rollback": "manual",
    "custom": "manual",
    "manual": "manual",
    "deployment": "manual",
}
_MAX_STEPS = 1_000


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return bool(_PATH.fullmatch(path))


def read(path: str, text: str) -> FileFacts:
    """Return a workflow for each document that has steps."""
    try:
        documents = load_bounded(text)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    provider = "drone" if path.startswith(".drone") else "woodpecker"
    source = text.splitlines()
    roots = [root for root in documents[:100] if _steps(root)]
    names = {root.get("name").text for root in documents}
    found = tuple(
        replace(workflow, disabled=MISSING)
        if provider == "drone" and not names.issuperset(root.get("depends_on").texts())
        else workflow
        for root in roots
        for workflow in [_workflow(path, provider, root, source)]
    )
    return FileFacts(workflows=found) if found else EMPTY


def _steps(root: Node) -> list[tuple[str, Node]]:
    """(name, step) pairs; Woodpecker also takes a map of steps."""
    steps = root.get("steps") or root.get("pipeline")
    if steps.is_map:
        return [(key.text, body) for key, body in steps.items()[:_MAX_STEPS] if body.is_map]
    return [(step.get("name").text, step) for step in steps.each()[:_MAX_STEPS] if step.is_map]


def _workflow(path: str, provider: str, root: Node, source: Sequence[str]) -> Workflow:
    body = root.get("trigger") or root.get("when")
    triggers = tuple(_triggers(body)) or tuple(Trigger(kind, root.line) for kind in ("push", "pull_request"))
    jobs: list[Job] = []
    matrix = _matrix(root.get("matrix"))
    for number, (name, step) in enumerate(_steps(root)):
        made = _job(name or f"step {number + 1}", step, jobs, triggers, source)
        jobs.append(replace(made, matrix=matrix, env=_env(root) + _env(step)))
    name = root.get("name").text or path
    return Workflow(provider, name, root.line, triggers=triggers, jobs=tuple(jobs))


def _unescaped(text: str) -> str:
    """`$$X` is a variable of the step, `$X` one that is filled in before it starts."""
    return text.replace("$$", "$")


def _matrix(node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Woodpecker's matrix: a list for each variable, or `include` with the variables of each leg."""
    found = {key.text: value.texts() for key, value in node.items() if key.text != "include"}
    for leg in node.get("include").each()[:_MAX_STEPS]:
        for key, value in leg.items():
            found[key.text] = tuple(dict.fromkeys((*found.get(key.text, ()), value.text)))
    return tuple(found.items())


def _env(node: Node) -> tuple[tuple[str, str], ...]:
    """Variables as a map or as a list of `NAME=value`; one from a secret is not known."""
    given = node.get("environment")
    texts = [text.partition("=")[::2] for text in given.texts()] if given.is_list else []
    plain = [(key.text, value.text) for key, value in given.items() if value.kind == "scalar"]
    return tuple((name, value) for name, value in (*texts, *plain))


def _triggers(body: Node) -> Iterator[Trigger]:
    """The events of a `trigger` or `when`; nothing where they name none."""
    for entry in body.each():
        event = entry.get("event")
        names = event.get("include").texts() if event.is_map else event.texts()
        if event.is_map and not names:
            excluded = event.get("exclude").texts()
            names = tuple(name for name in ("push", "pull_request", "tag") if name not in excluded)
        branch, paths = entry.get("branch"), entry.get("path")
        branches = branch.get("include").texts() if branch.is_map else branch.texts()
        ignored = branch.get("exclude").texts()
        for name in names or (("push", "pull_request") if branches or ignored else ()):
            kind = _KINDS.get(name, "event")
            wanted = paths.get("include").texts() if paths.is_map else paths.texts()
            yield Trigger(kind, entry.line, branches=branches, branches_ignore=ignored, paths=wanted, cron="")


def _job(name: str, step: Node, before: Sequence[Job], triggers: tuple[Trigger, ...], source: Sequence[str]) -> Job:
    """A step as a job; steps run one after the other unless `depends_on` says otherwise."""
    needs = step.get("depends_on").texts() if step.get("depends_on") else tuple(job.id for job in before[-1:])
    parts = [part.replaced(_unescaped) for part in pieces(step.get("commands"), source)]
    settings = tuple((key.text, value.text or "\n".join(value.texts())) for key, value in step.get("settings").items())
    image = step.get("image").text
    made = Step(name, step.line, inputs=settings, commands=one_script(parts), script=script_text(parts))
    ends = set(step.get("when", "status").texts()) or {"success"}
    kinds = {trigger.kind for trigger in _triggers(step.get("when"))}
    own = tuple(trigger for trigger in triggers if trigger.kind in kinds) if kinds else triggers
    changed = [entry.get("path") for entry in step.get("when").each() if entry.get("path")]
    wanted = tuple(text for each in changed for text in (each.get("include").texts() if each.is_map else each.texts()))
    own = tuple(replace(trigger, paths=wanted) for trigger in own) if wanted else own
    asked = [trigger for trigger in _triggers(step.get("when")) if trigger.branches]
    if asked and len(asked) == len(list(_triggers(step.get("when")))):
        own = tuple(replace(trigger, branches=asked[0].branches) for trigger in own)
    tests = [entry.get("evaluate").text for entry in step.get("when").each()]
    if any(tests) and all(text and True not in ci_conditions.truth(ci_conditions.parse(text)) for text in tests):
        return replace(_job(name, Node("map", step.line), before, triggers, source), is_active=False)
    if kinds and not own:
        own = tuple(_triggers(step.get("when")))
    return Job(
        name,
        step.line,
        needs=needs,
        steps=(made if parts else replace(made, uses=image),),
        image=image,
        can_fail=step.get("failure").text != "ignore",
        is_active=bool(parts or image),
        triggers=None if own == triggers else own,
        anyway=needs if "failure" in ends else (),
        on_failure="success" not in ends,
    )
