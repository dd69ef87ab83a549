"""Jenkinsfiles, declarative and scripted: stages as jobs, shell steps as commands.

The Groovy is tokenised and bracketed, never run: names, strings and blocks are enough to see stages, steps and what
stands around them. What Groovy computes is not seen. A call of a function of another file (`x = load 'ci/build.groovy'`,
a step of a shared library) stays as a step with `uses`; the functions of Groovy files are jobs that only such steps call.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assessor.facts.commands import Command
from assessor.facts.file import FileFacts
from assessor.facts.workflow import LIBRARY, OF_DOCKERFILE, Job, Step, Trigger, Workflow
from assessor.readers.ci import conditions as ci_conditions
from assessor.readers.ci.groovy import (
    MAX_DEPTH,
    Arguments,
    Statement,
    Token,
    arguments_of,
    block_of,
    bound,
    bracketed,
    flattened,
    given_to,
    head_of,
    inner_statements,
    joined_string,
    statements_of,
    text_of,
    tokenised,
    tokens_below,
    up_to_end,
)
from assessor.readers.ci.script import MAX_SCRIPT, Piece, one_script

_NAME = re.compile(
    r"(?:^|/)(?:[^/]*[._-])?jenkinsfile(?:[._-][^/]*)?$|\.jenkinsfile$|(?:^|/)jenkinsfiles?/[^/]+$", re.IGNORECASE
)
_OTHER_FILES = (".md", ".rst", ".txt", ".png", ".svg", ".yml", ".yaml", ".json", ".py", ".sh", ".adoc", ".lock")

_MAX_STEPS = 5_000
_MAX_WORDS = 60
"""Tokens of the arguments of one step."""

Pairs = tuple[tuple[str, str], ...]


def matches(path: str) -> bool:
    return _is_pipeline(path) or path.endswith(".groovy")


def _is_pipeline(path: str) -> bool:
    lower = path.lower()
    return "jenkinsfile" in lower and bool(_NAME.search(path)) and not lower.endswith(_OTHER_FILES)


def read(path: str, text: str) -> FileFacts:
    """Return the pipeline; an empty file or one whose brackets do not match is a problem. Of another Groovy file, its
    functions that have steps."""
    if not _is_pipeline(path):
        return _functions(path, text) if "sh" in text else FileFacts()
    if not text.strip():
        return FileFacts(problems=((1, "empty Jenkinsfile"),))
    tokens = tokenised(text)
    tree, problem = bracketed(tokens)
    statements = statements_of(tree)
    workflow = _Reader(path, _loaded(tokens)).workflow(statements)
    problems = ((problem, "a bracket is not closed"),) if problem else ()
    if not workflow.jobs and problem:
        return FileFacts(problems=problems)
    return FileFacts(workflows=(workflow,), problems=problems)


WHEN_LOADED = "load"
"""Names what a Groovy file does as soon as it is loaded."""


def _functions(path: str, text: str) -> FileFacts:
    """The functions of a Groovy file as jobs that a pipeline calls: `inputs` has their parameters with the defaults."""
    tokens = tokenised(text)
    statements = statements_of(bracketed(tokens)[0])
    loaded = _loaded(tokens)
    functions = _defined_in(statements)
    jobs = []
    for name, function in functions.items():
        if steps := _Reader(path, loaded, functions).steps(inner_statements(function.body)):
            jobs.append(Job(name, function.body.line, steps=steps, inputs=function.parameters))
    rest = [each for each in statements if not _defined(each) and head_of(each) != "return"]
    if steps := _Reader(path, loaded, functions).steps(rest):
        jobs.append(Job(WHEN_LOADED, 1, steps=steps))
    if not jobs:
        return FileFacts()
    return FileFacts(workflows=(Workflow(LIBRARY, path, 1, triggers=(Trigger("call", 1),), jobs=tuple(jobs)),))


@dataclass(frozen=True, slots=True)
class _Function:
    """A function of Groovy: its body, its parameters with their defaults, and how many tokens it has."""

    body: Token
    parameters: Pairs
    size: int


def _defined_in(statements: Iterable[Statement]) -> dict[str, _Function]:
    """The functions that these statements define, by name."""
    found = {}
    for name, body, parameters in filter(None, map(_defined, statements)):
        found[name] = _Function(body, _parameters_of(parameters), sum(1 for _ in tokens_below(body)))
    return found


def _parameters_of(group: Token) -> Pairs:
    """The names of a function's parameters, each with the text that it has where it is not given."""
    found: list[tuple[str, str]] = []
    for part in arguments_of((group,)).plain:
        names = [token.text for token in part if token.kind == "name"]
        equals = next((i for i, token in enumerate(part) if token.text == "="), len(part))
        default = joined_string(part[equals + 1 :])
        named = [token.text for token in part[:equals] if token.kind == "name"]
        if names and named:
            found.append((named[-1], default.text if default else ""))
    return tuple(found)


def _loaded(tokens: Sequence[Token]) -> dict[str, str]:
    """Variables for what a file of the repository defines, with its path: `x = load 'ci/build.groovy'`."""
    found: dict[str, str] = {}
    words = [token for token in tokens if token.kind != "newline" and token.text != "("]
    for name, equals, load, given in zip(words, words[1:], words[2:], words[3:], strict=False):
        if name.kind == "name" and equals.text == "=" and load.text == "load" and given.kind == "text":
            found[name.text] = re.sub(r"^\$(?:WORKSPACE|PWD)/|^\./", "", given.text)
    return found


# ---- the pipeline ----


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a step: folder, variables, condition, and whether its failure is caught."""

    cwd: str = ""
    env: Pairs = ()
    condition: str = ""
    can_fail: bool = True
    anyway: bool = False
    on_failure: bool = False


Matrix = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(slots=True)
class _Stage:
    """A stage while it is read."""

    name: str
    line: int
    needs: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    condition: str = ""
    triggers: tuple[Trigger, ...] | None = None
    paths: tuple[str, ...] = ()
    """Files of which one must have changed."""
    image: str = ""
    env: Pairs = ()
    approval: bool = False
    can_fail: bool = True
    is_active: bool = True
    matrix: Matrix = ()


TRANSPARENT = frozenset(
    [
        "steps",
        "script",
        "node",
        "timestamps",
        "ansiColor",
        "timeout",
        "retry",
        "withCredentials",
        "sshagent",
        "withDockerRegistry",
        "container",
        "podTemplate",
        "waitUntil",
        "lock",
        "withMaven",
        "configFileProvider",
        "wrap",
        "stages",
        "pipeline",
        "options",
        "withAWS",
        "withKubeConfig",
        "docker.withRegistry",
        "throttle",
        "nodejs",
        "tee",
        "withVault",
        "echo",
        "each",
        "eachWithIndex",
        "finally",
        "for",
        "while",
        "else",
    ]
)
_SHELLS = {"sh": "sh", "bat": "cmd", "powershell": "pwsh", "pwsh": "pwsh"}
_CATCHING = frozenset({"catchError", "warnError"})
WITHOUT_EFFECT = frozenset(
    [
        "echo",
        "print",
        "println",
        "checkout",
        "git",
        "stash",
        "unstash",
        "deleteDir",
        "cleanWs",
        "error",
        "sleep",
        "input",
        "junit",
        "archiveArtifacts",
        "readFile",
        "writeFile",
        "readJSON",
        "readYaml",
        "fileExists",
        "load",
        "library",
        "properties",
        "isUnix",
        "milestone",
        "build",
        "parallel",
        "stage",
        "def",
        "return",
        "if",
        "try",
        "currentBuild.result",
        "tools",
        "agent",
        "when",
        "environment",
        "post",
        "triggers",
        "parameters",
        "options",
        "import",
        "publishHTML",
        "step",
        "dir",
        "withEnv",
        "pwd",
        "tool",
        "string",
        "booleanParam",
        "choice",
        "credentials",
        "usernamePassword",
        "cron",
        "pollSCM",
        "upstream",
        "buildDiscarder",
        "logRotator",
        "disableConcurrentBuilds",
        "skipDefaultCheckout",
        "throw",
        "while",
        "for",
        "switch",
        "case",
        "break",
        "assert",
        "new",
    ]
)


class _Reader:
    def __init__(
        self, path: str, loaded: Mapping[str, str] | None = None, functions: dict[str, _Function] | None = None
    ) -> None:
        self.path = path
        self.loaded = loaded or {}
        self.triggers: list[Trigger] = []
        self.env: Pairs = ()
        self.image = ""
        self.stages: list[_Stage] = []
        self.count = 0
        self.loose = _Stage("pipeline", 1)
        """What stands outside of all stages."""
        self.functions = functions or {}
        self.defaults: Pairs = ()
        """Parameters with what they are where nobody sets them, as `params.NAME`."""

    def workflow(self, statements: list[Statement]) -> Workflow:
        self.functions = _defined_in(statements)
        self._walk(statements, self.loose, _Around(), (), 0)
        stages = ([self.loose] if self.loose.steps else []) + self.stages
        triggers = tuple(self.triggers) or (Trigger("server", 1),)
        jobs = tuple(self._job(stage, triggers) for stage in _renamed(stages))
        active = any(job.is_active for job in jobs)
        return Workflow(
            "jenkins",
            self.path,
            1,
            triggers=triggers,
            jobs=jobs,
            env=self.env,
            disabled="" if active else "no stage with steps",
        )

    def steps(self, statements: list[Statement]) -> tuple[Step, ...]:
        """All steps of these statements, of whatever stage."""
        self._walk(statements, self.loose, _Around(), (), 0)
        return tuple(step for stage in (self.loose, *self.stages) for step in stage.steps)

    def _job(self, stage: _Stage, triggers: tuple[Trigger, ...]) -> Job:
        own = _fitting(stage.triggers, triggers)
        if stage.paths:
            own = tuple(replace(trigger, paths=stage.paths) for trigger in (triggers if own is None else own))
        return Job(
            id=stage.name,
            line=stage.line,
            needs=stage.needs,
            condition=stage.condition,
            steps=tuple(stage.steps),
            image=stage.image or self.image,
            env=stage.env,
            matrix=stage.matrix,
            can_fail=stage.can_fail,
            approval=stage.approval,
            is_active=stage.is_active and bool(stage.steps) and own != (),
            triggers=own,
            stage=stage.name,
            anyway=stage.needs if any(step.anyway for step in stage.steps) and stage.name == "post" else (),
        )

    # ---- walking ----

    def _walk(
        self, statements: Iterable[Statement], stage: _Stage, around: _Around, needs: tuple[str, ...], depth: int
    ) -> tuple[str, ...]:
        """Read statements into `stage`; nested stages become stages of their own. Returns what the next waits for."""
        for statement in statements:
            self.count += 1
            head = head_of(statement)
            if self.count > _MAX_STEPS or depth > MAX_DEPTH:
                break
            if head == "return":
                self._simple(statement, stage, around)
                for block in self._called(statement):
                    self._walk(inner_statements(block), stage, around, needs, depth + 1)
                break
            if head in ("error", "throw") and around.can_fail and not around.condition:
                failing = (Command(("exit", "1"), statement[0].line),)
                stage.steps.append(_around(Step(head, statement[0].line, commands=failing), around))
                break
            needs = self._statement(statement, stage, around, needs, depth)
        return needs

    def _statement(
        self, statement: Statement, stage: _Stage, around: _Around, needs: tuple[str, ...], depth: int
    ) -> tuple[str, ...]:
        head = head_of(statement)
        if head == "stage" and block_of(statement):
            return self._stage(statement, around, needs, depth)
        if head in ("parallel", "matrix"):
            return self._parallel(statement, stage, around, needs, depth)
        if head in _DIRECTIVES:
            _DIRECTIVES[head](self, statement, stage, around)
            return needs
        if head == "if":
            return self._if(statement, stage, around, needs, depth)
        if head == "try":
            return self._try(statement, stage, around, needs, depth)
        if head in _SILENT or _defined(statement):
            return needs
        inside = self._entered(head, statement, around)
        self._simple(statement, stage, inside)
        for block in (*self._called(statement), *_closures(statement)):
            needs = self._walk(inner_statements(block), stage, inside, needs, depth + 1)
        return needs

    def _called(self, statement: Statement) -> Iterator[Token]:
        """The bodies of the file's own functions that the statement calls, with what it gives them."""
        flat = flattened(statement)
        for index, token in enumerate(flat[:-1]):
            if token.kind == "name" and token.text in self.functions and flat[index + 1].text == "(":
                function = self.functions[token.text]
                self.count += 1 + function.size // 50
                if self.count > _MAX_STEPS:
                    return
                given = given_to(function.parameters, self._given(arguments_of(flat[index + 1 : index + 2])))
                yield bound(function.body, given) if given else function.body

    def _entered(self, head: str, statement: Statement, around: _Around) -> _Around:
        """What holds inside a block such as dir('x') { … }."""
        if block_of(statement) is None:
            return around
        arguments = arguments_of(statement[1:])
        if head == "dir":
            return replace(around, cwd=_below(around.cwd, arguments.text("path")))
        if head == "withEnv":
            return replace(around, env=around.env + tuple(_assignments(statement)))
        if head in _CATCHING:
            return replace(around, can_fail=False)
        return around

    def _stage(self, statement: Statement, around: _Around, needs: tuple[str, ...], depth: int) -> tuple[str, ...]:
        block = block_of(statement)
        name = arguments_of(statement[1:]).text("name") or f"stage {len(self.stages) + 1}"
        made = _Stage(name, statement[0].line, needs, condition=around.condition, can_fail=around.can_fail)
        position = len(self.stages)
        inside = replace(around, condition="", can_fail=True)
        after = self._walk(inner_statements(block), made, inside, needs, depth + 1)
        nested = self.stages[position:]
        for inner in nested:
            _inherit(inner, made)
        if made.steps or not nested:
            self.stages.insert(position, made)
            return tuple(dict.fromkeys((*(after if nested else ()), _key(made))))
        return after

    def _parallel(
        self, statement: Statement, stage: _Stage, around: _Around, needs: tuple[str, ...], depth: int
    ) -> tuple[str, ...]:
        """Branches: stages of a block, or `name: { … }` arguments. All wait for the same, what follows for all."""
        after: list[str] = []
        block = block_of(statement)
        branches = arguments_of(statement[1:]).named
        closures = [(name, block_of(value)) for name, value in branches if block_of(value)]
        if closures:
            for name, closure in closures:
                made = _Stage(name, closure.line if closure else 1, needs)
                position = len(self.stages)
                after += self._walk(inner_statements(closure), made, around, (), depth + 1)
                if made.steps or len(self.stages) == position:
                    self.stages.insert(position, made)
                    after.append(_key(made))
        else:
            position = len(self.stages)
            for inner in inner_statements(block):
                after += [n for n in self._statement(inner, stage, around, needs, depth + 1) if n not in needs]
            for made in self.stages[position:]:
                made.matrix = (*_axes(block), *made.matrix)
        return tuple(dict.fromkeys(after)) or needs

    def _if(
        self, statement: Statement, stage: _Stage, around: _Around, needs: tuple[str, ...], depth: int
    ) -> tuple[str, ...]:
        condition = text_of(statement[1].parts) if len(statement) > 1 and statement[1].kind == "group" else ""
        truth = ci_conditions.truth(ci_conditions.parse(condition))
        otherwise = next((i for i, t in enumerate(statement) if t.kind == "name" and t.text == "else"), len(statement))
        if True in truth:
            joined = f"{around.condition} && {condition}" if around.condition else condition
            inside = replace(around, condition=joined)
            body = block_of(statement[2:otherwise])
            inner = inner_statements(body) if body else [statement[2:otherwise]]
            needs = self._walk(inner, stage, inside, needs, depth + 1)
        if False in truth and otherwise < len(statement):
            rest = statement[otherwise + 1 :]
            chained = head_of(rest) == "if" or block_of(rest) is None
            inside = replace(around, condition=f"!({condition})")
            needs = self._walk([rest] if chained else inner_statements(block_of(rest)), stage, inside, needs, depth + 1)
        return needs

    def _try(
        self, statement: Statement, stage: _Stage, around: _Around, needs: tuple[str, ...], depth: int
    ) -> tuple[str, ...]:
        """A catch that neither throws nor fails the build swallows what the try does."""
        catches = [i for i, t in enumerate(statement) if t.kind == "name" and t.text == "catch"]
        swallows = any(not _raises(block_of(statement, i)) for i in catches)
        needs = self._walk(
            inner_statements(block_of(statement)),
            stage,
            replace(around, can_fail=around.can_fail and not swallows),
            needs,
            depth + 1,
        )
        for index, token in enumerate(statement):
            if token.kind == "name" and token.text in ("catch", "finally"):
                is_catch = token.text == "catch"
                inside = replace(around, condition="failure") if is_catch else replace(around, anyway=True)
                inside = replace(inside, on_failure=around.on_failure or is_catch)
                needs = self._walk(inner_statements(block_of(statement, index)), stage, inside, needs, depth + 1)
        return needs

    # ---- steps ----

    def _simple(self, statement: Statement, stage: _Stage, around: _Around) -> None:
        """Shell steps anywhere in the statement (`def x = sh(…)`), an input, or a shared library's step."""
        head = head_of(statement)
        self._constant(statement)
        flat = flattened(statement)
        for index, token in enumerate(flat):
            if token.kind == "name" and token.text in _SHELLS:
                self._shell(token, flat[index + 1 : index + 1 + _MAX_WORDS], stage, around)
        self._docker(flat, stage, around)
        self._of_loaded(flat, stage, around)
        if head == "input" or (head == "def" and any(t.text == "input" and t.kind == "name" for t in statement)):
            stage.approval = True
        self._known_step(head, statement, stage, around)

    def _constant(self, statement: Statement) -> None:
        """`name = 'text'` tells what `$name` in a command means; the first one counts."""
        words = [token for token in statement if token.text not in ("def", "String", "final")]
        if len(words) == 3 and words[1].text == "=" and words[2].kind == "text" and words[0].kind == "name":
            name = words[0].text.removeprefix("env.")
            if name not in dict(self.env):
                self.env += ((name, words[2].text),)

    def _shell(self, token: Token, rest: Sequence[Token], stage: _Stage, around: _Around) -> None:
        arguments = arguments_of(up_to_end(rest))
        script = joined_string(arguments.get("script") or (arguments.plain[0] if arguments.plain else ()))
        self.count += 1
        if script is None or self.count > _MAX_STEPS:
            return
        keeps_going = any(t.text == "true" for t in arguments.get("returnStatus"))
        commands = _shell_commands(script, _SHELLS[token.text])
        step = Step(
            name=token.text,
            line=token.line,
            commands=tuple(replace(c, swallowed=True) for c in commands) if keeps_going else commands,
            script=script.text[:MAX_SCRIPT],
            cwd=around.cwd,
            env=around.env,
            condition=around.condition,
            can_fail=around.can_fail,
            anyway=around.anyway,
            on_failure=around.on_failure,
        )
        stage.steps.append(step)

    def _docker(self, flat: Sequence[Token], stage: _Stage, around: _Around) -> None:
        """`docker.build('name', 'options')` and `image.push('tag')` of the Docker plugin, as the commands they run."""
        for index, token in enumerate(flat):
            if token.kind != "name" or not token.text.endswith((".build", ".push")):
                continue
            given = up_to_end(flat[index + 1 : index + 1 + _MAX_WORDS])
            is_call = bool(given) and given[0].text == "(" and given[0].kind == "group"
            words = [value.text for part in arguments_of(given).plain if (value := joined_string(part))]
            argv: tuple[str, ...] = ()
            if token.text == "docker.build" and words:
                argv = ("docker", "build", "-t", words[0], *(words[1].split() if len(words) > 1 else (".",)))
            elif token.text.endswith(".push") and (is_call or words) and not token.text.startswith("git"):
                argv = ("docker", "push", *words)
            if argv:
                commands = (Command(argv, token.line),)
                step = Step(token.text, token.line, commands=commands, cwd=around.cwd, condition=around.condition)
                stage.steps.append(_around(step, around))

    def _of_loaded(self, flat: Sequence[Token], stage: _Stage, around: _Around) -> None:
        """Functions of other files of this repository that the statement calls, and what a file does when it is loaded."""
        for index, token in enumerate(flat[:-1]):
            name, _, method = token.text.rpartition(".") if token.kind == "name" else ("", "", "")
            given = flat[index + 1]
            path = self.loaded.get(name)
            if token.text == "load" and token.kind == "name":
                loads = {flat[index + n].text for n in (1, 2) if index + n < len(flat)} & set(self.loaded.values())
                path, method, given = next(iter(loads), None), WHEN_LOADED, Token("group", "(", token.line)
            if path and given.kind == "group" and given.text == "(":
                inputs = self._given(arguments_of((given,)))
                step = Step(token.text, token.line, uses=f"{path}@{method}", inputs=inputs, cwd=around.cwd)
                stage.steps.append(_around(replace(step, env=around.env, condition=around.condition), around))

    def _given(self, arguments: Arguments) -> Pairs:
        """The arguments of a function: by number, and by their names those that have some."""
        texts = [(str(number), value) for number, value in enumerate(arguments.plain, start=1)]
        return tuple((name, self._text(value)) for name, value in (*texts, *arguments.named))

    def _text(self, value: Sequence[Token]) -> str:
        """The text of an argument, as far as it is known; a variable stays one."""
        text = joined_string(value)
        if text is not None:
            return text.text
        name = value[0].text.rpartition(".")[2] if len(value) == 1 and value[0].kind == "name" else "UNKNOWN"
        return name if name.isdecimal() or name in ("true", "false") else dict(self.env).get(name, f"${name}")

    def _known_step(self, head: str, statement: Statement, stage: _Stage, around: _Around) -> None:
        """A step of a plugin or a shared library: its name and its named arguments."""
        is_call = len(statement) > 1 and (
            statement[1].kind in ("text",) or (statement[1].kind == "group" and statement[1].text == "(")
        )
        named = len(statement) > 2 and statement[1].kind == "name" and statement[2].text == ":"
        if not head or head in _SHELLS or head in TRANSPARENT or (head in WITHOUT_EFFECT and head != "build"):
            return
        if head in self.functions or head.rpartition(".")[0] in self.loaded:
            return
        if not (is_call or named) or head in _CATCHING or head.startswith(("currentBuild", "env.", "params.")):
            return
        arguments = arguments_of(statement[1:])
        inputs = tuple((key, text_of(value)) for key, value in arguments.named)
        plain = arguments.text()
        inputs += (("", plain),) if plain and not inputs else ()
        inputs += tuple(pair for pair in self._given(arguments)[1:] if pair[0].isdecimal())
        step = Step(head, statement[0].line, uses=head, inputs=inputs, cwd=around.cwd, env=around.env)
        stage.steps.append(_around(replace(step, condition=around.condition), around))

    # ---- directives ----

    def _triggers_of(self, statement: Statement, stage: _Stage, around: _Around) -> None:
        for inner in inner_statements(block_of(statement)):
            head, arguments = head_of(inner), arguments_of(inner[1:])
            line = inner[0].line
            if head in ("cron", "parameterizedCron"):
                self.triggers += _crons("schedule", arguments.text("spec", "parameterizedSpecification"), line)
            elif head == "pollSCM":
                self.triggers += _crons("poll", arguments.text("scmpoll_spec", "spec"), line)
            elif head == "upstream":
                names = tuple(name.strip() for name in arguments.text("upstreamProjects").split(",") if name.strip())
                self.triggers.append(Trigger("workflow_run", line, sources=names))
            elif head in ("githubPush", "gitlab", "bitbucketPush", "bitBucketTrigger"):
                self.triggers.append(Trigger("push", line))
            elif head:
                self.triggers.append(Trigger("webhook", line, types=(head,)))

    def _properties(self, statement: Statement, stage: _Stage, around: _Around) -> None:
        """Scripted: properties([pipelineTriggers([cron('…')])])."""
        flat = flattened(statement)
        for index, token in enumerate(flat):
            if token.kind == "name" and token.text in ("cron", "pollSCM"):
                spec = arguments_of(flat[index + 1 :][:1]).text("spec", "scmpoll_spec")
                self.triggers += _crons("schedule" if token.text == "cron" else "poll", spec, token.line)

    def _agent(self, statement: Statement, stage: _Stage, around: _Around) -> None:
        for inner in inner_statements(block_of(statement)):
            image = ""
            if head_of(inner) == "docker":
                image = arguments_of(inner[1:]).text("image")
                settings = [
                    arguments_of(each[1:]).text()
                    for each in inner_statements(block_of(inner))
                    if head_of(each) == "image"
                ]
                image = next(iter(settings), image)
            elif head_of(inner) == "dockerfile":
                image = _of_dockerfile(inner)
            if image and stage is self.loose:
                self.image = image
            elif image:
                stage.image = image

    def _parameters(self, statement: Statement, stage: _Stage, around: _Around) -> None:
        for inner in inner_statements(block_of(statement)):
            arguments = arguments_of(inner[1:])
            name, default = arguments.text("name"), text_of(arguments.get("defaultValue")).strip("'\"")
            if name and head_of(inner) in ("booleanParam", "string") and (default or head_of(inner) == "booleanParam"):
                self.defaults += ((f"params.{name}", default or "false"),)

    def _environment(self, statement: Statement, stage: _Stage, around: _Around) -> None:
        found: list[tuple[str, str]] = []
        for inner in inner_statements(block_of(statement)):
            if len(inner) > 2 and inner[1].text == "=" and inner[0].kind == "name":
                value = joined_string(inner[2:])
                found.append((inner[0].text, value.text if value and inner[2].kind == "text" else ""))
        if stage is self.loose:
            self.env += tuple(found)
        else:
            stage.env += tuple(found)

    def _post(self, statement: Statement, stage: _Stage, around: _Around) -> None:
        """Steps after a stage, or after all stages as a job of their own."""
        is_last = stage is self.loose
        into = _Stage("post", statement[0].line, tuple(_key(s) for s in self.stages)) if is_last else stage
        for inner in inner_statements(block_of(statement)):
            condition = head_of(inner)
            inside = replace(
                around,
                condition="" if condition == "always" else condition,
                anyway=condition not in _AFTER_SUCCESS,
                on_failure=condition in _AFTER_FAILURE,
            )
            for each in inner_statements(block_of(inner)):
                self._statement(each, into, inside, (), 1)
        if is_last and into.steps:
            self.stages.append(into)

    def _input(self, statement: Statement, stage: _Stage, around: _Around) -> None:
        stage.approval = True

    def _when(self, statement: Statement, stage: _Stage, around: _Around) -> None:
        block = block_of(statement)
        if block is None:
            return
        stage.condition = text_of(block.parts)[:500]
        kinds: set[str] | None = None
        for inner in inner_statements(block):
            limited = _limited(inner, (*((f"env.{name}", value) for name, value in self.env), *self.defaults))
            if limited == set():
                stage.is_active = False
            if limited is not None:
                kinds = limited if kinds is None else kinds & limited
        if kinds is not None:
            stage.triggers = tuple(_narrowed(kind, block) for kind in sorted(kinds))
        stage.paths = _changed_paths(block)


_AFTER_SUCCESS = frozenset({"success", "fixed"})
_AFTER_FAILURE = frozenset({"failure", "unsuccessful", "unstable", "aborted", "regression"})
"""Conditions of a `post` section; the others (always, cleanup, changed) hold however the stage has ended."""


def _axes(block: Token | None) -> Matrix:
    """The axes of a `matrix`: `axes { axis { name 'X'; values 'a', 'b' } }`."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for statement in inner_statements(block):
        for axis in inner_statements(block_of(statement)) if head_of(statement) == "axes" else ():
            said = {head_of(part): arguments_of(part[1:]) for part in inner_statements(block_of(axis))}
            if "name" in said and "values" in said:
                values = (joined_string(value) for value in said["values"].plain)
                found.append((said["name"].text(), tuple(value.text for value in values if value)))
    return tuple(found)


def _around(step: Step, around: _Around) -> Step:
    return replace(step, can_fail=around.can_fail, anyway=around.anyway, on_failure=around.on_failure)


_DIRECTIVES = {
    "triggers": _Reader._triggers_of,
    "properties": _Reader._properties,
    "agent": _Reader._agent,
    "environment": _Reader._environment,
    "parameters": _Reader._parameters,
    "post": _Reader._post,
    "input": _Reader._input,
    "when": _Reader._when,
}
_SILENT = frozenset({"options", "tools", "libraries", "import", "class", "enum"})


def _closures(statement: Statement) -> Iterator[Token]:
    """The blocks of a statement, also those among its arguments: `branches.put(name, { … })`."""
    return (token for token in flattened(statement) if token.kind == "group" and token.text == "{")


def _defined(statement: Statement) -> tuple[str, Token, Token] | None:
    """The name, body and parameters of a function that the statement defines: `def make(target) { … }`."""
    for index in range(1, min(len(statement) - 2, 5)):
        before, name, arguments, body = statement[index - 1 : index + 3]
        is_function = before.kind == name.kind == "name" and arguments.text == "(" and body.text == "{"
        if is_function and arguments.kind == body.kind == "group" and before.text not in ("return", "new", "else"):
            return name.text, body, arguments
    return None


def _limited(statement: Statement, constants: Pairs = ()) -> set[str] | None:
    """The trigger kinds that one condition of a `when` leaves; None where it limits none, empty where never true.

    `constants`: what variables (`env.X`) and parameters (`params.X`) are where nobody sets them; a parameter that a person
    may set leaves `manual`."""
    head = head_of(statement)
    if head in ("expression", "equals", "environment"):
        possible = _possible(statement, head, constants)
        if True in possible:
            return None
        by_hand = any(name.startswith("params.") for name in _names_in(statement))
        return {"manual"} if by_hand and True in _possible(statement, head, ()) else set()
    if head in ("allOf", "anyOf", "not"):
        return _joined_limits(head, inner_statements(block_of(statement)), constants)
    if head == "branch":
        return {"push", "poll", "schedule", "server", "webhook", "workflow_run"}
    if head in ("tag", "buildingTag"):
        return {"tag", "server"}
    if head == "changeRequest":
        return {"pull_request", "server"}
    if head == "triggeredBy":
        cause = arguments_of(statement[1:]).text("cause").lower()
        for part, kind in (("timer", "schedule"), ("user", "manual"), ("upstream", "workflow_run"), ("scm", "poll")):
            if part in cause:
                return {kind}
    return None


def _joined_limits(head: str, inner: list[Statement], constants: Pairs) -> set[str] | None:
    """What `allOf`, `anyOf` and `not` leave."""
    if head == "not":
        kind = head_of(inner[0]) if inner else ""
        judged = kind in ("expression", "equals", "environment")
        return set() if judged and False not in _possible(inner[0], kind, constants) else None
    parts = [_limited(each, constants) for each in inner]
    known = [each for each in parts if each is not None]
    if head == "allOf":
        return set.intersection(*known) if known else None
    return set.union(*known) if parts and len(known) == len(parts) else None


def _possible(statement: Statement, head: str, constants: Pairs) -> ci_conditions.Truth:
    """Which truth values a condition can have."""
    given = dict(constants)
    if head == "expression":
        block = block_of(statement)
        text = re.sub(r"^\s*return\s+", "", text_of(block.parts)) if block else ""
        known = {name.lower(): ci_conditions.Known((_typed(value),)) for name, value in constants}
        parsed = ci_conditions.parse(text)
        return ci_conditions.truth(parsed, lambda name: known.get(name, ci_conditions.UNKNOWN))
    arguments = arguments_of(statement[1:])
    if head == "environment":
        value = given.get(f"env.{arguments.text('name')}")
        asked = arguments.text("value")
        return ci_conditions.EITHER if value is None or not asked else frozenset({value == asked})
    expected, actual = (text_of(arguments.get(word)) for word in ("expected", "actual"))
    sides = [given.get(text, text) for text in (expected, actual)]
    fixed = all(
        re.fullmatch(r"[\w.'\" -]{1,60}", side) and not side.startswith(("params.", "env.", "current"))
        for side in sides
    )
    return frozenset({sides[0].strip("'\"") == sides[1].strip("'\"")}) if fixed and all(sides) else ci_conditions.EITHER


def _typed(value: str) -> str | bool:
    return value == "true" if value in ("true", "false") else value


def _names_in(statement: Statement) -> list[str]:
    return [token.text for token in flattened(statement) if token.kind == "name"]


def _changed_paths(block: Token) -> tuple[str, ...]:
    """The patterns of `changeset` where the stage waits for one of them; none where it may run without."""
    found: list[str] = []
    for inner in inner_statements(block):
        head = head_of(inner)
        if head == "changeset":
            found.append(arguments_of(inner[1:]).text("pattern", "glob"))
        elif head == "allOf" and (body := block_of(inner)):
            found += _changed_paths(body)
        elif head == "anyOf":
            parts = inner_statements(block_of(inner))
            if parts and all(head_of(part) == "changeset" for part in parts):
                found += [arguments_of(part[1:]).text("pattern", "glob") for part in parts]
    return tuple(pattern for pattern in found if pattern)


def _narrowed(kind: str, block: Token) -> Trigger:
    branches = tuple(
        text
        for each in inner_statements(block)
        if head_of(each) == "branch" and (text := arguments_of(each[1:]).text("pattern"))
    )
    return Trigger(kind, block.line, branches=branches)


def _fitting(limits: tuple[Trigger, ...] | None, triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...] | None:
    """The pipeline's triggers that a stage's `when` lets pass; None where all of them."""
    if limits is None:
        return None
    kinds = {limit.kind: limit for limit in limits}
    kept = tuple(
        replace(trigger, branches=kinds[trigger.kind].branches or trigger.branches)
        for trigger in triggers
        if trigger.kind in kinds
    )
    if not kept and set(kinds) == {"manual"}:
        return (limits[0],)
    return None if kept == triggers else kept


def _inherit(inner: _Stage, outer: _Stage) -> None:
    """A nested stage runs under its parent's conditions and in its agent."""
    inner.condition = " && ".join(filter(None, (outer.condition, inner.condition)))
    inner.image = inner.image or outer.image
    inner.env = outer.env + inner.env
    inner.approval = inner.approval or outer.approval
    inner.is_active = inner.is_active and outer.is_active
    inner.can_fail = inner.can_fail and outer.can_fail
    inner.triggers = inner.triggers if inner.triggers is not None else outer.triggers
    inner.paths = inner.paths or outer.paths


def _of_dockerfile(statement: Statement) -> str:
    """`dockerfile true` and `dockerfile { filename 'x'; dir 'y' }`: the agent is made from the file.

    Rule: jenkins.io/doc/book/pipeline/syntax, "agent"."""
    said = {head_of(each): arguments_of(each[1:]).text() for each in inner_statements(block_of(statement))}
    return OF_DOCKERFILE + posixpath.join(said.get("dir") or "", said.get("filename") or "Dockerfile")


def _key(stage: _Stage) -> str:
    return f"{stage.name}\n{stage.line}"


def _renamed(stages: Sequence[_Stage]) -> list[_Stage]:
    """Give stages of one name different ids, and turn `needs` from keys into ids."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for stage in stages:
        name = stage.name if stage.name not in taken else f"{stage.name} (line {stage.line})"
        taken.add(name)
        ids[_key(stage)] = name
    return [
        replace(stage, name=ids[_key(stage)], needs=tuple(ids[n] for n in dict.fromkeys(stage.needs) if n in ids))
        for stage in stages
    ]


def _raises(block: Token | None) -> bool:
    """Does a catch block fail the build again?"""
    if block is None:
        return False
    names = {token.text for token in tokens_below(block) if token.kind == "name"}
    texts = {token.text for token in tokens_below(block) if token.kind == "text"}
    return bool(names & {"throw", "error", "unstable"}) or (
        "currentBuild.result" in names and bool(texts & {"FAILURE", "ABORTED"})
    )


def _assignments(statement: Statement) -> Iterator[tuple[str, str]]:
    for token in flattened(statement):
        if token.kind == "text" and "=" in token.text:
            name, _, value = token.text.partition("=")
            yield name, value


def _crons(kind: str, spec: str, line: int) -> list[Trigger]:
    """A trigger for each cron line of the spec; Jenkins' H counts as any value."""
    lines = [each.strip().partition("%")[0].strip() for each in spec.split("\n")]
    plain = [each for each in lines if each and not each.startswith(("#", "TZ="))]
    return [
        Trigger(kind, line, cron=each, is_active=each.startswith(("@", "$")) or len(each.split()) == 5)
        for each in plain
    ]


def _below(base: str, folder: str) -> str:
    folder = folder.removeprefix("./").rstrip("/")
    return f"{base}/{folder}" if base and not folder.startswith(("/", "$")) else folder


def _shell_commands(script: Token, shell: str) -> tuple[Command, ...]:
    """Jenkins starts `sh -xe`, without -e where the script begins with `#!`."""
    first = script.text.lstrip().split("\n", 1)[0]
    stops = shell == "sh" and (not first.startswith("#!") or re.search(r"\s-[a-z]*e", first) is not None)
    return one_script([Piece(script.text, script.lines)], stops or shell == "pwsh")
