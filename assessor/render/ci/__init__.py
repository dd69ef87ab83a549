"""What CI systems show beside a change."""
