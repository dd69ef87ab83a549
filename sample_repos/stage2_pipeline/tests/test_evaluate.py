import pandas as pd
import pytest

from demand.evaluate import wape


@pytest.mark.parametrize(
    ("actual", "predicted", "error"),
    [([10, 10], [10, 10], 0.0), ([10, 10], [5, 15], 0.5), ([1, 99], [0, 99], 0.01)],
)
def test_wape(actual, predicted, error):
    assert wape(pd.Series(actual), pd.Series(predicted)) == pytest.approx(error)
