"""Join the predictions of a month ago with the payments since and publish the AUC.

Run by the CronJob in deploy/base/monitoring-jobs.yaml: python -m credit.monitoring.performance
"""

from datetime import date, timedelta

import pandas as pd
from deltalake import DeltaTable
from prometheus_client import CollectorRegistry, Gauge, push_to_gateway
from sklearn.metrics import roc_auc_score

from credit.data import LABELS
from credit.monitoring.drift import GATEWAY


def live_auc(predictions: pd.DataFrame, labels: pd.DataFrame) -> float:
    joined = predictions.merge(labels, on="customer_id", how="inner")
    return float(roc_auc_score(joined["defaulted"], joined["risk"]))


def main() -> None:
    day = date.today() - timedelta(days=30)
    predictions = pd.read_parquet(f"gs://credit-data/predictions/{day}.parquet")
    labels = DeltaTable(LABELS).to_pandas()
    registry = CollectorRegistry()
    Gauge("credit_live_auc", "AUC of the predictions of 30 days ago", registry=registry).set(live_auc(predictions, labels))
    push_to_gateway(GATEWAY, job="credit-performance", registry=registry)


if __name__ == "__main__":
    main()
