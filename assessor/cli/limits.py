"""`--limit-time`, `--limit-memory` and `--jobs`: what an audit may cost, whatever the repository holds."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_MEGABYTE = 1_000_000
_MOST_JOBS = 64


def limit_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options; it gets them as one argument `limits`. The memory of this process is bounded by them."""

    @click.option(
        "--limit-time",
        type=click.FloatRange(min=1),
        metavar="SECONDS",
        default=3_600,
        show_default=True,
        help="Wall time for reading and rating; what comes later is told as not read.",
    )
    @click.option(
        "--limit-memory",
        type=click.IntRange(min=200),
        metavar="MB",
        default=8_000,
        show_default=True,
        help="Memory of a process; one that reads files has at most a quarter of it.",
    )
    @click.option(
        "--jobs",
        type=click.IntRange(1, _MOST_JOBS),
        metavar="N",
        help="Processes that read files at a time (default: one for each core that this process may use).",
    )
    @wraps(command)
    def with_limits(*, limit_time: float, limit_memory: int, jobs: int | None, **others: Any) -> None:
        from assessor.processes import bound_memory
        from assessor.snapshot.limits import Limits

        bound_memory(limit_memory * _MEGABYTE)
        worker_bytes = limit_memory * _MEGABYTE // 4
        command(limits=Limits(audit_seconds=limit_time, worker_bytes=worker_bytes, jobs=jobs or 0), **others)

    return with_limits
