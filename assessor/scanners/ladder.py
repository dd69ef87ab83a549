"""The ladder: the only place where a way becomes a rung, and where claims become the finding of a practice.

Used where a person runs it, automated where a run without a person reaches it, enforced where what then fails stops
something. A practice has only the rungs that the catalogue defines for it. Evidence stands in the order of what proves
most: rung, first-party modules before notebooks and tests, files named for the work, most runs, shortest way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeVar

from assessor.catalog.practices import practice_rungs, said_where_absent
from assessor.catalog.words import cut
from assessor.facts.place import BlindSpot, Place
from assessor.findings import LADDER, Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, may_answer
from assessor.lifecycle.order import best, is_ci, run_files
from assessor.lifecycle.unused import unused
from assessor.project.arrivals import Arrival
from assessor.project.model import Role
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
    Ways,
    Written,
    place_of,
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
    misses = tuple(sorted(set(_of(NearMiss, said)), key=lambda m: (m.place, m.text, m.tool)))[:_MOST_MISSES]
    spots = tuple(_of(BlindSpot, said))
    values = tuple((measure.name, float(measure.value)) for measure in _of(Measure, said))
    rung, summary = _outcome(practice, kept, _of(NotApplicable, said), spots, misses)
    return Finding(practice, rung, summary, kept[:_MOST_PROOFS], misses, spots, values)


Said = TypeVar("Said")


def _of(kind: type[Said], said: Iterable[object]) -> list[Said]:
    return [statement for statement in said if isinstance(statement, kind)]


def _proofs(scene: Scene, practice: str, claims: Iterable[Claim]) -> tuple[Evidence, ...]:
    """What the claims are worth, the strongest first, each place once."""
    rated = [found for claim in claims if (found := _rated(scene, practice, claim))]
    return _each_place_once(evidence for _, evidence in sorted(rated, key=lambda pair: pair[0]))


def _outcome(
    practice: str,
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
    return Rung.ABSENT, misses[0].text if misses else said_where_absent()[practice]


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
    highest = _highest(practice)
    ways = [] if highest.height < Rung.AUTOMATED.height else _ways_that_count(scene, practice, claim)
    automatic = [way for way in ways if way.is_automatic or (practice in _FOR_FAILURE and way.run.is_automatic)]
    rung, route, runs = _lifted(scene, practice, claim, ways, automatic)
    rung, text = _raised(claim, rung, automatic)
    rung = min(rung, highest, key=lambda r: r.height)
    if rung is Rung.ABSENT:
        return None
    shown = route if rung.height > Rung.USED.height else ()
    evidence = Evidence(practice, rung, place_of(claim.subject), text, claim.tool, shown, runs)
    return _order(practice, claim, evidence), evidence


@cache
def _highest(practice: str) -> Rung:
    """The highest rung that the catalogue defines for a practice."""
    return max((rung for rung in LADDER if rung.value in practice_rungs()[practice]), key=lambda r: r.height)


def _raised(claim: Claim, rung: Rung, ways: Sequence[Arrival]) -> tuple[Rung, str]:
    """Enforced where what a run reaches stops something, and the words for it."""
    stops = claim.raised_by(ways) if claim.raised_by and rung is Rung.AUTOMATED else None
    if stops is None:
        return rung, claim.text
    return Rung.ENFORCED, f"{claim.text}; {stops}" if stops else claim.text


def _lifted(
    scene: Scene, practice: str, claim: Claim, ways: Sequence[Arrival], automatic: Sequence[Arrival]
) -> tuple[Rung, tuple[Hop, ...], tuple[str, ...]]:
    """The rung by the best way, its route, and the files of all runs that reach the subject."""
    at_least, place = _in_use(scene, practice, claim), place_of(claim.subject)
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


_NEEDS_USE = frozenset(
    {"monitoring.drift", "monitoring.alerting", "monitoring.service", "monitoring.performance", "monitoring.freshness"}
)
"""What watches or tells only where something asks it to: a function that nothing uses is intent."""


def _in_use(scene: Scene, practice: str, claim: Claim) -> Rung:
    """The least rung of a claim."""
    subject = claim.subject
    if practice not in _NEEDS_USE or claim.carried or not isinstance(subject, Hit | Code) or subject.scope < 0:
        return claim.at_least
    is_idle = (subject.file.path, subject.scope) in unused(scene)
    intent = Rung.DECLARED if Rung.DECLARED.value in practice_rungs()[practice] else Rung.ABSENT
    return min(claim.at_least, intent, key=lambda r: r.height) if is_idle else claim.at_least


def _needs_a_run(subject: Subject) -> bool:
    """A step of CI, or what some run applies, does not stand by itself."""
    return isinstance(subject, Hit) and (subject.kind == "action" or bool(subject.arrivals))


def _ways_that_count(scene: Scene, practice: str, claim: Claim) -> list[Arrival]:
    if claim.counts.none:
        return []
    answers = may_answer(practice)
    ways = (way for way in _ways(scene, practice, claim.subject) if answers or not way.by_request)
    return [way for way in ways if _counts(claim.counts, way)]


def _counts(wanted: Ways, way: Arrival) -> bool:
    """The way is of the kind, and its run among those that count."""
    if (
        (way.in_test and not wanted.tests)
        or (way.is_build and not wanted.builds)
        or (way.is_trial and not wanted.trials)
    ):
        return False
    is_wanted = wanted.runs is None or way.run.key in wanted.runs
    if not is_wanted or (wanted.on_change and not way.run.on_change):
        return False
    if is_ci(way):
        return not wanted.recurring or way.in_cluster or bool(way.run.schedules)
    return not wanted.ci


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
            return scene.ending(way.route, _shown(claim), place_of(claim.subject))


def _shown(claim: Claim) -> str:
    """The words of the last hop at the subject."""
    hit = claim.subject
    return hit.shown if isinstance(hit, Hit) else claim.text


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
    wanted = {word[:_STEM] for word in cut(practice).split()}
    words = {word[:_STEM] for word in cut(path).split() if len(word) > 2}
    return len(wanted & words)


_STEM = 5
"""Letters that `training` and `train`, `evaluation` and `evaluate` have in common."""


_LASTING = {"training.schedule": ("schedule",), "training.trigger": ("event",)}
"""What starts by itself where the definition of a product is the trigger, and no run of this repository is."""
_FOR_FAILURE = frozenset({"monitoring.alerting", "deployment.rollback"})
"""Practices whose steps are meant to run only once something has failed."""
