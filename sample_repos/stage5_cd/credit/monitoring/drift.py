"""Compare yesterday's features with those of the training; drift starts a training.

Run by the CronJob in deploy/base/monitoring-jobs.yaml: python -m credit.monitoring.drift
"""

import logging
from datetime import date, timedelta

import numpy as np
import pandas as pd
from prometheus_client import CollectorRegistry, Gauge, push_to_gateway

from credit import settings
from credit.pipeline import run

log = logging.getLogger(__name__)
GATEWAY = "pushgateway.monitoring:9091"


def psi(reference: pd.Series, current: pd.Series, bins: int = 10) -> float:
    """Population stability index over the deciles of the reference."""
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, bins + 1)))
    edges[0], edges[-1] = -np.inf, np.inf
    expected = np.histogram(reference, edges)[0] / len(reference) + 1e-6
    actual = np.histogram(current, edges)[0] / len(current) + 1e-6
    return float(np.sum((actual - expected) * np.log(actual / expected)))


def drifts(reference: pd.DataFrame, current: pd.DataFrame, names: list[str]) -> dict[str, float]:
    return {name: psi(reference[name], current[name]) for name in names}


def publish(values: dict[str, float]) -> None:
    registry = CollectorRegistry()
    gauge = Gauge("credit_feature_psi", "Drift by feature", ["feature"], registry=registry)
    for name, value in values.items():
        gauge.labels(name).set(value)
    push_to_gateway(GATEWAY, job="credit-drift", registry=registry)


def main() -> None:
    options = settings.load()
    reference = pd.read_parquet("gs://credit-data/reference/latest.parquet")
    current = pd.read_parquet(f"gs://credit-data/requests/{date.today() - timedelta(days=1)}.parquet")
    values = drifts(reference, current, options["features"])
    publish(values)
    if max(values.values()) > options["psi_limit"]:
        log.warning("drift: %s", values)
        run.start(date.today().isoformat())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
