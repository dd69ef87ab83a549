"""Commands that copy a model to a bucket path, or send it to an address, that holds a version (a variable: run id, commit, date)."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.hits.scene import Scene, once
from assessor.project.arrivals import Site


@once
def model_copies(scene: Scene) -> list[Site]:
    """Such commands, those that nothing starts too."""
    sites = (*scene.automation.reach.sites, *scene.automation.idle_sites)
    return [
        site
        for site in sites
        if _copies_a_model(site.invocation.words) and _is_versioned(_target(site.invocation.words))
    ]


def _is_versioned(target: str) -> bool:
    """A variable is a part of it, and it is no place on this machine, to which a model is fetched."""
    return "$" in target and ("://" in target or not speaks_of("on_this_machine", target))


def model_hand_overs(scene: Scene) -> list[Site]:
    """Commands that copy a model to an address, whether that holds a version or is where the model in use lies."""
    sites = scene.automation.reach.sites
    return [
        site for site in sites if _copies_a_model(site.invocation.words) and "://" in _target(site.invocation.words)
    ]


@lru_cache(maxsize=8_192)  # few different lines make up most commands of all runs
def _copies_a_model(words: tuple[str, ...]) -> bool:
    sends = not programs().send_a_file.get(words[0], frozenset()).isdisjoint(words)
    if not (sends or matches_any_command(programs().copy_to_bucket, words)):
        return False
    return any(speaks_of("kept_model", word) or _ends_as_a_model(word) for word in words[1:])


def _ends_as_a_model(word: str) -> bool:
    name = word.rpartition("/")[2]
    return "." in name and speaks_of("ending_of_model", name.rpartition(".")[2])


def _target(words: tuple[str, ...]) -> str:
    """The place to which a command brings files: one that an option names, else the last address, which nothing follows but
    options (what is fetched stands before where it is put), else the last word."""
    for option, value in pairwise(words):
        if option in programs().bucket_places:
            return value
    addresses = [number for number, word in enumerate(words) if "://" in word]
    if not addresses:
        return words[-1]
    following = words[addresses[-1] + 1 : addresses[-1] + 2]
    return "" if following and not following[0].startswith("-") else words[addresses[-1]]
