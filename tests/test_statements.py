"""Attestations and waivers beside an audit: what became of each on a day, what they change, and what they never do."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from assessor.__main__ import main
from assessor.catalog.loading import Source
from assessor.errors import UserError
from assessor.policy.config import Loaded, find_config, parse_policy
from assessor.policy.stated import check_items, with_statements
from assessor.render.data import csv as csv_report
from assessor.render.html import audit as html
from assessor.render.markdown import audit as markdown
from assessor.render.markdown import audit_long as markdown_document
from assessor.render.pdf import audit as pdf
from assessor.render.terminal import audit as terminal
from assessor.render.views.statement_words import web_address
from assessor.render.views.texts import LANGUAGES, load_texts
from assessor.rubric.loading import shipped_names, shipped_rubric
from tests.audited import audited_sample, stated
from tests.conftest import commit_files, write_files
from tests.gate_states import HOUSE, assessment
from tests.hostile_repository import hostile_config
from tests.test_html import Document
from tests.test_markdown import OWN_TAGS, parsed
from tests.test_pdf import link_annotations

if TYPE_CHECKING:
    from collections.abc import Callable

    from assessor.assessment import Assessment, AttestationInfo, WaiverInfo

DAY = date(2026, 6, 1)
NEXT_YEAR = "2027-06-01"
UNIT, DRIFT = "testing.unit", "monitoring.drift"


def attests(subject: str, rung: str = "", expires: str = NEXT_YEAR, when: str = "2026-01-01", **extra: str) -> Any:
    named = {"practice": subject, "rung": rung} if rung else {"item": subject}
    said = {"statement": "we looked at it", "who": "Ada Lovelace", "when": when, "expires": expires}
    return {"attestations": [named | said | extra]}


def waives(practice: str, expires: str = NEXT_YEAR, **extra: str) -> Any:
    said = {"practice": practice, "reason": "no time until autumn", "owner": "team a", "ticket": "ML-7"}
    return {"waivers": [said | {"expires": expires} | extra]}


def loaded(config: Any) -> Loaded:
    text = json.dumps(config)  # JSON is YAML
    return find_config({"assessor.yaml": text}.get)


def laid(
    config: Any, rungs: dict[str, str] | None = None, policy: Any = None, day: date | None = DAY, strict: bool = False
) -> Assessment:
    rules = parse_policy(Source("policy.yaml", json.dumps(policy))) if policy is not None else None
    return with_statements(assessment(**(rungs or {})), [HOUSE], loaded(config), day, rules, strict=strict)


@pytest.mark.parametrize(
    ("config", "rungs", "state", "days_left"),
    [
        (attests(UNIT, "used"), {}, "in_force", 365),
        (attests(UNIT, "used"), {"testing__unit": "unknown"}, "in_force", 365),
        (attests(UNIT, "used", "2026-07-02"), {}, "in_force", 31),
        (attests(UNIT, "used", "2026-07-01"), {}, "ending", 30),
        (attests(UNIT, "used", "2026-06-01"), {}, "ending", 0),
        (attests(UNIT, "used", "2026-05-31"), {}, "expired", None),
        (attests(UNIT, "used", "2026-05-31"), {"testing__unit": "enforced"}, "expired", None),
        (attests(UNIT, "used", when="2026-06-02"), {}, "in_force", 365),
        (attests(UNIT, "used", when="2026-06-03"), {}, "early", None),
        (attests(UNIT, "used"), {"testing__unit": "used"}, "unused", None),
        (attests(UNIT, "used"), {"testing__unit": "not_applicable"}, "unused", None),
        (attests("house/people"), {}, "in_force", 365),
        (attests("house/people", expires="2026-01-01"), {}, "expired", None),
        (attests("elsewhere/people"), {}, "unused", None),
        (waives(DRIFT), {}, "in_force", 365),
        (waives(DRIFT, "2026-07-02"), {}, "in_force", 31),
        (waives(DRIFT, "2026-07-01"), {}, "ending", 30),
        (waives(DRIFT, "2026-06-01"), {}, "ending", 0),
        (waives(DRIFT, "2026-05-31"), {}, "expired", None),
        (waives(DRIFT), {"monitoring__drift": "used"}, "in_force", 365),
        (waives(DRIFT), {"monitoring__drift": "enforced"}, "unused", None),
        (waives(DRIFT), {"monitoring__drift": "not_applicable"}, "unused", None),
        (waives(DRIFT, path="src"), {"monitoring__drift": "used"}, "in_force", 365),
        (waives(DRIFT, path="src/*.py"), {"monitoring__drift": "used"}, "in_force", 365),
        (waives(DRIFT, path="lib"), {"monitoring__drift": "used"}, "unused", None),
        (waives(DRIFT, path="src"), {}, "unused", None),
    ],
)
def test_each_has_a_state(config: Any, rungs: dict[str, str], state: str, days_left: int | None) -> None:
    said = laid(config, rungs).statements
    entries: list[AttestationInfo | WaiverInfo] = [*said.attestations, *said.waivers]
    [entry] = entries
    assert (entry.state, entry.days_left) == (state, days_left)
    assert said.day == "2026-06-01"


@pytest.mark.parametrize(
    ("config", "policy", "state"),
    [
        (attests(UNIT, "used"), {"no_attestations": [UNIT]}, "barred"),
        (attests(UNIT, "used"), {"no_attestations": [DRIFT]}, "in_force"),
        (attests(UNIT, "used"), {"gate": {"strict": True}}, "ignored"),
        (attests(UNIT, "used") | {"gate": {"strict": False}}, {"gate": {"strict": True}}, "ignored"),
        (attests(UNIT, "used") | {"gate": {"strict": True}}, {}, "ignored"),
        (attests(UNIT, "used", "2026-05-31"), {"gate": {"strict": True}}, "expired"),
        (waives(DRIFT), {"no_waivers": [DRIFT]}, "barred"),
        (waives(DRIFT), {"no_waivers": [UNIT]}, "in_force"),
        (waives(DRIFT), {"max_waiver_days": 364}, "too_long"),
        (waives(DRIFT), {"max_waiver_days": 365}, "in_force"),
        (waives(DRIFT), {"gate": {"strict": True}}, "in_force"),
    ],
)
def test_a_policy_sets_bounds(config: Any, policy: Any, state: str) -> None:
    found = laid(config, policy=policy)
    said = found.statements
    entries: list[AttestationInfo | WaiverInfo] = [*said.attestations, *said.waivers]
    [entry] = entries
    assert entry.state == state
    assert (found.scorecards["house"].attested is not None) == (bool(said.attestations) and state == "in_force")


@pytest.mark.parametrize(
    ("said", "rungs", "level", "items", "attested"),
    [
        ([(UNIT, "used")], {}, 1, ("tests",), 0.25),
        ([(UNIT, "automated")], {}, 1, ("tests", "auto-tests"), 0.5),
        ([(UNIT, "automated"), (DRIFT, "used")], {}, 2, ("tests", "auto-tests", "drift"), 0.75),
        ([(DRIFT, "used")], {"testing__unit": "automated"}, 2, ("drift",), 0.25),
        ([(DRIFT, "used")], {"testing__unit": "automated", "monitoring__drift": "unknown"}, 2, ("drift",), 0.25),
        ([(DRIFT, "declared")], {"monitoring__drift": "unknown"}, 0, (), 0.25),
        ([("house/people", "")], {}, 0, ("people",), 0.25),
    ],
)
def test_the_level_with_attestations_stands_beside(
    said: list[tuple[str, str]], rungs: dict[str, str], level: int, items: tuple[str, ...], attested: float
) -> None:
    entries = [entry for name, rung in said for entry in attests(name, rung)["attestations"]]
    before, after = assessment(**rungs), laid({"attestations": entries}, rungs)
    found = after.scorecards["house"].attested
    assert found
    assert (found.level, found.items, found.basis.attested) == (level, items, attested)
    assert sum(dict(found.basis).values()) == pytest.approx(1)
    assert after.practices == before.practices
    card = after.scorecards["house"].model_copy(update={"attested": None})
    assert card == before.scorecards["house"]


@pytest.mark.parametrize(
    ("config", "options"),
    [
        ({}, {}),
        (waives(DRIFT), {}),
        (attests(UNIT, "used", "2026-05-31"), {}),
        (attests("house/people", expires="2026-05-31"), {}),
        (attests(UNIT, "used"), {"strict": True}),
        (attests(UNIT, "used"), {"day": None}),
        (attests("elsewhere/people"), {}),
    ],
)
def test_what_does_not_count_changes_no_level(config: Any, options: dict[str, Any]) -> None:
    assert laid(config, **options).scorecards == assessment().scorecards


def test_without_a_day_nothing_counts() -> None:
    said = laid(attests(UNIT, "used") | waives(DRIFT), day=None).statements
    assert (said.day, said.attestations[0].state, said.waivers[0].state) == ("", "undated", "undated")


IN_TOML = """\
[tool.assessor]
rubric = "stages"

[[tool.assessor.waivers]]
practice = "data.lineage"
reason = "no time now"
owner = "us"
ticket = "1"
expires = 2027-01-01

[[tool.assessor.waivers]]
practice = "testing.unit"
reason = "no time now"
owner = "us"
ticket = "1"
expires = 2027-01-01
"""


def test_lines_are_those_of_the_file() -> None:
    found = with_statements(assessment(), [HOUSE], find_config({"pyproject.toml": IN_TOML}.get), DAY).statements
    assert [str(entry.place) for entry in found.waivers] == ["pyproject.toml:5", "pyproject.toml:12"]


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("house/poeple", "house has no item 'poeple'; did you mean 'people'?"),
        ("house/zzz", "house has no item 'zzz'; those to be stated are people"),
        ("house/tests", "'tests' of house is observed, not stated; attest its practices"),
    ],
)
def test_an_item_must_be_there_and_need_a_statement(item: str, told: str) -> None:
    with pytest.raises(UserError) as error:
        check_items(loaded(attests(item)), [HOUSE])
    assert str(error.value) == f"assessor.yaml:1: attestations.0.item: {told}"


def test_the_examples_of_the_docs_have_no_mistakes() -> None:
    text = Path(__file__).parents[1].joinpath("docs", "attestations.md").read_text("utf-8")
    config, policy = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    rubrics = [shipped_rubric(name) for name in shipped_names()]
    check_items(find_config({"assessor.yaml": config}.get), rubrics)
    assert parse_policy(Source("policy.yaml", policy)).gate.strict


SAID = """\
attestations:
- practice: monitoring.drift
  rung: used
  statement: Drift is looked at each week.
  who: Ada Lovelace
  when: 2026-01-31
  expires: 2026-12-31
  link: https://example.com/drift
waivers:
- practice: data.lineage
  reason: The platform brings it in autumn.
  owner: data team
  ticket: ML-123
  expires: 2026-05-20
"""


def project(folder: Path, config: str = SAID, day: str = "") -> Path:
    root = write_files(folder, {"train.py": "import sklearn\n", "assessor.yaml": config})
    if day:
        commit = {"author": "A <a@b.c>", "date": f"{day}T12:00:00Z", "message": "m", "files": "all"}
        commit_files(root, {"commits": [commit]})
    return root


def audited(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main(["audit", str(root), "-q", "--format", "json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["statements"]
    return found


@pytest.mark.parametrize(
    ("commit", "epoch", "day", "states"),
    [
        ("2026-05-01", "", "2026-05-01", ["in_force", "ending"]),
        ("2026-06-01", "", "2026-06-01", ["in_force", "expired"]),
        ("2027-01-01", "", "2027-01-01", ["expired", "expired"]),
        ("2027-01-01", "1777593600", "2026-05-01", ["in_force", "ending"]),
        ("", "1777593600", "2026-05-01", ["in_force", "ending"]),
        ("", "", "", ["undated", "undated"]),
    ],
)
def test_the_day_is_the_commits(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    commit: str,
    epoch: str,
    day: str,
    states: list[str],
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    found = audited(project(tmp_path, day=commit), capsys)
    assert found["day"] == day
    assert [entry["state"] for entry in (*found["attestations"], *found["waivers"])] == states


def test_the_audit_takes_a_policy_and_can_be_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = project(tmp_path / "p", day="2026-05-01")
    policy = write_files(tmp_path, {"policy.yaml": "no_attestations: [monitoring.drift]\nno_waivers: [data.lineage]\n"})
    found = audited(root, capsys, "--policy", str(policy / "policy.yaml"))
    assert [entry["state"] for entry in (*found["attestations"], *found["waivers"])] == ["barred", "barred"]
    found = audited(root, capsys, "--strict")
    assert (found["strict"], found["attestations"][0]["state"], found["waivers"][0]["state"]) == (
        True,
        "ignored",
        "ending",
    )


@pytest.mark.parametrize(
    ("config", "options", "told"),
    [
        ("gate: {min_levl: 1}\n", [], "assessor: assessor.yaml:1: gate.min_levl"),
        (SAID.replace("drift\n", "drfit\n", 1), [], "assessor: assessor.yaml:2: attestations.0.practice"),
        (SAID.replace("https:", "javascript:"), [], "assessor: assessor.yaml:8: attestations.0.link"),
        ("attestations:\n- item: google/x\n  statement: we do this\n  who: me\n  when: 2026-01-01\n  expires: 2027-01-01\n",
         [], "assessor: assessor.yaml:2: attestations.0.item: google has no item 'x'"),
        (SAID, ["--policy", "nowhere.yaml"], "assessor: no policy file nowhere.yaml"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], config: str, options: list[str], told: str
) -> None:
    assert main(["audit", str(project(tmp_path, config)), "-q", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(told)
    assert captured.err.count("\n") == 1


MIXED = """\
attestations:
- {practice: versioning.code, rung: used, statement: The folder is an export of ours., who: Ada Lovelace,
   when: 2026-01-31, expires: 2026-10-10, link: "https://example.com/code"}
- {practice: versioning.data, rung: used, statement: The warehouse keeps each snapshot., who: Grace Hopper,
   when: 2026-01-31, expires: 2026-06-11}
- {practice: monitoring.service, rung: used, statement: A board in the hall shows it., who: Carol Shaw,
   when: 2025-01-31, expires: 2026-05-31}
- {practice: ci.pipeline, rung: declared, statement: It is there to be seen., who: Bob Ross,
   when: 2026-01-31, expires: 2026-12-31}
waivers:
- {practice: versioning.data, reason: The bucket comes in autumn., owner: data team, ticket: ML-123,
   expires: 2026-09-30}
- {practice: deployment.rollback, reason: We deploy by hand until then., owner: serving team,
   ticket: "https://example.com/17", expires: 2026-05-20}
"""
TOLD = (
    "With attestations: level 4, Continuous integration",
    "With attestations it is level 4, Continuous integration; level 3 is observed. 3% of what the model asks is attested.",
    "as of 1 June 2026",
    "The folder is an export of ours.",
    "Ada Lovelace on 31 January 2026, until 10 October 2026",
    "https://example.com/code",
    "Data versioning (used)",
    "ends soon, on 11 June 2026",
    "The warehouse keeps each snapshot.",
    "expired on 31 May 2026 and does not count",
    "is not needed; nothing would be different without it",
    "The bucket comes in autumn.",
    "in force",
    "data team, ML-123, until 30 September 2026",
    "serving team, until 20 May 2026",
    "expired on 20 May 2026 and does not count",
    "https://example.com/17",
)
HERE = (
    "Attested as used by Ada Lovelace until 10 October 2026",
    "Waived by data team until 30 September 2026 (ML-123)",
)


@cache
def mixed(day: date | None = DAY) -> Assessment:
    """A sample one step below level 4, and statements that would lift it."""
    return stated(audited_sample(), MIXED, day)


def pdf_text(found: Assessment) -> str:
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(found)))
    return " ".join(page.extract_text() for page in reader.pages)


def html_text(found: Assessment) -> str:
    return " ".join(Document(html.render(found)).texts["body"])


def squeezed(text: str) -> str:
    """Without spaces, zero-width ones and the backslashes of Markdown, so that nothing depends on where lines break."""
    return re.sub(r"[\s\u200b\\]", "", text)


@pytest.mark.parametrize(
    ("render", "left_out"),
    [
        (lambda found: terminal.render(found, verbose=True), ()),
        (html_text, ()),
        (pdf_text, ("as of 1 June 2026",)),
        (markdown.render, HERE),
        (markdown_document.render, ()),
    ],
    ids=["terminal", "html", "pdf", "md", "md-long"],
)
def test_each_format_shows_them(render: Callable[[Assessment], str], left_out: tuple[str, ...]) -> None:
    text = squeezed(render(mixed()))
    assert [words for words in (*TOLD, *HERE) if squeezed(words) not in text and words not in left_out] == []


@pytest.mark.parametrize("render", [terminal.render, html_text, markdown.render, markdown_document.render])
def test_where_nothing_is_stated_nothing_is_shown(render: Callable[[Assessment], str]) -> None:
    text = render(audited_sample())
    assert [words for words in ("With attestations", "Waived", "as of") if words in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("day", [DAY, None])
def test_the_short_forms_tell_in_a_line_what_does_not_count(language: str, day: date | None) -> None:
    texts = load_texts(language)
    short = markdown.render(mixed(day), language=language)
    lines = [line for line in short.splitlines() if line.startswith("- ")]
    if day is None:
        assert f"- {texts('statements.undated')}".replace("_", "\\_") in lines
        assert texts("statements.other_level", level=4, title="Continuous integration") not in short
    else:
        ended = texts("statements.state.expired", expires=texts.date("2026-05-20"), when="")
        assert sum(ended in line for line in lines) == 1


def test_the_table_has_what_counts() -> None:
    rows = {row["practice"]: row for row in csv.DictReader(io.StringIO(csv_report.render(mixed()), newline=""))}
    columns = ("attested", "attested_until", "waived_until")
    assert [rows["versioning.data"][name] for name in columns] == ["used", "2026-06-11", "2026-09-30"]
    assert [rows["monitoring.service"][name] for name in columns] == ["", "", ""]
    assert [rows["deployment.rollback"][name] for name in columns] == ["", "", ""]


@pytest.fixture(scope="module")
def attacking() -> Assessment:
    return stated(audited_sample(), hostile_config(), date(2024, 6, 1))


def test_hostile_words_are_shown_and_not_obeyed(attacking: Assessment) -> None:
    said = attacking.statements
    assert [entry.state for entry in said.attestations] == ["unused", "in_force"]
    assert [entry.state for entry in said.waivers] == ["expired", "unused"]
    text = terminal.render(attacking, verbose=True)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text)
    assert terminal.render(attacking, verbose=True, unicode=False).isascii()


def test_only_plain_addresses_become_links(attacking: Assessment) -> None:
    home = "https://github.com/example/churn"
    page = Document(html.render(attacking))
    assert page.wrong == [] == page.open
    assert {own["href"] for own in page.all("a") if not own["href"].startswith(("#", home))} == set()
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(attacking)))
    addresses = [str(note["/A"]["/URI"]) for note in link_annotations(reader) if "/A" in note]
    assert [address for address in addresses if not address.startswith(home)] == []
    for render in (markdown.render, markdown_document.render):
        for token in parsed(render(attacking)):
            assert token.type != "image"
            # GitHub makes no link of an address without a scheme, this reader does
            assert token.type != "link_open" or str(token.attrs["href"]).startswith((home, "//"))
            assert token.type not in ("html_inline", "html_block") or "<" not in OWN_TAGS.sub("", token.content), token


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://example.com/a/b?c=d#e", True),
        ("http://wiki:8080/page", True),
        ("javascript:alert(1)", False),
        ('https://example.com/"onclick=alert(1)', False),
        ("https://example.com/a)b", False),
        ("https://user@example.com/", False),
        ("https://exämple.com/", False),
        (" https://example.com/", False),
        ("https://example.com/\n", False),
        ("", False),
    ],
)
def test_what_an_address_is(link: str, address: bool) -> None:
    assert web_address(link) == (link if address else "")
