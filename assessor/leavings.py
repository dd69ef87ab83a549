"""What a process may leave behind where a signal ends it between making a temporary folder and looking after it.

Each place is noted before anything is made there, by a beginning of names that no other process uses. What killed processes
left is removed by a later one, which knows them by the same names.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

_NOTED: set[tuple[int, Path, str]] = set()


def own_prefix(folder: Path, prefix: str) -> str:
    """A beginning for the names of temporary files and folders in this folder, which `remove` removes."""
    own = f"{prefix}{os.getpid()}-"
    _NOTED.add((os.getpid(), folder, own))
    return own


def remove() -> None:
    """Remove what is still there of this process; none of those that forked it."""
    for owner, folder, prefix in [noted for noted in _NOTED if noted[0] == os.getpid()]:
        with suppress(OSError), os.scandir(folder) as found:
            for entry in found:
                if entry.name.startswith(prefix):
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path, ignore_errors=True)
                    else:
                        Path(entry.path).unlink(missing_ok=True)
        _NOTED.discard((owner, folder, prefix))


def remove_stale(prefix: str, seconds: float) -> None:
    """Remove temporary folders `PREFIX<process>-…` of this user that are older and whose process is not here any more."""
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as found:
        for entry in found:
            owner = re.match(rf"{prefix}(\d+)-", entry.name)
            if owner and _is_stale(entry, int(owner[1]), seconds):
                shutil.rmtree(entry.path, ignore_errors=True)


def _is_stale(entry: os.DirEntry[str], owner: int, seconds: float) -> bool:
    with suppress(OSError):
        status = entry.stat(follow_symlinks=False)
        if status.st_uid == os.getuid() and time.time() - status.st_mtime > seconds:
            try:
                os.kill(owner, 0)
            except ProcessLookupError:
                return entry.is_dir(follow_symlinks=False)
    return False
