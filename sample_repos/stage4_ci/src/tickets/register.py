"""Link the trained model to the W&B registry, unless the gate refuses it."""

import json
import sys
from pathlib import Path

import structlog
import wandb

from tickets import params

log = structlog.get_logger()


def refusal(candidate: float, production: float | None, gate: dict[str, float]) -> str | None:
    """Return why the candidate may not go on, or None."""
    if candidate < gate["min_f1"]:
        return f"macro F1 {candidate:.3f} is below {gate['min_f1']}"
    if production is not None and candidate < production - gate["max_loss_against_production"]:
        return f"macro F1 {candidate:.3f} against {production:.3f} in production"
    return None


def production_f1() -> float | None:
    try:
        artifact = wandb.Api().artifact("support-ml/model-registry/tickets:production")
    except wandb.errors.CommError:
        return None
    return float(artifact.metadata["macro_f1"])


def main() -> None:
    metrics = json.loads(Path("metrics.json").read_text())
    reason = refusal(metrics["macro_f1"], production_f1(), params.load()["gate"])
    if reason:
        sys.exit(reason)
    with wandb.init(project="tickets", job_type="register") as run:
        artifact = wandb.Artifact("tickets", type="model", metadata=metrics)
        artifact.add_file("models/router.joblib")
        run.link_artifact(run.log_artifact(artifact), "support-ml/model-registry/tickets")
    log.info("registered", **metrics)


if __name__ == "__main__":
    main()
