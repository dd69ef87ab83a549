from credit import model

FEATURES = ["utilisation", "late_90d", "income"]


def test_model_beats_chance_and_answers_with_probabilities(customers):
    fitted = model.fit(customers, FEATURES, {"n_estimators": 30, "verbose": -1}, seed=1)
    risk = fitted.predict_proba(customers[FEATURES])[:, 1]
    assert 0 <= risk.min() and risk.max() <= 1
    assert model.measure(fitted, customers, FEATURES)["auc"] > 0.7


def test_more_late_payments_are_no_smaller_risk(customers):
    fitted = model.fit(customers, FEATURES, {"n_estimators": 30, "monotone_constraints": [0, 1, 0], "verbose": -1}, 1)
    few, many = customers.assign(late_90d=0), customers.assign(late_90d=5)
    assert (fitted.predict_proba(many[FEATURES])[:, 1] >= fitted.predict_proba(few[FEATURES])[:, 1]).all()
