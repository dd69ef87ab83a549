"""Monitoring: logging, service metrics, kept predictions, drift, performance, freshness, alerting, dashboards."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

from assessor.catalog.words import speaks_of, stem_of
from assessor.facts.commands import Command
from assessor.facts.place import Place
from assessor.facts.project_files import Resource, Service
from assessor.facts.python import MAIN, MODULE, Call, Comparison, PythonFacts
from assessor.findings import Finding, Hop, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.calls import does_nothing
from assessor.lifecycle.deployed_servers import deployed_with, loads_rules, resources, selects_nothing, services
from assessor.lifecycle.deployments import deploying_route
from assessor.lifecycle.drift import own_drift
from assessor.lifecycle.errors import MeasuredError, measured_errors
from assessor.lifecycle.gates import choosing_scopes
from assessor.lifecycle.loggers import own_loggers
from assessor.lifecycle.retraining import conditional_effects, starts_training
from assessor.lifecycle.serving import asks_model
from assessor.lifecycle.stations import marks
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.project.paths import joined
from assessor.scanners import ladder
from assessor.scanners.age import freshness
from assessor.scanners.claims import NONE, Claim, Code, Rule, Statement, Ways, intended, products, seen
from assessor.scanners.kept_predictions import predictions
from assessor.scanners.told_failures import told_failures

RECURRING = Ways(recurring=True)


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the eight practices of monitoring."""
    return ladder.findings(scene, RULES)


def logging(scene: Scene) -> Iterator[Statement]:
    """Used where training or serving modules, not notebooks or tests, write logs through a library."""
    for hit in scene.hits("monitoring.logging", notebooks=False):
        yield seen(hit, counts=NONE)
    for code, name in own_loggers(scene):
        yield Claim(code, f"writes logs by the logger that {name}() makes", "logging", counts=NONE)


def service(scene: Scene) -> Iterator[Statement]:
    """Metrics or traces in code are used; a deployed collector that receives them is automated."""
    practice = "monitoring.service"
    yield from intended(scene, practice)
    collectors = _collectors(scene)
    for hit in scene.hits(practice, notebooks=False):
        if hit.kind == "resource":
            yield seen(hit)  # a collector that a run applies
            continue
        yield seen(hit, counts=NONE)
        if collectors and Rung(hit.proof.rung).height >= Rung.USED.height and hit.scope >= 0:
            text = f"{hit.tool.title}: {hit.proof.text}; {collectors[-1].text} receives them"
            yield Claim(hit, text, hit.tool.id, counts=NONE, carried=collectors)
    for place, image in _measuring_themselves(scene) if collectors else ():
        text = f"{image} tells metrics of its own; {collectors[-1].text} receives them"
        yield Claim(place, text, counts=NONE, carried=collectors)


def _measuring_themselves(scene: Scene) -> Iterator[tuple[Place, str]]:
    """Images of model servers that expose metrics unasked: started by objects and services, or built upon."""
    named = [(file.at(r.line), image) for file, r in resources(scene) for image in r.images]
    named += [(file.at(item.line), item.image) for file, item in services(scene)]
    for file, dockerfile in scene.project.having(lambda f: f.dockerfile, frozenset({Role.FIRST_PARTY})):
        named += [(file.at(stage.line), stage.image) for stage in dockerfile.stages]
    for place, image in named:
        if speaks_of("measures_itself", image):
            yield place, image.rpartition("/")[2]


_SCRAPES = frozenset({"ServiceMonitor", "PodMonitor", "PodMonitoring", "ClusterPodMonitoring"})
"""Objects that an operator in the cluster acts on; the other kinds need a collector that something deploys."""


_CONFIGURES = frozenset({"scrape_config", "otel_collector", "receiver"})


def _collectors(scene: Scene) -> tuple[Hop, ...]:
    """A scrape configuration or agent together with what deploys it (compose, chart, manifest)."""
    for file, resource in resources(scene):
        if _asks_to_be_scraped(resource):
            return (Hop(f"{resource.kind} {resource.name} asks to be scraped", file.at(resource.line)),)
        hop = Hop(f"{resource.kind} {resource.name}".strip(), file.at(resource.line))
        if resource.kind in _SCRAPES and not selects_nothing(scene, resource):
            return (*deployed_with(scene, _is_collector), hop)
        if resource.kind in _CONFIGURES and (deployed := deployed_with(scene, _is_collector, file.path)):
            return (*deployed, hop)
    return deployed_with(scene, _is_agent)


_SCRAPED = ".annotations.prometheus.io/scrape"


def _asks_to_be_scraped(resource: Resource) -> bool:
    """An annotation by which a collector in the cluster finds its targets, as a ServiceMonitor tells it."""
    return resource.system == "kubernetes" and any(
        key.endswith(_SCRAPED) and value.lower() == "true" for key, value, _ in resource.settings
    )


def _is_collector(image: str) -> bool:
    return speaks_of("image_of_collector", image)


def _is_agent(image: str) -> bool:
    return speaks_of("image_of_agent", image)


def _evaluates_alerts(image: str) -> bool:
    return speaks_of("image_of_alerting", image)


def _shows_dashboards(image: str) -> bool:
    return speaks_of("image_of_dashboards", image)


# ---- drift ----


def drift(scene: Scene) -> Iterator[Statement]:
    """Drift between reference and current data computed by code; in a run automated; with an alert or retraining
    enforced."""
    practice = "monitoring.drift"
    yield from intended(scene, practice)
    served = _served(scene)
    for hit in scene.hits(practice):
        acts = partial(_acts, scene, hit.file)
        yield seen(hit, raised_by=acts, carried=served.get(hit.file.path, ()))
    for file, number, line, text in own_drift(scene):
        acts = partial(_acts, scene, file)
        yield Claim(Code(file, number, line), text, raised_by=acts, carried=served.get(file.path, ()))


def _served(scene: Scene) -> dict[str, tuple[Hop, ...]]:
    """Files of a service that a container starts, and what they import, with the route."""
    found: dict[str, tuple[Hop, ...]] = {}
    for hit in scene.hits("deployment.serving", notebooks=False):
        if hit.kind in ("call", "decorator") and hit.scope >= 0 and hit.file.path not in found:
            hop = Hop(f"served by {hit.file.path}", hit.place)
            route = (hop,) if _is_started(scene, hit.file.path) else _in_deployed_image(scene, hit.file.path, hop)
            for path in (hit.file.path, *scene.modules.imported(hit.file.path)) if route else ():
                found.setdefault(path, route)
    return found


def _in_deployed_image(scene: Scene, path: str, last: Hop) -> tuple[Hop, ...]:
    """The route by which automation brings out the image that starts the file; empty where none builds and deploys it."""
    for file, dockerfile in scene.project.having(lambda f: f.dockerfile, frozenset({Role.FIRST_PARTY})):
        if any(_names(command, path) for command in dockerfile.entry):
            ways = scene.automation.reach.files.get(file.path, ())
            if any(way.is_automatic and way.hop is not None and not way.in_test for way in ways):
                route = _deployed_services(scene)
                return (*route, Hop(f"starts {path}", file.at(1)), last) if route else ()
    return ()


def _deployed_services(scene: Scene) -> tuple[Hop, ...]:
    """The route by which automation brings services out."""
    return deploying_route(scene, lambda item: item.brings_services)


def _names(command: Command, path: str) -> bool:
    """The command names the file by a path."""
    return any(len(word) > 3 and f"/{path}".endswith("/" + word.lstrip("./")) for word in command.argv)


def _is_started(scene: Scene, path: str) -> bool:
    """The command of a container names the file."""
    stem = path.rpartition("/")[2].removesuffix(".py")
    return any(stem in command.text for _, item in services(scene) for command in item.command)


def _acts(scene: Scene, file: ProjectFile, _: Sequence[Arrival]) -> str | None:
    """Under a condition on drift the file, or one that imports it, alerts someone, starts retraining or fails its run."""
    alerts = {h.file.path for h in scene.hits("monitoring.alerting", notebooks=False) if h.kind == "call"}
    near = [f for f in scene.project.code_files if f.path == file.path or file.path in scene.modules.imported(f.path)]
    drifts = _drift_functions(scene)
    chosen = {(f.path, n) for f, n, _, _ in own_drift(scene)} & set(choosing_scopes(scene))
    starts = {h.file.path for h in scene.hits("training.trigger", notebooks=False) if h.kind == "call"}
    if any(path == file.path for path, _ in chosen) and any(other.path in starts | alerts for other in near):
        return "and its result alerts or retrains"
    if file.path in alerts or any(_acts_on_drift(scene, other.path, drifts) for other in near):
        return "and its result alerts or retrains"
    return "and its alarm starts training" if _an_alarm_trains(scene) else None


def _drift_functions(scene: Scene) -> set[str]:
    """The last words of functions that compute drift, themselves or by a product."""
    found = [(f, n) for f, n, _, _ in own_drift(scene)]
    found += [(h.file, h.scope) for h in scene.hits("monitoring.drift", notebooks=False) if h.scope > MAIN]
    return {file.code.scopes[number].name.rpartition(".")[2] for file, number in found if file.code}


def _an_alarm_trains(scene: Scene) -> bool:
    """A run that an alarm starts reaches training."""
    runs = (way.run for hit in scene.hits("training.scripted") for way in scene.arrivals(hit))
    events = (t for run in runs for t in run.triggers if t.kind == "event" and t.is_active)
    return any(speaks_of("alarm", source) for trigger in events for source in trigger.sources)


def _acts_on_drift(scene: Scene, path: str, drifts: set[str]) -> bool:
    facts = scene.modules.index(path).facts
    if any(_asks_for_drift(facts, c, drifts) and _is_acted_on(scene, c, path) for c in facts.comparisons + facts.tests):
        return True
    return any(
        _guarded_by_drift(facts, scope) and any(_tells(scene, effect, path) for effect in effects)
        for effects, _, scope in conditional_effects(scene, path)
    )


def _asks_for_drift(facts: PythonFacts, condition: Comparison, drifts: set[str]) -> bool:
    """A name in the condition, or its function's, speaks of drift, or the function calls what computes it."""
    names = (*condition.names, facts.scopes[condition.scope].name)
    if any(speaks_of("sign_of_drift", name) for name in names):
        return True
    return any(c.name.rpartition(".")[2] in drifts for c in facts.calls if c.scope == condition.scope)


def _is_acted_on(scene: Scene, condition: Comparison, path: str) -> bool:
    """The run fails by the condition, or someone is told."""
    effects = (*condition.effects, *condition.follows)
    return condition.outcome in ("raise", "exit") or any(_tells(scene, effect, path) for effect in effects)


def _guarded_by_drift(facts: PythonFacts, scope: int) -> bool:
    return any(speaks_of("sign_of_drift", g.name) for c in facts.calls if c.scope == scope for g in c.guards)


def _tells(scene: Scene, effect: str, path: str) -> bool:
    """Someone is told, or a training starts."""
    last = effect.rpartition(".")[2]
    if does_nothing(scene, effect, path):
        return False
    if speaks_of("tells_someone", last) or _posts(effect) or starts_training(scene, effect, path):
        return True
    tells = {(hit.file.path, hit.scope) for hit in scene.hits("monitoring.alerting", notebooks=False)}
    return any(target in tells for target in scene.modules.targets(effect, path))


def _posts(name: str) -> bool:
    root, _, last = name.partition(".")
    return speaks_of("posts", last or root) and speaks_of("web_client", root)


# ---- performance ----


def performance(scene: Scene) -> Iterator[Statement]:
    """Predictions compared with later labels, or production quality logged; on a schedule or in the service automated."""
    practice = "monitoring.performance"
    yield from products(scene, practice)
    drifting = {hit.file.path for hit in scene.hits("monitoring.drift")}
    for hit in scene.hits("experiments.evaluation"):
        if hit.scope < 0 or hit.file.code is None:
            continue
        with_drift = hit.tool.category == "drift_monitoring" and hit.file.path in drifting
        if with_drift or _of_production(scene, hit) or _joins_labels(scene, hit):
            name = hit.file.code.scopes[hit.scope].name
            yield Claim(hit, f"{name} compares predictions with what came true", hit.tool.id, counts=RECURRING)
    yield from _errors_later(scene)
    yield from _joined_by_queries(scene)


def _joined_by_queries(scene: Scene) -> Iterator[Claim]:
    """Queries that join what was predicted with what came true, of a function that is named for a measure of quality."""
    served: dict[str, tuple[Hop, ...]] | None = None
    for file in scene.project.code_files:
        facts = scene.modules.index(file.path).facts
        for text in facts.texts if file.role is Role.FIRST_PARTY else ():
            name = facts.scopes[text.scope].name
            if _joins_truth(text.value) and (speaks_of("metric", name) or speaks_of("watches_production", name)):
                served = _served(scene) if served is None else served
                told = f"{name} joins what was predicted with what came true"
                carried = served.get(file.path, ())
                yield Claim(Code(file, text.scope, text.line), told, counts=RECURRING, carried=carried)


def _joins_truth(query: str) -> bool:
    """A query over a table of predictions and one of what came later."""
    words = query[:_LONGEST_QUERY].lower().split()
    if words[:1] not in (["select"], ["with"]) or "join" not in words:
        return False
    tables = [name for word, name in pairwise(words) if word in ("from", "join")]
    later = [name for name in tables if speaks_of("label_that_came_later", name)]
    return bool(later) and any("prediction" in name for name in tables if name not in later)


_LONGEST_QUERY = 5_000


def _errors_later(scene: Scene) -> Iterator[Claim]:
    """Figures made by arithmetic of what was predicted earlier."""
    for error in measured_errors(scene):
        if error.file.role is Role.FIRST_PARTY and (error.is_of_kept or _of_production(scene, error)):
            text = f"{error.function} compares predictions with what came true"
            yield Claim(Code(error.file, error.scope, error.line), text, counts=RECURRING)


def _of_production(scene: Scene, hit: Hit | MeasuredError) -> bool:
    """The function, or the file that it stands in, is named for production quality; or its folder is, and it is handed
    predictions or later labels. It reads rows kept elsewhere, and its file trains nothing."""
    code = hit.file.code
    assert code is not None
    scope = code.scopes[hit.scope]
    named = speaks_of("watches_production", scope.name) or speaks_of("watches_production", stem_of(hit.file.path))
    given = any(speaks_of("judged_later", name) for name in scope.parameters)
    named = named or (given and speaks_of("watches_production", hit.file.path))
    return named and not hit.file.is_notebook and not _trains(scene, hit.file) and _reads_rows(scene, hit)


def _trains(scene: Scene, file: ProjectFile) -> bool:
    return any("train" in stations for (path, _), stations in marks(scene).items() if path == file.path)


def _reads_rows(scene: Scene, hit: Hit | MeasuredError) -> bool:
    """What is measured comes from outside the function: read there, or handed in."""
    code = hit.file.code
    assert code is not None
    calls = scene.modules.index(hit.file.path).calls.get(hit.scope, ())
    given = [name for name in code.scopes[hit.scope].parameters if name not in ("self", "cls")]
    return bool(given) or any(speaks_of("reads_stored", call.name.rpartition(".")[2]) for call in calls)


def _joins_labels(scene: Scene, hit: Hit) -> bool:
    """The function reads stored predictions and the labels that came later; it neither trains nor predicts itself."""
    index = scene.modules.index(hit.file.path)
    texts = [t.value.lower() for t in index.texts.get(hit.scope, ())]
    paths = [text for text in texts if "." in text or "/" in text]
    if not any("prediction" in text for text in paths):
        return False
    if not any(speaks_of("label_that_came_later", text) for text in paths):
        return False
    trains = "train" in marks(scene).get((hit.file.path, hit.scope), frozenset())
    return not trains and not any(map(asks_model, index.calls.get(hit.scope, ())))


# ---- alerting ----


def alerting(scene: Scene) -> Iterator[Statement]:
    """Alert rules or notification code are used; deployed or wired into automation, automated."""
    yield from intended(scene, "monitoring.alerting")
    stack = deploying_route(scene, lambda item: item.hit is not None and "cloudformation" in item.hit.text.lower())
    for hit in scene.hits("monitoring.alerting"):
        in_stack = hit.kind == "resource" and any(r.system == "cloudformation" for r in hit.file.facts.resources)
        if _is_silent(hit):
            yield seen(hit, at_least=Rung.DECLARED, counts=NONE)
        else:
            yield seen(hit, carried=stack if in_stack else ())
    yield from _loaded_rules(scene)
    yield from _own_alerts(scene)
    yield from _failure_mails(scene)
    yield from told_failures(scene)


def _is_silent(hit: Hit) -> bool:
    """A receiver that reaches no one, a rule that is paused."""
    resources = hit.file.facts.resources if hit.kind == "resource" else ()
    return any(r.line == hit.place.line and r.system in _OF_SERVERS and not r.is_active for r in resources)


_OF_SERVERS = frozenset({"alertmanager", "grafana"})


def _loaded_rules(scene: Scene) -> Iterator[Claim]:
    """Alert rules beside a Prometheus, Alertmanager or Grafana that compose or a manifest deploys."""
    ways = [(file, resource) for file, resource in resources(scene) if resource.kind in _RECEIVES]
    last = [(file, resource) for file, resource in ways if resource.kind != "alerting"] or ways
    told = any(_receives(scene, file, resource) for file, resource in last)
    for file, resource in resources(scene):
        is_read = resource.kind == "alert_rule" and (resource.system != "prometheus" or loads_rules(scene, file))
        if is_read and (deployed := deployed_with(scene, _evaluates_alerts, file.path)):
            route = (*deployed, Hop(f"alert {resource.name}", file.at(resource.line))) if told else ()
            text = "a deployed server loads the alert rules" + ("" if told else ", nobody receives them")
            yield Claim(file.at(resource.line), text, resource.system, counts=NONE, carried=route)
            return


def _receives(scene: Scene, file: ProjectFile, resource: Resource) -> bool:
    """It reaches someone, and a server is given it; an operator finds what is an object of the cluster itself."""
    is_object = resource.system == "kubernetes"
    return resource.is_active and (is_object or bool(deployed_with(scene, _evaluates_alerts, file.path)))


_RECEIVES = frozenset({"receiver", "contact_point", "alerting", "AlertmanagerConfig"})
"""What says where alerts go: Alertmanager's and Grafana's receivers, or, where none is here, a sender that Prometheus knows."""

_ON_FAILURE = frozenset({"on_failure_callback", "on_failure"})
_MAILS = "email_on_failure"


def _failure_mails(scene: Scene) -> Iterator[Claim]:
    """An orchestrator that mails or calls back when a task fails (Airflow's email_on_failure, on_failure_callback)."""
    starts = {
        run.path: run for run in scene.automation.runs.values() if run.workflow.provider == "code" and run.is_automatic
    }
    for file in scene.project.code_files:
        found = _failures_told(scene.modules.index(file.path).facts)
        if found:
            run = starts.get(file.path)
            route = (*run.hops, Hop("on failure", file.at(found[0][0]))) if run else ()
            text = "someone is told when a task of the pipeline fails"
            yield Claim(file.at(found[0][0]), text, counts=NONE, carried=route)
            scopes = [(line, scope) for line, scope in found if scope > MAIN]
            yield from (Claim(Code(file, scope, line), text) for line, scope in scopes)


def _failures_told(facts: PythonFacts) -> list[tuple[int, int]]:
    """(line, the function of the flow that tells it, or the module)."""
    known = {c.name: c.value for c in facts.constants}
    mails = (c for c in facts.constants if c.name.endswith(_MAILS) and c.value is True)
    found = [(c.line, MODULE) for c in mails if not _goes_to_nobody(c.name, known)]
    calls = [(call, MODULE) for call in facts.calls]
    calls += [(decorator, n) for n, scope in enumerate(facts.scopes) for decorator in scope.decorators]
    return [*found, *((call.line, scope) for call, scope in calls if _tells_failure(call))]


def _tells_failure(call: Call) -> bool:
    """A keyword says who is told of a failure, or that somebody is."""
    given = dict(call.keywords)
    for name, value in call.keywords:
        last = name.rpartition(".")[2]
        if (last == _MAILS and value is True and not _goes_to_nobody(name, given)) or (
            last in _ON_FAILURE and value is not None
        ):
            return True
    return False


def _goes_to_nobody(name: str, given: Mapping[str, object]) -> bool:
    """The addresses beside the setting are an empty list."""
    return given.get(name.removesuffix(_MAILS) + "email", "some") in ("", (), None)


_LINES_OF_A_CALL = 4


def _own_alerts(scene: Scene) -> Iterator[Claim]:
    """A message posted to a channel's webhook under a condition, or by a function named for alerts."""
    for file in scene.project.code_files:
        facts = scene.modules.index(file.path).facts
        for call in facts.calls:
            if _posts(call.name) and _is_told(facts, call) and _goes_to_channel(facts, call):
                text = f"{facts.scopes[call.scope].name} posts to a channel"
                yield Claim(Code(file, call.scope, call.line), text)


def _is_told(facts: PythonFacts, call: Call) -> bool:
    """The call stands under a condition, or in a function named for telling someone."""
    effects = {e for c in facts.comparisons if c.scope == call.scope for e in c.effects}
    return bool(call.guards) or call.name in effects or speaks_of("tells_someone", facts.scopes[call.scope].name)


def _goes_to_channel(facts: PythonFacts, call: Call) -> bool:
    """A text or constant of the call is the address of a channel."""
    constants = {c.name: str(c.value) for c in facts.constants}
    last_line = call.line + _LINES_OF_A_CALL
    near = [t.value for t in facts.texts if t.scope == call.scope and call.line <= t.line <= last_line]
    near += [constants.get(name, name) for name in call.names]
    return any(speaks_of("channel", text) for text in near)


# ---- dashboards ----


def dashboards(scene: Scene) -> Iterator[Statement]:
    """Dashboard definitions are used; provisioned by the deployment, automated."""
    yield from products(scene, "monitoring.dashboards", notebooks=False)
    for hit in scene.hits("deployment.serving", notebooks=False):
        if "page" in hit.tool.traits and hit.file.code and _watches(hit.file, hit.file.code):
            text = f"{hit.file.path} is a monitoring page"
            shown = _composed(scene, hit.file.path, hit.place)
            shown = shown or _in_deployed_image(scene, hit.file.path, Hop(hit.file.path, hit.place))
            yield Claim(hit, text, hit.tool.id, carried=shown)
    for file, calls in scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY})):
        page = next((c for c in calls if c.name == "library" and speaks_of("page_of_r", c.arguments)), None)
        if page and speaks_of("monitoring_page", file.path):
            text = f"{file.path} is a monitoring page"
            yield Claim(file.at(page.line), text, page.arguments, counts=NONE)
    yield from _provisioned(scene)


_WATCHED = 2
"""Different things that a page must show to be one that watches; one alone stands in many a demo."""


def _watches(file: ProjectFile, code: PythonFacts) -> bool:
    """The page shows signs of a running model: drift, alerts, fairness, measures. What its folder is called helps only
    beside one of these."""
    texts = (*(t.value for t in code.texts), *(v for call in code.calls for v in call.args if isinstance(v, str)))
    shown = {word for text in texts for word in _signs(text)}
    return len(shown) >= _WATCHED or (bool(shown) and speaks_of("monitoring_page", file.path))


_LONGEST_SIGN = 200
"""Characters of a text within which it is a title, a label or a path; longer ones are prose or queries."""


def _signs(text: str) -> Iterator[str]:
    if len(text) <= _LONGEST_SIGN:
        for word in text.replace("/", " ").replace("_", " ").replace(".", " ").replace("-", " ").split():
            if speaks_of("sign_on_a_monitor", word):
                yield word.lower().rstrip("s:")


def _composed(scene: Scene, path: str, place: Place) -> tuple[Hop, ...]:
    """The route from a compose service that starts the page; empty where none does."""
    for file, item in services(scene):
        for command in item.command or _entry_of_build(scene, file, item):
            if _names(command, path):
                return (Hop(f"service {item.name}", file.at(item.line)), Hop(path, place))
    return ()


def _entry_of_build(scene: Scene, file: ProjectFile, item: Service) -> tuple[Command, ...]:
    """What the image that a compose service builds starts."""
    folder = joined(posixpath.dirname(file.path), item.build)
    built = scene.project.files.get(joined(folder, item.dockerfile or "Dockerfile")) if item.build else None
    return built.facts.dockerfile.entry if built and built.facts.dockerfile else ()


def _provisioned(scene: Scene) -> Iterator[Claim]:
    """Grafana dashboards that a compose service mounts or a provider file names."""
    found = [(f, r) for f, r in resources(scene) if r.system == "grafana"]
    boards = [(f, r) for f, r in found if r.kind == "dashboard"]
    providers = [(f, r) for f, r in found if "provider" in r.kind]
    shown = [(file, board) for file, board in boards if deployed_with(scene, _shows_dashboards, file.path)]
    told = [(f, p, way) for f, p in providers if (way := deployed_with(scene, _shows_dashboards, f.path))]
    if shown and told:
        (file, board), (provider_file, provider, deployed) = shown[0], told[0]
        place = file.at(board.line)
        hops = (Hop("dashboard provider", provider_file.at(provider.line)), Hop(board.name, place))
        yield Claim(place, "Grafana provisions the dashboard", "grafana", counts=NONE, carried=(*deployed, *hops))


RULES: dict[str, Rule] = {
    "monitoring.logging": logging,
    "monitoring.service": service,
    "monitoring.predictions": lambda scene: predictions(scene, _deployed_services(scene)),
    "monitoring.drift": drift,
    "monitoring.performance": performance,
    "monitoring.freshness": freshness,
    "monitoring.alerting": alerting,
    "monitoring.dashboards": dashboards,
}
