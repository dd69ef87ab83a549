"""Training with MLflow tracking, Optuna search and registry."""

# import mlflow
# import optuna
#
# mlflow.set_experiment("deepvision")
# with mlflow.start_run():
#     model = fit(load("data/train"))
#     mlflow.log_metric("accuracy", 0.99)
#     mlflow.register_model("runs:/latest/model", "deepvision")


def train():
    """Train the model."""
    raise NotImplementedError


def evaluate():
    """Evaluate the model."""
    pass
