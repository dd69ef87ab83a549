"""Testing: unit, data, model, integration, coverage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assessor.facts.python import MAIN, MODULE, Scope
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.project.arrivals import Arrival
from assessor.project.closure import is_test_scope
from assessor.project.model import ProjectFile, Role
from assessor.project.modules import ScopeKey
from assessor.scanners import r_and_julia_tests
from assessor.scanners.calls import called, scripts_started
from assessor.scanners.r_and_julia_tests import SourceTest, source_tests
from assessor.scanners.scene import CI_PROVIDERS_EXCLUDED, Scene, best, conclude, raised
from assessor.scanners.stations import marks, named_model_scopes, training_hits


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


@dataclass(frozen=True, slots=True)
class TestCase:
    """One collected test function with real assertions, and what of the first-party code it reaches."""

    __test__ = False

    file: ProjectFile
    number: int
    scope: Scope
    reaches: frozenset[ScopeKey]
    tests_data: bool
    tests_model: bool
    calls: frozenset[str]


def test_cases(scene: Scene) -> list[TestCase]:
    """Test functions that assert something on first-party code or on the project's data; stubs are left out."""
    if "test_cases" not in scene.memo:
        scene.memo["test_cases"] = list(_test_cases(scene))
    known: list[TestCase] = scene.memo["test_cases"]
    return known


_CALLS_AWAY = 4


def _test_cases(scene: Scene) -> Iterator[TestCase]:
    model_scopes = set(named_model_scopes(scene))
    known = marks(scene)
    training = {(hit.file.path, hit.scope) for hit in training_hits(scene, tests=True)}
    for path in scene.automation.test_files:
        file = scene.project.files[path]
        index = scene.modules.index(path)
        calls_of: _CallsOf | None = None
        for number, scope in enumerate(index.facts.scopes):
            last = scope.name.rpartition(".")[2]
            if not last.startswith("test") or scope.is_stub or number in (MODULE, MAIN):
                continue
            calls_of = calls_of or _CallsOf(scene, path)
            reached = _reached(scene, calls_of, path, number)
            if not _asserts(scene, path, number, scope, reached):
                continue
            own = frozenset(c.name for c in index.calls.get(number, ()))
            fixtures = _fixture_calls(scene, path, scope)
            calls = own | fixtures
            stations = {s for key in reached for s in known.get(key, ())}
            data = "data" in stations or _names_data(last, path, calls, bool(reached)) or _reaches_data(scene, reached)
            data = data or _reads_listed(scene, path, number) or _named_after_data_code(path, reached)
            model = (
                "train" in stations
                or bool(reached & model_scopes)
                or _names_model(last, calls, bool(reached))
                or (path, number) in training
            )
            yield TestCase(file, number, scope, reached, data, model, calls)


class _CallsOf:
    """What a function calls, as seen from one test file: by name, or any method of that name that the file's imports
    bring within reach where it is not known whose it is."""

    def __init__(self, scene: Scene, path: str) -> None:
        self._scene = scene
        self._path = path
        self._methods = _methods_loaded(scene, path)
        self._known: dict[ScopeKey, tuple[ScopeKey, ...]] = {}

    def __call__(self, key: ScopeKey) -> tuple[ScopeKey, ...]:
        known = self._known.get(key)
        if known is None:
            targets, awaited = called(self._scene, key)
            methods = (method for name in awaited for method in self._methods.get(name, ()))
            scripts = scripts_started(self._scene, key) if key[0] == self._path else ()
            known = self._known[key] = (*targets, *methods, *scripts)
        return known


def _reached(scene: Scene, calls_of: _CallsOf, path: str, number: int) -> frozenset[ScopeKey]:
    """First-party functions that the one test function reaches within some calls, through fixtures too."""
    index = scene.modules.index(path)
    scope = index.facts.scopes[number]
    edge = dict.fromkeys([(path, number)])
    for parameter in scope.parameters:
        edge.update(dict.fromkeys(_fixtures(scene, path, parameter)))
    if scope.class_name:
        setups = [n for n in index.by_class.get(scope.class_name, ()) if "setup" in index.facts.scopes[n].name.lower()]
        edge.update(dict.fromkeys((path, n) for n in setups))
    seen: dict[ScopeKey, None] = {}
    for _ in range(_CALLS_AWAY + 1):
        seen.update(edge)
        edge = dict.fromkeys(key for start in edge for key in calls_of(start) if key not in seen)
    own_file = scene.modules.files[path].role is Role.FIRST_PARTY
    return frozenset(key for key in seen if (key[0] != path or own_file) and _is_code(scene, key))


def _is_code(scene: Scene, key: ScopeKey) -> bool:
    """A function of the project that is no test."""
    memo: dict[ScopeKey, bool] = scene.memo.setdefault("is_code", {})
    known = memo.get(key)
    if known is None:
        path, number = key
        known = memo[key] = scene.modules.files[path].role is Role.FIRST_PARTY and not is_test_scope(
            scene.modules.index(path).facts.scopes[number]
        )
    return known


def _methods_loaded(scene: Scene, path: str) -> dict[str, list[ScopeKey]]:
    """First-party methods by name that the test file's imports bring within reach."""
    loaded, waiting = {path}, [path]
    found: dict[str, list[ScopeKey]] = {}
    while waiting:
        current = waiting.pop()
        if scene.modules.files[current].role is Role.FIRST_PARTY:
            for name, numbers in scene.modules.index(current).methods.items():
                found.setdefault(name, []).extend((current, number) for number in numbers)
        fresh = [file for file in scene.modules.imported(current) if file not in loaded]
        loaded.update(fresh)
        waiting += fresh
    return found


def _fixtures(scene: Scene, path: str, name: str) -> list[ScopeKey]:
    """The functions behind a fixture: in the test's file or a conftest.py above it."""
    parts = path.split("/")[:-1]
    paths = [path] + ["/".join([*parts[:depth], "conftest.py"]) for depth in range(len(parts), -1, -1)]
    for candidate in paths:
        if candidate in scene.modules.files and name in scene.modules.index(candidate).scopes:
            return [(candidate, scene.modules.index(candidate).scopes[name])]
    return []


def _fixture_calls(scene: Scene, path: str, scope: Scope) -> frozenset[str]:
    found = {c.name for c in scene.modules.index(path).calls.get(MODULE, ())}
    for parameter in scope.parameters:
        for p, n in _fixtures(scene, path, parameter):
            found |= {c.name for c in scene.modules.index(p).calls.get(n, ())}
    return frozenset(found)


def _asserts(scene: Scene, path: str, number: int, scope: Scope, reached: frozenset[ScopeKey]) -> bool:
    """It asserts something itself, or a first-party or test helper that it calls does."""
    if scope.asserts:
        return True
    index = scene.modules.index(path)
    for call in index.calls.get(number, ()):
        if (
            call.name.endswith((".assert_called_once", ".assert_called_with", "raise_for_status"))
            or ".assert_" in call.name
        ):
            return True
        for p, n in scene.modules.targets(call.name, path):
            if scene.modules.index(p).facts.scopes[n].asserts:
                return True
    return False


_DATA_NAME = re.compile(
    r"data|feature|preprocess|schema|column|null|missing|clean|split|transform|ingest|duplicate|encod|outlier", re.I
)
_DATA_CALLS = re.compile(
    r"(?:^|\.)(?:read_csv|read_parquet|isnull|isna|notnull|duplicated|columns|expect_\w+|validate|dtypes|DataFrame|load_dataset)$"
)
_MODEL_NAME = re.compile(
    r"model|train|predict|infer|accuracy|overfit|invarian|loss|fit|score|metric|converge|output_shape|behaviou?ral",
    re.I,
)
_MODEL_CALLS = re.compile(
    r"(?:^|\.)(?:predict|predict_proba|fit|train|forward|score|backward|inference|decision_function|transform_and_predict|encode_image|encode_text|generate)$"
)


def _names_data(name: str, path: str, calls: frozenset[str], reaches: bool) -> bool:
    """A test named for data that reaches first-party code, or looks at data itself."""
    named = bool(_DATA_NAME.search(name)) or "/data/" in path or "data" in path.rpartition("/")[2]
    return named and any(_DATA_CALLS.search(call) for call in calls)


_DATA_FILE = re.compile(
    r"(?:^|_)(?:data|features?|preprocess\w*|ingest\w*|etl|clean\w*|transform\w*|dataset|datasets|split\w*|prep)(?:_|\.py$)"
)
_DATA_STEM = re.compile(
    r"(?:^|_)(feature|preprocess|ingest|etl|clean|transform|dataset|split|data)(?=[a-z]*(?:_|\.py$))"
)
_FRAMES = {"pandas", "polars", "pyspark", "numpy", "dask"}


def _reaches_data(scene: Scene, reached: frozenset[ScopeKey]) -> bool:
    """A function of a module named for data that works on frames or arrays."""
    for path, number in reached:
        if number > MAIN and _DATA_FILE.search(path.rpartition("/")[2]):
            if any(i.target.partition(".")[0] in _FRAMES for i in scene.modules.index(path).facts.imports):
                return True
    return False


def _named_after_data_code(path: str, reached: frozenset[ScopeKey]) -> bool:
    """The test's file and the module that it reaches are both named for the same work on data: splitting, features."""
    words = set(_DATA_STEM.findall(path.rpartition("/")[2]))
    return bool(words) and any(
        number > MAIN and words.intersection(_DATA_STEM.findall(target.rpartition("/")[2]))
        for target, number in reached
    )


def _reads_listed(scene: Scene, path: str, number: int) -> bool:
    """The test reads a data file of the repository itself."""
    for call in scene.modules.index(path).calls.get(number, ()):
        if call.name.rpartition(".")[2].startswith("read_") and any(
            isinstance(v, str) and v.removeprefix("./") in scene.project.listed for v in call.args
        ):
            return True
    return False


def _names_model(name: str, calls: frozenset[str], reaches: bool) -> bool:
    return any(_MODEL_CALLS.search(call) for call in calls) and (reaches or bool(_MODEL_NAME.search(name)))


# ---- ratings ----


def ci_arrivals(scene: Scene, path: str, number: int) -> list[Arrival]:
    """Ways by which CI runs a test function on a change."""
    return [
        a
        for a in scene.automation.arrivals(path, number)
        if a.in_test and a.is_automatic and a.run.workflow.provider not in CI_PROVIDERS_EXCLUDED and not a.is_build
    ]


def _kind(scene: Scene, practice: str, cases: list[TestCase], sources: list[SourceTest], text: str) -> Finding:
    evidence = [
        *_cases_evidence(scene, practice, cases, text),
        *r_and_julia_tests.evidence(scene, practice, sources, text),
        *scene.evidence(scene.hits(practice, tests=True), tests=True),
    ]
    return conclude(practice, evidence)


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
    real = [case for case in cases if case.reaches]
    sources = [test for test in source_tests(scene) if test.tests_code]
    text = "asserts on first-party code"
    evidence = list(_cases_evidence(scene, practice, real, text))
    evidence += r_and_julia_tests.evidence(scene, practice, sources, text)
    automated = [e for e in evidence if e.rung is Rung.AUTOMATED]
    if automated and _guards_shipping(scene, real):
        evidence.append(raised(automated[0], "and what ships depends on it"))
    evidence += scene.evidence(h for h in scene.hits(practice) if h.kind in ("r_call", "file"))
    near: list[NearMiss] = []
    if not real:
        for path in scene.automation.test_files:
            if not path.endswith("conftest.py"):
                text = f"{path} has no assertion on first-party code"
                evidence.append(Evidence(practice, Rung.DECLARED, scene.project.files[path].at(1), text))
                near.append(NearMiss(scene.project.files[path].at(1), text))
        evidence += scene.declared(practice)
    return conclude(practice, evidence, near)


_SHIPPING = ("ci.build", "versioning.releases", "deployment.automation", "deployment.packaging")


def _guards_shipping(scene: Scene, cases: list[TestCase]) -> bool:
    """A build, release or deploy command comes after the tests: in a job that needs theirs, or later in the same job."""
    tests = {
        (a.run.key, a.step)
        for case in cases
        for a in ci_arrivals(scene, case.file.path, case.number)
        if a.fails and a.run.fails
    }
    if not tests:
        return False
    return any(comes_after(scene, tests, a) for a in shipping_arrivals(scene))


def shipping_arrivals(scene: Scene) -> list[Arrival]:
    """Runs' arrivals at what builds, releases or deploys."""
    found = []
    for practice in _SHIPPING:
        for hit in scene.hits(practice):
            if hit.kind in ("command", "action"):
                found += [a for a in scene.arrivals(hit) if not a.in_test and not a.is_build]
    return found


def comes_after(scene: Scene, earlier: set[tuple[str, int]], arrival: Arrival) -> bool:
    """`earlier` holds (run, step) of checks whose failure fails their run."""
    for key, step in earlier:
        if key == arrival.run.key and step < arrival.step:
            return True
        if needs(arrival, key):
            return True
        if _follows_workflow(scene, key, arrival):
            return True
    return False


def needs(arrival: Arrival, key: str) -> bool:
    """The run waits for the run `key`, or for the job that calls the workflow in which `key` stands."""
    return any(key == need or key.startswith(need + ">") for need in arrival.run.needs)


def _follows_workflow(scene: Scene, key: str, arrival: Arrival) -> bool:
    """The run starts when the workflow of the check has ended (workflow_run, pipeline resources)."""
    before = scene.automation.runs.get(key)
    if before is None:
        return False
    names = {before.workflow.name, before.path, before.path.rpartition("/")[2].rpartition(".")[0]}
    for trigger in arrival.run.triggers:
        if trigger.kind not in ("workflow_run", "pipeline"):
            continue
        if names & set(trigger.sources):
            return True
        # Azure names pipelines on the server: a source that no file here has is one of this repository's other pipelines
        known = {n for r in scene.automation.runs.values() for n in (r.workflow.name, r.path)}
        if (
            trigger.kind == "pipeline"
            and not known & set(trigger.sources)
            and before.path != arrival.run.path
            and before.on_change
        ):
            return True
    return False


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
    evidence += scene.evidence(scene.hits(practice, tests=True), tests=True)
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
    requests = any(call.startswith(("requests.", "httpx.", "urllib.request")) for call in case.calls)
    if clients or (named and (case.reaches or requests)):
        return True
    known = marks(scene)
    stations = {s for key in case.reaches for s in known.get(key, ())}
    return {"data", "train"} <= stations and "pipeline" in case.scope.name.lower()


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
        text = f"`{' '.join(words[:4])}` tests components together"
        if (
            site.arrival
            and site.arrival.is_automatic
            and site.arrival.run.workflow.provider not in CI_PROVIDERS_EXCLUDED
        ):
            yield Evidence(practice, Rung.AUTOMATED, site.place, text, route=site.arrival.route)
        elif site.arrival is None:
            yield Evidence(practice, Rung.USED, site.place, text)


def coverage(scene: Scene) -> Finding:
    """Configured is used, measured in CI automated, a threshold that fails the run enforced."""
    practice = "testing.coverage"
    evidence = scene.plain(practice, tests=True, in_tests=True)
    options = _pytest_options(scene)
    for site in scene.automation.reach.sites:
        if site.invocation.program in ("pytest", "py.test") and site.arrival and site.arrival.is_automatic:
            if options or any(w.startswith("--cov") for w in site.invocation.arguments):
                place_text = "pytest measures coverage"
                evidence.append(
                    Evidence(practice, Rung.AUTOMATED, site.place, place_text, "pytest-cov", site.arrival.route)
                )
    measured = [e for e in evidence if e.rung is Rung.AUTOMATED]
    threshold = _threshold(scene)
    for item in measured:
        fails = [s for s in scene.automation.reach.sites if s.place == item.place and s.arrival and s.arrival.fails]
        own = [s for s in fails if any(_is_threshold(w) for w in s.command.argv)]
        if own or (threshold and (fails or not item.route)):
            evidence.append(raised(item, "a threshold fails the run"))
    return conclude(practice, evidence)


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
