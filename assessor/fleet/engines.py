"""Who runs the tasks: an engine is anything with the standard Executor interface (PEP 3148), here or on other machines."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from assessor.errors import UserError
from assessor.fleet.confined import end_all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future


class Engine(Protocol):
    """Where tasks run. `lost` are the errors by which it says that a task may not have been done, and is to be given again."""

    lost: tuple[type[BaseException], ...]

    def submit(self, run: Callable[[Mapping[str, Any]], str], task: Mapping[str, Any]) -> Future[str]:
        """Hand a task in. Raises one of `lost` where the engine is away."""

    @property
    def places(self) -> int:
        """How many tasks can be worked on at once."""

    def renew(self) -> None:
        """Begin again after something was lost. Raises UserError where the engine stays away."""

    def close(self) -> None: ...


class Local:
    """Processes of this machine: a thread waits for each, so that the fork of a threaded process is never needed."""

    lost: tuple[type[BaseException], ...] = (CancelledError, BrokenExecutor)

    def __init__(self, workers: int) -> None:
        self.places = workers
        self._executor: Executor = ThreadPoolExecutor(workers, "fleet")

    def submit(self, run: Callable[[Mapping[str, Any]], str], task: Mapping[str, Any]) -> Future[str]:
        return self._executor.submit(run, task)

    def renew(self) -> None:
        self._executor = ThreadPoolExecutor(self.places, "fleet")

    def close(self) -> None:
        end_all()
        self._executor.shutdown(wait=True, cancel_futures=True)


class Dask:
    """The workers of a Dask cluster, by its client's Executor; `address` is the scheduler's."""

    def __init__(self, address: str, patience: float = 300.0, first: float = 10.0) -> None:
        distributed = _distributed()
        from distributed.client import FutureCancelledError, FuturesCancelledError
        from distributed.scheduler import KilledWorker

        self._distributed = distributed
        self._address, self._patience = address, patience
        lost = (CancelledError, FutureCancelledError, FuturesCancelledError, KilledWorker, OSError, RuntimeError)
        self.lost: tuple[type[BaseException], ...] = lost
        self._client: Any = None
        self._empty_since: float | None = None
        self._connect(first)

    def _connect(self, patience: float) -> None:
        try:
            self._client = self._distributed.Client(self._address, timeout=patience, set_as_default=False)
        except (OSError, ValueError, RuntimeError) as error:
            raise UserError(f"--scheduler {self._address}: no Dask scheduler answers there ({error})") from error
        self._executor = self._client.get_executor(pure=False, retries=_RETRIES)

    @property
    def places(self) -> int:
        """The threads of all workers at the moment; they may come and go."""
        threads = 0
        with suppress(*self.lost):
            threads = int(sum(self._client.nthreads().values()))
        self._refuse_empty(threads)
        return max(threads, 1)

    def _refuse_empty(self, threads: int) -> None:
        """Raise UserError once the cluster has had no worker for longer than is waited for."""
        now = time.monotonic()
        self._empty_since = None if threads else self._empty_since or now
        if self._empty_since is not None and now - self._empty_since > self._patience:
            raise UserError(f"the Dask cluster at {self._address} has had no worker for {self._patience:g} s")

    def submit(self, run: Callable[[Mapping[str, Any]], str], task: Mapping[str, Any]) -> Future[str]:
        future: Future[str] = self._executor.submit(run, task)
        return future

    @property
    def is_there(self) -> bool:
        """The scheduler is the one that the tasks were handed to. Raises UserError where it has had no worker for long."""
        return self._client.status == "running" and self.places > 0

    def renew(self) -> None:
        self.close()
        self._connect(self._patience)

    def close(self) -> None:
        with suppress(*self.lost):
            self._client.close(timeout=2)


_RETRIES = 3
"""How often Dask itself gives a task to another worker when one dies with it."""


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UserError(
            "--engine dask needs Dask; install it with 'pip install \"mlops-assessor[dask]\"', here and on its workers"
        ) from error
    return distributed
