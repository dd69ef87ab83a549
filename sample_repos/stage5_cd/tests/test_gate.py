import pytest

from credit import gate

SETTINGS = {"min_auc": 0.75, "max_selection_gap": 0.1}


def test_better_than_the_champion_passes():
    gate.decide({"auc": 0.80, "selection_gap": 0.02}, {"auc": 0.78}, SETTINGS)


@pytest.mark.parametrize(
    ("candidate", "champion"),
    [
        ({"auc": 0.70, "selection_gap": 0.02}, None),
        ({"auc": 0.80, "selection_gap": 0.30}, None),
        ({"auc": 0.77, "selection_gap": 0.02}, {"auc": 0.78}),
    ],
)
def test_refused(candidate, champion):
    with pytest.raises(gate.Refused):
        gate.decide(candidate, champion, SETTINGS)
