"""The reader of Python: one walk over one parsed tree, in layers that each know what the one below knows.

`names` (what a name stands for here), `variables` (what made what it holds), `decisions` (what follows from a
comparison), `expressions`, `skips` (what keeps a test from running), `statements` (what can run, in order). `reading`
parses and hands the facts out.
"""

from assessor.readers.code.python.reading import matches, read, read_source

__all__ = ["matches", "read", "read_source"]
