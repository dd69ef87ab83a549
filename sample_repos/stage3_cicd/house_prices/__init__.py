"""Price estimates for houses."""
