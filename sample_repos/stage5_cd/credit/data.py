"""Training data from the feature store, at a fixed version of the label table (Delta)."""

import pandas as pd
from deltalake import DeltaTable
from feast import FeatureStore

LABELS = "gs://credit-data/labels"
FEATURES = ["behaviour:utilisation", "behaviour:late_90d", "behaviour:income"]
LIMITS = {"utilisation": (0.0, 2.0), "late_90d": (0, 90), "income": (0.0, 100_000.0)}


class SchemaViolation(ValueError):
    """The table cannot be trained on."""


def training_table(day: str) -> pd.DataFrame:
    """Read the labels in the version of `day`, joined with the features of that time."""
    labels = DeltaTable(LABELS)
    labels.load_as_version(day)
    known = labels.to_pandas()
    return FeatureStore("features").get_historical_features(entity_df=known, features=FEATURES).to_df()


def validate(table: pd.DataFrame) -> pd.DataFrame:
    missing = {*LIMITS, "defaulted"} - set(table.columns)
    if missing:
        raise SchemaViolation(f"missing: {sorted(missing)}")
    for name, (low, high) in LIMITS.items():
        if not table[name].between(low, high).all():
            raise SchemaViolation(f"{name} outside {low} to {high}")
    if not 0.005 < table["defaulted"].mean() < 0.3:
        raise SchemaViolation("implausible share of defaults")
    return table
