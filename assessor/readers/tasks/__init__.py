"""Readers of task runners and pipelines of stages."""
