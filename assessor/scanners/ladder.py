"""From evidence to findings: the rungs of hits and functions, and the conclusion of a practice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from assessor.facts.place import Place
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.order import best, run_files
from assessor.lifecycle.source_tests import SourceTest, ci_arrivals
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile


def conclude(
    practice: str,
    evidence: Iterable[Evidence],
    near_misses: Iterable[NearMiss] = (),
    values: Iterable[tuple[str, float]] = (),
) -> Finding:
    """The finding of one practice: the highest rung with evidence, strongest evidence first, each place once."""
    ordered = sorted(dict.fromkeys(evidence), key=_strongest_first)
    kept: list[Evidence] = []
    places: set[tuple[Place, str]] = set()
    for item in ordered:
        if (item.place, item.tool) not in places:
            places.add((item.place, item.tool))
            kept.append(item)
    rung = kept[0].rung if kept else Rung.ABSENT
    misses = tuple(sorted(set(near_misses), key=lambda m: (m.place, m.text)))[:10]
    summary = kept[0].text if kept else (misses[0].text if misses else "nothing found")
    return Finding(
        practice, rung, summary, tuple(kept[:12]), misses, values=tuple((name, float(value)) for name, value in values)
    )


def _strongest_first(evidence: Evidence) -> tuple[object, ...]:
    """A total order, so that the same findings always stand in the same order; shorter routes first."""
    hops = [(hop.place, hop.text) for hop in evidence.route]
    return (-evidence.rung.height, evidence.place, evidence.tool, evidence.text, len(hops), hops)


def raised(evidence: Evidence, text: str = "") -> Evidence:
    """The same evidence one rung up, at enforced."""
    return replace(evidence, rung=Rung.ENFORCED, text=f"{evidence.text}; {text}" if text else evidence.text)


def of_source_tests(scene: Scene, practice: str, tests: list[SourceTest], text: str) -> Iterator[Evidence]:
    """Evidence for test files: used, and where CI runs them automated."""
    for test in tests:
        place = test.file.at(test.line)
        shown = f"{test.file.path.rpartition('/')[2]} {text}"
        arrival = best(ci_arrivals(scene, test))
        if arrival is None:
            yield Evidence(practice, Rung.USED, place, shown, test.tool)
        else:
            yield Evidence(practice, Rung.AUTOMATED, place, shown, test.tool, scene.ending(arrival.route, shown, place))


def declared(scene: Scene, practice: str) -> list[Evidence]:
    """Evidence of rung declared: a tool of this practice is a dependency or imported, and nothing more."""
    found = []
    for tool in scene.live_tools:
        if practice not in tool.declares:
            continue
        place = scene.tool_place(tool)
        if place:
            text = f"{tool.title} is declared, nothing here uses it for this"
            found.append(Evidence(practice, Rung.DECLARED, place, text, tool.id))
    return found


def scope_evidence(
    scene: Scene,
    practice: str,
    file: ProjectFile,
    scope: int,
    line: int,
    text: str,
    *,
    tool: str = "",
    keep: Callable[[Arrival], bool] | None = None,
    tests: bool = False,
) -> Evidence:
    """Evidence for home-made code: used, or automated with its route where a run reaches the function."""
    arrivals = [a for a in scene.automation.arrivals(file.path, scope) if a.is_automatic and (tests or not a.in_test)]
    kept = [a for a in arrivals if keep is None or keep(a)]
    arrival = best(kept)
    if arrival is None:
        return Evidence(practice, Rung.USED, file.at(line), text, tool)
    route = scene.automation.route(arrival, file.path, scope, line)
    return Evidence(practice, Rung.AUTOMATED, file.at(line), text, tool, route, run_files(kept))


_LASTING = {"training.schedule": ("schedule",), "training.trigger": ("event",)}
"""What starts by itself where the definition of a product is the trigger, and no run of this repository is."""


def evidence(
    scene: Scene,
    hits: Iterable[Hit],
    *,
    tests: bool = False,
    keep: Callable[[Arrival], bool] | None = None,
    lift: bool = True,
) -> list[Evidence]:
    """Evidence of hits: the proof's rung, lifted to automated where a run without a person reaches the hit.

    `tests`: ways that only a test opens count too. `keep` narrows the ways that count.
    """
    found = []
    for hit in hits:
        rung = Rung(hit.proof.rung)
        text = f"{hit.tool.title}: {hit.proof.text}" if hit.proof.text else hit.tool.title
        arrival: Arrival | None = None
        runs: tuple[str, ...] = ()
        if lift and rung.height >= Rung.USED.height:
            ways = [a for a in scene.arrivals(hit) if a.is_automatic and (tests or not a.in_test)]
            kept = [a for a in ways if keep is None or keep(a)]
            arrival, runs = best(kept), run_files(kept)
        if arrival is not None and rung is not Rung.ENFORCED:
            route = scene.route(hit, arrival)
            found.append(Evidence(hit.practice, Rung.AUTOMATED, hit.place, text, hit.tool.id, route, runs))
        else:
            if hit.kind in ("action",) and rung.height > Rung.USED.height:
                rung = Rung.USED
            if rung.height > Rung.USED.height and not hit.arrivals:
                own = (Hop(hit.text or hit.tool.title, hit.place, _LASTING.get(hit.practice, ())),)
                found.append(Evidence(hit.practice, rung, hit.place, text, hit.tool.id, own))
                continue
            found.append(
                Evidence(hit.practice, min(rung, Rung.USED, key=lambda r: r.height), hit.place, text, hit.tool.id)
            )
    return found


def plain(
    scene: Scene,
    practice: str,
    *,
    in_tests: bool = False,
    notebooks: bool = True,
    tests: bool = False,
    keep: Callable[[Arrival], bool] | None = None,
    lift: bool = True,
) -> list[Evidence]:
    """The common case: declared by dependencies, used and automated by hits (`in_tests`: by those of tests too)."""
    hits = scene.hits(practice, tests=in_tests, notebooks=notebooks)
    return [*declared(scene, practice), *evidence(scene, hits, tests=tests, keep=keep, lift=lift)]
