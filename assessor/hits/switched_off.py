"""Products that a file's own code switches off: `wandb.init(mode="disabled")` makes all that it logs go nowhere."""

from __future__ import annotations

from functools import cache

from assessor.catalog.patterns import matches_any_call
from assessor.catalog.tools import SwitchedOff, Tool, load_tools
from assessor.facts.python import Call, PythonFacts


def switched_off(facts: PythonFacts) -> frozenset[str]:
    """The ids of the products that every call which starts them in the file switches off."""
    imported = {item.target.partition(".")[0] for item in facts.imports}
    found = set()
    for tool in _switchable() if imported & _switchable_roots() else ():
        for switch in tool.off_in_code:
            starts = [call for call in facts.calls if matches_any_call(switch.calls, call.name)]
            if starts and all(_is_off(call, switch) for call in starts):
                found.add(tool.id)
    return frozenset(found)


def switched_off_roots(facts: PythonFacts) -> frozenset[str]:
    """The packages of these products."""
    off = switched_off(facts)
    return frozenset(name.partition(".")[0] for tool in _switchable() if tool.id in off for name in tool.imports)


@cache
def _switchable() -> tuple[Tool, ...]:
    return tuple(tool for tool in load_tools() if tool.off_in_code)


@cache
def _switchable_roots() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for tool in _switchable() for name in tool.imports)


def _is_off(call: Call, switch: SwitchedOff) -> bool:
    return str(call.keyword(switch.keyword)).lower() in switch.values
