"""Definitions that clouds and platforms deploy or run, one resource for each object that they make.

CloudFormation and SAM, ARM, Bicep, Pulumi projects, Serverless Framework, Azure ML (jobs, pipelines, endpoints,
schedules), Databricks asset bundles, SageMaker and Kubeflow/Vertex pipeline definitions, flows of Kestra, DAGs of dag-factory, pipelines of Mage, state machines of
Step Functions, GitHub branch rulesets, and
the small files of platforms (Procfile, Render, App Engine, Elastic Beanstalk, BentoML, Cog, Triton, MLServer, Feast).

A file is recognised by its shape; a cheap look for tell-tale words comes before any parsing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource
from assessor.readers.infrastructure import (
    app_engine,
    arm,
    aws_pipelines,
    azure_ml,
    beanstalk,
    bicep,
    cloudformation,
    dag_factory,
    databricks,
    feast,
    github_rules,
    kestra,
    kubeflow_pipelines,
    mage,
    model_servers,
    procfile,
    pulumi,
    render,
    sagemaker_pipelines,
    serverless,
    state_machines,
)
from assessor.readers.infrastructure.resource_fields import documents, unix
from assessor.readers.infrastructure.shapes import Recognise
from assessor.readers.syntax.yaml_tree import Node, YamlProblem

_MAX_RESOURCES = 1_000
_PLAIN_NAMES = frozenset({"Procfile", "config.pbtxt"})


def matches(path: str) -> bool:
    """YAML, JSON and Bicep files, and the platform files that have a name of their own."""
    name = path.rpartition("/")[2]
    return name in _PLAIN_NAMES or path.endswith((".yml", ".yaml", ".json", ".bicep", ".template", ".config"))


def read(path: str, text: str) -> FileFacts:
    """Resources of the systems named in the module's docstring."""
    text = unix(text)
    name = path.rpartition("/")[2]
    if path.endswith(".bicep"):
        return FileFacts(resources=tuple(bicep.resources(text)))
    if name == "Procfile":
        return FileFacts(resources=tuple(procfile.resources(text)))
    if name == "config.pbtxt":
        return FileFacts(resources=tuple(model_servers.triton(text)))
    found = next((shape for shape in _SHAPES if shape[0](path, text)), None)
    if found is None:
        return EMPTY
    parsed = documents(text)
    if isinstance(parsed, YamlProblem):
        if path.endswith(".config") or "{{" in text:
            return EMPTY
        return FileFacts(
            problems=((parsed.line, f"not {'JSON' if path.endswith('.json') else 'YAML'}: {parsed.reason}"),)
        )
    each = (item for document in parsed for item in found[1](name, document))
    resources = list(islice(each, _MAX_RESOURCES + 1))
    if len(resources) > _MAX_RESOURCES:
        problem = (1, f"more than {_MAX_RESOURCES:,} resources; the rest is not read")
        return FileFacts(resources=tuple(resources[:_MAX_RESOURCES]), problems=(problem,))
    pipelines = (
        tuple(w for d in parsed for w in aws_pipelines.workflows(d)) if found[1] is cloudformation.resources else ()
    )
    return FileFacts(resources=tuple(resources), workflows=pipelines)


Reader = Callable[[str, Node], Iterator[Resource]]

_SHAPES: tuple[tuple[Recognise, Reader], ...] = (
    (serverless.fits, serverless.resources),
    (pulumi.fits, pulumi.resources),
    (render.fits, render.resources),
    (app_engine.fits, app_engine.resources),
    (model_servers.fits_bento, model_servers.bento),
    (model_servers.fits_cog, model_servers.cog),
    (model_servers.fits_mlserver, model_servers.mlserver),
    (feast.fits, feast.resources),
    (kestra.fits, kestra.resources),
    (dag_factory.fits, dag_factory.resources),
    (mage.fits, mage.resources),
    (beanstalk.fits, beanstalk.resources),
    (github_rules.fits_settings, github_rules.settings),
    (databricks.fits, databricks.resources),
    (databricks.fits_dbx, databricks.dbx),
    (azure_ml.fits, azure_ml.resources),
    (cloudformation.fits, cloudformation.resources),
    (arm.fits, arm.resources),
    (github_rules.fits, github_rules.resources),
    (sagemaker_pipelines.fits, sagemaker_pipelines.resources),
    (kubeflow_pipelines.fits, kubeflow_pipelines.resources),
    (state_machines.fits, state_machines.resources),
)
"""How each format is recognised and who reads it; the first that fits reads the file."""
