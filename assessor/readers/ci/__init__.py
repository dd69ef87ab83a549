"""Readers of CI and workflow definitions."""
