"""The page of a practice in the documentation, by the base that an assessment names. Pure."""

from __future__ import annotations

from urllib.parse import quote

_PLACE = "{practice}"


def practice_page(base: str, practice: str) -> str:
    """Its address below the base; empty where there is none.

    A base with `{practice}` gets the name there. Another one is the folder of our `docs`, whose `practices.md` has a heading
    for each practice; one that ends in a file is that page.
    """
    if not base.startswith("https://"):
        return ""
    if _PLACE in base:
        return base.replace(_PLACE, quote(practice, safe="."))
    page = base if base.endswith((".md", ".html")) else f"{base.rstrip('/')}/practices.md"
    return f"{page}#{quote(practice.replace('.', ''))}"
