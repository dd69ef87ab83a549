"""Verdicts that a job or step writes down and that the conditions of later ones ask for.

`if: needs.judge.outputs.good == 'true'`, `when: "{{tasks.judge.outputs.parameters.good}} == yes"`: what stands under such a
condition is not done where the one that it names has said no.
"""

from __future__ import annotations

from collections.abc import Iterable

from assessor.hits.scene import Scene, once
from assessor.project.arrivals import Arrival
from assessor.project.modules import ScopeKey
from assessor.project.runs import Run

_OUTPUTS = (".outputs", ".results")


@once
def telling_scopes(scene: Scene) -> frozenset[ScopeKey]:
    """The functions that are reached by a job or step whose outputs a condition of a later one asks for."""
    found: set[ScopeKey] = set()
    for closure, arrival in scene.automation.reach.closures:
        later = arrival.run.job.steps[arrival.step + 1 :] if arrival.step >= 0 else ()
        conditions = [job.condition for job in arrival.run.workflow.jobs]
        if _ask_for(conditions, arrival.run) or any(_OUTPUTS[0] in step.condition for step in later):
            found.update(closure.reached)
    return frozenset(found)


def asks_outputs(later: Arrival, earlier: Arrival) -> bool:
    """What `later` arrives at stands under a condition on what the job or step of `earlier` has written."""
    if later.run.key != earlier.run.key:
        return later.run.path == earlier.run.path and _ask_for([later.run.job.condition], earlier.run)
    steps = later.run.job.steps
    return earlier.step < later.step < len(steps) and _OUTPUTS[0] in steps[later.step].condition


def _ask_for(conditions: Iterable[str], run: Run) -> bool:
    name = run.job.id.rpartition(".")[2]
    return any(f"{name}{end}" in condition for condition in conditions for end in _OUTPUTS)
