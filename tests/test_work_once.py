"""No piece of work is done twice in one audit: counted, not timed, so that it fails on any machine in the same way.

Each row names a function and what it works on. Whoever makes one of them work twice on the same thing (a parser beside
another one, a walk for each job, a question without a memory) finds it here.
"""

from __future__ import annotations

import gc
import importlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import assessor.reading
from assessor import audit
from assessor.garbage import without_collection
from assessor.hits.scene import Scene
from assessor.project.arrivals import Arrival
from assessor.project.closure import Closure
from assessor.project.modules import Modules
from assessor.project.walk import Walk
from tests.test_samples import NAMES, SAMPLES

PYTHON = "assessor.readers.code.python"
WORK: tuple[tuple[str, str, Callable[..., object]], ...] = (
    ("assessor.reading", "_read_file", lambda task: task[0]),
    ("assessor.readers.texts.redaction", "redacted", lambda path, text: path),
    (f"{PYTHON}.reading", "_facts", lambda tree, text, *others: (text, id(tree))),
    (f"{PYTHON}.names", "Bindings", id),
    ("assessor.readers.syntax.yaml_tree", "_parse", lambda text: text),
    ("tomllib", "loads", lambda text: text),
    ("assessor.project.walk", "explore", lambda modules, entries, given, words: (entries, str(given), words)),
    ("assessor.audit", "_rate", lambda project, *others: id(project)),
    ("assessor.lifecycle.product_runs", "_run_in", lambda scene, path, number: (path, number)),
    ("assessor.lifecycle.test_cases", "_test_cases", lambda scene: id(scene)),
    ("assessor.lifecycle.stages", "_stages", lambda scene: id(scene)),
    ("assessor.lifecycle.stages", "_job_chains", lambda scene: id(scene)),
    ("assessor.lifecycle.source_tests", "_source_tests", lambda scene: id(scene)),
)
"""(module, function, what it works on by its arguments)."""


def test_no_work_is_done_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: dict[str, Counter[object]] = {}
    held: list[object] = []
    for name, function, of in WORK:
        module = importlib.import_module(name)
        if not hasattr(module, function):
            pytest.fail(f"{name}.{function} is gone: name here what does its work now")
        counter = done[f"{name}.{function}"] = Counter()
        monkeypatch.setattr(module, function, _counting(getattr(module, function), of, counter, held))
    monkeypatch.setattr(assessor.reading, "can_fork", lambda: False)
    folder = _everything(tmp_path / "all")
    audit.findings(str(folder))
    twice = {f"{name}: {key!s:.80}": n for name, keys in done.items() for key, n in keys.items() if n > 1}
    idle = [name for name, keys in done.items() if not keys]
    assert twice == {}
    assert idle == [], "the sample has nothing for these, so that they prove nothing"


def test_a_rating_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds each other in circles would stay until the collector comes by: 50 MB for each revision of a history."""
    monkeypatch.setattr(assessor.reading, "can_fork", lambda: False)
    folder = _everything(tmp_path / "all")
    gc.collect()
    with without_collection():
        audit.findings(str(folder))
        left = Counter(
            type(one) for one in gc.get_objects() if isinstance(one, Scene | Walk | Modules | Arrival | Closure)
        )
    assert not left


def _counting(
    function: Callable[..., Any], of: Callable[..., object], counter: Counter[object], held: list[object]
) -> Callable[..., Any]:
    def counted(*arguments: Any, **named: Any) -> Any:
        held.append(arguments)  # an id must not be used again
        counter[of(*arguments, **named)] += 1
        return function(*arguments, **named)

    return counted


def _everything(folder: Path) -> Path:
    """All samples as one repository; a text that stands in several of them is read once in each place, so names differ."""
    for name in NAMES:
        for path in sorted((SAMPLES / name).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                target = folder / name / path.relative_to(SAMPLES / name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes() + (f"\n# {name}\n".encode() if _takes_comment(path) else b""))
    for path in (SAMPLES / NAMES[-1] / ".github").rglob("*.yml"):
        target = folder / path.relative_to(SAMPLES / NAMES[-1])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return folder


def _takes_comment(path: Path) -> bool:
    return path.suffix in (".py", ".yml", ".yaml", ".toml")
