"""Traits, programs, starts and actions: data that is validated with file and line, and asked by names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assessor.catalog.actions import parse_actions
from assessor.catalog.loading import DataError, Source, load_value
from assessor.catalog.objects import parse_objects
from assessor.catalog.programs import Programs, programs
from assessor.catalog.starts import parse_starts, start_patterns
from assessor.catalog.tools import load_tools
from assessor.catalog.traits import (
    chains,
    framework_roots,
    having,
    makes_logger,
    makes_step,
    submits,
    table_roots,
    transforms,
)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("airflow.operators.python.PythonOperator", True),
        ("airflow.decorators.task", True),
        ("airflow.decorators.task.virtualenv", True),
        ("kfp.dsl.component", True),
        ("sagemaker.workflow.steps.TrainingStep", True),
        ("airflow.models.Variable.get", False),
        ("shop.steps.Step", False),
    ],
)
def test_what_makes_a_step(name: str, is_one: bool) -> None:
    assert makes_step(name) is is_one


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("?.start_pipeline_execution", True),
        ("kfp.Client.create_run_from_pipeline_func", True),
        ("shop.orders.submit", False),
    ],
)
def test_what_submits(name: str, is_one: bool) -> None:
    assert submits(name) is is_one


@pytest.mark.parametrize(
    ("asked", "name", "is_one"),
    [
        (transforms, "sklearn.preprocessing.StandardScaler", True),
        (transforms, "sklearn.linear_model.Ridge", False),
        (chains, "sklearn.pipeline.make_pipeline", True),
        (chains, "shop.pipeline.make", False),
        (makes_logger, "structlog.get_logger.bind", True),
        (makes_logger, "shop.get_logger", False),
    ],
)
def test_what_calls_make(asked: Callable[[str], bool], name: str, is_one: bool) -> None:
    assert asked(name) is is_one


def test_roots_come_from_the_catalogue() -> None:
    assert {"pandas", "pyspark"} <= table_roots()
    assert {"sklearn", "torch"} <= framework_roots()
    assert "boto3" not in framework_roots()
    assert having("web") <= {tool.id for tool in load_tools()}


def test_the_tools_of_starts_can_be_explained() -> None:
    assert {start.tool for start in start_patterns()} <= {tool.id for tool in load_tools()}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "- {tool: aiflow, kind: schedule, calls: [a.b]}\n",
            r"^starts\.yaml:1: .*no tool 'aiflow'.*did you mean 'airflow'",
        ),
        ("- tool: airflow\n  kind: daily\n  calls: [a.b]\n", r"^starts\.yaml:2: .*kind"),
        ("- tool: airflow\n  kind: event\n", r"^starts\.yaml:1: .*can never be seen"),
    ],
)
def test_a_mistake_in_starts_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_starts(Source("starts.yaml", text))


def test_a_mistake_in_actions_is_told_with_its_line() -> None:
    with pytest.raises(DataError, match=r"^actions\.yaml:2: .*unknown key 'programm'"):
        parse_actions(Source("actions.yaml", "- {uses: a, program: b}\n- {uses: a, program: b, programm: c}\n"))


def test_a_mistake_in_objects_is_told_with_its_line() -> None:
    with pytest.raises(DataError, match=r"^objects\.yaml:2: .*started"):
        parse_objects(Source("objects.yaml", "- {system: terraform, started: [a]}\n- {system: cloudformation}\n"))


def test_tables_of_programs_exclude_each_other() -> None:
    values = programs().model_dump(mode="json") | {"wrappers": ["torchrun"], "python_wrappers": ["torchrun"]}
    text = "\n".join(f"{key}: {value}" for key, value in values.items())
    with pytest.raises(DataError, match="'torchrun' stands in two tables"):
        load_value(Source("programs.yaml", text), Programs)


@pytest.mark.parametrize(
    ("name", "rest", "words"),
    [
        ("poetry", ("run", "pytest"), ("poetry", "run")),
        ("uv", ("tool", "run"), ("uv", "tool", "run")),
        ("uv", ("sync",), ()),
        ("pytest", (), ()),
    ],
)
def test_wrappers_are_known_by_their_words(name: str, rest: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert programs().wrapper(name, rest) == words
