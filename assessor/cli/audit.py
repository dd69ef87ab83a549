"""`assessor audit`: rate a repository, score it, show or write the result."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from assessor.cli import completion
from assessor.cli.limits import limit_options
from assessor.cli.outside import config_option, letterhead_option
from assessor.cli.reports import report_options
from assessor.cli.scope import NO_WISHES, ScopeWishes, scope_options
from assessor.errors import UserError
from assessor.snapshot.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assessor.assessment import Assessment, InputsInfo
    from assessor.cache.cache import Cache
    from assessor.cli.progress import ProgressLine
    from assessor.cli.reports import Reports
    from assessor.cli.settings import NamedPolicy
    from assessor.policy.config import Loaded
    from assessor.policy.model import Policy
    from assessor.render.pdf.audit import Front
    from assessor.rubric.crosswalk import Crosswalk
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot


@click.command()
@click.argument("target", default=".")
@click.option("--ref", metavar="REF", help="Audit this branch, tag or commit, without checking it out.")
@click.option(
    "--rubric",
    "-r",
    "rubrics",
    metavar="NAME|FILE",
    multiple=True,
    shell_complete=completion.rubrics,
    help="Show this maturity model (default: the configuration's, else stages). May be given again; the first one is shown.",
)
@click.option(
    "--crosswalk",
    "crosswalks",
    metavar="NAME|FILE",
    multiple=True,
    shell_complete=completion.crosswalks,
    help="Also say which controls of a framework (nist-ai-rmf, iso-42001, eu-ai-act) are supported. May be given again.",
)
@click.option(
    "--profile",
    metavar="NAME",
    default="",
    shell_complete=completion.profiles,
    help="The target of a profile: what goes beyond it comes later.",
)
@click.option(
    "--policy", metavar="FILE|GIT", default="", help="An organisation's policy, a file or git+URL@COMMIT#PATH."
)
@config_option
@letterhead_option
@click.option("--strict", is_flag=True, help="Attestations do not count.")
@report_options("audit")
@scope_options
@limit_options
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing of it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
def audit(
    target: str,
    ref: str | None,
    rubrics: tuple[str, ...],
    crosswalks: tuple[str, ...],
    profile: str,
    policy: str,
    config: str,
    letterhead: str,
    strict: bool,
    reports: Reports,
    scope: ScopeWishes,
    limits: Limits,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Rate TARGET (a folder, a git directory or a clone URL) and say what to do next.

    The exit code is 0 for a finished audit, whatever the level; 2 for wrong use; 3 for a bug of ours.
    """
    from assessor.cli.letterhead import front_of, with_letterhead
    from assessor.cli.settings import load_config, read_policy

    rules = read_policy(policy)
    if letterhead:
        with_letterhead(None, letterhead)  # a mistake in it is told before any work is done
    fronts: list[Front] = []

    def peek(snapshot: Snapshot) -> None:
        if reports.has_document:
            fronts.append(front_of(snapshot, load_config(snapshot, config), rules, letterhead))

    wishes = AuditWishes(
        target, ref, rubrics, crosswalks, profile, rules, strict, no_cache, quiet, limits, scope, config
    )
    assessment = run(wishes, peek)
    reports.write(assessment, front=fronts[0] if fronts else None)


def chosen_rubrics(names: tuple[str, ...]) -> list[Rubric]:
    """The asked rubrics, then the shipped ones, each once; all are scored, the first one is shown.

    Raises UserError for an unknown name or a mistake in a file.
    """
    from assessor.catalog.loading import DataError
    from assessor.rubric.loading import find_rubric, shipped_names

    found: dict[str, Rubric] = {}
    try:
        for name in (*names, *shipped_names()):
            rubric = find_rubric(name)
            found.setdefault(rubric.id, rubric)
    except DataError as error:
        raise UserError(first_line(error)) from error
    return list(found.values())


def chosen_crosswalks(names: tuple[str, ...]) -> list[Crosswalk]:
    """The asked crosswalks, each once. Raises UserError for an unknown name or a mistake in a file."""
    from assessor.catalog.loading import DataError
    from assessor.rubric.loading import find_crosswalk

    try:
        found = [find_crosswalk(name) for name in names]
    except DataError as error:
        raise UserError(first_line(error)) from error
    return list({crosswalk.id: crosswalk for crosswalk in found}.values())


def first_line(error: Exception) -> str:
    """The first mistake of several, with a word about the others."""
    first, *others = str(error).splitlines()
    return f"{first} (and {len(others)} more; assessor rubrics check FILE shows all)" if others else first


def day_of(environment: Mapping[str, str], commit_time: int | None) -> date | None:
    """The day by which attestations and waivers expire in an audit: SOURCE_DATE_EPOCH where it is set, else the commit's
    (UTC), so that a commit gets the same report whenever it is audited; None for files that are under no git.

    Raises UserError for a SOURCE_DATE_EPOCH that is no time.
    """
    from assessor.cli.settings import today

    if environment.get("SOURCE_DATE_EPOCH", "").strip():
        return today(environment)
    return None if commit_time is None else datetime.fromtimestamp(commit_time, UTC).date()


@dataclass(frozen=True, slots=True)
class AuditWishes:
    """What an audit is asked for. Empty names ask for nothing; without a rubric the configuration's is shown."""

    target: str
    ref: str | None = None
    rubrics: tuple[str, ...] = ()
    crosswalks: tuple[str, ...] = ()
    profile: str = ""
    named_policy: NamedPolicy | None = None
    strict: bool = False
    no_cache: bool = False
    quiet: bool = False
    limits: Limits = DEFAULT_LIMITS
    scope: ScopeWishes = NO_WISHES
    config: str = ""
    """A configuration from outside."""

    @property
    def policy(self) -> Policy | None:
        return self.named_policy.policy if self.named_policy else None


def run(wishes: AuditWishes, peek: Callable[[Snapshot], None] | None = None) -> Assessment:
    """Audit with progress on standard error. `peek` gets the snapshot first.

    Raises UserError for a wrong target, revision, rubric, crosswalk, profile or configuration, and what `peek` raises.
    """
    from assessor.cli.caching import user_cache
    from assessor.cli.progress import ProgressLine
    from assessor.snapshot import SnapshotError, open_snapshot

    chosen, laid_beside = chosen_rubrics(wishes.rubrics), chosen_crosswalks(wishes.crosswalks)
    progress = ProgressLine(sys.stderr, quiet=wishes.quiet)
    try:
        with (
            user_cache(wanted=not wishes.no_cache) as cache,
            open_snapshot(wishes.target, wishes.ref, wishes.limits) as snapshot,
        ):
            if peek:
                peek(snapshot)
            return _assessed(wishes, snapshot, chosen, laid_beside, progress, cache)
    except SnapshotError as error:
        raise UserError(str(error)) from error
    finally:
        progress.close()


def _assessed(
    wishes: AuditWishes,
    snapshot: Snapshot,
    chosen: Sequence[Rubric],
    laid_beside: Sequence[Crosswalk],
    progress: ProgressLine,
    cache: Cache | None,
) -> Assessment:
    """The assessment, and beside it what the configuration states and the targets."""
    from assessor.cli.scope import audit_wanted
    from assessor.cli.settings import load_config, own_rubric
    from assessor.policy.stated import check_items, with_statements
    from assessor.policy.targets import TargetWishes, target_of_profile, with_targets
    from assessor.seal import sealed

    loaded = load_config(snapshot, wishes.config)
    own = own_rubric(loaded, snapshot)
    if not wishes.rubrics:
        chosen = [own, *(rubric for rubric in chosen if rubric.id != own.id)]
    if wishes.profile:
        target_of_profile(wishes.profile, chosen[0])
    check_items(loaded, chosen)
    day = day_of(os.environ, snapshot.commit_time)
    assessment = audit_wanted(
        snapshot,
        loaded,
        chosen,
        wishes.scope,
        progress,
        cache,
        policy=wishes.policy,
        limits=wishes.limits,
        crosswalks=laid_beside,
    )
    stated = with_statements(assessment, chosen, loaded, day, wishes.policy, strict=wishes.strict)
    targets = TargetWishes(loaded, own.id, wishes.profile, wishes.policy)
    whole = with_targets(stated, chosen, targets.target)
    return sealed(whole.model_copy(update={"inputs": inputs_of(loaded, wishes)}))


def inputs_of(loaded: Loaded, wishes: AuditWishes) -> InputsInfo:
    """What the audit goes by beside the files."""
    from assessor.assessment import InputsInfo
    from assessor.verification import text_digest

    return InputsInfo(
        configuration=f"outside:{loaded.path}" if loaded.outside else loaded.path,
        configuration_digest=text_digest(loaded.text) if loaded.path else "",
        policy=wishes.named_policy.name if wishes.named_policy else "",
        policy_digest=text_digest(wishes.named_policy.text) if wishes.named_policy else "",
        profile=wishes.profile,
    )
