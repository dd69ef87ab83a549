import pandas as pd
import pytest

from house_prices import data


def houses(rows=5_000, **changes):
    one = {"rooms": 4, "living_area": 120.0, "plot_area": 400.0, "built": 1987, "price": 310_000.0}
    return pd.DataFrame([one | changes] * rows)


def test_good_houses_pass():
    assert len(data.validate(houses())) == 5_000


@pytest.mark.parametrize("table", [houses(price=5.0), houses(rows=10), houses().drop(columns="built")])
def test_bad_houses_are_refused(table):
    with pytest.raises(data.BadData):
        data.validate(table)
