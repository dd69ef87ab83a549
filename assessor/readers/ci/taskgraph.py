"""Taskgraph: kinds of tasks (`taskcluster/kinds/NAME/kind.yml`) that a decision task of Taskcluster makes tasks of.

A task is called `KIND-NAME`. What its own file says of it is here: commands, images, what starts it and what it waits for;
`KIND/*` among its needs are all tasks of a kind. `project.taskgraph` joins the kinds. What transforms in Python make of a
task is not known: they are given credit for nothing, but where a kind has own ones, it waits for the kinds that it names.
Rules: taskcluster-taskgraph.readthedocs.io, "Kinds", "Optimization", "Transforms: run, docker_image, from_deps".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci.script import MAX_SCRIPT, Allowance, container, from_clone, load_bounded, one_script, pieces
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

PROVIDER = "taskgraph"
_PATH = re.compile(r"(?:^|/)taskcluster/(?:kinds|ci)/([\w.-]+)/[\w.-]+\.ya?ml$")
_MAX_TASKS = 500
_EVENTS = {
    "github-push": "push",
    "hg-push": "push",
    "push": "push",
    "github-pull-request": "pull_request",
    "github-pull-request-untrusted": "pull_request",
    "github-release": "release",
    "cron": "schedule",
}
_OF_ANOTHER = ("docker_image", "toolchain", "fetch")
"""Transforms whose tasks run only where another one waits for them."""
_BARE = {"succeed", "always-optimized"}
"""Kinds of workers that do nothing."""


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return _PATH.search(path) is not None


def read(path: str, text: str) -> FileFacts:
    """Return one kind as a workflow that is called, or EMPTY for a file without tasks."""
    found = _PATH.search(path)
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    if found is None or not root.is_map:
        return EMPTY
    kind = _Kind(found[1], root, path.rpartition("/")[2].startswith("kind."), text.splitlines())
    jobs = tuple(kind.jobs())
    if not jobs:
        return EMPTY
    return FileFacts(workflows=(Workflow(PROVIDER, kind.name, root.line, (Trigger("call", root.line),), jobs),))


class _Kind:
    def __init__(self, name: str, root: Node, is_kind: bool, source: Sequence[str]) -> None:
        self.name, self.root, self.source = name, root, source
        self.tasks = (root.get("tasks") or root.get("jobs")) if is_kind else root
        self.defaults = (root.get("task-defaults") or root.get("job-defaults")) if is_kind else NOTHING
        transforms = root.get("transforms").texts()
        self.of_another = any(word in name for name in transforms for word in _OF_ANOTHER)
        self.is_image = any("docker_image" in name for name in transforms)
        self.has_own = any(not name.startswith("taskgraph.") for name in transforms)
        self.kinds = root.get("kind-dependencies").texts()
        self.allowance = Allowance()

    def jobs(self) -> Iterator[Job]:
        for key, body in self.tasks.items()[:_MAX_TASKS]:
            if body.is_map:
                yield self.job(key, body)

    def job(self, key: Node, body: Node) -> Job:
        name = self.name if key.text == self.name else f"{self.name}-{key.text}"
        worker = self.of(body, "worker", "docker-image")
        image = worker.get("in-tree").text
        commands = self.commands(key, body)
        text = "\n".join(" ".join(command.argv) for command in commands)[:MAX_SCRIPT]
        env = tuple((k.text, v.text) for k, v in self.of(body, "worker", "env").items() if v.kind == "scalar")
        step = Step("command", body.line, commands=from_clone(commands), script=text, env=env)
        return Job(
            name,
            key.line,
            needs=tuple(dict.fromkeys(self.needs(body, image))),
            steps=(step,) if commands else (),
            image=image or worker.text,
            env=env,
            is_active=bool(commands) or self.of(body, "worker-type").text in _BARE,
            triggers=tuple(self.triggers(body)),
        )

    def of(self, body: Node, *keys: str) -> Node:
        """What a task says, or else the defaults of its kind."""
        return body.get(*keys) or self.defaults.get(*keys)

    def commands(self, key: Node, body: Node) -> tuple[Command, ...]:
        if self.is_image:
            folder = body.get("definition").text or key.text
            return (Command(("docker", "build", "-t", key.text, f"taskcluster/docker/{folder}"), key.line),)
        script = self.of(body, "run", "script")
        if script.text and self.of(body, "run", "using").text.endswith("toolchain-script"):
            return (Command((f"./taskcluster/scripts/toolchain/{script.text}",), script.line),)
        command = _chosen(self.of(body, "run", "command") or self.of(body, "worker", "command"))
        if command.kind == "scalar":
            return one_script(self.allowance.take(pieces(command, self.source)))
        words = [_chosen(word) for word in command.each()] if command.is_list else []
        if words and all(word.is_list for word in words):  # a generic worker takes a list of commands
            words = [_chosen(word) for inner in words for word in inner.each()]
        words = [word for word in words if word.kind == "scalar" and word.text]
        if not words or not self.allowance.spend(sum(len(word.text) for word in words)):
            return ()
        return container(words, self.source)

    def needs(self, body: Node, image: str) -> Iterator[str]:
        """Labels of tasks, and `KIND/*` for all of a kind."""
        for _, label in self.of(body, "dependencies").entries:
            if "{" not in label.text:
                yield label.text
            else:
                yield from (f"{kind}/*" for kind in self.kinds if label.text.startswith(kind))
        gathered = self.of(body, "from-deps")
        if gathered:
            yield from (f"{kind}/*" for kind in gathered.get("kinds").texts() or self.kinds)
        elif self.has_own:
            yield from (f"{kind}/*" for kind in self.kinds)
        parent = body.get("parent").text if self.is_image else image
        if parent:
            yield f"docker-image-{parent}"

    def triggers(self, body: Node) -> Iterator[Trigger]:
        """What a decision task makes it for; none where it runs only for those that wait for it."""
        asked = self.of(body, "run-on-tasks-for")
        projects = self.of(body, "run-on-projects")
        if projects.is_list and not projects.children:
            return
        if not asked and self.of_another:
            return
        words = asked.texts() if asked else ("all",)
        kinds = ("push", "pull_request") if "all" in words else (_EVENTS.get(word, "") for word in words)
        branches = tuple(name for name in self.of(body, "run-on-git-branches").texts() if name != "all")
        paths = self.of(body, "optimization", "skip-unless-changed").texts()
        for kind in dict.fromkeys(kinds):
            if kind:
                limited = paths if kind in ("push", "pull_request") else ()
                yield Trigger(kind, (asked or body).line, branches=branches, paths=limited)


def _chosen(node: Node) -> Node:
    """One of several values that depend on something (`by-level`: the default), or a text in which names are filled in."""
    for key, value in node.items():
        if key.text.startswith("by-") and value.is_map:
            return value.get("default") or next((each for _, each in value.items()), NOTHING)
        if key.text in ("artifact-reference", "task-reference"):
            return value
    return node
