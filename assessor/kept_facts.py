"""The facts of a file as they are kept: encoded, and the maintainability index behind them (see looks.py)."""

from __future__ import annotations

from dataclasses import replace

from assessor.cache.codec import Codec
from assessor.looks import parted, united
from assessor.project.project_file import ProjectFile


class FileCodec(Codec[ProjectFile]):
    """Encodes and decodes a file with its facts."""

    def __init__(self) -> None:
        super().__init__(ProjectFile)

    def encode(self, value: ProjectFile) -> bytes | None:
        index = _index(value)
        facts = super().encode(_with_index(value, 0.0) if index else value)
        return None if facts is None else united(facts, index)

    def decode(self, data: bytes) -> ProjectFile | None:
        facts, index = parted(data)
        value = super().decode(facts)
        return _with_index(value, index) if value is not None and index else value


def _index(file: ProjectFile) -> float:
    code = file.facts.python
    return code.metrics.maintainability if code and code.metrics else 0.0


def _with_index(file: ProjectFile, index: float) -> ProjectFile:
    code = file.facts.python
    if code is None or code.metrics is None:
        return file
    metrics = replace(code.metrics, maintainability=index)
    return replace(file, facts=replace(file.facts, python=replace(code, metrics=metrics)))
