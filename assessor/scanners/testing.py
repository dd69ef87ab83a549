"""Testing: unit, data, model, integration, coverage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from assessor.catalog.programs import programs
from assessor.catalog.words import cut, speaks_of, speaks_of_any
from assessor.facts.place import Place
from assessor.findings import Finding, NearMiss, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene, once
from assessor.lifecycle.asked_servers import asks_itself, tests_that_ask
from assessor.lifecycle.deployments import deploying_ways
from assessor.lifecycle.endpoint_checks import asked_after_deployment, commands_after_deployment
from assessor.lifecycle.local_requests import asks_this_machine, starts_service
from assessor.lifecycle.order import Position, comes_after, is_ci, positions, shipping_arrivals
from assessor.lifecycle.source_tests import SourceTest, source_tests
from assessor.lifecycle.stations import marks
from assessor.lifecycle.test_cases import TestCase, test_cases
from assessor.lifecycle.test_clients import asks_a_given_client
from assessor.project.arrivals import ActionSite, Arrival, Site
from assessor.project.closure import is_test_scope
from assessor.project.model import LIVE_ROLES, ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.claims import (
    IN_CI,
    NONE,
    TESTED_IN_CI,
    WITH_TESTS,
    Claim,
    Code,
    Raising,
    Reached,
    Rule,
    Statement,
    Written,
    at_command,
    intended,
    place_of,
    products,
    seen,
)


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the five practices of testing."""
    return ladder.findings(scene, RULES)


# ---- cases ----


def data(scene: Scene) -> Iterator[Statement]:
    """Tests of data or of the code that makes features; in CI, automated."""
    text = "exercises data or feature code"
    yield from _cases(scene, lambda case: case.tests_data, lambda test: test.tests_data, text)
    yield from (seen(hit, counts=WITH_TESTS) for hit in _of_tests(scene, "testing.data"))


def model(scene: Scene) -> Iterator[Statement]:
    """Tests of the model; in CI, automated."""
    yield from _cases(scene, lambda case: case.tests_model, lambda test: test.tests_model, "tests the model")
    yield from (claim for claim in _asked(scene) if asks_itself(scene, place_of(claim.subject).path))
    yield from (seen(hit, counts=WITH_TESTS) for hit in _of_tests(scene, "testing.model"))


def _cases(
    scene: Scene,
    wanted: Callable[[TestCase], bool],
    of_source: Callable[[SourceTest], bool],
    text: str,
    raised_by: Raising | None = None,
) -> Iterator[Claim]:
    """Collected tests of the kind wanted, and test files of other languages."""
    for case in test_cases(scene):
        if wanted(case):
            subject, shown = Code(case.file, case.number, case.scope.line), f"{case.scope.name}() {text}"
            yield Claim(subject, shown, "pytest", counts=TESTED_IN_CI, raised_by=raised_by)
    for test in source_tests(scene):
        if of_source(test):
            shown = f"{test.file.path.rpartition('/')[2]} {text}"
            yield Claim(Written(test.file, test.line), shown, test.tool, counts=TESTED_IN_CI, raised_by=raised_by)


def _of_tests(scene: Scene, practice: str) -> list[Hit]:
    """Products that test: in Python only inside a collected test, since a comparison elsewhere tests nothing."""
    return [hit for hit in scene.hits(practice, tests=True) if hit.scope < 0 or _in_test(scene, hit)]


def _in_test(scene: Scene, hit: Hit) -> bool:
    if hit.in_notebook or hit.file.code is None:
        return False
    return hit.in_test or is_test_scope(hit.file.code.scopes[hit.scope])


def unit(scene: Scene) -> Iterator[Statement]:
    """Real tests are used; in CI, automated; where build, release or deploy jobs depend on them, enforced."""
    practice = "testing.unit"
    held = partial(_guards_shipping, scene)
    text = "asserts on first-party code"
    yield from _cases(scene, _is_real, lambda test: test.tests_code, text, held)
    has_real = any(map(_is_real, test_cases(scene)))
    if not has_real:
        yield from _without_assertions(scene)
        yield from _run_without_tests(scene)
        yield from intended(scene, practice)
    for hit in scene.hits(practice):
        if hit.kind in ("r_call", "file") or (hit.kind == "setting" and not has_real):
            yield seen(hit)


def _is_real(case: TestCase) -> bool:
    return bool(case.reaches) or case.product.runs


def _without_assertions(scene: Scene) -> Iterator[Claim | NearMiss]:
    for path in (*scene.automation.test_files, *_scripts_called_tests(scene)):
        if not path.endswith("conftest.py"):
            place, text = scene.project.files[path].at(1), f"{path} has no assertion on first-party code"
            if path in scene.automation.idle_tests:
                text = f"a conftest lets no test of {path} run"
            yield Claim(place, text, at_least=Rung.DECLARED)
            yield NearMiss(place, text)


def _run_without_tests(scene: Scene) -> Iterator[Claim]:
    """Commands of runs that call pytest or its like where there is nothing to run."""
    for site in scene.automation.reach.sites:
        if speaks_of("test_framework", site.invocation.program):
            text = f"{site.invocation.program} is run, and there is no test that asserts anything"
            yield Claim(site.place, text, at_least=Rung.DECLARED)


def _scripts_called_tests(scene: Scene) -> list[str]:
    """Modules that are called tests, collect none, and at least call a service or a test framework."""
    known = set(scene.automation.test_files)
    return [
        file.path
        for file in scene.project.ordered
        if file.path not in known
        and file.facts.python
        and file.path.endswith(".py")
        and speaks_of("test_script", file.path.rpartition("/")[2].removesuffix(".py"))
        and any(_calls_or_tests(imported.target) for imported in file.facts.python.imports)
        and file.role in LIVE_ROLES
    ]


def _calls_or_tests(module: str) -> bool:
    """A client of services or a framework for tests."""
    return speaks_of_any(("web_client", "test_framework"), module.partition(".")[0])


def _guards_shipping(scene: Scene, ways: Sequence[Arrival]) -> str | None:
    """A build, release or deploy command comes after the tests: in a job that needs theirs, or later in the same job."""
    tests = frozenset(positions(scene, ways))
    return "and what ships depends on it" if _ships_after(scene, tests) else None


@once
def _ships_after(scene: Scene, tests: frozenset[Position]) -> bool:
    shipping = [*shipping_arrivals(scene), *deploying_ways(scene)]
    return any(comes_after(scene, tests, later) for later in shipping)


# ---- integration ----


def _asked(scene: Scene) -> Iterator[Claim]:
    """Tests that ask a server which their own job or target has started."""
    for place, ways, server in tests_that_ask(scene):
        if place.path in scene.automation.test_files:
            text = f"asks {server}, which is started before it"
            yield Claim(Reached(place, ways), text, "pytest", counts=TESTED_IN_CI)


def integration(scene: Scene) -> Iterator[Statement]:
    """An API client against the app, a pipeline run, a compose test: used, and in CI automated."""
    yield from _cases(
        scene, partial(_integrates, scene), partial(_integrates_sources, scene), "tests components together"
    )
    yield from _asked(scene)
    yield from (seen(hit, counts=WITH_TESTS) for hit in _of_tests(scene, "testing.integration"))
    yield from _scripted(scene)
    yield from _called_services(scene)
    for code, ways in asked_after_deployment(scene):
        text = "a stage behind the deployment asks the deployed model"
        yield Claim(Reached(code.file.at(code.line), ways), text, at_least=Rung.ABSENT, counts=IN_CI)
    for place, ways in commands_after_deployment(scene):
        text = "a job behind the deployment asks the deployed model"
        yield Claim(Reached(place, ways), text, at_least=Rung.ABSENT, by_hand=Rung.USED, counts=IN_CI)


def _called_services(scene: Scene) -> Iterator[Claim]:
    """A CI job that starts the project's services and then calls them."""
    started: dict[str, int] = {}
    for site in scene.automation.reach.sites:
        way = site.arrival
        if way is None or not way.is_automatic or not is_ci(way) or site.command.is_remote:
            continue
        if starts_service(site):
            started.setdefault(way.run.key, site.place.line)
        elif asks_this_machine(site) and site.place.line > started.get(way.run.key, 10**9):
            yield Claim(at_command(site), "CI starts the service and calls it", at_least=Rung.ABSENT, counts=IN_CI)


def _integrates(scene: Scene, case: TestCase) -> bool:
    if case.product.together or any(speaks_of("test_client", call.rpartition(".")[2]) for call in case.calls):
        return True
    if asks_a_given_client(scene, case):
        return True
    if _named_integration(case) and (case.reaches or any(map(_requests, case.calls))):
        return True
    return _runs_pipeline(scene, case)


def _integrates_sources(scene: Scene, test: SourceTest) -> bool:
    """A test file of another language than Python whose folder or name says so, or that runs the project's pipeline. A name
    that it has of the file under test (`integration_response_test.go`) says nothing of the test."""
    folder, _, name = test.file.path.rpartition("/")
    if test.runs_pipeline or speaks_of("integration", folder):
        return True
    if test.tool == "ruby-test" and speaks_of("whole_stack_specs", folder):
        return True
    return speaks_of("integration", name) and cut(name).split()[:-2] not in _stems(scene)


@once
def _stems(scene: Scene) -> list[list[str]]:
    """The words of the names of all files, without their endings."""
    return [cut(file.path.rpartition("/")[2]).split()[:-1] for file in scene.project.ordered]


def _requests(call: str) -> bool:
    return call.startswith(("requests.", "httpx.", "urllib.request"))


def _runs_pipeline(scene: Scene, case: TestCase) -> bool:
    """It goes through preparation and training, and is a test of the whole."""
    known = marks(scene)
    stations = {station for key in case.reaches & known.keys() for station in known[key]}
    whole = len(stations & {"data", "train", "evaluate", "register", "deploy", "predict"}) >= 4
    return {"data", "train"} <= stations and (whole or "pipeline" in case.scope.name.lower())


def _named_integration(case: TestCase) -> bool:
    """Its folder, file or name says so; a word that names the code under test (`acceptance.py`) says nothing of the test."""
    folder, _, file_name = case.file.path.rpartition("/")
    if speaks_of("integration", folder):
        return True
    modules = {path for path, _ in case.reaches}
    subjects = [path.rpartition("/")[2].removesuffix(".py").lower() for path in modules]
    words = cut(f"{file_name} {case.scope.name}").split()
    own = (word for word in words if len(word) < 3 or not any(word in subject for subject in subjects))
    return speaks_of("integration", " ".join(own))


def _scripted(scene: Scene) -> Iterator[Claim]:
    """A script or target named so that starts services or calls them, and a compose or curl check in CI."""
    for site in (*scene.automation.reach.sites, *scene.automation.idle_sites):
        if _tests_together(scene, site):
            text = f"`{' '.join(site.invocation.words[:4])}` tests components together"
            at_least = Rung.ABSENT if site.arrival else Rung.USED
            yield Claim(at_command(site), text, at_least=at_least, counts=IN_CI)


def _tests_together(scene: Scene, site: Site) -> bool:
    invocation = site.invocation
    words = invocation.words[:3]
    if invocation.script or invocation.module:  # what options of an own program are called says nothing of a test
        words = tuple(word for word in words if not word.startswith("-"))
    subject = " ".join((invocation.script, invocation.module, *words))
    if not speaks_of("integration", subject.replace("acceptance", "")):  # a model's acceptance is a gate
        return False
    if invocation.program == "pytest":
        return _finds_tests(scene, invocation.arguments)
    return invocation.program in programs().check_together or scene.automation.started_file(site) is not None


def _finds_tests(scene: Scene, arguments: tuple[str, ...]) -> bool:
    """Below the folders that pytest is given there is a module of tests, or no folder is given whose name is known."""
    folders = [word.rstrip("/") for word in arguments if "/" in word and word[0] not in "-$"]
    modules = [path for path in scene.project.listed if _is_test_module(path.rpartition("/")[2])]
    # wherever it stands: the command may run in another folder than the root
    return not folders or any(f"/{folder.lstrip('./')}" in f"/{path}" for path in modules for folder in folders)


def _is_test_module(name: str) -> bool:
    """By the rule of pytest's python_files: test_*.py and *_test.py."""
    return name.endswith("_test.py") or (name.startswith("test_") and name.endswith(".py"))


# ---- coverage ----


def coverage(scene: Scene) -> Iterator[Statement]:
    """Configured is used, measured in CI automated, a threshold that fails the run enforced; without a test to measure,
    declared."""
    measured = [*products(scene, "testing.coverage", tests=True, counts=WITH_TESTS), *_by_pytest(scene)]
    has_tests, threshold = _has_tests(scene), _has_threshold(scene)
    for claim in measured:
        if has_tests:
            held = partial(_threshold_fails, scene, threshold, place_of(claim.subject))
            yield replace(claim, raised_by=held)
        else:
            yield replace(claim, at_least=Rung.DECLARED, counts=NONE)


def _by_pytest(scene: Scene) -> Iterator[Claim]:
    options = _pytest_options(scene)
    for site in scene.automation.reach.sites:
        if site.invocation.program in ("pytest", "py.test"):
            if options or any(word.startswith("--cov") for word in site.invocation.arguments):
                text = "pytest measures coverage"
                yield Claim(at_command(site), text, "pytest-cov", Rung.ABSENT, counts=WITH_TESTS)


def _threshold_fails(scene: Scene, threshold: bool, place: Place, _: Sequence[Arrival]) -> str | None:
    """The command of the place can fail and has a threshold of its own, or the settings have one."""
    fails = [site for site in _sites_at(scene).get(place, ()) if site.arrival and site.arrival.stops_run]
    own = any(_is_threshold(word) for site in fails for word in site.command.argv)
    own = own or any(_has_limit(action) for action in scene.automation.reach.actions if action.place == place)
    return "a threshold fails the run" if own or (threshold and fails) else None


def _has_limit(action: ActionSite) -> bool:
    """A step that fails where coverage is below a limit which it is given."""
    limits = [value for name, value in action.step.inputs if speaks_of("coverage_limit", name)]
    return action.arrival.stops_run and any(value.lower() not in _NO_LIMIT for value in limits)


_NO_LIMIT = ("", "0", "0.0", "false")


@once
def _sites_at(scene: Scene) -> Mapping[Place, list[Site]]:
    found: dict[Place, list[Site]] = defaultdict(list)
    for site in scene.automation.reach.sites:
        found[site.place].append(site)
    return found


def _has_tests(scene: Scene) -> bool:
    """There is a test of which the coverage could be measured, in any language."""
    tests = [scene.project.files[path] for path in scene.automation.test_files if not path.endswith("conftest.py")]
    if any(is_test_scope(scope) for file in tests if file.code for scope in file.code.scopes):
        return True
    return bool(source_tests(scene)) or any(map(_tests_in_other_language, scene.project.ordered))


def _tests_in_other_language(file: ProjectFile) -> bool:
    calls = file.facts.source_calls
    return file.role is Role.TEST and bool(calls) and not file.path.endswith((".py", ".md", ".txt"))


def _is_threshold(word: str) -> bool:
    name, _, value = word.partition("=")
    return name in ("--cov-fail-under", "--fail-under") and value not in ("0", "0.0")


def _pairs(options: str) -> Iterator[str]:
    """Each option of a line with the value that stands behind it, joined by `=`."""
    words = options.split()
    for word, following in pairwise((*words, "")):
        yield word if "=" in word else f"{word}={following}"


def _pytest_options(scene: Scene) -> bool:
    return any(
        "--cov" in setting.value
        for _, settings in scene.project.having(lambda f: f.settings)
        for setting in settings
        if setting.key.endswith("addopts") or ".addopts." in setting.key
    )


def _has_threshold(scene: Scene) -> bool:
    """The settings of coverage or pytest fail below a limit."""
    for _, settings in scene.project.having(lambda f: f.settings):
        for setting in settings:
            key = setting.key.lower()
            if key.endswith("fail_under") and setting.value not in ("0", "0.0", ""):
                return True
            if (key.endswith("addopts") or ".addopts." in key) and any(map(_is_threshold, _pairs(setting.value))):
                return True
    return False


RULES: dict[str, Rule] = {
    "testing.unit": unit,
    "testing.data": data,
    "testing.model": model,
    "testing.integration": integration,
    "testing.coverage": coverage,
}
