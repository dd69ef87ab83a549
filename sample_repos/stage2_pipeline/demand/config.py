"""Settings of the training, read from config/train.yaml."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def load(path: Path = ROOT / "config" / "train.yaml") -> dict:
    return yaml.safe_load(path.read_text())
