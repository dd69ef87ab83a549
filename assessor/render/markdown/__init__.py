"""Markdown for comments, summaries and files."""
