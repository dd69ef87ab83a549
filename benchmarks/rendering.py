"""How long each format takes on top of an audit, and how large it becomes."""

from __future__ import annotations

import multiprocessing
import time
from statistics import median
from typing import TYPE_CHECKING

from assessor.audit import audit
from assessor.cli.audit import chosen_rubrics
from assessor.cli.formats import Manner, formats_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from assessor.assessment import Assessment

FORMATS = formats_of("audit")


def rendering(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Format → seconds and bytes. Each is rendered in a process that is forked after the audit, so that the time has the
    renderer's imports and templates in it, as it has on the command line."""
    assessment = audit(str(folder), None, chosen_rubrics(()))
    found = {}
    for name in FORMATS:
        runs = [_once(name, assessment) for _ in range(rounds)]
        found[name] = {"seconds": round(median(seconds for seconds, _ in runs), 3), "bytes": runs[0][1]}
    return found


def _once(name: str, assessment: Assessment) -> tuple[float, int]:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_render, args=(name, assessment, there))
    process.start()
    there.close()
    found: tuple[float, int] = here.recv()
    process.join()
    return found


def _render(name: str, assessment: Assessment, answer: Connection) -> None:
    start = time.perf_counter()
    render = FORMATS[name].audit
    assert render
    content = render(assessment, Manner(to_file=True))
    seconds = time.perf_counter() - start
    answer.send((seconds, len(content if isinstance(content, bytes) else content.encode())))
