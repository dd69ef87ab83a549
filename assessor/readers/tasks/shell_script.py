"""Shell scripts: `*.sh` and files without an ending that begin with a shell's shebang."""

from __future__ import annotations

import re

from assessor.facts.file import EMPTY, FileFacts
from assessor.readers.syntax import shell

_SHEBANG = re.compile(r"^#!.*\b(?:ba|z|da|k)?sh\b")
_FOLDERS = ("bin/", "scripts/", "script/", "ci/", ".ci/", "hack/", "docker/", "deploy/", "tools/")
_NAMES = re.compile(
    r"^(?:entrypoint|docker-entrypoint|run|start|build|test|deploy|bootstrap|setup|ci|train|serve)[\w-]*$"
)


def matches(path: str) -> bool:
    """By ending, or a bare name that scripts use."""
    name = path.rpartition("/")[2]
    if name.endswith((".sh", ".bash", ".ksh", ".zsh")):
        return True
    return "." not in name and (
        bool(_NAMES.match(name)) or any(f"/{path}".find(f"/{folder}") >= 0 for folder in _FOLDERS)
    )


def read(path: str, text: str) -> FileFacts:
    """Return the commands of a script; nothing for a file without an ending whose first line is no shell's shebang."""
    bare = "." not in path.rpartition("/")[2]
    if (bare or text.startswith("#!")) and not _SHEBANG.match(text.split("\n", 1)[0]):
        return EMPTY
    return FileFacts(script=shell.parse(text))
