"""Readers of settings and documents, and the search for secrets in any text."""
