"""Start one training on the cluster: python -m credit.pipeline.run"""

import os
from datetime import date

import kfp

from credit.pipeline.definition import credit_default


def start(day: str) -> str:
    """Return the id of the run."""
    client = kfp.Client(host=os.environ["KFP_HOST"])
    run = client.create_run_from_pipeline_func(credit_default, arguments={"day": day}, experiment_name="credit")
    return run.run_id


if __name__ == "__main__":
    print(start(date.today().isoformat()))
