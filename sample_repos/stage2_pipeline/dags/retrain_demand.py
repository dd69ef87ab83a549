"""Each Sunday night: read, check, train, evaluate, register. A failing task stops those after it."""

from datetime import datetime, timedelta

import pandas as pd
from airflow.decorators import dag, task

from demand import config, evaluate, extract, features, register, schema, train

STORE = "/var/lib/airflow/demand"
DEFAULTS = {
    "owner": "demand",
    "retries": 1,
    "retry_delay": timedelta(minutes=10),
    "email": ["demand-team@shops.example"],
    "email_on_failure": True,
}


@dag(schedule="0 22 * * 0", start_date=datetime(2024, 3, 3), catchup=False, default_args=DEFAULTS, tags=["demand"])
def retrain_demand():
    @task
    def read(ds=None) -> str:
        path = f"{STORE}/sales-{ds}.parquet"
        extract.weekly_sales().to_parquet(path)
        return path

    @task
    def check(path: str) -> str:
        schema.check(pd.read_parquet(path))
        return path

    @task
    def build_features(path: str) -> str:
        out = path.replace("sales-", "features-")
        features.build(pd.read_parquet(path)).to_parquet(out)
        return out

    @task
    def fit(path: str) -> str:
        return train.train(pd.read_parquet(path), config.load())

    @task
    def measure(run_id: str) -> float:
        return evaluate.evaluate(run_id)

    @task
    def accept(run_id: str, error: float) -> str:
        return register.register(run_id, error, config.load()["max_wape"])

    run_id = fit(build_features(check(read())))
    accept(run_id, measure(run_id))


retrain_demand()
