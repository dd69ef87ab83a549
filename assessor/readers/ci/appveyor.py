"""AppVeyor: `appveyor.yml`. The phases of a build are the steps of one job.

Rules: www.appveyor.com/docs, "appveyor.yml reference".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci.script import EVERY_NAME, Allowance, in_shell, load_bounded, piece
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_NAMES = ("appveyor.yml", ".appveyor.yml", "appveyor.yaml", ".appveyor.yaml")
_PHASES = (
    "init", "install", "before_build", "build_script", "after_build", "before_test", "test_script", "after_test",
    "before_deploy", "deploy_script", "deploy", "after_deploy", "on_success", "on_failure", "on_finish",
)  # fmt: skip
_SHELLS = {"cmd": "cmd", "ps": "powershell", "pwsh": "pwsh", "sh": "bash -e"}
_MAX_ITEMS = 500


ENDINGS = (".yml", ".yaml")


def matches(path: str) -> bool:
    return path.rpartition("/")[2] in _NAMES


def read(path: str, text: str) -> FileFacts:
    """Return the build; of a list of configurations the first."""
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    if not root.is_map:
        return EMPTY
    steps = tuple(_steps(root, text.splitlines(), Allowance()))
    environment = root.get("environment")
    job = Job(
        "build",
        root.line,
        steps=steps,
        image=root.get("image").text,
        env=tuple((k.text, v.text) for k, v in environment.items() if v.kind == "scalar"),
        matrix=tuple(_matrix(environment.get("matrix"))),
        is_active=bool(steps),
    )
    disabled = "" if path in _NAMES else "wrong place: AppVeyor reads appveyor.yml at the root only"
    disabled = disabled or ("" if steps else "no script")
    return FileFacts(workflows=(Workflow("appveyor", path, root.line, _triggers(root), (job,), disabled=disabled),))


def _triggers(root: Node) -> tuple[Trigger, ...]:
    branches = root.get("branches")
    only = branches.get("only").texts()
    ignored = tuple("**" if name in EVERY_NAME else name for name in branches.get("except").texts())
    plain = tuple(name for name in only if not name.startswith("/"))
    paths = root.get("only_commits", "files").texts()
    skipped = root.get("skip_commits", "files").texts()
    kinds = ("tag",) if root.get("skip_non_tags").is_true else ("push", "pull_request")
    return tuple(
        Trigger(kind, root.line, branches=plain if len(plain) == len(only) else (), branches_ignore=ignored, paths=paths,
                paths_ignore=skipped)
        for kind in kinds
    )  # fmt: skip


def _matrix(node: Node) -> Iterator[tuple[str, tuple[str, ...]]]:
    rows = [{k.text: v.text for k, v in row.items()} for row in node.each()[:_MAX_ITEMS]]
    for name in dict.fromkeys(name for row in rows for name in row):
        yield name, tuple(dict.fromkeys(row[name] for row in rows if name in row))


def _steps(root: Node, source: Sequence[str], allowance: Allowance) -> Iterator[Step]:
    for phase in _PHASES:
        for node in root.get(phase).each()[:_MAX_ITEMS]:
            yield from _item(phase, node, source, allowance)


def _item(phase: str, node: Node, source: Sequence[str], allowance: Allowance) -> Iterator[Step]:
    """A line of the command shell, one of another shell (`ps: …`), or a deployment's provider."""
    if node.get("provider"):
        inputs = tuple((k.text, v.text) for k, v in node.items() if v.kind == "scalar")
        yield Step(f"deploy {node.get('provider').text}", node.line, uses=node.get("provider").text, inputs=inputs)
        return
    lines = [(_SHELLS["cmd"], node)] if node.kind == "scalar" else []
    lines += [(_SHELLS[key.text], value) for key, value in node.items() if key.text in _SHELLS]
    for shell, script in lines:
        part = piece(script, source)
        if not script.text or script.text in ("off", "false") or not allowance.spend(len(part.text)):
            continue
        step = Step(
            phase, part.lines[0], commands=in_shell(part, shell), script=part.text, can_fail=not phase.startswith("on_")
        )
        yield replace(step, anyway=phase == "on_finish", on_failure=phase == "on_failure")
