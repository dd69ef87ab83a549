"""Numbers that agree, and one plan, over real repositories: `python -m benchmarks.invariants FOLDER…`.

Each folder is audited by every shipped model, and what must hold is held against the result: levels follow from ratings
(the check of `assessor verify`), no dimension contradicts the level over all, a plan to a level reaches it and raises no
practice to one rung twice, no two steps have one title, and what a failing gate tells to do lets it pass. One line for each
repository, one for each contradiction; the exit code is 1 where there is one.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assessor.audit import audit
from assessor.planning import make_plan
from assessor.policy.gate import judge
from assessor.policy.model import Gate
from assessor.rubric.loading import shipped_names, shipped_rubric
from assessor.rubric.target import Target
from assessor.snapshot import SnapshotError
from assessor.verification import Answer, check_levels

if TYPE_CHECKING:
    from assessor.assessment import Assessment
    from assessor.rubric.model import Rubric


def contradictions(seen: Assessment) -> Iterator[str]:
    """What does not agree in one assessment."""
    checked = check_levels(seen)
    if checked.answer is Answer.DIFFERS:
        yield checked.text
    for name in seen.scorecards:
        yield from (f"{name}: {text}" for text in _of_card(seen, shipped_rubric(name)))


def _of_card(seen: Assessment, rubric: Rubric) -> Iterator[str]:
    card = seen.scorecards[rubric.id]
    if card.level is None:
        if card.roadmap or card.gaps:
            yield "a plan, though there is nothing to rate"
        return
    yield from (
        f"{name} at level {result.level}, below {card.level}"
        for name, result in card.dimensions.items()
        if result.level is not None and result.level < card.level
    )
    if card.index is None or not card.level <= card.index < card.level + 1:
        yield f"position {card.index} at level {card.level}"
    for level in range(card.level + 1, rubric.top + 1):
        yield from _of_plan(seen, rubric, level)


def _of_plan(seen: Assessment, rubric: Rubric, level: int) -> Iterator[str]:
    plan = make_plan(seen, rubric, Target(level))
    if plan.blocked:
        return
    if not plan.is_reached and not plan.steps:
        yield f"no step leads to level {level}, and nothing is told to stand in the way"
    raised = Counter((lift.practice, lift.wanted) for step in plan.steps for lift in step.raises)
    yield from (f"the plan to {level} raises {name} to {rung} twice" for (name, rung), n in raised.items() if n > 1)
    titles = Counter(step.title for step in plan.steps)
    yield from (f"the plan to {level} says '{title}' twice" for title, count in titles.items() if count > 1)
    reached = [step.reaches for step in plan.steps if step.reaches is not None]
    if plan.steps and max(reached, default=-1) < level:
        yield f"the plan to {level} ends at {max(reached, default=None)}"
    result = judge(Gate(min_level=level), seen, rubric)
    told = {blocker.practice: blocker.wanted for verdict in result.verdicts for blocker in verdict.blockers}
    after = make_plan(seen, rubric, Target(level), assumed=told)
    if told and not after.is_reached:
        yield f"what the gate tells for level {level} does not reach it"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    count = 0
    for folder in parser.parse_args().folders:
        try:
            seen = audit(folder, None, [shipped_rubric(name) for name in shipped_names()])
        except SnapshotError as error:
            print(f"{folder}: {error}")
            continue
        found = list(contradictions(seen))
        count += len(found)
        level = seen.scorecards[seen.primary].level
        print(f"{folder}: level {level}, {len(found)} contradictions", flush=True)
        for text in found:
            print(f"  {text}", flush=True)
    print(f"{count} contradictions")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
