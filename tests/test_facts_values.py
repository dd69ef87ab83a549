"""Facts are values: they compare and hash by what they hold. That nobody changes one is mypy's to tell."""

from __future__ import annotations

from dataclasses import fields, replace

from assessor.facts.python import Call


def test_they_compare_hash_and_are_replaced_as_frozen_ones() -> None:
    first, second = Call("fit", 3, 0, ("a",)), Call("fit", 3, 0, ("a",))
    assert first == second
    assert hash(first) == hash(tuple(getattr(first, field.name) for field in fields(first)))
    assert {first, second} == {first}
    assert replace(first, line=4) == Call("fit", 4, 0, ("a",))
    assert not hasattr(first, "__dict__")
