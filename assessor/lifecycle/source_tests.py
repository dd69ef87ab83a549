"""Test files of R (testthat, tinytest), Julia (Test), Go, JavaScript, Java, Ruby, C# and Rust: what they expect, and of what.

A file counts as a whole: the tokeniser knows no functions. An expectation of literals alone proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assessor.catalog.words import speaks_of
from assessor.facts.project_files import SourceCall
from assessor.hits.scene import Scene, once
from assessor.lifecycle.stations import names_data_function, names_model_function
from assessor.project.model import LIVE_ROLES, ProjectFile, Role
from assessor.readers.code.languages import LANGUAGES
from assessor.readers.code.test_functions import TEST_CASE

_TOOLS = {
    "r": "testthat",
    "julia": "julia-test",
    "go": "go-test",
    "javascript": "javascript-test",
    "java": "junit",
    "rust": "cargo-test",
    "ruby": "ruby-test",
    "csharp": "dotnet-test",
}


_TEXTS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_NAMES = re.compile(r"\b[A-Za-z]\w*")
_LITERALS = frozenset({"TRUE", "FALSE", "NULL", "NA", "true", "false", "nothing", "c", "list"})


_LOOKING = {"names", "colnames", "nrow", "ncol", "dim", "is.na", "anyNA", "anyDuplicated", "complete.cases", "columns"}


_MODEL_CALLS = {"predict", "fit", "train", "fit!", "train!", "Flux.train!", "gradient", "Flux.gradient"}


@dataclass(frozen=True, slots=True)
class SourceTest:
    """One test file with a real expectation, and what it exercises."""

    file: ProjectFile
    line: int
    tests_code: bool
    tests_data: bool
    tests_model: bool
    runs_pipeline: bool = False
    """It is named for a pipeline and calls a function of the project that is."""

    @property
    def tool(self) -> str:
        return _TOOLS.get(self.file.facts.source_calls[-1].language, "")


@once
def source_tests(scene: Scene) -> list[SourceTest]:
    """Test files of other languages than Python that expect something."""
    return list(_source_tests(scene))


def _source_tests(scene: Scene) -> Iterator[SourceTest]:
    own = {
        call.arguments
        for _, calls in scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY}))
        for call in calls
        if call.name == "function"
    }
    for file, calls in scene.project.having(lambda f: f.source_calls, LIVE_ROLES):
        case = next((call for call in calls if call.name == TEST_CASE), None)
        expected = next((call for call in _run(calls) if _expects(call)), None)
        if case:
            yield SourceTest(file, case.line, _has_code(scene, case.language), tests_data=False, tests_model=False)
        elif expected and file.role is Role.TEST:
            yield _expecting(file, calls, expected, own, _training_functions(scene))


def _run(calls: Sequence[SourceCall]) -> Iterator[SourceCall]:
    """The calls of a file without those of a test of R that begins with skipping itself, whatever is so."""
    skipped = False
    for call in calls:
        if call.name.rpartition("::")[2] in _CASES:
            body = call.arguments.partition("{")[2].lstrip().removeprefix("testthat::").replace(" ", "")
            skipped = body.startswith(_SKIPS)
        if not skipped:
            yield call


_SKIPS = ("skip(", "skip_if(TRUE", "skip_if_not(FALSE")
_CASES = frozenset({"test_that", "it"})


@once
def _training_functions(scene: Scene) -> frozenset[str]:
    """Functions of R and Julia in which a model is trained: the last that is defined above the training."""
    found = set()
    for hit in scene.hits("training.scripted"):
        above = [c for c in hit.file.facts.source_calls if c.name == "function" and c.line <= hit.place.line]
        if hit.kind == "r_call" and above and hit.file.role is Role.FIRST_PARTY:
            found.add(max(above, key=lambda call: call.line).arguments)
    return frozenset(found)


def _expecting(
    file: ProjectFile, calls: Sequence[SourceCall], expected: SourceCall, own: set[str], training: frozenset[str]
) -> SourceTest:
    """A file that expects something, and what of the project's own functions it uses."""
    names = set(_called(calls))
    used = names & own
    titles = " ".join(call.arguments[:80] for call in calls if call.name in _TITLED)
    about_data = speaks_of("about_data", f"{titles} {file.path.rpartition('/')[2]}")
    data = any(map(names_data_function, used)) or (about_data and bool(names & _LOOKING))
    model = any(map(names_model_function, used)) or bool(names & _MODEL_CALLS or used & training)
    whole = speaks_of("pipeline", file.path.rpartition("/")[2]) and any(speaks_of("pipeline", name) for name in used)
    return SourceTest(file, expected.line, bool(used), data, model, whole)


def _called(calls: Sequence[SourceCall]) -> Iterator[str]:
    """The names of what is called, without their packages."""
    for call in calls:
        if call.name != "function":
            yield call.name.rpartition("::")[2]
            yield call.name.rpartition("." if call.language == "julia" else "::")[2]


_TITLED = ("test_that", "@testset", "describe")
"""Calls whose first argument says what a test is about."""
_ENDINGS = {language.name: language.endings for language in LANGUAGES if language.name != "rust"}


@once
def _has_code(scene: Scene, language: str) -> bool:
    """There is code of the language to test; Rust keeps its tests beside it."""
    endings = _ENDINGS.get(language)
    return endings is None or any(
        file.path.endswith(endings) and file.role is Role.FIRST_PARTY for file in scene.project.ordered
    )


def _expects(call: SourceCall) -> bool:
    if not (
        call.name.rpartition("::")[2].startswith("expect_") or call.name.startswith("@test_") or call.name == "@test"
    ):
        return False
    return not _LITERALS.issuperset(_NAMES.findall(_TEXTS.sub("", call.arguments)))
