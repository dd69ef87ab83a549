"""Scanners rate the practices, one module a dimension. Each has `scan(scene) -> Iterator[Finding]`; none judges levels."""
