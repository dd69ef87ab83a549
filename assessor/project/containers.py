"""Images, containers and manifests: what building, starting and applying them runs."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice, pairwise
from operator import attrgetter

from assessor.facts.commands import Command
from assessor.facts.project_files import Dockerfile, Service
from assessor.facts.workflow import OF_DOCKERFILE
from assessor.project.arrivals import Context, hopped
from assessor.project.following import Following
from assessor.project.image_names import all_commands, image_name, images_by_name
from assessor.project.invocations import Invocation, option, without_variable
from assessor.project.kustomizations import KUSTOMIZATIONS
from assessor.project.model import ProjectFile, Role
from assessor.project.mounts import command_in_checkout, image_and_command
from assessor.project.paths import joined
from assessor.project.variables import VARIABLE, Variables
from assessor.readers.infrastructure.resource_fields import HANDLER


class Containers:
    """Follows the images, services and manifests of one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk
        self.project = walk.project
        self.reach = walk.reach

    def docker(self, invocation: Invocation, context: Context) -> None:
        """Follow `docker build`, `docker run`, `docker exec` and `docker compose`."""
        words = [word for word in invocation.arguments if word not in ("buildx", "image", "container")]
        if words[:1] == ["compose"]:
            self.compose(replace(invocation, arguments=tuple(words[1:])), context)
        elif words[:1] in (["build"], ["bud"], ["build-using-dockerfile"]):
            self._docker_build(invocation, words[1:], context)
        elif words[:1] == ["run"]:
            self._run(words[1:], context)
        elif words[:1] == ["exec"]:
            self.within(*image_and_command(words[1:]), context)

    def _run(self, words: list[str], context: Context) -> None:
        """A container of an image of this repository starts, or one of another image that works on the mounted checkout."""
        image, command = image_and_command(words)
        instead = option(Invocation("docker", tuple(words[: len(words) - len(command)])), "--entrypoint")
        if instead:
            path = self._image_files.get(image_name(image))
            if path:
                self.within(image_name(image), (instead, *command), context)
                return
            command = (instead, *command)
        inside = None if image_name(image) in self._image_files else command_in_checkout(words)
        if inside is None:
            self.start(image, context, command=command)
        else:
            argv, folder = inside
            self.walk.command(Command(argv, context.place.line, cwd=folder), context)

    def built_elsewhere(self, invocation: Invocation, context: Context) -> None:
        """Follow an image build that a service or a container does: `az acr build`, `gcloud builds submit --tag`, kaniko."""
        words = list(invocation.arguments)
        if invocation.program == "executor":
            folder = option(invocation, "-c", "--context").removeprefix("dir://")
            self._docker_build(
                invocation, [without_variable(folder) if "/" in folder else "."], context, "--dockerfile"
            )
        elif words[:2] == ["acr", "build"] or (words[:2] == ["builds", "submit"] and option(invocation, "--tag", "-t")):
            self._docker_build(invocation, [_last_operand(words[2:])], context)
        else:
            self.walk.named_files(invocation, context)

    def within(self, name: str, command: tuple[str, ...], context: Context) -> None:
        """A command in a running container: of an image of this repository, as far as its name or an unknown one tells."""
        if not command:
            return
        path = self._started_containers.get(_written_name(name)) or self._image_files.get(name)
        if path:
            folder = self._image_folder(self.project.files[path])
            self.walk.command(Command(command, context.place.line), replace(context, cwd=folder))
        elif "$" in name and self._dockerfiles:
            self.walk.command(Command(command, context.place.line), context)

    @cached_property
    def _started_containers(self) -> dict[str, str]:
        """The names that commands give to containers of images of this repository, with the Dockerfile."""
        found: dict[str, str] = {}
        for command, _ in all_commands(self.project):
            words = [word for word in command.argv if word != "container"]
            if words[:2] in (["docker", "run"], ["podman", "run"]):
                name = option(Invocation("docker", tuple(words[1:])), "--name")
                path = self._image_files.get(image_name(image_and_command(words[2:])[0]))
                if name and path:
                    found.setdefault(_written_name(name), path)
        return found

    def _docker_build(self, invocation: Invocation, words: list[str], context: Context, *names: str) -> None:
        named = without_variable(option(invocation, "-f", "--file", *names)).removeprefix("**/")
        where = next((w for w in reversed(words) if not w.startswith("-")), ".")
        where = "." if where == "-" else where
        candidates = [named] if named else []
        candidates += (
            [posixpath.join(where, "Dockerfile"), posixpath.join(where, named)]
            if named
            else [posixpath.join(where, "Dockerfile")]
        )
        for candidate in candidates:
            found = self.walk.paths.locate(candidate, context)
            if found:
                self.walk.file(found, context)
                return
        if not where.startswith("$"):
            self.reach.breaks(context, f"{candidates[0]} does not exist")

    def build(self, file: ProjectFile, context: Context) -> None:
        """An image is built: its RUN commands happen, its entry point does not."""
        dockerfile = file.facts.dockerfile
        assert dockerfile is not None
        arrival = replace(hopped(context.arrival, file, 1, f"build {file.path}"), is_build=True)
        inner = Context(arrival, self._image_folder(file), file.path, context.env)
        for command in dockerfile.commands:
            self.walk.command(command, inner)

    def _image_folder(self, file: ProjectFile) -> str:
        """The folder of the repository that the image's working folder stands for."""
        folder = posixpath.dirname(file.path)
        dockerfile = file.facts.dockerfile
        sources = [source for source, _, _ in dockerfile.copies] if dockerfile else []
        own = any(joined(folder, source) in self.project.listed for source in sources if source not in (".", "./"))
        return (
            folder
            if own or not folder or f"{folder}/requirements.txt" in self.project.listed
            else folder
            if not sources
            else self._context_folder(folder, sources)
        )

    def _context_folder(self, folder: str, sources: list[str]) -> str:
        """The build context is the nearest folder upwards in which a copied source exists."""
        plain = [s.rstrip("/") for s in sources if s not in (".", "./")]
        current = folder
        while plain:
            if any(
                joined(current, s) in self.project.listed or joined(current, s) in self.project.folders for s in plain
            ):
                return current
            if not current:
                break
            current = posixpath.dirname(current)
        return folder

    def start(self, image: str, context: Context, command: tuple[str, ...] = (), starts: bool = True) -> None:
        """A container starts from an image that this repository builds, if it does."""
        if image.startswith(OF_DOCKERFILE):
            made_from = image.removeprefix(OF_DOCKERFILE)
            if made_from in self.project.files:
                self.reach.files[made_from].append(context.arrival)
            return
        image = self._variables.filled(image) if image.startswith("var.") else image
        name = image_name(image)
        path = self._image_files.get(name) or self._by_variable(image)
        unknown = "$" in name or VARIABLE.search(image)
        if path is None and name and unknown and len(self._dockerfiles) == 1:
            path = self._dockerfiles[0]
        if path is None:
            if command and image.startswith("$") and self._dockerfiles:  # what another job has built
                self.walk.command(Command(command, context.place.line), replace(context, cwd=""))
            return
        file = self.project.files[path]
        self.reach.files[path].append(context.arrival)
        if not starts:
            return
        dockerfile = file.facts.dockerfile
        assert dockerfile is not None
        arrival = hopped(context.arrival, file, dockerfile.entry[0].line if dockerfile.entry else 1, f"start {path}")
        inner = Context(arrival, self._image_folder(file), path, context.env)
        line = arrival.hop.place.line if arrival.hop else 1
        for started in _started(command, line, dockerfile) if command else dockerfile.entry:
            self.walk.command(_as_handler(started, dockerfile), inner)

    def _by_variable(self, image: str) -> str | None:
        """The Dockerfile of an image that a variable of Terraform names, by what the variable is given."""
        names = VARIABLE.findall(image)
        values = (value for name in names for value in self._variables.values(name))
        return next((path for value in values if (path := self._image_files.get(image_name(value)))), None)

    @cached_property
    def _variables(self) -> Variables:
        return Variables(self.project)

    @cached_property
    def _dockerfiles(self) -> list[str]:
        return [
            f.path for f in self.project.ordered if f.facts.dockerfile and f.role in (Role.FIRST_PARTY, Role.ELSEWHERE)
        ]

    def compose(self, invocation: Invocation, context: Context) -> None:
        """Follow the services that `compose up`, `run` or `build` starts or builds."""
        named, action, rest = _compose_words(invocation.arguments)
        if action not in ("up", "run", "exec", "build", "start", "push", "create", "watch"):
            return
        command: tuple[str, ...] = ()
        if action in ("run", "exec"):
            services, command = _service_and_command(rest)
        else:
            services = _services(rest)
        given = option(invocation, "--project-directory")
        starts = action not in ("build", "push", "create") and "--no-start" not in rest
        active = _profiles(invocation.arguments, dict(context.env).get("COMPOSE_PROFILES", ""))
        for file in self._compose_files(named, context):
            base = joined(context.cwd, without_variable(given)) if given else posixpath.dirname(file.path)
            for service in file.facts.services:
                scale = _scales(rest).get(service.name, service.replicas)
                is_on = not service.profiles or active & {*service.profiles, "*"}
                if service.name in services or (not services and is_on):
                    if scale == "0" and action == "up":
                        continue
                    self._service(file, service, context, base, starts, command)

    def _compose_files(self, named: list[str], context: Context) -> Iterator[ProjectFile]:
        if named:
            paths = [self.walk.paths.locate(name, context) for name in named]
        else:
            names = ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")
            paths = [self.walk.paths.locate(name, context) for name in names]
        for path in paths:
            if path and self.project.files[path].facts.services:
                yield self.project.files[path]

    def _service(
        self,
        file: ProjectFile,
        service: Service,
        context: Context,
        base: str,
        starts: bool,
        command: tuple[str, ...] = (),
    ) -> None:
        """A service is built or started; `base` is the folder that its paths are written from."""
        arrival = hopped(context.arrival, file, service.line, f"service {service.name}")
        self.reach.targets[file.path, service.line].append(arrival)
        inner = Context(arrival, base, file.path, (*context.env, *service.environment))
        path = None
        if service.build:
            folder = joined(base, service.build)
            path = joined(folder, service.dockerfile or "Dockerfile")
        built = self.project.files.get(path or "")
        if built and built.facts.dockerfile:
            self.walk.file(built.path, inner)
            inner = replace(inner, cwd=self._image_folder(built))
        if not starts:
            return
        if command:
            self.walk.command(Command(command, service.line), inner)
        elif service.command:
            for started in service.command:
                self.walk.command(started, inner)
        elif built and built.facts.dockerfile:
            for started in built.facts.dockerfile.entry:
                entry = replace(inner, path=built.path)
                self.walk.command(started, entry)

    def apply(self, invocation: Invocation, context: Context) -> None:
        """kubectl, helm, kustomize, terraform and the like apply the manifests of a file or folder."""
        words = invocation.arguments
        if invocation.program in ("terraform", "tofu", "terragrunt"):
            folder = joined(context.cwd, option(invocation, "-chdir") or "")
            if "apply" in words:
                self._within(folder, context, (".tf",))
            return
        if any(word.startswith("--dry-run") and word != "--dry-run=none" for word in words) or words[:1] in _LOOKS:
            return
        for word in words:
            value = word.partition("=")[2] if word.startswith("-") else word
            found = self.walk.paths.locate(value, context) if value else None
            if found:
                self.walk.file(found, context)
                self.walk.configured(found, context)
            elif value and (folder := joined(context.cwd, without_variable(value))) in self.project.folders and folder:
                if self._lacks_chart(invocation, word, folder):
                    self.reach.breaks(context, f"{folder} has no Chart.yaml")
                    return
                if not self._kustomized(folder, context, set()):
                    self._within(folder, context, (".yaml", ".yml", ".tpl", ".json"))

    def _lacks_chart(self, invocation: Invocation, word: str, folder: str) -> bool:
        """`helm upgrade NAME FOLDER` of a folder of this repository that is no chart."""
        installs = invocation.program == "helm" and {"upgrade", "install"} & set(invocation.arguments[:2])
        is_path = "/" in word  # a bare word may be the release's name
        charts = [f"{folder}/Chart.yaml", f"{folder}/Chart.yml"]
        return bool(installs) and is_path and not any(chart in self.project.listed for chart in charts)

    def synced(self, folder: str, context: Context) -> None:
        """An operator applies the manifests of a folder."""
        if not self._kustomized(folder, context, set()):
            self._within(folder, context, (".yaml", ".yml", ".tpl", ".json"))

    def _kustomized(self, folder: str, context: Context, done: set[str]) -> bool:
        """Follow a kustomization's resources, bases and components; False where the folder has none."""
        names = [f"{folder}/{name}" for name in KUSTOMIZATIONS]
        path = next((name for name in names if name in self.project.files), None)
        if path is None or folder in done or len(done) > _MAX_BASES:
            return path is not None
        done.add(folder)
        self.reach.files[path].append(context.arrival)
        for resource in self.project.files[path].facts.resources:
            for key, value, line in resource.settings:
                generated = key.startswith("configMapGenerator.") and ".files." in key
                if not (generated or key.startswith(("resources.", "bases.", "components.", "helmCharts."))):
                    continue
                target = joined(folder, value.rpartition("=")[2])
                inner = replace(context, arrival=hopped(context.arrival, self.project.files[path], line, value))
                if target in self.project.files:
                    self.reach.files[target].append(inner.arrival)
                    self.walk.configured(target, inner)
                elif target in self.project.folders and not self._kustomized(target, inner, done):
                    self._within(target, inner, (".yaml", ".yml"))
        return True

    def _within(self, folder: str, context: Context, endings: tuple[str, ...]) -> None:
        prefix = f"{folder}/" if folder else ""
        ordered = self.project.ordered
        for file in islice(ordered, bisect_left(ordered, prefix, key=_path), None):
            path = file.path
            if not path.startswith(prefix):
                break
            if path.endswith(endings):
                self.reach.files[path].append(context.arrival)
                if path.endswith((".yaml", ".yml")):
                    self.walk.configured(path, context)

    @cached_property
    def _image_files(self) -> dict[str, str]:
        return images_by_name(self.project)


_path = attrgetter("path")
_MAX_BASES = 100
"""Kustomizations that one command applies over each other."""
_LOOKS = {
    ("diff",),
    ("lint",),
    ("template",),
    ("get",),
    ("describe",),
    ("delete",),
    ("logs",),
    ("uninstall",),
    ("test",),
    ("wait",),
    ("edit",),
    ("build",),
}
"""Subcommands of kubectl and helm that apply nothing."""
_COMPOSE_VALUES = {
    "-f", "--file", "-p", "--project-name", "--env-file", "--profile", "--project-directory", "--progress", "--ansi",
    "--scale", "--timeout", "-t", "--parallel", "--exit-code-from", "--attach", "--no-attach", "--wait-timeout", "--pull",
}  # fmt: skip
_RUN_VALUES = {
    "-e", "--env", "-v", "--volume", "-u", "--user", "-w", "--workdir", "--name", "-p", "--publish", "--entrypoint", "-l",
    "--label", "--cap-add", "--cap-drop", "--env-from-file", "--index", "--pull",
}  # fmt: skip


def _profiles(words: tuple[str, ...], variable: str) -> set[str]:
    """The profiles that are asked for; `$` in one of them may mean any."""
    found = {w.partition("=")[2] for w in words if w.startswith("--profile=")}
    found |= {following for word, following in pairwise(words) if word == "--profile"}
    found |= {name.strip() for name in variable.split(",") if name.strip()}
    return {"*"} if any("$" in name for name in found) else found


def _scales(words: tuple[str, ...]) -> dict[str, str]:
    """`--scale NAME=N`: how many of a service are started."""
    given = [w.partition("=")[2] for w in words if w.startswith("--scale=")]
    given += [following for word, following in pairwise(words) if word == "--scale"]
    return {name: number for name, _, number in (text.partition("=") for text in given)}


def _compose_words(words: tuple[str, ...]) -> tuple[list[str], str, tuple[str, ...]]:
    """The files named, the subcommand, and the words behind it."""
    named, position = [], 0
    while position < len(words) and words[position].startswith("-"):
        name, equals, value = words[position].partition("=")
        following = words[position + 1] if position + 1 < len(words) else ""
        if name in ("-f", "--file"):
            named.append(value if equals else following)
        position += 2 if name in _COMPOSE_VALUES and not equals else 1
    return named, words[position] if position < len(words) else "", words[position + 1 :]


def _services(words: tuple[str, ...]) -> list[str]:
    return [
        word for n, word in enumerate(words) if not word.startswith("-") and not (n and words[n - 1] in _COMPOSE_VALUES)
    ]


def _service_and_command(words: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """The service of `compose run`, and the command given to it with its own options."""
    position = 0
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in _RUN_VALUES else 1
    return list(words[position : position + 1]), words[position + 1 :]


def _last_operand(words: list[str]) -> str:
    """The folder that a build is given last; `.` where it is given none."""
    last = words[-1] if words else "."
    is_value = len(words) > 1 and words[-2].startswith("-") and "=" not in words[-2]
    return "." if last.startswith("-") or is_value else last


def _started(command: tuple[str, ...], line: int, dockerfile: Dockerfile) -> Iterator[Command]:
    """What runs where a container is given a command: it comes behind the entry point; one that is a script hands it on.

    Rule: docs.docker.com/reference/dockerfile, "Understand how CMD and ENTRYPOINT interact"."""
    entry = dockerfile.entrypoint
    if not entry or entry[0].endswith(".sh") or command[: len(entry)] == entry:
        yield Command(command, line)
    if entry and command[: len(entry)] != entry:
        yield Command((*entry, *command), line)


def _as_handler(command: Command, dockerfile: Dockerfile) -> Command:
    """On the base image of a cloud's functions, or behind its client, the last word is the function that answers events
    (https://docs.aws.amazon.com/lambda/latest/dg/python-image.html)."""
    words = command.argv
    module, _, name = words[-1].rpartition(".") if words else ("", "", "")
    is_function = (
        "lambda" in dockerfile.stages[-1].image if len(words) == 1 and dockerfile.stages else "awslambdaric" in words
    )
    if not (is_function and module and name.isidentifier()):
        return command
    return replace(command, argv=(HANDLER, f"{module.replace('.', '/')}.py", name))


def _written_name(name: str) -> str:
    """`api-$BRANCH` as `api`: what is written of a container's name."""
    return name.partition("$")[0].rstrip("-_.") if not name.startswith("$") else name
