"""Words of reports that other libraries or other data make: schedules, plurals, dates, pages of practices, accuracy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assessor.assessment import AccuracyInfo, Assessment, BlindSpotInfo, PlaceInfo
from assessor.catalog.pages import DOCS, docs_base
from assessor.cli.formats import FORMATS, Manner
from assessor.errors import UserError
from assessor.render.ci.sarif import render as sarif
from assessor.render.html.audit import render as html
from assessor.render.views.accuracy_words import figures
from assessor.render.views.pages import practice_page
from assessor.render.views.schedule_words import in_words, with_schedules
from assessor.render.views.texts import load_texts
from tests.audited import audited_sample

ROOT = Path(__file__).parents[1]
SAMPLE = "stage3_cicd"


@pytest.mark.parametrize(
    ("cron", "english", "german"),
    [
        ("30 2 * * *", "at 02:30", "um 02:30"),
        ("0 3 * * 1", "at 03:00, only on Monday", "um 03:00, nur am Montag"),
        ("*/15 * * * *", "every 15 minutes", "alle 15 Minuten"),
        ("H H * * 1", "", ""),
        ("a b c d e", "", ""),
    ],
)
def test_cron_lines_in_words(cron: str, english: str, german: str) -> None:
    assert in_words(cron, load_texts("en")) == english
    assert in_words(cron, load_texts("de")) == german


def test_schedules_are_said_in_words_wherever_a_text_has_one() -> None:
    tree = {"a": ["runs on a schedule (0 3 * * 1)", "schedule (H H * * 1)", "schedule (weekly)", 3, None]}
    shown = with_schedules(tree, load_texts())["a"]
    assert shown[0] == "runs on a schedule (at 03:00, only on Monday: 0 3 * * 1)"
    assert shown[1:] == tree["a"][1:]


@pytest.mark.parametrize("form", ["html", "md-long", "terminal"])
def test_reports_say_schedules_in_words(form: str) -> None:
    render = FORMATS[form].audit
    assert render
    assert "at 02:30: 30 2 * * *" in str(render(audited_sample(SAMPLE), Manner(verbose=1, to_file=True)))


@pytest.mark.parametrize(
    ("language", "number", "day", "steps"),
    [("en", "1,234.5", "1 March 2024", "1 file"), ("de", "1.234,5", "1. März 2024", "1 Datei")],
)
def test_numbers_dates_and_plurals_are_the_languages(language: str, number: str, day: str, steps: str) -> None:
    texts = load_texts(language)
    assert texts.number(1234.5) == number
    assert texts.date("2024-03-01T10:00:00Z") == day
    assert texts.date("soon") == "soon"
    assert texts.count("terminal.files", 1) == steps
    assert texts.count("terminal.files", 0) != steps.replace("1", "0")


@pytest.mark.parametrize(
    ("base", "page"),
    [
        ("https://docs.example.org/assessor", "https://docs.example.org/assessor/practices.md#governancemodel_card"),
        ("https://docs.example.org/practices.html", "https://docs.example.org/practices.html#governancemodel_card"),
        ("https://wiki.example.org/p/{practice}?v=1", "https://wiki.example.org/p/governance.model_card?v=1"),
        ("", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_the_page_of_a_practice(base: str, page: str) -> None:
    assert practice_page(base, "governance.model_card") == page


def test_each_practice_has_the_heading_that_pages_lead_to() -> None:
    text = (ROOT / "docs" / "practices.md").read_text("utf-8").lower()
    headings = {
        line.strip("# `").replace(".", "").replace("`", "") for line in text.splitlines() if line.startswith("#")
    }
    for name in audited_sample(SAMPLE).practices:
        assert practice_page("https://a.example", name).partition("#")[2] in headings, name


def test_the_environment_says_where_the_documentation_stands() -> None:
    assert docs_base({DOCS: " https://docs.example.org "}) == "https://docs.example.org"
    assert docs_base({}) == ""
    for wrong in ("http://docs.example.org", "docs", "https://a b"):
        with pytest.raises(UserError, match=DOCS):
            docs_base({DOCS: wrong})


def documented(docs: str) -> Assessment:
    sample = audited_sample(SAMPLE)
    return sample.model_copy(update={"tool": sample.tool.model_copy(update={"docs": docs})})


def test_findings_lead_to_the_page_of_their_practice() -> None:
    found = documented("https://docs.example.org")
    rules = json.loads(sarif(found, ()))["runs"][0]["tool"]["driver"]["rules"]
    assert {rule.get("helpUri") for rule in rules if "." in rule["id"]} == {
        practice_page("https://docs.example.org", name) for name in found.practices
    }
    for form in ("html", "md-long"):
        render = FORMATS[form].audit
        assert render
        assert "https://docs.example.org/practices.md#monitoringdrift" in str(render(found, Manner()))
        assert "practices.md#monitoringdrift" not in str(render(documented(""), Manner()))


@pytest.mark.parametrize(
    ("form", "language"), [("html", "en"), ("md-long", "en"), ("md-long", "de"), ("terminal", "en")]
)
def test_a_doubtful_rating_says_so_beside_it_and_another_does_not(form: str, language: str) -> None:
    render = FORMATS[form].audit
    assert render
    sample = audited_sample(SAMPLE)
    first, second, *_ = sample.practices
    known = {
        first: AccuracyInfo(right=3, of=17, is_doubtful=True),
        second: AccuracyInfo(right=19, of=19, is_doubtful=False),
    }
    practices = {name: info.model_copy(update={"accuracy": known.get(name)}) for name, info in sample.practices.items()}
    text = str(render(sample.model_copy(update={"practices": practices}), Manner(language=language, verbose=1)))
    doubt = load_texts(language)("accuracy.doubtful", right=3, of=17)
    assert text.count(doubt) == 1
    if form != "terminal":
        assert load_texts(language)("accuracy.about", right=22, of=36) in text
        assert load_texts(language)("accuracy.figure", right=19, of=19) in text
    assert "Right less often" not in text


def test_every_practice_that_was_measured_brings_its_figures() -> None:
    from assessor.catalog.accuracy import load_accuracy

    found = audited_sample(SAMPLE).practices
    assert {name for name, info in found.items() if info.accuracy} == set(load_accuracy())


def test_figures_of_a_dimension_that_nobody_knows_are_shown_by_its_name() -> None:
    sample = audited_sample(SAMPLE)
    first = next(iter(sample.practices))
    odd = sample.practices[first].model_copy(update={"dimension": "odd"})
    found = sample.model_copy(update={"practices": sample.practices | {first: odd}})
    assert figures(found, load_texts())[0][0] == "odd"
    assert "<dt>odd</dt>" in html(found)


SUBMODULE = BlindSpotInfo(place=PlaceInfo(path="vendor/tool", line=1), reason="a submodule is not read")
WORKFLOW = BlindSpotInfo(
    place=PlaceInfo(path=".github/workflows/a.yml", line=1), reason="no YAML", practices=("ci.pipeline",)
)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("form", ["html", "md-long", "terminal"])
def test_each_blind_spot_says_what_it_may_hide_or_that_no_practice_rests_on_it(form: str, language: str) -> None:
    render, t = FORMATS[form].audit, load_texts(language)
    assert render

    def shown(*spots: BlindSpotInfo) -> str:
        assessment = audited_sample(SAMPLE).model_copy(update={"blind_spots": spots})
        return str(render(assessment, Manner(verbose=2, to_file=True, language=language)))

    assert (t("blind.hides_none") in shown(SUBMODULE), t("blind.hides_none") in shown(WORKFLOW)) == (True, False)
    assert t("blind.hides") in shown(WORKFLOW)


_TWICE = re.compile(
    r"\b(records|keeps|tracks|stores|starts|runs|checks|proves|shows|builds|writes|reads)\b[^.;:]*\b\1\b"
)
"""One verb for two clauses: a sentence of a scanner that was put behind another one's beginning."""


@pytest.mark.parametrize("sample", sorted(path.parent.name for path in ROOT.glob("sample_repos/*/dvc.lock")))
def test_a_stage_records_its_inputs_in_one_sentence(sample: str) -> None:
    """It was `dvc.lock records stage X records its inputs`."""
    audited = audited_sample(sample)
    told = {evidence.text for practice in audited.practices.values() for evidence in practice.evidence}
    assert [text for text in told if re.fullmatch(r"stage \S+ records its inputs and outputs", text)]
    assert [text for text in told if _TWICE.search(text)] == []
    assert _TWICE.search("dvc.lock records stage train records its inputs")
    for form in ("terminal", "md-long", "html"):
        render = FORMATS[form].audit
        assert render
        shown = re.sub(r"<[^>]+>|\s+", " ", str(render(audited, Manner(verbose=2, to_file=True))))
        assert "records its inputs and outputs" in shown
        assert not re.search(r"records stage \S+ records", shown)
