"""Register a run as a candidate, if it is good enough."""

import logging

import mlflow
from mlflow import MlflowClient

log = logging.getLogger(__name__)
NAME = "demand"


class NotGoodEnough(RuntimeError):
    """The new model must not be registered."""


def champion_error() -> float | None:
    client = MlflowClient()
    try:
        champion = client.get_model_version_by_alias(NAME, "champion")
    except mlflow.exceptions.MlflowException:
        return None
    return client.get_run(champion.run_id).data.metrics["wape"]


def register(run_id: str, error: float, max_wape: float) -> str:
    """Return the new version; raise NotGoodEnough above the limit or behind the champion."""
    if error > max_wape:
        raise NotGoodEnough(f"WAPE {error:.3f} is above {max_wape}")
    current = champion_error()
    if current is not None and error > current * 1.02:
        raise NotGoodEnough(f"WAPE {error:.3f} against {current:.3f} of the champion")
    version = mlflow.register_model(f"runs:/{run_id}/model", NAME)
    log.info("registered %s version %s", NAME, version.version)
    return version.version
