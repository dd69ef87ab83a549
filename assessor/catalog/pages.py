"""Where the documentation of the catalogue stands, so that a finding can lead to the page of its practice."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCS = "MLOPS_ASSESSOR_DOCS"


def docs_base(environment: Mapping[str, str]) -> str:
    """Where the documentation stands: what the environment says, else what whoever published this distribution put into its
    metadata (`Project-URL: Documentation`), else nothing, for no address is ours to make up. Raises UserError."""
    said = environment.get(DOCS, "").strip()
    if said:
        if not said.startswith("https://") or not said.isprintable() or " " in said or len(said) > _LONGEST:
            raise UserError(f"{DOCS} is '{said[:60]}'; expected an address that begins https://")
        return said
    return _published()


_LONGEST = 500


@cache
def _published() -> str:
    from importlib import metadata

    from assessor import DISTRIBUTION

    try:
        named = metadata.metadata(DISTRIBUTION).get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    pairs = (str(line).partition(",") for line in named)
    found = next((url.strip() for label, _, url in pairs if label.strip().lower() == "documentation"), "")
    return found if found.startswith("https://") else ""
