"""Reads a machine-learning repository, rates its MLOps practice and proves it. Importing this imports nothing else."""

__version__ = "0.1.0"
DISTRIBUTION = "mlops-assessor"
"""The name under which the package is installed."""
