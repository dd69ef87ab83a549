"""The nightly training as a Prefect flow; prefect.yaml has its schedule."""

import pandas as pd
from prefect import flow, task

from house_prices import data, settings, train


@task(retries=2, retry_delay_seconds=60)
def read() -> pd.DataFrame:
    return data.load(settings.listings_url())


@task
def check(houses: pd.DataFrame) -> pd.DataFrame:
    return data.validate(houses)


@task
def fit_and_register(houses: pd.DataFrame) -> float:
    return train.run(houses)


@flow(name="train-house-prices", log_prints=True)
def train_house_prices() -> float:
    houses = read()
    return fit_and_register(check(houses))
