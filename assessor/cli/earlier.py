"""The earlier states that the gate compares with: baselines, and the state from which a branch left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from assessor.cli.settings import load_config, one_line, root_text
from assessor.errors import UserError
from assessor.project.scope import scope_of

if TYPE_CHECKING:
    from assessor.cache.cache import Cache
    from assessor.cli.gate_wishes import Wishes
    from assessor.cli.progress import ProgressLine
    from assessor.cli.settings import NamedPolicy
    from assessor.policy.baseline import Baseline
    from assessor.policy.config import Loaded
    from assessor.policy.deciding import Ratchet, Since
    from assessor.policy.model import Config
    from assessor.project.scope import Scope
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot


def ratchets_of(wishes: Wishes, named: NamedPolicy | None, loaded: Loaded, snapshot: Snapshot) -> tuple[Ratchet, ...]:
    """The baselines that hold: the command line's or the repository's, and the policy's, which neither can replace where
    it is locked."""
    policy = named.policy if named else None
    found = []
    if wishes.baseline:
        found.append(read_baseline(Path(wishes.baseline), wishes.baseline, below=audited_folder(wishes.target)))
    elif loaded.config.baseline and loaded.outside:
        found.append(read_baseline(loaded.outside / loaded.config.baseline, loaded.config.baseline))
    elif loaded.config.baseline:
        name = loaded.config.baseline
        text = root_text(snapshot, name)
        if text is None:
            raise UserError(f"{loaded.path}: baseline: there is no file {name} in the repository")
        found.append(_parsed_baseline(name, text))
    if named and policy is not None and policy.baseline and (policy.locks("baseline") or not found):
        found.append(read_baseline(named.place.parent / policy.baseline, policy.baseline))
    return tuple(found)


def read_baseline(path: Path, name: str, *, below: Path | None = None) -> Ratchet:
    """A baseline from a file that the caller names, `below` the folder that is audited or elsewhere. Raises UserError."""
    from assessor.snapshot.named import named_text

    if not path.exists():
        raise UserError(f"no baseline file {path}; `assessor baseline write` makes one")
    return _parsed_baseline(name, named_text(path, below=below))


def audited_folder(target: str) -> Path | None:
    """The folder that a target names; None for a URL."""
    return Path(target) if Path(target).is_dir() else None


def _parsed_baseline(name: str, text: str) -> Ratchet:
    from assessor.catalog.loading import DataError, Source
    from assessor.policy.baseline import parse_baseline
    from assessor.policy.deciding import Ratchet

    try:
        return Ratchet(name, parse_baseline(Source(name, text)))
    except DataError as error:
        raise UserError(one_line(error)) from error


def state_left(
    wishes: Wishes,
    rubric: Rubric,
    now: Config,
    snapshot: Snapshot,
    scope: Scope,
    progress: ProgressLine,
    cache: Cache | None,
) -> Since:
    """The state that the branch left. What was wrong in its configuration then is not told now."""
    from assessor.audit import audit_snapshot
    from assessor.policy.config import Loaded
    from assessor.policy.deciding import Since
    from assessor.snapshot import open_snapshot
    from assessor.snapshot.merge_base import merge_base

    base = merge_base(wishes.target, wishes.ref, wishes.since)
    name = f"{wishes.since} ({base[:10]})"
    with open_snapshot(wishes.target, base, wishes.limits) as then:
        progress(f"auditing {name}")
        try:
            loaded = load_config(then, wishes.config)
        except UserError:
            loaded = Loaded()
        before = loaded.config
        earlier = audit_snapshot(then, [rubric], progress, cache, scope=_scope_then(then, before, scope))
        path = _baseline_path(wishes, now.baseline or before.baseline)
        texts = [root_text(place, path) if path else None for place in (then, snapshot)]
    baselines = [_baseline_or_none(path, text) for text in texts]
    return Since(name, earlier, before, now, baselines[0], baselines[1])


def _scope_then(then: Snapshot, before: Config, now: Scope) -> Scope:
    """The same part as now, with what was left out then: what this branch leaves out more is not held against it twice."""
    exclude = scope_of("", (), before.exclude).exclude if before.exclude else ()
    return replace(now, exclude=exclude) if not then.folder else now


def _baseline_path(wishes: Wishes, configured: str) -> str:
    """The baseline's path below the repository's root; empty where it lies elsewhere."""
    if not wishes.baseline:
        return configured
    try:
        return Path(wishes.baseline).resolve().relative_to(Path(wishes.target).resolve()).as_posix()
    except ValueError:
        return ""


def _baseline_or_none(name: str, text: str | None) -> Baseline | None:
    try:
        return None if text is None else _parsed_baseline(name, text).baseline
    except UserError:
        return None
