"""Code pipelines and resources that AWS CDK code in TypeScript, JavaScript or Python defines.

The code is cut into calls by balanced brackets, with strings and comments known; nothing of it is run, and a value that is
computed stays unknown. A stage's actions become jobs that need the actions before them, as those of a template do.

Rules: docs.aws.amazon.com/cdk "aws-codepipeline", "aws-codepipeline-actions", "aws-codebuild".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.infrastructure.cdk_rules import pipeline_triggers, rules
from assessor.readers.infrastructure.cdk_source import PYTHON, QUOTED, SCRIPT, WORD, CutSource, MadeCall
from assessor.readers.infrastructure.resource_fields import unix
from assessor.readers.syntax import shell

MAX_TEXT = 300_000
"""Characters of a source file that are read; stacks that a person wrote are smaller."""
_MAX_ACTIONS = 200

_LIBRARY = re.compile(r"aws-cdk-lib|@aws-cdk/|\baws_cdk\b")
_STACK = re.compile(r"\bclass\s+(\w+)\s*(?:extends\s+(?:\w+\.)?(?:Stack|Stage)\b|\((?:\w+\.)*(?:Stack|Stage)\))")
_STAGE_NAME = re.compile(r"\b(?:stageName|stage_name)\s*[:=]\s*[\"'`]([^\"'`\n]*)[\"'`]")
_SPEC_FILE = re.compile(
    r"\b(?:fromSourceFilename|from_source_filename|fromAsset|from_asset)\(\s*[\"'`]([^\"'`\n]+)[\"'`]"
)
_COMMANDS = re.compile(r"\bcommands[\"']?\s*[:=]\s*\[([^\]]{0,5000})\]")
_EVENTS = ("S3SourceAction", "EcrSourceAction")


ENDINGS = (".ts", ".js", ".mjs", ".py")


def matches(path: str) -> bool:
    """Sources of the three languages; `read` looks for the library first."""
    return path.endswith((".ts", ".js", ".mjs", ".py")) and not path.endswith(".d.ts")


def read(path: str, text: str) -> FileFacts:
    """The pipelines as workflows, and the stacks and low-level constructs as resources of the system `cdk`."""
    if len(text) > MAX_TEXT or not uses_cdk(text):
        return EMPTY
    source = _Source(unix(text), PYTHON if path.endswith(".py") else SCRIPT)
    return FileFacts(workflows=tuple(source.workflows()), resources=tuple(source.resources()))


def uses_cdk(text: str) -> bool:
    """The library's name stands in the text; most sources do not get beyond the first look, which is far quicker."""
    return ("aws-cdk" in text or "aws_cdk" in text) and _LIBRARY.search(text) is not None


class _Source(CutSource):
    """What the calls of a source define."""

    def resources(self) -> Iterator[Resource]:
        """Stacks, and constructs that stand for one resource each (`sagemaker.CfnEndpoint`): kind is the last word."""
        for found in _STACK.finditer(self.blank):
            yield Resource("cdk", "Stack", found[1], self.line(found.start()))
        for call in self.calls:
            if call.last.startswith("Cfn") and call.last[3:4].isupper() and call.last not in _NO_RESOURCES:
                yield Resource("cdk", call.last, self.first_text(call), call.line, self._captures(call))
            elif call.last in _WATCHES and "cloudwatch" in self.text:
                kind = "Dashboard" if call.last == "Dashboard" else "Alarm"
                yield Resource("cdk", kind, self.first_text(call), call.line)
        yield from rules(self)

    def _captures(self, call: MadeCall) -> tuple[tuple[str, str, int], ...]:
        """The setting under which an endpoint keeps what it is asked."""
        if call.last != "CfnEndpointConfig" or not _CAPTURES.search(self.plain, call.opened, call.end):
            return ()
        return (("data_capture_config.enable_capture", "true", call.line),)

    # ---- pipelines ----

    def workflows(self) -> Iterator[Workflow]:
        """The pipelines, each with what its sources and the rules that name it start it by."""
        told = pipeline_triggers(self)
        for call, made in self._pipelines():
            yield replace(made, triggers=(*made.triggers, *told.get(call.variable, ())))

    def _pipelines(self) -> Iterator[tuple[MadeCall, Workflow]]:
        for call in self.calls:
            if call.last == "Pipeline" and self._is_code_pipeline(call):
                stages = list(self._stages(call))
                if stages:
                    yield call, self._workflow(call, stages)
            elif call.last == "CodePipeline" and self._is_cdk_pipeline(call):
                yield call, self._steps_workflow(call)

    def _is_cdk_pipeline(self, call: MadeCall) -> bool:
        """It is told how the app is synthesised; a rule's target of that name is not."""
        imported = self._has(
            r"aws-cdk-lib/pipelines|aws_cdk[\s\S]{0,400}\bpipelines\b|pipelines[\s\S]{0,400}aws-cdk-lib"
        )
        return imported and "synth" in self.words(call)

    def _has(self, pattern: str) -> bool:
        return re.compile(pattern).search(self.text) is not None

    def _steps_workflow(self, pipeline: MadeCall) -> Workflow:
        """A pipeline of CDK Pipelines: steps with commands, and stages that it deploys. The synthesis comes first; a step
        that another one is said to depend on comes before it, and so do a stage's steps before and after it."""
        sources = [c for c in self.calls if "CodePipelineSource." in c.name]
        triggers = tuple(Trigger("event" if c.last == "s3" else "push", c.line) for c in sources)
        made = [c for c in self.calls if c.last in ("ShellStep", "CodeBuildStep", "ManualApprovalStep")][:_MAX_ACTIONS]
        names = {c.variable: self._name_of(c) for c in made if c.variable}
        synths = (self._name_of(c) for c in made if pipeline.opened <= c.start < pipeline.end)
        first = next((name for variable, name in names.items() if variable in self.words(pipeline)), next(synths, ""))
        needs: dict[str, list[str]] = {self._name_of(c): [first] for c in made if first and self._name_of(c) != first}
        stages: list[tuple[str, MadeCall]] = []
        behind: list[str] = [first] if first else []
        for call in self.calls:
            head, _, last = call.name.rpartition(".")
            given = [names[word] for word in sorted(self.words(call) & names.keys())]
            if last in ("addStage", "add_stage") and head.rpartition(".")[2] == pipeline.variable:
                word = WORD.search(self.blank, call.opened, call.end)
                stages.append((f"stage {word[0] if word else len(stages) + 1}", call))
                needs.setdefault(stages[-1][0], []).extend(behind)  # stages are deployed one after the other
                needs[stages[-1][0]] += self._beside(call, "pre", names)
                after = self._beside(call, "post", names)
                for name in after:
                    needs.setdefault(name, []).append(stages[-1][0])
                behind = [stages[-1][0], *after]
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
        name = self.given(pipeline, "pipelineName", "pipeline_name") or pipeline.variable or "pipeline"
        return Workflow("codepipeline", name, pipeline.line, triggers, tuple(jobs), disabled="" if jobs else "no steps")

    def _beside(self, stage: MadeCall, key: str, names: dict[str, str]) -> list[str]:
        """The steps that are given to a stage as those before it or after it."""
        given = re.compile(rf"\b{key}\s*[:=]\s*\[([^\]]{{0,2000}})\]").search(self.blank, stage.opened, stage.end)
        return [names[word[0]] for word in WORD.finditer(given[1]) if word[0] in names] if given else []

    def _step_job(self, call: MadeCall, needs: tuple[str, ...]) -> Job:
        name = self._name_of(call)
        steps = tuple(self._inline(call.opened, call.end))
        return Job(name, call.line, needs=needs, steps=steps, approval=call.last == "ManualApprovalStep")

    def _name_of(self, call: MadeCall) -> str:
        """The first text of a step's arguments, else its variable."""
        return self.first_text(call) or call.variable or call.last

    def _is_code_pipeline(self, call: MadeCall) -> bool:
        head = call.name.rpartition(".")[0].replace("_", "")
        return head.endswith("codepipeline") or (not head and "codepipeline" in self.text)

    def _stages(self, pipeline: MadeCall) -> Iterator[tuple[str, int, int]]:
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

    def _workflow(self, pipeline: MadeCall, stages: list[tuple[str, int, int]]) -> Workflow:
        triggers: list[Trigger] = []
        jobs: list[Job] = []
        before: tuple[str, ...] = ()
        for stage, start, end in stages:
            done: list[tuple[int, str]] = []
            for action in self._actions(start, end):
                if action.last.endswith("SourceAction"):
                    triggers.append(self._trigger(action))
                    continue
                order = self.number(action, "runOrder", "run_order")
                name = f"{stage}/{self.given(action, 'actionName', 'action_name') or action.last}"
                needs = (*before, *(other for earlier, other in done if earlier < order))
                jobs.append(self._job(name, stage, needs, action))
                done.append((order, name))
            before = tuple(name for _, name in done) or before
            if len(jobs) > _MAX_ACTIONS:
                break
        name = self.given(pipeline, "pipelineName", "pipeline_name") or pipeline.variable or "pipeline"
        reason = "" if jobs else "no actions"
        return Workflow("codepipeline", name, pipeline.line, tuple(triggers), tuple(jobs), disabled=reason)

    def _actions(self, start: int, end: int) -> list[MadeCall]:
        """Actions made in a stage's text or in a function that it calls, and those made elsewhere whose variables it names."""
        made = [c for c in self.calls if c.last.endswith("Action")]
        inside = [c for c in made if start <= c.start < end]
        named = {word[0] for word in WORD.finditer(self.blank, start, end)}
        called = {c.last for c in self.calls if start <= c.start < end and not c.last.endswith("Action")}
        for body in filter(None, map(self.body, sorted(called))):
            inside += [c for c in made if body[0] <= c.start < body[1] and c not in inside]
        return sorted([*inside, *(c for c in made if c.variable in named and c not in inside)], key=lambda c: c.start)

    def _trigger(self, action: MadeCall) -> Trigger:
        if _LISTENS_TO_NOTHING.search(self.plain, action.opened, action.end):
            return Trigger("manual", action.line)
        if action.last in _EVENTS:
            return Trigger("event", action.line)
        branch = self.given(action, "branch")
        is_literal = branch and "$" not in branch
        return Trigger("push", action.line, branches=(branch,) if is_literal else ())

    def _job(self, name: str, stage: str, needs: tuple[str, ...], action: MadeCall) -> Job:
        kind = action.last.removesuffix("Action")
        category = next((word for word, marks in _CATEGORIES if any(mark in kind for mark in marks)), "build")
        provider = next((word for word in _PROVIDERS if word in kind.lower()), kind.lower())
        step = Step(name.partition("/")[2], action.line, f"codepipeline/{category}/{provider}")
        job = Job(name, action.line, needs=needs, steps=(step,), approval=category == "approval", stage=stage)
        return self._built(job, action) if "CodeBuild" in kind else job

    def _built(self, job: Job, action: MadeCall) -> Job:
        """The job with the build specification of its project: a file, or commands in the code."""
        named = {word[0] for word in WORD.finditer(self.blank, action.opened, action.end)}
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
            texts = [next(filter(None, q.groups()), "") for q in QUOTED.finditer(block[1])]
            whole = "\n".join(texts[:100])  # one shell runs them: a `cd` holds for those behind it
            commands = tuple(replace(c, line=line) for c in shell.parse(whole, line, True).commands)
            if commands:
                yield Step("build", line, commands=commands)


_LISTENS_TO_NOTHING = re.compile(
    r"\btrigger(?:OnPush|_on_push)?\s*[:=]\s*(?:(?:\w+\.){0,5}\w*Trigger\.NONE|false|False)\b"
)
"""A source whose changes start nothing (`triggerOnPush: false`, `trigger: CodeCommitTrigger.NONE`)."""
_WATCHES = ("Alarm", "Dashboard", "create_alarm", "createAlarm")
_CAPTURES = re.compile(r"\b(?:enable_capture|enableCapture)\s*[:=]\s*(?:True|true)\b")
_NO_RESOURCES = frozenset({"CfnOutput", "CfnParameter", "CfnMapping", "CfnCondition", "CfnInclude"})
_CATEGORIES = (
    ("approval", ("Approval",)),
    ("deploy", ("CloudFormation", "Deploy", "StackSet")),
    ("invoke", ("Lambda", "StepFunction")),
)
_PROVIDERS = ("cloudformation", "codebuild", "lambda", "ecs", "s3", "codedeploy", "approval")
