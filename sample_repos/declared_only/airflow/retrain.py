"""Nightly retraining DAG."""

# from airflow import DAG
# from airflow.operators.python import PythonOperator
#
# with DAG("retrain", schedule="@daily") as dag:
#     extract >> validate >> train >> evaluate >> register >> deploy
