"""What `config check` tries besides the form of a configuration: everything that an audit, a gate or a document will use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assessor.policy.config import Loaded
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot


def mistakes(loaded: Loaded, snapshot: Snapshot) -> Iterator[str]:
    """One line for each thing that a configuration names and that cannot be used, `file:line: what`."""
    from assessor.cli.settings import own_rubric

    try:
        rubric = own_rubric(loaded, snapshot)
    except UserError as error:
        yield str(error)
        rubric = None
    yield from _told(lambda: _logo(loaded, snapshot), loaded, "report", "logo")
    yield from _told(lambda: _baseline(loaded, snapshot), loaded, "baseline")
    if rubric:
        yield from _by_model(loaded, snapshot, rubric)


def _by_model(loaded: Loaded, snapshot: Snapshot, own: Rubric) -> Iterator[str]:
    """What names levels, dimensions or items of a model."""
    from assessor.cli.settings import load_rubric
    from assessor.policy.effective import effective
    from assessor.policy.gate import wrong_conditions
    from assessor.policy.model import Gate
    from assessor.policy.stated import check_items
    from assessor.policy.targets import target_of_config

    asked = effective(loaded.config, Gate(), None).gate
    try:
        judged = load_rubric(asked.rubric, Gate(), None, snapshot) if asked.rubric else own
    except UserError as error:
        yield _placed(str(error), loaded, "gate", "rubric")
        judged = own
    for keys, problem in wrong_conditions(loaded.config.gate, judged):
        yield _placed(problem, loaded, "gate", *keys)
    yield from _told(lambda: target_of_config(loaded, own, own.id), loaded, "targets")
    yield from _told(lambda: check_items(loaded, [own, judged]), loaded, "attestations")


def _logo(loaded: Loaded, snapshot: Snapshot) -> None:
    from assessor.cli.letterhead import front_of

    if loaded.config.report.logo:
        front_of(snapshot, loaded)


def _baseline(loaded: Loaded, snapshot: Snapshot) -> None:
    from assessor.cli.earlier import ratchets_of
    from assessor.cli.gate_wishes import Wishes
    from assessor.policy.model import Gate

    if loaded.config.baseline:
        ratchets_of(Wishes(".", Gate()), None, loaded, snapshot)


def _told(tried: Callable[[], object], loaded: Loaded, *keys: str) -> Iterator[str]:
    try:
        tried()
    except UserError as error:
        yield _placed(str(error), loaded, *keys)


def _placed(problem: str, loaded: Loaded, *keys: str) -> str:
    """The problem with its place in the configuration, unless it has one."""
    if problem.startswith(f"{loaded.path}:{loaded.line(*keys)}:"):
        return problem
    words = problem.removeprefix(f"{loaded.path}: ").removeprefix(f"{'.'.join(keys)}: ")
    if any(part.isdigit() for part in words.split(":")[1:2]):
        return problem
    return f"{loaded.path}:{loaded.line(*keys)}: {'.'.join(keys)}: {words}"
