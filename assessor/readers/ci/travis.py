"""Travis CI: `.travis.yml`. Each entry of `jobs.include` becomes a job that waits for the stages before it.

Schedules are set on the server, so only a job whose `if` asks for `type = cron` counts as scheduled.
Rules: docs.travis-ci.com, "Job lifecycle" and "Conditional builds".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assessor.facts.file import FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci import conditions as ci_conditions
from assessor.readers.ci.script import EVERY_NAME, Allowance, commands, load_bounded, pieces, script_text
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_BEFORE = ("before_install", "install", "before_script")
_AFTER = ("before_deploy", "deploy", "after_deploy")
_NEVER_FAIL = ("after_success", "after_failure", "after_script")
_TYPES = {"push": "push", "pull_request": "pull_request", "cron": "schedule", "api": "webhook"}
_MAX_JOBS = 500

Pairs = tuple[tuple[str, str], ...]


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return path.rpartition("/")[2] in (".travis.yml", ".travis.yaml")


def read(path: str, text: str) -> FileFacts:
    """Return the one workflow of the file."""
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    if not root.is_map:
        return FileFacts(problems=((1, "a Travis configuration is a map"),))
    triggers = _triggers(root)
    jobs = tuple(_jobs(_File(root, text.splitlines(), triggers, Allowance())))
    disabled = "" if path == ".travis.yml" else "wrong place: Travis reads .travis.yml at the root only"
    if not any(job.is_active for job in jobs):
        disabled = disabled or "no script"
    return FileFacts(workflows=(Workflow("travis", path, root.line, triggers, jobs, disabled=disabled),))


def _triggers(root: Node) -> tuple[Trigger, ...]:
    branches = root.get("branches")
    only = branches.get("only").texts() if branches.is_map else branches.texts()
    plain = tuple(name for name in only if not name.startswith("/"))
    named = plain if len(plain) == len(only) else ()
    line = next((key.line for key, _ in root.items() if key.text == "branches"), root.line)
    kinds = ("push", "pull_request")
    unless = tuple("**" if name in EVERY_NAME else name for name in branches.get("except").texts())
    found = [Trigger(k, line, branches=named, branches_ignore=unless) for k in kinds]
    conditions = [node.text for path, node in root.walk() if path.rpartition(".")[2] == "if"]
    if any(re.search(r"\btype\s*+(?:=|IN\s*+\([^)]{0,200}?)\s*+cron\b", text[:500]) for text in conditions):
        found.append(Trigger("schedule", line))
    return _of_type(root.get("if").text, tuple(found)) if root.get("if") else tuple(found)


def _of_type(condition: str, triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    """The triggers that `type = cron`, `type IN (push, api)`, `type != pull_request` or `branch = main` leave."""
    kept, condition = triggers, condition[:500]
    if not re.search(r"\bOR\b", condition, re.IGNORECASE):
        for operator, words in re.findall(
            r"\btype\s*+(=|!=|IN|NOT IN)\s*+(\w++|\([^)]{0,200}\))", condition, re.IGNORECASE
        ):
            kinds = {_TYPES[word] for word in re.findall(r"\w+", words) if word in _TYPES}
            wanted = operator.upper() in ("=", "IN")
            kept = tuple(trigger for trigger in kept if (trigger.kind in kinds) == wanted)
        if re.search(r"\btag\s+IS\s+(?:present|NOT\s+blank)", condition, re.IGNORECASE):
            kept = tuple(replace(trigger, kind="tag", branches=()) for trigger in kept if trigger.kind == "push")
        elif named := re.findall(r"(?<!NOT )\bbranch\s*=\s*([\w./-]+)", condition):
            kept = tuple(replace(trigger, branches=(named[0],)) for trigger in kept)
    return kept if True in ci_conditions.truth(ci_conditions.parse(_in_common_words(condition))) else ()


_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|!=|=~|[=()~,]|[^\s=()~,!'\"]+|!")
_JOINING = {"and": "&&", "or": "||", "not": "!", "=": "==", "true": "true", "false": "false"}
_ATTRIBUTES = frozenset(
    ["branch", "tag", "type", "sender", "fork", "repo", "head_repo", "head_branch", "commit_message", "os", "dist"]
)


def _in_common_words(condition: str) -> str:
    """A condition of Travis in the grammar of `conditions`: `branch = main AND type = push`."""
    found = []
    for word in _WORD.findall(condition):
        lower = word.lower()
        plain = lower in _JOINING or word in ("!=", "=~", "(", ")", ",", "!") or word[0] in "'\""
        found.append(_JOINING.get(lower, word) if plain or lower in _ATTRIBUTES else f"'{word}'")
    return " ".join(found)


@dataclass(frozen=True, slots=True)
class _File:
    """What holds for all jobs."""

    root: Node
    source: Sequence[str]
    triggers: tuple[Trigger, ...]
    allowance: Allowance

    def steps(self, entry: Node) -> tuple[Step, ...]:
        return tuple(_steps(self.root, entry, self.source, self.allowance))


_EXPANDED = ("env", "python", "julia", "r", "node_js", "jdk", "scala", "go", "rust", "ruby")
"""Keys that make jobs of their own beside those of `jobs.include`."""


def _jobs(file: _File) -> Iterator[Job]:
    root = file.root
    group = root.get("jobs") or root.get("matrix")
    includes = [entry for entry in group.get("include").each() if entry.is_map][:_MAX_JOBS]
    allowed = [entry for entry in group.get("allow_failures").each() if entry.is_map]
    line = next((key.line for key, _ in root.items() if key.text == "script"), root.line)
    done: list[str] = []
    if not includes or any(root.get(word) for word in _EXPANDED):
        steps = file.steps(NOTHING)
        matrix = _matrix(root)
        yield Job("test", line, steps=steps, env=_env(root), matrix=matrix, is_active=bool(steps), stage="test")
        done.append("test")
    stage, before = "test", list[str]()
    for number, entry in enumerate(includes):
        name = entry.get("stage").get("name").text or entry.get("stage").text or stage
        if name != stage:
            stage, before = name, list(done)
        job_id = f"{entry.get('name').text or name} {number + 1}"
        yield replace(_job(job_id, entry, file, allowed), needs=tuple(before), stage=name)
        done.append(job_id)


def _job(job_id: str, entry: Node, file: _File, allowed: Sequence[Node]) -> Job:
    condition = entry.get("if").text
    own = _of_type(condition, file.triggers) if condition else file.triggers
    steps = file.steps(entry)
    return Job(
        id=job_id,
        line=entry.line,
        name=entry.get("name").text,
        condition=condition,
        steps=steps,
        env=_env(file.root) + _env(entry),
        can_fail=not any(_fits(entry, rule) for rule in allowed),
        is_active=bool(steps) and own != (),
        triggers=None if own == file.triggers else own,
    )


def _fits(entry: Node, rule: Node) -> bool:
    return bool(rule.items()) and all(entry.get(key.text).text == value.text for key, value in rule.items())


_PAIR = re.compile(r"(?<!\w)(\w++)=(\S++)")
_LISTS = ("jobs", "matrix")
"""Keys of `env` below which each text makes a job of its own."""


def _env(node: Node) -> Pairs:
    """The variables of a job. Of a list of texts, each of which makes a job, those that are the same in all."""
    env = node.get("env")
    texts = (*(env.texts() if not env.is_map else ()), *env.get("global").texts())
    varies = {name for name, _ in _matrix(node)}
    pairs = [(name, value.strip("\"'")) for text in texts for name, value in _PAIR.findall(text)]
    return tuple((name, value) for name, value in pairs if name not in varies)


def _matrix(node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The variables that the texts of `env` give different values."""
    env = node.get("env")
    texts = [text for word in _LISTS for text in env.get(word).texts()] if env.is_map else list(env.texts())
    found: dict[str, dict[str, None]] = {}
    for name, value in (pair for text in texts[:_MAX_JOBS] for pair in _PAIR.findall(text)):
        found.setdefault(name, {})[value.strip("\"'")] = None
    return tuple((name, tuple(values)) for name, values in found.items() if len(values) > 1 or env.is_map)


def _steps(root: Node, entry: Node, source: Sequence[str], allowance: Allowance) -> Iterator[Step]:
    """One step a phase; a job's own phase replaces the file's, and `skip` drops it."""
    phases = [
        (phase, entry.get(phase) or root.get(phase))
        for phase in (*_BEFORE, "script", *_NEVER_FAIL[:2], *_AFTER, _NEVER_FAIL[2])
    ]
    shell = [
        (phase, allowance.take(pieces(node, source)))
        for phase, node in phases
        if phase != "deploy" and node.text not in ("skip", "true", "false")
    ]
    parsed = iter(commands([part for _, parts in shell for part in parts], stops_on_error=True))
    by_phase = {phase: (parts, [next(parsed) for _ in parts]) for phase, parts in shell}
    for phase, node in phases:
        if phase == "deploy":
            yield from _deployments(node, source)
        elif by_phase.get(phase, ([], []))[0]:
            parts, found = by_phase[phase]
            yield Step(
                name=phase,
                line=parts[0].lines[0],
                commands=tuple(command for each in found for command in each),
                script=script_text(parts),
                condition="failure" if phase == "after_failure" else "",
                on_failure=phase == "after_failure",
                anyway=phase == "after_script",
                can_fail=phase not in _NEVER_FAIL,
            )


def _deployments(node: Node, source: Sequence[str]) -> Iterator[Step]:
    for entry in node.each():
        provider = entry.get("provider").text
        if not provider:
            continue
        inputs = tuple((key.text, value.text) for key, value in entry.items() if value.kind == "scalar")
        on = entry.get("on")
        condition = ", ".join(f"{key.text}: {value.text}" for key, value in on.items())
        step = Step(f"deploy {provider}", entry.line, uses=provider, inputs=inputs, condition=condition)
        if provider == "script":
            parts = pieces(entry.get("script"), source)
            found = tuple(command for each in commands(parts) for command in each)
            step = replace(step, uses="", inputs=(), commands=found, script=script_text(parts))
        yield step
