"""Write the customers that are most likely to leave: python score.py customers.csv calls.csv"""

import pickle
import sys

import pandas as pd


def score(customers: pd.DataFrame, model) -> pd.DataFrame:
    features = pd.get_dummies(customers.drop(columns=["customer_id", "churned"], errors="ignore"))
    features = features.reindex(columns=model.feature_names_in_, fill_value=0)
    customers = customers.assign(risk=model.predict_proba(features)[:, 1])
    return customers.sort_values("risk", ascending=False).head(500)


if __name__ == "__main__":
    with open("models/churn.pkl", "rb") as file:
        churn_model = pickle.load(file)
    calls = score(pd.read_csv(sys.argv[1]), churn_model)
    calls.to_csv(sys.argv[2], index=False)
    print("wrote", sys.argv[2])
