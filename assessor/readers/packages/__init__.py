"""Readers of package metadata, requirements and locks."""
