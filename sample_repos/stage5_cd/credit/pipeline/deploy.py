"""Upload this version of the pipeline and let it run each Monday: python -m credit.pipeline.deploy VERSION"""

import os
import sys

import kfp
from kfp import compiler

from credit.pipeline.definition import credit_default

PACKAGE = "credit_default.yaml"


def deploy(version: str) -> None:
    compiler.Compiler().compile(credit_default, PACKAGE)
    client = kfp.Client(host=os.environ["KFP_HOST"])
    client.upload_pipeline_version(PACKAGE, pipeline_version_name=version, pipeline_name="credit-default")
    experiment = client.create_experiment("credit")
    client.create_recurring_run(
        experiment_id=experiment.experiment_id,
        job_name=f"credit-weekly-{version}",
        cron_expression="0 0 2 * * 1",
        pipeline_package_path=PACKAGE,
        params={"day": "[[ScheduledTime]]"},
    )


if __name__ == "__main__":
    deploy(sys.argv[1])
