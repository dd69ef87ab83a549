"""A fleet as one table, a row for each repository: CSV for spreadsheets, Parquet for data tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assessor.catalog.practices import load_practices
from assessor.errors import UserError
from assessor.render.data.csv import table
from assessor.render.views.hostile import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.portfolio import Row

_TEXT, _WHOLE, _NUMBER, _YES = "string", "int64", "double", "bool"


def columns() -> dict[str, str]:
    """The columns and their types: `score.DIMENSION` and `level.DIMENSION`, then the rung of each practice by its id."""
    dimensions = dict.fromkeys(practice.dimension for practice in load_practices())
    return {
        "name": _TEXT, "source": _TEXT, "ref": _TEXT, "owner": _TEXT, "criticality": _TEXT, "profile": _TEXT,
        "status": _TEXT, "reason": _TEXT, "subject": _TEXT, "model": _TEXT, "level": _WHOLE, "title": _TEXT,
        "index": _NUMBER, "points": _NUMBER, "target_level": _WHOLE, "target_source": _TEXT, "target_reached": _YES,
        "target_days": _NUMBER, "blocking": _WHOLE, "files": _WHOLE, "unread": _WHOLE, "commit": _TEXT, "day": _TEXT,
        "rules": _TEXT, **{f"score.{name}": _NUMBER for name in dimensions}, **{f"level.{name}": _WHOLE for name in dimensions},
        **{practice.id: _TEXT for practice in load_practices()},
    }  # fmt: skip


def values(row: Row) -> dict[str, Any]:
    """What a row has in these columns; None where there is nothing."""
    standing, target = row.standing, row.target
    found: dict[str, Any] = {
        "name": row.name, "source": row.source, "ref": row.ref, "owner": row.owner, "criticality": row.criticality,
        "profile": row.profile, "status": row.status, "reason": row.reason, "files": row.files, "unread": row.unread,
        "commit": row.commit, "day": row.day, "rules": row.tool.rules if row.tool else None,
    }  # fmt: skip
    if standing:
        found |= {
            "subject": standing.subject,
            "model": standing.model,
            "level": standing.level,
            "title": standing.title,
        }
        found |= {"index": standing.index, "points": standing.points}
        found |= standing.practices
        if standing.can_be_rated:
            found["blocking"] = sum(gap.blocking for gap in row.gaps)
            found |= {f"score.{name}": score for name, score in standing.scores.items()}
            found |= {f"level.{name}": level for name, level in standing.levels.items()}
    if target:
        found |= {"target_level": target.level, "target_source": target.source, "target_reached": target.reached}
        found["target_days"] = target.days
    return found


def render_csv(rows: Sequence[Row]) -> str:
    """The table for spreadsheets, safe against formulas; true is `yes`."""
    names = columns()
    found = (values(row) for row in rows)
    return table(list(names), ([_cell(row.get(name)) for name in names] for row in found))


def _cell(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def render_parquet(rows: Sequence[Row]) -> bytes:
    """The table as a Parquet file. Raises UserError where pyarrow is not installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise UserError(
            "--format parquet needs pyarrow; install it with 'pip install \"mlops-assessor[parquet]\"'"
        ) from error
    names = columns()
    types = {_TEXT: pyarrow.string(), _WHOLE: pyarrow.int64(), _NUMBER: pyarrow.float64(), _YES: pyarrow.bool_()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in names.items()])
    found = [{name: _safe(value) for name, value in values(row).items() if name in names} for row in rows]
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(found, schema=schema), sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    assert isinstance(content, bytes)
    return content


def _safe(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value
