"""The practices that an audit rates: what each rung means, why the practice matters and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from assessor.catalog.loading import Source, Value, did_you_mean, load_value

RungName = Literal["declared", "used", "automated", "enforced"]
Effort = Literal["S", "M", "L"]
"""S: hours, M: days, L: weeks, for one person who knows the project."""
Family = Literal["python", "notebook", "ci", "dependencies", "infrastructure", "documents", "git"]

_Steps = dict[RungName, str]

RUNGS: tuple[RungName, ...] = ("declared", "used", "automated", "enforced")


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice. `title` names it and claims nothing of a repository; `absent` says what is so where nothing of it was
    found. `rungs` has only the rungs that it defines, lowest first, each with what it means here.

    `do` names the step to a rung as an imperative, `fix` says how to take it (one sentence each); `variants` says it for one
    CI system (github, gitlab, azure, jenkins) or product (a tool of the catalogue); `covers` has the lower rung whose step
    a higher one makes superfluous; `observable_by` names the reader families that carry it: where their files cannot be read, it is hidden.
    """

    id: str
    dimension: str
    name: str
    title: str
    absent: str
    rungs: dict[RungName, str]
    why: str
    fix: dict[RungName, str]
    variants: dict[str, dict[RungName, str]]
    effort: dict[RungName, Effort]
    observable_by: tuple[Family, ...]
    do: dict[RungName, str]
    covers: dict[RungName, RungName]
    needs_model: bool = False
    """It means something only where there is machine learning: data for a model, or a model."""
    needs_run: bool = False
    """It means something only where something runs: what is a library alone is published, and never run by its makers."""

    def step_to(self, rung: str, stack: Sequence[str] = ()) -> str:
        """What to do to come to `rung`, in the words of the first of `stack` that has some. KeyError for an undefined
        rung."""
        name = cast("RungName", rung)
        return next((self.variants[own][name] for own in stack if name in self.variants.get(own, {})), self.fix[name])

    def steps_to(self, rungs: Sequence[RungName], stack: Sequence[str] = ()) -> str:
        """What to do to climb these rungs in one go: the step to each, but for one that a higher one covers."""
        covered = {self.covers[rung] for rung in rungs if rung in self.covers}
        return " ".join(self.step_to(rung, stack) for rung in rungs if rung not in covered)

    def title_to(self, rung: str) -> str:
        """The step to a rung as an imperative of its own."""
        name = cast("RungName", rung)
        return self.do[name] if name in self.do else next(iter(self.do.values()))

    def next_rung(self, rung: str) -> RungName | None:
        """The next higher rung that this practice defines; None at its top. Any other word counts as absent."""
        height = next((at for at, name in enumerate(RUNGS) if name == rung), -1)
        return next((name for name in self.rungs if RUNGS.index(name) > height), None)


class _Written(Value):
    """A practice as `practices.yaml` writes it."""

    title: str
    absent: Annotated[str, Field(min_length=5)]
    declared: str = ""
    used: str = ""
    automated: str = ""
    enforced: str = ""
    why: Annotated[str, Field(min_length=20)]
    do: Annotated[_Steps, Field(min_length=1)]
    fix: _Steps
    covers: dict[RungName, RungName] = Field(default_factory=dict)
    fix_for: dict[str, _Steps] = Field(default_factory=dict)
    """Tool of the catalogue → what to do where that product is in use."""
    fix_github: _Steps = Field(default_factory=dict)
    fix_gitlab: _Steps = Field(default_factory=dict)
    fix_azure: _Steps = Field(default_factory=dict)
    fix_jenkins: _Steps = Field(default_factory=dict)
    effort: dict[RungName, Effort]
    observable_by: Annotated[tuple[Family, ...], Field(min_length=1)]
    needs_model: bool = False
    needs_run: bool = False

    @property
    def rungs(self) -> dict[RungName, str]:
        return {rung: text for rung in RUNGS if (text := getattr(self, rung))}

    @property
    def variants(self) -> dict[str, dict[RungName, str]]:
        stacks = ("github", "gitlab", "azure", "jenkins")
        return {stack: found for stack in stacks if (found := getattr(self, f"fix_{stack}"))} | self.fix_for

    @model_validator(mode="after")
    def _steps_fit_rungs(self) -> _Written:
        defined = set(self.rungs)
        if not defined:
            raise ValueError("no rung is defined")
        if set(self.do) != defined - {"declared"}:
            raise ValueError("'do' must have exactly the rungs that are defined, without 'declared'")
        if not set(self.covers) | set(self.covers.values()) <= defined:
            raise ValueError("'covers' has rungs that are not defined")
        for name, steps in (("fix", self.fix), ("effort", self.effort)):
            if set(steps) != defined:
                wrong = ", ".join(sorted(set(steps) ^ defined))
                raise ValueError(f"'{name}' must have exactly the rungs that are defined; look at {wrong}")
        for stack, found in self.variants.items():
            if set(found) - defined:
                raise ValueError(f"'fix_{stack}' has rungs that are not defined")
        return self


def parse_practices(source: Source) -> tuple[Practice, ...]:
    """Validate a practices text (dimension → name → practice). Raises DataError."""
    written = load_value(source, dict[str, dict[str, _Written]], is_shipped=True)
    return tuple(
        Practice(
            f"{dimension}.{name}", dimension, name, entry.title, entry.absent, entry.rungs, entry.why, entry.fix,
            entry.variants, entry.effort, entry.observable_by, entry.do, entry.covers, entry.needs_model, entry.needs_run,
        )
        for dimension, group in written.items()
        for name, entry in group.items()
    )  # fmt: skip


@cache
def load_practices() -> tuple[Practice, ...]:
    """All practices in the order of the file. Raises DataError."""
    text = files("assessor.catalog").joinpath("practices.yaml").read_text("utf-8")
    return parse_practices(Source("practices.yaml", text))


@cache
def practice_rungs() -> dict[str, frozenset[str]]:
    """Practice id → the rungs that it defines; what validators of practice names compare with."""
    return {practice.id: frozenset(practice.rungs) for practice in load_practices()}


@cache
def said_where_absent() -> dict[str, str]:
    """Practice id → what is so where nothing of it was found, as a sentence without its full stop."""
    return {practice.id: practice.absent for practice in load_practices()}


def known_practice(name: str, info: ValidationInfo) -> str:
    """Refuse a name that is no practice: not in the context's `practices`, or without it not in the catalogue."""
    known: Any = (info.context or {}).get("practices") or practice_rungs()
    if name not in known:
        raise ValueError(f"no practice '{name}'{did_you_mean(name, known)}")
    return name


PracticeId = Annotated[str, AfterValidator(known_practice)]
"""The id of a practice; models of tools and rubrics use it, so that a misspelt one is told with its line."""
