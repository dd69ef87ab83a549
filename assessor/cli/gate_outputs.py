"""The formats in which the gate can speak, and where each of them goes. The exit code is the gate's whatever is written."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.cli.gate_case import Case
    from assessor.policy.verdicts import GateResult

DATA_FORMATS = frozenset({"json", "sarif", "junit", "gitlab", "github", "azure", "teamcity"})
"""Written as they are; the last three are meant to be obeyed."""


def write_all(wanted: Sequence[tuple[str, str]], case: Case, result: GateResult, colour: bool | None) -> None:
    """Write each format to its place; the verdicts go to standard error where standard output has another format."""
    from assessor.cli.output import write_output

    for form, place in wanted:
        write_output(text_of(form, place, case, result, colour), place, is_data=form in DATA_FORMATS)
    spoken = {form for form, place in wanted if place == "-"}
    if "terminal" not in spoken:
        from assessor.cli.output import look_of, print_error
        from assessor.render.ci.gate_report import render_text

        look = look_of(sys.stderr, os.environ, colour)
        print_error(render_text(case.assessment, result, colour=look.colour, unicode=look.unicode))


def text_of(form: str, place: str, case: Case, result: GateResult, colour: bool | None) -> str:
    """The result in one format."""
    from assessor.render.ci import annotations, code_quality, gate_report, junit, sarif
    from assessor.render.ci.placed_gaps import place_gaps
    from assessor.render.markdown import gate as gate_markdown

    seen = case.assessment
    if form == "terminal":
        from assessor.cli.output import look_of

        look = look_of(sys.stdout, os.environ, colour, is_file=place != "-")
        return gate_report.render_text(seen, result, colour=look.colour, unicode=look.unicode)
    if form == "json":
        return gate_report.render_json(seen, result)
    if form == "junit":
        return junit.render(seen, result)
    if form == "md":
        return gate_markdown.render(seen, result)
    gaps = place_gaps(seen, result, case.files)
    if form == "sarif":
        return sarif.render(seen, gaps)
    if form == "gitlab":
        return code_quality.render(gaps)
    if form == "github":
        return annotations.github(gaps)
    if form == "azure":
        return annotations.azure(gaps)
    titles = {name: info.title for name, info in seen.practices.items()}
    return annotations.teamcity(gaps, result, titles)
