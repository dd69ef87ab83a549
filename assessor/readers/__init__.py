"""Readers turn the bytes of one file of one format into facts: pure, no disk, no clock, no knowledge of other files.

Each reader is a module with two functions:

- `matches(path: str) -> bool`: does it read a file of this name (a POSIX path below the snapshot's root)?
- `read(path: str, text: str) -> FileFacts`: the facts. It never raises for any text; what it cannot read goes into
  `FileFacts.problems` as (line, reason).
"""
