"""Read weekly sales from the warehouse."""

import logging
import os

import pandas as pd
from sqlalchemy import create_engine

from demand.config import ROOT

log = logging.getLogger(__name__)


def weekly_sales() -> pd.DataFrame:
    query = (ROOT / "sql" / "weekly_sales.sql").read_text()
    sales = pd.read_sql(query, create_engine(os.environ["WAREHOUSE_DSN"]), parse_dates=["week"])
    log.info("read %d rows of %d shops", len(sales), sales["shop_id"].nunique())
    return sales


def write_forecast(forecast: pd.DataFrame) -> None:
    forecast.to_sql("demand_forecast", create_engine(os.environ["WAREHOUSE_DSN"]), if_exists="append", index=False)
    log.info("wrote %d forecasts", len(forecast))
