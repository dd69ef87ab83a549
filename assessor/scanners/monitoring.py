"""Monitoring: logging, service metrics, kept predictions, drift, performance, freshness, alerting, dashboards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.place import Place
from assessor.findings import Evidence, Finding, Hop, Rung
from assessor.hits.hit import Hit
from assessor.hits.scene import Scene
from assessor.lifecycle.deployments import deploying_route
from assessor.lifecycle.drift import own_drift
from assessor.lifecycle.order import best
from assessor.lifecycle.retraining import conditional_effects, starts_training
from assessor.lifecycle.stations import marks
from assessor.project.arrivals import Arrival
from assessor.project.model import ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.age import freshness
from assessor.scanners.kept_predictions import predictions
from assessor.scanners.ladder import conclude, raised


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the eight practices of monitoring."""
    yield logging(scene)
    yield service(scene)
    yield predictions(scene, deploying_route(scene))
    yield drift(scene)
    yield performance(scene)
    yield freshness(scene)
    yield alerting(scene)
    yield dashboards(scene)


def logging(scene: Scene) -> Finding:
    """Used where training or serving modules, not notebooks or tests, write logs through a library."""
    practice = "monitoring.logging"
    return conclude(practice, ladder.evidence(scene, scene.hits(practice, notebooks=False), lift=False))


def service(scene: Scene) -> Finding:
    """Metrics or traces in code are used; a deployed collector that receives them is automated."""
    practice = "monitoring.service"
    evidence = ladder.plain(scene, practice, notebooks=False, lift=False)
    evidence += ladder.evidence(
        scene, (h for h in scene.hits(practice) if h.kind == "resource")
    )  # a collector that a run applies
    used = [e for e in evidence if e.rung.height >= Rung.USED.height and e.place.path.endswith((".py", ".R", ".java"))]
    collectors = _collectors(scene)
    if used and collectors:
        item = used[0]
        evidence.append(
            Evidence(
                practice,
                Rung.AUTOMATED,
                item.place,
                f"{item.text}; {collectors[-1].text} receives them",
                item.tool,
                collectors,
            )
        )
    return conclude(practice, evidence)


def _collectors(scene: Scene) -> tuple[Hop, ...]:
    """A scrape configuration or agent together with what deploys it (compose, chart, manifest)."""
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        for resource in resources:
            if resource.kind in ("ServiceMonitor", "PodMonitor", "scrape_config", "otel_collector", "receiver"):
                deployed = _deployed_with(scene, ("prometheus", "otel", "datadog", "grafana", "opentelemetry"))
                if resource.kind in ("ServiceMonitor", "PodMonitor") or deployed:
                    hop = Hop(f"{resource.kind} {resource.name}".strip(), file.at(resource.line))
                    return (*deployed, hop)
    return _deployed_with(scene, ("datadog/agent", "newrelic", "otel/opentelemetry-collector"))


def _deployed_with(scene: Scene, images: tuple[str, ...]) -> tuple[Hop, ...]:
    for file, services in scene.project.having(lambda f: f.services, frozenset({Role.FIRST_PARTY})):
        for item in services:
            if any(name in item.image for name in images):
                return (Hop(f"service {item.name}", file.at(item.line)),)
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        for resource in resources:
            if any(name in image for image in resource.images for name in images):
                return (Hop(f"{resource.kind} {resource.name}", file.at(resource.line)),)
    return ()


def drift(scene: Scene) -> Finding:
    """Drift between reference and current data computed by code; in a run automated; with an alert or retraining enforced."""
    practice = "monitoring.drift"
    evidence = list(ladder.declared(scene, practice))
    seen: list[tuple[Evidence, ProjectFile, int]] = []
    for hit in scene.hits(practice):
        for item in ladder.evidence(scene, [hit]):
            seen.append((item, hit.file, hit.scope))
    for file, number, line, text in own_drift(scene):
        seen.append((ladder.scope_evidence(scene, practice, file, number, line, text), file, number))
    served = _served(scene)
    for item, file, _ in seen:
        if item.rung is Rung.USED and (route := served.get(file.path)):
            item = Evidence(
                practice, Rung.AUTOMATED, item.place, item.text, item.tool, (*route, Hop("drift", item.place))
            )
        if item.rung is Rung.AUTOMATED and _acts(scene, file):
            item = raised(item, "and its result alerts or retrains")
        evidence.append(item)
    return conclude(practice, evidence)


def _served(scene: Scene) -> dict[str, tuple[Hop, ...]]:
    """Files that a compose service, a Kubernetes object or a served app loads, with the route."""
    found: dict[str, tuple[Hop, ...]] = {}
    for hit in scene.hits("deployment.serving", notebooks=False):
        if hit.kind in ("call", "decorator") and hit.scope >= 0:
            for call in scene.modules.index(hit.file.path).facts.imports:
                split = scene.modules.split(call.target, hit.file.path)
                if split:
                    found.setdefault(split[0], (Hop(f"served by {hit.file.path}", hit.place),))
            found.setdefault(hit.file.path, (Hop(f"served by {hit.file.path}", hit.place),))
    deployed = {p for p in found if any(True for _ in _container_files(scene, p))}
    return {path: route for path, route in found.items() if path in deployed}


def _container_files(scene: Scene, path: str) -> Iterator[str]:
    for file, services in scene.project.having(lambda f: f.services, frozenset({Role.FIRST_PARTY})):
        for item in services:
            if any(path.rpartition("/")[2].removesuffix(".py") in c.text for c in item.command):
                yield file.path


_ALERTS = re.compile(
    r"alert|notify|notif|slack|send_?mail|send_message|email|page|webhook|publish|capture_message|teams", re.IGNORECASE
)


_DRIFT_WORD = re.compile(r"drift|psi|ks_|p_val|pvalue|shift|divergence", re.IGNORECASE)


def _acts(scene: Scene, file: ProjectFile) -> bool:
    """Under a condition on drift the file, or one that imports it, alerts someone, starts retraining or fails its run."""
    drifts = {f.facts.python.scopes[n].name.rpartition(".")[2] for f, n, _, _ in own_drift(scene) if f.facts.python}
    alerting_files = {h.file.path for h in scene.hits("monitoring.alerting", notebooks=False) if h.kind == "call"}
    for other in scene.project.code_files:
        if other.path != file.path and not _imports(scene, other, file.path):
            continue
        facts = scene.modules.index(other.path).facts
        for comparison in facts.comparisons:
            words = " ".join(comparison.names)
            scope = facts.scopes[comparison.scope].name
            asks = any(c.name.rpartition(".")[2] in drifts for c in facts.calls if c.scope == comparison.scope)
            if not (_DRIFT_WORD.search(words) or _DRIFT_WORD.search(scope) or asks):
                continue
            if comparison.outcome in ("raise", "exit") or any(_ALERTS.search(e) for e in comparison.effects):
                return True
            if any(starts_training(scene, e, other.path) or e in _POSTS for e in comparison.effects):
                return True
        for effects, _, scope_number in conditional_effects(scene, other.path):
            about = any(_DRIFT_WORD.search(g.name) for c in facts.calls if c.scope == scope_number for g in c.guards)
            if about and any(
                _ALERTS.search(e.rpartition(".")[2]) or starts_training(scene, e, other.path) for e in effects
            ):
                return True
        if other.path in alerting_files and other.path == file.path:
            return True
    return False


def _imports(scene: Scene, file: ProjectFile, path: str) -> bool:
    code = file.facts.python
    if code is None:
        return False
    return any((s := scene.modules.split(i.target, file.path)) and s[0] == path for i in code.imports)


# ---- performance, alerting, dashboards ----


_PRODUCTION = re.compile(
    r"monitor|production_metric|live_metric|performance_track|backtest|ground_truth|feedback|actuals", re.IGNORECASE
)


def performance(scene: Scene) -> Finding:
    """Predictions compared with later labels, or production quality logged; on a schedule or in the service automated."""
    practice = "monitoring.performance"
    evidence = ladder.plain(scene, practice, notebooks=False)
    drifting = {hit.file.path for hit in scene.hits("monitoring.drift", notebooks=False)}
    for hit in scene.hits("experiments.evaluation", notebooks=False):
        if hit.scope < 0 or hit.file.facts.python is None:
            continue
        scope = hit.file.facts.python.scopes[hit.scope].name
        watched = hit.tool.category == "drift_monitoring" and hit.file.path in drifting
        if watched or _PRODUCTION.search(hit.file.path) or _PRODUCTION.search(scope) or _joins_labels(scene, hit):
            text = f"{scope} compares predictions with what came true"
            evidence.append(
                ladder.scope_evidence(
                    scene, practice, hit.file, hit.scope, hit.place.line, text, tool=hit.tool.id, keep=_recurring
                )
            )
    return conclude(practice, evidence)


def _joins_labels(scene: Scene, hit: Hit) -> bool:
    """The function reads stored predictions and the labels that came later, and trains nothing."""
    texts = [t.value.lower() for t in scene.modules.index(hit.file.path).facts.texts if t.scope == hit.scope]
    paths = [text for text in texts if "." in text or "/" in text]
    predictions = any("prediction" in text for text in paths)
    labels = any(word in text for text in paths for word in ("label", "actual", "ground_truth", "outcome"))
    return predictions and labels and "train" not in marks(scene).get((hit.file.path, hit.scope), frozenset())


def _recurring(arrival: Arrival) -> bool:
    return bool(arrival.run.schedules) or arrival.run.workflow.provider in ("code", "resource")


def alerting(scene: Scene) -> Finding:
    """Alert rules or notification code are used; deployed or wired into automation, automated."""
    practice = "monitoring.alerting"
    return conclude(
        practice,
        [
            *ladder.plain(scene, practice, notebooks=False),
            *_loaded_rules(scene),
            *_own_alerts(scene),
            *_failure_mails(scene),
        ],
    )


def _loaded_rules(scene: Scene) -> Iterator[Evidence]:
    """Alert rules beside a Prometheus, Alertmanager or Grafana that compose or a manifest deploys."""
    deployed = _deployed_with(scene, ("prom/prometheus", "prometheus", "alertmanager", "grafana"))
    for file, resources in scene.project.having(lambda f: f.resources, frozenset({Role.FIRST_PARTY})):
        for resource in resources:
            if resource.kind == "alert_rule" and deployed:
                place = file.at(resource.line)
                route = (*deployed, Hop(f"alert {resource.name}", place))
                yield Evidence(
                    "monitoring.alerting",
                    Rung.AUTOMATED,
                    place,
                    "a deployed server loads the alert rules",
                    resource.system,
                    route,
                )
                return


def _failure_mails(scene: Scene) -> Iterator[Evidence]:
    """An orchestrator that mails or calls back when a task fails (Airflow's email_on_failure, on_failure_callback)."""
    starts = {
        run.path: run for run in scene.automation.runs.values() if run.workflow.provider == "code" and run.is_automatic
    }
    for file in scene.project.code_files:
        facts = scene.modules.index(file.path).facts
        lines = [c.line for c in facts.constants if c.name.endswith("email_on_failure") and c.value is True]
        for call in (*facts.calls, *(d for s in facts.scopes for d in s.decorators)):
            for name, value in call.keywords:
                last = name.rpartition(".")[2]
                if (last == "email_on_failure" and value is True) or last in ("on_failure_callback", "on_failure"):
                    lines.append(call.line)
        if not lines:
            continue
        place, text = file.at(lines[0]), "someone is told when a task of the pipeline fails"
        run = starts.get(file.path)
        if run:
            yield Evidence(
                "monitoring.alerting", Rung.AUTOMATED, place, text, "", (*run.hops, Hop("on failure", place))
            )
        else:
            yield Evidence("monitoring.alerting", Rung.USED, place, text)


_POSTS = ("requests.post", "httpx.post", "urllib.request.urlopen", "requests.request", "aiohttp.ClientSession.post")


_CHANNEL = re.compile(r"slack|webhook|pagerduty|opsgenie|teams|discord|mattermost|chat\.googleapis", re.IGNORECASE)


_TELLS = re.compile(r"alert|notif|warn|escalat", re.IGNORECASE)


def _own_alerts(scene: Scene) -> Iterator[Evidence]:
    """A message posted to a channel's webhook under a condition, or by a function named for alerts."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        constants = {c.name: str(c.value) for c in index.facts.constants}
        for call in index.facts.calls:
            if call.name not in _POSTS:
                continue
            near = [
                t.value for t in index.facts.texts if t.scope == call.scope and call.line <= t.line <= call.line + 4
            ]
            near += [constants.get(name, name) for name in call.names]
            scope = index.facts.scopes[call.scope].name
            conditional = call.guards or any(
                call.name in c.effects and c.scope == call.scope for c in index.facts.comparisons
            )
            if any(_CHANNEL.search(text) for text in near) and (conditional or _TELLS.search(scope)):
                yield ladder.scope_evidence(
                    scene, "monitoring.alerting", file, call.scope, call.line, f"{scope} posts to a channel"
                )


def dashboards(scene: Scene) -> Finding:
    """Dashboard definitions are used; provisioned by the deployment, automated."""
    practice = "monitoring.dashboards"
    evidence = ladder.plain(scene, practice, notebooks=False)
    for hit in scene.hits("deployment.serving", notebooks=False):
        if hit.tool.id in _PAGES and _WATCHING.search(hit.file.path):
            arrival = best(a for a in scene.arrivals(hit) if a.is_automatic)
            text = f"{hit.file.path} is a monitoring page"
            route = scene.route(hit, arrival) if arrival else _composed(scene, hit.file.path, hit.place)
            rung = Rung.AUTOMATED if route else Rung.USED
            evidence.append(Evidence(practice, rung, hit.place, text, hit.tool.id, route))
    for file, calls in scene.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY})):
        page = next((c for c in calls if c.name == "library" and c.arguments in _R_PAGES), None)
        if page and _WATCHING.search(file.path):
            text = f"{file.path} is a monitoring page"
            evidence.append(Evidence(practice, Rung.USED, file.at(page.line), text, page.arguments))
    evidence += _provisioned(scene)
    return conclude(practice, evidence)


_PAGES = ("streamlit", "dash", "panel", "gradio", "shiny")


_R_PAGES = ("flexdashboard", "shinydashboard")


_WATCHING = re.compile(r"monitor|dashboard|drift", re.IGNORECASE)


def _composed(scene: Scene, path: str, place: Place) -> tuple[Hop, ...]:
    """The route from a compose service that starts the page; empty where none does."""
    for file, services in scene.project.having(lambda f: f.services):
        for service in services:
            for command in service.command:
                if any(len(word) > 3 and f"/{path}".endswith("/" + word.lstrip("./")) for word in command.argv):
                    return (Hop(f"service {service.name}", file.at(service.line)), Hop(path, place))
    return ()


def _provisioned(scene: Scene) -> Iterator[Evidence]:
    """Grafana dashboards that a compose service mounts or a provider file names."""
    practice = "monitoring.dashboards"
    boards = [
        (f, r)
        for f, rs in scene.project.having(lambda f: f.resources)
        for r in rs
        if r.system == "grafana" and r.kind == "dashboard"
    ]
    if not boards:
        return
    providers = [
        (f, r)
        for f, rs in scene.project.having(lambda f: f.resources)
        for r in rs
        if r.system == "grafana" and "provider" in r.kind
    ]
    deployed = _deployed_with(scene, ("grafana",))
    file, board = boards[0]
    if providers and deployed:
        provider_file, provider = providers[0]
        route = (
            *deployed,
            Hop("dashboard provider", provider_file.at(provider.line)),
            Hop(board.name, file.at(board.line)),
        )
        yield Evidence(
            practice, Rung.AUTOMATED, file.at(board.line), "Grafana provisions the dashboard", "grafana", route
        )
