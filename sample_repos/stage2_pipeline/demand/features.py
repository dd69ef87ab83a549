"""Features of one shop and article: lags, moving averages, calendar."""

import pandas as pd

LAGS = (1, 2, 4, 52)
KEYS = ["shop_id", "article_id"]


def add_lags(sales: pd.DataFrame) -> pd.DataFrame:
    sales = sales.sort_values([*KEYS, "week"]).copy()
    units = sales.groupby(KEYS)["units"]
    for lag in LAGS:
        sales[f"lag_{lag}"] = units.shift(lag)
    sales["mean_8"] = units.transform(lambda past: past.shift(1).rolling(8, min_periods=1).mean())
    return sales


def add_calendar(sales: pd.DataFrame) -> pd.DataFrame:
    week = sales["week"].dt.isocalendar().week.astype(int)
    return sales.assign(week_of_year=week, is_december=(sales["week"].dt.month == 12).astype(int))


def build(sales: pd.DataFrame) -> pd.DataFrame:
    return add_calendar(add_lags(sales)).dropna(subset=["lag_1"])


def columns() -> list[str]:
    return [*(f"lag_{lag}" for lag in LAGS), "mean_8", "week_of_year", "is_december", "price", "promo"]
