"""The version of everything that a kept answer depends on besides the audited files, found without anybody raising it."""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_SHIPPED_DATA = "_data"
"""Rubrics and report templates: what is kept does not depend on them."""

_PARSERS = ("packaging", "python-hcl2", "lark", "pyyaml", "tree-sitter", "tree-sitter-bash")
"""Distributions whose release can change what is read out of a file."""


@lru_cache(maxsize=1)
def rules_version() -> bytes:
    """A digest of the package's code and data, of the interpreter and of the parsers; empty where it cannot be known."""
    sources = [path for path in sorted(_PACKAGE.rglob("*")) if path.suffix in (".py", ".yaml")]
    digest = hashlib.blake2b(digest_size=16)
    for path in sources:
        name = path.relative_to(_PACKAGE).as_posix()
        if not name.startswith(_SHIPPED_DATA):
            digest.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    digest.update(parser_releases())
    digest.update(f"{sys.implementation.name} {sys.version}".encode())
    return digest.digest() if sources else b""


@lru_cache(maxsize=1)
def parser_releases() -> bytes:
    """The installed releases of the parsers, which may read the same file otherwise from one release to the next."""
    return b"".join(f"{name} {_release(name)}\0".encode() for name in _PARSERS)


def _release(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
