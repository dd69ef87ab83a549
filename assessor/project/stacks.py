"""What deploying an app of infrastructure code brings out: the stacks of CDK, the files and builds of a Databricks bundle."""

from __future__ import annotations

import posixpath

from assessor.project.arrivals import Context, hopped
from assessor.project.bundles import RUNS, Bundles
from assessor.project.following import Following
from assessor.project.invocations import Invocation


class Stacks:
    """Follows the deployments of one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk
        self.project = walk.project
        self.bundles = Bundles(walk.project)

    def cdk(self, invocation: Invocation, context: Context) -> None:
        """`cdk deploy` brings out the stacks that the code below the working folder defines."""
        if invocation.arguments[:1] != ("deploy",):
            return
        prefix = f"{context.cwd}/" if context.cwd else ""
        for file, resources in self.project.having(lambda f: f.resources):
            if file.path.startswith(prefix) and any(resource.system == "cdk" for resource in resources):
                self.walk.reach.files[file.path].append(context.arrival)

    def databricks(self, invocation: Invocation, context: Context) -> None:
        """`databricks bundle deploy` builds the bundle's artifacts and brings out its resources."""
        if invocation.arguments[:2] != ("bundle", "deploy"):
            return
        bundle = self.bundles.of(posixpath.join(context.cwd, "databricks.yml"))
        prefix = f"{bundle.folder}/" if bundle and bundle.folder else ""
        for file, resources in self.project.having(lambda f: f.resources) if bundle else ():
            if not file.path.startswith(prefix) or not any(r.system == "databricks" for r in resources):
                continue
            if not any(resource.kind in RUNS for resource in resources):
                # a job that is brought out does not run yet: its schedule starts it
                self.walk.reach.files[file.path].append(context.arrival)
            for resource in resources:
                if (resource.system, resource.kind) == ("databricks", "artifact"):
                    hop = hopped(context.arrival, file, resource.line, f"artifact {resource.name}")
                    inner = Context(hop, "", file.path, context.env)
                    for command in resource.commands:
                        self.walk.command(command, inner)
