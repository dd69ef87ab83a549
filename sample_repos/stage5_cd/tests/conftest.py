import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    random = np.random.default_rng(3)
    rows = 800
    late = random.integers(0, 6, rows)
    return pd.DataFrame(
        {
            "utilisation": random.uniform(0, 1.2, rows),
            "late_90d": late,
            "income": random.uniform(900, 9_000, rows),
            "age_group": random.choice(["18-30", "31-50", "51+"], rows),
            "defaulted": (random.uniform(0, 1, rows) < 0.02 + 0.06 * late).astype(int),
        }
    )
