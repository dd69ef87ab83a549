"""Export the customers from the CRM database into one CSV file."""

import argparse
import os

import pandas as pd
from sqlalchemy import create_engine

QUERY = """
select c.id as customer_id, c.tenure_months, c.monthly_charge, count(s.id) as support_calls, c.contract, c.churned
from customers c left join support_calls s on s.customer_id = c.id and s.called_at > now() - interval '90 days'
group by c.id
"""


def export(dsn: str) -> pd.DataFrame:
    customers = pd.read_sql(QUERY, create_engine(dsn))
    customers = customers.dropna(subset=["tenure_months", "monthly_charge"])
    customers["contract"] = customers["contract"].str.lower()
    return customers


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="data/customers.csv")
    options = parser.parse_args()
    table = export(os.environ["CRM_DSN"])
    table.to_csv(options.out, index=False)
    print(len(table), "customers")
