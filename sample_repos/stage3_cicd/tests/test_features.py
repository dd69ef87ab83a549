import pandas as pd

from house_prices import features


def test_no_plot_gives_no_infinity():
    house = pd.DataFrame([{"rooms": 2, "living_area": 60.0, "plot_area": 0.0, "built": 2030}])
    row = features.build(house, 2024).iloc[0]
    assert row["plot_share"] == 0.0
    assert row["age"] == 0
