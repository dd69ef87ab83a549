"""Pipelines of Mage: the blocks of `pipelines/NAME/metadata.yaml` and the triggers beside it.

Format: docs.mage.ai, "Pipelines" and "Triggers in code".
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import flat
from assessor.readers.syntax.yaml_tree import Node

TRIGGER, PIPELINE = "trigger", "pipeline"
_MIN_BLOCKS = 2


def fits(path: str, text: str) -> bool:
    """The two files of a pipeline, by their names and what they hold."""
    name = path.rpartition("/")[2]
    return (name == "triggers.yaml" and "triggers:" in text) or (
        name == "metadata.yaml" and "blocks:" in text and "upstream_blocks:" in text
    )


def resources(name: str, document: Node) -> Iterator[Resource]:
    """A pipeline of two or more blocks, or each trigger with its schedule or event."""
    if name == "metadata.yaml":
        blocks = document.get("blocks").each()
        if len(blocks) >= _MIN_BLOCKS:
            yield Resource("mage", PIPELINE, document.get("uuid").text, document.get("blocks").line, flat(document))
        return
    for trigger in document.get("triggers").each():
        kind = trigger.get("schedule_type").text
        interval = trigger.get("schedule_interval").text
        yield Resource(
            "mage",
            TRIGGER,
            trigger.get("name").text,
            trigger.line,
            flat(trigger),
            schedule=interval if kind == "time" and interval != "@once" else "",
            is_active=trigger.get("status").text == "active",
            event=kind if kind == "event" else "",
        )
