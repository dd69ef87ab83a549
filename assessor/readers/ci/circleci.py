"""CircleCI: `.circleci/config.yml`. Each of its workflows becomes a workflow; commands and parameters are filled in.

Rules: circleci.com/docs, "Configuration reference".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assessor.facts.file import FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci.cron import cron_can_fire
from assessor.readers.ci.job_order import MISSING
from assessor.readers.ci.script import EVERY_NAME, MAX_SCRIPT, Allowance, in_shell, load_bounded, piece
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_PATH = re.compile(r"(?:^|.*/)\.circleci/[^/]+\.ya?ml")
_DEFAULT_SHELL = "bash -eo pipefail"
_MAX_DEPTH = 8
_MAX_STEPS = 3_000
WITHOUT_EFFECT = frozenset(
    [
        "checkout",
        "save_cache",
        "restore_cache",
        "store_artifacts",
        "store_test_results",
        "persist_to_workspace",
        "attach_workspace",
        "setup_remote_docker",
        "add_ssh_keys",
        "deploy",
    ]
)

Pairs = tuple[tuple[str, str], ...]
Parameters = Mapping[str, str]


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return bool(_PATH.fullmatch(path))


def read(path: str, text: str) -> FileFacts:
    """Return a workflow for each one of the file; a file elsewhere than at the root is disabled."""
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    if not root.is_map:
        return FileFacts(problems=((1, "a CircleCI configuration is a map"),))
    disabled = "" if path.startswith(".circleci/") else "wrong folder: CircleCI reads .circleci at the root only"
    found = _Config(path, root, text.splitlines()).workflows()
    return FileFacts(workflows=tuple(replace(each, disabled=disabled or each.disabled) for each in found))


@dataclass(frozen=True, slots=True)
class _Call:
    """How a workflow uses a job: the entry under `jobs:` of the workflow."""

    job: str
    line: int
    body: Node = NOTHING

    @property
    def id(self) -> str:
        return self.body.get("name").text or self.job


class _Config:
    """One file, read once."""

    def __init__(self, path: str, root: Node, source: Sequence[str]) -> None:
        self.path, self.root, self.source = path, root, source
        self.orbs = {key.text: value.text for key, value in root.get("orbs").items()}
        self.left = _MAX_STEPS
        self.allowance = Allowance()

    def workflows(self) -> Iterator[Workflow]:
        found = [(k, v) for k, v in self.root.get("workflows").items() if v.is_map]
        for key, body in found[:200]:
            yield self._workflow(key, body)
        if not found:
            jobs = tuple(
                self._job(_Call(key.text, key.line), (Trigger("push", key.line),))
                for key, _ in self.root.get("jobs").items()
                if key.text == "build"
            )
            disabled = "" if jobs else "no workflows"
            yield Workflow(
                "circleci", self.path, self.root.line, (Trigger("push", self.root.line),), jobs, disabled=disabled
            )

    def _workflow(self, key: Node, body: Node) -> Workflow:
        triggers = self._triggers(key, body)
        calls = list(_calls(body.get("jobs")))
        jobs = tuple(self._job(call, triggers) for call in calls[:1_000])
        active = any(job.is_active for job in jobs)
        known = {name for job in jobs for name in (job.id, *_matrix_names(job))} | {call.job for call in calls}
        refused = MISSING if any(need not in known and "<<" not in need for job in jobs for need in job.needs) else ""
        active = active and not refused
        return Workflow(
            "circleci",
            f"{self.path} {key.text}",
            key.line,
            triggers=triggers,
            jobs=jobs,
            disabled=("" if active else refused or "no jobs") if triggers else "its condition is never true",
        )

    # ---- triggers ----

    def _triggers(self, key: Node, body: Node) -> tuple[Trigger, ...]:
        schedules = tuple(
            Trigger(
                "schedule",
                entry.line,
                branches=entry.get("schedule", "filters", "branches", "only").texts(),
                cron=entry.get("schedule", "cron").text,
                is_active=cron_can_fire(entry.get("schedule", "cron").text),
            )
            for entry in body.get("triggers").each()
            if entry.get("schedule")
        )
        if schedules:
            return schedules
        line = key.line
        if body.get("when") or body.get("unless"):
            held = self._holds(body)
            name = _PARAMETER.search(body.get("when").text)
            sources = name.groups() if name and held == "manual" else ()
            return (Trigger(held, line, branches=_branches_asked(body.get("when")), sources=sources),) if held else ()
        return (Trigger("push", line),)

    def _holds(self, body: Node) -> str:
        """The kind of trigger that a workflow's `when` asks for; empty where it never holds."""
        condition = body.get("when") or body.get("unless")
        wanted = bool(body.get("when"))
        words = " ".join(node.text for _, node in condition.walk(200))
        if "scheduled_pipeline" in words and wanted:
            return "schedule"
        value = self._truth(condition, 0)
        if value is None:
            return "webhook" if "api" in words.split() else "push"
        if value == wanted:
            return "push"
        return "manual" if "pipeline.parameters" in condition.text else ""

    def _truth(self, condition: Node, depth: int) -> bool | None:
        """The truth of a logic statement (and, or, not, equal) over constants and defaults of pipeline parameters."""
        if condition.kind == "scalar":
            return self._default(condition.text)
        for key, body in condition.items()[:1] if depth < _MAX_DEPTH else ():
            known = [self._truth(each, depth + 1) for each in body.each()]
            if key.text == "not":
                inner = self._truth(body, depth + 1)
                return None if inner is None else not inner
            if key.text in ("and", "or"):
                decides = key.text == "or"
                return decides if decides in known else None if None in known else not decides
            if key.text == "equal":
                texts = [each.text.strip() for each in body.each()]
                return None if any("<<" in text for text in texts) else len(set(texts)) <= 1
        return None

    def _default(self, text: str) -> bool | None:
        """The truth of a constant or of a pipeline parameter's default; None where it is not known."""
        match = re.fullmatch(r"\s*<<\s*pipeline\.parameters\.([\w-]+)\s*>>\s*", text)
        if match:
            node = self.root.get("parameters", match.group(1), "default")
            return None if node.is_null else not node.is_false and node.text != ""
        return {"true": True, "false": False}.get(text.strip().lower())

    # ---- jobs ----

    def _job(self, call: _Call, triggers: tuple[Trigger, ...]) -> Job:
        definition = self.root.get("jobs", call.job)
        own, is_active = _own_triggers(call, triggers)
        required = _requires(call.body.get("requires"))
        job = Job(
            id=call.id,
            line=call.line,
            name=call.id,
            needs=tuple(required),
            anyway=tuple(name for name, ends in required.items() if ends - {"success"}),
            on_failure=any("success" not in ends for ends in required.values()),
            triggers=own,
            matrix=tuple((k.text, v.texts()) for k, v in call.body.get("matrix", "parameters").items()),
            approval=call.body.get("type").text == "approval",
            is_active=is_active,
        )
        if job.approval:
            return job
        if not definition:
            own_keys = ("context", "type", "name")  # what the workflow says of the job, not what the orb is given
            inputs = tuple(
                (k.text, v.text) for k, v in call.body.items() if v.kind == "scalar" and k.text not in own_keys
            )
            step = Step(call.job, call.line, uses=self._full_name(call.job), inputs=inputs)
            return replace(job, steps=(step,))
        return self._defined(job, call, definition)

    def _defined(self, job: Job, call: _Call, definition: Node) -> Job:
        parameters = _parameters(definition, call.body)
        matrix = {name: values[0] for name, values in job.matrix if values}
        first = _Around(parameters | matrix, definition.get("working_directory").text, definition.get("shell").text)
        around = replace(first, parameters={k: v for k, v in parameters.items() if k not in matrix})
        nodes = [
            *call.body.get("pre-steps").each(),
            *definition.get("steps").each(),
            *call.body.get("post-steps").each(),
        ]
        images = [image for place in self._places(definition, first) for image in _images(place)]
        steps = tuple(step for node in nodes for step in self._steps(node, around, 0))
        return replace(
            job,
            steps=steps,
            image=first.fill(images[0]) if images else "",
            services=tuple(images[1:]),
            env=_pairs(definition.get("environment"), around),
            is_active=job.is_active and bool(steps),
        )

    def _places(self, definition: Node, around: _Around) -> Iterator[Node]:
        """Where images may stand: the job and its executor."""
        yield definition
        executor = definition.get("executor")
        yield self.root.get("executors", around.fill(executor.get("name").text or executor.text))

    def _full_name(self, name: str) -> str:
        """`orb/job` with the orb as it is registered: `circleci/python/test@2.1.1`."""
        alias, slash, rest = name.partition("/")
        orb, _, version = self.orbs.get(alias, alias).partition("@")
        return f"{orb}{slash}{rest}" + (f"@{version}" if version else "")

    # ---- steps ----

    def _steps(self, node: Node, around: _Around, depth: int) -> Iterator[Step]:
        self.left -= 1
        if self.left < 0 or depth > _MAX_DEPTH:
            return
        if node.kind == "scalar":
            yield from self._named(node.text, node, NOTHING, around, depth)
            return
        for key, body in node.items():
            if key.text == "run":
                yield self._run(node, body, around)
            elif key.text in ("when", "unless"):
                if _can_hold(key.text, body.get("condition"), around):
                    for inner in body.get("steps").each():
                        yield from self._steps(inner, around, depth + 1)
            else:
                yield from self._named(key.text, key, body, around, depth)

    def _named(self, name: str, at: Node, body: Node, around: _Around, depth: int) -> Iterator[Step]:
        command = self.root.get("commands", name)
        if command:
            inner = replace(around, parameters=_parameters(command, body, around))
            for node in command.get("steps").each():
                yield from self._steps(node, inner, depth + 1)
        elif name == "steps":
            for node in body.each():
                yield from self._steps(node, around, depth + 1)
        else:
            uses = name if name in WITHOUT_EFFECT else self._full_name(name)
            yield Step(name, at.line, uses=uses, inputs=_pairs(body, around))

    def _run(self, node: Node, body: Node, around: _Around) -> Step:
        script = body.get("command") if body.is_map else body
        part = piece(script, self.source).replaced(around.fill)
        shell = around.fill(body.get("shell").text or around.shell) or _DEFAULT_SHELL
        when = body.get("when").text
        return Step(
            name=around.fill(body.get("name").text) or "run",
            line=node.line,
            commands=in_shell(part, shell) if self.allowance.take([part]) else (),
            script=part.text[:MAX_SCRIPT],
            cwd=_folder(around.fill(body.get("working_directory").text or around.folder)),
            env=_pairs(body.get("environment"), around),
            condition="" if when in ("", "on_success") else f"when: {when}",
            anyway=when == "always",
            on_failure=when == "on_fail",
        )


@dataclass(frozen=True, slots=True)
class _Around:
    """What holds for the steps of a job or command."""

    parameters: Parameters
    folder: str = ""
    shell: str = ""

    def fill(self, text: str) -> str:
        """Fill in `<< parameters.x >>`; what is not known becomes a shell variable."""

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            known = self.parameters.get(name.removeprefix("parameters.").removeprefix("matrix."))
            if known is not None and name.startswith(("parameters.", "matrix.")) and "\n" not in known:
                return known
            return "$" + re.sub(r"\W", "_", name)

        return re.sub(r"<<\s*([\w.-]+)\s*>>", value, text)


_PARAMETER = re.compile(r"pipeline\.parameters\.([\w-]+)")
"""A parameter of the pipeline; a setup configuration may set it by what has changed."""


def changes_by_parameter(workflow: Workflow) -> dict[str, tuple[str, ...]]:
    """The path patterns under which a path-filtering job of a setup configuration sets each parameter."""
    found: dict[str, tuple[str, ...]] = {}
    for job in workflow.jobs:
        for step in job.steps:
            if "path-filtering" not in step.uses:
                continue
            for line in step.input("mapping").split("\n")[:500]:
                words = line.split()
                if len(words) == 3 and words[2] not in ("false", '""'):
                    found[words[1]] = (*found.get(words[1], ()), _glob(words[0]))
    return found


def _glob(expression: str) -> str:
    """A regular expression of paths as the pattern that comes near it; the expression itself is never run."""
    plain = expression.strip("^$").replace(".*", "**").replace(".+", "**")
    return re.sub(r"\\(.)", r"\1", plain)


def _parameters(definition: Node, given: Node, around: _Around | None = None) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, body in definition.get("parameters").items():
        node = given.get(key.text) or body.get("default")
        if node.kind == "scalar":
            found[key.text] = around.fill(node.text) if around and given.get(key.text) else node.text
    return found


def _can_hold(word: str, condition: Node, around: _Around) -> bool:
    """False for a `when` or `unless` step whose condition is a known constant."""
    if condition.kind != "scalar":
        return True
    text = around.fill(condition.text).strip().lower()
    if text not in ("true", "false", ""):
        return True
    return (text == "true") == (word == "when")


def _matrix_names(job: Job) -> Iterator[str]:
    """How other jobs may call the legs of a matrix: the job's name with the values, joined by hyphens."""
    for values in itertools.islice(itertools.product(*(values for _, values in job.matrix)), _MAX_LEGS):
        yield "-".join((job.id, *values))


_MAX_LEGS = 128
"""CircleCI's limit of jobs that one matrix makes."""


def _calls(jobs: Node) -> Iterator[_Call]:
    for entry in jobs.each():
        if entry.kind == "scalar":
            yield _Call(entry.text, entry.line)
        for key, body in entry.items():
            yield _Call(key.text, key.line, body)


def _requires(node: Node) -> dict[str, set[str]]:
    """The jobs that one waits for, each with the ends that let it go on (success, where none is said)."""
    found: dict[str, set[str]] = {}
    for entry in node.each():
        if entry.kind == "scalar":
            found[entry.text] = {"success"}
        for key, ends in entry.items():
            found[key.text] = set(ends.texts()) or {"success"}
            if "terminal" in found[key.text]:
                found[key.text] = {"success", "failed"}
    return found


def _branches_asked(condition: Node) -> tuple[str, ...]:
    """The branch that a `when` compares with the pipeline's, alone or as one of several that must all hold."""
    for part in (condition, *condition.get("and").each()):
        texts = part.get("equal").texts()
        plain = tuple(text for text in texts if "<<" not in text)
        if len(plain) == 1 and any("pipeline.git.branch" in text for text in texts):
            return plain
    return ()


def _own_triggers(call: _Call, triggers: tuple[Trigger, ...]) -> tuple[tuple[Trigger, ...] | None, bool]:
    """A job's filters: branches narrow pushes, tags add them, `ignore: /.*/` takes them away."""
    filters = call.body.get("filters")
    if not filters.is_map or not any(trigger.kind == "push" for trigger in triggers):
        return None, True
    only, ignore = filters.get("branches", "only").texts(), filters.get("branches", "ignore").texts()
    tags = filters.get("tags", "only").texts()
    found: list[Trigger] = []
    if not any(pattern in EVERY_NAME for pattern in ignore):
        plain = tuple(name for name in only if not name.startswith("/"))
        branches = plain if len(plain) == len(only) else ()
        found.append(Trigger("push", filters.line, branches=branches, branches_ignore=ignore))
    if tags:
        found.append(Trigger("tag", filters.line, tags=tags))
    return tuple(found), bool(found)


def _images(place: Node) -> list[str]:
    images = [entry.get("image").text for entry in place.get("docker").each()]
    return [image for image in images if image]


def _pairs(node: Node, around: _Around) -> Pairs:
    if node.is_list:
        return tuple((e.entries[0][0].text, around.fill(e.entries[0][1].text)) for e in node.children if e.entries)
    return tuple((key.text, around.fill(value.text)) for key, value in node.items())


def _folder(written: str) -> str:
    folder = re.sub(r"^~/(?:project|repo)/?", "", written).removeprefix("./").rstrip("/")
    return "" if folder.startswith("~") else folder
