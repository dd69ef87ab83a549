"""Text cleaning before the words are counted."""

import re

_MARK = re.compile(r"<(?:name|number)>")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """Lower case, no placeholders, single spaces."""
    return _SPACE.sub(" ", _MARK.sub(" ", text.lower())).strip()
