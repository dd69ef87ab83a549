"""Drift detection with Evidently; retrains when drift is found."""

# TODO: Report(metrics=[DataDriftPreset()]).run(reference, current)
