"""Two blind labellings of the same repositories made one: what both readers said is a label, where they differ it is unsure.

usage: python -m docs.labelling FIRST SECOND ROUND [--decided FILE]

FIRST and SECOND are folders of label files (the form of `tests/corpus/ROUND/`) by readers who did not know of each other.
Writes `tests/corpus/ROUND/`. A practice that they rate alike is sure unless both doubted it; one on which they differ keeps
both rungs (`rung`, `second`) and does not count. A level on which they differ is decided by a third reader, who saw both
reasons and not the assessor's answer: FILE maps OWNER/NAME to `google`, `stage` and `why`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

from docs.accuracy import CORPUS

Label = dict[str, Any]


class Undecided(Exception):
    """The readers differ on a level, and nobody has decided."""


def joined(first: Label, second: Label, decided: Label | None) -> Label:
    """One label of two; raises Undecided where the levels differ and `decided` is None."""
    if first["commit"] != second["commit"]:
        raise ValueError(f"{first['repo']}: two commits")
    practices = {name: _practice(entry, second["practices"][name]) for name, entry in first["practices"].items()}
    return {**first, "levels": _levels(first, second, decided), "practices": practices}


def _practice(first: Label, second: Label) -> Label:
    if first["rung"] == second["rung"]:
        return {**first, "sure": first["sure"] or second["sure"]}
    evidence = f"{first['evidence']} / {second['evidence']}"
    return {"rung": first["rung"], "second": second["rung"], "evidence": evidence, "sure": False}


def _levels(first: Label, second: Label, decided: Label | None) -> Label:
    given = [{name: label["levels"][name] for name in ("google", "stage")} for label in (first, second)]
    if given[0] == given[1]:
        return dict(first["levels"])
    if decided is None:
        raise Undecided(f"{first['repo']}: {given[0]} or {given[1]}")
    return {**decided, "readers": given}


def main(arguments: list[str] | None = None) -> int:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("first", "second"):
        parse.add_argument(name, type=Path)
    parse.add_argument("round")
    parse.add_argument("--decided", type=Path)
    options = parse.parse_args(arguments)
    decided = yaml.safe_load(options.decided.read_text("utf-8")) if options.decided else {}
    labels, undecided = [], []
    for path in sorted(options.first.glob("*.yaml")):
        first, second = (
            yaml.safe_load((folder / path.name).read_text("utf-8")) for folder in (path.parent, options.second)
        )
        try:
            labels.append((path.name, joined(first, second, decided.get(first["repo"]))))
        except Undecided as undone:
            undecided.append(str(undone))
    if undecided:
        print("a third reader has to decide (--decided):", *undecided, sep="\n", file=sys.stderr)
        return 2
    target = CORPUS / options.round
    target.mkdir(parents=True, exist_ok=True)
    for name, label in labels:
        (target / name).write_text(yaml.safe_dump(label, sort_keys=False, allow_unicode=True, width=160), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
