"""`assessor verify`: whether a stored report says what it said, what follows from it, and what its repository gives."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assessor.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assessor.assessment import Assessment, RepositoryInfo
    from assessor.rubric.model import Rubric
    from assessor.snapshot.snapshot import Snapshot
    from assessor.verification import Check


@click.command()
@click.argument("report", metavar="REPORT")
@click.option(
    "--repo", metavar="PATH|URL", default="", help="Audit this repository again at the report's commit, and compare."
)
@click.option(
    "--with", "others", metavar="PATH|URL", multiple=True, help="The other repositories of a system, in their order."
)
@click.option("--policy", metavar="FILE", default="", help="The policy that the report was made by.")
@click.option(
    "--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", help="Form of the answer."
)
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
@click.pass_context
def verify(
    ctx: click.Context, report: str, repo: str, others: tuple[str, ...], policy: str, form: str, quiet: bool
) -> None:
    """Verify REPORT, the JSON, HTML or PDF of an audit (- is JSON in standard input).

    Its seal must fit its content and its pages, its levels follow from its ratings, and with --repo the repository at its
    commit must give the same again. The exit code is 0 where all is the same, 1 where something differs, 2 for what is no
    report, and 4 where it cannot be told: no seal, other rules, a commit that is not there.
    """
    from assessor.cli.output import print_text
    from assessor.cli.report import content_of
    from assessor.stored import assessment_of, read_tree
    from assessor.stored_pages import carried
    from assessor.verification import check_levels, check_pages, check_seal, exit_code

    data = content_of(report)
    name = "standard input" if report == "-" else report
    told = carried(name, data)
    tree = read_tree(name, told.data)
    assessment = assessment_of(name, tree)
    checks = [check_seal(tree), *([check_pages(assessment, told, data)] if told.kind else [])]
    if repo:
        checks += _with_repository(assessment, repo, others, quiet=quiet)
    else:
        checks.append(check_levels(assessment))
    checks += _of_policy(assessment, policy)
    print_text(_json(assessment, checks) if form == "json" else _text(assessment, checks))
    ctx.exit(exit_code(checks))


def _of_policy(assessment: Assessment, policy: str) -> Iterator[Check]:
    from assessor.cli.settings import read_policy
    from assessor.verification import Answer, Check, text_digest

    told, named = assessment.inputs, read_policy(policy)
    if named is None:
        if told.policy:
            yield Check("policy", Answer.UNKNOWN, f"made by the policy {told.policy}; give it with --policy")
        return
    is_same = told.policy_digest == text_digest(named.text)
    yield Check(
        "policy", Answer.SAME if is_same else Answer.DIFFERS, f"{named.name}{'' if is_same else ' is another one'}"
    )


def _with_repository(assessment: Assessment, repo: str, others: Sequence[str], *, quiet: bool) -> list[Check]:
    """What can be told with the repository at hand: models of its own, its configuration, and the audit once more."""
    from assessor.cli.caching import user_cache
    from assessor.cli.progress import ProgressLine
    from assessor.cli.settings import root_text
    from assessor.snapshot import SnapshotError
    from assessor.verification import Answer, Check, check_configuration, check_levels, check_repository

    progress = ProgressLine(sys.stderr, quiet=quiet)
    try:
        with (
            user_cache(wanted=True) as cache,
            _at_commit(assessment.repository, repo) as snapshot,
            _members(assessment, others) as members,
        ):
            own = _own_models(assessment, snapshot)
            checks = [check_levels(assessment, own)]
            inputs = assessment.inputs
            if not inputs.configuration.startswith("outside:"):
                text = root_text(snapshot, inputs.configuration) if inputs.configuration else None
                checks.append(check_configuration(assessment, text))
            if assessment.repository.dirty or not assessment.repository.commit:
                checks.append(
                    Check("commit", Answer.UNKNOWN, "made of a working tree with changes, or of files without git")
                )
            return [*checks, check_repository(assessment, (snapshot, *members), own, progress, cache)]
    except SnapshotError as error:
        return [check_levels(assessment), Check("repository", Answer.UNKNOWN, str(error))]
    finally:
        progress.close()


def _at_commit(told: RepositoryInfo, repo: str) -> Snapshot:
    """The repository at the report's commit; a working tree that is clean there as it lies. Raises SnapshotError."""
    from assessor.snapshot import open_snapshot

    if Path(repo).is_dir():
        snapshot = open_snapshot(repo)
        if (snapshot.commit, snapshot.dirty) == (told.commit, False) or not told.commit or told.dirty:
            return snapshot
        snapshot.close()
    return open_snapshot(repo, told.commit)


@contextmanager
def _members(assessment: Assessment, others: Sequence[str]) -> Iterator[list[Snapshot]]:
    """The other repositories of a system at the report's commits. Raises UserError where they are not as many."""
    wanted = list(assessment.system.repositories.values())[1:] if assessment.system else []
    if len(wanted) != len(others):
        names = ", ".join(list(assessment.system.repositories)[1:]) if assessment.system else "none"
        raise UserError(f"the report is about {len(wanted)} other repositories ({names}); give as many --with")
    with ExitStack() as stack:
        yield [stack.enter_context(_at_commit(told, source)) for told, source in zip(wanted, others, strict=True)]


def _own_models(assessment: Assessment, snapshot: Snapshot) -> dict[str, Rubric]:
    """The model that the repository's configuration names, where the report knows it."""
    from assessor.cli.settings import load_config, own_rubric

    try:
        own = own_rubric(load_config(snapshot), snapshot)
    except UserError:
        return {}
    return {own.id: own} if own.id in assessment.scorecards else {}


def _text(assessment: Assessment, checks: Sequence[Check]) -> str:
    from assessor.render.views.hostile import visible

    lines = [_head(assessment), *(f"{check.answer.value:<8} {check.name:<14} {check.text}" for check in checks)]
    return "\n".join(visible(line) for line in lines) + "\n"


def _head(assessment: Assessment) -> str:
    tool, repository = assessment.tool, assessment.repository
    state = f"commit {repository.commit[:10]}" if repository.commit else "without a commit"
    tree = ", with uncommitted changes" if repository.dirty else ", clean tree" if repository.commit else ""
    scope = f", unit {assessment.scope.unit}" if assessment.scope.unit else ""
    return f"{repository.name}{scope}: by {tool.name} {tool.version}, rules {tool.rules}, {state}{tree}"


def _json(assessment: Assessment, checks: Sequence[Check]) -> str:
    import json

    from assessor.render.views.hostile import inert_json
    from assessor.verification import exit_code

    words = {0: "same", 1: "differs", 4: "unknown"}
    data = {
        "schema_version": "1",
        "result": words[exit_code(checks)],
        "repository": assessment.repository.model_dump(),
        "tool": assessment.tool.model_dump(),
        "checks": [{"check": check.name, "answer": check.answer.value, "text": check.text} for check in checks],
    }
    text = json.dumps(data, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    return inert_json(text) + "\n"
