"""What brings an image to a registry, and under which tags, as data in `image_pushes.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from pydantic import Field, model_validator

from assessor.catalog.loading import Source, Value, load_models
from assessor.catalog.patterns import matches_command, plain_action
from assessor.catalog.programs import Name, Words
from assessor.catalog.words import speaks_of

_NAMED = re.compile(r"\bname=([^,\s]+)")
"""An image among the parts of an option (`--output type=image,name=shop:1,push=true`)."""


class ImagePush(Value):
    """One entry; see the head of `image_pushes.yaml`."""

    command: Words | None = None
    uses: Name | None = None
    tags: tuple[Name, ...] = ()
    first: bool = False
    listed: bool = False
    only_if: dict[Name, tuple[str, ...]] = Field(default_factory=dict)
    without: tuple[Name, ...] = ()
    default: str = ""
    versions: tuple[Name, ...] = ()
    pushes: bool = True
    builds: bool = True
    makes: dict[Name, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_one_of_two(self) -> ImagePush:
        if (self.command is None) == (self.uses is None):
            raise ValueError("an entry has 'command' or 'uses', and not both")
        if self.command and (self.only_if or self.default):
            raise ValueError("'only_if' and 'default' speak of inputs, and a command has none")
        if self.uses and (self.without or self.first):
            raise ValueError("'without' and 'first' speak of words, and a step has none")
        return self


@dataclass(frozen=True, slots=True)
class Pushed:
    """The names or tags of the images that are pushed; `listed`: they are those that the compose files build."""

    names: tuple[str, ...] = ()
    listed: bool = False


ANY_VERSION = "$"
"""Stands for a tag that differs from run to run."""


def parse_image_pushes(source: Source) -> tuple[ImagePush, ...]:
    """Validate the text of `image_pushes.yaml`. Raises DataError."""
    return load_models(source, ImagePush, is_shipped=True)


@cache
def image_pushes() -> tuple[ImagePush, ...]:
    """All entries in the order of the file. Raises DataError for a mistake in it."""
    text = files("assessor.catalog").joinpath("image_pushes.yaml").read_text("utf-8")
    return parse_image_pushes(Source("image_pushes.yaml", text))


def pushed_by_command(words: Sequence[str]) -> Pushed | None:
    """What a command line pushes; None where it pushes no image."""
    for entry in _by_program().get(words[0], ()) if words else ():
        if matches_command(entry.command or "", words) and not set(entry.without) & set(words):
            names = _named_by(entry, words)
            if names or entry.listed:
                return Pushed(names, entry.listed)
    return None


def pushed_by_step(uses: str, inputs: Mapping[str, str]) -> Pushed | None:
    """What a step that uses an action, task, orb or plugin pushes; None where it pushes no image."""
    entry = _by_use().get(plain_action(uses).lower())
    if entry is None or not entry.pushes:
        return None
    given = {name.lower(): value for name, value in inputs.items()}
    for name, values in entry.only_if.items():
        value = given.get(name.lower(), "").strip().lower()
        if value not in values and not ("$" in value and "$" in values):
            return None
    if any(given.get(name.lower(), "false").strip().lower() not in ("", "false") for name in entry.versions):
        return Pushed((ANY_VERSION,))
    texts = [given[name.lower()] for name in entry.tags if given.get(name.lower(), "").strip()]
    return Pushed(tuple(texts) or ((entry.default,) if entry.default else ()), entry.listed)


def tags_made(uses: str, inputs: Mapping[str, str]) -> tuple[str, ...] | None:
    """The tags that a step makes for the push of another; None where it makes none."""
    entry = _by_use().get(plain_action(uses).lower())
    if entry is None or not entry.makes:
        return None
    lines = [line.strip() for name in entry.tags for line in inputs.get(name, "").split("\n") if line.strip()]
    return tuple(filter(None, (_tag_of(entry, line) for line in lines))) if lines else (entry.default,)


def _tag_of(entry: ImagePush, line: str) -> str:
    """The tag that one line gives: `type=raw,value=latest`, or the value alone; empty where its kind names no state."""
    parts = (
        dict(part.partition("=")[::2] for part in line.split(",")) if "=" in line else {"type": "raw", "value": line}
    )
    kind, event = parts.get("type", "raw"), parts.get("event")
    return entry.makes.get(f"{kind},event={event}" if event else kind, "").replace("$1", parts.get("value", ""))


def builds_image(uses: str) -> bool:
    """The step builds an image of a Dockerfile."""
    entry = _by_use().get(plain_action(uses).lower())
    return entry is not None and entry.builds


_UNTAGGED = re.compile(r"\$\{?CI_REGISTRY_IMAGE\}?(?:/[\w./-]*)?")
"""A variable of GitLab that is an image's name without a tag."""
_IN_BRACES = re.compile(r"\$\{[^{}]{0,200}\}|\{\{[^{}]{0,200}\}\}")


def names_a_version(name: str) -> bool:
    """The tag of an image, or a tag alone, names one state: it differs from run to run, or begins with a number. An image
    without a tag is `latest`."""
    plain = "" if _UNTAGGED.fullmatch(name) else _IN_BRACES.sub("$", name)
    head, _, last = plain.rpartition("/")
    if "@" in last:
        return True
    _, colon, tag = last.rpartition(":")
    if not colon and head and not last.startswith("$"):
        return False
    return not speaks_of("moving_tag", tag) and ("$" in tag or tag.removeprefix("v")[:1].isdigit())


def _named_by(entry: ImagePush, words: Sequence[str]) -> tuple[str, ...]:
    """The images that a command line names."""
    if set(entry.versions) & set(words):
        return (ANY_VERSION,)
    if entry.tags:
        return tuple(_after(words, entry.tags))
    plain = tuple(word for word in words[2:] if not word.startswith("-"))
    return plain[:1] if entry.first else plain[-1:]


def _after(words: Sequence[str], options: tuple[str, ...]) -> Iterator[str]:
    """The values of options: `-t X`, `--tag=X`, and X of `--output type=image,name=X,push=true`."""
    for word, following in pairwise((*words, "")):
        name, sign, value = word.partition("=")
        if name in options:
            text = value if sign else following
            inner = _NAMED.search(text)
            yield inner[1] if inner else text


@cache
def _by_program() -> Mapping[str, list[ImagePush]]:
    """Entries by their program, those of most words first: `docker compose push` is no `docker push`."""
    found: dict[str, list[ImagePush]] = {}
    for entry in sorted(image_pushes(), key=lambda entry: -(entry.command or "").count(" ")):
        if entry.command:
            found.setdefault(entry.command.partition(" ")[0], []).append(entry)
    return found


@cache
def _by_use() -> Mapping[str, ImagePush]:
    return {entry.uses: entry for entry in image_pushes() if entry.uses}
