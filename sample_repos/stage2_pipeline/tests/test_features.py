import pandas as pd
import pytest

from demand import features


@pytest.fixture
def sales() -> pd.DataFrame:
    weeks = pd.date_range("2024-01-01", periods=6, freq="W-MON")
    return pd.DataFrame(
        {"shop_id": 1, "article_id": 5, "week": weeks, "units": [3, 5, 4, 8, 2, 6], "price": 1.5, "promo": 0}
    )


def test_lag_is_the_week_before(sales):
    table = features.add_lags(sales)
    assert table["lag_1"].tolist()[1:] == [3, 5, 4, 8, 2]


def test_moving_average_does_not_see_its_own_week(sales):
    table = features.add_lags(sales)
    assert table["mean_8"].iloc[2] == pytest.approx(4.0)


def test_first_week_has_no_past_and_is_dropped(sales):
    assert len(features.build(sales)) == 5
