"""Google Cloud Build (`cloudbuild.yaml`) and AWS CodeBuild (`buildspec.yml`): their triggers are set on the server.

A trigger names its file, so folder and name do not matter: a build is known by what it holds. Cloud Build has a list of
steps whose names are images, CodeBuild a version 0.x and phases with commands.
Rules: cloud.google.com/build/docs, "Build configuration file schema"; docs.aws.amazon.com/codebuild, "Build
specification reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.workflow import Job, Step, Trigger, Workflow
from assessor.readers.ci.job_order import MISSING
from assessor.readers.ci.script import (
    MAX_SCRIPT,
    cloned_folder,
    commands,
    container,
    entry_point,
    from_clone,
    in_clone,
    in_shell,
    load_bounded,
    piece,
    pieces,
    script_text,
)
from assessor.readers.syntax.yaml_tree import NOTHING, Node, YamlProblem

_GOOGLE = re.compile(r"(?:[^/]{0,100}[._-])?cloud-?build(?:[._-][^/]{0,100})?\.(?:ya?ml|json)", re.IGNORECASE)
_AWS = re.compile(r"(?:[^/]{0,100}[._-])?buildspec(?:[._-][^/]{0,100})?\.ya?ml", re.IGNORECASE)
_QUICK = re.compile(r"""(?:^|\n)[{ \t\r]*["']?(?:steps|phases)["']?[ \t]*:""")
"""A key that every build has at its top, with what a JSON file may have before it."""
_MAX_JSON = 50_000
"""Characters of a JSON file of another name that is looked at; above it JSON is data."""
_SHELLS = frozenset({"bash", "sh", "ash", "/bin/bash", "/bin/sh", "/bin/ash", "/usr/bin/bash"})
_PHASES = ("install", "pre_build", "build", "post_build")
_MAX_STEPS = 1_000


ENDINGS = (".yml", ".yaml", ".json")


def matches(path: str) -> bool:
    return path.endswith((".yaml", ".yml", ".json"))


def read(path: str, text: str) -> FileFacts:
    """Return the build as a workflow with one job; EMPTY for a file that holds no build."""
    name = path.rpartition("/")[2]
    named = bool(_GOOGLE.fullmatch(name) or _AWS.fullmatch(name))
    if not named and (not may_build(text) or (path.endswith(".json") and len(text) > _MAX_JSON)):
        return EMPTY
    try:
        root = next(iter(load_bounded(text)), NOTHING)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),)) if named else EMPTY
    source = text.splitlines()
    if root.get("phases").is_map and (_AWS.fullmatch(name) or _is_codebuild(root)):
        return _build(path, "codebuild", root, _phases(root, source))
    if root.get("steps").is_list and (_GOOGLE.fullmatch(name) or _is_cloud_build(root)):
        steps = root.get("steps").each()
        known = {"-", *(step.get("id").text for step in steps)}
        refused = MISSING if any(not known.issuperset(step.get("waitFor").texts()) for step in steps) else ""
        return _build(path, "cloudbuild", root, _google_steps(root, source), refused)
    return EMPTY


def may_build(text: str) -> bool:
    """A key that every build has stands at the top of the text; the first look is far quicker than the second."""
    return ("steps" in text or "phases" in text) and _QUICK.search(text) is not None


def _is_codebuild(root: Node) -> bool:
    has_commands = any(body.get("commands") for _, body in root.get("phases").items())
    return root.get("version").text.startswith("0.") and has_commands


_IMAGE = re.compile(r"[\w.$\-]++[/:@][\w.$:@{}\-]++(?>(?:/[\w.$:@{}\-]++)*)|\$\{?_?[A-Z]\w*\}?")
"""A name with a registry, a tag or a digest, or a variable that holds one."""
_PLAIN_IMAGES = frozenset({"python", "ubuntu", "debian", "alpine", "docker", "node", "golang", "bash", "busybox"})
_OF_A_STEP = ("args", "entrypoint", "script", "id", "waitFor")


def _is_cloud_build(root: Node) -> bool:
    """Every step has an image as its name, and some of them have what only steps of a build have."""
    steps = root.get("steps").each()[:_MAX_STEPS]
    if not steps or any(root.get(word) for word in ("apiVersion", "kind", "on", "jobs", "runs")):
        return False
    names = [step.get("name").text for step in steps]
    if not all(_IMAGE.fullmatch(name) or name in _PLAIN_IMAGES for name in names):
        return False
    return any(step.get(word) for step in steps for word in _OF_A_STEP)


def _build(path: str, provider: str, root: Node, steps: Iterator[Step], refused: str = "") -> FileFacts:
    found = tuple(steps)
    job = Job("build", root.line, steps=found, is_active=bool(found))
    triggers = (Trigger("server", root.line),)
    disabled = refused if found else "no steps"
    workflow = Workflow(provider, path, root.line, triggers, (job,), env=_variables(root), disabled=disabled)
    return FileFacts(workflows=(workflow,))


def _variables(root: Node) -> tuple[tuple[str, str], ...]:
    given = root.get("substitutions") or root.get("env", "variables")
    return tuple((key.text, value.text) for key, value in given.items())


# ---- Cloud Build ----


def _google_steps(root: Node, source: Sequence[str]) -> Iterator[Step]:
    """Each step is a container; `script` or `bash -c` in its arguments is a shell text."""
    clone: str | None = None
    for node in root.get("steps").each()[:_MAX_STEPS]:
        image = node.get("name").text
        env = tuple(tuple(text.partition("=")[::2]) for text in node.get("env").texts())
        script = node.get("script")
        found = in_shell(piece(script, source), _shebang(script.text)) if script else _container(node, image, source)
        yield Step(
            name=node.get("id").text or image,
            line=node.line,
            uses=image,
            commands=from_clone(found),
            script=(script.text or "\n".join(node.get("args").texts()))[:MAX_SCRIPT],
            cwd=in_clone(node.get("dir").text, clone),
            env=tuple((name, value) for name, value in env),
            can_fail=not node.get("allowFailure").is_true,
        )
        clone = next((folder for command in found if (folder := cloned_folder(command)) is not None), clone)
    for key, node in root.items():
        if key.text in ("images", "artifacts"):
            yield from _published(key, node)


def _published(key: Node, node: Node) -> Iterator[Step]:
    """What Cloud Build stores by itself once all steps have passed: images in a registry, files in a bucket."""
    images = node.each() if key.text == "images" else node.get("images").each()
    pushed = tuple(Command(("docker", "push", image.text), image.line) for image in images if image.text)
    objects = node.get("objects")
    bucket = objects.get("location").text
    paths = tuple(text for text in objects.get("paths").texts() if text)
    copied = (Command(("gsutil", "cp", *paths, bucket), objects.line),) if bucket and paths else ()
    if pushed or copied:
        yield Step(key.text, key.line, commands=pushed + copied)


def _shebang(text: str) -> str:
    """The shell of a script: its first line's, or `sh`; neither stops on errors unless told to."""
    first = text.lstrip().split("\n", 1)[0]
    return first[2:].removeprefix("/usr/bin/env ") if first.startswith("#!") else "sh"


def _container(node: Node, image: str, source: Sequence[str]) -> tuple[Command, ...]:
    """The entry point (that of the image, if none is given) with its arguments; `$$` is an escaped `$`."""
    words = [child for child in node.get("args").each() if child.kind == "scalar"]
    entry = node.get("entrypoint")
    if not entry:
        first = words[0].text if words else ""
        program = entry_point(image, first) or _own_name(image, first)
        entry = Node("scalar", words[0].line if words else node.line, program)
        return container([entry, *words] if program else words, source, _unescaped)
    return container([entry, *words], source, _unescaped)


_PROGRAMS = re.compile(
    r"(?:.*/)?(?:python[\d.]*|pip[\d.]*|pytest|tox|nox|make|uv|poetry|npm|node|git|gcloud|docker|dvc|\w*sh)"
)


def _own_name(image: str, first: str) -> str:
    """The last name of an image that somebody has made to build with: its program, unless the first argument is one."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    is_program = name in _PLAIN_IMAGES or name == "cloud-sdk" or _PROGRAMS.fullmatch(first)
    return "" if is_program or "/" not in image else name


def _unescaped(text: str) -> str:
    return text.replace("$$", "$")


# ---- CodeBuild ----


_ASKS = "CODEBUILD_BUILD_SUCCEEDING"
"""A variable that is 0 once a phase has failed."""


def _phases(root: Node, source: Sequence[str]) -> Iterator[Step]:
    """One step a phase; all phases share one shell and a failing command fails its phase.

    After a failed `build` comes `post_build` all the same, unless `build` says `on-failure: ABORT` or the phase itself asks
    how the build goes; after any other failed phase nothing comes. Rule: docs.aws.amazon.com/codebuild, "Build phase
    transitions".
    """
    found = [(key, body) for key, body in root.get("phases").items() if key.text in _PHASES]
    parts = [(key, body, pieces(body.get("commands"), source)) for key, body in found]
    parsed = iter(commands([part for _, _, each in parts for part in each], stops_on_error=True))
    aborts = root.get("phases", "build", "on-failure").text.upper() == "ABORT"
    for key, body, own in parts:
        mine = tuple(command for part in own for command in next(parsed))
        goes_on = key.text == "post_build" and not aborts and not any(map(_asks_how_it_goes, mine))
        ignores = ("build", "build finally") if goes_on else ()
        if own:
            yield Step(
                name=key.text,
                line=key.line,
                commands=mine,
                script=script_text(own),
                can_fail=body.get("on-failure").text.upper() != "CONTINUE",
                goes_on_after=ignores,
            )
        last = pieces(body.get("finally"), source)
        if last:
            name, text = f"{key.text} finally", script_text(last)
            ending = tuple(command for each in commands(last) for command in each)
            yield Step(
                name, last[0].lines[0], commands=ending, script=text, can_fail=False, goes_on_after=(key.text, *ignores)
            )


def _asks_how_it_goes(command: Command) -> bool:
    """It tests whether the build has failed, or runs only where that is asked."""
    return _ASKS in command.condition or (command.argv[:1] in (("test",), ("[",), ("[[",)) and _ASKS in command.text)
