#!/usr/bin/env python3
"""Score hand-made ratings by the shipped rubrics, so that the rubrics are measured apart from the scanners.

usage: rubric_agreement.py [--labels DIR ...] [--samples DIR] [--why]

Reads label files (rungs as numbers 0 to 4 or `na`, with `levels.google` and `levels.stage`) and the expectations
beside the sample repositories (rungs as words, `levels.google` and `levels.stages`), and prints for each the level that
a person gave and the level that the rubric gives. `--why` names the items that block where the two differ.

A repository that its label calls no project of machine learning (`is_ml_project: false`) has no level, in an audit as in
the newer labels: it is listed and counts in no agreement.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from assessor.findings import LADDER, Finding, Rung
from assessor.rubric.loading import shipped_rubric
from assessor.rubric.scoring import Scorecard, score

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
RUBRICS = ("stages", "google")


def rung_of(value: Any) -> Rung:
    """A rung as a number, a word or `na`."""
    if value == "na":
        return Rung.NOT_APPLICABLE
    return LADDER[value] if isinstance(value, int) else Rung(value)


def finding(practice: str, rung: Rung) -> Finding:
    return Finding(practice, rung, "as labelled")


def labelled(folder: Path) -> Iterator[tuple[str, dict[str, int] | None, dict[str, Finding]]]:
    """(repository, levels by rubric, findings) of each label file; without levels where there is no machine learning."""
    for path in sorted(folder.glob("*.yaml")):
        label = yaml.safe_load(path.read_text("utf-8"))
        levels = None
        if label.get("is_ml_project", True):
            levels = {"stages": label["levels"]["stage"], "google": label["levels"]["google"]}
        rungs = {name: rung_of(entry["rung"]) for name, entry in label["practices"].items()}
        # complexity is measured, not labelled; no rubric here asks for it
        rungs.setdefault("quality.complexity", Rung.NOT_APPLICABLE)
        yield label["repo"], levels, {name: finding(name, rung) for name, rung in rungs.items()}


def samples(folder: Path) -> Iterator[tuple[str, dict[str, int] | None, dict[str, Finding]]]:
    """(sample, levels by rubric, findings) of each expectation file."""
    for path in sorted(folder.glob("*.expected.yaml")):
        expected = yaml.safe_load(path.read_text("utf-8"))
        rungs = {name: rung_of(rung) for name, rung in expected["practices"].items()}
        yield path.name.split(".")[0], expected["levels"], {name: finding(name, rung) for name, rung in rungs.items()}


def blockers(card: Scorecard) -> str:
    """The required items between this level and the next that are open, by id."""
    open_ones = (r for r in card.items if r.level == card.next_level and r.item.required and r.counts)
    return ", ".join(result.item.id for result in open_ones if not result.status.holds) or "the share of the others"


def report(title: str, cases: Iterator[tuple[str, dict[str, int] | None, dict[str, Finding]]], why: bool) -> None:
    agreed = dict.fromkeys(RUBRICS, 0)
    total = left_out = 0
    print(f"\n{title}")
    for name, levels, findings in cases:
        if levels is None:
            left_out += 1
            print(f"  {name:50} no machine learning")
            continue
        total += 1
        shown = []
        for rubric in RUBRICS:
            card = score(shipped_rubric(rubric), findings, {})
            same = card.level == levels[rubric]
            agreed[rubric] += same
            shown.append(f"{rubric} {card.level}/{levels[rubric]}{'' if same else ' *'}")
            if why and not same:
                shown.append(f"[next: {blockers(card)}]")
        print(f"  {name:50} {'   '.join(shown)}")
    beside = f" ({left_out} without machine learning left out)" if left_out else ""
    print("  agreement: " + ", ".join(f"{name} {count} of {total}" for name, count in agreed.items()) + beside)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = ROOT.parent / "shared" / "corpus" / "labels"
    parser.add_argument("--labels", type=Path, nargs="+", default=[shared], help="folders of label files")
    parser.add_argument("--samples", type=Path, default=ROOT / "sample_repos")
    parser.add_argument("--why", action="store_true", help="name the items that block where the levels differ")
    options = parser.parse_args()
    labels = (case for folder in options.labels for case in labelled(folder))
    report("labelled repositories (rubric/person)", labels, options.why)
    report("samples (rubric/expected)", samples(options.samples), options.why)
    return 0


if __name__ == "__main__":
    sys.exit(main())
