"""The facts of a file as they are kept: encoded, and the maintainability index behind them (see looks.py).

Of many files each text is held once: names, commands and versions repeat so much that facts take half the memory then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assessor.cache.codec import Codec
from assessor.looks import parted, united
from assessor.project.project_file import ProjectFile


class FileCodec(Codec[ProjectFile]):
    """Encodes and decodes a file with its facts. `shares`: what it decodes has each text once; `is_sent`: what it encodes
    is handed to another process and not kept, so it need not be small."""

    def __init__(self, *, shares: bool = False, is_sent: bool = False) -> None:
        super().__init__(ProjectFile, level=0) if is_sent else super().__init__(ProjectFile)
        self._texts = Texts() if shares else None

    def encode(self, value: ProjectFile) -> bytes | None:
        index = _index(value)
        facts = super().encode(_with_index(value, 0.0) if index else value)
        return None if facts is None else united(facts, index)

    def decode(self, data: bytes) -> ProjectFile | None:
        facts, index = parted(data)
        value = super().decode(facts)
        if value is not None and self._texts is not None:
            self._texts.share(value)
        return _with_index(value, index) if value is not None and index else value


class Texts:
    """Texts, and tuples of texts, each of which is held once."""

    _MOST = 1_000_000

    def __init__(self) -> None:
        self._known: dict[object, Any] = {}

    def share(self, value: object) -> None:
        """Put the known text in the place of each equal one in a value that was just decoded, and in all that it holds;
        nobody else has it yet, and it stays equal to what it was."""
        if len(self._known) > self._MOST:
            self._known.clear()
        self._within(value)

    def _within(self, value: Any) -> None:
        for name in getattr(value, "__dataclass_fields__", ()):
            old = getattr(value, name)
            if isinstance(old, str | tuple):
                new = self._one(old)
                if new is not old:
                    object.__setattr__(value, name, new)
            elif old is not None:
                self._within(old)

    def _one(self, value: Any) -> Any:
        """The text or tuple to hold. Tuples of anything but texts are left: one of 1 equals one of True."""
        if type(value) is str:
            return self._known.setdefault(value, value)
        if type(value) is not tuple:
            self._within(value)
            return value
        parts = tuple(self._one(part) for part in value)
        if all(type(part) is str for part in parts):
            return self._known.setdefault(parts, parts)
        return parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value


def _index(file: ProjectFile) -> float:
    code = file.facts.python
    return code.metrics.maintainability if code and code.metrics else 0.0


def _with_index(file: ProjectFile, index: float) -> ProjectFile:
    code = file.facts.python
    if code is None or code.metrics is None:
        return file
    metrics = replace(code.metrics, maintainability=index)
    return replace(file, facts=replace(file.facts, python=replace(code, metrics=metrics)))
