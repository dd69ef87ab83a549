"""The process that audits repositories of a fleet: a task a line on standard input, a row a line on standard output."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assessor.assessment import Assessment
    from assessor.portfolio import Named, Row


def main() -> None:
    """Answer until nobody asks any more. `sys.argv`: the path, the memory in bytes, and the process that began this one."""
    from assessor.processes import alone, bound_memory, end_with

    end_with(int(sys.argv[3]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library may print is no answer
    bound_memory(int(sys.argv[2]))
    with alone():
        for line in sys.stdin.buffer:
            answers.write(answered(json.loads(line)).encode())
            answers.flush()


def answered(task: Mapping[str, Any]) -> str:
    """The row of a task as a line of JSON."""
    from assessor.portfolio import Named
    from assessor.render.data import lines

    named = Named(**task["named"])
    return lines.line(_row(named, task))


def _row(named: Named, task: Mapping[str, Any]) -> Row:
    from assessor.portfolio import fault_of, row_of
    from assessor.snapshot import SnapshotError
    from assessor.snapshot.clone import without_credentials

    try:
        assessment = _audited(named, task)
        report = _report(named, assessment, task) if task["reports"] else ""
        return row_of(named, assessment, report)
    except (SnapshotError, UserError) as error:
        return fault_of(named, str(error).replace(named.target, without_credentials(named.target)))
    except MemoryError:
        return fault_of(named, f"it needs more memory than {task['memory'] // 1_000_000} MB (--memory)")
    except OSError as error:
        return fault_of(named, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
    except Exception as error:  # one repository's row, not the run
        return fault_of(named, f"a bug in the assessor: {type(error).__name__}: {error}")


def _audited(named: Named, task: Mapping[str, Any]) -> Assessment:
    """The assessment by the fleet's model, with the target that the list's profile or the repository's configuration sets."""
    from assessor.audit import audit_snapshot
    from assessor.cli.audit import chosen_rubrics
    from assessor.cli.caching import user_cache
    from assessor.cli.scope import wanted_scope
    from assessor.cli.settings import load_config, own_rubric
    from assessor.policy.targets import TargetWishes, with_targets
    from assessor.snapshot import Limits, open_snapshot

    limits = Limits(audit_seconds=task["seconds"], worker_bytes=task["memory"] // 4)
    rubric = chosen_rubrics((task["rubric"],))[0]
    with (
        user_cache(wanted=task["cache"]) as cache,
        open_snapshot(named.target, named.ref or None, limits) as snapshot,
    ):
        loaded = load_config(snapshot)
        scope = wanted_scope(snapshot, loaded)
        found = audit_snapshot(snapshot, [rubric], None, cache, (), loaded.config.effort.days, scope)
        own = own_rubric(loaded, snapshot)
        targets = TargetWishes(loaded, own.id, named.profile)
        return with_targets(found, [rubric], targets.target)


def _report(named: Named, assessment: Assessment, task: Mapping[str, Any]) -> str:
    """Write the repository's own page; its address below the folder of all reports."""
    from assessor.cli.output import write_output
    from assessor.render.html import audit as html

    name = report_name(named)
    write_output(html.render(assessment, language=task["language"]), str(Path(task["reports"]) / name), is_data=True)
    return name


def report_name(named: Named) -> str:
    """A file's name that is the repository's own: its name as far as it is harmless, and a digest of where it comes from."""
    import hashlib
    import re

    digest = hashlib.sha256("\0".join(named.key).encode("utf-8", "surrogateescape")).hexdigest()[:10]
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", named.name).strip("-.")[:60]
    return f"{plain or 'repository'}-{digest}.html"
