"""The user's cache: opened for a command, described, cleared."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.cli import NamingGroup
from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.cache.cache import Cache
    from assessor.cache.store import Store


@contextmanager
def user_cache(*, wanted: bool) -> Iterator[Cache | None]:
    """The user's cache; None where it is not wanted or cannot be had, which costs time and nothing else."""
    from assessor.cache.cache import open_cache

    store = user_store() if wanted else None
    if store is None:
        yield None
        return
    try:
        yield open_cache(store)
    finally:
        store.close()


def user_store() -> Store | None:
    """The store of the user's cache; None where there is no place for it."""
    from assessor.cache.store import Store

    folder = _folder()
    return None if folder is None else Store(folder)


def _folder() -> Path | None:
    """Where the cache lies; None where there is no home, which is not for us to make."""
    from assessor.cache.location import cache_folder

    folder = cache_folder(os.environ, sys.platform)
    home = Path(os.environ.get("HOME") or os.curdir)
    is_homeless = folder is not None and folder.is_relative_to(home) and not home.is_dir()
    return None if is_homeless else folder


@click.group(cls=NamingGroup)
def cache() -> None:
    """Describe or clear the cache of what was read before. It makes audits quicker and never changes their answer."""


@cache.command()
def info() -> None:
    """Say where the cache lies and how much is in it."""
    from assessor.cache.store import MAX_BYTES
    from assessor.cli.output import print_text

    store = _existing_store()
    if store is None:
        print_text("the cache is empty\n")
        return
    held = store.contents()
    store.close()
    print_text(f"{held.path}\n{held.answers:,} answers, {held.size:,} bytes of at most {MAX_BYTES:,}\n")


@cache.command()
def clear() -> None:
    """Forget everything."""
    from assessor.cli.output import print_text

    store = _existing_store()
    if store is None:
        print_text("the cache is empty\n")
        return
    before = store.contents().answers
    store.clear()
    left = store.contents().answers
    is_open = store.is_open
    store.close()
    if left or not is_open:
        raise UserError(f"{store.path} cannot be cleared; is another process using it, or is it read-only?")
    print_text(f"{before:,} answers forgotten\n")


def _existing_store() -> Store | None:
    """The store where there is one; describing it makes none. Raises UserError where it cannot be opened."""
    from assessor.cache.store import FILE_NAME, Store

    folder = _folder()
    if folder is None:
        raise UserError("there is no home folder for a cache; MLOPS_ASSESSOR_CACHE can name a folder")
    if not (folder / FILE_NAME).exists():
        return None
    store = Store(folder)
    if not store.is_open:
        raise UserError(f"{store.path} cannot be opened")
    return store
