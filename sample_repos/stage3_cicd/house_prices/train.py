"""Train, measure and register the price model."""

import logging
from datetime import date

import comet_ml
import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_percentage_error
from sklearn.model_selection import train_test_split

from house_prices import data, features, settings

log = logging.getLogger(__name__)
MODEL_FILE = "model.joblib"


class ModelRejected(RuntimeError):
    """The new model is worse than allowed."""


def fit(houses: pd.DataFrame, options: dict) -> RandomForestRegressor:
    model = RandomForestRegressor(random_state=options["seed"], n_jobs=-1, **options["forest"])
    return model.fit(features.build(houses, date.today().year), np.log(houses["price"]))


def measure(model: RandomForestRegressor, houses: pd.DataFrame) -> float:
    predicted = np.exp(model.predict(features.build(houses, date.today().year)))
    return float(mean_absolute_percentage_error(houses["price"], predicted))


def accept(mape: float, limit: float) -> None:
    if mape > limit:
        raise ModelRejected(f"MAPE {mape:.3f} is above {limit}")


def publish(experiment: comet_ml.CometExperiment, model: RandomForestRegressor) -> None:
    joblib.dump(model, MODEL_FILE)
    experiment.log_model("house-prices", MODEL_FILE)
    experiment.register_model("house-prices", status="Production")


def run(houses: pd.DataFrame) -> float:
    options = settings.model_settings()
    known, unseen = train_test_split(houses, test_size=options["holdout_share"], random_state=options["seed"])
    experiment = comet_ml.start(project_name="house-prices")
    experiment.log_parameters(options["forest"])
    model = fit(known, options)
    mape = measure(model, unseen)
    experiment.log_metric("mape", mape)
    log.info("MAPE %.3f on %d unseen houses", mape, len(unseen))
    accept(mape, options["max_mape"])
    publish(experiment, model)
    experiment.end()
    return mape


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    run(data.validate(data.load(settings.listings_url())))
