"""Where the cache lies on each platform."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VARIABLE = "MLOPS_ASSESSOR_CACHE"
"""Names the cache folder, whatever the platform's is."""

_FOLDER = "mlops-assessor"


def cache_folder(environment: Mapping[str, str], platform: str) -> Path | None:
    """The cache folder for these environment variables and this `sys.platform`; None where there is no home to put it in.

    Linux and others follow the XDG Base Directory Specification 0.8, by which a relative XDG_CACHE_HOME is ignored.
    """
    own = environment.get(VARIABLE, "")
    if own:
        return Path(own).absolute()
    home = environment.get("HOME", "")
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local) / _FOLDER / "Cache" if local else None
    if platform == "darwin":
        return Path(home) / "Library" / "Caches" / _FOLDER if home else None
    caches = Path(environment.get("XDG_CACHE_HOME", ""))
    if caches.is_absolute():
        return caches / _FOLDER
    return Path(home) / ".cache" / _FOLDER if home else None
