"""Where the data folders that travel with the package lie: `rubrics/` and `reports/`.

In a wheel they are below `assessor/_data`, in a checkout they stand at the top level, beside the package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_folder(name: str) -> Path:
    """The folder `name` of the package's data. Raises FileNotFoundError where the installation lacks it."""
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the folder {name}/ is missing from this installation of the assessor")
