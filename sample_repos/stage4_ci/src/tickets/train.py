"""Train the router on data/split/train.csv and write models/router.joblib."""

from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import structlog
import wandb
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from tickets import features, params

log = structlog.get_logger()
MODEL = Path("models/router.joblib")


def build(options: dict[str, Any], seed: int) -> Pipeline:
    words = TfidfVectorizer(preprocessor=features.clean, ngram_range=(1, options["ngrams"]), min_df=options["min_df"])
    return make_pipeline(words, LogisticRegression(C=options["C"], max_iter=1_000, random_state=seed))


def main() -> None:
    options = params.load()
    tickets = pd.read_csv("data/split/train.csv")
    with wandb.init(project="tickets", job_type="train", config=options) as run:
        model = build(options["train"], options["seed"]).fit(tickets["text"], tickets["team"])
        MODEL.parent.mkdir(exist_ok=True)
        joblib.dump(model, MODEL)
        run.log({"rows": len(tickets), "words": len(model[0].vocabulary_)})
    log.info("trained", rows=len(tickets))


if __name__ == "__main__":
    main()
