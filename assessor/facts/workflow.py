"""One provider-neutral model of CI and orchestration definitions, after GitHub Actions' words.

A GitLab stage order becomes `needs`; an Azure stage or job becomes a job; a Jenkins stage becomes a job whose needs
are the stages before it; a Tekton or Argo task becomes a job.
"""

from __future__ import annotations

from assessor.facts.commands import Command
from assessor.facts.values import dataclass

ON_CHANGE = frozenset({"push", "pull_request", "merge_request", "tag", "poll"})
"""Trigger kinds that a change of the repository fires."""

OF_DOCKERFILE = "dockerfile:"
"""Begins the image of a job whose container is made from a Dockerfile; its path follows."""

IN_FILE = "@file"
"""Stands before the file, and the name in it, of patterns that a workflow does not hold itself."""

LIBRARY = "jenkins-library"
"""The provider of the functions of a Groovy file, each a job that only steps of pipelines call; `inputs` of the job has the
parameters with their defaults."""

AUTOMATIC = ON_CHANGE | {
    "schedule",
    "release",
    "workflow_run",
    "repository_dispatch",
    "webhook",
    "event",
    "pipeline",
    "comment",
    "server",
}
"""Trigger kinds that need no person at the keyboard; `server` is set on the CI server (Jenkins, Cloud Build) and counts
as run on change. The rest (manual, call, container) does not start by itself."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a workflow.

    `kind`: push, pull_request, merge_request, tag, poll, schedule, release, workflow_run, repository_dispatch, webhook,
    event, pipeline, comment, server, manual, call.
    """

    kind: str
    line: int
    branches: tuple[str, ...] = ()
    branches_ignore: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Patterns of files of which one must have changed; behind `IN_FILE` the file that holds them and their name there."""
    paths_ignore: tuple[str, ...] = ()
    cron: str = ""
    exists: tuple[str, ...] = ()
    """Patterns of which some file of the repository must meet one (GitLab's `exists`)."""
    sources: tuple[str, ...] = ()
    """Names of the workflows or pipelines whose end fires it (workflow_run, resources.pipelines, trigger:)."""
    types: tuple[str, ...] = ()
    is_active: bool = True
    """False for a paused schedule or one that can never fire."""
    after_success: bool = True
    """Of a workflow's end: only one that went well fires it. GitHub's workflow_run fires after any."""


_HALTS = {("circleci-agent", "step", "halt"), ("circleci", "step", "halt"), ("Exit-AppveyorBuild",)}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: either `uses` (an action, task, orb command or template) with `inputs`, or `commands` of a script."""

    name: str
    line: int
    uses: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    commands: tuple[Command, ...] = ()
    script: str = ""
    """The script as written, for expression checks (cut at 20,000 characters)."""
    cwd: str = ""
    env: tuple[tuple[str, str], ...] = ()
    condition: str = ""
    can_fail: bool = True
    """False where the step cannot fail the job (continue-on-error, ignoreReturn)."""
    anyway: bool = False
    """It can run although an earlier step of its job has failed (`if: always()`)."""
    goes_on_after: tuple[str, ...] = ()
    """Names of earlier steps of its job whose failure does not keep it from running."""
    on_failure: bool = False
    """It runs only after a failure or when somebody cancels."""
    asks_before: bool = False
    """It cannot run where the workflow whose end starts this one has failed."""

    @property
    def always_fails(self) -> bool:
        """It ends with a failure whenever it runs, so that no later step of its job does. A way out before its end that is no
        failure (a loop that ends well) is one that it may take."""
        if any(c.argv[:1] == ("exit",) and c.argv[1:2] in ((), ("0",)) for c in self.commands):
            return False
        failing = any(
            c.argv == ("false",) or (c.argv[:1] == ("exit",) and c.argv[1:2] != ("0",) and c.argv[-1].isdecimal())
            for c in self.commands
            if not (c.swallowed or c.condition or c.is_remote)
        )
        return failing and self.can_fail and not self.condition

    @property
    def ends_job(self) -> bool:
        """It ends its job well (`circleci-agent step halt`), so that no later step runs."""
        return any(
            c.argv[:3] in _HALTS and not (c.condition or c.is_remote) for c in self.commands if not self.condition
        )

    def input(self, name: str) -> str:
        return next((value for key, value in self.inputs if key == name), "")


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its steps run on one machine in order."""

    id: str
    line: int
    name: str = ""
    needs: tuple[str, ...] = ()
    condition: str = ""
    steps: tuple[Step, ...] = ()
    environment: str = ""
    permissions: tuple[tuple[str, str], ...] | None = None
    """None: none given. `write-all` and `read-all` stand as ("*", "write") and ("*", "read")."""
    image: str = ""
    """The image of its container, or behind `dockerfile:` the file from which it is made."""
    services: tuple[str, ...] = ()
    uses: str = ""
    """A reusable workflow or template called in place of steps (path or remote)."""
    inputs: tuple[tuple[str, str], ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    matrix: tuple[tuple[str, tuple[str, ...]], ...] = ()
    can_fail: bool = True
    """False where the job cannot fail the run (allow_failure, continue-on-error)."""
    manual: bool = False
    """A person must release it (GitLab when: manual that blocks). A deployment approval is `approval`."""
    approval: bool = False
    """It waits for an approval (Jenkins input, Azure ManualValidation, GitHub environment with reviewers)."""
    is_active: bool = True
    """False where its condition is never true (`if: false`, empty job, hidden GitLab job)."""
    triggers: tuple[Trigger, ...] | None = None
    """Own triggers where the provider sets them per job (GitLab rules); None: those of the workflow."""
    stage: str = ""
    anyway: tuple[str, ...] = ()
    """Jobs that it needs, near or far, whose failure does not hold it back (`always()`, `when: always`)."""
    on_failure: bool = False
    """It runs only after a failure or when somebody cancels."""
    asks_before: bool = False
    """It cannot run where the workflow whose end starts this one has failed (`conclusion == 'success'`)."""
    extends: tuple[str, ...] = ()
    """Templates of other files that it is made of (GitLab), in order: the later one has the word."""
    keys: tuple[str, ...] = ()
    """The keys that its own file gives it; what else there is comes from the templates."""
    kind: str = ""
    """The kind of object that `uses` names, where objects of several kinds may have one name."""
    own_machine: bool = False
    """It runs on a machine of the project's own, which stays when the job has ended (a self-hosted runner)."""

    @property
    def title(self) -> str:
        """What a person calls it: its name, or its id where the name is a template to fill in."""
        return self.name if self.name and "${{" not in self.name else self.id


@dataclass(frozen=True, slots=True)
class Workflow:
    """One CI or orchestration definition.

    `provider`: github, gitlab, azure, jenkins, circleci, bitbucket, travis, cloudbuild, codebuild, tekton, argo, drone,
    woodpecker, buildkite, github-action (a composite action: its steps stand in one job `action`, its trigger is call).
    """

    provider: str
    name: str
    line: int = 1
    triggers: tuple[Trigger, ...] = ()
    jobs: tuple[Job, ...] = ()
    permissions: tuple[tuple[str, str], ...] | None = None
    env: tuple[tuple[str, str], ...] = ()
    inputs: tuple[tuple[str, str, str], ...] = ()
    """(name, type, default) of what a caller may give; an empty type is text."""
    stages: tuple[str, ...] = ()
    """Names of the stages in their order, where jobs of other files may stand in them."""
    includes: tuple[tuple[str, int], ...] = ()
    """Local files that it includes (path as written, line)."""
    kind: str = ""
    """The kind of object of a cluster that it is: Pipeline, Task, TriggerTemplate, EventListener, EventSource."""
    disabled: str = ""
    """Why it cannot run, empty where it can: no jobs, wrong folder, every job inactive."""

    @property
    def only_listens(self) -> bool:
        """It tells events on to others and runs nothing itself."""
        return self.kind in ("EventListener", "EventSource")

    @property
    def is_misplaced(self) -> bool:
        """It stands where its provider does not read it, so it does not exist for the provider."""
        return self.disabled.startswith(("wrong folder", "wrong place"))
