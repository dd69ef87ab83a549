"""Reads the JSON that an audit wrote, so that it can be shown and compared without the repository.

The file may come from anywhere, so all that renderers rely on is checked here: the fields and their values, and that
what a gap or a level names is there. Fields that this version does not know are left out, since new ones may come
within a schema version (`assessment.py`).
"""

from __future__ import annotations

import copy
import json
import math
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assessor.assessment import Assessment
from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import ScorecardInfo

VERSION = Assessment.model_fields["schema_version"].default
_AGAIN = "write it again with `assessor audit TARGET --format json --output FILE`"


def read_assessment(name: str, data: bytes) -> Assessment:
    """The assessment in the bytes of a JSON file; `name` is the file's in messages.

    Raises UserError, in one line with what to do: no JSON, not an audit's, of another schema version, damaged.
    """
    return assessment_of(name, read_tree(name, data))


def read_tree(name: str, data: bytes) -> dict[str, Any]:
    """The JSON of an audit as it stands there, with fields that this version does not know. Raises UserError."""
    tree = _tree(name, data)
    _refuse_others(name, tree)
    return tree


def assessment_of(name: str, tree: dict[str, Any]) -> Assessment:
    """The assessment that a JSON is. Raises UserError where it is damaged."""
    try:
        found = _validated(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{name}: damaged: {where}: {first['msg'].lower()[:200]}; {_AGAIN}") from error
    wrong = next(_broken_references(found), "")
    if wrong:
        maker = f"{found.tool.name} {found.tool.version}"
        raise UserError(f"{name}: damaged, or of another version ({maker}): {wrong}; {_AGAIN}")
    return found


def _tree(name: str, data: bytes) -> dict[str, Any]:
    try:
        tree = json.loads(data, parse_float=_finite, parse_constant=_finite)
    except json.JSONDecodeError as error:
        raise UserError(f"{name}:{error.lineno}: no JSON ({error.msg.lower()}); {_AGAIN}") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name}:1: no JSON ({str(error)[:200]}); {_AGAIN}") from error
    if not isinstance(tree, dict):
        raise UserError(f"{name}: not the JSON of an audit; {_AGAIN}")
    return tree


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of JSON")
    return number


def _refuse_others(name: str, tree: dict[str, Any]) -> None:
    """Raise UserError for what is another JSON of ours, and for another schema version."""
    kinds = {"comparison": "a comparison", "plan": "a plan"}
    kind = kinds.get(str(tree.get("kind")), "a gate's verdict" if "verdicts" in tree else "")
    if kind:
        raise UserError(f"{name} is the JSON of {kind}, not of an audit; give one that `assessor audit` wrote")
    if "schema_version" not in tree or "practices" not in tree:
        raise UserError(f"{name}: not the JSON of an audit; {_AGAIN}")
    version = tree["schema_version"]
    if version != VERSION:
        tool = tree.get("tool")
        made_by = f" (mlops-assessor {tool.get('version')})" if isinstance(tool, dict) else ""
        raise UserError(
            f"{name} has schema version {str(version)[:20]}{made_by}, this assessor reads {VERSION}; "
            "audit the repository again, or use the version that wrote it"
        )


def _validated(tree: dict[str, Any]) -> Assessment:
    """The assessment, without fields that this version does not know. Raises ValidationError."""
    try:
        return Assessment.model_validate(tree)
    except ValidationError as error:
        unknown = [detail["loc"] for detail in error.errors(include_url=False) if detail["type"] == "extra_forbidden"]
        if not unknown:
            raise
        tree = copy.deepcopy(tree)
        for *path, last in unknown:
            inner: Any = tree
            for key in path:
                inner = inner[key]
            del inner[last]
        return Assessment.model_validate(tree)


def _broken_references(found: Assessment) -> Iterator[str]:
    """What names something that is not there."""
    from assessor.catalog.practices import load_practices

    dimensions = {practice.dimension for practice in load_practices()}
    if found.primary not in found.scorecards:
        yield f"primary: no scorecard '{found.primary}'"
    for name, practice in found.practices.items():
        if practice.dimension not in dimensions:
            yield f"practices.{name}: no dimension '{practice.dimension}'"
    for name, card in found.scorecards.items():
        yield from (f"{name}: no dimension '{known}'" for known in card.dimensions if known not in dimensions)
        yield from (f"{name}: no practice '{gap.practice}'" for gap in card.gaps if gap.practice not in found.practices)
        levels = [level.level for level in card.levels]
        if not levels or levels != [card.floor + number for number in range(len(levels))] or levels[-1] != card.top:
            yield f"{name}: its levels are not {card.floor} to {card.top}"
        yield from (f"{name}: no level {level}" for level in _named_levels(card) if level not in levels)


def _named_levels(card: ScorecardInfo) -> Iterator[int]:
    """Each level that something in a scorecard speaks of."""
    named = [card.level, card.next_level, card.possible_level]
    named += [result.level for result in card.dimensions.values()]
    named += [section.level for section in card.sections]
    named += [item.level for item in card.items]
    named += [card.attested.level, *card.attested.dimensions.values()] if card.attested else []
    named += [gap.level for gap in card.gaps]
    way = (*card.roadmap, *(card.target.roadmap if card.target else ()))
    named += [level for step in way for level in (step.level, step.reaches)]
    named += [card.target.level, *card.target.dimensions.values()] if card.target else []
    yield from (level for level in named if level is not None)
