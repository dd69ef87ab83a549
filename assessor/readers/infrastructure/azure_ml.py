"""Files of the Azure ML command line: jobs, pipelines, endpoints, schedules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.commands import Command
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import beside, containers_of, flat, images_in, shell_text
from assessor.readers.infrastructure.shapes import holding
from assessor.readers.syntax.yaml_tree import Node

COMPONENT = "azureml-component"
"""System of what a job is made of elsewhere; its kind is the file or the registered name."""
fits = holding("$schema", "azureml", ".schema.json")

_AZUREML_SCHEMA = re.compile(r"azureml(?:schemas)?[\w./-]{0,200}?/([\w-]{1,100})\.schema\.json")


def resources(name: str, document: Node) -> Iterator[Resource]:
    """A YAML file of the Azure ML CLI: kind by its `$schema` (commandJob, pipelineJob, managedOnlineDeployment …)."""
    found = _AZUREML_SCHEMA.search(document.get("$schema").text[:300])
    if not found:
        return
    trigger = document.get("trigger")
    schedule = trigger.get("expression").text or (
        f"every {trigger.get('frequency').text}" if trigger.get("frequency") else ""
    )
    kind = "monitorSchedule" if document.get("create_monitor") else found[1][0].lower() + found[1][1:]
    commands = tuple(command for job in _azureml_jobs(document) for command in _azureml_command(job))
    yield Resource(
        "azureml",
        kind,
        document.get("name").text or document.get("display_name").text,
        document.get("$schema").line,
        flat(document),
        commands,
        images_in(containers_of(document)),
        schedule,
        is_active=not document.get("is_enabled").is_false,
    )
    for key, job in (*document.get("jobs").items(), *document.get("create_job", "jobs").items()):
        component = job.get("component")
        if component.kind == "scalar" and component.text:
            yield Resource(COMPONENT, component.text[:200], key.text, component.line)
    created = document.get("create_job")
    job = created.get("job") if created.is_map else created
    if job.kind == "scalar" and job.text:
        yield Resource(COMPONENT, job.text[:200], "create_job", job.line)


def _azureml_jobs(document: Node) -> Iterator[Node]:
    """The job itself, the jobs of a pipeline, and the job that a schedule creates."""
    yield document
    for jobs in (document.get("jobs"), document.get("create_job", "jobs")):
        for _, job in jobs.entries:
            yield job
            if job.get("component").is_map:
                yield job.get("component")
    if document.get("create_job").is_map:
        yield document.get("create_job")


def _azureml_command(job: Node) -> tuple[Command, ...]:
    """`command` runs in the folder `code`, which counts from the YAML file's folder."""
    if job.get("command").kind != "scalar":
        return ()
    code = job.get("code").text
    return shell_text(job.get("command"), "" if ":" in code else beside(code))  # `azureml:name@version` is no folder
