"""Behaviour of the versioned model."""

import joblib
import pytest

from tickets.train import build


@pytest.fixture(scope="module")
def model():
    return joblib.load("models/router.joblib")


def test_probabilities_sum_to_one(model):
    assert model.predict_proba(["where is my parcel"])[0].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["Anna", "Mohammed", "Wei"])
def test_a_name_changes_nothing(model, name):
    assert model.predict([f"{name}: my invoice is wrong"])[0] == "billing"


def test_a_small_router_learns_its_training_data():
    texts, teams = ["bill wrong", "bill paid twice", "parcel late", "parcel lost"], ["billing"] * 2 + ["delivery"] * 2
    small = build({"ngrams": 1, "min_df": 1, "C": 100.0}, seed=0).fit(texts, teams)
    assert small.predict(texts).tolist() == teams
