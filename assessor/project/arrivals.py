"""How far each run comes: the values that the walk over the automation graph leaves behind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import field

from assessor.facts.commands import Command
from assessor.facts.place import Place
from assessor.facts.project_files import SourceCall
from assessor.facts.values import dataclass
from assessor.facts.workflow import Job, Step, Workflow
from assessor.findings import Hop
from assessor.project.closure import Closure
from assessor.project.invocations import Invocation
from assessor.project.model import ProjectFile
from assessor.project.runs import Run


@dataclass(frozen=True, slots=True)
class Arrival:
    """One way by which a run gets somewhere.

    `step` is the position of the step in its job; `fails` is False where a failure here cannot fail the run.
    """

    run: Run
    step: int
    hop: Hop | None = None
    parent: Arrival | None = None
    fails: bool = True
    in_test: bool = False
    closure: Closure | None = None
    is_build: bool = False
    """It happens while an image is built."""
    env: tuple[tuple[str, str], ...] = ()
    """The variables that are set there: of workflow, job, step, image and command."""
    by_request: bool = False
    """Only a request to a service that the run starts comes here."""
    is_trial: bool = False
    """What is started works on the data of tests, or is a script of the examples: it tries the code out."""
    in_cluster: bool = False
    """An object starts it that the run brings to a cluster, where it goes on after the run."""

    def at(self, hop: Hop) -> Arrival:
        """The way with one more hop."""
        return Arrival(
            self.run,
            self.step,
            hop,
            self,
            self.fails,
            self.in_test,
            self.closure,
            self.is_build,
            self.env,
            self.by_request,
            self.is_trial,
            self.in_cluster,
        )

    @property
    def depth(self) -> int:
        """How many hops lead here."""
        count, arrival = 0, self.parent
        while arrival is not None:
            count, arrival = count + 1, arrival.parent
        return count

    @property
    def route(self) -> tuple[Hop, ...]:
        """From the trigger to here; equal neighbours are joined."""
        hops: list[Hop] = []
        arrival: Arrival | None = self
        while arrival is not None:
            if arrival.hop is not None and (not hops or hops[-1] != arrival.hop):
                hops.append(arrival.hop)
            arrival = arrival.parent
        return (*self.run.hops, *reversed(hops))

    @property
    def after_failure(self) -> bool:
        """It happens only once something before it has failed, or when somebody cancels."""
        job = self.run.job
        return job.on_failure or (0 <= self.step < len(job.steps) and job.steps[self.step].on_failure)

    @property
    def runs_anyway(self) -> bool:
        """It happens also where an earlier step of its job has failed."""
        steps = self.run.job.steps
        return 0 <= self.step < len(steps) and steps[self.step].anyway

    def goes_on_after(self, step: int) -> bool:
        """It happens also where that earlier step of its job has failed."""
        steps = self.run.job.steps
        if not (0 <= self.step < len(steps) and 0 <= step < len(steps)):
            return False
        return steps[self.step].anyway or steps[step].name in steps[self.step].goes_on_after

    @property
    def asks_before(self) -> bool:
        """It does not happen where the workflow whose end starts the run has failed."""
        steps = self.run.job.steps
        return self.run.asks_before or (0 <= self.step < len(steps) and steps[self.step].asks_before)

    @property
    def stops_run(self) -> bool:
        """A failure here fails the run: neither the step nor the job goes on as if nothing had happened."""
        return self.fails and self.run.fails

    @property
    def is_automatic(self) -> bool:
        """Without a person, in a run in which all goes well."""
        return self.run.is_automatic and not self.after_failure


@dataclass(frozen=True, slots=True)
class Site:
    """One command as it is reached (or as it stands, where nothing starts it), and what it starts."""

    command: Command
    invocation: Invocation
    place: Place
    arrival: Arrival | None = None
    cwd: str = ""


@dataclass(frozen=True, slots=True)
class ActionSite:
    """A step that uses an action, task or orb."""

    step: Step
    place: Place
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Shell:
    """A running shell: the script that it runs (empty for a step), the files that this sources, whether it stops on errors."""

    path: str
    sourced: tuple[str, ...]
    stops: bool


@dataclass(frozen=True, slots=True)
class Context:
    """What holds where a command is read: folder, environment, the file that it is written in."""

    arrival: Arrival
    cwd: str
    path: str
    env: tuple[tuple[str, str], ...] = ()
    shell: Shell | None = None
    """The shell in which the command stands, where it knows functions of other files."""

    @property
    def place(self) -> Place:
        """Where the last hop leads."""
        return self.arrival.hop.place if self.arrival.hop else Place(self.path, 1)


@dataclass(frozen=True, slots=True)
class Rollout:
    """A pipeline or service that a program outside of the catalogue brings to where it runs, by a file of its own."""

    program: str
    place: Place
    arrival: Arrival
    scripts: tuple[str, ...]
    """Files of this repository that it starts, in order."""
    served: tuple[Arrival, ...] = ()
    """The ways to those of them that stay up as services."""


@dataclass(slots=True)
class Reach:
    """What all runs reach. Lists are in the order of the runs and steps."""

    sites: list[Site] = field(default_factory=list)
    actions: list[ActionSite] = field(default_factory=list)
    closures: list[tuple[Closure, Arrival]] = field(default_factory=list)
    files: dict[str, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    """Arrivals at whole files: notebooks, Dockerfiles, manifests, Terraform, R scripts."""
    targets: dict[tuple[str, int], list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    """Arrivals at targets and stages, by path and line."""
    inline: list[tuple[SourceCall, Place, Arrival]] = field(default_factory=list)
    """Calls of R and Julia code that stands on a command line."""
    rollouts: list[Rollout] = field(default_factory=list)
    submitting: set[str] = field(default_factory=set)
    """Keys of the runs that hand a pipeline to its backend."""
    broken: list[tuple[Place, str]] = field(default_factory=list)
    """Hops that lead nowhere, in words."""
    broken_hops: set[Hop] = field(default_factory=set)
    order: dict[tuple[str, int, Hop], int] = field(default_factory=dict)
    """The commands and actions of each run in the order in which it comes to them: by run, step and last hop."""

    def comes_to(self, arrival: Arrival) -> None:
        """Note that a run has come to its next command or action."""
        if arrival.hop:
            self.order.setdefault((arrival.run.key, arrival.step, arrival.hop), len(self.order))

    def number(self, arrival: Arrival | None) -> int:
        """The number of the last command or action on a way, in the order of its run; -1 where there is none."""
        while arrival is not None:
            found = self.order.get((arrival.run.key, arrival.step, arrival.hop)) if arrival.hop else None
            if found is not None:
                return found
            arrival = arrival.parent
        return -1

    def only_compiles(self, closure: Closure, arrival: Arrival) -> bool:
        """The closure writes a pipeline down, and nothing of its run hands one over."""
        return bool(closure.compiled) and arrival.run.key not in self.submitting

    def breaks(self, context: Context, why: str) -> None:
        """The command of this context starts, builds or applies nothing."""
        self.broken.append((context.place, why))
        if context.arrival.hop:
            self.broken_hops.add(context.arrival.hop)


NO_RUN = Run("", "", Workflow("code", ""), Job("", 1), ())
"""Stands for the run of a command that nothing starts."""


def hopped(arrival: Arrival, file: ProjectFile, line: int, label: str) -> Arrival:
    """The way with one more hop, to a line of a file."""
    return arrival.at(Hop(label, file.at(line)))
