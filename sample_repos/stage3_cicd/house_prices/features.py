"""Features of a house."""

import numpy as np
import pandas as pd

COLUMNS = ["rooms", "living_area", "plot_share", "area_per_room", "age", "age_squared"]


def build(houses: pd.DataFrame, year: int) -> pd.DataFrame:
    age = (year - houses["built"]).clip(lower=0)
    return pd.DataFrame(
        {
            "rooms": houses["rooms"],
            "living_area": houses["living_area"],
            "plot_share": houses["living_area"] / houses["plot_area"].replace(0, np.nan),
            "area_per_room": houses["living_area"] / houses["rooms"],
            "age": age,
            "age_squared": age**2,
        }
    ).fillna(0.0)[COLUMNS]
