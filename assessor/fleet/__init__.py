"""Many repositories: which ones, who audits them, and the file that survives whatever ends the run."""
