"""Conditions of CloudFormation templates that no deployment meets: `!Equals [on, off]`.

A parameter is what whoever deploys the stack gives, so it may be anything that the template allows; its default decides
nothing. What is compared with it may hold, unless it is none of the allowed values.

Rules: docs.aws.amazon.com/AWSCloudFormation, "Condition functions".
"""

from __future__ import annotations

from collections.abc import Sequence

from assessor.readers.syntax.yaml_tree import Node

_MAX_DEPTH = 20
Truth = frozenset[bool]
"""The truth values that a condition can have."""
YES: Truth = frozenset({True})
NO: Truth = frozenset({False})
EITHER: Truth = YES | NO


def never_met(document: Node) -> frozenset[str]:
    """The names of the template's conditions that never hold."""
    conditions = _Conditions(document)
    return frozenset(key.text for key, body in document.get("Conditions").items() if conditions.truth(body, 0) == NO)


class _Conditions:
    def __init__(self, document: Node) -> None:
        self.named = {key.text: body for key, body in document.get("Conditions").items()}
        self.allowed = {
            key.text: body.get("AllowedValues").texts() or None for key, body in document.get("Parameters").items()
        }

    def truth(self, node: Node, depth: int) -> Truth:
        """Which truth values a condition can have."""
        name, operands = _function(node)
        if depth > _MAX_DEPTH:
            return EITHER
        if name == "Condition":
            wanted = operands[0].text if operands else ""
            return self.truth(self.named[wanted], depth + 1) if wanted in self.named else EITHER
        if name == "Equals" and len(operands) == 2:
            return self._equal(*operands)
        inner = [self.truth(part, depth + 1) for part in operands]
        if name == "Not" and len(inner) == 1:
            return frozenset(not value for value in inner[0])
        if name == "And":
            return NO if NO in inner else YES if all(each == YES for each in inner) else EITHER
        if name == "Or":
            return YES if YES in inner else NO if all(each == NO for each in inner) else EITHER
        return EITHER

    def _equal(self, left: Node, right: Node) -> Truth:
        one, other = self._values(left), self._values(right)
        if one is None or other is None:
            return EITHER
        return frozenset(a == b for a in one for b in other)

    def _values(self, node: Node) -> Sequence[str] | None:
        """The texts that an operand can be; None where that is not known."""
        name, operands = _function(node)
        if name == "Ref":
            return self.allowed.get(operands[0].text) if operands else None
        return (node.text,) if node.kind == "scalar" and not name else None


def _function(node: Node) -> tuple[str, tuple[Node, ...]]:
    """The function of a node, in its short form (`!Equals [a, b]`) or its long one, with its operands."""
    if node.tag:
        return node.tag.removeprefix("!"), node.each()
    if node.is_map and len(node.entries) == 1:
        key, value = next(iter(node.items()))
        return key.text.removeprefix("Fn::"), value.each() or (value,)
    return "", ()
