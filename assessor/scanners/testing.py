"""Testing: unit, data, model, integration, coverage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.order import CI_PROVIDERS_EXCLUDED, best, ci_arrivals, comes_after, shipping_arrivals
from assessor.lifecycle.source_tests import SourceTest, source_tests
from assessor.lifecycle.source_tests import ci_arrivals as arrivals_of_source_test
from assessor.lifecycle.stations import marks
from assessor.lifecycle.test_cases import TestCase, test_cases
from assessor.project.closure import is_test_scope
from assessor.project.model import LIVE_ROLES, Role
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude, raised


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the five practices of testing."""
    cases = test_cases(scene)
    sources = source_tests(scene)
    yield unit(scene, cases)
    text = "exercises data or feature code"
    yield _kind(scene, "testing.data", [c for c in cases if c.tests_data], [t for t in sources if t.tests_data], text)
    text = "tests the model"
    yield _kind(
        scene, "testing.model", [c for c in cases if c.tests_model], [t for t in sources if t.tests_model], text
    )
    yield integration(scene, cases)
    yield coverage(scene)


def _kind(scene: Scene, practice: str, cases: list[TestCase], sources: list[SourceTest], text: str) -> Finding:
    evidence = [
        *_cases_evidence(scene, practice, cases, text),
        *ladder.of_source_tests(scene, practice, sources, text),
        *ladder.evidence(scene, _of_tests(scene, practice), tests=True),
    ]
    return conclude(practice, evidence)


def _of_tests(scene: Scene, practice: str) -> list[Hit]:
    """Products that test: in Python only inside a collected test, since a comparison elsewhere tests nothing."""
    return [hit for hit in scene.hits(practice, tests=True) if hit.scope < 0 or _in_test(scene, hit)]


def _in_test(scene: Scene, hit: Hit) -> bool:
    if hit.in_notebook or hit.file.code is None:
        return False
    return hit.in_test or is_test_scope(hit.file.code.scopes[hit.scope])


def _cases_evidence(scene: Scene, practice: str, cases: Iterable[TestCase], text: str) -> Iterator[Evidence]:
    for case in cases:
        place = case.file.at(case.scope.line)
        arrival = best(ci_arrivals(scene, case.file.path, case.number))
        shown = f"{case.scope.name}() {text}"
        if arrival is None:
            yield Evidence(practice, Rung.USED, place, shown, "pytest")
        else:
            route = scene.automation.route(arrival, case.file.path, case.number, case.scope.line)
            yield Evidence(practice, Rung.AUTOMATED, place, shown, "pytest", route)


def unit(scene: Scene, cases: list[TestCase]) -> Finding:
    """Real tests are used; in CI, automated; where build, release or deploy jobs depend on them, enforced."""
    practice = "testing.unit"
    real = [case for case in cases if case.reaches or case.product.runs]
    sources = [test for test in source_tests(scene) if test.tests_code]
    text = "asserts on first-party code"
    evidence = list(_cases_evidence(scene, practice, real, text))
    evidence += ladder.of_source_tests(scene, practice, sources, text)
    automated = [e for e in evidence if e.rung is Rung.AUTOMATED]
    if automated and _guards_shipping(scene, real, sources):
        evidence.append(raised(automated[0], "and what ships depends on it"))
    evidence += ladder.evidence(scene, (h for h in scene.hits(practice) if h.kind in ("r_call", "file")))
    near: list[NearMiss] = []
    if not real:
        for path in (*scene.automation.test_files, *_scripts_called_tests(scene)):
            if not path.endswith("conftest.py"):
                text = f"{path} has no assertion on first-party code"
                evidence.append(Evidence(practice, Rung.DECLARED, scene.project.files[path].at(1), text))
                near.append(NearMiss(scene.project.files[path].at(1), text))
        evidence += ladder.declared(scene, practice)
        evidence += ladder.evidence(scene, (h for h in scene.hits(practice) if h.kind == "setting"))
    return conclude(practice, evidence, near)


_TEST_SCRIPT = re.compile(r"(?:^|/)(?:tests?|test_\w+|\w+_tests?)\.py$")
_CALLERS = {"requests", "httpx", "urllib", "pytest", "unittest", "http"}


def _scripts_called_tests(scene: Scene) -> list[str]:
    """Modules that are called tests, collect none, and at least call a service or a test framework."""
    known = set(scene.automation.test_files)
    return [
        file.path
        for file in scene.project.ordered
        if file.path not in known
        and file.facts.python
        and _TEST_SCRIPT.search(file.path)
        and any(imported.target.partition(".")[0] in _CALLERS for imported in file.facts.python.imports)
        and file.role in LIVE_ROLES
    ]


def _guards_shipping(scene: Scene, cases: list[TestCase], sources: list[SourceTest]) -> bool:
    """A build, release or deploy command comes after the tests: in a job that needs theirs, or later in the same job."""
    ways = [a for case in cases for a in ci_arrivals(scene, case.file.path, case.number)]
    ways += [a for test in sources for a in arrivals_of_source_test(scene, test)]
    tests = {(a.run.key, a.step) for a in ways if a.fails and a.run.fails}
    if not tests:
        return False
    return any(comes_after(scene, tests, a) for a in shipping_arrivals(scene))


_INTEGRATION = re.compile(r"integration|e2e|end_?to_?end|smoke|functional|system_test|acceptance", re.I)


_CLIENTS = (
    "TestClient",
    "test_client",
    "AsyncClient",
    "APIClient",
    "LocalStack",
    "DockerContainer",
    "DockerCompose",
    "CliRunner",
)


def integration(scene: Scene, cases: list[TestCase]) -> Finding:
    """An API client against the app, a pipeline run, a compose test: used, and in CI automated."""
    practice = "testing.integration"
    chosen = [case for case in cases if _integrates(scene, case)]
    evidence = list(_cases_evidence(scene, practice, chosen, "tests components together"))
    evidence += ladder.evidence(scene, _of_tests(scene, practice), tests=True)
    evidence += _scripted(scene)
    evidence += _called_services(scene)
    return conclude(practice, evidence)


_LOCAL = re.compile(r"localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal")


def _called_services(scene: Scene) -> Iterator[Evidence]:
    """A CI job that starts the project's services and then calls them."""
    practice = "testing.integration"
    started: dict[str, int] = {}
    for site in scene.automation.reach.sites:
        arrival, words = site.arrival, site.invocation.words
        if (
            arrival is None
            or not arrival.is_automatic
            or site.command.is_remote
            or arrival.run.workflow.provider in CI_PROVIDERS_EXCLUDED
        ):
            continue
        if words[0] in ("docker", "docker-compose", "uvicorn", "gunicorn", "flask") and {"up", "run", words[0]} & set(
            words[:3]
        ):
            started.setdefault(arrival.run.key, site.place.line)
        elif words[0] in ("curl", "http", "wget", "hurl", "newman") and any(_LOCAL.search(word) for word in words):
            if site.place.line > started.get(arrival.run.key, 10**9):
                text = "CI starts the service and calls it"
                yield Evidence(practice, Rung.AUTOMATED, site.place, text, route=arrival.route)


def _integrates(scene: Scene, case: TestCase) -> bool:
    clients = any(
        call.rpartition(".")[2] in _CLIENTS or "TestClient" in call or "test_client" in call for call in case.calls
    )
    named = _named_integration(case)
    if case.product.together:
        return True
    requests = any(call.startswith(("requests.", "httpx.", "urllib.request")) for call in case.calls)
    if clients or (named and (case.reaches or requests)):
        return True
    known = marks(scene)
    stations = {s for key in case.reaches for s in known.get(key, ())}
    whole = len(stations & {"data", "train", "evaluate", "register", "deploy", "predict"}) >= 4
    return {"data", "train"} <= stations and (whole or "pipeline" in case.scope.name.lower())


def _named_integration(case: TestCase) -> bool:
    """Its folder, file or name says so; a word that names the code under test (`acceptance.py`) says nothing of the test."""
    folder, _, file_name = case.file.path.rpartition("/")
    if _INTEGRATION.search(folder):
        return True
    subjects = {path.rpartition("/")[2].removesuffix(".py").lower() for path, _ in case.reaches}
    words = {match.group().lower() for match in _INTEGRATION.finditer(f"{file_name} {case.scope.name}")}
    return any(not any(word in subject for subject in subjects) for word in words)


_CHECKERS = {"newman", "behave", "k6", "locust", "robot", "pytest", "tavern-ci", "schemathesis"}


def _scripted(scene: Scene) -> Iterator[Evidence]:
    """A script or target named so that starts services or calls them, and a compose or curl check in CI."""
    practice = "testing.integration"
    for site in (*scene.automation.reach.sites, *scene.automation.idle_sites):
        words = site.invocation.words
        subject = f"{site.invocation.script} {site.invocation.module} {' '.join(words[:3])}"
        if not _INTEGRATION.search(subject.replace("acceptance", "")):  # a model's acceptance is a gate
            continue
        if site.invocation.program not in _CHECKERS and scene.automation.started_file(site) is None:
            continue
        if site.invocation.program == "pytest" and not _finds_tests(scene, site.invocation.arguments):
            continue
        text = f"`{' '.join(words[:4])}` tests components together"
        if (
            site.arrival
            and site.arrival.is_automatic
            and site.arrival.run.workflow.provider not in CI_PROVIDERS_EXCLUDED
        ):
            yield Evidence(practice, Rung.AUTOMATED, site.place, text, route=site.arrival.route)
        elif site.arrival is None:
            yield Evidence(practice, Rung.USED, site.place, text)


def _finds_tests(scene: Scene, arguments: tuple[str, ...]) -> bool:
    """Below the folders that pytest is given there is a module of tests, or no folder is given that is here."""
    folders = [word.rstrip("/") for word in arguments if "/" in word and not word.startswith("-")]
    within = [path for path in scene.project.listed for folder in folders if path.startswith(f"{folder}/")]
    return not within or any(_is_test_module(path.rpartition("/")[2]) for path in within)


def _is_test_module(name: str) -> bool:
    """By the rule of pytest's python_files: test_*.py and *_test.py."""
    return name.endswith("_test.py") or (name.startswith("test_") and name.endswith(".py"))


def coverage(scene: Scene) -> Finding:
    """Configured is used, measured in CI automated, a threshold that fails the run enforced."""
    practice = "testing.coverage"
    evidence = ladder.plain(scene, practice, tests=True, in_tests=True)
    options = _pytest_options(scene)
    for site in scene.automation.reach.sites:
        if site.invocation.program in ("pytest", "py.test") and site.arrival and site.arrival.is_automatic:
            if options or any(w.startswith("--cov") for w in site.invocation.arguments):
                place_text = "pytest measures coverage"
                evidence.append(
                    Evidence(practice, Rung.AUTOMATED, site.place, place_text, "pytest-cov", site.arrival.route)
                )
    if not _has_tests(scene):
        evidence = [replace(e, rung=Rung.DECLARED, route=()) for e in evidence if e.rung.height >= Rung.DECLARED.height]
    measured = [e for e in evidence if e.rung is Rung.AUTOMATED]
    threshold = _threshold(scene)
    for item in measured:
        fails = [s for s in scene.automation.reach.sites if s.place == item.place and s.arrival and s.arrival.fails]
        own = [s for s in fails if any(_is_threshold(w) for w in s.command.argv)]
        if own or (threshold and (fails or not item.route)):
            evidence.append(raised(item, "a threshold fails the run"))
    return conclude(practice, evidence)


def _has_tests(scene: Scene) -> bool:
    """There is a test of which the coverage could be measured, in any language."""
    tests = [scene.project.files[path] for path in scene.automation.test_files if not path.endswith("conftest.py")]
    if any(is_test_scope(scope) for file in tests if file.code for scope in file.code.scopes):
        return True
    return bool(source_tests(scene)) or any(
        file.role is Role.TEST and not file.path.endswith((".py", ".md", ".txt")) and file.facts.source_calls
        for file in scene.project.ordered
    )


def _is_threshold(word: str) -> bool:
    name, _, value = word.partition("=")
    return name in ("--cov-fail-under", "--fail-under") and value not in ("0", "0.0")


def _pytest_options(scene: Scene) -> bool:
    return any(
        "--cov" in setting.value
        for _, settings in scene.project.having(lambda f: f.settings)
        for setting in settings
        if setting.key.endswith("addopts") or ".addopts." in setting.key
    )


def _threshold(scene: Scene) -> Hop | None:
    for file, settings in scene.project.having(lambda f: f.settings):
        for setting in settings:
            key = setting.key.lower()
            if key.endswith("fail_under") and setting.value not in ("0", "0.0", ""):
                return Hop(f"fail_under = {setting.value}", file.at(setting.line))
            if (key.endswith("addopts") or ".addopts." in key) and "--cov-fail-under" in setting.value:
                return Hop(setting.value[:60], file.at(setting.line))
    return None
