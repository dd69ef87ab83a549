"""GitLab CI: `.gitlab-ci.yml` and the files that it includes.

Extends, `!reference`, `default` and stage order are resolved within the file. What stands in an included file is left
to whoever knows both: a local include is a job that `uses` it, hidden jobs are kept as inactive jobs, and an `extends`
or `!reference` that this file cannot resolve is a step whose `uses` is `FILE@JOB`.
Rules: docs.gitlab.com, "CI/CD YAML syntax reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci import conditions as ci_conditions
from assessor.readers.ci import job_order
from assessor.readers.ci.conditions import UNKNOWN, Known, Situation
from assessor.readers.ci.script import Allowance, Piece, commands, load_bounded, pieces, script_text
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_ROOT = ".gitlab-ci.yml"
_KEYWORDS = frozenset(
    [
        "default",
        "include",
        "stages",
        "variables",
        "workflow",
        "image",
        "services",
        "before_script",
        "after_script",
        "cache",
        "spec",
        "pages_",
    ]
)
_SECTIONS = ("before_script", "script", "after_script")
_INHERITED = ("image", "services", "before_script", "after_script", "retry", "tags", "interruptible", "timeout")
_MAX_JOBS = 1_000
_MAX_EXTENDS = 11
"""GitLab refuses more levels of extends (docs: "up to eleven levels")."""
_MAX_MERGED = 5_000
_MANY_JOBS = 300
_DEFAULT_STAGES = ("build", "test", "deploy")

Pairs = tuple[tuple[str, str], ...]


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    """The root's `.gitlab-ci.yml`, files named like it, and YAML below a `.gitlab` folder or one called after CI."""
    lower = path.lower()
    if not lower.endswith((".yml", ".yaml")):
        return False
    folders, _, name = lower.rpartition("/")
    return "gitlab-ci" in name or any(
        f in (".gitlab", ".gitlab-ci", "gitlab", "gitlab-ci", "ci", ".ci") for f in folders.split("/")
    )


def read(path: str, text: str) -> FileFacts:
    """Return the pipeline; an included file's trigger is a call. A file that holds no job is no pipeline."""
    is_root = path == _ROOT
    try:
        documents = load_bounded(text)
    except YamlProblem as problem:
        named = "gitlab-ci" in path.lower()
        return FileFacts(problems=((problem.line, problem.reason),)) if named else EMPTY
    body = documents[-1] if documents else NOTHING  # a document before it is the `spec` of a component
    if not body.is_map:
        return EMPTY
    if not is_root and not any(_is_job(key, value) for key, value in body.items()):
        return EMPTY
    return FileFacts(workflows=(_Pipeline(path, body, text.splitlines(), is_root).workflow(),))


def _is_job(key: Node, body: Node) -> bool:
    if not body.is_map or key.text in _KEYWORDS:
        return False
    return any(body.get(word) for word in ("script", "trigger", "extends", "before_script")) or (
        key.text.startswith(".") and any(body.get(word) for word in ("rules", "image", "stage", "only", "variables"))
    )


# ---- extends and !reference ----


@dataclass(frozen=True, slots=True)
class _Merged:
    """A job's keys after extends: each with its key node and value, and the names that this file does not have."""

    entries: Mapping[str, tuple[Node, Node]]
    missing: tuple[str, ...] = ()

    def get(self, *keys: str) -> Node:
        first = self.entries.get(keys[0])
        return first[1].get(*keys[1:]) if first else NOTHING


def _deep(base: Node, over: Node, budget: list[int]) -> Node:
    """Merge maps key by key; everything else is replaced (docs, "extends: merge details")."""
    budget[0] -= 1
    if not (base.is_map and over.is_map) or budget[0] <= 0:
        return over
    entries = {key.text: (key, value) for key, value in base.items()}
    for key, value in over.items():
        entries[key.text] = (key, _deep(entries[key.text][1], value, budget) if key.text in entries else value)
    index = {name: value for name, (_, value) in entries.items()}
    return Node("map", over.line, entries=tuple(entries.values()), _index=index)


# ---- triggers ----

_SOURCES = {
    "push": "push",
    "merge_request_event": "merge_request",
    "schedule": "schedule",
    "web": "manual",
    "api": "webhook",
    "trigger": "webhook",
    "pipeline": "pipeline",
    "parent_pipeline": "call",
    "external_pull_request_event": "pull_request",
    "chat": "comment",
}
"""Trigger kinds of the values of CI_PIPELINE_SOURCE."""

_ONLY_WORDS = {
    "branches": ("push", "schedule"),
    "tags": ("tag",),
    "pushes": ("push", "tag"),
    "merge_requests": ("merge_request",),
    "schedules": ("schedule",),
    "web": ("manual",),
    "triggers": ("webhook",),
    "api": ("webhook",),
    "pipelines": ("pipeline",),
    "external_pull_requests": ("pull_request",),
    "chat": ("comment",),
}
_EMPTY_BRANCH = frozenset({"tag", "merge_request"})


def _situation(kind: str, source: str, variables: Mapping[str, str]) -> Situation:
    """What is known of the predefined variables in a pipeline of this kind, and of those that the file sets."""
    known = {"$ci_pipeline_source": Known((source,))}
    is_merge = kind == "merge_request"
    known["$ci_commit_tag"] = Known(prefixes=("",)) if kind == "tag" else Known(("",))
    known["$ci_commit_branch"] = Known(("",)) if kind in _EMPTY_BRANCH else Known(prefixes=("",))
    merge = Known(prefixes=("",)) if is_merge else Known(("",))
    for key in ("iid", "id", "source_branch_name", "target_branch_name", "event_type", "title", "labels"):
        known[f"$ci_merge_request_{key}"] = merge if key not in ("labels", "event_type") or not is_merge else UNKNOWN
    for name in ("$ci_default_branch", "$ci_commit_ref_name", "$ci_commit_ref_slug", "$ci_commit_sha"):
        known[name] = Known(prefixes=("",))
    if kind not in ("schedule", "manual", "webhook", "pipeline", "call"):  # these may bring values of their own
        known |= {f"${name.lower()}": Known((value,)) for name, value in variables.items() if "$" not in value}
    return lambda name: known.get(name, UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Chance:
    """A kind of pipeline that may be created, with its value of CI_PIPELINE_SOURCE."""

    kind: str
    source: str


_DEFAULT_CHANCES = (_Chance("push", "push"), _Chance("tag", "push"))
_MERGE_CHANCE = _Chance("merge_request", "merge_request_event")


@dataclass(slots=True)
class _Outcome:
    """What a job's rules leave: its triggers, those that wait for a person, and whether it may fail."""

    triggers: list[Trigger] = field(default_factory=list)
    manual: list[Trigger] = field(default_factory=list)
    allowed_to_fail: list[bool] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    whens: set[str] = field(default_factory=set)
    """How the rules that may hold let the job run: on_success, always, on_failure, manual, delayed."""


def _by_rules(rules: Node, chances: Iterable[_Chance], variables: Mapping[str, str], job_when: str) -> _Outcome:
    """Go through the rules in order; the first that holds decides for its kind of pipeline."""
    outcome, waiting = _Outcome(), list(chances)
    for rule in rules.each()[:200]:
        condition, when = rule.get("if").text, rule.get("when").text or job_when
        parsed = ci_conditions.parse(condition) if condition else None
        decided: list[_Chance] = []
        for chance in waiting:
            truth = ci_conditions.truth(parsed, _situation(chance.kind, chance.source, variables))
            truth = truth if condition else ci_conditions.YES
            if True not in truth:
                continue
            if when != "never":
                _take(outcome, rule, chance, condition, when)
            if False not in truth and not rule.get("changes") and not rule.get("exists"):
                decided.append(chance)
        if condition and when != "never" and condition not in outcome.conditions:
            outcome.conditions.append(condition)
        waiting = [chance for chance in waiting if chance not in decided]
    return outcome


def _take(outcome: _Outcome, rule: Node, chance: _Chance, condition: str, when: str) -> None:
    changes = rule.get("changes")
    paths = changes.get("paths").texts() if changes.is_map else changes.texts()
    branches = _branches(condition) if chance.kind in ("push", "merge_request") else ()
    kind = "manual" if when == "manual" else chance.kind
    exists = rule.get("exists")
    wanted = exists.get("paths").texts() if exists.is_map else exists.texts()
    wanted = () if exists.get("project") else wanted  # files of another repository
    trigger = Trigger(kind, rule.line, branches=branches, paths=paths, exists=wanted)
    into = outcome.manual if when == "manual" else outcome.triggers
    outcome.whens.add(when)
    if trigger not in into:
        into.append(trigger)
        outcome.allowed_to_fail.append(rule.get("allow_failure").is_true)


_BRANCH_TEST = re.compile(
    r"""\$CI_(?:COMMIT_BRANCH|COMMIT_REF_NAME|MERGE_REQUEST_TARGET_BRANCH_NAME)\s*==\s*(?:"([^"$]+)"|'([^'$]+)')"""
)


def _branches(condition: str) -> tuple[str, ...]:
    """Branches named by equality, where every alternative of the condition names one."""
    found = []
    for alternative in condition.split("||"):
        match = _BRANCH_TEST.search(alternative)
        if match is None:
            return ()
        found.append(match.group(1) or match.group(2))
    return tuple(found)


_NAMED_SOURCE = re.compile(r"CI_PIPELINE_SOURCE\s*(?:==|=~)\s*(\"[^\"]*\"|'[^']*'|/[^/]*/)")


def _named_chances(conditions: Iterable[str], words: Iterable[str]) -> list[_Chance]:
    """Pipelines that a server setting or a person starts: they count where some condition names them."""
    texts = " ".join(match.group(1) for condition in conditions for match in _NAMED_SOURCE.finditer(condition[:2_000]))
    sources = [source for source in _SOURCES if re.search(rf"\b{source}\b", texts)]
    found = [_Chance(_SOURCES[source], source) for source in sources]
    reverse = {kind: source for source, kind in reversed(_SOURCES.items())}
    found += [
        _Chance(kind, reverse[kind])
        for word in words
        for kind in _ONLY_WORDS.get(word, ())
        if word not in ("branches", "tags")
    ]
    return [chance for chance in dict.fromkeys(found) if chance.kind not in ("push", "tag", "merge_request")]


def _only_except(only: Node, unless: Node, line: int, chances: Sequence[_Chance]) -> list[Trigger]:
    """The old `only` and `except`: refs by word, by name or by pattern, and `changes`."""
    words = _refs(only) if only else ()
    words = words or ("branches", "tags")
    changes = only.get("changes").texts()
    kinds: dict[str, list[str]] = {}
    for word in words:
        name = word.partition("@")[0]
        if name in _ONLY_WORDS:
            possible = {chance.kind for chance in chances}
            kinds |= {kind: [] for kind in _ONLY_WORDS[name] if kind != "schedule" or kind in possible}
        elif name.startswith("/"):
            kinds.setdefault("push", [])
        else:
            kinds.setdefault("push", []).append(name)
    dropped = {kind for word in _refs(unless) for kind in _ONLY_WORDS.get(word, ())}
    conditions = only.get("variables").texts()
    if conditions and all(True not in ci_conditions.truth(ci_conditions.parse(text)) for text in conditions):
        return []
    at = only.line if only else line
    return [Trigger(k, at, branches=tuple(b), paths=changes) for k, b in kinds.items() if k not in dropped]


def _refs(node: Node) -> tuple[str, ...]:
    return node.get("refs").texts() if node.is_map else node.texts()


# ---- the pipeline ----


class _Pipeline:
    """One file, read once."""

    def __init__(self, path: str, root: Node, source: Sequence[str], is_root: bool) -> None:
        self.path, self.root, self.source, self.is_root = path, root, source, is_root
        self.bodies = {k.text: (k, v) for k, v in root.items() if v.is_map and k.text not in _KEYWORDS}
        self.local, self.remote = _includes(root.get("include"))
        self.variables = _variables(root.get("variables"))
        self.budget = [_MAX_MERGED]
        self.allowance = Allowance()
        self.merged: dict[str, _Merged] = {}
        self.rules = root.get("workflow", "rules")
        self.chances = self._chances()

    def _chances(self) -> list[_Chance]:
        conditions, words = [], []
        for path, node in self.root.walk():
            if path.endswith(".if"):
                conditions.append(node.text)
            elif ".only" in path and node.kind == "scalar":
                words.append(node.text)
        return [*_DEFAULT_CHANCES, _MERGE_CHANCE, *_named_chances(conditions, words)]

    def workflow(self) -> Workflow:
        triggers = self._triggers()
        jobs = [
            self._job(key, value, triggers) for key, value in self.root.items()[:_MAX_JOBS] if self._is_one(key, value)
        ]
        refused = "" if self.local or self.remote or not self.is_root else self._refused(jobs)
        jobs = self._staged(jobs)
        jobs += [Job(f"include {name}", line, uses=name.lstrip("/")) for name, line in self.local]
        jobs += [Job(f"include {name}", line, steps=(Step(name, line, uses=name),)) for name, line in self.remote]
        disabled = "" if any(job.is_active for job in jobs) or not self.is_root else "no active job"
        return Workflow(
            "gitlab",
            self.path,
            self.root.line,
            triggers=triggers,
            jobs=tuple(jobs),
            env=tuple(self.variables.items()),
            stages=self.root.get("stages").texts(),
            includes=tuple(self.local),
            disabled=disabled or refused or ("" if triggers else "the workflow's rules allow no pipeline"),
        )

    def _refused(self, jobs: Sequence[Job]) -> str:
        """Why GitLab takes the file for wrong: a job in a stage, or needing a job, that there is not."""
        live = [job for job in jobs if job.is_active]
        stages = {".pre", ".post", *(self.root.get("stages").texts() or _DEFAULT_STAGES)}
        if any(job.stage not in stages and "$" not in job.stage for job in live):
            return "a job stands in a stage that does not exist"
        return job_order.wrong_order(live, (job.id for job in jobs))

    def _is_one(self, key: Node, value: Node) -> bool:
        return key.text in self.bodies and _is_job(key, value)

    def _triggers(self) -> tuple[Trigger, ...]:
        if not self.is_root:
            return (Trigger("call", self.root.line),)
        if self.rules:
            outcome = _by_rules(self.rules, self.chances, self.variables, "on_success")
            return tuple(outcome.triggers)
        kinds = [chance for chance in self.chances if chance.kind in ("push", "tag", "schedule")]
        return tuple(Trigger(chance.kind, self.root.line) for chance in kinds)

    # ---- one job ----

    def _merge(self, name: str, depth: int = 0) -> _Merged:
        """A job with all that it extends, parents first."""
        if name in self.merged:
            return self.merged[name]
        _, body = self.bodies[name]
        entries: dict[str, tuple[Node, Node]] = {}
        missing: list[str] = []
        self.merged[name] = _Merged({})  # a circle ends here
        for parent in body.get("extends").texts():
            if parent not in self.bodies or depth > _MAX_EXTENDS:
                missing.append(parent)
                continue
            above = self._merge(parent, depth + 1)
            missing += above.missing
            self._lay(entries, above.entries.values())
        self._lay(entries, body.items())
        self.merged[name] = _Merged(entries, tuple(dict.fromkeys(missing)))
        return self.merged[name]

    def _lay(self, entries: dict[str, tuple[Node, Node]], over: Iterable[tuple[Node, Node]]) -> None:
        for key, value in over:
            old = entries.get(key.text)
            entries[key.text] = (key, _deep(old[1], value, self.budget) if old else value)

    def _with_defaults(self, merged: _Merged) -> _Merged:
        inherit = merged.get("inherit", "default")
        entries = dict(merged.entries)
        for word in _INHERITED:
            if word in entries or inherit.is_false or (inherit.is_list and word not in inherit.texts()):
                continue
            for place in (self.root.get("default"), self.root):
                found = next(((k, v) for k, v in place.items() if k.text == word), None)
                if found:
                    entries[word] = found
                    break
        return _Merged(entries, merged.missing)

    def _job(self, key: Node, body: Node, triggers: tuple[Trigger, ...]) -> Job:
        own = self._merge(key.text)
        hidden = key.text.startswith(".")
        merged = own if hidden else self._with_defaults(own)
        outcome = self._outcome(merged, key.line, triggers)
        when = merged.get("when").text
        is_manual = when == "manual" if outcome is None else bool(outcome.manual) and not outcome.triggers
        own_triggers = None if outcome is None else tuple(outcome.triggers + outcome.manual)
        steps = (*self._foreign_steps(own), *self._steps(merged))
        uses, more = _child_pipelines(merged.get("trigger"))
        return Job(
            id=key.text,
            line=key.line,
            needs=_needs(merged.get("needs")) + _needs(merged.get("dependencies")) if merged.get("needs") else (),
            condition=_condition(outcome, when),
            steps=(*steps, *more),
            environment=merged.get("environment", "name").text or merged.get("environment").text,
            image=_image(merged.get("image")),
            services=tuple(filter(None, (_image(s) for s in merged.get("services").each()))),
            uses=uses,
            inputs=_inputs(merged.get("trigger"), merged.get("variables")),
            env=tuple(_variables(merged.get("variables")).items()),
            matrix=_matrix(merged.get("parallel", "matrix")),
            can_fail=_can_fail(merged, outcome, when),
            manual=is_manual,
            is_active=not hidden and when != "never" and own_triggers != () and bool(steps or uses),
            triggers=own_triggers if when != "never" else (),
            extends=own.missing,
            keys=tuple(own.entries) if own.missing or hidden or self.local or not self.is_root else (),
            stage=merged.get("stage").text or "test",
            on_failure=_whens(outcome, when) == {"on_failure"},
            anyway=_ANYWAY if "always" in _whens(outcome, when) else (),
        )

    def _outcome(self, merged: _Merged, line: int, triggers: tuple[Trigger, ...]) -> _Outcome | None:
        """The job's own rules; None where it runs whenever the pipeline does."""
        variables = self.variables | _variables(merged.get("variables"))
        rules = self._resolved(merged.get("rules"))
        chances = self.chances
        if self.is_root and self.rules:
            kinds = {trigger.kind for trigger in triggers}
            chances = [chance for chance in chances if chance.kind in kinds]
        if rules:
            return _by_rules(rules, chances, variables, merged.get("when").text or "on_success")
        only, unless = merged.get("only"), merged.get("except")
        if only or unless:
            found = _only_except(only, unless, line, chances)
            is_manual = merged.get("when").text == "manual"
            return _Outcome(manual=found) if is_manual else _Outcome(found)
        return None

    def _resolved(self, rules: Node) -> Node:
        """Rules with `!reference` and nested lists put in place."""
        found: list[Node] = []
        waiting = list(reversed(rules.each()))
        while waiting and len(found) < 200:
            rule = waiting.pop()
            if rule.is_list:
                inner = self._referenced(rule) if rule.tag == "!reference" else rule
                waiting += reversed(inner.each()[:200]) if inner is not rule or not rule.tag else ()
            else:
                found.append(rule)
        if rules and not found:
            return Node("list", rules.line, children=(Node("map", rules.line),))  # rules of another file: may hold
        return Node("list", rules.line, children=tuple(found)) if rules else NOTHING

    def _referenced(self, node: Node) -> Node:
        """The value that `!reference [job, key, …]` names in this file; NOTHING if it is elsewhere."""
        names = node.texts()
        if len(names) < 2:
            return NOTHING
        if names[0] in self.bodies:
            return self._merge(names[0]).get(*names[1:])
        return self.root.get(*names)

    # ---- scripts ----

    def _steps(self, merged: _Merged) -> Iterator[Step]:
        """One step a section. before_script and script are one shell; after_script is its own and cannot fail."""
        image = _image(merged.get("image"))
        shell = [(section, self._pieces(merged.get(section))) for section in _SECTIONS]
        together = [part for section, parts in shell[:2] for part in parts]
        by_piece = commands(together, stops_on_error=True, pipefail=True)
        for section, parts in shell:
            if section == "after_script":
                by_piece = commands(parts, stops_on_error=True, pipefail=True)
            own, by_piece = by_piece[: len(parts)], by_piece[len(parts) :]
            if parts:
                yield _section(section, parts, own, image)

    def _pieces(self, node: Node) -> list[Piece]:
        return self.allowance.take(pieces(self._without_references(node, 0), self.source))

    def _without_references(self, node: Node, depth: int) -> Node:
        if not node.is_list or depth > 10:
            return NOTHING if node.is_list else node
        if node.tag == "!reference":
            return self._without_references(self._referenced(node), depth + 1)
        self.budget[0] -= len(node.children)
        if self.budget[0] < 0 or not any(child.is_list for child in node.children):
            return node
        return Node("list", node.line, children=tuple(self._without_references(c, depth + 1) for c in node.children))

    def _foreign_steps(self, own: _Merged) -> Iterator[Step]:
        """Steps that stand for templates of included files, for each file that may have them."""
        sections = ",".join(word for word in _SECTIONS if word not in own.entries)
        line = own.entries["extends"][0].line if "extends" in own.entries else 1
        for name in own.missing:
            for path, _ in self.local:
                inputs = (("extends", name), ("sections", sections))
                yield Step(f"extends {name}", line, uses=f"{path.lstrip('/')}@{name}", inputs=inputs)
        for word in _SECTIONS:
            for reference in self._unresolved(own.get(word)):
                names = reference.texts()
                inputs = (("extends", names[0]), ("sections", names[1]))
                for path, _ in self.local:
                    yield Step(
                        f"!reference {names[0]}", reference.line, uses=f"{path.lstrip('/')}@{names[0]}", inputs=inputs
                    )

    def _unresolved(self, node: Node) -> Iterator[Node]:
        for _, child in node.walk(500):
            if child.tag == "!reference" and len(child.texts()) > 1 and not self._referenced(child):
                yield child

    # ---- stages ----

    def _staged(self, jobs: list[Job]) -> list[Job]:
        """Give jobs without own `needs` those of the earlier stages; GitLab does not wait for optional manual jobs."""
        names = self.root.get("stages").texts() or _DEFAULT_STAGES
        order = {name: number for number, name in enumerate((".pre", *names, ".post"))}
        blocking = [j for j in jobs if j.is_active and not (j.manual and not j.can_fail)]
        placed: list[Job] = []
        for job in jobs:
            if self._merge(job.id).get("needs"):
                placed.append(job)
                continue
            rank = order.get(job.stage, -1)  # a stage of an included file has no known place
            earlier = [other for other in blocking if -1 < order.get(other.stage, -1) < rank]
            if len(jobs) > _MANY_JOBS and earlier:
                nearest = max(order[other.stage] for other in earlier)
                earlier = [other for other in earlier if order[other.stage] == nearest][:_MANY_JOBS]
            placed.append(replace(job, needs=tuple(other.id for other in earlier)))
        return [replace(job, anyway=job.needs) if job.anyway == _ANYWAY else job for job in placed]


def _section(name: str, parts: Sequence[Piece], own: Sequence[tuple[Command, ...]], image: str) -> Step:
    return Step(
        name=name,
        line=parts[0].lines[0],
        commands=tuple(command for each in own for command in each),
        script=script_text(parts),
        can_fail=name != "after_script",
        anyway=name == "after_script",
    )


def _includes(node: Node) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Local files, and what is included from elsewhere (template, component, remote, project), with lines."""
    local: list[tuple[str, int]] = []
    remote: list[tuple[str, int]] = []
    for entry in node.each():
        if entry.kind == "scalar":
            (remote if "://" in entry.text else local).append((entry.text, entry.line))
            continue
        local += [(name, entry.line) for name in entry.get("local").texts()]
        for word in ("template", "component", "remote"):
            remote += [(name, entry.line) for name in entry.get(word).texts()]
        project = entry.get("project").text
        if project:
            remote += [(f"{project}:{name}", entry.line) for name in entry.get("file").texts()]
    return local, remote


def _child_pipelines(trigger: Node) -> tuple[str, tuple[Step, ...]]:
    """The pipeline that a `trigger:` job starts, and steps for more of them."""
    include = trigger.get("include")
    names = [entry.get("local").text or entry.get("template").text or entry.text for entry in include.each()]
    names += [trigger.get("project").text or trigger.text] if not names else []
    names = [name for name in names if name]
    steps = tuple(Step(f"trigger {name}", trigger.line, uses=name) for name in names[1:])
    return (names[0] if names else ""), steps


def _inputs(trigger: Node, variables: Node) -> Pairs:
    return tuple(_variables(variables).items()) if trigger else ()


def _variables(node: Node) -> dict[str, str]:
    return {key.text: value.get("value").text if value.is_map else value.text for key, value in node.items()}


def _needs(node: Node) -> tuple[str, ...]:
    own = (entry for entry in node.each() if not any(entry.get(word) for word in ("project", "pipeline")))
    names = (
        entry.get("job").text if entry.is_map else entry.text for entry in own if not entry.get("optional").is_true
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _image(node: Node) -> str:
    return node.get("name").text or node.text


def _matrix(node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, tuple[str, ...]] = {}
    for row in node.each():
        for key, value in row.items():
            found[key.text] = tuple(dict.fromkeys((*found.get(key.text, ()), *value.texts())))
    return tuple(found.items())


_ANYWAY = ("*",)
"""Stands for all that a job needs, until that is known."""


def _whens(outcome: _Outcome | None, when: str) -> set[str]:
    return outcome.whens if outcome and outcome.whens else {when or "on_success"}


def _condition(outcome: _Outcome | None, when: str) -> str:
    if when == "on_failure":
        return "when: on_failure"
    return " || ".join(outcome.conditions) if outcome else ""


_USUAL_FAILURE = "1"


def _can_fail(merged: _Merged, outcome: _Outcome | None, when: str) -> bool:
    """False with `allow_failure`, for an optional manual job, and for a child pipeline that is not waited for. Allowed exit
    codes forgive where they hold the one with which nearly all programs fail."""
    allow = merged.get("allow_failure")
    forgives = allow.is_true or _USUAL_FAILURE in (allow.get("exit_codes").text, *allow.get("exit_codes").texts())
    if outcome and outcome.allowed_to_fail:
        return not (forgives or all(outcome.allowed_to_fail))
    if forgives or (when == "manual" and not allow.is_false):
        return False
    trigger = merged.get("trigger")
    return not trigger or trigger.get("strategy").text in ("depend", "mirror")
