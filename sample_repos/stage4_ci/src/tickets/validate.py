"""Check the tickets against their schema: python -m tickets.validate FILE. Exits with an error on a violation."""

import sys

import pandas as pd
import pandera as pa

TEAMS = ["billing", "delivery", "legal", "product", "returns", "technical"]
SCHEMA = pa.DataFrameSchema(
    {
        "id": pa.Column(int, unique=True),
        "text": pa.Column(str, pa.Check.str_length(min_value=3)),
        "team": pa.Column(str, pa.Check.isin(TEAMS)),
    },
    strict=True,
)


def validate(tickets: pd.DataFrame) -> pd.DataFrame:
    return SCHEMA.validate(tickets, lazy=True)


if __name__ == "__main__":
    validate(pd.read_csv(sys.argv[1]))
