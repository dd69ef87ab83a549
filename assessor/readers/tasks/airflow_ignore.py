"""`.airflowignore`: lines that keep files of its folder, and below, from Airflow's scheduler.

Each line is a regular expression or a glob, as Airflow's settings say. Neither is run, since the repository wrote it: the
plain pieces between wildcards must stand in the path in their order, which both readings of most lines mean.

Rule: airflow.apache.org "DAGs", section ".airflowignore".
"""

from __future__ import annotations

import re

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import Resource

_MAX_LINES = 1_000
_KNOWN = re.compile(r"\^?[\w./*\\-]+\$?")


ENDINGS = (".airflowignore",)


def matches(path: str) -> bool:
    """The file of this name, in any folder."""
    return path.rpartition("/")[2] == ".airflowignore"


def read(path: str, text: str) -> FileFacts:
    """One resource of the system airflow and the kind `ignored` for each line, with the line as its name."""
    lines = [(number, line.partition("#")[0].strip()) for number, line in enumerate(text.splitlines()[:_MAX_LINES], 1)]
    found = tuple(Resource("airflow", "ignored", line, number) for number, line in lines if line)
    return FileFacts(resources=found) if found else EMPTY


def fits(line: str, path: str) -> bool:
    """The line means the path, seen from the folder of its file. A line that is neither plain is taken to mean none."""
    if not _KNOWN.fullmatch(line) or len(line) > 300:
        return False
    starts, ends = line.startswith(("^", "/")), line.endswith("$")
    pieces = line.strip("^$").removeprefix("/").replace("\\.", ".").replace(".*", "*").replace("**", "*").split("*")
    at = 0
    for number, piece in enumerate(pieces):
        found = path.find(piece, at)
        if found < 0 or (number == 0 and starts and found):
            return False
        at = found + len(piece)
    return not ends or at == len(path)
