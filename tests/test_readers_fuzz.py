"""Every reader, whatever it is given: it raises nothing, answers the same twice, and stays within bounded time.

The texts are the files of the case files and samples, cut, spliced and repeated at places that hypothesis chooses, since
broken forms of real files reach deeper than random characters.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessor.facts.file import FileFacts
from assessor.readers.registry import READERS, read, readers, readers_of
from tests.bounds import within

TESTS = Path(__file__).parent
SAMPLES = TESTS.parent / "sample_repos"
SECONDS = 5.0
"""For one text of at most 20,000 characters: far more than any reader needs, also on a busy machine."""
MAX_TEXT = 20_000

FRAGMENTS = [
    "", "\n", "\n\n", "  ", "\t", "\\\n", ":", "- ", '"', "'", "`", "$(", "${", "${{ ", "}}", "{{", "[", "]", "{", "}", "(", ")",
    "<<EOF\n", "EOF\n", "#", "\0", "\ufeff", "\u202e", "\x1b[31m", "\ud800", "&a [*a]", "*x", "!!python/object:os.system ", "<<: ",
    "if", "fi\n", "def f(:\n", "    ", "@", "|| true", "&& ", "| ", "; ", "%%bash\n", "FROM ", "RUN ", "\u2028", "é" * 40,
]  # fmt: skip


@cache
def texts_by_reader() -> dict[str, list[tuple[str, str]]]:
    """Reader → (path, text) of the files that it reads in cases and samples."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for file in sorted((TESTS / "cases").glob("*/*.yaml")):
        cases = yaml.load_all(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for path, text in (item for case in cases for item in case["files"].items()):
            if isinstance(text, str):
                for reader in readers_of(path):
                    found[reader.__name__].append((path, text[:MAX_TEXT]))
    for file in sorted(SAMPLES.rglob("*")):
        if file.is_file() and file.stat().st_size < MAX_TEXT:
            path = file.relative_to(SAMPLES).as_posix().partition("/")[2] or file.name
            for reader in readers_of(path):
                found[reader.__name__].append((path, file.read_text("utf-8", errors="replace")))
    return found


def _mutated(text: str, cuts: list[tuple[int, int, str, int]]) -> str:
    """Replace slices (start and length in thousandths of the text) by a fragment, repeated."""
    for start, length, fragment, times in cuts:
        begin = len(text) * start // 1000
        text = text[:begin] + fragment * times + text[begin + len(text) * length // 1000 :]
    return text[:MAX_TEXT]


CUTS = st.lists(
    st.tuples(
        st.integers(0, 1000), st.integers(0, 300), st.sampled_from(FRAGMENTS), st.sampled_from([0, 1, 1, 2, 200])
    ),
    max_size=5,
)


def _lines_fit(facts: FileFacts, text: str) -> None:
    last = max(text.count("\n"), len(text.splitlines())) + 1
    assert all(1 <= line <= last for line, _ in facts.problems)
    if facts.python:
        assert all(1 <= call.line <= last for call in facts.python.calls)
    for workflow in facts.workflows:
        assert all(1 <= step.line <= last for job in workflow.jobs for step in job.steps)
    commands = [command for target in facts.targets for command in target.commands]
    commands += facts.script.commands if facts.script else ()
    assert all(1 <= command.line <= last for command in commands)


def test_every_reader_of_a_file_is_asked() -> None:
    """What readers declare of endings keeps none of their files from them, however its name is written."""
    paths = {path for several in texts_by_reader().values() for path, _ in several}
    paths |= {path.upper() for path in paths} | {path.capitalize() for path in paths}
    for path in paths:
        assert readers_of(path) == [reader for reader in readers() if reader.matches(path)]


def test_each_reader_has_files_to_begin_with() -> None:
    without = {f"assessor.readers.{name}" for name in READERS} - set(texts_by_reader())
    assert not without, "write a case file that has one"


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.__name__.rpartition(".")[2])
@given(data=st.data(), cuts=CUTS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_broken_files_are_read(reader: ModuleType, data: st.DataObject, cuts: list[tuple[int, int, str, int]]) -> None:
    path, text = data.draw(st.sampled_from(texts_by_reader()[reader.__name__]))
    text = _mutated(text, cuts)
    with within(SECONDS):
        facts = reader.read(path, text)
    assert facts == reader.read(path, text)
    _lines_fit(facts, text)


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.__name__.rpartition(".")[2])
@given(text=st.text(max_size=400))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_is_read(reader: ModuleType, text: str) -> None:
    path, _ = texts_by_reader()[reader.__name__][0]
    _lines_fit(reader.read(path, text), text)


@pytest.mark.parametrize("ending", [" " * 1500 + "!", "\t" * 1500, "[" * 1500, "a=" * 700, "a " * 700, "\\" * 1500])
@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.__name__.rpartition(".")[2])
def test_long_lines_are_read_in_bounded_time(reader: ModuleType, ending: str) -> None:
    """A pattern that tries each blank of a run again takes hours; one file is enough to stop an audit."""
    path, text = texts_by_reader()[reader.__name__][0]
    lines = text.splitlines()[:6]
    with within(SECONDS):
        reader.read(path, "\n".join(line + ending for line in lines))


def test_a_reader_s_bug_costs_only_its_own_answer() -> None:
    class Broken:
        __name__ = "assessor.readers.broken"

        @staticmethod
        def read(path: str, text: str) -> FileFacts:
            raise ZeroDivisionError(path)

    good = readers_of("train.py")
    facts = read("train.py", "import mlflow\nmlflow.log_metric('a', 1)\n", [Broken(), *good])  # type: ignore[list-item]
    assert facts.python is not None
    assert facts.problems == ((1, "the broken reader failed: ZeroDivisionError: train.py"),)
