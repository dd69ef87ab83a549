"""What the steps of the pipeline do; each is called by one component."""

import logging
from pathlib import Path

import mlflow
import pandas as pd
from mlflow import MlflowClient
from sklearn.model_selection import train_test_split

from credit import data, gate, model, report, settings

log = logging.getLogger(__name__)
NAME = "credit-default"


def prepare(day: str, out: str) -> None:
    table = data.validate(data.training_table(day))
    table.to_parquet(out)
    log.info("prepared %d rows", len(table))


def train(path: str, day: str) -> str:
    options = settings.load()
    known, unseen = train_test_split(pd.read_parquet(path), test_size=0.2, random_state=options["seed"])
    mlflow.set_experiment(NAME)
    with mlflow.start_run() as run:
        mlflow.log_input(mlflow.data.from_pandas(known, source=data.LABELS, name=f"labels-{day}"))
        mlflow.log_artifact(path, "data")
        best = model.search(known, options["features"], options["trials"], options["seed"])
        mlflow.log_params({**best, "day": day})
        fitted = model.fit(known, options["features"], best, options["seed"])
        metrics = model.measure(fitted, unseen, options["features"])
        mlflow.log_metrics(metrics)
        mlflow.lightgbm.log_model(fitted, "model")
        Path("model_card.md").write_text(report.model_card(metrics, day))
        mlflow.log_artifact("model_card.md")
        report.explain(fitted, unseen[options["features"]], "shap.png")
        mlflow.log_artifact("shap.png")
    return run.info.run_id


def promote(run_id: str) -> None:
    """Register the run and make it the champion, unless the gate refuses it."""
    client = MlflowClient()
    metrics = client.get_run(run_id).data.metrics
    try:
        champion = client.get_run(client.get_model_version_by_alias(NAME, "champion").run_id).data.metrics
    except mlflow.exceptions.MlflowException:
        champion = None
    gate.decide(metrics, champion, settings.load())
    version = mlflow.register_model(f"runs:/{run_id}/model", NAME)
    client.set_registered_model_alias(NAME, "champion", version.version)
    log.info("version %s is the champion", version.version)
