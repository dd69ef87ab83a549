"""The HTML report: one file, inert, the numbers of the JSON, the same bytes twice."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from assessor.assessment import HopInfo, RepositoryInfo
from assessor.render.html import audit as html
from assessor.render.html.page import ANSWERS, MOST
from assessor.render.views.texts import LANGUAGES, load_texts
from assessor.render.views.view import told
from assessor.resources import data_folder
from tests.audited import audited_sample

if TYPE_CHECKING:
    from assessor.assessment import Assessment

_EMPTY = {"meta", "link", "input", "br", "wbr"}


class Document(HTMLParser):
    """Elements with their attributes, and texts by tag and by class; notes tags that close nothing or stay open."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[tuple[str, list[str]]] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        self.elements.append((tag, own))
        if tag not in _EMPTY:
            names = [tag, *(f".{name}" for name in own.get("class", "").split())]
            for name in names:
                self.texts.setdefault(name, []).append("")
            self.open.append((tag, names))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            self.wrong.append(f"</{tag}> in {[name for name, _ in self.open[-3:]]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for _, names in self.open:
            for name in names:
                self.texts[name][-1] += data

    def all(self, tag: str, name: str = "") -> list[dict[str, str]]:
        """Attributes of the elements of a tag that have the class `name`."""
        return [
            own for kind, own in self.elements if kind == tag and (not name or name in own.get("class", "").split())
        ]

    def words(self, name: str) -> list[str]:
        """The text of each element of a tag, or of a class (`.name`), with single spaces."""
        return [" ".join(text.split()) for text in self.texts.get(name, [])]


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return audited_sample()


@pytest.fixture(scope="module")
def text(assessment: Assessment) -> str:
    return html.render(assessment)


@pytest.fixture(scope="module")
def document(text: str) -> Document:
    return Document(text)


def test_is_well_formed(document: Document) -> None:
    assert document.wrong == []
    assert document.open == []


def test_ids_are_unique_and_links_inside_lead_somewhere(document: Document) -> None:
    ids = [own["id"] for _, own in document.elements if "id" in own]
    assert len(ids) == len(set(ids))
    inside = {own["href"][1:] for own in document.all("a") if own["href"].startswith("#")}
    assert inside <= set(ids)


def test_fetches_nothing(document: Document) -> None:
    assert [own for _, own in document.elements if "src" in own or "srcset" in own or "style" in own] == []
    assert [own["href"] for own in document.all("link")] == ["data:,"]
    assert not any("url(" in part and "data:" not in part for part in document.texts["style"])


def test_the_policy_names_the_one_style_and_the_one_script(document: Document) -> None:
    policy = next(own["content"] for own in document.all("meta") if own.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        digest = hashlib.sha256(document.texts[tag][0].encode()).digest()
        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}';" in policy
    assert "unsafe" not in policy


def test_each_practice_has_a_row(document: Document, assessment: Assessment) -> None:
    rows = document.all("details", "practice")
    assert [(own["data-dimension"], own["data-rung"]) for own in rows] == [
        (practice.dimension, practice.rung) for practice in assessment.practices.values()
    ]


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def test_the_numbers_of_the_first_screen_are_the_assessment_s(document: Document, assessment: Assessment) -> None:
    card, read = assessment.scorecards["stages"], assessment.statistics
    assert document.words(".level-number") == [str(card.level)]
    assert document.words(".level-of") == [f"Level {card.level} of {card.top}"]
    blocking = {gap.practice for gap in card.gaps if gap.blocking}
    shape, position = document.words(".level-next")[:2]
    assert not numbers(shape)
    assert card.index is not None
    shown = int(card.index * 10) / 10
    assert numbers(position) == [shown, card.level, round(100 * card.share), card.next_level, len(blocking)]
    found = card.dimensions.values()
    assert document.words(".bar-standing") == [f"{own.holds} of {own.asked}" if own.asked else "–" for own in found]
    assert [float(points) for points in document.words(".bar-points")] == [own.score for own in found]
    assert numbers(document.words(".observed")[0]) == [
        *(round(100 * share) for share in vars(card.basis).values() if share),
        *(read.files, read.read, read.parsed),
    ]


def test_the_ladder_tells_each_level(document: Document, assessment: Assessment) -> None:
    card = assessment.scorecards["stages"]
    wide, narrow = (
        document.words(".step-number")[: len(card.levels)],
        document.words(".step-number")[len(card.levels) :],
    )
    assert wide == narrow == [str(entry.level) for entry in card.levels]
    ahead = [
        f"{round(100 * entry.share)}% in place" for entry in card.levels if entry.level > card.height and not entry.own
    ]
    assert document.words(".step-note-in") == ["you are here", *ahead]


def test_each_practice_tells_its_counts(document: Document, assessment: Assessment) -> None:
    infos = assessment.practices.values()
    assert numbers(" ".join(word for word in document.words(".number") if "proof" in word)) == [
        len(info.evidence) for info in infos if info.evidence
    ]
    found: Counter[str] = Counter(info.rung for info in infos)
    assert numbers(document.words(".rungs-all")[0]) == [found[rung] for rung in ANSWERS if found[rung]]
    measured = [value for info in infos for value in info.values.values()]
    assert numbers(" ".join(document.words(".measure"))) == pytest.approx(measured, abs=0.0005)


def test_all_proof_is_there_or_told(document: Document, assessment: Assessment) -> None:
    places = Counter(document.words(".place"))
    for info in assessment.practices.values():
        assert len(info.evidence) <= MOST["evidence"]
        for evidence in info.evidence:
            assert places[str(evidence.place)]
            assert all(places[str(hop.place)] for hop in told(evidence.hops))


def test_the_models_table(document: Document, assessment: Assessment) -> None:
    _, *rows = document.words("tr")
    for card, row in zip(assessment.scorecards.values(), rows, strict=True):
        assert row.startswith(card.name)
        assert f"{card.level} / {card.top} {card.title}" in row
        assert row.endswith(f"{round(100 * card.basis.observed)}%")


def test_the_roadmap(document: Document, assessment: Assessment) -> None:
    card = assessment.scorecards["stages"]
    assert card.roadmap
    ends = numbers(document.words(".days")[0])
    assert ends[0] <= card.roadmap_days <= ends[-1]
    assert "(estimate)" in document.words(".days")[0]
    for step in card.roadmap:
        assert any(step.title in shown for shown in document.words(".road"))
        assert all(any(str(entry.place) in shown for shown in document.words(".road")) for entry in step.where)
    assert [numbers(goal)[0] for goal in document.words(".goal")] == [
        step.reaches for step in card.roadmap if step.reaches is not None
    ]


def test_the_loop_names_its_first_break_and_every_hand_over(document: Document, assessment: Assessment) -> None:
    life = assessment.loop
    assert life is not None
    titles = {station.id: station.title for station in life.stations}
    assert document.words(".loop-name") == list(titles.values())
    carried = [entry for entry in life.handovers if entry.by in ("pipeline", "event", "schedule")]
    assert document.words(".loop-large") == [f"{len(carried)} of {len(life.handovers)}"]
    assert life.first_break is not None
    first = life.handovers[life.first_break]
    assert document.words(".loop-break") == [
        f"The first break is between {titles[first.start]} and {titles[first.end]}: {first.reason}."
    ]
    assert len(document.all("circle", "break-mark")) == 1
    rows = document.words(".handovers")[0]
    assert all(f"{titles[entry.start]} → {titles[entry.end]}:" in rows for entry in life.handovers)


def test_an_assessment_without_a_loop(assessment: Assessment) -> None:
    document = Document(html.render(assessment.model_copy(update={"loop": None})))
    assert document.wrong == []
    assert document.words(".loop-large") == []


def test_crosswalks_tell_each_control(document: Document, assessment: Assessment) -> None:
    text = " ".join(document.words("main"))
    for crosswalk in assessment.crosswalks.values():
        assert crosswalk.name in text
        assert all(f"{own.control} {own.text}".replace("`", "") in text for own in crosswalk.controls)
    shown = [numbers(words) for words in document.words(".supports")]
    assert shown == [[count for count in own.counts.values() if count] for own in assessment.crosswalks.values()]


def test_links_lead_to_the_line_at_the_commit(document: Document, assessment: Assessment) -> None:
    links = {own["href"] for own in document.all("a", "place")}
    start = f"https://github.com/example/churn/blob/{assessment.repository.commit}/"
    assert {link for link in links if not link.startswith(start)} == {
        f"https://github.com/example/churn/commit/{assessment.repository.commit}"
    }
    assert f"{start}.gitlab-ci.yml#L6" in links


def test_what_is_cut_is_told(assessment: Assessment) -> None:
    name, info = next((name, info) for name, info in assessment.practices.items() if info.evidence)
    proof = info.evidence[0]
    hops = tuple(HopInfo(text=f"hop {number}", place=proof.place) for number in range(60))
    many = (proof.model_copy(update={"hops": hops}), *(proof for _ in range(99)))
    longer = assessment.model_copy(
        update={"practices": {**assessment.practices, name: info.model_copy(update={"evidence": many})}}
    )
    document = Document(html.render(longer))
    assert "100 proofs" in document.words(".number")
    assert document.words(".cut") == [
        f"{100 - MOST['evidence']} more are not shown here; the JSON of the audit has them"
    ]
    assert f"{60 - MOST['hops']} steps between" in document.words(".route-cut")
    assert {"hop 0", "hop 59"} <= set(document.words(".hop"))


def test_the_largest_level_and_what_has_no_commit() -> None:
    """A repository at the top of its model, not under git."""
    best = audited_sample("stage5_cd")
    card = best.scorecards["stages"].model_copy(update={"next_level": None, "gaps": (), "roadmap": ()})
    bare = best.model_copy(
        update={"repository": RepositoryInfo(name="x"), "scorecards": {**best.scorecards, "stages": card}}
    )
    document = Document(html.render(bare))
    assert document.wrong == []
    assert document.words(".level-next")[1:] == ["This is the highest level of the model."]
    assert not document.all("a", "place")
    assert "not under git" in document.words(".facts")[0]


def test_the_same_bytes_twice(text: str, assessment: Assessment) -> None:
    html.environment.cache_clear()
    assert html.render(assessment) == text


def test_another_model(assessment: Assessment) -> None:
    card = assessment.scorecards["google"]
    assert re.search(rf'class="level-number"[^>]*>{card.level}<', html.render(assessment, rubric="google"))


def test_an_unknown_model(assessment: Assessment) -> None:
    with pytest.raises(KeyError):
        html.render(assessment, rubric="gogle")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language(assessment: Assessment, language: str) -> None:
    document = Document(html.render(assessment, language=language))
    assert document.wrong == []
    assert document.all("html")[0]["lang"] == language
    assert document.words("h1")[0].endswith("example/churn")


@pytest.mark.parametrize("font", ["inter-400.woff2", "inter-600.woff2"])
def test_the_fonts_have_every_letter_of_the_texts(font: str) -> None:
    from fontTools.ttLib import TTFont

    known = TTFont(data_folder("reports") / "fonts" / "page" / font).getBestCmap()
    signs = {sign for language in LANGUAGES for text in load_texts(language).messages.values() for sign in text}
    assert {sign for sign in signs if ord(sign) not in known} == set()
