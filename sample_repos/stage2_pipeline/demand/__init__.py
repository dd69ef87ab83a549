"""Weekly demand forecast."""
