"""Readers of images, infrastructure and monitoring definitions."""
