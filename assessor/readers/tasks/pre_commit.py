"""Hooks that run before a commit: .pre-commit-config.yaml, lefthook.yml, husky scripts."""

from __future__ import annotations

import re

from assessor.facts.commands import Command, Hook
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.place import Setting
from assessor.readers.syntax import shell
from assessor.readers.syntax.yaml_tree import Node, YamlProblem, load_one


def matches(path: str) -> bool:
    name = path.rpartition("/")[2]
    if not ("pre-commit" in name or "lefthook" in name or ".husky/" in path):
        return False  # most paths end here, at little cost
    if re.fullmatch(r"\.pre-commit-config\.ya?ml|\.?lefthook(?:-local)?\.ya?ml", name):
        return True
    return re.search(r"(?:^|/)\.husky/[\w-]+$", path) is not None


def read(path: str, text: str) -> FileFacts:
    """Return the hooks in order; the `ci:` section of pre-commit.ci stands as settings."""
    if ".husky/" in path:
        commands = shell.parse(text, stops_on_error=True).commands
        name = path.rpartition("/")[2]
        return (
            FileFacts(hooks=(Hook(name, 1, "husky", commands=commands, stages=(name,), is_named_only=True),))
            if commands
            else EMPTY
        )
    try:
        root = load_one(text)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    if "lefthook" in path:
        return FileFacts(hooks=tuple(_lefthook(root)))
    everywhere = _never(root.get("files").text, root.get("exclude").text)
    stages = root.get("default_stages").texts()
    hooks = [
        _hook(repo, hook, everywhere, stages)
        for repo in root.get("repos").each()
        for hook in repo.get("hooks").each()
        if hook.get("id").text
    ]
    settings = tuple(Setting(f"ci.{key.text}", value.text, key.line) for key, value in root.get("ci").items())
    return FileFacts(hooks=tuple(hooks), settings=settings)


def _hook(repo: Node, hook: Node, everywhere: str, default_stages: tuple[str, ...]) -> Hook:
    source, name, entry = repo.get("repo").text, hook.get("id").text, hook.get("entry")
    stages = hook.get("stages").texts() or default_stages
    commands: tuple[Command, ...] = ()
    words = " ".join([entry.text, *hook.get("args").texts()]).strip()
    own = source == "local" or bool(entry.text)
    if own and entry.text and hook.get("language").text not in ("pygrep", "fail"):
        commands = shell.parse(words, entry.text_line, stops_on_error=True).commands
    elif not own and source != "meta":
        commands = (Command((_program(name), *hook.get("args").texts()), hook.get("id").line),)
    never = everywhere or _never(hook.get("files").text, hook.get("exclude").text)
    if not never and stages and set(stages) <= {"manual"}:
        never = "stages: manual"
    return Hook(name, hook.get("id").line, source, entry.text, commands, tuple(stages), own, never)


_EVERYTHING = re.compile(r"\^?(?:\.[*+]|\(\.[*+]\)|)\$?")
_NOTHING = {"^$", "$^", "(?!)", "(?!.*)", "a^", "$a", "^\\b$", "^(?!.*)$"}


def _never(files: str, exclude: str) -> str:
    """Why no file fits, where the patterns say so."""
    if files in _NOTHING:
        return f"files: {files}"
    return f"exclude: {exclude}" if exclude and _EVERYTHING.fullmatch(exclude) else ""


def _program(hook: str) -> str:
    """The program behind a hook's id, where they differ by a suffix (`ruff-format`, `mirrors-mypy`)."""
    return {"ruff-format": "ruff", "ruff-check": "ruff", "black-jupyter": "black", "terraform_fmt": "terraform"}.get(
        hook, hook
    )


def _lefthook(root: Node) -> list[Hook]:
    found = []
    for stage, body in root.items():
        for group in ("commands", "scripts"):
            for key, node in body.get(group).items():
                run = node.get("run")
                commands = shell.parse(run.text, run.text_line, stops_on_error=True).commands if run else ()
                found.append(Hook(key.text, key.line, "lefthook", run.text, commands, (stage.text,), True))
        for job in body.get("jobs").each():
            run = job.get("run")
            if run:
                parsed = shell.parse(run.text, run.text_line, stops_on_error=True).commands
                found.append(
                    Hook(
                        job.get("name").text or run.text[:40],
                        job.line,
                        "lefthook",
                        run.text,
                        parsed,
                        (stage.text,),
                        True,
                    )
                )
    return found
