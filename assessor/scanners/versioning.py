"""Versioning: code, data, models, dependencies, environment, configuration, seeds, releases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.place import BlindSpot, Place
from assessor.facts.project_files import DataVersion, Dockerfile, Requirements
from assessor.facts.python import Call
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.scene import Scene
from assessor.lifecycle.order import best
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.configuration import config
from assessor.scanners.ladder import conclude, raised

_MODEL_FILE = re.compile(
    r"\.(?:pkl|pickle|joblib|pt|pth|h5|hdf5|keras|onnx|pb|safetensors|ckpt|bst|cbm|model|tflite|gguf|rds|mlmodel)$|"
    r"(?:^|/)(?:models?|weights|checkpoints?)(?:/|$|\.)",
    re.IGNORECASE,
)


_DATA_FILE = re.compile(
    r"\.(?:csv|tsv|parquet|feather|jsonl?|npy|npz|xlsx?|zip|gz|xml|arrow|tfrecord|h5)$|(?:^|/)data", re.I
)


_VERSION_TAG = re.compile(r"^(?:[\w-]+[@/-])?v?\d+(?:\.\d+){1,3}(?:[-.+]?\w++)*+$|^v\d+$")


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the eight practices of versioning."""
    yield code(scene)
    yield data(scene)
    yield models(scene)
    yield dependencies(scene)
    yield environment(scene)
    yield config(scene)
    yield seeds(scene)
    yield releases(scene)


def code(scene: Scene) -> Finding:
    """Used: commits on more than one author-day. A shallow clone hides the history, so it is unknown."""
    practice, history = "versioning.code", scene.project.history
    place = _any_place(scene)
    if history is None:
        return conclude(practice, [], [NearMiss(place, "no git repository")])
    if history.author_days > 1 and history.commits > 1:
        text = f"{history.commits} commits by {history.authors} authors on {history.author_days} author-days"
        return conclude(practice, [Evidence(practice, Rung.USED, place, text, "git")])
    if history.is_shallow:
        spot = BlindSpot(place, "a shallow clone hides the history", (practice,))
        return Finding(practice, Rung.UNKNOWN, "a shallow clone hides the history", blind_spots=(spot,))
    return conclude(practice, [], [NearMiss(place, f"{history.commits} commits on one author-day", "git")])


def _any_place(scene: Scene) -> Place:
    readme = next((f for f in scene.project.ordered if f.path.lower().startswith("readme")), None)
    return Place(readme.path if readme else next(iter(sorted(scene.project.files)), "."), 1)


def _tracked(scene: Scene) -> list[tuple[ProjectFile, DataVersion]]:
    found = []
    for file in scene.project.ordered:
        if file.role not in (Role.VENDORED, Role.ELSEWHERE):
            found += [(file, version) for version in file.facts.data_versions]
    return found


def data(scene: Scene) -> Finding:
    """Tracked outs and versions by code are used; pulled, pushed or written by a run without a person, automated."""
    practice = "versioning.data"
    evidence = ladder.declared(scene, practice)
    tracked = [(f, v) for f, v in _tracked(scene) if v.is_tracked and not _MODEL_FILE.search(v.path)]
    for file, version in tracked:
        text = f"{version.path} is tracked by {version.system}"
        evidence.append(Evidence(practice, Rung.USED, file.at(version.line), text, version.system))
    for item in ladder.evidence(scene, (h for h in scene.hits(practice) if h.kind not in ("file", "setting"))):
        if item.tool == "dvc" and not tracked:
            continue  # `dvc repro` without a tracked out versions nothing
        evidence.append(item)
    evidence += ladder.evidence(scene, (h for h in scene.hits(practice) if h.kind in ("file", "setting")))
    for file, version in _tracked(scene):
        if not version.is_tracked and not _MODEL_FILE.search(version.path):
            text = f"{version.path} is named for {version.system}, nothing is tracked yet"
            evidence.append(Evidence(practice, Rung.DECLARED, file.at(version.line), text, version.system))
    for file, targets in scene.project.having(lambda f: f.targets) if not tracked else ():
        stage = next((t for t in targets if t.runner == "dvc" and t.outputs), None)
        if stage:
            text = f"stage {stage.name} names outputs, nothing is tracked yet"
            evidence.append(Evidence(practice, Rung.DECLARED, file.at(stage.line), text, "dvc"))
    if not tracked:
        for file, settings in scene.project.having(lambda f: f.settings, frozenset(Role)):
            for setting in settings:
                if file.path.endswith(".gitattributes") and setting.key.startswith("lfs"):
                    text = f"git-lfs pattern {setting.value}, no data tracked by it"
                    evidence.append(Evidence(practice, Rung.DECLARED, file.at(setting.line), text, "git-lfs"))
    return conclude(practice, evidence)


_DVC_EXPERIMENTS = (("exp", "run"), ("exp", "push"), ("exp", "save"))
"""What writes an experiment's version; `dvc exp diff` and `show` only report."""


def models(scene: Scene) -> Finding:
    """Models that go to a registry, DVC/LFS, tracker artifacts or a versioned bucket path."""
    practice = "versioning.models"
    evidence = [*ladder.declared(scene, practice), *ladder.evidence(scene, scene.hits(practice))]
    tracked = [(f, v) for f, v in _tracked(scene) if v.is_tracked and _MODEL_FILE.search(v.path)]
    for file in scene.project.code_files:
        for call in file.facts.python.calls if file.facts.python else ():
            if call.name.endswith((".log_artifact", ".log_artifacts")) and _logs_a_model(file, call):
                text = "stores the model as an artifact of its run"
                evidence.append(ladder.scope_evidence(scene, practice, file, call.scope, call.line, text))
    pushing = best(
        site.arrival
        for site in scene.automation.reach.sites
        if site.arrival and site.arrival.is_automatic and site.invocation.words[:1] == ("dvc",)
        and (site.invocation.words[1:2] in (("push",), ("repro",)) or site.invocation.words[1:3] in _DVC_EXPERIMENTS)
    )  # fmt: skip
    for file, version in tracked:
        text, place = f"{version.path} is tracked by {version.system}", file.at(version.line)
        if pushing and version.system == "dvc":
            route = (*pushing.route, Hop(version.path, place))
            evidence.append(Evidence(practice, Rung.AUTOMATED, place, text, version.system, route))
        else:
            evidence.append(Evidence(practice, Rung.USED, place, text, version.system))
    evidence += _bucket_copies(scene)
    return conclude(practice, evidence)


_COPY = (("aws", "s3"), ("gsutil",), ("gcloud", "storage"), ("az", "storage"), ("mc", "cp"), ("s5cmd",), ("rclone",))


_MODEL_WORD = re.compile(r"model|mlruns|mlflow|artifact|checkpoint|weights", re.IGNORECASE)


_MODEL_KEEPER = re.compile(r"(?:register|log|save|publish|upload|push|store)_(?:\w+_)?model(?:_version|_artifacts?)?$")


def _logs_a_model(file: ProjectFile, call: Call) -> bool:
    """A model file, a value named so, or the folder of results that a function named for keeping a model logs whole."""
    keeper = file.code is not None and _MODEL_KEEPER.search(file.code.scopes[call.scope].name.lower())
    if keeper and call.name.endswith(".log_artifacts"):
        return True
    texts = [value for value in call.args if isinstance(value, str)]
    return any(_MODEL_FILE.search(text) for text in texts) or any(
        "model" in n.rpartition(".")[2].lower() for n in call.names
    )


def _bucket_copies(scene: Scene) -> Iterator[Evidence]:
    """A model copied to a bucket path that holds a version (a variable: run id, commit, date)."""
    practice = "versioning.models"
    for site in (*scene.automation.reach.sites, *scene.automation.idle_sites):
        words = site.invocation.words
        if not any(words[: len(head)] == head for head in _COPY):
            continue
        targets = [w for w in words if "://" in w]
        if targets and "$" in targets[-1] and any(_MODEL_WORD.search(w) for w in words[1:]):
            text = f"copies models to a versioned path with {words[0]}"
            if site.arrival and site.arrival.is_automatic and not site.arrival.in_test:
                yield Evidence(practice, Rung.AUTOMATED, site.place, text, route=site.arrival.route)
            else:
                yield Evidence(practice, Rung.USED, site.place, text)

    for file in scene.project.code_files:
        for call in file.facts.python.calls if file.facts.python else ():
            if _keeps_a_version(scene, file, call):
                text = f"{call.name.rpartition('.')[2]} puts the model under a versioned path"
                yield ladder.scope_evidence(scene, practice, file, call.scope, call.line, text)


_UPLOADS = {"upload_file", "upload_fileobj", "upload_from_filename", "put_object", "upload_blob", "fput_object", "blob"}
_KEEPERS = re.compile(
    r"(?:put|upload|save|store|push|copy)_(?:\w+_)?(?:model|checkpoint)s?(?:_\w+)?_to_(?:s3|gcs|blob|bucket|storage|cloud)$"
)
"""Methods of a package that keeps models in a bucket, each under a name of its own."""


def _keeps_a_version(scene: Scene, file: ProjectFile, call: Call) -> bool:
    last = call.name.rpartition(".")[2]
    if last in _UPLOADS and _is_versioned_upload(call):
        return True
    if last in ("put", "put_many", "put_files") and "S3" in call.name.split("."):  # Metaflow: below the path of the run
        named = any(isinstance(v, str) and _MODEL_FILE.search(v) for v in call.args)
        return _opened_for_the_run(file) and (named or _saves_a_model(file, call.scope))
    return bool(_KEEPERS.search(last)) and not scene.modules.targets(call.name, file.path)


_SAVES = ("save", "save_model", "save_pretrained", "save_weights", "dump")


def _saves_a_model(file: ProjectFile, scope: int) -> bool:
    calls = file.facts.python.calls if file.facts.python else ()
    return any(call.scope == scope and call.name.rpartition(".")[2] in _SAVES for call in calls)


def _opened_for_the_run(file: ProjectFile) -> bool:
    calls = file.facts.python.calls if file.facts.python else ()
    return any(call.name.rpartition(".")[2] == "S3" and call.has_keyword("run") for call in calls)


def _is_versioned_upload(call: Call) -> bool:
    """The target path has a value in it (`models/{}/model.pkl`) and a text of the call speaks of a model."""
    texts = [v for v in (*call.args, *(value for _, value in call.keywords)) if isinstance(v, str)]
    return any("{}" in text and "/" in text for text in texts) and any(_MODEL_FILE.search(text) for text in texts)


# ---- dependencies ----


_LOCKED_INSTALLS = (
    ("uv", "sync", ("--locked", "--frozen")),
    ("uv", "run", ("--locked", "--frozen")),
    ("poetry", "install", ()),
    ("poetry", "sync", ()),
    ("pipenv", "sync", ()),
    ("pipenv", "install", ("--deploy", "--ignore-pipfile")),
    ("pip", "install", ("--require-hashes",)),
    ("pip-sync", "", ()),
    ("npm", "ci", ()),
    ("pdm", "sync", ()),
    ("pdm", "install", ("--frozen-lockfile", "--check")),
    ("conda-lock", "install", ()),
    ("pixi", "install", ("--locked", "--frozen")),
    ("renv::restore", "", ()),
)


_LOCK_OF = {
    "uv": {"uv"}, "poetry": {"poetry"}, "pipenv": {"pipenv"}, "npm": {"npm", "package-lock"}, "pdm": {"pdm"},
    "conda-lock": {"conda-lock"}, "pixi": {"pixi"}, "renv::restore": {"renv"},
}  # fmt: skip


def dependencies(scene: Scene) -> Finding:
    """Bare lists are declared, bounds used, a lock or a compiled list automated, an install from it enforced."""
    practice = "versioning.dependencies"
    evidence, pinned, total, first = [], 0, 0, None
    beside = _models_without_javascript(scene)
    for file, requirements in scene.project.having(lambda f: f.requirements, frozenset({Role.FIRST_PARTY})):
        assert isinstance(requirements, Requirements)
        main = [d for d in requirements.dependencies if not d.group] or list(requirements.dependencies)
        main = [d for d in main if not (beside and d.ecosystem == "npm")]
        if requirements.is_compiled and len(main) > 1:
            text = f"{file.path} pins {len(main)} packages with what they need"
            evidence.append(Evidence(practice, Rung.AUTOMATED, file.at(1), text, route=(Hop(text, file.at(1)),)))
        total += len(main)
        pinned += sum(1 for d in main if d.pin != "none")
        if main and first is None:
            first = file.at(main[0].line)
    if total and first:
        rung = Rung.USED if 2 * pinned >= total else Rung.DECLARED
        evidence.append(
            Evidence(practice, rung, first, f"{pinned} of {total} direct dependencies carry a version or range")
        )
    locks = []
    for file, lock in scene.project.having(lambda f: f.lock, frozenset({Role.FIRST_PARTY, Role.GENERATED, Role.DATA})):
        if lock.packages > 0 and not (beside and lock.tool in _JAVASCRIPT):
            locks.append((file, lock.tool))
            text = f"{file.path} locks {lock.packages} packages"
            evidence.append(Evidence(practice, Rung.AUTOMATED, file.at(1), text, lock.tool, (Hop(text, file.at(1)),)))
    if not total and not locks:
        evidence += _installed_by_images(scene)
    evidence += _locked_installs(scene, {tool for _, tool in locks})
    share = pinned / total if total else 0.0
    return conclude(practice, evidence, values=[("pinned_share", round(share, 3)), ("direct_dependencies", total)])


_JAVASCRIPT = {"npm", "yarn", "pnpm", "bun", "package-lock"}


def _models_without_javascript(scene: Scene) -> bool:
    """The model code is Python, R or Julia, so that JavaScript is a front end, a docs site or infrastructure beside it."""
    return bool(scene.project.code_files or scene.project.notebooks) or any(
        call.language in ("r", "julia")
        for _, calls in scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY}))
        for call in calls[:1]
    )


_PINNED_WORD = re.compile(r"[A-Za-z][\w.-]*(?:\[[\w,-]+\])?(?:==|~=|>=|<=|<|>)\d")
_PACKAGE_WORD = re.compile(r"[A-Za-z][\w.-]*(?:\[[\w,-]+\])?(?:(?:==|~=|>=|<=|!=|<|>)[\w.*,<>=!-]+)?")


def _installed_by_images(scene: Scene) -> Iterator[Evidence]:
    """Where no list is kept, the packages that an image build names are the list."""
    from assessor.project.invocations import interpret

    named: list[tuple[str, Place]] = []
    for file, dockerfile in scene.project.having(lambda f: f.dockerfile):
        for command in dockerfile.commands:
            made = interpret(command.argv)
            words = made.words if made else ()
            if words[:2] == ("pip", "install") and not {"-r", "--requirement"} & set(words):
                named += [(w, file.at(command.line)) for w in words[2:] if _PACKAGE_WORD.fullmatch(w) and w != "pip"]
    if named:
        pinned = sum(1 for word, _ in named if _PINNED_WORD.match(word))
        rung = Rung.USED if 2 * pinned >= len(named) else Rung.DECLARED
        text = f"{pinned} of {len(named)} packages that the image installs carry a version or range"
        yield Evidence("versioning.dependencies", rung, named[0][1], text, "pip")


def _locked_installs(scene: Scene, locks: set[str]) -> Iterator[Evidence]:
    practice = "versioning.dependencies"
    for words, place, route in _installs(scene):
        for program, action, flags in _LOCKED_INSTALLS:
            if words[0] != program or (action and action not in words[1:3]):
                continue
            if flags and not any(flag in words for flag in flags):
                continue
            if program in _LOCK_OF and not (_LOCK_OF[program] & {lock.removesuffix(".lock") for lock in locks}):
                continue
            text = f"`{' '.join(words[:4])}` installs from the lock"
            yield Evidence(practice, Rung.ENFORCED, place, text, program, route)


def _installs(scene: Scene) -> Iterator[tuple[tuple[str, ...], Place, tuple[Hop, ...]]]:
    """Commands that CI or an image build runs."""
    from assessor.project.invocations import interpret

    for site in scene.automation.reach.sites:
        if site.arrival and site.arrival.is_automatic:
            words = site.invocation.words
            if site.invocation.via_runner == "uv":
                words = ("uv", *site.command.argv[1:])
            yield _with_switches(words, site.arrival.env), site.place, site.arrival.route
    for file, dockerfile in scene.project.having(lambda f: f.dockerfile):
        assert isinstance(dockerfile, Dockerfile)
        for command in dockerfile.commands:
            invocation = interpret(command.argv)
            words = invocation.words if invocation else ()
            if (
                invocation
                and invocation.program in ("R", "Rscript")
                and any("renv::restore" in w for w in command.argv)
            ):
                words = ("renv::restore",)
            if command.argv[:2] == ("uv", "run"):
                words = command.argv
            if words:
                words = _with_switches(words, command.env)
                place = file.at(command.line)
                yield words, place, (Hop(f"build {file.path}", file.at(1)), Hop(" ".join(command.argv)[:80], place))
    for action in scene.automation.reach.actions:
        if "setup-renv" in action.step.uses and action.arrival.is_automatic:
            yield ("renv::restore",), action.place, action.arrival.route


_UV_SWITCHES = {"UV_FROZEN": "--frozen", "UV_LOCKED": "--locked"}


def _with_switches(words: tuple[str, ...], env: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """uv takes its options from the environment too (uv's reference of environment variables)."""
    if words[:1] != ("uv",):
        return words
    given = {name for name, value in env if value.strip("'\"").lower() not in ("", "0", "false", "no", "off")}
    return (*words, *(flag for name, flag in _UV_SWITCHES.items() if name in given))


# ---- environment ----


_PINNED_IMAGE = re.compile(r"@sha256:[0-9a-f]{64}$|:[^:/]*\d+\.\d+\.\d+[^:/]*$|:[^:/]*\b2\d\.\d\d[^:/]*$")
"""An exact version has three numbers (`3.11.9-slim`) or a year and month (`24.01-py3`); `3.11` and `3` move."""


def environment(scene: Scene) -> Finding:
    """Dockerfile, conda environment, devcontainer or nix; automated where a run builds or uses it."""
    practice = "versioning.environment"
    evidence = [
        *ladder.declared(scene, practice),
        *_language_versions(scene),
        *ladder.evidence(scene, scene.hits(practice)),
    ]
    for file, dockerfile in scene.project.having(lambda f: f.dockerfile, frozenset({Role.FIRST_PARTY})):
        assert isinstance(dockerfile, Dockerfile)
        if not dockerfile.stages:
            continue
        place = file.at(dockerfile.stages[0].line)
        arrival = best(a for a in scene.automation.reach.files.get(file.path, ()) if a.is_automatic)
        if arrival is None:
            evidence.append(Evidence(practice, Rung.USED, place, f"{file.path} describes the environment", "docker"))
            continue
        text = f"{file.path} is built or run by automation"
        item = Evidence(practice, Rung.AUTOMATED, place, text, "docker", (*arrival.route, Hop(file.path, place)))
        evidence.append(raised(item, "its base images are pinned") if _is_pinned(dockerfile) else item)
    evidence += _conda(scene)
    return conclude(practice, evidence)


def _is_pinned(dockerfile: Dockerfile) -> bool:
    names = {stage.name for stage in dockerfile.stages}
    bases = [s.image for s in dockerfile.stages if s.image not in names and s.image != "scratch"]
    return bool(bases) and all(_PINNED_IMAGE.search(image) for image in bases)


def _language_versions(scene: Scene) -> Iterator[Evidence]:
    practice = "versioning.environment"
    for file in scene.project.ordered:
        if file.role is not Role.FIRST_PARTY:
            continue
        requirements = file.facts.requirements
        if requirements and requirements.requires_python:
            version, line = requirements.requires_python
            yield Evidence(practice, Rung.DECLARED, file.at(line), f"only the language version {version} is stated")
        if file.path.rpartition("/")[2] in (".python-version", "runtime.txt", ".tool-versions"):
            yield Evidence(practice, Rung.DECLARED, file.at(1), "only the language version is stated")
        for workflow in file.facts.workflows:
            for job in workflow.jobs:
                for step in job.steps:
                    if step.input("python-version") or step.input("versionSpec"):
                        text = "CI states only the language version"
                        yield Evidence(practice, Rung.DECLARED, file.at(step.line), text)


def _conda(scene: Scene) -> Iterator[Evidence]:
    """Conda environment files, and runs that make the environment from them."""
    practice = "versioning.environment"
    files = [
        (file, requirements)
        for file, requirements in scene.project.having(lambda f: f.requirements, frozenset({Role.FIRST_PARTY}))
        if file.path.endswith((".yml", ".yaml"))
    ]
    for file, _ in files:
        yield Evidence(practice, Rung.USED, file.at(1), f"{file.path} is a conda environment", "conda")
        name = file.path.rpartition("/")[2]
        for site in scene.automation.reach.sites:
            words = site.invocation.words
            if words[0] in ("conda", "mamba", "micromamba") and any(w.endswith(name) for w in words):
                if site.arrival and site.arrival.is_automatic:
                    text = f"automation makes the environment of {file.path}"
                    yield Evidence(practice, Rung.AUTOMATED, site.place, text, "conda", site.arrival.route)
        for action in scene.automation.reach.actions:
            if action.arrival.is_automatic and any(value.endswith(name) for _, value in action.step.inputs):
                text = f"automation makes the environment of {file.path}"
                yield Evidence(practice, Rung.AUTOMATED, action.place, text, "conda", action.arrival.route)


# ---- seeds, releases ----


def seeds(scene: Scene) -> Finding:
    """Used where modules, not only notebooks or tests, fix a seed."""
    practice = "versioning.seeds"
    hits = scene.hits(practice, notebooks=False)
    evidence = [*ladder.evidence(scene, hits, lift=False), *_seeds_in_settings(scene)]
    return conclude(practice, evidence, _notebook_seeds(scene) if not evidence else ())


_SEED_KEY = re.compile(r"\.(?:\w*_)?(?:seed|random_state|random_seed)$")


def _seeds_in_settings(scene: Scene) -> Iterator[Evidence]:
    """A number under the key seed in the parameters that a module gives to a library (`{"seed": 42}`)."""
    for file in scene.project.code_files:
        for constant in file.facts.python.constants if file.facts.python else ():
            is_number = isinstance(constant.value, int) and not isinstance(constant.value, bool)
            if is_number and _SEED_KEY.search(constant.name):
                text = f"{constant.name} fixes the seed"
                yield Evidence("versioning.seeds", Rung.USED, file.at(constant.line), text)


def _notebook_seeds(scene: Scene) -> list[NearMiss]:
    hits = [h for h in scene.hits("versioning.seeds") if h.in_notebook]
    return [NearMiss(h.place, "a seed is fixed in a notebook only", h.tool.id) for h in hits[:1]]


def releases(scene: Scene) -> Finding:
    """Version tags or a kept changelog are used; a run that publishes under a version is automated."""
    practice = "versioning.releases"
    evidence = []
    history = scene.project.history
    for tag in history.tags if history else ():
        if _VERSION_TAG.match(tag.name):
            text = f"version tag {tag.name}"
            evidence.append(Evidence(practice, Rung.USED, _any_place(scene), text, "git"))
            break
    for file, document in scene.project.having(lambda f: f.document, frozenset(Role)):
        if document.kind == "changelog" and document.words >= 3:
            evidence.append(Evidence(practice, Rung.USED, file.at(1), f"{file.path} is kept"))
    evidence += ladder.evidence(scene, (h for h in scene.hits(practice) if _is_release(h.text, scene.arrivals(h))))
    evidence += _versioned_images(scene)
    return conclude(practice, evidence)


_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)


_MOVING = re.compile(r":(?:latest|main|master|dev|staging|prod|production)$")


def _versioned_images(scene: Scene) -> Iterator[Evidence]:
    """Images that a run pushes under a tag of its own: a commit, a git tag, a version."""
    practice = "versioning.releases"
    for site in scene.automation.reach.sites:
        words = [w for w in site.invocation.words if w not in ("image", "buildx")]
        pushes = words[:2] in (["docker", "push"], ["podman", "push"])
        tags = [w for w in words[2:] if ":" in w and not w.startswith("-")]
        if (
            site.arrival
            and site.arrival.is_automatic
            and pushes
            and ("--all-tags" in words or any("$" in t.rpartition(":")[2] for t in tags))
        ):
            yield Evidence(
                practice, Rung.AUTOMATED, site.place, "pushes the image under a version", "docker", site.arrival.route
            )
    for action in scene.automation.reach.actions:
        if "build-push-action" not in action.step.uses or action.step.input("push").lower() in ("", "false"):
            continue
        tags = _EXPRESSION.sub("$", action.step.input("tags")).replace(",", "\n").split()
        if action.arrival.is_automatic and any(
            "$" in t.rpartition(":")[2] or re.search(r":v?\d", t) for t in tags if not _MOVING.search(t)
        ):
            yield Evidence(
                practice,
                Rung.AUTOMATED,
                action.place,
                "pushes the image under a version",
                "docker",
                action.arrival.route,
            )


def _is_release(text: str, arrivals: list[Arrival]) -> bool:
    """An image pushed as `latest` alone has no version."""
    if "docker" not in text or "push" not in text:
        return True
    return not re.search(r"push\s+\S+:latest$", _EXPRESSION.sub("$", text))
