"""What one Python source (a module, or the code cells of a notebook) says.

Names are resolved through the file's own imports: after `import mlflow as m`, the call `m.log_metric()` is named
`mlflow.log_metric`. A receiver made by a call keeps the callee's name: `c = MlflowClient(); c.download()` is
`mlflow.MlflowClient.download`. A receiver that is not known is `?`: `x.fit()` is `?.fit`. Relative imports keep
their dots (`..data.load`); the project layer resolves them, since a reader does not know the file's path.
"""

from __future__ import annotations

from typing import NewType

from assessor.facts.values import dataclass

Literal = str | int | float | bool | None
"""A literal argument. Text is cut at 300 characters; an f-string keeps `{}` where a value goes."""

UNKNOWN = "\0unknown"
"""Stands for an argument that is no literal."""

MODULE = 0
"""Index of the module body in `PythonFacts.scopes`; it runs on import."""

MAIN = 1
"""Index of the `if __name__ == "__main__":` body in `PythonFacts.scopes`; it runs only when the file is started."""

ScopeIndex = NewType("ScopeIndex", int)


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that a call stands under: the name tested, and whether the call runs when that name is true.

    `if args.mlflow:` gives name `mlflow`, expects True; `if not dry_run:` gives name `dry_run`, expects False.
    `if args.mode == "train":` gives name `mode`, expects "train".
    """

    name: str
    expects: Literal


@dataclass(frozen=True, slots=True)
class Import:
    """`from target import name as alias` has target `target.name`; `import a.b` has target `a.b`, alias `a`."""

    target: str
    alias: str
    line: int
    scope: int
    guards: tuple[Guard, ...] = ()
    """Conditions that it stands under."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call with its resolved dotted name and literal arguments (UNKNOWN where not literal)."""

    name: str
    line: int
    scope: int
    args: tuple[Literal | tuple[Literal, ...], ...] = ()
    keywords: tuple[tuple[str, Literal | tuple[Literal, ...]], ...] = ()
    guards: tuple[Guard, ...] = ()
    names: tuple[str, ...] = ()
    """Dotted names that stand as arguments (callbacks, classes), resolved."""
    given: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What made the arguments that some call made: position or keyword, and origins (see `Side.made_by`); `.` is the
    object that stores itself (`rows.to_sql(…)`), `0?` what is compared in the argument 0 (`If(score(m) > limit)`), `0[auc]` an
    item of a dictionary that stands there."""
    caught: tuple[str, ...] = ()
    """Exceptions, by the last word of their names, that handlers around it catch and go on."""

    def keyword(self, name: str) -> Literal | tuple[Literal, ...]:
        """Return the literal of keyword `name`, UNKNOWN for a computed one, None where it is not given."""
        for key, value in self.keywords:
            if key == name:
                return value
        return None

    def has_keyword(self, name: str) -> bool:
        return name in [key for key, _ in self.keywords]  # asked of most calls: a generator would cost more

    def with_given(self, given: tuple[tuple[str, tuple[str, ...]], ...]) -> Call:
        """The call with what made its arguments."""
        return Call(
            self.name,
            self.line,
            self.scope,
            self.args,
            self.keywords,
            self.guards,
            self.names,
            given,
            self.caught,
        )


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its identifiers in lower case, and what made its value.

    `made_by` holds origins: the resolved dotted name of a call, with the part of its result that was taken
    (`evaluate[f1]`, `evaluate[0]`, `get_run[data.metrics.mae]`), or a parameter of a function as `@function:parameter`.
    `~3` is a difference of two values (see `Difference`), `()` stands beside what an object gave that was called itself.
    """

    names: tuple[str, ...]
    made_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of which at least one side has a name, and what follows from it.

    `outcome` is what the branch that it opens does first: raise, exit, return, assert, call, assign, print, none;
    `effects` are the resolved names called in either branch, and texts assigned there with `=` in front.
    """

    names: tuple[str, ...]
    """The identifiers on both sides, lower case: variables, attributes, subscript keys."""
    operator: str
    literal: float | None
    line: int
    scope: int
    outcome: str
    effects: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    loop: tuple[int, int] = (0, 0)
    """First and last line of the innermost loop around it."""
    stops: bool = False
    """It, or a verdict made of it, decides whether something is raised, asserted or the process ended."""
    gives: bool = False
    """It, or a verdict made of it, is what the function returns."""
    leaves: bool = False
    """A branch returns from the function, so that what comes after in it is not done."""
    picks: bool = False
    """A branch replaces one of the compared values: the best of several is taken."""
    follows: tuple[str, ...] = ()
    """Resolved names called in the branches that it, or a verdict made of it, opens."""
    tells: bool = False
    """It, or a verdict made of it, is written or printed."""
    limit: float | None = None
    """The number with which a plain value is compared: a literal, a name that is always one, or infinity."""
    guards: tuple[Guard, ...] = ()
    """Conditions that it stands under, or behind (`checked and error > limit`)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two values set against each other, by arithmetic, for equality or as a part: `guess - truth`, `guess == truth`,
    `truth in guess`; or joined: `(guess == 1) & (truth == 1)`, `guess[truth == 1]`.

    Its position in `PythonFacts.differences` is told by the origin `~position` of what is made of it.
    """

    line: int
    scope: int
    sides: tuple[Side, Side]
    is_reduced: bool = False
    """A mean, a sum, a count or the like of it is taken."""
    descends: bool = False
    """It is what a training makes smaller: a loss on which `backward` is called, or a figure of the same loop."""
    is_joint: bool = False
    """Both are asked for a fixed value each, which says nothing of one by the other unless one is the truth."""
    grouped_by: tuple[str, ...] = ()
    """Columns and origins of what it was grouped by before it was reduced (`hit.groupby(rows["region"]).mean()`)."""


@dataclass(frozen=True, slots=True)
class Raise:
    exception: str
    line: int
    scope: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of this module or an imported one used as a value (a callback, a registered class), resolved.

    `guards`: what must be chosen for it, where it is one of several values of a dictionary that a name selects."""

    name: str
    line: int
    scope: int
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """The module body (index 0), the main block (index 1) or a function or method, named by its qualified name."""

    name: str
    line: int
    end_line: int
    kind: str
    """module, main, function or method"""
    decorators: tuple[Call, ...] = ()
    parameters: tuple[str, ...] = ()
    class_name: str = ""
    asserts: tuple[int, ...] = ()
    """Lines of assertions: `assert`, `self.assert*`, `pytest.raises`, `np.testing.*`; trivial ones are left out."""
    trivial_asserts: int = 0
    """Assertions that cannot fail (`assert True`, `assert 1 == 1`)."""
    is_stub: bool = False
    """The body does nothing: pass, a docstring, `...`, or raising NotImplementedError."""
    parent: int = 0
    """Index of the scope that defines it."""
    returns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What made the returned values: the item's key or position (empty for the whole), and origins."""
    gives_constant: bool = False
    """Whatever it is given and does, it returns one and the same literal, alone or as the argument of a class."""


@dataclass(frozen=True, slots=True)
class ClassDef:
    name: str
    line: int
    bases: tuple[str, ...]
    decorators: tuple[Call, ...] = ()
    fields: tuple[str, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What made the attributes that its methods set on `self`: name and origins."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A name bound to a literal at module level or in a class body (`SCHEDULE = "@daily"`)."""

    name: str
    value: Literal | tuple[Literal, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal of six or more characters that is no docstring: SQL, paths, commands, URLs."""

    value: str
    line: int
    scope: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """Size and complexity, as radon counts them: cyclomatic complexity (McCabe 1976) of each function and the
    maintainability index (0-100, Microsoft's variant as radon computes it)."""

    complexities: tuple[tuple[str, int, int], ...]
    """(function, line, cyclomatic complexity)"""
    maintainability: float
    source_lines: int


@dataclass(frozen=True, slots=True)
class AskedMark:
    """Tests with the mark are skipped unless the option is given."""

    mark: str
    option: str


@dataclass(frozen=True, slots=True)
class PythonFacts:
    scopes: tuple[Scope, ...]
    imports: tuple[Import, ...] = ()
    calls: tuple[Call, ...] = ()
    references: tuple[Reference, ...] = ()
    classes: tuple[ClassDef, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    tests: tuple[Comparison, ...] = ()
    """Conditions on what a call returned that compare no size: `if not passes(figures): …`; operator ==, != or empty."""
    differences: tuple[Difference, ...] = ()
    raises: tuple[Raise, ...] = ()
    constants: tuple[Constant, ...] = ()
    texts: tuple[Text, ...] = ()
    stops_tests: bool = False
    """Of a conftest: it leaves the session, empties what was collected or keeps every test from running, whatever is
    asked."""
    forgives_tests: bool = False
    """Of a conftest: whatever fails, the session tells success."""
    asked_marks: tuple[AskedMark, ...] = ()
    """Of a conftest: marks whose tests it skips unless an option is given."""
    tests_need: tuple[str, ...] = ()
    """Modules without which every test of the file, or of a conftest's folder, is skipped."""
    source_lines: int = 0
    """Lines with code."""
    metrics: Metrics | None = None
    broken: bool = False
    """The source did not parse: only imports found line by line are here."""


@dataclass(frozen=True, slots=True)
class NotebookFacts:
    """A Jupyter notebook (nbformat 3 or 4). Lines are lines of the .ipynb file."""

    code: PythonFacts
    language: str
    code_cells: int
    executed_cells: int
    in_order: bool
    """Execution counts rise from cell to cell (gaps are fine) or are all cleared."""
    errors: int
    output_bytes: int
    shell_lines: tuple[tuple[int, str], ...] = ()
    """`!command` and `%%bash` lines with their line."""
    markdown: str = ""
    """The first 2,000 characters of the Markdown cells."""
