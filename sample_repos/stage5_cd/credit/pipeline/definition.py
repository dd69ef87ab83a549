"""The training pipeline for Kubeflow: prepare, train, promote."""

import os

from kfp import dsl

IMAGE = os.environ.get("PIPELINE_IMAGE", "ghcr.io/bank-ml/credit:2.1.0")


@dsl.component(base_image=IMAGE)
def prepare(day: str, table: dsl.Output[dsl.Dataset]):
    from credit.pipeline import steps

    steps.prepare(day, table.path)


@dsl.component(base_image=IMAGE)
def train(day: str, table: dsl.Input[dsl.Dataset]) -> str:
    from credit.pipeline import steps

    return steps.train(table.path, day)


@dsl.component(base_image=IMAGE)
def promote(run_id: str):
    from credit.pipeline import steps

    steps.promote(run_id)


@dsl.pipeline(name="credit-default")
def credit_default(day: str):
    table = prepare(day=day)
    run = train(day=day, table=table.outputs["table"])
    promote(run_id=run.output)
