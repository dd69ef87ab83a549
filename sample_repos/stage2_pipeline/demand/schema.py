"""What weekly sales must look like before anything is trained on them."""

import pandas as pd
import pandera as pa

WEEKLY_SALES = pa.DataFrameSchema(
    {
        "shop_id": pa.Column(int, pa.Check.in_range(1, 240)),
        "article_id": pa.Column(int, pa.Check.gt(0)),
        "week": pa.Column("datetime64[ns]", pa.Check(lambda week: week.dt.dayofweek == 0)),
        "units": pa.Column(int, pa.Check.in_range(0, 20_000)),
        "price": pa.Column(float, pa.Check.in_range(0.05, 5_000)),
        "promo": pa.Column(int, pa.Check.isin([0, 1])),
    },
    unique=["shop_id", "article_id", "week"],
)


def check(sales: pd.DataFrame) -> pd.DataFrame:
    """Raise pandera's SchemaErrors where the sales break the schema."""
    return WEEKLY_SALES.validate(sales, lazy=True)
