"""Kubernetes objects, Helm charts and kustomizations.

Every YAML or JSON document with `apiVersion` and `kind` is one resource of the system `kubernetes`, whatever its API
group (Argo CD and Rollouts, Flagger, KServe, Seldon, Istio, Spark, Ray and Prometheus operators …): `kind` is its kind,
`apiVersion` one of its settings. Helm templates are no YAML until they are rendered; their actions are put aside, and
where the rest is no YAML either, kinds, images and schedules are read line by line. Their system is `helm`.

Formats: kubernetes.io/docs/reference, helm.sh/docs/topics/charts, kubectl.docs.kubernetes.io/references/kustomize.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.commands import Command
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.monitoring_config import embedded, rules
from assessor.readers.infrastructure.resource_fields import (
    MAX_SETTINGS,
    MAX_TEXT,
    Settings,
    chart_images,
    commands_in,
    containers_of,
    documents,
    flat,
    images_in,
    shell_text,
    unix,
)
from assessor.readers.syntax.yaml_tree import Node, YamlProblem

_SUFFIXES = (
    ".yaml",
    ".yml",
    ".json",
    ".yaml.tpl",
    ".yml.tpl",
    ".yaml.tmpl",
    ".yml.tmpl",
    ".yaml.j2",
    ".yml.j2",
    ".yaml.template",
)
_VALUES = re.compile(r"values(?:[._-][\w.-]+)?\.ya?ml")
_ACTION = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}")
_ACTION_LINE = re.compile(r"^[ \t-]*(?:\{\{[^{}]*\}\}|\{%[^{}]*%\})[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"\{\{-?[ \t]*/\*")
_TEMPLATE = re.compile(r"\{\{-?[ \t]*(?:[.$/\"-]|\w+[ \t]+[^}]|end\b|else\b)|[:-][ \t]+\{\{|\{%")
"""Actions of Helm and Jinja. Argo's own `{{inputs.x}}` inside a text is none: such a file is YAML as it stands."""
_HELM = re.compile(r"\{\{[^{}]{0,200}?(?:\.(?:Values|Release|Chart|Capabilities)|include|toYaml)\b")
_BLOCK = re.compile(r"\{\{-?[ \t]*(?P<word>if|else|end|range|with|define|block)\b(?P<rest>[^{}]{0,300}?)-?\}\}")
_IF_VALUES = re.compile(r"[ \t]*(?:and[ \t]+)?(?:\(?\.Values\.[\w.]{1,100}\)?[ \t]*){1,5}")
_VALUE = re.compile(r"\.Values\.([\w.]{1,100})")
_UNSAFE = re.compile(r"[^\w.$/-]+")
_LINE = re.compile(
    r"^(?P<indent>[ \t-]*)(?P<key>apiVersion|kind|name|image|schedule|suspend)[ \t]*:[ \t]*(?P<value>[^\r\n#]*)",
    re.MULTILINE,
)
_MAX_RESOURCES = 1_000


def matches(path: str) -> bool:
    """Files that can hold manifests, by suffix; `read` decides by their content."""
    return path.endswith(_SUFFIXES)


def read(path: str, text: str) -> FileFacts:
    """Resources of the systems kubernetes, helm and (rules in PrometheusRule and ConfigMaps) prometheus and grafana."""
    text = unix(text)
    name = path.rpartition("/")[2]
    if "apiVersion" in text and "kind" in text:
        return _manifests(path, text)
    if name in ("Chart.yaml", "Chart.yml", "kustomization.yaml", "kustomization.yml") or _VALUES.fullmatch(name):
        return _by_name(name, text)
    return EMPTY


def _by_name(name: str, text: str) -> FileFacts:
    """Files of Helm and kustomize that need not say their kind."""
    parsed = documents(text)
    if isinstance(parsed, YamlProblem):
        return FileFacts(problems=((parsed.line, f"not YAML: {parsed.reason}"),))
    node = next((document for document in parsed if document.is_map), None)
    if node is None:
        return EMPTY
    if name.startswith("Chart."):
        return FileFacts(resources=(Resource("helm", "Chart", node.get("name").text, node.line, flat(node)),))
    if name.startswith("kustomization."):
        return FileFacts(resources=(_kustomization(node),))
    return FileFacts(resources=(Resource("helm", "values", name, node.line, flat(node), images=chart_images(node)),))


def _kustomization(node: Node) -> Resource:
    images = []
    for image in node.get("images").each():
        tag = image.get("newTag").text or image.get("digest").text
        images.append((image.get("newName").text or image.get("name").text) + (f":{tag}" if tag else ""))
    name = node.get("metadata", "name").text or node.get("namespace").text
    return Resource("kubernetes", "Kustomization", name, node.line, flat(node), images=tuple(images[:100]))


def _manifests(path: str, text: str) -> FileFacts:
    is_template = bool(_TEMPLATE.search(text))
    system = "helm" if is_template and (_HELM.search(text) or "/templates/" in f"/{path}") else "kubernetes"
    parsed = documents(without_actions(text) if is_template and len(text) <= MAX_TEXT else text)
    problems: tuple[tuple[int, str], ...] = ()
    if isinstance(parsed, YamlProblem):
        found = tuple(_by_lines(text, system))
        if found and not is_template:
            problems = ((parsed.line, f"not YAML, read line by line: {parsed.reason}"),)
        return FileFacts(resources=found, problems=problems)
    asked = _conditions(text) if system == "helm" else []
    resources: list[Resource] = []
    for document in parsed:
        for item in _objects(document):
            resources += (_conditional(resource, asked) for resource in _resources(item, system))
        if len(resources) > _MAX_RESOURCES:
            problems = ((document.line, f"more than {_MAX_RESOURCES:,} objects; the rest is not read"),)
            break
    return FileFacts(resources=tuple(resources[:_MAX_RESOURCES]), problems=problems)


def _conditional(resource: Resource, asked: list[tuple[int, int, str]]) -> Resource:
    """The object with the values that must be set for it to be made, as settings `helm.if`."""
    own = tuple(("helm.if", name, start) for start, end, name in asked if start <= resource.line <= end)
    return replace(resource, settings=(*own, *resource.settings)[:MAX_SETTINGS]) if own else resource


def _conditions(text: str) -> list[tuple[int, int, str]]:
    """(first line, last line, value) of what a chart makes only where a value is true: the first branch of
    `{{ if .Values.x }}`, or of several values joined by `and` (helm.sh/docs/chart_template_guide/control_structures)."""
    found: list[tuple[int, int, str]] = []
    open_blocks: list[tuple[int, list[str]]] = []
    line, at = 1, 0
    for mark in _BLOCK.finditer(text):
        line, at = line + text.count("\n", at, mark.start()), mark.start()
        word = mark["word"]
        if word not in ("else", "end"):
            asked = _IF_VALUES.fullmatch(mark["rest"]) if word == "if" else None
            open_blocks.append((line, _VALUE.findall(mark["rest"]) if asked else []))
        elif open_blocks:
            start, names = open_blocks.pop()
            found += [(start, line, name) for name in names]
            if word == "else":
                open_blocks.append((line, []))
    return found


def without_actions(text: str) -> str:
    """A template with as many lines and no actions: lines of actions alone are emptied, values become `$.Values.x`."""

    def emptied(found: re.Match[str]) -> str:
        return "\n" * found.group(0).count("\n")

    def named(found: re.Match[str]) -> str:
        inside = found.group(0)[2:-2].strip("- \t")
        return "$" + _UNSAFE.sub("_", inside).strip("_")[:80] + "\n" * found.group(0).count("\n")

    return _ACTION.sub(named, _ACTION_LINE.sub(emptied, _without_comments(text)))


def _without_comments(text: str) -> str:
    """The template without `{{/* … */}}`, with as many lines."""
    kept, at = [], 0
    for found in _COMMENT.finditer(text):
        end = text.find("*/", found.end()) if found.start() >= at else at
        if end < 0:
            break
        if found.start() >= at:
            kept += [text[at : found.start()], "\n" * text.count("\n", found.start(), end)]
            close = text.find("}}", end)
            at = close + 2 if 0 <= close < end + 10 else end + 2
    return "".join(kept) + text[at:]


def _objects(document: Node) -> Iterator[Node]:
    """The objects of a document; a `List` has them as items."""
    if not document.is_map or not document.get("apiVersion") or document.get("kind").kind != "scalar":
        return
    items = document.get("items")
    if document.get("kind").text.endswith("List") and items.is_list:
        for item in items.each():
            if item.is_map and item.get("kind").kind == "scalar":
                yield item
    else:
        yield document


def _resources(item: Node, system: str) -> Iterator[Resource]:
    kind = item.get("kind").text
    name = item.get("metadata", "name").text or item.get("metadata", "generateName").text
    spec = item.get("spec")
    if kind == "CustomResourceDefinition":  # it defines a kind, and starts nothing
        yield Resource(system, kind, name, item.get("kind").line, flat(spec.get("names"), "spec.names"))
        return
    if kind == "Kustomization" and not spec:
        yield _kustomization(item)
        return
    schedule, containers = _schedule(spec), containers_of(item)
    synced = _synced(kind, item)
    yield Resource(
        system,
        kind,
        name,
        item.get("kind").line,
        (*synced, *flat(item))[:MAX_SETTINGS],
        (*commands_in(containers), *_special_commands(kind, spec)),
        images_in(containers),
        schedule,
        is_active=not _is_paused(spec),
    )
    if kind == "PrometheusRule":
        yield from rules(spec.get("groups"))
    if kind == "ConfigMap":
        for key, value in item.get("data").items():
            if value.kind == "scalar" and len(value.text) > 20:
                yield from embedded(key.text, value.text, value.text_line)


def _synced(kind: str, item: Node) -> Settings:
    """For Argo CD and Flux: whether it synchronises by itself (`gitops.sync`), and the folders that it applies
    (`gitops.path`), which it takes from the repository that it names."""
    group, spec, line = item.get("apiVersion").text.partition("/")[0], item.get("spec"), item.get("kind").line
    if kind in ("Application", "ApplicationSet") and group == "argoproj.io":
        inner = spec.get("template", "spec") if kind == "ApplicationSet" else spec
        automated = inner.get("syncPolicy", "automated")
        by_itself = automated.is_map and not automated.get("enabled").is_false
        sources = [inner.get("source"), *inner.get("sources").each()]
        paths = [source.get("path") for source in sources]
        paths += [d.get("path") for g in spec.get("generators").each() for d in g.get("git", "directories").each()]
    elif kind == "Kustomization" and group == "kustomize.toolkit.fluxcd.io":
        by_itself, paths = True, [spec.get("path")]
    elif kind == "HelmRelease" and group == "helm.toolkit.fluxcd.io":
        by_itself, paths = True, [spec.get("chart", "spec", "chart")]
    else:
        return ()
    named = tuple(
        ("gitops.path", filled.partition("*")[0], path.line)
        for path in paths
        for filled in (_generated(path.text, spec) if path.kind == "scalar" and path.text else ())
        if not _PLACEHOLDER.search(filled)
    )
    return (("gitops.sync", "automated" if by_itself else "by hand", line), *named) if named else ()


def _generated(text: str, spec: Node) -> tuple[str, ...]:
    """A path of an ApplicationSet's template for each element of its list generators, itself where none fills it in.

    Rule: argo-cd.readthedocs.io "Generators: List Generator"; `{{stage}}`, with Go templates `{{.stage}}`."""
    if not _PLACEHOLDER.search(text):
        return (text,)
    own = spec.get("generators").each()
    generators = [*own, *(g for outer in own for g in outer.get("matrix", "generators").each())]
    elements = [e for g in generators for e in g.get("list", "elements").each()][:_MAX_ELEMENTS]
    return tuple(dict.fromkeys(_filled_in(text, element) for element in elements))


def _filled_in(text: str, element: Node) -> str:
    values = {key.text: value.text for key, value in element.items() if value.kind == "scalar"}
    return _PLACEHOLDER.sub(lambda found: values.get(found[1] or found[2], found[0]), text)


_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}|\$\.(\w+)")
"""`{{ring}}`, and what is left of `{{.ring}}` where the text was read as a template."""
_MAX_ELEMENTS = 50


def _schedule(spec: Node) -> str:
    """The cron text of a CronJob, CronWorkflow, ScheduledSparkApplication or Kubeflow ScheduledWorkflow."""
    schedule = spec.get("schedule")
    if schedule.kind == "scalar":
        return "" if schedule.is_null else schedule.text
    found = spec.get("schedules").texts() or schedule.get("cron").texts()
    trigger = spec.get("trigger")
    found = found or trigger.get("cronSchedule", "cron").texts()
    if not found and (seconds := trigger.get("periodicSchedule", "intervalSecond").text):
        return f"every {seconds} seconds"
    return found[0] if found else ""


def _is_paused(spec: Node) -> bool:
    return spec.get("suspend").is_true or spec.get("enabled").is_false or spec.get("paused").is_true


def _special_commands(kind: str, spec: Node) -> tuple[Command, ...]:
    """What objects start that name no container: Spark's main file, Ray's entry point."""
    if kind in ("SparkApplication", "ScheduledSparkApplication"):
        body = spec.get("template") if kind.startswith("Scheduled") else spec
        file = body.get("mainApplicationFile")
        if file.kind == "scalar":
            words = ("spark-submit", file.text.removeprefix("local://"), *body.get("arguments").texts())
            return (Command(words, file.line),)
    if kind in ("RayJob", "RayService") and spec.get("entrypoint").kind == "scalar":
        return shell_text(spec.get("entrypoint"))
    return ()


def _by_lines(text: str, system: str) -> Iterator[Resource]:
    """Kinds with their images and schedules, from lines alone, for templates that are no YAML without rendering."""
    line, at = 1, 0
    start = 0
    for document in re.split(r"^---.*$", text[:MAX_TEXT], flags=re.MULTILINE):
        values: dict[str, list[tuple[str, int]]] = {}
        for found in _LINE.finditer(document):
            line += document.count("\n", at, found.start())
            at = found.start()
            key = (
                found["key"]
                if found["key"] in ("image", "schedule", "suspend") or not found["indent"].strip("- ")
                else ""
            )
            top = found["key"] in ("apiVersion", "kind") and found["indent"]
            if key and not top:
                values.setdefault(key, []).append((found["value"].strip().strip("\"'"), line))
        start += document.count("\n")
        line, at = start + 1, 0
        if "kind" in values and "apiVersion" in values:
            yield _from_lines(values, system)


def _from_lines(values: dict[str, list[tuple[str, int]]], system: str) -> Resource:
    kind, line = values["kind"][0]
    images = tuple(image for image, _ in values.get("image", ()) if image)
    settings = tuple((key, value, at) for key, found in values.items() for value, at in found)[:400]
    schedule = values.get("schedule", [("", 1)])[0][0]
    suspended = values.get("suspend", [("", 1)])[0][0] == "true"
    name = values.get("name", [("", 1)])[0][0]
    return Resource(system, kind, name, line, settings, (), images[:100], schedule, is_active=not suspended)
