"""Containers that a command starts on machines elsewhere: of an image of this repository, or of a script that it hands over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from assessor.catalog.image_starts import ImageStart, image_start
from assessor.facts.commands import Command
from assessor.project.arrivals import Context, hopped
from assessor.project.containers import Containers
from assessor.project.following import Following
from assessor.project.image_names import image_name
from assessor.project.invocations import Invocation
from assessor.project.paths import joined

_MOST_WORDS = 60

Values = Mapping[str, list[str]]
"""Name of an option or key → its values in their order."""


class ImageStarts:
    """Follows such commands of one walk."""

    def __init__(self, walk: Following, containers: Containers) -> None:
        self.walk = walk
        self.containers = containers

    def follow(self, invocation: Invocation, context: Context) -> None:
        """Follow the images, scripts and modules that a command starts, by its options and the files that these name."""
        entry = image_start(invocation.words)
        if entry is None or context.arrival.hop is None:
            return
        options = dict(_options(invocation.arguments))
        words = invocation.arguments
        behind = words[words.index("--") + 1 :] if entry.behind and "--" in words else ()
        self._start(entry, options, context, behind)
        for text in (text for name in entry.lists for text in options.get(name, ())):
            self._start(entry, options | _listed(text), context)
        for text in (text for name in entry.files for text in options.get(name, ())):
            self._in_file(entry, text.removeprefix("file://"), options, context)

    def _in_file(self, entry: ImageStart, name: str, options: Values, context: Context) -> None:
        found = self.walk.paths.locate(name, context)
        file = self.walk.project.files.get(found or "")
        if file is None:
            return
        self.walk.reach.files[file.path].append(context.arrival)
        groups: dict[str, dict[str, list[str]]] = {}
        lines: dict[str, int] = {}
        for setting in file.facts.settings:
            parts = setting.key.split(".")
            while parts and parts[-1].isdecimal():
                parts.pop()
            head = ".".join(parts[:-1])
            groups.setdefault(head, {}).setdefault(parts[-1] if parts else "", []).append(setting.value)
            lines.setdefault(head, setting.line)
        for head, values in groups.items():
            if any(values.get(key) for key in entry.keys):
                hop = hopped(context.arrival, file, lines[head], head or file.path)
                self._start(entry, {**options, **values}, replace(context, arrival=hop, path=file.path))

    def _start(self, entry: ImageStart, values: Values, context: Context, behind: tuple[str, ...] = ()) -> None:
        """One container: what its options, or one object of a file, say of it."""
        command = tuple(_words(entry.command, values))
        arguments = (*_words(entry.arguments, values), *behind)
        folder = next(_values(entry.folders, values), "")
        inner = replace(context, cwd=joined(context.cwd, folder)) if folder else context
        for script in _values(entry.scripts, values):
            self.walk.command(Command(("python", script, *arguments), context.place.line), inner)
        for module in _values(entry.modules, values):
            self.walk.command(Command(("python", "-m", module, *arguments), context.place.line), inner)
        for image in _values((*entry.images, *entry.keys), values):
            if command:
                self.containers.within(image_name(image), (*command, *arguments), context)
            else:
                self.containers.start(image, context, command=arguments)


def _options(words: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for word, following in pairwise((*words, "")):
        name, joint, value = word.partition("=")
        if name.startswith("--") and len(name) > len("--"):
            found.setdefault(name, []).append(value if joint else following)
    yield from found.items()


def _listed(text: str) -> dict[str, list[str]]:
    """`machine-type=n1,container-image-uri=x` by its keys."""
    pairs = (part.partition("=") for part in text.split(","))
    return {name.strip(): [value] for name, joint, value in pairs if joint}


def _values(names: Iterable[str], values: Values) -> Iterator[str]:
    return (value for name in names for value in values.get(name, ()) if value)


def _words(names: Iterable[str], values: Values) -> Iterator[str]:
    """Words of a command: a list of a file, or a text of the command line with commas or spaces between them."""
    for name in names:
        for value in values.get(name, ())[:_MOST_WORDS]:
            if not name.startswith("--"):
                yield value
            elif value.startswith("["):
                yield from _of_json(value)
            else:
                yield from value.split("," if "," in value and " " not in value else None)


def _of_json(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [word for word in found if isinstance(word, str)] if isinstance(found, list) else []
