"""Small repositories by an author who saw none of this project's code: how many ratings are right, which must not fall.

`tests/blind/*.yaml` are documents of `about`, `files`, and `expect` (the rung) or `at_most` (the highest rung that an expert
could give). They are a ruler, first measured before anybody had looked at them; some of the author's ratings are wrong (a
GitLab job called `image`, which GitLab refuses), so not all can be met.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from assessor.audit import findings
from assessor.findings import Rung
from tests.conftest import commit_files, write_files

BLIND = Path(__file__).parent / "blind"
RIGHT = {
    "field_1": (455, 478),
    "field_2": (506, 512),
    "field_3": (593, 604),
    "gaming_1": (141, 150),
    "gaming_2": (114, 115),
    "gaming_3": (366, 373),
    "field_4": (469, 479),
    "gaming_4": (303, 307),
    "field_5": (262, 267),
    "gaming_5": (123, 124),
    "field_6": (359, 412),
    "gaming_6": (101, 104),
}
"""Ratings that were right at the last measurement, of all; raise the first where more are."""


def history(paths: list[str]) -> list[dict[str, Any]]:
    """Commits of two people on two days, the second one without the first path."""
    parts = [("ann", 1, paths[:1]), ("bob", 2, paths[1:])]
    return [
        {"author": f"{name} <{name}@x.org>", "date": f"2024-0{month}-01T12:00:00Z", "message": "m", "files": files}
        for name, month, files in parts
        if files
    ]


def right(case: dict[str, Any], folder: Path) -> tuple[int, int]:
    """(ratings as the author says, all ratings) of a case."""
    texts = {name: text if isinstance(text, str) else json.dumps(text) for name, text in case["files"].items()}
    commit_files(write_files(folder, texts), {"commits": history(sorted(texts))})
    found = findings(str(folder))
    exact = [found[name].rung == rung for name, rung in case.get("expect", {}).items()]
    within = [found[name].rung.height <= Rung(rung).height for name, rung in case.get("at_most", {}).items()]
    return sum(exact) + sum(within), len(exact) + len(within)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("name", RIGHT)
def test_no_fewer_ratings_are_right(name: str, tmp_path: Path) -> None:
    cases = list(filter(None, yaml.safe_load_all((BLIND / f"{name}.yaml").read_text("utf-8"))))
    counts = [right(case, tmp_path / str(number)) for number, case in enumerate(cases)]
    now = (sum(count for count, _ in counts), sum(of for _, of in counts))
    assert now[1] == RIGHT[name][1]
    assert now[0] >= RIGHT[name][0]
