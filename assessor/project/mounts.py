"""Containers of any image in which a command works on the repository, since its working folder is mounted into them.

`docker run -v "$PWD:/src" -w /src python:3.12 pytest tests` runs these tests as `pytest tests` does.

Rule: docs.docker.com/reference/cli/docker/container/run, "Mount volume (-v)", "Add bind mounts or volumes using the --mount
flag" and "Set working directory (-w)".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from assessor.catalog.names import names_of


def image_and_command(words: list[str]) -> tuple[str, tuple[str, ...]]:
    """Image and command of `docker run`, of the words behind `run`."""
    position, lone = 0, names_of("lone_option_of_docker_run")
    while position < len(words) and words[position].startswith("-"):
        position += 1 if words[position] in lone or "=" in words[position] else 2
    return (words[position] if position < len(words) else "", tuple(words[position + 1 :]))


def command_in_checkout(words: list[str]) -> tuple[tuple[str, ...], str] | None:
    """The command that a container runs in the mounted checkout, with the paths of the repository, and its folder there;
    None where the checkout is not mounted, or the command does not work in it."""
    _, command = image_and_command(words)
    options = dict(_options(words[: len(words) - len(command) - 1]))
    target = next((inside for outside, inside in _mounts(words) if inside and _is_checkout(outside)), "")
    if not command or not target:
        return None
    folder = options.get("-w") or options.get("--workdir") or ""
    moved = tuple(_seen_from_checkout(word, target) for word in command)
    if folder == target or folder.startswith(f"{target}/"):
        return moved, posixpath.relpath(folder, target).removeprefix(".")
    return (moved, "") if moved != command else None


def _is_checkout(folder: str) -> bool:
    """It is the folder of the checkout, as commands write it and CI systems tell it."""
    plain = "".join(folder.split()).lower()
    variable = plain.removeprefix("$").removeprefix("{").removesuffix("}")
    return plain in names_of("folder_of_the_checkout") or variable in names_of("variable_of_the_checkout")


def _seen_from_checkout(word: str, target: str) -> str:
    """`/src/tests` as `tests` where the checkout is mounted at `/src`, also within a text (`cd /src && pytest`)."""
    return re.sub(rf"(?<![\w./$-]){re.escape(target)}(?![\w.-])/?", "./", word)


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if word.startswith("-"):
            yield name, value if equals else words[number + 1] if number + 1 < len(words) else ""


def _mounts(words: list[str]) -> Iterator[tuple[str, str]]:
    """(outside, inside) of the folders that are mounted."""
    for name, value in _options(words):
        if name in ("-v", "--volume"):
            outside, _, inside = value.partition(":/")
            yield outside, f"/{inside.partition(':')[0]}".rstrip("/")
        elif name == "--mount":
            parts = dict(part.partition("=")[::2] for part in value.split(","))
            outside = parts.get("source") or parts.get("src") or ""
            yield outside, (parts.get("target") or parts.get("destination") or parts.get("dst") or "").rstrip("/")
