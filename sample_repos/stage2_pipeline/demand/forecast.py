"""Forecast the next weeks for all shops with the champion."""

import logging

import mlflow
import pandas as pd

from demand import config, extract, features

log = logging.getLogger(__name__)


def next_weeks(sales: pd.DataFrame, weeks: int) -> pd.DataFrame:
    last = sales.sort_values("week").groupby(features.KEYS).tail(1)
    frames = [last.assign(week=last["week"] + pd.Timedelta(weeks=step), units=0) for step in range(1, weeks + 1)]
    return pd.concat(frames)


def run() -> None:
    sales = extract.weekly_sales()
    horizon = next_weeks(sales, config.load()["horizon_weeks"])
    table = features.build(pd.concat([sales, horizon]))
    table = table[table["week"] > sales["week"].max()]
    model = mlflow.pyfunc.load_model("models:/demand@champion")
    table["forecast"] = model.predict(table[features.columns()])
    extract.write_forecast(table[[*features.KEYS, "week", "forecast"]])
    log.info("forecast %d weeks", table["week"].nunique())
