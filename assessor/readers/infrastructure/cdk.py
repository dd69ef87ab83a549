"""Code pipelines and resources that AWS CDK code in TypeScript, JavaScript or Python defines.

The code is cut into calls by balanced brackets, with strings and comments known; nothing of it is run, and a value that is
computed stays unknown. A stage's actions become jobs that need the actions before them, as those of a template do.

Rules: docs.aws.amazon.com/cdk "aws-codepipeline", "aws-codepipeline-actions", "aws-codebuild".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.infrastructure.resource_fields import unix
from assessor.readers.syntax import shell

MAX_TEXT = 300_000
"""Characters of a source file that are read; stacks that a person wrote are smaller."""
_MAX_CALLS = 3_000
_MAX_ACTIONS = 200

_LIBRARY = re.compile(r"aws-cdk-lib|@aws-cdk/|\baws_cdk\b")
_STRINGS = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_PYTHON = re.compile(rf"\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|#[^\n]*|{_STRINGS}")
_SCRIPT = re.compile(rf"//[^\n]*|/\*[\s\S]*?\*/|{_STRINGS}|`(?:[^`\\]|\\.)*`")
_CALL = re.compile(r"(?:\bnew\s+)?(?<![\w$])(?<![\w$]\.)([A-Za-z_$][\w$]*+(?>(?:\.[A-Za-z_$][\w$]*+)*))\s*+\(")
_ASSIGNED = re.compile(
    r"(?:\b(?:this|self)\.)?(?<![\w$])([A-Za-z_$][\w$]*+)\s*+(?::\s*+[\w.<>]++\s*+)?=\s*+(?:new\s++)?$"
)
_STACK = re.compile(r"\bclass\s+(\w+)\s*(?:extends\s+(?:\w+\.)?(?:Stack|Stage)\b|\((?:\w+\.)*(?:Stack|Stage)\))")
_TEXT = r"\s*[:=]\s*[\"'`]([^\"'`\n]*)[\"'`]"
_STAGE_NAME = re.compile(rf"\b(?:stageName|stage_name){_TEXT}")
_SPEC_FILE = re.compile(
    r"\b(?:fromSourceFilename|from_source_filename|fromAsset|from_asset)\(\s*[\"'`]([^\"'`\n]+)[\"'`]"
)
_COMMANDS = re.compile(r"\bcommands[\"']?\s*[:=]\s*\[([^\]]{0,5000})\]")
_QUOTED = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_EVENTS = ("S3SourceAction", "EcrSourceAction")


def matches(path: str) -> bool:
    """Sources of the three languages; `read` looks for the library first."""
    return path.endswith((".ts", ".js", ".mjs", ".py")) and not path.endswith(".d.ts")


def read(path: str, text: str) -> FileFacts:
    """The pipelines as workflows, and the stacks and low-level constructs as resources of the system `cdk`."""
    if len(text) > MAX_TEXT or not uses_cdk(text):
        return EMPTY
    source = _Source(unix(text), _PYTHON if path.endswith(".py") else _SCRIPT)
    return FileFacts(workflows=tuple(source.workflows()), resources=tuple(source.resources()))


def uses_cdk(text: str) -> bool:
    """The library's name stands in the text; most sources do not get beyond the first look, which is far quicker."""
    return ("aws-cdk" in text or "aws_cdk" in text) and _LIBRARY.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    start: int
    opened: int
    end: int
    variable: str
    line: int

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]


class _Source:
    def __init__(self, text: str, skipped: re.Pattern[str]) -> None:
        self.text = text
        self.blank = skipped.sub(_blanked, text)
        """The text with strings and comments blanked out, of the same length."""
        self.plain = skipped.sub(lambda m: m[0] if m[0][0] in "\"'`" and m[0][:3] not in _DOCS else _blanked(m), text)
        self.lines = [0, *(found.end() for found in re.finditer(r"\n", text))]
        self.calls = list(self._calls())

    def line(self, offset: int) -> int:
        return bisect_right(self.lines, offset)

    def _calls(self) -> Iterator[_Call]:
        closing = self._closing()
        for number, found in enumerate(_CALL.finditer(self.blank)):
            end = closing.get(found.end() - 1)
            if number >= _MAX_CALLS:
                return
            if end is not None:
                before = self.blank[max(0, found.start() - 120) : found.start()]
                assigned = _ASSIGNED.search(before)
                variable = assigned[1] if assigned else ""
                yield _Call(found[1], found.start(), found.end(), end, variable, self.line(found.start()))

    def _closing(self) -> dict[int, int]:
        """Where each round bracket closes."""
        found: dict[int, int] = {}
        open_at: list[int] = []
        for mark in re.finditer(r"[()]", self.blank):
            if mark[0] == "(":
                open_at.append(mark.start())
            elif open_at:
                found[open_at.pop()] = mark.start()
        return found

    def resources(self) -> Iterator[Resource]:
        """Stacks, and constructs that stand for one resource each (`sagemaker.CfnEndpoint`): kind is the last word."""
        for found in _STACK.finditer(self.blank):
            yield Resource("cdk", "Stack", found[1], self.line(found.start()))
        for call in self.calls:
            if call.last.startswith("Cfn") and call.last[3:4].isupper() and call.last not in _NO_RESOURCES:
                name = _QUOTED.search(self.plain, call.opened, call.end)
                yield Resource("cdk", call.last, next(filter(None, name.groups()), "") if name else "", call.line)

    # ---- pipelines ----

    def workflows(self) -> Iterator[Workflow]:
        for call in self.calls:
            if call.last == "Pipeline" and self._is_code_pipeline(call):
                stages = list(self._stages(call))
                if stages:
                    yield self._workflow(call, stages)
            elif call.last == "CodePipeline" and self._has(r"aws-cdk-lib/pipelines|aws_cdk[\s\S]{0,400}\bpipelines\b"):
                yield self._steps_workflow(call)

    def _has(self, pattern: str) -> bool:
        return re.compile(pattern).search(self.text) is not None

    def _steps_workflow(self, pipeline: _Call) -> Workflow:
        """A pipeline of CDK Pipelines: steps with commands, and stages that it deploys. The synthesis comes first; a step
        that another one is said to depend on comes before it, and so do a stage's steps before and after it."""
        sources = [c for c in self.calls if "CodePipelineSource." in c.name]
        triggers = tuple(Trigger("event" if c.last == "s3" else "push", c.line) for c in sources)
        made = [c for c in self.calls if c.last in ("ShellStep", "CodeBuildStep", "ManualApprovalStep")][:_MAX_ACTIONS]
        names = {c.variable: self._name_of(c) for c in made if c.variable}
        first = next((name for variable, name in names.items() if variable in self._words(pipeline)), "")
        needs: dict[str, list[str]] = {self._name_of(c): [first] for c in made if first and self._name_of(c) != first}
        stages: list[tuple[str, _Call]] = []
        behind: list[str] = [first] if first else []
        for call in self.calls:
            head, _, last = call.name.rpartition(".")
            given = [names[word] for word in sorted(self._words(call) & names.keys())]
            if last in ("addStage", "add_stage") and head.rpartition(".")[2] == pipeline.variable:
                word = _WORD.search(self.blank, call.opened, call.end)
                stages.append((f"stage {word[0] if word else len(stages) + 1}", call))
                needs.setdefault(stages[-1][0], []).extend(behind)  # stages are deployed one after the other
                behind = [stages[-1][0]]
            elif last in ("add_step_dependency", "addStepDependency") and head in names:
                needs.setdefault(names[head], []).extend(given)
            elif last in ("add_post", "addPost") and stages:
                behind += given
                for name in given:
                    needs.setdefault(name, []).append(stages[-1][0])
            elif last in ("add_pre", "addPre") and stages:
                needs[stages[-1][0]] += given
        jobs = [self._step_job(c, tuple(dict.fromkeys(needs.get(self._name_of(c), ())))) for c in made]
        for name, call in stages:
            step = Step("deploy", call.line, "codepipeline/deploy/cloudformation")
            jobs.append(Job(name, call.line, needs=tuple(dict.fromkeys(needs[name])), steps=(step,), stage=name))
        name = self._given(pipeline, "pipelineName", "pipeline_name") or pipeline.variable or "pipeline"
        return Workflow("codepipeline", name, pipeline.line, triggers, tuple(jobs), disabled="" if jobs else "no steps")

    def _step_job(self, call: _Call, needs: tuple[str, ...]) -> Job:
        name = self._name_of(call)
        steps = tuple(self._inline(call.opened, call.end))
        return Job(name, call.line, needs=needs, steps=steps, approval=call.last == "ManualApprovalStep")

    def _name_of(self, call: _Call) -> str:
        """The first text of a step's arguments, else its variable."""
        found = _QUOTED.search(self.plain, call.opened, call.end)
        return next(filter(None, found.groups()), "") if found else call.variable or call.last

    def _words(self, call: _Call) -> set[str]:
        return {word[0] for word in _WORD.finditer(self.blank, call.opened, call.end)}

    def _is_code_pipeline(self, call: _Call) -> bool:
        head = call.name.rpartition(".")[0].replace("_", "")
        return head.endswith("codepipeline") or (not head and "codepipeline" in self.text)

    def _stages(self, pipeline: _Call) -> Iterator[tuple[str, int, int]]:
        """(name, start, end) of each stage: written in the pipeline's own arguments, or added to its variable."""
        spans = [(pipeline.opened, pipeline.end)]
        names = {pipeline.variable} if pipeline.variable else {"pipeline"}
        for call in self.calls:
            head, _, last = call.name.rpartition(".")
            if last in ("addStage", "add_stage") and head.rpartition(".")[2] in names:
                spans.append((call.opened, call.end))
        for start, end in spans:
            marks = list(_STAGE_NAME.finditer(self.plain, start, end))
            for number, mark in enumerate(marks):
                stop = marks[number + 1].start() if number + 1 < len(marks) else end
                yield mark[1], (start if len(marks) == 1 else mark.start()), stop

    def _workflow(self, pipeline: _Call, stages: list[tuple[str, int, int]]) -> Workflow:
        triggers: list[Trigger] = []
        jobs: list[Job] = []
        before: tuple[str, ...] = ()
        for stage, start, end in stages:
            done: list[tuple[int, str]] = []
            for action in self._actions(start, end):
                if action.last.endswith("SourceAction"):
                    triggers.append(self._trigger(action))
                    continue
                order = self._number(action, "runOrder", "run_order")
                name = f"{stage}/{self._given(action, 'actionName', 'action_name') or action.last}"
                needs = (*before, *(other for earlier, other in done if earlier < order))
                jobs.append(self._job(name, stage, needs, action))
                done.append((order, name))
            before = tuple(name for _, name in done) or before
            if len(jobs) > _MAX_ACTIONS:
                break
        name = self._given(pipeline, "pipelineName", "pipeline_name") or pipeline.variable or "pipeline"
        reason = "" if jobs else "no actions"
        return Workflow("codepipeline", name, pipeline.line, tuple(triggers), tuple(jobs), disabled=reason)

    def _actions(self, start: int, end: int) -> list[_Call]:
        """Actions made in a stage's text, and those made elsewhere whose variables it names."""
        made = [c for c in self.calls if c.last.endswith("Action")]
        inside = [c for c in made if start <= c.start < end]
        named = {word[0] for word in _WORD.finditer(self.blank, start, end)}
        return sorted([*inside, *(c for c in made if c.variable in named and c not in inside)], key=lambda c: c.start)

    def _trigger(self, action: _Call) -> Trigger:
        if action.last in _EVENTS:
            return Trigger("event", action.line)
        branch = self._given(action, "branch")
        is_literal = branch and "$" not in branch
        return Trigger("push", action.line, branches=(branch,) if is_literal else ())

    def _job(self, name: str, stage: str, needs: tuple[str, ...], action: _Call) -> Job:
        kind = action.last.removesuffix("Action")
        category = next((word for word, marks in _CATEGORIES if any(mark in kind for mark in marks)), "build")
        provider = next((word for word in _PROVIDERS if word in kind.lower()), kind.lower())
        step = Step(name.partition("/")[2], action.line, f"codepipeline/{category}/{provider}")
        job = Job(name, action.line, needs=needs, steps=(step,), approval=category == "approval", stage=stage)
        return self._built(job, action) if "CodeBuild" in kind else job

    def _built(self, job: Job, action: _Call) -> Job:
        """The job with the build specification of its project: a file, or commands in the code."""
        named = {word[0] for word in _WORD.finditer(self.blank, action.opened, action.end)}
        projects = [c for c in self.calls if c.last.endswith("Project") and c.variable in named]
        spans = [(c.opened, c.end) for c in projects[:1]] or [(action.opened, action.end)]
        for start, end in spans:
            path = _SPEC_FILE.search(self.plain, start, end)
            if path:
                return replace(job, uses=path[1].removeprefix("./"))
            steps = tuple(self._inline(start, end))
            if steps:
                return replace(job, steps=(*job.steps, *steps))
        return replace(job, uses="buildspec.yml") if projects else job

    def _inline(self, start: int, end: int) -> Iterator[Step]:
        for block in _COMMANDS.finditer(self.plain, start, end):
            line = self.line(block.start())
            texts = [next(filter(None, q.groups()), "") for q in _QUOTED.finditer(block[1])]
            whole = "\n".join(texts[:100])  # one shell runs them: a `cd` holds for those behind it
            commands = tuple(replace(c, line=line) for c in shell.parse(whole, line, True).commands)
            if commands:
                yield Step("build", line, commands=commands)

    # ---- arguments ----

    def _given(self, call: _Call, *names: str) -> str:
        found = re.compile(rf"\b(?:{'|'.join(names)}){_TEXT}").search(self.plain, call.opened, call.end)
        return found[1] if found else ""

    def _number(self, call: _Call, *names: str) -> int:
        found = re.compile(rf"\b(?:{'|'.join(names)})\s*[:=]\s*(\d{{1,4}})").search(self.plain, call.opened, call.end)
        return int(found[1]) if found else 1


_DOCS = ('"""', "'''")
_NO_RESOURCES = frozenset({"CfnOutput", "CfnParameter", "CfnMapping", "CfnCondition", "CfnInclude"})
_CATEGORIES = (
    ("approval", ("Approval",)),
    ("deploy", ("CloudFormation", "Deploy", "StackSet")),
    ("invoke", ("Lambda", "StepFunction")),
)
_PROVIDERS = ("cloudformation", "codebuild", "lambda", "ecs", "s3", "codedeploy", "approval")


def _blanked(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
