"""How much there is to parse in a text: its words, signs and lines, whose number costs time and memory, not its bytes."""

from __future__ import annotations

import re
from itertools import islice

MAX_TOKENS = 150_000
"""Of one text of Python: what is read within two seconds and 200 MB; in the largest file met there were 53,000."""

_TOKEN = re.compile(r"\w+|[^\w\s]|\n")


def tokens(text: str, most: int = MAX_TOKENS) -> int:
    """Words, signs and ends of lines, counted as far as one above so many."""
    return sum(1 for _ in islice(_TOKEN.finditer(text), most + 1))


def is_dense(text: str) -> bool:
    """It has more of them than are read."""
    return len(text) > MAX_TOKENS and tokens(text) > MAX_TOKENS


TOO_DENSE = f"more than {MAX_TOKENS:,} words and signs of Python; they are not read"
