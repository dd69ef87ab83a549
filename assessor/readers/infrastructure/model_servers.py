"""The small files of model servers: BentoML, Cog, MLServer, Triton."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import flat
from assessor.readers.infrastructure.shapes import named
from assessor.readers.syntax.yaml_tree import Node

fits_bento = named(r"bentofile\.ya?ml")
fits_cog = named(r"cog\.ya?ml")
fits_mlserver = named(r"model-settings\.json")


def bento(name: str, document: Node) -> Iterator[Resource]:
    if document.get("service").kind == "scalar":
        yield Resource(
            "bentoml", "bentofile", document.get("service").text, document.get("service").line, flat(document)
        )


def cog(name: str, document: Node) -> Iterator[Resource]:
    """Cog's model: `predict: "predict.py:Predictor"`."""
    if document.get("build") and document.get("predict").kind == "scalar":
        yield Resource("cog", "model", document.get("predict").text, document.get("predict").line, flat(document))


def mlserver(name: str, document: Node) -> Iterator[Resource]:
    if document.get("implementation").kind == "scalar":
        yield Resource("mlserver", "model", document.get("name").text, document.line, flat(document))


def triton(text: str) -> Iterator[Resource]:
    """Triton's model configuration (a protobuf text)."""
    found = re.search(r'^[ \t]*(?:platform|backend)[ \t]*:[ \t]*"([^"\n]+)"', text, re.MULTILINE)
    if found:
        line = text.count("\n", 0, found.start(1)) + 1
        name = re.search(r'^name[ \t]*:[ \t]*"([^"\n]+)"', text, re.MULTILINE)
        yield Resource("triton", "model", name[1] if name else "", line, (("backend", found[1], line),))
