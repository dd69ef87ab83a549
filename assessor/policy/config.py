"""Reads configuration: `assessor.yaml`, `[tool.assessor]` in pyproject.toml, and an organisation's policy file.

Only data is read, and from the audited repository only through its snapshot: a configuration cannot name a file outside
of it. A mistake is told as `file:line: what`, with the nearest right name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assessor.catalog.loading import DataError, Source, check_tree, did_you_mean, line_of, load_value
from assessor.policy.model import Config, Policy, Targets
from assessor.readers.syntax.toml_text import load_toml
from assessor.readers.syntax.yaml_tree import Node
from assessor.readers.texts.settings import SettingsProblem, toml_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from assessor.readers.texts.settings import Entry

YAML_NAMES = ("assessor.yaml", "assessor.yml")
TOML_NAME = "pyproject.toml"
TOML_TABLE = ("tool", "assessor")
MAX_CHARACTERS = 1_000_000
"""A configuration that is longer is none that a person wrote."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration and the file that it comes from; no file where the repository has none."""

    config: Config = field(default_factory=Config)
    path: str = ""
    text: str = ""
    outside: Path | None = None
    """The folder of this machine in which it lies, where it is none of the repository's."""
    folder: str = ""
    """The folder, below the repository's root, in which it stands and from which its globs are seen."""

    @property
    def source(self) -> Source:
        return Source(self.path, self.text)

    def line(self, *keys: str | int) -> int:
        """The line of the first value under `keys`, or of the nearest entry above it; 1 where there is no file."""
        if self.path.rpartition("/")[2] == TOML_NAME:
            return _toml_line(_toml_lines(toml_entries(self.text)), keys)
        return line_of(self.source, *keys) if self.text.strip() else 1


def find_config(read: Callable[[str], str | None], folder: str = "") -> Loaded:
    """The repository's configuration: that of the folder which is audited, else the one at the repository's root. `read`
    gives the text of a file, None where it is not there. Raises DataError for a mistake in it, and where there are two."""
    for place in dict.fromkeys((folder, "")):
        loaded = list(_configs_in(read, place))
        if len(loaded) > 1:
            names = " and ".join(
                f"[tool.assessor] in {e.path}" if e.path.endswith(TOML_NAME) else e.path for e in loaded
            )
            raise DataError(f"{loaded[0].path}:1: there are two configurations, {names}; keep one")
        if loaded:
            return loaded[0]
    return Loaded()


def _configs_in(read: Callable[[str], str | None], folder: str) -> Iterator[Loaded]:
    for name in (*YAML_NAMES, TOML_NAME):
        path = f"{folder}/{name}" if folder else name
        text = read(path)
        if text is None:
            continue
        config = parse_pyproject(Source(path, text)) if name == TOML_NAME else parse_config(Source(path, text))
        if config is not None:
            yield Loaded(config, path, text, folder=folder)


def parse_config(source: Source) -> Config:
    """A configuration in YAML; an empty text asks nothing. Raises DataError."""
    _refuse_length(source)
    config = load_value(source, Config | None)  # type: ignore[arg-type]
    return _checked(config or Config(), lambda *keys: line_of(source, *keys), source.name)


def parse_policy(source: Source) -> Policy:
    """An organisation's policy in YAML. Raises DataError."""
    _refuse_length(source)
    policy = load_value(source, Policy)
    _checked(policy, lambda *keys: line_of(source, *keys), source.name)
    return policy


def parse_pyproject(source: Source) -> Config | None:
    """The table `[tool.assessor]` of a pyproject.toml; None where it has none. Raises DataError."""
    if "tool.assessor" not in source.text:
        return None  # most have none, and a broken one is not for us to tell
    _refuse_length(source)
    try:
        entries = toml_entries(source.text)
        data: Any = load_toml(source.text)
    except SettingsProblem as problem:
        raise DataError(f"{source.name}:{problem.line}: {problem.reason}") from problem
    except (ValueError, RecursionError) as error:
        raise DataError(f"{source.name}:1: no TOML that can be read: {str(error)[:200]}") from error
    for key in TOML_TABLE:
        data = data.get(key) if isinstance(data, dict) else None
    if data is None:
        return None
    lines = _toml_lines(entries)
    tree = _tree(data, TOML_TABLE, lines)
    config = check_tree(source.name, tree, data, Config)
    return _checked(config, lambda *keys: _toml_line(lines, keys), source.name)


def _toml_lines(entries: Iterable[Entry]) -> dict[tuple[str, ...], int]:
    """Every path of a TOML document, and the paths above it → the first line that speaks of it."""
    lines: dict[tuple[str, ...], int] = {}
    for entry in entries:
        for length in range(len(entry.path) + 1):
            lines.setdefault(entry.path[:length], entry.line)
    return lines


def _toml_line(lines: Mapping[tuple[str, ...], int], keys: tuple[str | int, ...]) -> int:
    path = (*TOML_TABLE, *(str(key) for key in keys))
    return next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), 1)


def _tree(value: Any, path: tuple[str, ...], lines: Mapping[tuple[str, ...], int]) -> Node:
    """The TOML value as a tree that knows its lines."""
    line = lines.get(path, 1)
    if isinstance(value, dict):
        below = {key: _tree(item, (*path, key), lines) for key, item in value.items()}
        entries = tuple((Node("scalar", lines.get((*path, key), line), key), node) for key, node in below.items())
        return Node("map", line, entries=entries, _index=below)
    if isinstance(value, list):
        children = tuple(_tree(item, (*path, str(number)), lines) for number, item in enumerate(value))
        return Node("list", line, children=children)
    return Node("scalar", line, str(value))


def _refuse_length(source: Source) -> None:
    if len(source.text) > MAX_CHARACTERS:
        raise DataError(f"{source.name}:1: longer than {MAX_CHARACTERS:,} characters")


def _checked(config: Config, line: Callable[..., int], name: str) -> Config:
    """What only the whole shows to be wrong. Raises DataError."""
    told = []
    if config.profile and config.profile not in profiles():
        known = did_you_mean(config.profile, profiles()) or f"; there are {', '.join(profiles())}"
        told.append(f"{name}:{line('profile')}: no profile '{config.profile}'{known}")
    if config.profile and (config.targets.level is not None or config.targets.dimensions):
        told.append(f"{name}:{line('targets')}: 'profile' and 'targets' say the same thing; keep one")
    said = [("attestations", number, entry.subject) for number, entry in enumerate(config.attestations)]
    said += [("waivers", number, entry.subject) for number, entry in enumerate(config.waivers)]
    said += [("units", number, unit.name) for number, unit in enumerate(config.units)]
    seen: set[tuple[str, str]] = set()
    for kind, number, subject in said:
        if (kind, subject) in seen:
            told.append(f"{name}:{line(kind, number)}: {kind}: '{subject}' stands twice")
        seen.add((kind, subject))
    if told:
        raise DataError("\n".join(told))
    return config


@dataclass(frozen=True, slots=True)
class Profile:
    """A shipped set of targets for one kind of product; levels by maturity model."""

    name: str
    about: str
    targets: dict[str, Targets]


@cache
def profiles() -> dict[str, Profile]:
    """The shipped profiles in the order of the file."""
    text = files("assessor.policy").joinpath("profiles.yaml").read_text("utf-8")
    written = load_value(Source("profiles.yaml", text), dict[str, dict[str, Targets | str]])
    return {
        name: Profile(
            name, str(entry["about"]), {key: value for key, value in entry.items() if isinstance(value, Targets)}
        )
        for name, entry in written.items()
    }


def targets_of(config: Config, rubric: str) -> Targets:
    """The targets that a configuration sets for a maturity model; empty where it sets none."""
    if config.profile:
        return profiles()[config.profile].targets.get(rubric, Targets())
    return config.targets
