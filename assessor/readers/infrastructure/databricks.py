"""Databricks asset bundles: the bundle, its targets and its resources; and the deployment files of dbx, which came before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assessor.facts.commands import Command
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import MAX_SETTINGS, beside, flat, shell_text
from assessor.readers.syntax.yaml_tree import NOTHING, Node

_BUNDLE_KINDS = {
    "jobs": "job",
    "pipelines": "pipeline",
    "experiments": "experiment",
    "models": "model",
    "registered_models": "registered_model",
    "model_serving_endpoints": "model_serving_endpoint",
    "quality_monitors": "quality_monitor",
    "schemas": "schema",
    "volumes": "volume",
    "clusters": "cluster",
    "dashboards": "dashboard",
    "apps": "app",
}


def resources(name: str, document: Node) -> Iterator[Resource]:
    """An asset bundle: the bundle, its targets, and its resources (`resources.jobs.NAME`, also below a target)."""
    variables = _bundle_variables(document)
    if document.get("bundle").is_map:
        settings = (*flat(document.get("bundle"), "bundle"), *flat(document.get("variables"), "variables"))
        yield Resource("databricks", "bundle", document.get("bundle", "name").text, document.line, settings)
    for key, target in document.get("targets").items():
        yield Resource("databricks", "target", key.text, key.line, flat(target))
        yield from _bundle_resources(target.get("resources"), variables, key.text)
    yield from _bundle_resources(document.get("resources"), variables)
    for key, body in document.get("artifacts").items():
        build = body.get("build")
        if build.kind == "scalar" and build.text:
            commands = shell_text(build, beside(body.get("path").text))
            yield Resource("databricks", "artifact", key.text, key.line, flat(body), commands)


def _bundle_variables(document: Node) -> dict[str, set[str]]:
    """Every value that a variable has in this file: its default and what targets give it."""
    values: dict[str, set[str]] = {}
    for key, body in document.get("variables").items():
        values.setdefault(key.text, set()).add(body.get("default").text)
    for _, target in document.get("targets").entries:
        for key, body in target.get("variables").items():
            values.setdefault(key.text, set()).add(body.get("default").text or body.text)
    return values


def _bundle_resources(resources: Node, variables: dict[str, set[str]], target: str = "") -> Iterator[Resource]:
    """Each with its key (`bundle.key`) and, where a target says it, that target (`bundle.target`) among its settings."""
    for section, bodies in resources.items():
        kind = _BUNDLE_KINDS.get(section.text)
        for key, body in bodies.items() if kind else ():
            assert kind is not None
            settings = (("bundle.key", key.text, key.line), *flat(body))[:MAX_SETTINGS]
            settings = (("bundle.target", target, key.line), *settings)[:MAX_SETTINGS] if target else settings
            made = Resource("databricks", kind, body.get("name").text or key.text, key.line, settings)
            if kind not in ("job", "pipeline", "quality_monitor"):
                yield made
                continue
            schedule, event, pause = _bundle_trigger(body)
            commands = tuple(c for task in body.get("tasks").each() for c in _bundle_task(task))
            active = not _only_paused(pause.text, variables)
            yield replace(made, commands=commands, schedule=schedule, event=event, is_active=active)


def _bundle_trigger(body: Node) -> tuple[str, str, Node]:
    """(schedule, event, pause status) of a job: cron, a period, new files, changed tables, or always running."""
    schedule, trigger, continuous = body.get("schedule"), body.get("trigger"), body.get("continuous")
    if schedule.get("quartz_cron_expression"):
        return schedule.get("quartz_cron_expression").text, "", schedule.get("pause_status")
    if trigger.get("periodic"):
        period = trigger.get("periodic")
        return (
            f"every {period.get('interval').text} {period.get('unit').text}".rstrip(),
            "",
            trigger.get("pause_status"),
        )
    for kind in ("file_arrival", "table_update", "table", "model"):
        if trigger.get(kind):
            return "", kind, trigger.get("pause_status")
    if continuous.is_map or continuous.is_true:
        return "continuous", "", continuous.get("pause_status")
    return "", "", NOTHING


def _only_paused(text: str, variables: dict[str, set[str]]) -> bool:
    """PAUSED as written, or a variable that has no other value in this file."""
    found = re.fullmatch(r"\$\{var\.(\w+)\}", text)
    values = variables.get(found[1], set()) if found else {text}
    return bool(values) and all(value.upper() == "PAUSED" for value in values)


def _bundle_task(task: Node) -> Iterator[Command]:
    """What one task starts: a Python file, the entry point of a wheel, a notebook, also inside a for-each task."""
    if task.get("for_each_task", "task").is_map:
        task = task.get("for_each_task", "task")
    file = task.get("spark_python_task", "python_file")
    if file.kind == "scalar":
        words = ("python", file.text, *task.get("spark_python_task", "parameters").texts())
        yield Command(words, file.line, cwd=beside(""))
    wheel = task.get("python_wheel_task")
    if wheel.get("entry_point").kind == "scalar":
        yield Command((wheel.get("entry_point").text, *wheel.get("parameters").texts()), wheel.get("entry_point").line)
    notebook = task.get("notebook_task", "notebook_path")
    if notebook.kind == "scalar" and notebook.text:
        path = notebook.text if notebook.text.endswith((".py", ".ipynb", ".sql", ".r", ".R")) else f"{notebook.text}.py"
        yield Command(("databricks-notebook", path), notebook.line, cwd=beside(""))


_PART = re.compile(
    rf"^[ \t]*resources:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*[ \t]+(?:{'|'.join(_BUNDLE_KINDS)}):[ \t]*(?:#.*)?$", re.M
)


def fits(path: str, text: str) -> bool:
    """A bundle's own file, or one that it includes: `resources:` with one of its sections at the next level."""
    name = path.rpartition("/")[2]
    if name in ("databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"):
        return True
    return path.endswith((".yml", ".yaml")) and "resources:" in text and _PART.search(text) is not None


_DBX_TASKS = ("spark_python_task", "python_wheel_task", "notebook_task", "spark_jar_task", "pipeline_task")
_DBX_LISTS = ("workflows", "jobs")


def fits_dbx(path: str, text: str) -> bool:
    """A deployment file of dbx: the jobs of each environment, with their tasks.

    Rules: dbx.readthedocs.io "Deployment file reference"."""
    return (
        path.endswith((".yml", ".yaml", ".json"))
        and "environments" in text
        and any(task in text for task in _DBX_TASKS)
    )


def dbx(name: str, document: Node) -> Iterator[Resource]:
    """Each environment as a target, and each of its jobs with that target (`bundle.target`) among its settings."""
    for environment, body in document.get("environments").items():
        jobs = [job for section in _DBX_LISTS for job in body.get(section).each() if _is_dbx_job(job)]
        if jobs:
            yield Resource("databricks", "target", environment.text, environment.line)
        for job in jobs:
            settings = (("bundle.target", environment.text, job.line), *flat(job))[:MAX_SETTINGS]
            schedule, event, pause = _bundle_trigger(job)
            tasks = [*job.get("tasks").each(), job]
            commands = tuple(_at_root(command) for task in tasks for command in _bundle_task(task))
            is_active = not _only_paused(pause.text, {})
            yield Resource(
                "databricks", "job", job.get("name").text, job.line, settings, commands, (), schedule, is_active, event
            )


def _is_dbx_job(job: Node) -> bool:
    return bool(job.get("name").text) and any(
        task.get(kind) for kind in _DBX_TASKS for task in (job, *job.get("tasks").each())
    )


def _at_root(command: Command) -> Command:
    """The command with its files as seen from the project's root, where dbx is called, and not from the file that names
    them (`file://jobs/fit.py`)."""
    words = tuple(word.removeprefix("file:fuse://").removeprefix("file://") for word in command.argv)
    return replace(command, argv=words, cwd="")
