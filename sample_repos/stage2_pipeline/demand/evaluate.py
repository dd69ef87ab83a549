"""Measure a trained run on the weeks that it has not seen."""

import mlflow
import pandas as pd

from demand import features


def wape(actual: pd.Series, predicted) -> float:
    """Weighted absolute percentage error: sum of errors over sum of units."""
    return float((actual - predicted).abs().sum() / actual.sum())


def evaluate(run_id: str) -> float:
    model = mlflow.lightgbm.load_model(f"runs:/{run_id}/model")
    holdout = pd.read_parquet(mlflow.artifacts.download_artifacts(f"runs:/{run_id}/holdout.parquet"))
    error = wape(holdout["units"], model.predict(holdout[features.columns()]))
    naive = wape(holdout["units"], holdout["lag_1"])
    with mlflow.start_run(run_id=run_id):
        mlflow.log_metrics({"wape": error, "naive_wape": naive})
    return error
