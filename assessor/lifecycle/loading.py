"""Calls that bring back a stored model: by their name, or by the file from which a framework's class makes one."""

from __future__ import annotations

from assessor.catalog.traits import framework_roots
from assessor.catalog.words import speaks_of
from assessor.facts.python import Call

_FILES = ("model_file", "model_path", "model_str", "model_content", "weights_path", "ckpt_path", "checkpoint_path")
"""Keywords of classes that read a model from a file: `lightgbm.Booster(model_file=…)`, `Interpreter(model_path=…)`."""


def loads_stored_model(call: Call) -> bool:
    """The call loads a stored model, and nothing else that may be loaded."""
    return speaks_of("loads_stored_model", call.name) or made_from_file(call)


def made_from_file(call: Call) -> bool:
    """A class of a framework loads itself, or is made of a file: by a keyword, or by the path that is its first argument."""
    head, _, last = call.name.rpartition(".")
    owner = head.rpartition(".")[2]
    if last == "load" and owner[:1].isupper() and head.partition(".")[0] in framework_roots():
        return not speaks_of("transformer", owner)
    if not last[:1].isupper() or head.partition(".")[0] not in framework_roots():
        return False
    return _names_a_model(call) or any(call.keyword(name) is not None for name in _FILES)


def _names_a_model(call: Call) -> bool:
    first = call.args[0] if call.args else None
    return isinstance(first, str) and "." in first and speaks_of("ending_of_model", first.rpartition(".")[2])
