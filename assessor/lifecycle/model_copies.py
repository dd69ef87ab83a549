"""Commands that copy a model to a bucket path that holds a version (a variable: run id, commit, date)."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.hits.scene import Scene
from assessor.project.arrivals import Site


def model_copies(scene: Scene) -> Iterator[Site]:
    """Such commands, those that nothing starts too."""
    for site in (*scene.automation.reach.sites, *scene.automation.idle_sites):
        if _copies_a_model(site.invocation.words):
            yield site


def _copies_a_model(words: tuple[str, ...]) -> bool:
    targets = [word for word in words if "://" in word]
    if not targets or "$" not in targets[-1]:
        return False
    copies = matches_any_command(programs().copy_to_bucket, words)
    return copies and any(speaks_of("kept_model", word) for word in words[1:])
