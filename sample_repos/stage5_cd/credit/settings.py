"""Settings of the training from config/training.yaml."""

from pathlib import Path

import yaml


def load(path: Path = Path("config/training.yaml")) -> dict:
    return yaml.safe_load(path.read_text())
