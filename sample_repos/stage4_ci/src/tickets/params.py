"""The parameters of the pipeline, from params.yaml."""

from pathlib import Path
from typing import Any

import yaml


def load(path: Path = Path("params.yaml")) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load(path.read_text())
    return values
