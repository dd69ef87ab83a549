"""Configuration of monitoring: Prometheus, Alertmanager, Grafana (dashboards, provisioning), OpenTelemetry collectors.

What counts is what these programs load: scrape jobs, alert rules, receivers that have a way to reach someone,
dashboards with panels, pipelines of a collector. A file is recognised by its shape, not by its name.

Formats: prometheus.io/docs/prometheus/latest/configuration, prometheus.io/docs/alerting/latest/configuration,
grafana.com/docs/grafana/latest/administration/provisioning, opentelemetry.io/docs/collector/configuration.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import Settings, documents, flat, unix
from assessor.readers.syntax.yaml_tree import Node, YamlProblem

_YAML_MARKS = ("scrape_configs", "groups:", "receivers:", "providers:", "datasources:", "contactPoints", "alerting:")
_MAX_RULES = 500
_MAX_DASHBOARD = 3_000_000


def matches(path: str) -> bool:
    """YAML and JSON files; `read` decides by their content."""
    return path.endswith((".yml", ".yaml", ".json", ".rules", ".yml.tmpl", ".yaml.tmpl"))


def read(path: str, text: str) -> FileFacts:
    """Resources of the systems prometheus, alertmanager, grafana, opentelemetry and promtail."""
    text = unix(text)
    if path.endswith(".json"):
        return FileFacts(resources=tuple(dashboards(text))) if _may_be_dashboard(text) else EMPTY
    if not any(mark in text for mark in _YAML_MARKS):
        return EMPTY
    parsed = documents(text)
    if isinstance(parsed, YamlProblem):
        is_ours = re.search(r"^(?:scrape_configs|receivers|rule_files):", text, re.MULTILINE) and "{{" not in text
        return FileFacts(problems=((parsed.line, f"not YAML: {parsed.reason}"),)) if is_ours else EMPTY
    return FileFacts(resources=tuple(found for document in parsed for found in monitoring(document)))


def monitoring(document: Node) -> Iterator[Resource]:
    """What one YAML document configures; nothing where it is no monitoring configuration."""
    if not document.is_map:
        return
    if document.get("scrape_configs").is_list:
        yield from _scrapes(document)
    if document.get("groups").is_list:
        yield from rules(document.get("groups"))
    if document.get("receivers").is_list and document.get("route").is_map:
        yield from _receivers(document)
    if document.get("exporters").is_map and document.get("service", "pipelines").is_map:
        yield from _collector(document)
    if document.get("apiVersion").text == "1":
        yield from _provisioned(document)


def _scrapes(document: Node) -> Iterator[Resource]:
    """Prometheus' scrape jobs; those of Promtail (it has `clients` to push to) collect logs."""
    system = "promtail" if document.get("clients") and not document.get("global", "scrape_interval") else "prometheus"
    for job in document.get("scrape_configs").each():
        yield Resource(system, "scrape_config", job.get("job_name").text, job.line, flat(job))
    alerting = document.get("alerting", "alertmanagers")
    if alerting.children:
        yield Resource(system, "alerting", "alertmanagers", alerting.line, flat(alerting))
    for number, file in enumerate(document.get("rule_files").each()):
        yield Resource(system, "rule_file", file.text, file.line, ((f"rule_files.{number}", file.text, file.line),))


def rules(groups: Node) -> Iterator[Resource]:
    """Alert and recording rules of Prometheus, and Grafana's own alert rules, from a list of rule groups."""
    count = 0
    for group in groups.each():
        for rule in group.get("rules").each():
            alert, record, title = rule.get("alert"), rule.get("record"), rule.get("title")
            count += 1
            if count > _MAX_RULES:
                return
            if alert.kind == "scalar":
                yield Resource("prometheus", "alert_rule", alert.text, alert.line, flat(rule))
            elif record.kind == "scalar":
                yield Resource("prometheus", "recording_rule", record.text, record.line, flat(rule))
            elif title.kind == "scalar" and rule.get("data").is_list:
                active = not rule.get("isPaused").is_true
                yield Resource("grafana", "alert_rule", title.text, title.line, flat(rule), is_active=active)


def _receivers(document: Node) -> Iterator[Resource]:
    """Alertmanager's receivers; one without any `*_configs`, or with an empty address, reaches no one."""
    for receiver in document.get("receivers").each():
        ways = [
            way
            for key, value in receiver.items()
            if key.text.endswith("_configs")
            for way in value.each()
            if _has_address(way, _ADDRESSES.get(key.text, ()))
        ]
        name = receiver.get("name").text
        yield Resource("alertmanager", "receiver", name, receiver.line, flat(receiver), is_active=bool(ways))
    route = document.get("route")
    yield Resource("alertmanager", "route", route.get("receiver").text, route.line, flat(route))


_ADDRESSES = {
    "email_configs": ("to",),
    "webhook_configs": ("url", "url_file"),
    "pagerduty_configs": ("routing_key", "routing_key_file", "service_key", "service_key_file"),
}
"""Where a way leads, for those that have no address of their own for all of them."""


def _has_address(way: Node, keys: tuple[str, ...]) -> bool:
    return not keys or any(way.get(key).text.strip() for key in keys)


def _collector(document: Node) -> Iterator[Resource]:
    """Pipelines of an OpenTelemetry collector: `metrics`, `traces`, `logs`, perhaps with a name after a slash."""
    for key, pipeline in document.get("service", "pipelines").items():
        kind = f"{key.text.partition('/')[0]}_pipeline"
        yield Resource("opentelemetry", kind, key.text, key.line, flat(pipeline))


def _provisioned(document: Node) -> Iterator[Resource]:
    """Grafana's provisioning files (`apiVersion: 1`)."""
    for section, kind in (
        ("providers", "dashboard_provider"),
        ("datasources", "datasource"),
        ("contactPoints", "contact_point"),
        ("policies", "notification_policy"),
    ):
        for item in document.get(section).each():
            name = item.get("name").text or item.get("receiver").text
            yield Resource("grafana", kind, name, item.line, flat(item))


# ---- dashboards ----


def _may_be_dashboard(text: str) -> bool:
    marked = any(mark in text for mark in ('"schemaVersion"', '"gridPos"', '"targets"'))
    return len(text) <= _MAX_DASHBOARD and '"panels"' in text and marked


def dashboards(text: str, first_line: int = 1) -> Iterator[Resource]:
    """The Grafana dashboard of a JSON text (as exported, or in the `dashboard` field of an API call)."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict) and isinstance(value.get("dashboard"), dict):
        value = value["dashboard"]
    if not isinstance(value, dict) or not isinstance(value.get("panels"), list):
        return
    if not {"schemaVersion", "templating", "uid", "title"} & value.keys() or not value["panels"]:
        return
    title = value.get("title")
    yield Resource(
        "grafana", "dashboard", title if isinstance(title, str) else "", first_line, _panels(value, text, first_line)
    )


def _panels(dashboard: dict[str, Any], text: str, first_line: int) -> Settings:
    """Titles and queries of a dashboard's panels; alerts inside panels as `alert`."""
    found: list[tuple[str, str, int]] = []
    lines = _Lines(text, first_line)
    queue = [("panels", item) for item in dashboard["panels"]]
    for number, (where, panel) in enumerate(queue):
        if not isinstance(panel, dict) or number > 1_000 or len(found) >= 400:
            continue
        inner = panel.get("panels")
        if isinstance(inner, list):
            queue += [(where, item) for item in inner]
        for key, value in _texts_of(panel):
            found.append((f"{where}.{number}.{key}", value[:300], lines.of(value)))
    return tuple(found[:400])


def _texts_of(panel: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(panel.get("title"), str):
        yield "title", panel["title"]
    if isinstance(panel.get("alert"), dict):
        yield "alert", str(panel["alert"].get("name", ""))
    targets = panel.get("targets")
    for target in targets if isinstance(targets, list) else ():
        if isinstance(target, dict):
            for key in ("expr", "query", "rawSql", "target"):
                if isinstance(target.get(key), str) and target[key]:
                    yield key, target[key]


class _Lines:
    """Lines of texts that follow each other in a JSON text, found by searching on from the last one."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text, self.position, self.line = text, 0, first_line

    def of(self, value: str) -> int:
        at = self.text.find(json.dumps(value, ensure_ascii=False), self.position)
        if at >= 0:
            self.line += self.text.count("\n", self.position, at)
            self.position = at
        return self.line


def embedded(name: str, text: str, first_line: int) -> Iterator[Resource]:
    """Monitoring configuration that a ConfigMap carries under the file name `name`; lines count from `first_line`."""
    if name.endswith(".json"):
        if _may_be_dashboard(text):
            yield from dashboards(text, first_line)
        return
    if not any(mark in text for mark in _YAML_MARKS):
        return
    parsed = documents(text)
    if isinstance(parsed, YamlProblem):
        return
    for document in parsed:
        for found in monitoring(document):
            yield _moved(found, first_line - 1)


def _moved(resource: Resource, by: int) -> Resource:
    settings = tuple((key, value, line + by) for key, value, line in resource.settings)
    return Resource(
        resource.system, resource.kind, resource.name, resource.line + by, settings, is_active=resource.is_active
    )
