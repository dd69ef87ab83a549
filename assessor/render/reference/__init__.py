"""The catalogue as pages and as answers of `explain`."""
