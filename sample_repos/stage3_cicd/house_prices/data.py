"""Read the sold houses and refuse a table that is not what we expect."""

import pandas as pd

TYPES = {"rooms": "int64", "living_area": "float64", "plot_area": "float64", "built": "int64", "price": "float64"}
RANGES = {"rooms": (1, 30), "living_area": (15, 2_000), "built": (1500, 2100), "price": (10_000, 20_000_000)}
MIN_ROWS = 5_000


class BadData(ValueError):
    """The table breaks the schema."""


def load(url: str) -> pd.DataFrame:
    return pd.read_csv(url)


def validate(houses: pd.DataFrame) -> pd.DataFrame:
    """Return the houses unchanged, or raise BadData with every violation."""
    problems = [f"no column {name}" for name in TYPES if name not in houses.columns]
    if not problems:
        problems += [f"{name} is {houses[name].dtype}" for name, kind in TYPES.items() if houses[name].dtype != kind]
        problems += [
            f"{name} outside {low} to {high}"
            for name, (low, high) in RANGES.items()
            if not houses[name].between(low, high).all()
        ]
    if len(houses) < MIN_ROWS:
        problems.append(f"only {len(houses)} rows")
    if problems:
        raise BadData("; ".join(problems))
    return houses
