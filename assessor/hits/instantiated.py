"""Classes and functions that a configuration file names for a framework to make: Hydra, jsonargparse, torchtune."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assessor.catalog.tools import Tool
from assessor.facts.place import Setting
from assessor.facts.python import MODULE, Call
from assessor.hits.call_proofs import CallProofs, arguments_fit
from assessor.hits.ground import Ground
from assessor.hits.hit import Hit
from assessor.project.model import Role

_KEYS = ("_target_", "class_path", "_component_", "__class__", "class_name", "callable", "target", "type")
"""Keys by which the frameworks name what they make; under any other key a class of a product in reach counts."""
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){1,12}")


def instantiated_hits(ground: Ground) -> Iterator[Hit]:
    """What such a name makes, as if code called it; the keys beside it, or below `init_args`, are its keywords."""
    proofs = None
    for file, settings in ground.project.having(lambda f: f.settings, frozenset({Role.FIRST_PARTY})):
        values = {setting.key: setting.value for setting in settings}
        for setting in settings:
            if not _names_a_class(setting):
                continue
            proofs = proofs or CallProofs(ground)
            call = Call(setting.value, setting.line, MODULE, keywords=_keywords(setting.key, values))
            for pattern, tool, proof in proofs.named(setting.value, "call"):
                if (
                    not pattern.startswith(("?", "*"))
                    and arguments_fit(call, proof)
                    and _is_meant(ground, setting, tool)
                ):
                    place = file.at(setting.line)
                    yield Hit(proof.practice, tool, proof, place, "setting", file, text=setting.value)


def _names_a_class(setting: Setting) -> bool:
    """A dotted name under a key that has one made, or that of a class; the items of a list of names are not made."""
    key = setting.key.rpartition(".")[2]
    if key.isdigit() or not _DOTTED.fullmatch(setting.value):
        return False
    return key in _KEYS or setting.value.rpartition(".")[2][:1].isupper()


def _is_meant(ground: Ground, setting: Setting, tool: Tool) -> bool:
    """A list of names (a catalogue, documentation as data) makes nothing where the project has not even the product."""
    return setting.key.rpartition(".")[2] in _KEYS or ground.tool_place(tool) is not None


def _keywords(key: str, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    parent = key.rpartition(".")[0]
    heads = [f"{parent}.init_args." if parent else "init_args.", f"{parent}." if parent else ""]
    return tuple(
        (name.removeprefix(head), value)
        for head in heads
        for name, value in values.items()
        if name.startswith(head) and "." not in name.removeprefix(head) and name != key
    )
