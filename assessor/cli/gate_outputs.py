"""The formats in which the gate can speak, and where each of them goes. The exit code is the gate's whatever is written."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assessor.cli.gate_case import Case
    from assessor.cli.output import Look
    from assessor.policy.verdicts import GateResult
    from assessor.render.ci.placed_gaps import PlacedGap

DATA_FORMATS = frozenset({"json", "sarif", "junit", "gitlab", "github", "azure", "teamcity"})
"""Written as they are; the last three are meant to be obeyed."""


Judged = tuple["Case", "GateResult"]
"""What was judged, and the answer."""


def write_all(wanted: Sequence[tuple[str, str]], judged: Sequence[Judged], colour: bool | None) -> None:
    """Write each format to its place; the verdicts go to standard error where standard output has another format."""
    from assessor.cli.output import write_output

    for form, place in wanted:
        write_output(text_of_all(form, place, judged, colour), place, is_data=form in DATA_FORMATS)
    spoken = {form for form, place in wanted if place == "-"}
    if "terminal" not in spoken:
        from assessor.cli.output import look_of, print_error

        look = look_of(sys.stderr, os.environ, colour)
        print_error(_terminal(judged, look))


def text_of_all(form: str, place: str, judged: Sequence[Judged], colour: bool | None) -> str:
    """The result in one format: of one whole, or of all units."""
    if form == "terminal":
        from assessor.cli.output import look_of

        return _terminal(judged, look_of(sys.stdout, os.environ, colour, is_file=place != "-"))
    if len(judged) == 1 and not judged[0][0].unit:
        return text_of(form, *judged[0])
    from assessor.render.ci import gate_report, junit, sarif
    from assessor.render.markdown import gate as gate_markdown

    parts = [(case.unit, case.assessment, result) for case, result in judged]
    if form == "json":
        return gate_report.render_units_json(parts)
    if form == "junit":
        return junit.render_units(parts)
    if form == "md":
        return gate_markdown.render_units(parts)
    if form == "sarif":
        return sarif.render_all((case.assessment, _gaps(case, result)) for case, result in judged)
    return _of_gaps(form, [gap for case, result in judged for gap in _gaps(case, result)], judged)


def _terminal(judged: Sequence[Judged], look: Look) -> str:
    from assessor.render.ci import gate_report

    width = look.width if look.has_columns else None
    if len(judged) == 1 and not judged[0][0].unit:
        case, result = judged[0]
        return gate_report.render_text(case.assessment, result, colour=look.colour, unicode=look.unicode, width=width)
    parts = [(case.unit, case.assessment, result) for case, result in judged]
    return gate_report.render_units(parts, colour=look.colour, unicode=look.unicode, width=width)


def _gaps(case: Case, result: GateResult) -> tuple[PlacedGap, ...]:
    from assessor.render.ci.placed_gaps import of_unit, place_gaps

    gaps = place_gaps(case.assessment, result, case.files)
    return of_unit(gaps, case.unit) if case.unit else gaps


def text_of(form: str, case: Case, result: GateResult) -> str:
    """The result of one whole in one format for machines or Markdown."""
    from assessor.render.ci import gate_report, junit, sarif
    from assessor.render.markdown import gate as gate_markdown

    seen = case.assessment
    if form == "json":
        return gate_report.render_json(seen, result)
    if form == "junit":
        return junit.render(seen, result)
    if form == "md":
        return gate_markdown.render(seen, result)
    if form == "sarif":
        return sarif.render(seen, _gaps(case, result))
    return _of_gaps(form, _gaps(case, result), [(case, result)])


def _of_gaps(form: str, gaps: Sequence[PlacedGap], judged: Sequence[Judged]) -> str:
    """What CI systems pick out of a file or a log."""
    from assessor.render.ci import annotations, code_quality

    if form == "gitlab":
        return code_quality.render(gaps)
    if form == "github":
        return annotations.github(gaps)
    if form == "azure":
        return annotations.azure(gaps)
    titles = {name: info.title for name, info in judged[0][0].assessment.practices.items()}
    results = [(case.unit, result) for case, result in judged]
    return annotations.teamcity(gaps, results, titles)
