"""Train the forecaster and log the run."""

import logging

import lightgbm
import mlflow
import pandas as pd

from demand import features

log = logging.getLogger(__name__)


def split(table: pd.DataFrame, holdout_weeks: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    border = table["week"].max() - pd.Timedelta(weeks=holdout_weeks)
    return table[table["week"] <= border], table[table["week"] > border]


def train(table: pd.DataFrame, settings: dict) -> str:
    """Train on all but the last weeks; return the id of the MLflow run."""
    past, holdout = split(table, settings["holdout_weeks"])
    mlflow.set_experiment("demand")
    with mlflow.start_run() as run:
        mlflow.log_params({**settings["model"], "holdout_weeks": settings["holdout_weeks"], "seed": settings["seed"]})
        mlflow.log_input(mlflow.data.from_pandas(past, name="weekly_sales"), context="training")
        model = lightgbm.LGBMRegressor(objective="poisson", random_state=settings["seed"], **settings["model"])
        model.fit(past[features.columns()], past["units"])
        mlflow.lightgbm.log_model(model, "model")
        holdout.to_parquet("holdout.parquet")
        mlflow.log_artifact("holdout.parquet")
    log.info("trained on %d rows", len(past))
    return run.info.run_id
