"""Google Cloud Build (`cloudbuild.yaml`) and AWS CodeBuild (`buildspec.yml`): their triggers are set on the server.

Rules: cloud.google.com/build/docs, "Build configuration file schema"; docs.aws.amazon.com/codebuild, "Build
specification reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci.script import (
    MAX_SCRIPT,
    commands,
    container,
    in_shell,
    load_bounded,
    piece,
    pieces,
    script_text,
)
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_GOOGLE = re.compile(r"(?:[^/]*[._-])?cloud-?build(?:[._-][^/]*)?\.(?:ya?ml|json)", re.IGNORECASE)
_AWS = re.compile(r"(?:[^/]*[._-])?buildspec(?:[._-][^/]*)?\.ya?ml", re.IGNORECASE)
_FOLDER = re.compile(r"(?:^|/)\.?cloud-?build/[^/]+\.ya?ml$", re.IGNORECASE)
"""A build of another name in a folder for builds."""
_SHELLS = frozenset({"bash", "sh", "ash", "/bin/bash", "/bin/sh", "/bin/ash", "/usr/bin/bash"})
_PHASES = ("install", "pre_build", "build", "post_build")
_MAX_STEPS = 1_000


def matches(path: str) -> bool:
    name = path.rpartition("/")[2]
    return bool(_GOOGLE.fullmatch(name) or _AWS.fullmatch(name) or _FOLDER.search(path))


def read(path: str, text: str) -> FileFacts:
    """Return the build as a workflow with one job; EMPTY for a file of that name that holds no build."""
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    source = text.splitlines()
    if _AWS.fullmatch(path.rpartition("/")[2]):
        return _build(path, "codebuild", root, _phases(root, source)) if root.get("phases").is_map else EMPTY
    if not root.get("steps").is_list:
        return EMPTY
    return _build(path, "cloudbuild", root, _google_steps(root, source))


def _build(path: str, provider: str, root: Node, steps: Iterator[Step]) -> FileFacts:
    found = tuple(steps)
    job = Job("build", root.line, steps=found, is_active=bool(found))
    triggers = (Trigger("server", root.line),)
    disabled = "" if found else "no steps"
    workflow = Workflow(provider, path, root.line, triggers, (job,), env=_variables(root), disabled=disabled)
    return FileFacts(workflows=(workflow,))


def _variables(root: Node) -> tuple[tuple[str, str], ...]:
    given = root.get("substitutions") or root.get("env", "variables")
    return tuple((key.text, value.text) for key, value in given.items())


# ---- Cloud Build ----


def _google_steps(root: Node, source: Sequence[str]) -> Iterator[Step]:
    """Each step is a container; `script` or `bash -c` in its arguments is a shell text."""
    for node in root.get("steps").each()[:_MAX_STEPS]:
        image = node.get("name").text
        env = tuple(tuple(text.partition("=")[::2]) for text in node.get("env").texts())
        script = node.get("script")
        yield Step(
            name=node.get("id").text or image,
            line=node.line,
            uses=image,
            commands=in_shell(piece(script, source), _shebang(script.text))
            if script
            else _container(node, image, source),
            script=(script.text or "\n".join(node.get("args").texts()))[:MAX_SCRIPT],
            cwd=node.get("dir").text,
            env=tuple((name, value) for name, value in env),
            can_fail=not node.get("allowFailure").is_true,
        )


def _shebang(text: str) -> str:
    """The shell of a script: its first line's, or `sh`; neither stops on errors unless told to."""
    first = text.lstrip().split("\n", 1)[0]
    return first[2:].removeprefix("/usr/bin/env ") if first.startswith("#!") else "sh"


def _container(node: Node, image: str, source: Sequence[str]) -> tuple[Command, ...]:
    """The entry point (that of the image, if none is given) with its arguments; `$$` is an escaped `$`."""
    words = [child for child in node.get("args").each() if child.kind == "scalar"]
    entry = node.get("entrypoint")
    if not entry:
        program = _program(image)
        is_shell = bool(words) and words[0].text in _SHELLS
        entry = Node("scalar", words[0].line if words else node.line, program)
        return container(words if is_shell else [entry, *words], source, _unescaped) if program else ()
    return container([entry, *words], source, _unescaped)


def _unescaped(text: str) -> str:
    return text.replace("$$", "$")


def _program(image: str) -> str:
    """The program that an image of Google's builders or of a tool runs: its last name without tag."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return {"cloud-sdk": "gcloud", "executor": "/kaniko/executor", "python": "python3"}.get(name, name)


# ---- CodeBuild ----


def _phases(root: Node, source: Sequence[str]) -> Iterator[Step]:
    """One step a phase; all phases share one shell and a failing command fails its phase."""
    found = [(key, body) for key, body in root.get("phases").items() if key.text in _PHASES]
    parts = [(key, body, pieces(body.get("commands"), source)) for key, body in found]
    parsed = iter(commands([part for _, _, each in parts for part in each], stops_on_error=True))
    for key, body, own in parts:
        mine = [next(parsed) for _ in own]
        if own:
            yield Step(
                name=key.text,
                line=key.line,
                commands=tuple(command for each in mine for command in each),
                script=script_text(own),
                can_fail=body.get("on-failure").text.upper() != "CONTINUE",
            )
        last = pieces(body.get("finally"), source)
        if last:
            ending = tuple(command for each in commands(last) for command in each)
            yield Step(
                f"{key.text} finally", last[0].lines[0], commands=ending, script=script_text(last), can_fail=False
            )
