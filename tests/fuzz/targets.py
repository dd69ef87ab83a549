"""What is fuzzed: each reader, and the shell parser. A target takes any bytes, and raises where something must not be.

The first byte chooses among the paths that the reader reads, as some decide by the name; the rest is the text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from assessor.facts.role import Role
from assessor.readers.registry import readers
from assessor.readers.syntax import left_out, shell
from assessor.reading import read_file
from tests.test_readers_fuzz import texts_by_reader

Target = Callable[[bytes], None]
SECONDS = 2.0
"""Of processor time for one input; the fuzzer's are at most MAX_BYTES long."""
MAX_BYTES = 20_000
_MOST_SEEDS = 300


class TooSlow(AssertionError):
    """A text took longer than SECONDS."""


def targets() -> dict[str, Target]:
    """Each target by its name: `python`, `github_actions` …, and `shell`."""
    found = {reader.__name__.rpartition(".")[2]: _of_reader(reader.__name__) for reader in readers()}
    return found | {"shell": _shell}


def seeds(name: str) -> Iterator[bytes]:
    """Inputs to begin with: the files of cases and samples that the reader reads."""
    reader = "assessor.readers.tasks.shell_script" if name == "shell" else _module(name)
    paths = _paths(reader)
    for path, text in texts_by_reader()[reader][:_MOST_SEEDS]:
        yield bytes([paths.index(path) if path in paths else 0]) + text.encode("utf-8", "replace")[:MAX_BYTES]


def _module(name: str) -> str:
    return next(reader.__name__ for reader in readers() if reader.__name__.rpartition(".")[2] == name)


def _paths(reader: str) -> list[str]:
    return list(dict.fromkeys(path for path, _ in texts_by_reader()[reader]))[:256]


def _of_reader(name: str) -> Target:
    module = next(reader for reader in readers() if reader.__name__ == name)
    paths = _paths(name)

    def target(data: bytes) -> None:
        path = paths[data[0] % len(paths)] if data else paths[0]
        begun = time.process_time()
        module.read(path, data[1:].decode("utf-8", "replace"))
        left_out.taken()
        if len(data) % 4 == 0:  # and what stands around it: roles, redaction, secrets
            facts = read_file((path, list(Role)[len(data) % len(Role)], len(data), data[1:])).facts
            assert not [reason for _, reason in facts.problems if "reader failed:" in reason], facts.problems
        _in_time(begun)

    return target


def _shell(data: bytes) -> None:
    begun = time.process_time()
    shell.parse(data[1:].decode("utf-8", "replace"))
    left_out.taken()
    _in_time(begun)


def _in_time(begun: float) -> None:
    if (taken := time.process_time() - begun) > SECONDS:
        raise TooSlow(f"{taken:.1f} s of processor time")
