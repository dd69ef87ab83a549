"""Products that prove practices: how each shows itself in a repository and what that proves. Tools are data.

`tools/*.yaml` has one file a family; the head of each tells nothing more than the fields below do. How patterns are
compared is in `patterns.py`.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from assessor.catalog.loading import DataError, Source, Value, load_models
from assessor.catalog.practices import PracticeId, RungName, practice_rungs
from assessor.catalog.registries import source_call
from assessor.catalog.words import concepts

CATEGORIES = (
    "automl", "ci", "cloud_ml", "config", "dashboards", "data_loading", "data_versioning", "docs", "drift_monitoring",
    "evaluation", "feature_store", "infrastructure", "lineage", "linting", "logging", "monitoring", "notebooks",
    "orchestration", "packaging", "persistence", "registry", "responsible_ai", "scheduling", "security", "seeds", "serving",
    "testing", "tracking", "training", "tuning", "types", "validation",
)  # fmt: skip

_WORD = r"[A-Za-z_]\w*"
_CALL = re.compile(rf"\*|\?(?:\.{_WORD})+|{_WORD}(?:\.{_WORD})*(?:\.\*(?:{_WORD})?)?")
_IMPORT = re.compile(rf"{_WORD}(?:\.{_WORD})*")
_PACKAGE = re.compile(
    r"[a-z0-9]+(?:-[a-z0-9]+)*|[A-Za-z][A-Za-z0-9.]*|(?:npm|gem|go|nuget|java):[\w@.~-]+(?:[/:][\w.~-]+)*"
)
_R_CALL = re.compile(r"(?:[A-Za-z][\w.]*::)?[A-Za-z][\w.!]*")


def _matching(pattern: re.Pattern[str], what: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"'{text}' is no {what}")
        return text

    return AfterValidator(check)


CallPattern = Annotated[str, _matching(_CALL, "call pattern")]
ImportName = Annotated[str, _matching(_IMPORT, "import name")]
PackageName = Annotated[
    str,
    _matching(
        _PACKAGE,
        "normalised package name (lower case, `-`), or one with its registry (`npm:@scope/name`, `gem:`, `go:`, `nuget:`)",
    ),
]
SourceCallPattern = Annotated[str, AfterValidator(source_call)]
RCall = Annotated[str, _matching(_R_CALL, "R function")]
CommandPattern = Annotated[str, _matching(re.compile(r"\S+(?: \S+)*"), "command of single-spaced words")]
ResourcePattern = Annotated[str, _matching(re.compile(r"[\w*-]+:[\w*./:@-]+"), "resource pattern `system:kind`")]
SettingPattern = Annotated[str, _matching(re.compile(r"[^:]+:[^=]+(?:=.+)?"), "setting pattern `file:key=value`")]
FilePattern = Annotated[str, _matching(re.compile(r"[^\s:]+"), "file pattern")]
ActionPattern = Annotated[
    str, _matching(re.compile(r"(?:\*/)?[\w.-]+(?:/[\w.-]+)*"), "action, task or orb without version")
]
ImagePattern = Annotated[str, _matching(re.compile(r"[a-z0-9._-]+(?:/[a-z0-9._-]+)*"), "image without tag")]
HookPattern = Annotated[
    str, _matching(re.compile(r"[\w.-]+(?:/[\w.-]+)*"), "hook id or end of its repository's address")
]
Words = Annotated[tuple[str, ...], Field(min_length=1)]


Scalar = str | int | float | bool


class Proof(Value):
    """One way in which a tool proves one practice. Any one match of any pattern is a proof.

    A call counts only where every keyword in `keywords` is given with that value or one of several (`*`: any but None
    and False), alone or in a list, and no name in `without` is a keyword of it; a command only where no word of it is in `without`; a
    call of R only where its file names nothing that is in `without`. What
    has a value of `unless` does not count: it switches the proof off. `needs_argument`: the bare call does something
    else. `given`: a concept of words.yaml, of which a text speaks that the call is given by position. `softened_by`: settings by which a violation of a product that raises only warns; `warns`:
    names in the function by which it does.
    `records`: the product itself keeps what each step took in and gave out, or what it measured. `raises`: where it fails, it raises by itself. `read_by`: settings are the tool's only where code calls one of these, which reads them. `text` follows the
    tool's title in a report: "MLflow: logs parameters".
    `hands_over`: commands count where they copy a folder of this repository that holds definitions of the tool to another machine.
    `by_the_way`: the command does something else first, so that it counts only where a run comes to it, and guards nothing.
    `speaks`: a concept of words.yaml; a call counts only where its own texts, its function or its file speak of it, since
    the product runs any job.
    `branch` names the keywords of a condition in which that stands which runs only where it is met; `*` is the call itself.
    `otherwise`: the keywords of what runs where it is not met; what stands in both does not hang on it.
    """

    practice: PracticeId
    rung: RungName = "used"
    calls: tuple[CallPattern, ...] = ()
    keywords: dict[str, Scalar | Annotated[tuple[Scalar, ...], Field(min_length=1)]] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    unless: dict[str, Scalar] = Field(default_factory=dict)
    softened_by: tuple[SettingPattern, ...] = ()
    warns: tuple[CallPattern, ...] = ()
    records: bool = False
    raises: bool = False
    needs_argument: bool = False
    given: str = ""
    by_the_way: bool = False
    hands_over: bool = False
    read_by: tuple[CallPattern, ...] = ()
    decorators: tuple[CallPattern, ...] = ()
    bases: tuple[CallPattern, ...] = ()
    commands: tuple[CommandPattern, ...] = ()
    actions: tuple[ActionPattern, ...] = ()
    images: tuple[ImagePattern, ...] = ()
    files: tuple[FilePattern, ...] = ()
    resources: tuple[ResourcePattern, ...] = ()
    settings: tuple[SettingPattern, ...] = ()
    hooks: tuple[HookPattern, ...] = ()
    r_calls: tuple[RCall, ...] = ()
    source_calls: tuple[SourceCallPattern, ...] = ()
    branch: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    speaks: str = ""
    text: Annotated[str, Field(min_length=8)]

    @cached_property
    def asks_nothing(self) -> bool:
        """Every call of its patterns is a proof, whatever its arguments."""
        return not (self.needs_argument or self.given or self.unless or self.keywords or self.without)

    @property
    def patterns(self) -> tuple[str, ...]:
        """Every pattern of every kind, in the order of the fields."""
        return (
            *self.calls, *self.decorators, *self.bases, *self.commands, *self.actions, *self.images, *self.files,
            *self.resources, *self.settings, *self.hooks, *self.r_calls, *self.source_calls,
        )  # fmt: skip

    @model_validator(mode="after")
    def _can_match(self, info: ValidationInfo) -> Proof:
        if not self.patterns:
            raise ValueError("a proof without any pattern can never match")
        if self.keywords and not (self.calls or self.decorators):
            raise ValueError("'keywords' narrow calls, and there are none")
        if self.without and not (self.calls or self.decorators or self.commands or self.r_calls):
            raise ValueError("'without' narrows calls and commands, and there are none")
        if (self.unless or self.needs_argument) and not (self.calls or self.decorators or self.settings):
            raise ValueError("'unless' and 'needs_argument' narrow calls and settings, and there are none")
        if self.read_by and not self.settings:
            raise ValueError("'read_by' narrows settings, and there are none")
        if "*" in self.calls and not self.keywords:
            raise ValueError("the call pattern '*' needs keywords: without them every call is a proof")
        unknown = {self.speaks, self.given} - {"", *concepts()}
        if unknown:
            raise ValueError(f"words.yaml has no concept '{min(unknown)}'")
        known = (info.context or {}).get("practices") or practice_rungs()
        if "rung" in self.model_fields_set and self.rung not in known[self.practice]:
            raise ValueError(f"'{self.practice}' defines no rung '{self.rung}'")
        return self


Trait = Literal["table", "web", "page", "raises", "scheduler", "pages", "called", "keeps", "folder"]
"""What a product is, beside what it proves: it holds tables or arrays; it is a web framework that serves anything; it makes
pages of an application; a check of it that fails raises by itself; it starts functions of its user by the clock; it
brings pages to where they are read; its models are called themselves (`net(x)`); it keeps what the steps of its pipelines return; it
brings away what is written into a folder."""


class Switch(Value):
    """A setting, or a group of settings (`data_capture_config.`), of an object of infrastructure code that switches something
    on; `unless` are the values, in lower case, under which it does not."""

    resource: ResourcePattern
    setting: Annotated[str, Field(pattern=r"^[\w.]+$")]
    unless: tuple[str, ...] = ("false",)


class SwitchedOff(Value):
    """Calls that start a product, and a keyword with the values (lower case) under which it then does nothing."""

    calls: tuple[CallPattern, ...] = Field(min_length=1)
    keyword: str
    values: tuple[str, ...] = Field(min_length=1)


class Tool(Value):
    """A product. `declares` are the practices that a bare dependency on it, or an import of it, rates `declared`.

    `off_by` names variables of a run's environment with the values (any case) under which the product does nothing there; `off_in_code`
    says how code itself switches it off.
    `traits`, `asks` (calls of other languages than Python that let a language model answer), `steps` (calls, decorators and base classes each of which makes one step of a pipeline), `submits`
    (calls that start a run of a pipeline elsewhere), `transforms` (calls that fit or apply a preparation of data, no
    model), `chains` (calls that make preparation and model one object), `loggers` (calls that return a logger) and three
    kinds of settings prove nothing alone: rules ask for them. By `captures` a platform keeps what an endpoint was asked and
    answered, by `shifts` it moves traffic to a new version step by step, by `rolls_back` it goes back when that one fails.
    `shipped_models`: how images and addresses begin of the models that the product's own documentation serves; a definition
    of nothing else serves no model of a project.
    """

    id: Annotated[str, _matching(re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*"), "id of lower-case words with `-`")]
    title: Annotated[str, Field(min_length=1)]
    category: str
    url: Annotated[str, _matching(re.compile(r"https://[\w.-]+\.[a-z]+(?:/[\w./#~-]*)?"), "https address")]
    packages: tuple[PackageName, ...] = ()
    imports: tuple[ImportName, ...] = ()
    declares: tuple[PracticeId, ...] = ()
    off_by: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    off_in_code: tuple[SwitchedOff, ...] = ()
    traits: tuple[Trait, ...] = ()
    asks: tuple[SourceCallPattern, ...] = ()
    steps: tuple[CallPattern, ...] = ()
    submits: tuple[CallPattern, ...] = ()
    choosers: tuple[CallPattern, ...] = ()
    transforms: tuple[CallPattern, ...] = ()
    chains: tuple[CallPattern, ...] = ()
    loggers: tuple[CallPattern, ...] = ()
    captures: tuple[Switch, ...] = ()
    shifts: tuple[Switch, ...] = ()
    rolls_back: tuple[Switch, ...] = ()
    shipped_models: tuple[Annotated[str, Field(min_length=5)], ...] = ()
    proves: tuple[Proof, ...] = ()

    def is_off(self, env: tuple[tuple[str, str], ...]) -> bool:
        """The environment switches the product off; the last value of a variable counts."""
        if not self.off_by or not env:
            return False
        given = dict(env)
        return any(given.get(name, "").strip("'\"").lower() in values for name, values in self.off_by.items())

    @model_validator(mode="after")
    def _is_complete(self) -> Tool:
        if self.category not in CATEGORIES:
            raise ValueError(f"no category '{self.category}'; one of {', '.join(CATEGORIES)}")
        if self.declares and not (self.packages or self.imports):
            raise ValueError("'declares' needs 'packages' or 'imports' to see the dependency by")
        if (
            not (self.proves or self.declares or self.traits or self.submits or self.asks)
            and self.category != "persistence"
        ):
            raise ValueError("a tool that proves and declares nothing says nothing")
        loose = [
            p
            for proof in self.proves
            for p in (*proof.calls, *proof.decorators, *proof.bases)
            if p.startswith("?.") and p.count(".") == 1
        ]
        if loose and not self.imports:
            raise ValueError(f"the pattern '{loose[0]}' needs 'imports': it counts only in files that import the tool")
        return self


def parse_tools(source: Source) -> tuple[Tool, ...]:
    """Validate one family's text: a list of tools. Raises DataError."""
    return load_models(source, Tool, context={"practices": practice_rungs()}, is_shipped=True)


def load_family(name: str) -> tuple[Tool, ...]:
    """The tools of one family file (`tracking`), in the order of the file. Raises DataError."""
    text = files("assessor.catalog").joinpath("tools", f"{name}.yaml").read_text("utf-8")
    return parse_tools(Source(f"tools/{name}.yaml", text))


def _line_of(family: str, tool_id: str) -> int:
    """The last line of a family file on which an entry of this id begins."""
    text = files("assessor.catalog").joinpath("tools", f"{family}.yaml").read_text("utf-8")
    return max((n for n, line in enumerate(text.splitlines(), 1) if line == f"- id: {tool_id}"), default=1)


def families() -> tuple[str, ...]:
    """The names of the family files, sorted."""
    folder = files("assessor.catalog").joinpath("tools")
    return tuple(sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")))


@cache
def load_tools() -> tuple[Tool, ...]:
    """All tools, sorted by id. Raises DataError for a mistake in the data, and where two tools have one id."""
    found: dict[str, Tool] = {}
    for family in families():
        for tool in load_family(family):
            if tool.id in found:
                raise DataError(
                    f"tools/{family}.yaml:{_line_of(family, tool.id)}: the id '{tool.id}' stands there twice"
                )
            found[tool.id] = tool
    return tuple(found[name] for name in sorted(found))


@cache
def known_commands() -> frozenset[str]:
    """The programs of all command patterns."""
    return frozenset(pattern.split()[0] for tool in load_tools() for proof in tool.proves for pattern in proof.commands)
