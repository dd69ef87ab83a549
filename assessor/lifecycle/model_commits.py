"""Runs that commit a model to the repository, from which others then take it: `git add models/`, `git push`."""

from __future__ import annotations

from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.hits.scene import Scene, once
from assessor.project.arrivals import ActionSite, Arrival


@once
def model_commits(scene: Scene) -> list[Arrival]:
    """The ways to the pushes of such commits, and to the actions that commit and push."""
    added: dict[str, int] = {}
    found = [site.arrival for site in scene.automation.reach.actions if _commits_a_model(site)]
    for number, site in enumerate(scene.automation.reach.sites):
        words, way = site.invocation.words, site.arrival
        if way is None or words[0] != "git":
            continue
        if words[1:2] in (("add",), ("commit",)) and any(map(_is_of_model, words[2:])):
            added.setdefault(way.run.key, number)
        elif words[1:2] == ("push",) and way.run.key in added:
            found.append(way)
    return found


def _commits_a_model(site: ActionSite) -> bool:
    name = programs().commit_actions.get(site.step.uses.partition("@")[0])
    given = " ".join(value for key, value in site.step.inputs if key == name)
    return any(map(_is_of_model, given.split()))


def _is_of_model(word: str) -> bool:
    """A file of a model, or a folder whose name says that it holds models: figures and cards beside them are none."""
    name = word.strip("'\"").rstrip("/*").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    if dot and stem:
        return speaks_of("ending_of_model", ending)
    return not word.startswith("-") and speaks_of("kept_model", name)
