"""Give a registered version the alias that the forecasts use: python -m demand.promote VERSION"""

import sys

from mlflow import MlflowClient

from demand.register import NAME


def promote(version: str) -> None:
    MlflowClient().set_registered_model_alias(NAME, "champion", version)


if __name__ == "__main__":
    promote(sys.argv[1])
