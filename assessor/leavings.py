"""What this process may leave behind where a signal ends it between making a temporary folder and looking after it.

Each place is noted before anything is made there, by a beginning of names that no other process uses.
"""

from __future__ import annotations

import os
import shutil
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
