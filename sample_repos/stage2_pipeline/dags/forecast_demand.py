"""Each Monday morning: forecasts for the ordering system."""

from datetime import datetime

from airflow import DAG
from airflow.operators.python import PythonOperator

from demand import forecast

with DAG(
    dag_id="forecast_demand",
    schedule="0 4 * * 1",
    start_date=datetime(2024, 3, 4),
    catchup=False,
    default_args={"owner": "demand", "email": ["demand-team@shops.example"], "email_on_failure": True},
) as dag:
    PythonOperator(task_id="forecast", python_callable=forecast.run)
