"""The ladder: the only place where a way becomes a rung, and where claims become the finding of a practice.

Used where a person runs it, automated where a run without a person reaches it, enforced where what then fails stops
something. A practice has only the rungs that the catalogue defines for it. Evidence stands in the order of what proves
most: rung, first-party modules before notebooks and tests, files named for the work, most runs, shortest way.

`evidence`, `scope_evidence`, `plain`, `declared`, `conclude` and `raised` serve scanners that do not state claims yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from assessor.catalog.practices import practice_rungs
from assessor.facts.place import BlindSpot, Place
from assessor.findings import LADDER, Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, may_answer
from assessor.lifecycle.order import best, is_ci, run_files
from assessor.lifecycle.source_tests import SourceTest, ci_arrivals
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.scanners.claims import (
    Claim,
    Code,
    Measure,
    NotApplicable,
    Reached,
    Rule,
    Started,
    Statement,
    Subject,
    Written,
)


def findings(scene: Scene, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """The finding of each practice by its rule."""
    for practice, rule in rules.items():
        yield finding(scene, practice, rule(scene))


def finding(scene: Scene, practice: str, statements: Iterable[Statement]) -> Finding:
    """What the statements of a practice come to."""
    said = list(statements)
    claims = _of(Claim, said)
    kept = _proofs(scene, practice, [c for c in claims if not c.alone]) or _proofs(scene, practice, claims)
    misses = tuple(sorted(set(_of(NearMiss, said)), key=lambda m: (m.place, m.text)))[:_MOST_MISSES]
    spots = tuple(_of(BlindSpot, said))
    values = tuple((measure.name, float(measure.value)) for measure in _of(Measure, said))
    rung, summary = _outcome(kept, _of(NotApplicable, said), spots, misses)
    return Finding(practice, rung, summary, kept[:_MOST_PROOFS], misses, spots, values)


Said = TypeVar("Said")


def _of(kind: type[Said], said: Iterable[object]) -> list[Said]:
    return [statement for statement in said if isinstance(statement, kind)]


def _proofs(scene: Scene, practice: str, claims: Iterable[Claim]) -> tuple[Evidence, ...]:
    """What the claims are worth, the strongest first, each place once."""
    rated = [found for claim in claims if (found := _rated(scene, practice, claim))]
    return _each_place_once(evidence for _, evidence in sorted(rated, key=lambda pair: pair[0]))


def _outcome(
    kept: Sequence[Evidence],
    reasons: Sequence[NotApplicable],
    spots: Sequence[BlindSpot],
    misses: Sequence[NearMiss],
) -> tuple[Rung, str]:
    """The rung of a practice, and the sentence that says why."""
    if kept:
        return kept[0].rung, kept[0].text
    if reasons:
        return Rung.NOT_APPLICABLE, reasons[0].reason
    if spots:
        return Rung.UNKNOWN, spots[0].reason
    return Rung.ABSENT, misses[0].text if misses else "nothing found"


_MOST_PROOFS = 12
_MOST_MISSES = 10


def _each_place_once(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    kept: dict[tuple[Place, str], Evidence] = {}
    for item in evidence:
        kept.setdefault((item.place, item.tool), item)
    return tuple(kept.values())


_Order = tuple[object, ...]


def _rated(scene: Scene, practice: str, claim: Claim) -> tuple[_Order, Evidence] | None:
    """The claim as evidence, and where that stands among others; None where it says nothing."""
    if _is_test_code(claim.subject) and not _proven_by_tests(practice):
        return None
    highest = max((rung for rung in LADDER if rung.value in practice_rungs()[practice]), key=lambda r: r.height)
    ways = [] if highest.height < Rung.AUTOMATED.height else _ways_that_count(scene, practice, claim)
    automatic = [way for way in ways if way.is_automatic or (practice in _FOR_FAILURE and way.run.is_automatic)]
    rung, route, runs = _lifted(scene, practice, claim, ways, automatic)
    text, place = claim.text, _place(claim.subject)
    stops = claim.raised_by(automatic) if claim.raised_by and rung is Rung.AUTOMATED else None
    if stops is not None:
        rung, text = Rung.ENFORCED, f"{text}; {stops}" if stops else text
    rung = min(rung, highest, key=lambda r: r.height)
    if rung is Rung.ABSENT:
        return None
    evidence = Evidence(practice, rung, place, text, claim.tool, route if rung.height > Rung.USED.height else (), runs)
    return _order(practice, claim, evidence), evidence


def _lifted(
    scene: Scene, practice: str, claim: Claim, ways: Sequence[Arrival], automatic: Sequence[Arrival]
) -> tuple[Rung, tuple[Hop, ...], tuple[str, ...]]:
    """The rung by the best way, its route, and the files of all runs that reach the subject."""
    at_least, place = claim.at_least, _place(claim.subject)
    way = best(automatic)
    if way is not None:
        return max(at_least, Rung.AUTOMATED, key=lambda r: r.height), _route(scene, claim, way), run_files(automatic)
    if ways and claim.by_hand is not None:
        return claim.by_hand, (), ()
    if at_least.height > Rung.USED.height:
        if _needs_a_run(claim.subject):
            return Rung.USED, (), ()
        return at_least, (Hop(_shown(claim), place, _LASTING.get(practice, ())),), ()
    if claim.carried and at_least is Rung.USED:
        return Rung.AUTOMATED, Scene.ending(claim.carried, _shown(claim), place), ()
    return at_least, (), ()


def _needs_a_run(subject: Subject) -> bool:
    """A step of CI, or what some run applies, does not stand by itself."""
    return isinstance(subject, Hit) and (subject.kind == "action" or bool(subject.arrivals))


def _ways_that_count(scene: Scene, practice: str, claim: Claim) -> list[Arrival]:
    counts = claim.counts
    if counts.none:
        return []
    return [
        way
        for way in _ways(scene, practice, claim.subject)
        if (counts.tests or not way.in_test)
        and (not way.by_request or may_answer(practice))
        and (counts.builds or not way.is_build)
        and (not counts.ci or is_ci(way))
        and (not counts.on_change or way.run.on_change)
        and (not counts.recurring or way.run.schedules or not is_ci(way))
    ]


def _ways(scene: Scene, practice: str, subject: Subject) -> Iterable[Arrival]:
    """Every way by which some run reaches a subject."""
    match subject:
        case Hit():
            return scene.arrivals(subject)
        case Code():
            by_request = may_answer(practice)
            return scene.automation.arrivals(subject.file.path, subject.scope, by_request=by_request)
        case Written(file, line, True):
            return scene.automation.reach.targets.get((file.path, line), ())
        case Written():
            return scene.automation.reach.files.get(subject.file.path, ())
        case Reached():
            return subject.ways
        case Started():
            return (subject.way,)
        case Place():
            return ()


def _route(scene: Scene, claim: Claim, way: Arrival) -> tuple[Hop, ...]:
    """From the trigger of the way to the subject; of what a trigger starts, on to that."""
    match claim.subject:
        case Hit() as hit:
            return scene.route(hit, way)
        case Code(file, scope, line):
            return scene.automation.route(way, file.path, scope, line)
        case Started(trigger, what) as start:
            onto = (
                scene.automation.route(way, what.file.path, what.scope, what.line) if isinstance(what, Code) else None
            )
            route = onto if isinstance(what, Code) and onto else scene.route(what, way) if isinstance(what, Hit) else ()
            first = Hop(trigger.kind, start.place, (trigger.kind,))
            return route if route and route[0].place == start.place else (first, *route)
        case _:
            return scene.ending(way.route, _shown(claim), _place(claim.subject))


def _place(subject: Subject) -> Place:
    match subject:
        case Code() | Written():
            return subject.file.at(subject.line)
        case Place():
            return subject
        case _:
            return subject.place


def _shown(claim: Claim) -> str:
    """The words of the last hop at the subject."""
    hit = claim.subject
    return (hit.text or hit.tool.title) if isinstance(hit, Hit) else claim.text


def _is_test_code(subject: Subject) -> bool:
    if isinstance(subject, Hit):
        return subject.in_test and subject.scope >= 0
    return isinstance(subject, Code) and subject.file.role is Role.TEST


_BY_TESTS = frozenset({"ci.ml", "data.validation", "deployment.compatibility"})
"""Beside testing, the practices that code of tests can prove; what runs there trains, tracks or serves nothing."""


def _proven_by_tests(practice: str) -> bool:
    return practice.startswith("testing.") or practice in _BY_TESTS


def _order(practice: str, claim: Claim, evidence: Evidence) -> _Order:
    """What proves most stands first; the last parts make the order total."""
    file = None if isinstance(claim.subject, Place | Reached | Started) else claim.subject.file
    hops = [(hop.place, hop.text) for hop in evidence.route]
    return (
        -evidence.rung.height,
        claim.alone,
        file is not None and (file.is_notebook or file.role is Role.TEST),
        -_named_for(practice, evidence.place.path),
        -len(evidence.runs),
        len(hops),
        evidence.place,
        evidence.tool,
        evidence.text,
        hops,
    )


def _named_for(practice: str, path: str) -> int:
    """How many words of the path are those of the practice: `train.py` for training, `monitoring/drift.py` for drift."""
    wanted = {word[:_STEM] for word in re.split(r"[._]", practice)}
    words = {word[:_STEM] for word in re.split(r"[^a-z]+", path.lower()) if len(word) > 2}
    return len(wanted & words)


_STEM = 5
"""Letters that `training` and `train`, `evaluation` and `evaluate` have in common."""

# ---- for scanners that state no claims yet ----


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
    ways = scene.automation.arrivals(file.path, scope, by_request=may_answer(practice))
    arrivals = [a for a in ways if a.is_automatic and (tests or not a.in_test)]
    kept = [a for a in arrivals if keep is None or keep(a)]
    arrival = best(kept)
    if arrival is None:
        return Evidence(practice, Rung.USED, file.at(line), text, tool)
    route = scene.automation.route(arrival, file.path, scope, line)
    return Evidence(practice, Rung.AUTOMATED, file.at(line), text, tool, route, run_files(kept))


_LASTING = {"training.schedule": ("schedule",), "training.trigger": ("event",)}
"""What starts by itself where the definition of a product is the trigger, and no run of this repository is."""
_FOR_FAILURE = frozenset({"monitoring.alerting", "deployment.rollback"})
"""Practices whose steps are meant to run only once something has failed."""


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
            is_for_failure = hit.practice in _FOR_FAILURE
            ways = [
                a
                for a in scene.arrivals(hit)
                if (a.is_automatic or (is_for_failure and a.run.is_automatic)) and (tests or not a.in_test)
            ]
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
