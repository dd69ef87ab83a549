"""POST /risk answers with the chance of a missed payment."""

import logging
import threading
import time

import mlflow
from fastapi import FastAPI
from feast import FeatureStore
from prometheus_client import Counter, Histogram, make_asgi_app
from pydantic import BaseModel

from credit.data import FEATURES

log = logging.getLogger(__name__)
REQUESTS = Counter("credit_requests_total", "Requests by outcome", ["outcome"])
RISK = Histogram("credit_risk", "Predicted risk", buckets=[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0])
SECONDS = Histogram("credit_seconds", "Time to answer")
REFRESH_SECONDS = 60

app = FastAPI(title="Credit default")
app.mount("/metrics", make_asgi_app())
current: dict = {}


class Customer(BaseModel):
    customer_id: int


def refresh() -> None:
    """Load the champion anew once a minute, so that a promotion reaches the service by itself."""
    while True:
        current["model"] = mlflow.lightgbm.load_model("models:/credit-default@champion")
        time.sleep(REFRESH_SECONDS)


@app.on_event("startup")
def start_refresh() -> None:
    threading.Thread(target=refresh, daemon=True).start()


@app.get("/health")
def health() -> dict:
    return {"ready": "model" in current}


@app.post("/risk")
def risk(customer: Customer) -> dict:
    with SECONDS.time():
        rows = FeatureStore("features").get_online_features(FEATURES, [{"customer_id": customer.customer_id}]).to_df()
        chance = float(current["model"].predict_proba(rows.drop(columns="customer_id"))[0, 1])
    REQUESTS.labels("answered").inc()
    RISK.observe(chance)
    log.info("risk of %s is %.3f", customer.customer_id, chance)
    return {"risk": round(chance, 4)}
