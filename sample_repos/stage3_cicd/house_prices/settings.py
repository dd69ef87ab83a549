"""Settings from config/model.yaml; addresses and keys from the environment."""

import os
from pathlib import Path

import yaml

CONFIG = Path(__file__).resolve().parent.parent / "config" / "model.yaml"


def model_settings() -> dict:
    return yaml.safe_load(CONFIG.read_text())


def listings_url() -> str:
    return os.environ["LISTINGS_URL"]
