"""Split the tickets by id: python -m tickets.split FILE FOLDER."""

import sys
from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split

from tickets import params


def split(tickets: pd.DataFrame, test_share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    known, unseen = train_test_split(tickets, test_size=test_share, random_state=seed, stratify=tickets["team"])
    return known, unseen


def main(source: str, folder: Path) -> None:
    options = params.load()
    folder.mkdir(parents=True, exist_ok=True)
    known, unseen = split(pd.read_csv(source), options["split"]["test_share"], options["seed"])
    known.to_csv(folder / "train.csv", index=False)
    unseen.to_csv(folder / "test.csv", index=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
