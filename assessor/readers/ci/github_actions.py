"""GitHub Actions: workflows and composite actions (and Gitea's and Forgejo's, which are the same).

Only files directly below the root's `.github/workflows` run; a workflow elsewhere is read and marked disabled, so that
a report can say why it proves nothing. Rules: docs.github.com, "Workflow syntax", "Events that trigger workflows".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import IN_FILE, Job, Step, Trigger, Workflow
from assessor.readers.ci import conditions as ci_conditions
from assessor.readers.ci import job_order
from assessor.readers.ci.conditions import UNKNOWN, Known, Scalar, Situation
from assessor.readers.ci.cron import cron_can_fire
from assessor.readers.ci.script import MAX_SCRIPT, in_shell, load_bounded, piece
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_LIVE = re.compile(r"\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml")
_ANYWHERE = re.compile(
    r"(?=.*[^/]\.ya?ml$)(?:[^/]*+/)*?\.?(?:github|gitea|forgejo)/(?=[^/]*workflow)[^/]*+/", re.IGNORECASE
)
_ACTION = re.compile(r"(?:^|/)action\.ya?ml$")
_WRONG_FOLDER = "wrong folder: GitHub reads .github/workflows at the root only"

_MAX_JOBS = 1_000
_MAX_STEPS = 1_000
_MAX_COMBINATIONS = 12
"""Values of a matrix for which a script is read."""

Pairs = tuple[tuple[str, str], ...]


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    if not path.lower().endswith((".yml", ".yaml")):
        return False  # most paths end here, at little cost
    return bool(_ANYWHERE.match(path) or _ACTION.search(path))


def read(path: str, text: str) -> FileFacts:
    """Return the workflow or action; a text that is no YAML map is a problem."""
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    source = text.splitlines()
    if _ACTION.search(path) and not _ANYWHERE.match(path):
        return FileFacts(workflows=(_action(path, root, source),)) if root.get("runs").is_map else EMPTY
    is_live = bool(_LIVE.fullmatch(path))
    if is_live and root.is_null:
        return FileFacts(workflows=(Workflow("github", path, disabled="empty file"),))
    if not root.is_map:
        return FileFacts(problems=((root.line, "a workflow is a map with `on` and `jobs`"),)) if is_live else EMPTY
    if not is_live and not (root.get("on") and root.get("jobs")):
        return EMPTY
    workflow = _workflow(path, root, source)
    return FileFacts(workflows=(workflow if is_live else replace(workflow, disabled=_WRONG_FOLDER),))


def never_true(expression: str) -> bool:
    """True where the text of an `if:` can never hold: `false`, `'a' == 'b'`, `false && x`."""
    return True not in ci_conditions.truth(parsed_condition(expression))


def restricts_to(expression: str, trigger_kinds: frozenset[str]) -> frozenset[str]:
    """Return the trigger kinds of `trigger_kinds` under which the `if:` text can hold."""
    parsed = parsed_condition(expression)
    events = {kind: _EVENTS_OF.get(kind, ("",)) for kind in trigger_kinds}
    return frozenset(
        kind
        for kind, names in events.items()
        if any(True in ci_conditions.truth(parsed, _situation(name, Trigger(kind, 1))) for name in names)
    )


def can_hold(expression: str, inputs: Mapping[str, Scalar | None]) -> bool:
    """Can the text of an `if:` hold with these inputs of a called workflow or action? None: the value is not known."""

    def look(name: str) -> Known:
        context, _, key = name.partition(".")
        given = inputs.get(key) if context == "inputs" else None
        return UNKNOWN if given is None else Known((given,))

    return True in ci_conditions.truth(parsed_condition(expression), look)


_ALWAYS_TRUE = ci_conditions.Expression("literal", value=True)


def parsed_condition(expression: str) -> ci_conditions.Expression | None:
    """Parse the text of an `if:`; text around a `${{ }}` makes a text that is not empty, which is always true."""
    text = expression.strip()
    if text.startswith("${{") and text.endswith("}}") and text.count("${{") == 1:
        text = text[3:-2]
    return _ALWAYS_TRUE if "${{" in text else ci_conditions.parse(text)


# ---- triggers ----

_KINDS = {
    "push": "push",
    "pull_request": "pull_request",
    "pull_request_target": "pull_request",
    "merge_group": "merge_request",
    "workflow_dispatch": "manual",
    "workflow_call": "call",
    "workflow_run": "workflow_run",
    "repository_dispatch": "repository_dispatch",
    "schedule": "schedule",
    "release": "release",
    "issue_comment": "comment",
    "commit_comment": "comment",
    "pull_request_review_comment": "comment",
    "discussion_comment": "comment",
}
"""Trigger kinds of GitHub's events; every other event is an `event`."""

_EVENTS_OF: dict[str, tuple[str, ...]] = {"tag": ("push",), "event": ("",)}
for _name, _kind in _KINDS.items():
    _EVENTS_OF[_kind] = (*_EVENTS_OF.get(_kind, ()), _name)


@dataclass(frozen=True, slots=True)
class _Event:
    """A trigger and GitHub's name of its event."""

    name: str
    trigger: Trigger


def _events(on: Node) -> list[_Event]:
    if not on.is_map:
        return [_event(node.text, node.line, NOTHING) for node in on.each() if node.kind == "scalar"]
    found: list[_Event] = []
    for key, value in on.items():
        if key.text == "schedule":
            found += [_Event("schedule", _schedule(entry)) for entry in value.each()]
        else:
            found.append(_event(key.text, key.line, value))
    return found


def _schedule(entry: Node) -> Trigger:
    cron = entry.get("cron").text
    return Trigger("schedule", entry.line, cron=cron, is_active=cron_can_fire(cron))


def _event(name: str, line: int, body: Node) -> _Event:
    kind = _KINDS.get(name, "event")
    branches = (*body.get("branches").texts(),)
    tags = body.get("tags").texts()
    ignored = body.get("branches-ignore").texts()
    if name == "push" and not branches and not ignored and (body.get("tags") or body.get("tags-ignore")):
        kind = "tag"
    trigger = Trigger(
        kind,
        line,
        branches=branches,
        branches_ignore=ignored,
        tags=tags,
        paths=body.get("paths").texts(),
        paths_ignore=body.get("paths-ignore").texts(),
        sources=body.get("workflows").texts() if name == "workflow_run" else (),
        types=body.get("types").texts(),
        is_active=_can_fire(name, body),
        after_success=name != "workflow_run",
    )
    return _Event(name, trigger)


def _can_fire(name: str, body: Node) -> bool:
    """False where the filters leave no branch and no tag: only negative patterns, or everything ignored."""
    if name == "workflow_run" and body.get("workflows").is_null:
        return False
    branches = _filter_can_pass(body, "branches")
    tags = _filter_can_pass(body, "tags") if name == "push" else None
    if name == "push" and (branches is None) != (tags is None):
        return bool(branches or tags)
    return branches is not False or bool(tags)


def _filter_can_pass(body: Node, what: str) -> bool | None:
    wanted, ignored = body.get(what), body.get(f"{what}-ignore")
    if wanted:
        return any(not pattern.startswith("!") for pattern in wanted.texts())
    return "**" not in ignored.texts() if ignored else None


# ---- what is known when a job's condition is decided ----

_PULL = ("pull_request", "pull_request_target")
_OWNERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("github.event.pull_request", (*_PULL, "pull_request_review", "pull_request_review_comment")),
    ("github.event.inputs", ("workflow_dispatch",)),
    ("inputs", ("workflow_dispatch", "workflow_call")),
    ("github.event.schedule", ("schedule",)),
    ("github.event.release", ("release",)),
    ("github.event.workflow_run", ("workflow_run",)),
    ("github.event.client_payload", ("repository_dispatch",)),
    ("github.event.comment", ("issue_comment", "commit_comment", "pull_request_review_comment", "discussion_comment")),
    ("github.event.head_commit", ("push",)),
)
"""Parts of the event's payload that only these events have; they are null in all others."""


def _situation(event: str, trigger: Trigger, constants: Mapping[str, str] | None = None) -> Situation:
    """What is known of GitHub's contexts when this event has started the workflow; an empty name knows nothing."""
    known = _known_of_event(event, trigger) if event and event != "workflow_call" else {}
    known |= {name: Known((value,)) for name, value in (constants or {}).items()}

    def look(name: str) -> Known:
        if name in known or not event or event == "workflow_call":
            return known.get(name, UNKNOWN)
        for prefix, owners in _OWNERS:
            if (name == prefix or name.startswith(prefix + ".")) and event not in owners:
                return Known((None,))
        return UNKNOWN

    return look


_NEVER_EMPTY = tuple(
    f"github.{name}"
    for name in ("repository", "repository_owner", "actor", "sha", "workflow", "run_id", "job", "token")
)


def _known_of_event(event: str, trigger: Trigger) -> dict[str, Known]:
    known = {"github.event_name": Known((event,)), **dict.fromkeys(_NEVER_EMPTY, Known(prefixes=("",)))}
    if event not in _PULL:
        known |= {"github.head_ref": Known(("",)), "github.base_ref": Known(("",))}
    if event == "schedule" and trigger.cron:
        known["github.event.schedule"] = Known((trigger.cron,))
    if event in ("push", "schedule", "workflow_dispatch"):
        known["github.event.action"] = Known((None,))
    elif trigger.types:
        known["github.event.action"] = Known(trigger.types)
    return known | _known_of_ref(event, trigger)


def _known_of_ref(event: str, trigger: Trigger) -> dict[str, Known]:
    if event == "push":
        return _pushed(trigger)
    if event == "release":
        return {"github.ref": Known(prefixes=("refs/tags/",)), "github.ref_type": Known(("tag",))}
    if event == "pull_request":
        known = {"github.ref": Known(prefixes=("refs/pull/",)), "github.ref_type": Known(("branch",))}
        return known | _named("github.base_ref", trigger.branches, "")
    if event in ("schedule", "pull_request_target", "issue_comment", "workflow_run"):
        return {"github.ref": Known(prefixes=("refs/heads/",)), "github.ref_type": Known(("branch",))}
    return {}


def _pushed(trigger: Trigger) -> dict[str, Known]:
    """The ref of a push: of branches, of tags, or of both where the filters allow both."""
    with_branches = trigger.kind != "tag"
    with_tags = trigger.kind == "tag" or bool(trigger.tags) or not (trigger.branches or trigger.branches_ignore)
    names = [("refs/heads/", trigger.branches)] if with_branches else []
    names += [("refs/tags/", trigger.tags)] if with_tags else []
    types = (("branch",) if with_branches else ()) + (("tag",) if with_tags else ())
    known = {"github.ref_type": Known(types)}
    if len(names) == 1:
        prefix, patterns = names[0]
        return known | _named("github.ref", patterns, prefix) | _named("github.ref_name", patterns, "")
    return known | {"github.ref": Known(prefixes=("refs/heads/", "refs/tags/"))}


def _named(name: str, patterns: tuple[str, ...], prefix: str) -> dict[str, Known]:
    if not patterns or any(pattern.startswith("!") for pattern in patterns):
        return {name: Known(prefixes=(prefix,))} if prefix else {}
    if not any(mark in pattern for pattern in patterns for mark in "*?[+"):
        return {name: Known(tuple(prefix + pattern for pattern in patterns))}
    return {name: Known(prefixes=tuple(prefix + re.split(r"[*?\[+]", pattern, maxsplit=1)[0] for pattern in patterns))}


def _split_pushes(events: Iterable[_Event]) -> Iterator[_Event]:
    """A push without filters is one of branches or one of tags; conditions tell them apart."""
    for event in events:
        yield event
        trigger = event.trigger
        if event.name == "push" and trigger.kind == "push" and not (trigger.branches or trigger.branches_ignore):
            yield _Event("push", replace(trigger, kind="tag"))


def _restricted(condition: str, events: Sequence[_Event]) -> tuple[Trigger, ...] | None:
    """The triggers under which a job's condition can hold; None where that is all of them."""
    parsed = parsed_condition(condition)
    if not condition or parsed is None:
        return None
    split = list(_split_pushes(events))
    kept = [e.trigger for e in split if True in ci_conditions.truth(parsed, _situation(e.name, _refined(e)))]
    if len(kept) == len(split):
        return None
    lines = {(t.kind, t.line) for t in kept}
    return tuple(t for t in kept if t.kind != "tag" or t.tags or ("push", t.line) not in lines)


def _refined(event: _Event) -> Trigger:
    """For a push without filters the trigger stands for its branches alone; its tags are the next trigger."""
    trigger = event.trigger
    if event.name == "push" and trigger.kind == "push" and not (trigger.branches or trigger.branches_ignore):
        return replace(trigger, branches_ignore=("",))
    return trigger


# ---- workflows and jobs ----


@dataclass(frozen=True, slots=True)
class _Setting:
    """What holds for all steps of a job."""

    source: Sequence[str]
    env: Pairs = ()
    shell: str = ""
    folder: str = ""
    rows: tuple[Mapping[str, str], ...] = ()
    """Combinations of the matrix."""
    ids: frozenset[str] = frozenset()
    """Ids of the job's steps, in lower case."""
    events: tuple[_Event, ...] = ()


def _workflow(path: str, root: Node, source: Sequence[str]) -> Workflow:
    events = _events(root.get("on"))
    env = _variables(root.get("env"))
    run = root.get("defaults", "run")
    setting = _Setting(source, env, run.get("shell").text, run.get("working-directory").text, events=tuple(events))
    jobs = tuple(_job(key, body, setting) for key, body in root.get("jobs").items()[:_MAX_JOBS])
    jobs = tuple(_by_changes(job, jobs, _outputs(root), tuple(event.trigger for event in events)) for job in jobs)
    jobs = job_order.after_needs(jobs, tuple(event.trigger for event in events), _runs_anyway)
    jobs = tuple(_inheriting(job_order.with_guards(jobs, _runs_anyway, _holds, _RESULTS)))
    return Workflow(
        provider="github",
        name=root.get("name").text or path,
        line=root.line,
        triggers=tuple(event.trigger for event in events),
        jobs=jobs,
        permissions=_permissions(root.get("permissions")),
        env=env,
        inputs=_inputs(root.get("on", "workflow_call", "inputs")),
        disabled=_why_disabled(root, events, jobs),
    )


_CHANGE_FILTER = re.compile(r"(?:^|/)(?:paths?-filters?|changed-files|changes|paths-changes?)(?:@|$)", re.IGNORECASE)
"""Actions that say which of the named patterns the change has met; so do others that are given `filters`."""
_OUTPUT = re.compile(r"steps\.([\w-]+)\.outputs\.([\w-]+)")
_ON_A_CHANGE = frozenset({"push", "pull_request", "merge_request", "tag"})


def _outputs(root: Node) -> dict[str, tuple[str, ...]]:
    """The patterns behind each output of a job that filters the changed files: `needs.JOB.outputs.NAME` → patterns."""
    found: dict[str, tuple[str, ...]] = {}
    for key, body in root.get("jobs").items()[:_MAX_JOBS]:
        filters = {
            node.get("id").text: _patterns(node.get("with"))
            for node in body.get("steps").each()[:_MAX_STEPS]
            if node.get("id") and (_CHANGE_FILTER.search(node.get("uses").text) or node.get("with", "filters"))
        }
        for name, value in body.get("outputs").items() if filters else ():
            match = _OUTPUT.search(value.text[:500])
            if match and match.group(1) in filters:
                by_name = filters[match.group(1)]
                if IN_FILE in by_name:
                    found[f"needs.{key.text}.outputs.{name.text}".lower()] = (*by_name[IN_FILE], match.group(2))
                    continue
                own = by_name.get(match.group(2)) or by_name.get(re.sub(r"_?any_\w{1,200}$", "", match.group(2)), ())
                if own:
                    found[f"needs.{key.text}.outputs.{name.text}".lower()] = own
    return found


def _patterns(inputs: Node) -> dict[str, tuple[str, ...]]:
    """Pattern lists by their names: `filters` and `files_yaml` are YAML texts, `files` a list without a name."""
    found = {"": tuple(filter(None, (line.strip() for line in inputs.get("files").text.split("\n"))))}
    named = inputs.get("filters").text.strip()
    if "\n" not in named and named.endswith((".yml", ".yaml")):
        return {IN_FILE: (IN_FILE, named)}
    for word in ("filters", "files_yaml"):
        try:
            body = next(iter(load_bounded(inputs.get(word).text)), NOTHING)
        except YamlProblem:
            continue
        found |= {key.text: tuple(text for text in value.texts() if text) for key, value in body.items()}
    return found


def _by_changes(
    job: Job, jobs: Sequence[Job], outputs: Mapping[str, tuple[str, ...]], triggers: tuple[Trigger, ...]
) -> Job:
    """A job whose condition cannot hold unless files of some patterns have changed: these are its triggers' paths."""
    if not outputs or "outputs" not in job.condition:
        return job
    parsed = parsed_condition(job.condition)
    for name, patterns in outputs.items():
        if True not in ci_conditions.truth(parsed, _without_change(name)):
            own = triggers if job.triggers is None else job.triggers
            limited = (replace(t, paths=t.paths or patterns) if t.kind in _ON_A_CHANGE else t for t in own)
            return replace(job, triggers=tuple(limited))
    return job


def _without_change(name: str) -> Situation:
    """What is known where none of the patterns behind this output has met a changed file."""
    return lambda each: Known(("false",)) if each == name else UNKNOWN


def _inputs(node: Node) -> tuple[tuple[str, str, str], ...]:
    return tuple((key.text, body.get("type").text, body.get("default").text) for key, body in node.items())


_RESULTS = ("failure", "skipped", "success")


def _holds(job: Job, situation: Situation) -> bool:
    return True in ci_conditions.truth(parsed_condition(job.condition), situation)


def _inheriting(jobs: Iterable[Job]) -> Iterator[Job]:
    """A job that waits for one which is skipped is skipped too: what only a failure starts, and what asks how the
    workflow before has ended."""
    jobs = tuple(jobs)
    by_id = {job.id: job for job in jobs}
    done: dict[str, Job] = {}
    for job in job_order.needs_first(jobs, by_id):
        needed = [done[name] for name in job.needs if name in done and not _runs_anyway(job.condition)]
        done[job.id] = replace(
            job,
            on_failure=job.on_failure or any(other.on_failure for other in needed),
            asks_before=_asks_before(job.condition) or any(other.asks_before for other in needed),
        )
    return (done[job.id] for job in jobs)


def _asks_before(condition: str) -> bool:
    """The condition cannot hold where the workflow whose end started this one has failed."""
    if "workflow_run" not in condition:
        return False
    ended = Known(("failure",))
    look = ci_conditions.both(
        lambda name: ended if name == "github.event.workflow_run.conclusion" else UNKNOWN,
        _situation("workflow_run", Trigger("workflow_run", 1)),
    )
    return True not in ci_conditions.truth(parsed_condition(condition), look)


_STATUS = re.compile(r"\b(?:always|failure|cancelled)\s*\(")


def _runs_anyway(condition: str) -> bool:
    """A condition with a status function replaces the rule that a job is skipped after a skipped one."""
    return _STATUS.search(condition) is not None


def _why_disabled(root: Node, events: Sequence[_Event], jobs: Sequence[Job]) -> str:
    for _, node in root.walk():
        for name, line in node.duplicates:
            return f"duplicate key '{name}' on line {line}"
    if not events:
        return "no triggers"
    if not jobs:
        return "no jobs"
    if order := job_order.wrong_order(jobs):
        return order
    return "" if any(job.is_active for job in jobs) else "every job is inactive"


def _job(key: Node, body: Node, outer: _Setting) -> Job:
    condition = _condition(body.get("if"))
    triggers = _restricted(condition, outer.events)
    setting = _job_setting(body, outer)
    steps = tuple(_step(node, setting) for node in body.get("steps").each()[:_MAX_STEPS])
    uses = body.get("uses").text
    environment = body.get("environment")
    container = body.get("container")
    return Job(
        id=key.text,
        line=key.line,
        name=body.get("name").text,
        needs=body.get("needs").texts(),
        condition=condition,
        steps=steps,
        environment=environment.get("name").text or environment.text,
        permissions=_permissions(body.get("permissions")),
        image=container.get("image").text or container.text,
        services=tuple(s.get("image").text for _, s in body.get("services").items() if s.get("image")),
        uses=uses,
        inputs=_pairs(body.get("with")),
        env=_variables(body.get("env")),
        matrix=_matrix(body.get("strategy", "matrix")),
        can_fail=not _is_on(body.get("continue-on-error")),
        approval=any(_asks_for_approval(step.uses) for step in steps),
        is_active=bool(steps or uses)
        and triggers != ()
        and not (condition and never_true(condition))
        and not _is_empty(body.get("strategy", "matrix")),
        triggers=triggers,
        own_machine=_OWN_MACHINE in (body.get("runs-on").get("labels") or body.get("runs-on")).texts(),
    )


_OWN_MACHINE = "self-hosted"
"""The label of every runner that GitHub does not lend (docs.github.com, "Using self-hosted runners in a workflow")."""


def _job_setting(body: Node, outer: _Setting) -> _Setting:
    run = body.get("defaults", "run")
    return replace(
        outer,
        env=outer.env + _variables(body.get("env")),
        shell=run.get("shell").text or outer.shell,
        folder=run.get("working-directory").text or outer.folder,
        rows=_rows(body.get("strategy", "matrix")),
        ids=_ids(body),
    )


def _ids(body: Node) -> frozenset[str]:
    return frozenset(step.get("id").text.lower() for step in body.get("steps").each()[:_MAX_STEPS])


def _asks_for_approval(uses: str) -> bool:
    return "manual-approval" in uses.partition("@")[0]


def _is_on(node: Node) -> bool:
    """True for `true`; an expression (such as one of the matrix) is off for some runs, so the job can fail."""
    return node.is_true or re.fullmatch(r"\$\{\{\s*true\s*\}\}", node.text) is not None


def _condition(node: Node) -> str:
    return node.text.strip() if node.kind == "scalar" else ""


def _permissions(node: Node) -> Pairs | None:
    if not node:
        return None
    if node.kind == "scalar":
        word = node.text.removesuffix("-all")
        return (("*", word),) if word in ("read", "write") else ()
    return _pairs(node)


def _pairs(node: Node) -> Pairs:
    return tuple((key.text, _shown(value)) for key, value in node.items())


def _variables(node: Node) -> Pairs:
    """Names and values; of `${{ inputs.command || 'make all' }}` the text that stands where nothing is given."""
    return tuple((name, _DEFAULT.sub(r"\1", value) if "||" in value else value) for name, value in _pairs(node))


_DEFAULT = re.compile(r"^\s*\$\{\{\s*[\w.-]{1,100}\s*\|\|\s*'([^'\n]*)'\s*\}\}\s*$")


def _shown(node: Node) -> str:
    """A scalar's text; lists and maps as their texts, one a line."""
    if node.kind == "scalar":
        return node.text
    return "\n".join(node.texts())


# ---- matrix ----


def _matrix(node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, tuple[str, ...]] = {}
    for key, value in node.items():
        if key.text not in ("include", "exclude"):
            found[key.text] = value.texts()
    for entry in node.get("include").each():
        for key, value in entry.items():
            known = found.get(key.text, ())
            if value.kind == "scalar" and value.text not in known:
                found[key.text] = (*known, value.text)
    return tuple(found.items())


_NOTHING = re.compile(r"\$\{\{\s*fromJSON\(\s*'\s*(?:\[\s*\]|\{\s*\})\s*'\s*\)\s*\}\}", re.IGNORECASE)
"""An empty list or map written as an expression."""
_MAX_LEGS = 256
"""GitHub's limit of jobs that one matrix makes."""


def _is_empty(node: Node) -> bool:
    """A matrix that makes no job: an axis without values, or every combination excluded and none included."""
    if _NOTHING.fullmatch(node.text):
        return True
    axes = {key.text: value for key, value in node.items() if key.text not in ("include", "exclude")}
    if node.get("include").each() or not axes:
        return False
    if any(_NOTHING.fullmatch(value.text) or (value.is_list and not value.children) for value in axes.values()):
        return True
    if not all(value.is_list for value in axes.values()) or "${{" in "".join(node.get("exclude").texts()):
        return False
    exclude = [{k.text: v.text for k, v in entry.items()} for entry in node.get("exclude").each()[:_MAX_LEGS]]
    legs = itertools.islice(itertools.product(*(value.texts() for value in axes.values())), _MAX_LEGS)
    return bool(exclude) and all(
        any(each.items() <= dict(zip(axes, leg, strict=True)).items() for each in exclude) for leg in legs
    )


def _rows(node: Node) -> tuple[Mapping[str, str], ...]:
    """The combinations of the matrix, at most a few; maps as values become `name.key`."""
    axes = [
        [flat for item in value.each()[:_MAX_COMBINATIONS] for flat in [_flat(key.text, item)] if flat]
        for key, value in node.items()
        if key.text not in ("include", "exclude") and value.is_list
    ]
    rows = [_joined(parts) for parts in itertools.islice(itertools.product(*axes), _MAX_COMBINATIONS)] if axes else []
    for entry in node.get("include").each()[:_MAX_COMBINATIONS]:
        own = _joined([_flat(key.text, value) for key, value in entry.items()])
        fitting = [i for i, row in enumerate(rows) if any(row.get(k) == v for k, v in own.items())]
        for index in fitting:
            if all(own.get(k, v) == v for k, v in rows[index].items()):
                rows[index] = {**rows[index], **own}
        if not any(own.items() <= row.items() for row in rows):
            rows.append(own)
    return tuple(rows)


def _flat(name: str, node: Node) -> dict[str, str]:
    if node.is_map:
        return {f"{name}.{key.text}": value.text for key, value in node.items() if value.kind == "scalar"}
    return {name: node.text} if node.kind == "scalar" else {}


def _joined(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {key: value for part in parts for key, value in part.items()}


# ---- steps ----


def _step(node: Node, setting: _Setting) -> Step:
    env = _variables(node.get("env"))
    condition = _condition(node.get("if"))
    run, uses = node.get("run"), node.get("uses").text
    constants = {f"env.{name.lower()}": value for name, value in setting.env + env if "${{" not in value}
    step = Step(
        name=node.get("name").text or node.get("id").text or uses,
        line=node.line,
        uses=uses,
        inputs=_pairs(node.get("with")),
        cwd=_folder(node.get("working-directory").text or setting.folder, constants) if run else "",
        env=env,
        condition=condition,
        can_fail=not _is_on(node.get("continue-on-error")),
    )
    if condition and not _can_hold(condition, setting, constants):
        return replace(step, uses="", inputs=())
    if _runs_anyway(condition) or "outcome" in condition or "conclusion" in condition:
        parsed = parsed_condition(condition)
        step = replace(
            step,
            anyway=_runs_anyway(condition) and True in ci_conditions.truth(parsed, _ended("failure")),
            on_failure=True not in ci_conditions.truth(parsed, _ended("success")),
            asks_before=_asks_before(condition),
        )
    if run.kind != "scalar":
        return step
    shell = node.get("shell").text or setting.shell
    return replace(step, commands=_commands(run, shell, setting), script=run.text[:MAX_SCRIPT])


def _ended(result: str) -> Situation:
    """What a step's condition finds where the steps before it have all ended so."""

    def look(name: str) -> Known:
        if name.endswith("()"):
            return job_order.status(name[:-2], result == "failure")
        is_result = name.startswith("steps.") and name.endswith((".outcome", ".conclusion"))
        return Known((result,)) if is_result or name == "job.status" else UNKNOWN

    return look


def _can_hold(condition: str, setting: _Setting, constants: Mapping[str, str]) -> bool:
    """A step's condition under some event of the workflow; steps also know the constants of `env`, the values of the
    matrix and which steps there are."""
    parsed = parsed_condition(condition)
    events = setting.events or (_Event("", Trigger("call", 1)),)

    def look(name: str) -> Known:
        context, _, rest = name.partition(".")
        if context == "steps" and rest.partition(".")[0] not in setting.ids:
            return Known((None,))
        values = [row.get(rest) for row in setting.rows] if context == "matrix" else []
        if not values or len(values) >= _MAX_COMBINATIONS or any(v is None or "${{" in v for v in values):
            return UNKNOWN
        return Known(tuple({"true": True, "false": False}.get(str(value), value) for value in values))

    known = (ci_conditions.both(look, _situation(e.name, e.trigger, constants)) for e in events)
    return any(True in ci_conditions.truth(parsed, each) for each in known)


_DEFAULT_SHELL = "bash -e {0}"
_SHELL_NAMES = {
    "bash": "bash -eo pipefail {0}",
    "sh": "sh -e {0}",
}
"""What GitHub makes of a shell's bare name (docs, "Defaults for shell")."""


def _commands(run: Node, shell: str, setting: _Setting) -> tuple[Command, ...]:
    part = piece(run, setting.source)
    shell = _SHELL_NAMES.get(shell, shell) or _DEFAULT_SHELL
    found: dict[Command, None] = {}
    for row in _used_rows(run.text, setting.rows):
        read_part = part.replaced(lambda text, row=row: without_expressions(text, row))  # type: ignore[misc]
        found |= dict.fromkeys(in_shell(read_part, shell))
    return tuple(found)


_MATRIX_NAME = re.compile(r"\$\{\{\s*matrix\.([\w.-]+)\s*\}\}")


def _used_rows(text: str, rows: tuple[Mapping[str, str], ...]) -> list[Mapping[str, str]]:
    """The combinations of those matrix values that the text uses."""
    used = sorted(set(_MATRIX_NAME.findall(text)))
    combinations = dict.fromkeys(tuple((name, row.get(name, "")) for name in used) for row in rows)
    return [{name: value for name, value in each if value} for each in combinations] or [{}]


_EXPRESSION = re.compile(r"\$\{\{((?:[^}$]|\$(?!\{\{)|\}(?!\}))*)\}\}")
"""One that is not closed ends at the next, so that a text full of them is read once."""
_SIMPLE = re.compile(r"\s*(env|inputs|secrets|vars|matrix|github|runner|steps|needs)\.([\w.-]+)\s*")
_BARE_CONTEXTS = frozenset({"env", "inputs", "secrets", "vars"})


def without_expressions(text: str, row: Mapping[str, str] | None = None) -> str:
    """Replace each `${{ … }}` by a shell variable: `env.X`, `inputs.X`, `secrets.X` and `vars.X` by `$X`, `github.x` by
    `$GITHUB_X`, `matrix.x` by its value in `row`, the rest by their name with underscores. Keeps the lines."""

    def change(match: re.Match[str]) -> str:
        padding = "\\\n" * match.group(1).count("\n")
        return _variable(match.group(1), row or {}) + padding

    return _EXPRESSION.sub(change, text).replace("${{", "$")


def _variable(expression: str, row: Mapping[str, str]) -> str:
    simple = _SIMPLE.fullmatch(expression)
    if simple is None:
        text = expression.strip()
        return text[1:-1] if re.fullmatch(r"'[^'\n]*'", text) else "$EXPRESSION"
    context, name = simple.groups()
    if context == "matrix" and name in row:
        return row[name].replace("\n", " ")
    flat = re.sub(r"\W", "_", name.removeprefix("event.inputs."))
    if context in _BARE_CONTEXTS or name.startswith("event.inputs."):
        return f"${flat}"
    if context in ("github", "runner"):
        return f"${context.upper()}_{flat.upper()}"
    return f"${context}_{flat}"


_WORKSPACE = re.compile(r"^\$(?:GITHUB_WORKSPACE|\{GITHUB_WORKSPACE\})(?:/|$)")


def _folder(written: str, constants: Mapping[str, str]) -> str:
    """A working directory relative to the checkout; constants of `env` are filled in."""

    def fill(match: re.Match[str]) -> str:
        return constants.get(f"env.{match.group(1).lower()}", match.group(0))

    filled = re.sub(r"\$\{\{\s*env\.(\w+)\s*\}\}", fill, written)
    return _WORKSPACE.sub("", without_expressions(filled)).removeprefix("./").rstrip("/")


# ---- actions ----


def _action(path: str, root: Node, source: Sequence[str]) -> Workflow:
    """A composite action's steps, or the program of a node or Docker action, as the one job of a called workflow."""
    runs = root.get("runs")
    steps = tuple(_step(node, _Setting(source, ids=_ids(runs))) for node in runs.get("steps").each()[:_MAX_STEPS])
    if not steps:
        steps = tuple(_programs(runs))
    job = Job("action", runs.line, steps=steps, image=runs.get("image").text.removeprefix("docker://"))
    trigger = Trigger("call", root.line)
    inputs = tuple((key.text, "string", value.get("default").text) for key, value in root.get("inputs").items())
    return Workflow(
        "github-action",
        root.get("name").text or path,
        root.line,
        triggers=(trigger,),
        jobs=(job,),
        env=tuple((name, value) for name, _, value in inputs if value),
        inputs=inputs,
        disabled=_duplicate(root) or ("" if steps else "no steps"),
    )


def _duplicate(root: Node) -> str:
    return next((f"duplicate key '{n}' on line {line}" for _, node in root.walk() for n, line in node.duplicates), "")


def _programs(runs: Node) -> Iterator[Step]:
    for name in ("pre", "main", "post"):
        if runs.get(name):
            node = runs.get(name)
            yield Step(name, node.line, uses=node.text, commands=(Command(("node", node.text), node.line),))
    image = runs.get("image")
    if image:
        arguments = (runs.get("entrypoint").text, *runs.get("args").texts())
        argv = tuple(without_expressions(word) for word in arguments if word)
        commands = (Command(argv, image.line),) if argv else ()
        yield Step("image", image.line, uses=image.text, inputs=(("file", image.text),), commands=commands)
