"""Products in commands and steps of CI."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from assessor.catalog.patterns import matches_action, matches_command
from assessor.catalog.tools import Proof, Tool
from assessor.facts.place import Place
from assessor.hits.ground import Ground
from assessor.hits.handed_definitions import HandedDefinitions
from assessor.hits.hit import Hit
from assessor.project.arrivals import Arrival, Site
from assessor.project.remotes import pushed_hosts, remotes


def command_hits(ground: Ground) -> Iterator[Hit]:
    """Commands of runs and of targets that nothing starts; one that starts what does not exist is left out."""
    patterns: dict[str, list[tuple[str, Tool, Proof]]] = defaultdict(list)
    for tool in ground.live_tools:
        for proof in tool.proves:
            for pattern in proof.commands:
                patterns[pattern.split()[0]].append((pattern, tool, proof))
    by_place: dict[tuple[Place, str, str], list[Arrival]] = defaultdict(list)
    first: dict[tuple[Place, str, str], tuple[Site, Tool, Proof]] = {}
    proven: dict[tuple[str, ...], list[tuple[Tool, Proof]]] = {}
    broken = ground.automation.reach.broken_hops
    sites = (*ground.automation.reach.sites, *ground.automation.idle_sites)
    known = remotes(sites)
    handed = HandedDefinitions(ground)
    for site in sites:
        words = (*site.invocation.words, *pushed_hosts(site, known))
        if site.arrival and site.arrival.hop in broken and not _is_fetched(site):
            continue  # what it starts, builds or applies does not exist
        for line in (words, *(tuple(launcher.split()) for launcher in site.invocation.launchers)):
            if line not in proven:  # few different lines make up most commands of all runs
                proven[line] = [
                    (tool, proof)
                    for pattern, tool, proof in patterns.get(line[0], ())
                    if matches_command(pattern, line) and not set(proof.without) & set(line)
                ]
            for tool, proof in handed.kept(proven[line], site):
                key = (site.place, tool.id, proof.practice + proof.rung)
                first.setdefault(key, (site, tool, proof))
                if site.arrival:
                    by_place[key].append(site.arrival)
    for key, (site, tool, proof) in first.items():
        file = ground.project.files.get(site.place.path)
        if file:
            arrivals = tuple(by_place.get(key, ()))
            text = site.command.text
            yield Hit(proof.practice, tool, proof, site.place, "command", file, arrivals=arrivals, text=text)


def action_hits(ground: Ground) -> Iterator[Hit]:
    """Steps of CI that use a published action."""
    patterns = [(p, tool, proof) for tool in ground.live_tools for proof in tool.proves for p in proof.actions]
    fitting = {
        uses: [(tool, proof) for pattern, tool, proof in patterns if matches_action(pattern, uses)]
        for uses in dict.fromkeys(site.step.uses for site in ground.automation.reach.actions)
    }
    seen: dict[tuple[Place, str, str], Hit] = {}
    for site in ground.automation.reach.actions:
        text = site.step.uses
        for tool, proof in fitting[text]:
            key = (site.place, tool.id, proof.practice)
            file = ground.project.files[site.place.path]
            known = seen.get(key)
            arrivals = (*(known.arrivals if known else ()), site.arrival)
            seen[key] = Hit(proof.practice, tool, proof, site.place, "action", file, arrivals=arrivals, text=text)
    yield from seen.values()


def _is_fetched(site: Site) -> bool:
    """A program without an ending that an earlier step puts in a folder (`./bin/gitleaks detect`): no script of ours."""
    return "/" in site.invocation.script and "." not in site.invocation.script.rpartition("/")[2]
