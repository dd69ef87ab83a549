"""Environments: whether there is a stage before production, in configuration and in what deploys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from assessor.catalog.words import cut
from assessor.facts.place import Place
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.deployed_servers import services
from assessor.lifecycle.deployments import over_ssh
from assessor.lifecycle.environments import (
    STAGES,
    chosen_by_condition,
    filled,
    is_asked,
    stage_named,
    stage_of,
    targets_of,
)
from assessor.lifecycle.order import is_ci
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.scanners.claims import NONE, Claim, Statement, products

_CONFIG_ENDINGS = (".yml", ".yaml", ".tfvars", ".tf", ".json", ".toml", ".env", ".ini", ".hcl", ".cfg", ".bicepparam")
_FOLDERS_OF_CI = (".github/", ".gitlab/", ".circleci/")


def environments(scene: Scene) -> Iterator[Statement]:
    """Separate configuration of two environments is used; automation that promotes through them, automated."""
    yield from products(scene, "deployment.environments")
    for _, stages in sorted(_named_files(scene).items()):
        if _are_stages(stages):
            last = stages.get("prod") or stages["staging"]
            yield Claim(scene.project.files[last].at(1), f"separate configuration for {', '.join(sorted(stages))}")
    yield from _composed(scene)
    yield from _sections(scene)
    yield from _settings_classes(scene)
    yield from _chosen_by_ref(scene)
    yield from _chosen_by_a_person(scene)
    yield from _jobs_of_stages(scene)
    yield from _promotions(scene)


def _are_stages(stages: Collection[str]) -> bool:
    """Two environments and more, of which one is production or what stands before it."""
    return len(stages) > 1 and not {"prod", "staging"}.isdisjoint(stages)


def _named_files(scene: Scene) -> dict[str, dict[str, str]]:
    """What is told apart → environment → file: configuration files of one folder, and code whose files have one name but
    for the environment."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(scene.project.files):
        if scene.project.files[path].role is Role.FIRST_PARTY:
            for folder, stage in (*_told_apart(path), *_twins(path)):
                found.setdefault(folder, {}).setdefault(stage, path)
    return found


_FORMS = (".example", ".sample", ".template", ".dist", ".tmpl")
"""Endings of files that show how the file of the name before them looks."""


def _filled_in(path: str) -> str:
    """The name that a file has where it is used: without the ending of a form to fill in."""
    return next((path.removesuffix(ending) for ending in _FORMS if path.endswith(ending)), path)


def _is_configuration(path: str) -> bool:
    """Not that of CI, and none that lists what is installed."""
    if not path.endswith(_CONFIG_ENDINGS) or path.startswith(_FOLDERS_OF_CI):
        return False
    return "requirements" not in path and "environment" not in path.rpartition("/")[2]


def _twins(path: str) -> Iterator[tuple[str, str]]:
    """(name without the environment, environment) of a code file: `staging_jobs.py` and `production_jobs.py`."""
    stem, _, ending = path.rpartition("/")[2].rpartition(".")
    stage = stage_named(stem) if ending in _CODE_ENDINGS else None
    if stage:
        rest = " ".join(word for word in cut(stem).split() if STAGES.get(word) != stage)
        yield f"{path.rpartition('/')[0]}/{rest}.{ending}", stage


_CODE_ENDINGS = ("py", "ts", "js", "R")


def _told_apart(path: str) -> Iterator[tuple[str, str]]:
    """(folder of the alternatives, environment) by the name of the file, and by each folder above it."""
    path = _filled_in(path)
    if not _is_configuration(path):
        return
    parts = path.split("/")
    own = stage_named(parts[-1].rpartition(".")[0])
    if own:
        yield "/".join(parts[:-1]), own
    for depth, part in enumerate(parts[:-1]):
        stage = STAGES.get(part.lower())
        if stage and part.lower() not in ("test", "testing"):
            yield "/".join(parts[:depth]) + "/*", stage


def _composed(scene: Scene) -> Iterator[Claim]:
    """Services for production or staging beside those of the plain file: `compose.yaml` and `compose.prod.yaml`."""
    composed = {file.path: item.line for file, item in services(scene)}
    for path, line in sorted(composed.items()):
        folder, _, name = path.rpartition("/")
        parts = name.split(".")
        plain = ".".join(part for part in parts[:-1] if part.lower() not in STAGES) + f".{parts[-1]}"
        stage = stage_named(name.rpartition(".")[0])
        if stage in ("prod", "staging") and plain != name and f"{folder}/{plain}".lstrip("/") in composed:
            yield Claim(scene.project.files[path].at(line), f"separate configuration for {stage}", counts=NONE)


def _sections(scene: Scene) -> Iterator[Claim]:
    """Sections of one configuration file: `default:` and `production:`, bundle targets, serverless stages."""
    for file in scene.project.ordered:
        if file.role is Role.FIRST_PARTY and _may_have_sections(file.path):
            heads = _heads(file)
            if "prod" in heads and len(heads) > 1:
                yield Claim(file.at(heads["prod"]), f"sections for {', '.join(sorted(heads))}")


def _may_have_sections(path: str) -> bool:
    """In package.json `browserslist` and build tools have sections of these names."""
    return not path.startswith(".github/") and path.rpartition("/")[2] != "package.json"


def _heads(file: ProjectFile) -> dict[str, int]:
    """Environment → line, for the sections of a file."""
    heads: dict[str, int] = {}
    for setting in file.facts.settings:
        for part in setting.key.split(".")[:2]:
            if part.lower() in STAGES or part == "default":
                heads.setdefault(STAGES.get(part.lower(), "default"), setting.line)
    return heads


def _settings_classes(scene: Scene) -> Iterator[Claim]:
    """Classes of settings in one file named for environments: `DevelopmentConfig` and `ProductionConfig`."""
    for file in scene.project.code_files:
        heads: dict[str, int] = {}
        for definition in scene.modules.index(file.path).facts.classes:
            words = cut(definition.name).split()
            if words and words[-1] in ("config", "settings", "configuration", "conf"):
                found = next((STAGES[word] for word in words[:-1] if word in STAGES), None)
                heads.setdefault(found or "default", definition.line)
        named = sorted(heads.keys() - {"default"})
        if "prod" in heads and len(named) > 1:
            yield Claim(file.at(heads["prod"]), f"classes of settings for {', '.join(named)}")


_DEPLOYING = ("deployment.automation", "deployment.infrastructure")


def _deploying(scene: Scene) -> Iterator[tuple[Hit, Arrival]]:
    """Products that deploy, and the runs of CI that reach them without a person."""
    for name in _DEPLOYING:
        for hit in scene.hits(name, notebooks=False):
            yield from ((hit, way) for way in scene.arrivals(hit) if way.is_automatic and is_ci(way))


def _chosen_by_ref(scene: Scene) -> Iterator[Claim]:
    """Deployments whose target depends on the branch or tag."""
    for hit, way in _deploying(scene):
        if targets := targets_of(hit, way):
            text = f"the ref chooses between {' and '.join(targets)}"
            yield Claim(hit.place, text, hit.tool.id, carried=scene.route(hit, way))
    for site, way in over_ssh(scene):
        targets = chosen_by_condition(way.run.job.environment)
        if targets and way.is_automatic:
            text = f"the ref chooses between {' and '.join(targets)}"
            yield Claim(site.place, text, "ssh", carried=way.route)


def _chosen_by_a_person(scene: Scene) -> Iterator[Claim]:
    """A job of CI that brings something out in the environment which a person names when starting it."""
    for name in _DEPLOYING:
        for hit in scene.hits(name, notebooks=False):
            ways = (way for way in scene.arrivals(hit) if is_ci(way))
            if any(is_asked(filled(way.run.job.environment, way.run)) for way in ways):
                yield Claim(hit.place, "a person says for which environment", hit.tool.id, counts=NONE)


def _jobs_of_stages(scene: Scene) -> Iterator[Claim]:
    """Jobs of one definition that run in the CI system's own environments, whose settings and secrets differ."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for run in scene.automation.runs.values():
        stage = stage_named(filled(run.job.environment, run))
        if stage and not run.is_dead and is_ci(Arrival(run, 0)):
            found[run.path].setdefault(stage, run.job.line)
    for path, stages in sorted(found.items()):
        if _are_stages(stages):
            text = f"jobs run in the environments {', '.join(sorted(stages))}"
            yield Claim(Place(path, min(stages.values())), text)


def _promotions(scene: Scene) -> Iterator[Claim]:
    """Runs that deploy to two environments of which one comes after the other."""
    deploys = [(stage, hit, way) for hit, way in _deploying(scene) if (stage := stage_of(hit, way))]
    stages = {stage for stage, _, _ in deploys}
    if _are_stages(stages):
        last = "prod" if "prod" in stages else "staging"
        _, hit, way = next(d for d in deploys if d[0] == last)
        text = f"automation deploys to {', '.join(sorted(stages))}"
        yield Claim(hit.place, text, hit.tool.id, carried=scene.route(hit, way))
