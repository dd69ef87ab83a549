"""Measure models/router.joblib on data/split/test.csv and write metrics.json."""

import json
from pathlib import Path

import joblib
import pandas as pd
import wandb
from sklearn.metrics import f1_score


def measure(model: object, tickets: pd.DataFrame) -> dict[str, float]:
    predicted = model.predict(tickets["text"])  # type: ignore[attr-defined]
    by_team = f1_score(tickets["team"], predicted, average=None)
    return {"macro_f1": float(by_team.mean()), "worst_team_f1": float(by_team.min())}


def main() -> None:
    metrics = measure(joblib.load("models/router.joblib"), pd.read_csv("data/split/test.csv"))
    Path("metrics.json").write_text(json.dumps(metrics))
    with wandb.init(project="tickets", job_type="evaluate") as run:
        run.log(metrics)


if __name__ == "__main__":
    main()
