"""Versioning: code, data, models, dependencies, environment, configuration, seeds, releases."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from assessor.catalog.programs import programs
from assessor.catalog.registries import beside_models
from assessor.catalog.words import speaks_of
from assessor.facts.commands import Command
from assessor.facts.place import BlindSpot, Place
from assessor.facts.project_files import DataVersion, Dependency, Dockerfile, LockFile, Requirements
from assessor.facts.python import Call
from assessor.facts.workflow import Step
from assessor.findings import Finding, Hop, NearMiss, Rung, numbered
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.artifacts import kept_models
from assessor.lifecycle.image_pushes import image_pushes
from assessor.lifecycle.model_copies import model_copies
from assessor.lifecycle.model_stores import is_model_file, model_stores
from assessor.lifecycle.near_training import near_training
from assessor.lifecycle.order import best
from assessor.project.arrivals import ActionSite, Site
from assessor.project.invocations import interpret
from assessor.project.model import ProjectFile, Role
from assessor.project.paths import joined
from assessor.project.runs import Run
from assessor.readers.packages.requirements import parse
from assessor.scanners import ladder
from assessor.scanners.claims import (
    NONE,
    WITH_TESTS,
    Claim,
    Code,
    Measure,
    Reached,
    Rule,
    Statement,
    Written,
    always,
    at_command,
    intended,
    seen,
)
from assessor.scanners.configuration import config
from assessor.scanners.restated import CODE, said_of

_VERSION_TAG = re.compile(
    r"^(?:[\w-]+[@/-])?v?\d++(?:\.\d++){1,3}(?>(?:[-.+]?\w++)*)$|^v\d+$|^20\d\d(?>(?:[-_.]\w++)*)$"
)
"""Numbers of versions, and what begins with a year: `2024-05-31`, `2025-spring`."""


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the eight practices of versioning."""
    return ladder.findings(scene, RULES)


def code(scene: Scene) -> Iterator[Statement]:
    """Used: commits on more than one author-day. A shallow clone hides the history, so it is unknown."""
    kind, text = said_of(scene.project.history)
    if kind == "used":
        yield Claim(_any_place(scene), text, "git")
    elif kind == "hidden":
        yield BlindSpot(_any_place(scene), text, (CODE,))
    else:
        yield NearMiss(_any_place(scene), text, "git" if kind == "few" else "")


def _any_place(scene: Scene) -> Place:
    readme = next((f for f in scene.project.ordered if f.path.lower().startswith("readme")), None)
    return Place(readme.path if readme else next(iter(sorted(scene.project.files)), "."), 1)


def _tracked(scene: Scene) -> list[tuple[ProjectFile, DataVersion]]:
    found = []
    for file in scene.project.ordered:
        if file.role not in (Role.VENDORED, Role.ELSEWHERE):
            found += [(file, version) for version in file.facts.data_versions]
    return found


# ---- data ----


def data(scene: Scene) -> Iterator[Statement]:
    """Tracked outs and versions by code are used; pulled, pushed or written by a run without a person, automated."""
    practice = "versioning.data"
    yield from intended(scene, practice)
    versions = [(file, version) for file, version in _tracked(scene) if not is_model_file(version.path)]
    tracked = [(file, version) for file, version in versions if version.is_tracked]
    for file, version in tracked:
        yield Claim(file.at(version.line), f"{version.path} is tracked by {version.system}", version.system)
    for hit in scene.hits(practice):
        if hit.tool.id != "dvc" or tracked or hit.kind in ("file", "setting"):
            yield seen(hit)  # `dvc repro` without a tracked out versions nothing
    yield from (_untracked(file, version) for file, version in versions if not version.is_tracked)
    if not tracked:
        yield from _nothing_tracked(scene)


def _untracked(file: ProjectFile, version: DataVersion) -> Claim:
    text = f"{version.path} is named for {version.system}, nothing is tracked yet"
    return Claim(file.at(version.line), text, version.system, Rung.DECLARED)


def _nothing_tracked(scene: Scene) -> Iterator[Claim]:
    """Stages that name outputs and patterns for large files, where nothing is tracked by them."""
    for file, targets in scene.project.having(lambda f: f.targets):
        stage = next((t for t in targets if t.runner == "dvc" and t.outputs), None)
        if stage:
            text = f"stage {stage.name} names outputs, nothing is tracked yet"
            yield Claim(file.at(stage.line), text, "dvc", Rung.DECLARED)
    for file, settings in scene.project.having(lambda f: f.settings, frozenset(Role)):
        for setting in settings if file.path.endswith(".gitattributes") else ():
            if setting.key.startswith("lfs"):
                text = f"git-lfs pattern {setting.value}, no data tracked by it"
                yield Claim(file.at(setting.line), text, "git-lfs", Rung.DECLARED)


# ---- models ----


_DVC_EXPERIMENTS = (("exp", "run"), ("exp", "push"), ("exp", "save"))
"""What writes an experiment's version; `dvc exp diff` and `show` only report."""


def models(scene: Scene) -> Iterator[Statement]:
    """Models that go to a registry, DVC/LFS, tracker artifacts or a versioned bucket path."""
    practice = "versioning.models"
    yield from intended(scene, practice)
    yield from (seen(hit) for hit in scene.hits(practice))
    yield from _logged_models(scene)
    for made in kept_models(scene):
        yield Claim(Code(made.file, made.scope, made.line), made.text, made.tool)
    yield from _tracked_models(scene)
    yield from _bucket_copies(scene)


def _logged_models(scene: Scene) -> Iterator[Claim]:
    for file in scene.project.code_files:
        for call in file.facts.python.calls if file.facts.python else ():
            if call.name.endswith((".log_artifact", ".log_artifacts")) and _logs_a_model(file, call):
                yield Claim(Code(file, call.scope, call.line), "stores the model as an artifact of its run")


def _tracked_models(scene: Scene) -> Iterator[Claim]:
    """Versions of model files; those of DVC are kept by the run that pushes them."""
    pushing = best(
        site.arrival
        for site in scene.automation.reach.sites
        if site.arrival and site.arrival.is_automatic and _pushes_versions(site)
    )
    for file, version in _tracked(scene):
        if version.is_tracked and is_model_file(version.path):
            text, route = f"{version.path} is tracked by {version.system}", pushing.route if pushing else ()
            carried = route if version.system == "dvc" else ()
            yield Claim(file.at(version.line), text, version.system, carried=carried)
    yield from _pushed_outputs(scene)


def _pushed_outputs(scene: Scene) -> Iterator[Claim]:
    """Models that stages make, where a command pushes what the stages have made."""
    pushes = [site.arrival for site in scene.automation.reach.sites if site.arrival and _is_push(site)]
    way = best(arrival for arrival in pushes if arrival.is_automatic)
    for file, targets in scene.project.having(lambda f: f.targets) if pushes else ():
        for stage in targets:
            made = [path for path in stage.outputs if is_model_file(path)]
            if stage.runner == "dvc" and made:
                text = f"stage {stage.name} makes {made[0]}, which is pushed to DVC's store"
                yield Claim(file.at(stage.line), text, "dvc", carried=way.route if way else ())


def _is_push(site: Site) -> bool:
    """All that stages made is pushed; with paths only these are."""
    return site.invocation.words[:2] == ("dvc", "push") and not any(
        not word.startswith("-") for word in site.invocation.words[2:]
    )


def _pushes_versions(site: Site) -> bool:
    words = site.invocation.words
    return words[0] == "dvc" and (words[1:2] in (("push",), ("repro",)) or words[1:3] in _DVC_EXPERIMENTS)


def _logs_a_model(file: ProjectFile, call: Call) -> bool:
    """A model file, a value named so, or the folder of results that a function named for keeping a model logs whole."""
    name = file.code.scopes[call.scope].name if file.code is not None else ""
    if call.name.endswith(".log_artifacts") and speaks_of("stores", name) and speaks_of("ends_with_model", name):
        return True
    texts = [value for value in call.args if isinstance(value, str)]
    under = call.keyword("artifact_path")
    if isinstance(under, str) and any(speaks_of("folder_of_models", part) for part in under.split("/")):
        return True
    return any(is_model_file(text) for text in texts) or any(
        "model" in n.rpartition(".")[2].lower() for n in call.names
    )


def _bucket_copies(scene: Scene) -> Iterator[Claim]:
    """A model copied to a bucket path that holds a version (a variable: run id, commit, date)."""
    for site in model_copies(scene):
        yield Claim(at_command(site), f"copies models to a versioned path with {site.invocation.words[0]}")
    for store in model_stores(scene):
        yield Claim(Code(store.file, store.call.scope, store.call.line), store.text)


# ---- dependencies ----


def dependencies(scene: Scene) -> Iterator[Statement]:
    """Bare lists are declared, bounds used, a lock or a compiled list automated, an install from it enforced."""
    beside = _models_beside_others(scene)
    lists = list(_lists(scene, beside))
    locks = list(_locks(scene, beside))
    total = sum(len(main) for _, main in lists)
    pinned = sum(dependency.pin != "none" for _, main in lists for dependency in main)
    if lists:
        text = f"{pinned} of {numbered(total, 'direct dependency', 'direct dependencies')} {_bounded(pinned)}"
        yield Claim(lists[0][0].at(lists[0][1][0].line), text, at_least=_share_of(pinned, total))
    yield from (
        _compiled(file, main) for file, main in lists if file.path in scene.closed_lists or _is_compiled(file, main)
    )
    names = {dependency.name.lower().replace("_", "-") for _, main in lists for dependency in main}
    for file, lock in locks:
        yield _locked(file, lock) if _holds_enough(lock, names) else _partial(file, lock, names)
    locks = [entry for entry in locks if _holds_enough(entry[1], names)]
    if not total and not locks:
        yield from _installed_by_images(scene)
    yield from _locked_installs(scene, {lock.tool.removesuffix(".lock") for _, lock in locks})
    yield Measure("pinned_share", round(pinned / total if total else 0.0, 3))
    yield Measure("direct_dependencies", total)


def _holds_enough(lock: LockFile, names: set[str]) -> bool:
    """The lock holds a quarter of the direct dependencies or more, or more packages than these are: that of another part of
    the repository shares hardly any. Where it tells no names, or there are few, it is believed."""
    if lock.packages >= len(names):
        return True
    held = {name.lower().replace("_", "-") for name in lock.names}
    return not held or len(names) < _FEW or 4 * len(held & names) >= len(names)


_FEW = 4


def _partial(file: ProjectFile, lock: LockFile, names: set[str]) -> NearMiss:
    text = f"{file.path} locks few of the {len(names)} direct dependencies"
    return NearMiss(file.at(1), text, lock.tool)


def _bounded(pinned: int) -> str:
    return f"{'carries' if pinned == 1 else 'carry'} a version or range"


def _lists(scene: Scene, beside: bool) -> Iterator[tuple[ProjectFile, list[Dependency]]]:
    """Each list of dependencies with what the project itself needs of it."""
    for file, requirements in scene.project.having(lambda f: f.requirements, frozenset({Role.FIRST_PARTY})):
        if main := _direct(requirements, beside):
            yield file, main


def _locks(scene: Scene, beside: bool) -> Iterator[tuple[ProjectFile, LockFile]]:
    for file, lock in scene.project.having(lambda f: f.lock, frozenset({Role.FIRST_PARTY, Role.GENERATED, Role.DATA})):
        if lock.packages > 0 and not (beside and lock.tool in programs().side_locks):
            yield file, lock


def _locked(file: ProjectFile, lock: LockFile) -> Claim:
    return Claim(
        file.at(1), f"{file.path} locks {numbered(lock.packages, 'package', 'packages')}", lock.tool, Rung.AUTOMATED
    )


def _is_compiled(file: ProjectFile, main: Sequence[Dependency]) -> bool:
    return bool(file.facts.requirements and file.facts.requirements.is_compiled) and len(main) > 1


def _compiled(file: ProjectFile, main: Sequence[Dependency]) -> Claim:
    text = f"{file.path} pins {len(main)} packages with what they need"
    return Claim(file.at(1), text, at_least=Rung.AUTOMATED)


def _direct(requirements: Requirements, beside: bool) -> list[Dependency]:
    """What the project itself needs; groups for development count where there is nothing else."""
    main = [d for d in requirements.dependencies if not d.group] or list(requirements.dependencies)
    return [d for d in main if not (beside and d.ecosystem in beside_models())]


def _share_of(pinned: int, total: int) -> Rung:
    """Used where half and more carry a version."""
    return Rung.USED if 2 * pinned >= total else Rung.DECLARED


def _models_beside_others(scene: Scene) -> bool:
    """The model code is Python, R or Julia, so that JavaScript, Ruby, Go or C# is a front end, a docs site or infrastructure
    beside it."""
    return bool(scene.project.code_files or scene.project.notebooks) or any(
        call.language in ("r", "julia")
        for _, calls in scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY}))
        for call in calls[:1]
    )


def _installed_by_images(scene: Scene) -> Iterator[Claim]:
    """Where no list is kept, the packages that an image build names are the list."""
    named = [
        (dependency, file.at(command.line))
        for file, dockerfile in scene.project.having(lambda f: f.dockerfile)
        for command in dockerfile.commands
        for dependency in _named_packages(command)
    ]
    if named:
        pinned = sum(1 for dependency, _ in named if dependency.pin != "none")
        text = f"{pinned} of {numbered(len(named), 'package', 'packages')} that the image installs {_bounded(pinned)}"
        yield Claim(named[0][1], text, "pip", _share_of(pinned, len(named)))


def _named_packages(command: Command) -> Iterator[Dependency]:
    made = interpret(command.argv)
    words = made.words if made else ()
    if words[:2] == ("pip", "install") and not {"-r", "--requirement"} & set(words):
        for word in words[2:]:
            if word[0].isalpha() and word != "pip" and not {"/", ":"} & set(word):
                found = parse(word, command.line)
                yield from [found] if found else ()


def _locked_installs(scene: Scene, locks: set[str]) -> Iterator[Claim]:
    """Installations from a lock that is there, by CI or an image build; they fail where the lock does not fit."""
    held = always()
    for site in scene.automation.reach.sites:
        words = _install_words(site)
        if site.arrival and _installs_locked(_with_switches(words, site.arrival.env), locks):
            text = f"`{' '.join(words[:4])}` installs from the lock"
            yield Claim(at_command(site), text, words[0], Rung.ABSENT, counts=WITH_TESTS, raised_by=held)
    for action in scene.automation.reach.actions:
        if "setup-renv" in action.step.uses and _installs_locked(_RENV, locks):
            text = f"`{_RENV[0]}` installs from the lock"
            yield Claim(at_command(action), text, _RENV[0], Rung.ABSENT, counts=WITH_TESTS, raised_by=held)
    for call, place, way in scene.automation.reach.inline:  # Rscript -e 'renv::restore()'
        if _installs_locked((call.name,), locks):
            text = f"`{call.name}` installs from the lock"
            yield Claim(Reached(place, (way,)), text, call.name, Rung.ABSENT, counts=WITH_TESTS, raised_by=held)
    for file, dockerfile in scene.project.having(lambda f: f.dockerfile):
        for command in dockerfile.commands:
            words = _with_switches(_words_in_image(command.argv), command.env)
            if _installs_locked(words, locks):
                place = file.at(command.line)
                route = (Hop(f"build {file.path}", file.at(1)), Hop(" ".join(command.argv)[:80], place))
                text = f"`{' '.join(words[:4])}` installs from the lock"
                yield Claim(place, text, words[0], carried=route, raised_by=held)


_RENV = ("renv::restore",)


def _installs_locked(words: tuple[str, ...], locks: set[str]) -> bool:
    """The command installs what a lock says, and one of its locks is there."""
    return programs().installs_locked(words, locks)


def _install_words(site: Site) -> tuple[str, ...]:
    return ("uv", *site.command.argv[1:]) if site.invocation.via_runner == "uv" else site.invocation.words


def _words_in_image(argv: tuple[str, ...]) -> tuple[str, ...]:
    invocation = interpret(argv)
    if argv[:2] == ("uv", "run"):
        return argv
    if invocation is None:
        return ()
    restores = invocation.program in ("R", "Rscript") and any(_RENV[0] in word for word in argv)
    return _RENV if restores else invocation.words


_UV_SWITCHES = {"UV_FROZEN": "--frozen", "UV_LOCKED": "--locked"}


def _with_switches(words: tuple[str, ...], env: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """uv takes its options from the environment too (uv's reference of environment variables)."""
    if words[:1] != ("uv",):
        return words
    given = {name for name, value in env if value.strip("'\"").lower() not in ("", "0", "false", "no", "off")}
    return (*words, *(flag for name, flag in _UV_SWITCHES.items() if name in given))


# ---- environment ----


_EXACT_IMAGES = (
    re.compile(r"@sha256:[0-9a-f]{64}$"),
    re.compile(r":(?>(?:[^:/\d]|\d++(?!\.\d++\.\d))*)\d++\.\d++\.\d[^:/]*+$"),
    re.compile(r":[^:/]*(?<!\d)20\d\d-?\d\d-?\d\d(?!\d)[^:/]*$"),
    re.compile(r"(?<!ubuntu):[^:/]*\b2\d\.\d\d[^:/]*$"),
)
"""A digest, three numbers (`3.11.9-slim`), a day (`noble-20250127`), or a year and month (`24.01-py3`); `3.11` and `3` move,
and so does a series of Ubuntu (`22.04`)."""


def environment(scene: Scene) -> Iterator[Statement]:
    """Dockerfile, conda environment, devcontainer or nix; automated where a run builds or uses it."""
    practice = "versioning.environment"
    yield from intended(scene, practice)
    yield from _language_versions(scene)
    yield from (seen(hit) for hit in scene.hits(practice))
    described = list(scene.project.having(lambda f: f.dockerfile, frozenset({Role.FIRST_PARTY, Role.TEST})))
    described = [(file, made) for file, made in described if file.role is not Role.TEST or _is_built(scene, file)]
    built = [dockerfile for file, dockerfile in described if _is_built(scene, file)]
    moves = any(not _is_pinned(dockerfile) for dockerfile in built if dockerfile.stages)
    for file, dockerfile in described:
        if dockerfile.stages:
            held = always("its base images are pinned") if _is_pinned(dockerfile) and not moves else None
            subject = Written(file, dockerfile.stages[0].line)
            text = f"{file.path} describes the environment"
            yield Claim(subject, text, "docker", counts=WITH_TESTS, raised_by=held)
            if run := _runs_in(scene, dockerfile):
                text = f"CI runs in the image that {file.path} is made from"
                yield Claim(file.at(subject.line), text, "docker", counts=NONE, raised_by=held, carried=run.hops)
    yield from _conda(scene)
    if not described:
        yield from _images_of_jobs(scene)


def _images_of_jobs(scene: Scene) -> Iterator[Claim]:
    """Jobs whose container comes with more than a language or a system, where they start code of this repository, which has no
    image of its own."""
    working = _runs_at_work(scene)
    for run in scene.automation.runs.values():
        name, sign, _ = run.job.image.rpartition(":")
        is_known = bool(sign) and "/" in name and "$" not in run.job.image
        if is_known and run.key in working and not speaks_of("plain_image", name.rpartition("/")[2]):
            text = f"job {run.job.title} runs in the image {run.job.image}"
            hops = run.hops if run.is_automatic else ()
            yield Claim(Place(run.path, run.job.line), text, run.workflow.provider, counts=NONE, carried=hops)


def _runs_at_work(scene: Scene) -> set[str]:
    """The keys of the runs that start code of this repository."""
    reach = scene.automation.reach
    files = (ways for path, ways in reach.files.items() if path.endswith(CODE_OF_WORK))
    return {way.run.key for ways in files for way in ways} | {way.run.key for _, way in reach.closures}


CODE_OF_WORK = (".py", ".R", ".r", ".jl")


def _is_built(scene: Scene, file: ProjectFile) -> bool:
    """Automation builds the image or runs in it."""
    return any(way.is_automatic for way in scene.automation.reach.files.get(file.path, ()))


def _runs_in(scene: Scene, dockerfile: Dockerfile) -> Run | None:
    """A run without a person whose container is the image on which a Dockerfile builds, by its whole name."""
    bases = {stage.image for stage in dockerfile.stages if ":" in stage.image.rpartition("/")[2]}
    return next((r for r in scene.automation.runs.values() if r.is_automatic and r.job.image in bases), None)


def _is_pinned(dockerfile: Dockerfile) -> bool:
    names = {stage.name for stage in dockerfile.stages}
    bases = [s.image for s in dockerfile.stages if s.image not in names and s.image != "scratch"]
    return bool(bases) and all(any(exact.search(image) for exact in _EXACT_IMAGES) for image in bases)


def _language_versions(scene: Scene) -> Iterator[Claim]:
    is_python = bool(scene.project.code_files or scene.project.notebooks)
    for file in scene.project.ordered:
        for text, line in _language_version(file, is_python) if file.role is Role.FIRST_PARTY else ():
            yield Claim(file.at(line), text, at_least=Rung.DECLARED)


_VERSION_FILES = (".python-version", "runtime.txt", ".tool-versions")


def _sets_version(step: Step, is_python: bool) -> bool:
    """The step sets up a version of Python; where there is none, of another language. Beside Python those are side tools."""
    if step.input("python-version") or step.input("versionSpec"):
        return True
    return not is_python and any(value and speaks_of("version_of_a_language", name) for name, value in step.inputs)


def _language_version(file: ProjectFile, is_python: bool) -> Iterator[tuple[str, int]]:
    """(what it says, line) where a file states the version of the language and nothing else of the environment."""
    requirements = file.facts.requirements
    if requirements and requirements.requires_python:
        version, line = requirements.requires_python
        yield f"only the language version {version} is stated", line
    if file.path.rpartition("/")[2] in _VERSION_FILES:
        yield "only the language version is stated", 1
    for workflow in file.facts.workflows:
        for step in (step for job in workflow.jobs for step in job.steps):
            if _sets_version(step, is_python):
                yield "CI states only the language version", step.line


def _conda(scene: Scene) -> Iterator[Claim]:
    """Conda environment files, and runs that make the environment from them."""
    for file, _ in scene.project.having(lambda f: f.requirements, frozenset({Role.FIRST_PARTY})):
        if file.path.endswith((".yml", ".yaml")):
            yield Claim(file.at(1), f"{file.path} is a conda environment", "conda")
            text = f"automation makes the environment of {file.path}"
            for site in _makes_conda(scene, file.path.rpartition("/")[2]):
                yield Claim(at_command(site), text, "conda", Rung.ABSENT, counts=WITH_TESTS)
            for subject in _definitions_with(scene, file.path):
                text = f"what is started runs in the environment of {file.path}"
                yield Claim(subject, text, "conda", Rung.ABSENT, counts=WITH_TESTS)


def _definitions_with(scene: Scene, path: str) -> Iterator[Written]:
    """Definitions of jobs, models or endpoints that name the file of their environment; entry points of MLflow projects,
    where no run goes without that environment (`--env-manager local`)."""
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        folder = posixpath.dirname(file.path)
        named = (line for r in resources for _, value, line in r.settings if joined(folder, value) == path)
        yield from (Written(file, line) for line in list(named)[:1])
    words = (site.invocation.words for site in scene.automation.reach.sites)
    if any(w[:2] == ("mlflow", "run") and {"local", "--env-manager=local", "--no-conda"} & {*w} for w in words):
        return
    for file, targets in scene.project.having(lambda f: f.targets, frozenset({Role.FIRST_PARTY})):
        folder = posixpath.dirname(file.path)
        if targets[0].runner == "mlproject" and any(joined(folder, s.value) == path for s in file.facts.settings):
            yield from (Written(file, target.line, is_target=True) for target in targets)


def _makes_conda(scene: Scene, name: str) -> Iterator[Site | ActionSite]:
    """Commands and actions that are given the file."""
    for site in scene.automation.reach.sites:
        words = site.invocation.words
        if words[0] in programs().make_environments and any(word.endswith(name) for word in words):
            yield site
    for action in scene.automation.reach.actions:
        if any(value.endswith(name) for _, value in action.step.inputs):
            yield action


# ---- seeds, releases ----


def seeds(scene: Scene) -> Iterator[Statement]:
    """Used where modules that train or split, or belong to what does, fix a seed; notebooks and tests alone do not count."""
    hits = scene.hits("versioning.seeds")
    in_modules = [hit for hit in hits if not hit.in_notebook]
    beside = [hit for hit in in_modules if hit.file.code is not None and not _seeds_learning(scene, hit)]
    fixed = [seen(hit, counts=NONE) for hit in in_modules if hit not in beside]
    fixed += _seeds_in_settings(scene)
    fixed += _seeds_in_arguments(scene)
    yield from fixed
    for hit in [hit for hit in hits if hit.in_notebook][:1]:
        if not fixed:
            yield NearMiss(hit.place, "a seed is fixed in a notebook only", hit.tool.id)
    for hit in beside[:1]:
        if not fixed:
            yield NearMiss(hit.place, "a seed is fixed in code that has nothing to do with training", hit.tool.id)


def _seeds_learning(scene: Scene, hit: Hit) -> bool:
    """The module belongs to what trains, or the function or file is named for splitting rows."""
    code = hit.file.code
    function = code.scopes[hit.scope].name if code is not None and hit.scope >= 0 else ""
    splits = speaks_of("splits_rows", function) or speaks_of("splits_rows", hit.file.path.rpartition("/")[2])
    return splits or hit.file.path in near_training(scene)


_SEEDS = ("rng", "seed", "random_state")
_NO_SEED = ("", "NULL", "NA", "nothing", "rng", "default_rng()")


def _seeds_in_arguments(scene: Scene) -> Iterator[Claim]:
    """R and Julia: a call is given a seed (`Forest(rng = seed)`); what only hands on what it was given fixes none."""
    for file, calls in scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY})):
        seeded = (c for c in calls if c.language in ("r", "julia") and _is_given_a_seed(c.arguments))
        if call := next(seeded, None):
            yield Claim(file.at(call.line), f"{call.name} is given a seed", counts=NONE)


def _is_given_a_seed(arguments: str) -> bool:
    given = (part.partition("=")[::2] for part in arguments.split(","))
    return any(name.strip() in _SEEDS and value.strip(" )") not in _NO_SEED for name, value in given)


def _seeds_in_settings(scene: Scene) -> Iterator[Claim]:
    """A number under the key seed in the parameters that a module gives to a library (`{"seed": 42}`)."""
    for file in scene.project.code_files:
        for constant in file.facts.python.constants if file.facts.python else ():
            is_number = isinstance(constant.value, int) and not isinstance(constant.value, bool)
            if is_number and "." in constant.name and speaks_of("seed", constant.name.rpartition(".")[2]):
                yield Claim(file.at(constant.line), f"{constant.name} fixes the seed")


def releases(scene: Scene) -> Iterator[Statement]:
    """Version tags or a kept changelog are used; a run that publishes under a version is automated."""
    yield from _kept_versions(scene)
    images = image_pushes(scene)
    pushes = {push.place for push in images}
    yield from (seen(hit) for hit in scene.hits("versioning.releases") if hit.place not in pushes)
    text = "pushes the image under a version"
    named = [push for push in images if push.is_version]
    yield from (Claim(Reached(p.place, p.ways), text, "docker", counts=WITH_TESTS) for p in named)


def _kept_versions(scene: Scene) -> Iterator[Claim]:
    history = scene.project.history
    tag = next((tag for tag in history.tags if _VERSION_TAG.match(tag.name)), None) if history else None
    if tag:
        yield Claim(_any_place(scene), f"version tag {tag.name}", "git")
    for file, document in scene.project.having(lambda f: f.document, frozenset(Role)):
        if document.kind == "changelog" and document.words >= 3:
            yield Claim(file.at(1), f"{file.path} is kept")


RULES: dict[str, Rule] = {
    "versioning.code": code,
    "versioning.data": data,
    "versioning.models": models,
    "versioning.dependencies": dependencies,
    "versioning.environment": environment,
    "versioning.config": config,
    "versioning.seeds": seeds,
    "versioning.releases": releases,
}
