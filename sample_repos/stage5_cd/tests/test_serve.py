"""The API with a real model and a feature store in memory."""

import pandas as pd
from fastapi.testclient import TestClient

from credit import model, serve

FEATURES = ["utilisation", "late_90d", "income"]


class Store:
    def __init__(self, path):
        pass

    def get_online_features(self, features, rows):
        return self

    def to_df(self):
        return pd.DataFrame([{"customer_id": 1, "utilisation": 0.9, "late_90d": 4, "income": 2_000.0}])


def test_risk_is_a_share(customers, monkeypatch):
    monkeypatch.setattr(serve, "FeatureStore", Store)
    serve.current["model"] = model.fit(customers, FEATURES, {"n_estimators": 10, "verbose": -1}, seed=1)
    answer = TestClient(serve.app).post("/risk", json={"customer_id": 1})
    assert answer.status_code == 200
    assert 0 <= answer.json()["risk"] <= 1
