"""Libraries of machine learning that a project imports: a sign that it is about models, no proof of any practice.

A dependency alone is none: nothing here uses it. See `manifests`. Where no library is known, that a function or a script is
named for training a model keeps us from saying that there is no machine learning: see `is_named_for_training`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from assessor.catalog.loading import Source, Value, load_value
from assessor.catalog.tools import Tool
from assessor.catalog.words import speaks_of
from assessor.facts.commands import Command
from assessor.facts.role import Role
from assessor.project.invocations import interpret
from assessor.project.model import Project, ProjectFile
from assessor.project.source_uses import source_uses
from assessor.snapshot.roles import role_of

LEARNING = frozenset(
    {"automl", "cloud_ml", "drift_monitoring", "evaluation", "feature_store", "registry", "responsible_ai"}
    | {"tracking", "training", "tuning"}
)
"""Categories of tools that nothing but machine learning needs."""
CODE = (".py", ".ipynb", ".R", ".r", ".jl")


def learning_libraries(project: Project, tools: Sequence[Tool]) -> tuple[str, ...]:
    """Ids of the tools of those categories, and packages of `learning.yaml`, that the project imports or installs for a
    trainer, and its files that only such tools have, sorted. A name that
    products of other categories are imported by too (boto3, pyspark) does not count."""
    shared = {name for tool in tools if tool.category not in LEARNING for name in tool.imports}
    imported = frozenset(_imports(project))
    names = imported - shared
    found = set(_installed_for_training(project, tools))
    found |= {tool.id for tool in tools if tool.category in LEARNING and not names.isdisjoint(tool.imports)}
    found |= set(_called(project, tools))
    found |= _known({name.replace("_", "-") for name in imported}, known_packages())
    found |= _known(_loaded(project, "r"), _written().r) | _known(_loaded(project, "julia"), _written().julia)
    names_of_files = {file.path.rpartition("/")[2] for file in project.ordered}
    found.update(_written().files & names_of_files)
    return tuple(sorted(found))


def _known(names: Set[str], patterns: Iterable[str]) -> set[str]:
    """The packages of which one of the names is a part."""
    starts = {pattern: pattern.removesuffix("*") for pattern in patterns}
    return {
        start.removesuffix("-")
        for pattern, start in starts.items()
        if any(name == start or (start != pattern and name.startswith(start)) for name in names)
    }


def _loaded(project: Project, language: str) -> frozenset[str]:
    """The packages that its own code of R or Julia loads, or names before a function of theirs."""
    found: set[str] = set()
    for _, calls in project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY, Role.TEST})):
        for call in calls if calls[0].language == language else ():
            package, sign, _ = call.name.partition("::")
            found.add(package if sign else call.loaded)
    return frozenset(found)


def _called(project: Project, tools: Sequence[Tool]) -> Iterator[str]:
    """Products that are called in languages without a parser: those that let a language model answer, and those of the
    categories."""
    owners: dict[str, str] = {}
    for tool in tools:
        of_learning = tool.category in LEARNING
        owners |= dict.fromkeys(tool.asks, tool.id)
        owners |= dict.fromkeys((p for proof in tool.proves for p in proof.source_calls if of_learning), tool.id)
    for _, _, pattern in source_uses(project, owners):
        yield owners[pattern]


def known_packages() -> tuple[str, ...]:
    """The packages of `learning.yaml`. Raises DataError."""
    groups = _written()
    return (*groups.frameworks, *groups.language_models, *groups.inference, *groups.models)


_Pattern = Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]*\*?$")]
_NameOfRAndJulia = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9.]*\*?$")]


class _Learning(Value):
    """`learning.yaml`."""

    frameworks: tuple[_Pattern, ...]
    language_models: tuple[_Pattern, ...]
    inference: tuple[_Pattern, ...]
    models: tuple[_Pattern, ...]
    r: tuple[_NameOfRAndJulia, ...]
    julia: tuple[_NameOfRAndJulia, ...]
    files: frozenset[str]


@cache
def _written() -> _Learning:
    text = files("assessor.catalog").joinpath("learning.yaml").read_text("utf-8")
    return load_value(Source("learning.yaml", text), _Learning, is_shipped=True)


def _imports(project: Project) -> Iterator[str]:
    """Dotted names that its own code, tests and notebooks import, each with all its beginnings."""
    for file in project.ordered:
        if file.code is None or file.role not in (Role.FIRST_PARTY, Role.TEST, Role.TEMPLATE):
            continue
        for imported in file.code.imports:
            parts = imported.target.split(".")
            yield from (".".join(parts[:size]) for size in range(1, len(parts) + 1) if parts[0])


def _installed_for_training(project: Project, tools: Sequence[Tool]) -> Iterator[str]:
    """Such packages that a job, script or image installs where it also starts a script of this repository that is named for
    training or predicting: even where that script is still a placeholder, it is one for a model."""
    packages = {name: tool.id for tool in tools if tool.category in LEARNING for name in tool.packages}
    scripts = {path.rpartition("/")[2] for path, file in project.files.items() if file.role is Role.FIRST_PARTY}
    for commands in _command_lists(project):
        invocations = [made for command in commands if (made := interpret(command.argv))]
        named = {made.script.rpartition("/")[2] for made in invocations if made.script.endswith(CODE)} & scripts
        if any(speaks_of("train", name) or speaks_of("predicting", name) for name in named):
            for word in (word for made in invocations if made.words[1:2] == ("install",) for word in made.arguments):
                name = _VERSION.split(word, maxsplit=1)[0].lower().replace("_", "-")
                if name in packages:
                    yield packages[name]


def _command_lists(project: Project) -> Iterator[tuple[Command, ...]]:
    """The commands of each job, script, target and image of the project's own."""
    for file in project.ordered:
        if file.role is not Role.FIRST_PARTY:
            continue
        facts = file.facts
        for job in (job for workflow in facts.workflows if not workflow.disabled for job in workflow.jobs):
            yield tuple(command for step in job.steps for command in step.commands)
        yield from (target.commands for target in facts.targets)
        yield facts.script.commands if facts.script else ()
        yield (*facts.dockerfile.commands, *facts.dockerfile.entry) if facts.dockerfile else ()


_VERSION = re.compile(r"[\[=<>~!;@ ]")


def is_named_for_training(project: Project) -> bool:
    """A function or a script of its own is named for training a model. It proves nothing; but "no machine learning" would be
    too much to say where a package of which nothing is known, or one of its own, may do the work."""
    return any(speaks_of("trains_by_its_name", name) for file in project.ordered for name in _names(file))


def _names(file: ProjectFile) -> Iterator[str]:
    """The names of a file of its own code or scripts, and of the functions that it defines."""
    if file.role is not Role.FIRST_PARTY:
        return
    if file.code or file.facts.script or file.facts.source_calls:
        yield file.path.rpartition("/")[2]
    for scope in file.code.scopes[:MAX_SCOPES] if file.code else ():
        yield scope.name.rpartition(".")[2]
    yield from (call.arguments for call in file.facts.source_calls if call.name == "function")


MAX_SCOPES = 2_000
"""Functions of one file whose names are looked at."""


def hides_code(project: Project) -> bool:
    """A module or notebook of its own could not be read: it may be the one that trains."""
    unread = (path for path in project.own if path not in project.files)
    return any(path.endswith(CODE) and role_of(path) is Role.FIRST_PARTY for path in unread)


def manifests(project: Project) -> tuple[str, ...]:
    """Paths of the files that only name dependencies, sorted."""
    return tuple(file.path for file, _ in project.having(lambda facts: facts.requirements))
