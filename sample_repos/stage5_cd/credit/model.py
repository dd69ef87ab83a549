"""Fit and measure; no side effects."""

import lightgbm
import optuna
import pandas as pd
from fairlearn.metrics import demographic_parity_difference
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_score


def fit(table: pd.DataFrame, features: list[str], params: dict, seed: int) -> lightgbm.LGBMClassifier:
    return lightgbm.LGBMClassifier(random_state=seed, **params).fit(table[features], table["defaulted"])


def search(table: pd.DataFrame, features: list[str], trials: int, seed: int) -> dict:
    """Return the best of `trials` settings by cross-validated AUC."""

    def objective(trial: optuna.Trial) -> float:
        params = {
            "num_leaves": trial.suggest_int("num_leaves", 7, 63),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
            "min_child_samples": trial.suggest_int("min_child_samples", 10, 200),
        }
        model = lightgbm.LGBMClassifier(random_state=seed, **params)
        return cross_val_score(model, table[features], table["defaulted"], scoring="roc_auc", cv=3).mean()

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=trials)
    return study.best_params


def measure(model: lightgbm.LGBMClassifier, table: pd.DataFrame, features: list[str]) -> dict[str, float]:
    risk = model.predict_proba(table[features])[:, 1]
    flagged = risk >= sorted(risk)[-max(1, len(risk) // 20)]
    gap = demographic_parity_difference(table["defaulted"], flagged, sensitive_features=table["age_group"])
    return {"auc": float(roc_auc_score(table["defaulted"], risk)), "selection_gap": float(gap)}
