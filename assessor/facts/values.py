"""Values that nobody changes, without the price of it where they are made.

An object of a frozen dataclass is three times as costly to make as another, since each field is set around its class, and
an audit makes some hundred thousand. So they are frozen for mypy, which sees the decorator of the standard library and
refuses every change; at run time they only compare and hash as frozen ones do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(*, frozen: bool = False, **asked: bool):
        """As the decorator of the standard library."""
        return dataclasses.dataclass(unsafe_hash=frozen, **asked)
