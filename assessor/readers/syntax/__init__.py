"""Grammars that several readers share: YAML with places, shell."""
