"""What deploying an app of infrastructure code brings out: the stacks of CDK, the files and builds of a Databricks bundle."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import replace

from assessor.catalog.programs import programs
from assessor.facts.workflow import Step
from assessor.project.arrivals import Context, hopped
from assessor.project.bundles import RUNS, Bundles
from assessor.project.following import Following
from assessor.project.invocations import Invocation, option
from assessor.project.paths import joined
from assessor.readers.syntax.shell import parse as parse_shell

APPLIES_TEMPLATE = "codepipeline/deploy/cloudformation"
STARTS_STATE_MACHINE = "codepipeline/invoke/stepfunctions"


class Stacks:
    """Follows the deployments of one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk
        self.project = walk.project
        self.bundles = Bundles(walk.project)

    def own_definitions(self, invocation: Invocation, context: Context) -> None:
        """A program brings out the definition that lies in its folder, where its words name no other file."""
        names = programs().definitions_of(invocation.words)
        if not names or any(joined(context.cwd, word) in self.project.files for word in invocation.arguments):
            return
        for path in (joined(context.cwd, name) for name in names):
            if path in self.project.files:
                self.walk.reach.files[path].append(context.arrival)

    def cdk(self, invocation: Invocation, context: Context) -> None:
        """`cdk deploy` and `cdk synth` run the app; the first brings out the stacks that the code below the working folder
        defines, and so does the second in a build of a code pipeline that then applies the template."""
        verb = next((word for word in invocation.arguments if not word.startswith("-")), "")
        if verb not in ("deploy", "synth"):
            return
        self._run_app(context)
        if verb == "synth" and not self._is_applied(context):
            return
        prefix = f"{context.cwd}/" if context.cwd else ""
        for file, resources in self.project.having(lambda f: f.resources):
            if file.path.startswith(prefix) and any(resource.system == "cdk" for resource in resources):
                self.walk.reach.files[file.path].append(context.arrival)

    def pulumi(self, invocation: Invocation, context: Context) -> None:
        """`pulumi up` runs the program beside Pulumi.yaml: `__main__.py`, or what `main` names."""
        folder = joined(context.cwd, option(invocation, "-C", "--cwd"))
        if (
            not {"up", "update"} & set(invocation.arguments[:3])
            or joined(folder, "Pulumi.yaml") not in self.project.files
        ):
            return
        resources = self.project.files[joined(folder, "Pulumi.yaml")].facts.resources
        main = next((value for r in resources for key, value, _ in r.settings if key == "main"), "").strip("/")
        for name in (main, posixpath.join(main, "__main__.py")):
            if name and joined(folder, name) in self.project.files:
                self.walk.file(joined(folder, name), context)
                return

    def semantic_release(self, invocation: Invocation, context: Context) -> None:
        """`semantic-release version` builds by the command that the settings name.

        Rule: python-semantic-release.readthedocs.io, "build_command"."""
        if {"--skip-build", "--noop", "--print", "--no-commit"} & set(invocation.arguments):
            return
        for name in ("pyproject.toml", "setup.cfg", "releaserc.toml"):
            file = self.project.files.get(joined(context.cwd, name))
            for setting in file.facts.settings if file else ():
                if file and setting.key.endswith("semantic_release.build_command"):
                    hop = hopped(context.arrival, file, setting.line, "build_command")
                    for command in parse_shell(setting.value, first_line=setting.line).commands:
                        inner = replace(context, arrival=hop, path=file.path)
                        self.walk.command(replace(command, line=setting.line), inner)

    def action(self, step: Step, context: Context) -> None:
        """An action of a code pipeline: it applies the template that the build before it hands on, or starts the state machine
        that code of the pipeline's own build wrote down.

        Rule: docs.aws.amazon.com/codepipeline, "AWS CloudFormation deploy action reference" (TemplatePath is
        `artifact::file`) and "AWS Step Functions invoke action reference"."""
        if step.uses == APPLIES_TEMPLATE:
            for path in self._templates(step.input("TemplatePath").rpartition("::")[2]):
                self.walk.file(path, context)
        elif step.uses == STARTS_STATE_MACHINE:
            self._state_machines(context)

    def _templates(self, name: str) -> list[str]:
        """The files of a template that an artifact calls by that name: as it stands here, or as it was before packaging."""
        named = [name, *self._packaged().get(posixpath.basename(name), ())] if name else []
        return [
            file.path
            for file, resources in self.project.having(lambda f: f.resources)
            if any(file.path == n or file.path.endswith(f"/{n}") for n in named)
            and any(resource.system == "cloudformation" for resource in resources)
        ]

    def _packaged(self) -> dict[str, list[str]]:
        """What the commands followed so far package (`aws cloudformation package`, `sam package`): output → templates."""
        found: dict[str, list[str]] = defaultdict(list)
        for site in self.walk.reach.sites:
            output = option(site.invocation, "--output-template-file") if "package" in site.invocation.arguments else ""
            if output:
                source = option(site.invocation, "--template-file", "--template", "-t") or "template.yaml"
                found[posixpath.basename(output)].append(posixpath.normpath(source))
        return found

    def _state_machines(self, context: Context) -> None:
        """Workflows that code of the same pipeline only wrote down run now."""
        written = [
            closure
            for closure, arrival in self.walk.reach.closures
            if closure.compiled and context.arrival.run.path in {hop.place.path for hop in arrival.run.hops}
        ]
        for closure in written:
            self.walk.python(self.walk.submissions.definitions(closure), Invocation("python"), context)

    def _run_app(self, context: Context) -> None:
        """The command that cdk.json names."""
        file = self.project.files.get(joined(context.cwd, "cdk.json"))
        for setting in file.facts.settings if file else ():
            if setting.key == "app" and file:
                hop = hopped(context.arrival, file, setting.line, setting.key)
                for command in parse_shell(setting.value, first_line=setting.line).commands:
                    inner = Context(hop, context.cwd, file.path, context.env)
                    self.walk.command(replace(command, line=setting.line), inner)

    def _is_applied(self, context: Context) -> bool:
        """A code pipeline on the way here applies templates of CloudFormation."""
        files = (self.project.files.get(hop.place.path) for hop in context.arrival.run.hops)
        workflows = (w for file in files if file for w in file.facts.workflows if w.provider == "codepipeline")
        steps = (step for workflow in workflows for job in workflow.jobs for step in job.steps)
        return any(step.uses == APPLIES_TEMPLATE for step in steps)

    def dbx(self, invocation: Invocation, context: Context) -> None:
        """`dbx deploy` installs the jobs of its deployment file, `dbx launch` and `dbx execute` run the one that they name."""
        verb = next((word for word in invocation.arguments if not word.startswith("-")), "")
        path = option(invocation, "--deployment-file", "--deployment")
        paths = [
            joined(context.cwd, name) for name in ([path] if path else programs().definitions_of(("dbx", "deploy")))
        ]
        named = {option(invocation, "--job", "--jobs", "--workflow"), *invocation.operands} - {""}
        for file in (self.project.files[path] for path in paths if path in self.project.files):
            for resource in file.facts.resources if verb in ("launch", "execute") else ():
                if resource.kind == "job" and resource.name in named:
                    hop = hopped(context.arrival, file, resource.line, f"job {resource.name}")
                    for command in resource.commands:
                        self.walk.command(command, Context(hop, context.cwd, file.path, context.env))

    def databricks(self, invocation: Invocation, context: Context) -> None:
        """`databricks bundle deploy` builds the bundle's artifacts and brings out its resources; other commands are given files."""
        if invocation.arguments[:2] != ("bundle", "deploy"):
            self.walk.named_files(invocation, context)
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
