"""Chance of a missed payment."""
