"""Rubrics that extend another one, and files of crosswalks: what changes, and each mistake with its line and a hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessor.catalog.loading import DataError, Source
from assessor.errors import UserError
from assessor.findings import Finding, Rung
from assessor.rubric.loading import find_crosswalk, parse_crosswalk, parse_rubric, read_file, shipped_rubric
from assessor.rubric.model import Rubric
from assessor.rubric.scoring import level_of

HEAD = "extends: stages\nid: house\n"


def house(text: str) -> Rubric:
    return parse_rubric(Source("house.yaml", HEAD + text))


def item(rubric: Rubric, name: str) -> object:
    return next((item for item in rubric.items if item.id == name), None)


def test_what_is_not_named_stays() -> None:
    base, own = shipped_rubric("stages"), house("")
    assert own.items == base.items
    assert (own.id, own.title, own.levels) == ("house", f"{base.title}, changed", base.levels)


def test_items_are_changed_removed_and_added() -> None:
    own = house(
        "title: House rules\n"
        "change:\n"
        "  kept-results: {required: false, text: Results are kept}\n"
        "  continuous-tests: {requires: {testing.unit: used}}\n"
        "  stages.3: {supporting_share: 0.9, title: Ours}\n"
        "remove: [room-to-explore]\n"
        "add:\n"
        "  stages.4:\n"
        "  - {id: scanned, text: Dependencies are scanned, required: true, requires: {ci.security: automated}}\n"
    )
    changed = {entry.id: entry for entry in own.items}
    assert (changed["kept-results"].required, changed["kept-results"].text) == (False, "Results are kept")
    assert changed["continuous-tests"].requires != shipped_rubric("stages").items[13].requires
    assert "room-to-explore" not in changed
    assert [entry.level for entry in own.placed if entry.item.id == "scanned"] == [4]
    assert (own.levels[2].supporting_share, own.levels[2].title, own.title) == (0.9, "Ours", "House rules")


def test_a_change_changes_the_level() -> None:
    rungs = {"training.pipeline": "automated", "data.pipeline": "automated", "training.schedule": "automated"}
    found = {name: Finding(name, Rung(rung), "") for name, rung in rungs.items()}
    assert level_of(shipped_rubric("stages"), found, {}) == 1
    assert level_of(house("change: {kept-results: {required: false}, stages.2: {supporting_share: 0}}"), found, {}) == 2


def test_points_can_be_changed_too() -> None:
    text = "extends: ml-test-score\nid: house\nchange: {tuned-hyperparameters: {points: 2}, mlts.2: {above: 1.5}}"
    own = parse_rubric(Source("house.yaml", text))
    assert {section.id: section.full for section in own.sections}["model"] == 8
    assert own.levels[2].above == 1.5


MISTAKES = [
    ("chnage: {}\n", "house.yaml:3: |did you mean 'change'?"),
    ("remove: [room-to-explor]\n", "house.yaml:3: stages has no item 'room-to-explor'; did you mean 'room-to-explore'?"),
    ("change:\n  kept-result: {required: false}\n", "house.yaml:4: stages has no 'kept-result'; did you mean 'kept-results'?"),
    ("change:\n  kept-results:\n    requird: false\n", "house.yaml:5: |did you mean 'required'?"),
    ("change:\n  kept-results:\n    supporting_share: 0.5\n", "house.yaml:5: an item has no 'supporting_share'"),
    ("change:\n  stages.3:\n    required: true\n", "house.yaml:5: a level has no 'required'"),
    ("add:\n  stages.9: []\n", "house.yaml:4: stages has no level or section 'stages.9'"),
    (
        "add:\n  stages.4:\n  - id: scanned\n    text: Dependencies are scanned\n    requires: {ci.securty: automated}\n",
        "house.yaml:7: |did you mean 'ci.security'?",
    ),
    (
        "add:\n  stages.4:\n  - {id: a-b, text: Dependencies are scanned, requires: {ci.lint: used}}\n"
        "  - {id: kept-results, text: Dependencies are scanned, requires: {ci.lint: used}}\n",
        "house.yaml:6: the id 'kept-results' stands twice",
    ),
    ("change:\n  manual-steps:\n    required: true\n", "house.yaml:4: |cannot be required"),
    ("change:\n  kept-results:\n    dimension: experimnts\n", "house.yaml:5: no dimension 'experimnts'|did you mean"),
    ("change:\n  kept-results: {partial: {points: 0.5, requires: {ci.lint: used}}}\n", "house.yaml:4: a part of the points"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[expected for _, expected in MISTAKES])
def test_a_mistake_is_told_with_its_line(text: str, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        house(text)
    told = str(caught.value)
    start, *others = expected.split("|")
    assert told.startswith(start), told
    assert all(other in told for other in others), told


def test_a_rubric_that_is_not_there_is_told_with_the_line_that_names_it() -> None:
    with pytest.raises(DataError, match=r"^house.yaml:1: no rubric 'stage'; did you mean 'stages'\?"):
        parse_rubric(Source("house.yaml", "extends: stage\nid: house\n"))


def test_files_extend_files_beside_them_and_no_ring_is_followed(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("extends: stages\nid: one\nremove: [room-to-explore]\n")
    (tmp_path / "two.yaml").write_text("extends: ./one.yaml\nid: two\nremove: [live-trigger]\n")
    two = read_file(tmp_path / "two.yaml")
    assert isinstance(two, Rubric)
    assert len(two.items) == len(shipped_rubric("stages").items) - 2
    (tmp_path / "one.yaml").write_text("extends: ./two.yaml\nid: one\n")
    with pytest.raises(DataError, match="in a ring"):
        read_file(tmp_path / "two.yaml")


def test_a_text_from_an_audited_repository_extends_no_file() -> None:
    with pytest.raises(DataError, match=r"no rubric '\./other\.yaml'"):
        parse_rubric(Source("house.yaml", "extends: ./other.yaml\nid: house\n"))


CROSSWALK = (
    "kind: crosswalk\nid: own\ntitle: Own\nedition: '1'\nsource: us\ngroups:\n- id: a\n  title: All\n  controls:\n"
)
CONTROL = "  - {id: a.1, control: A.1, text: It is so, attest: It is stated so"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONTROL + "}\n" + CONTROL + "}\n", "own.yaml:11: the id 'a.1' stands twice"),
        (CONTROL + ", supports: [{ci.lin: used}]}\n", "own.yaml:10: |did you mean 'ci.lint'?"),
        (CONTROL + ", supports: [{ci.lint: enforced}]}\n", "own.yaml:10: |'ci.lint' defines no rung 'enforced'"),
        (CONTROL + ", supports: [{attest: we say it is so}]}\n", "own.yaml:10: |stands in 'attest'"),
        (CONTROL + ", suports: []}\n", "own.yaml:10: |did you mean 'supports'?"),
        ("", "own.yaml:9: "),
    ],
)
def test_a_mistake_in_a_crosswalk_is_told_with_its_line(text: str, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_crosswalk(Source("own.yaml", CROSSWALK + text))
    start, *others = expected.split("|")
    assert str(caught.value).startswith(start), str(caught.value)
    assert all(other in str(caught.value) for other in others), str(caught.value)


def test_a_crosswalk_is_found_by_name_with_or_without_its_prefix_and_in_a_file(tmp_path: Path) -> None:
    assert find_crosswalk("eu-ai-act") is find_crosswalk("crosswalk-eu-ai-act")
    (tmp_path / "own.yaml").write_text(CROSSWALK + CONTROL + "}\n")
    assert find_crosswalk(str(tmp_path / "own.yaml")).title == "Own"
    (tmp_path / "rubric.yaml").write_text(HEAD)
    with pytest.raises(UserError, match="a rubric, no crosswalk"):
        find_crosswalk(str(tmp_path / "rubric.yaml"))
    with pytest.raises(UserError, match="did you mean 'crosswalk-iso-42001'"):
        find_crosswalk("iso-4201")
