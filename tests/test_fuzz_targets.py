"""The fuzz targets work: each takes its seeds and what fuzzers like to begin with, and one that is wrong is found."""

from __future__ import annotations

import pytest

from tests.fuzz import targets as fuzz

NAMES = sorted(fuzz.targets())


@pytest.mark.parametrize("name", NAMES)
def test_a_target_takes_its_seeds(name: str) -> None:
    target = fuzz.targets()[name]
    found = list(fuzz.seeds(name))
    assert found
    for data in (b"", b"\0", b"\xff" * 9, found[0][:7], *found[:5]):
        target(data)


FOUND = [("tox", b"\x00[tox]\nenvlist\n    py311\n[testenv]\ncommands = pytest\n")]
"""What fuzzing has found, each as small as it can be."""


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_was_found_is_mended(name: str, data: bytes) -> None:
    fuzz.targets()[name](data)


def test_what_takes_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SECONDS", -1.0)
    with pytest.raises(fuzz.TooSlow):
        fuzz.targets()["shell"](b"\0echo a\n")
