"""Numbers on the command line, refused in words that people use."""

from __future__ import annotations

import math
from typing import Any

import click


class Number(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """A number from `least` to `most`; a `whole` one is an int, another one a float."""

    name = "number"

    def __init__(self, *, least: float, most: float = math.inf, whole: bool = True) -> None:
        self.least, self.most, self.whole = least, most, whole

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | float:
        """The number. Fails for a text that is none, and for one out of bounds."""
        wanted = "a whole number" if self.whole else "a number"
        bounds = f"from {self.least:g} on" if self.most == math.inf else f"from {self.least:g} to {self.most:g}"
        try:
            number = int(value) if self.whole else float(value)
        except ValueError:
            self.fail(f"{value!r} is no number; give {wanted} {bounds}, for example {self._example()}", param, ctx)
        if not self.least <= number <= self.most:
            self.fail(f"{value} is out of bounds; give {wanted} {bounds}", param, ctx)
        return number

    def _example(self) -> str:
        return "60" if self.most != math.inf else "3" if self.whole else "1.5"
