"""Definitions that a cluster keeps, started by their names: `tkn pipeline start fit`, `argo submit --from workflowtemplate/fit`."""

from __future__ import annotations

from assessor.project.arrivals import Context
from assessor.project.following import Following
from assessor.project.invocations import Invocation, option
from assessor.project.model import Role


class ClusterDefinitions:
    """Follows such starts for one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk

    def tkn(self, invocation: Invocation, context: Context) -> None:
        """The pipeline, task or cluster task of Tekton that is started by its name."""
        words = [word for word in invocation.arguments if not word.startswith("-")]
        if len(words) > 2 and words[0] in ("pipeline", "task", "clustertask") and words[1] == "start":
            self._start(words[2], ("tekton",), context)
        else:
            self.walk.named_files(invocation, context)

    def argo(self, invocation: Invocation, context: Context) -> None:
        """The template of Argo Workflows that `argo submit --from KIND/NAME` starts; else the files that it is given."""
        source = option(invocation, "--from")
        if source and invocation.arguments[:1] == ("submit",):
            self._start(source.rpartition("/")[2], ("argo",), context)
        else:
            self.walk.named_files(invocation, context)

    def _start(self, name: str, providers: tuple[str, ...], context: Context) -> None:
        found = False
        for file in self.walk.project.ordered:
            for workflow in file.facts.workflows if file.role in (Role.FIRST_PARTY, Role.ELSEWHERE) else ():
                if workflow.provider in providers and workflow.name == name and not workflow.disabled:
                    found = True
                    self.walk.called(file, workflow, context)
        if not found and "$" not in name:
            self.walk.reach.breaks(context, f"no file defines {name}")
