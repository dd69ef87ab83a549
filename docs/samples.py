"""Write one sample of each form of report to `reports/samples/`: `python -m docs.samples`.

They show `sample_repos/stage3_cicd` with the history that its tests give it, the gate that asks level 4 of it, the plan
to that level, what differs from the state two commits before, the history of all commits, and a fleet of them. The digest of the rules, which changes with each line
of the assessor's source, is left out, so that a sample changes only where a reader sees a difference.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from assessor.audit import audit
from assessor.catalog.practices import load_practices
from assessor.cli.audit import chosen_rubrics
from assessor.cli.formats import Manner, formats_of
from assessor.cli.gate import FORMATS as GATE_FORMATS
from assessor.cli.gate_case import prepare
from assessor.cli.gate_outputs import text_of_all
from assessor.cli.gate_wishes import Wishes
from assessor.comparison import compare
from assessor.history import Choice, Earlier, choose, trace
from assessor.overview import overview
from assessor.planning import make_plan
from assessor.policy.deciding import decide
from assessor.policy.model import Gate
from assessor.portfolio import Named, fault_of, row_of
from assessor.rubric.loading import DEFAULT, shipped_rubric
from assessor.rubric.target import Target
from assessor.seal import sealed
from assessor.snapshot.revisions import Past
from tests.conftest import NO_CACHES, commit_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import Assessment, ToolInfo
    from assessor.overview import Overview
    from assessor.trend import Trend

SAMPLES = Path(__file__).parents[1] / "reports" / "samples"
_REPOSITORY = Path(__file__).parents[1] / "sample_repos" / "stage3_cicd"
_OLDER = "main~2"
_LEVEL = 4
_RULES = "sample"
_ENDINGS = {
    "terminal": "txt", "md-long": "long.md", "badge": "svg", "shields": "shields.json", "in-toto": "intoto.json", "sarif": "sarif",
    "junit": "junit.xml", "gitlab": "gitlab.json", "github": "github.txt", "azure": "azure.txt", "teamcity": "teamcity.txt",
}  # fmt: skip
"""Endings of the formats that are not named by theirs."""


@cache
def samples() -> dict[str, bytes]:
    """The content of each sample by its name."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / _REPOSITORY.name
        shutil.copytree(_REPOSITORY, root, ignore=NO_CACHES)
        expected = yaml.safe_load(_REPOSITORY.with_suffix(".expected.yaml").read_text("utf-8"))
        commit_files(root, expected["git"])
        made = (*_audits(root), *_gates(root))
    return {name: text if isinstance(text, bytes) else text.encode() for name, text in made}


def _audits(root: Path) -> Iterator[tuple[str, str | bytes]]:
    """Name and content of each form of the audit, of its plan and of the comparison with the older state."""
    manner = Manner(to_file=True)
    seen = _steady(audit(str(root), None, chosen_rubrics(())))
    plan = make_plan(seen, shipped_rubric(seen.primary), Target(_LEVEL))
    comparison = compare(_steady(audit(str(root), _OLDER, chosen_rubrics(()))), seen)
    for name, form in formats_of("audit").items():
        if form.audit:
            yield _file("audit", name), form.audit(sealed(seen) if name == "in-toto" else seen, manner)
    for name, form in formats_of("plan").items():
        if form.plan:
            yield _file("plan", name), form.plan(plan, manner)
    for name, form in formats_of("comparison").items():
        if form.comparison:
            yield _file("compare", name), form.comparison(comparison, manner)
    trend = _trend(root)
    for name, form in formats_of("history").items():
        if form.history:
            yield _file("history", name), form.history(trend, manner)
    shown = _fleet(seen, trend)
    for name, form in formats_of("fleet").items():
        if form.fleet and name != "parquet":  # its bytes change with each version of pyarrow
            yield _file("fleet", name), form.fleet(shown, manner)


def _fleet(seen: Assessment, trend: Trend) -> Overview:
    """The sample at each of its commits as if they were repositories, one that is not there, and what was before."""
    rubric = shipped_rubric(seen.primary)
    last = row_of(Named("https://git.example.org/mlops/churn", name="churn", owner="growth", criticality="high"), seen)
    rows = [last]
    for number, point in enumerate(trend.points[:-1], start=1):
        own = {"name": f"model-{number}", "source": f"https://git.example.org/mlops/model-{number}", "target": None}
        own |= {"owner": ("growth", "risk")[number % 2], "criticality": ("high", "low")[number % 2]}
        rows.append(last.model_copy(update={**own, "standing": point.standing, "commit": point.revision.commit}))
    gone = Named("https://git.example.org/mlops/gone", name="gone", owner="risk", criticality="low")
    rows.append(fault_of(gone, "cannot clone https://git.example.org/mlops/gone: repository not found"))
    before = [row.model_copy(update={"standing": rows[-2].standing}) for row in rows[:1]] + rows[2:]
    return overview(rows, rubric, load_practices(), before=before, compared="last-month.jsonl")


def _trend(root: Path) -> Trend:
    """Each commit of the history, by steady rules."""
    with Past(str(root)) as past:
        wish = choose(past, Choice(every="1"), Earlier(), shipped_rubric(DEFAULT))
        found = trace(replace(wish, with_tables=True))
    points = tuple(point.model_copy(update={"tool": _named(point.tool)}) for point in found.points)
    rules = found.last.tool.rules
    return replace(found, points=points, tables=tuple(table.replace(rules, _RULES) for table in found.tables))


def _gates(root: Path) -> Iterator[tuple[str, str]]:
    """Name and content of each form of the gate's answer."""
    case = prepare(Wishes(str(root), Gate(min_level=_LEVEL), quiet=True))
    case = replace(case, assessment=_steady(case.assessment))
    result = decide(case.effective.gate, case.assessment, case.rubric, case.statements)
    for name in GATE_FORMATS:
        yield _file("gate", name), text_of_all(name, name, [(case, result)], colour=False)


def _steady(seen: Assessment) -> Assessment:
    return seen.model_copy(update={"tool": _named(seen.tool)})


def _named(tool: ToolInfo) -> ToolInfo:
    return tool.model_copy(update={"rules": _RULES})


def _file(subject: str, form: str) -> str:
    return f"{subject}.{_ENDINGS.get(form, form)}"


def main() -> None:
    """Bring the folder up to date; a sample that is no longer made goes."""
    made = samples()
    SAMPLES.mkdir(exist_ok=True)
    for old in SAMPLES.iterdir():
        if old.name not in made:
            old.unlink()
    for name, content in made.items():
        (SAMPLES / name).write_bytes(content)


if __name__ == "__main__":
    main()
