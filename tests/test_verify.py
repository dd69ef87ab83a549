"""Verification of stored reports: what was changed, what does not follow, what the repository does not give."""

from __future__ import annotations

import copy
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from assessor.__main__ import main
from assessor.seal import seal_of
from tests.conftest import write_files
from tests.test_units import five_units

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return five_units(tmp_path_factory.mktemp("verify") / "repo")


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the report of the repository as JSON, page and document."""
    folder = tmp_path_factory.mktemp("made")
    words = [word for form in ("json", "html", "pdf") for word in ("--output", str(folder / f"r.{form}"))]
    assert main(["audit", str(root), "--quiet", *words]) == 0
    return folder


def verified(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, str]]:
    """The exit code, and the answer of each check."""
    code = main(["verify", *words, "--quiet", "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    return code, {check["check"]: check["answer"] for check in data["checks"]}


def forged(made: Path, target: Path, change: Callable[[dict[str, Any]], object], *, reseal: bool = False) -> str:
    tree = json.loads((made / "r.json").read_text("utf-8"))
    change(tree)
    if reseal:
        tree["seal"] = seal_of(tree).model_dump(mode="json")
    target.write_text(json.dumps(tree), "utf-8")
    return str(target)


def raise_level(tree: dict[str, Any]) -> None:
    tree["scorecards"]["stages"].update(level=5, title="Continuous delivery", next_level=None)


def raise_rung(tree: dict[str, Any]) -> None:
    tree["practices"]["versioning.data"]["rung"] = "automated"


@pytest.mark.parametrize("form", ["json", "html", "pdf"])
def test_a_report_as_it_was_made_is_the_same_in_every_depth(
    root: Path, made: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    code, answers = verified(capsys, str(made / f"r.{form}"), "--repo", str(root))
    assert (code, set(answers.values())) == (0, {"same"})
    assert {"seal", "levels", "repository"} <= set(answers)
    assert ("pages" in answers) == (form != "json")


@pytest.mark.parametrize("change", [raise_level, raise_rung], ids=lambda change: change.__name__)
def test_a_change_is_seen_by_the_seal(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[dict[str, Any]], object]
) -> None:
    code, answers = verified(capsys, forged(made, tmp_path / "f.json", change))
    assert code == 1
    assert answers["seal"] == "differs"


@pytest.mark.parametrize("change", [raise_level, raise_rung], ids=lambda change: change.__name__)
def test_a_change_that_is_sealed_anew_is_seen_by_what_does_not_follow(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[dict[str, Any]], object]
) -> None:
    code, answers = verified(capsys, forged(made, tmp_path / "f.json", change, reseal=True))
    assert code == 1
    assert answers == {"seal": "same", "levels": "differs"}


def test_an_invented_proof_is_seen_by_the_repository(
    root: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def invent(tree: dict[str, Any]) -> None:
        name = next(n for n, p in tree["practices"].items() if p["rung"] == "used" and p["evidence"])
        tree["practices"][name]["evidence"][0]["text"] = "invented"

    file = forged(made, tmp_path / "f.json", invent, reseal=True)
    assert verified(capsys, file)[0] == 0
    code, answers = verified(capsys, file, "--repo", str(root))
    assert (code, answers["seal"], answers["levels"], answers["repository"]) == (1, "same", "same", "differs")


def test_every_field_is_in_the_seal(made: Path) -> None:
    tree = json.loads((made / "r.json").read_text("utf-8"))
    whole = seal_of(tree)
    for name in tree.keys() - {"seal"}:
        changed = copy.deepcopy(tree)
        changed[name] = ["changed"]
        assert seal_of(changed).digest != whole.digest, name
    assert seal_of(tree | {"new_field": 1}).digest != whole.digest


@pytest.mark.parametrize(
    ("form", "before", "after"),
    [("html", b"Manual process", b"Superb process"), ("html", b"</main>", b"<p>Level 5</p></main>")],
)
def test_changed_pages_are_seen(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, before: bytes, after: bytes
) -> None:
    page = (made / f"r.{form}").read_bytes()
    assert before in page
    (tmp_path / f"f.{form}").write_bytes(page.replace(before, after))
    code, answers = verified(capsys, str(tmp_path / f"f.{form}"))
    assert (code, answers["seal"], answers["pages"]) == (1, "same", "differs")


def test_changed_pages_of_a_pdf_are_seen(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=made / "r.pdf")
    writer.add_blank_page()
    writer.write(tmp_path / "f.pdf")
    code, answers = verified(capsys, str(tmp_path / "f.pdf"))
    assert answers["seal"] == "same"
    assert answers["pages"] in ("differs", "unknown")
    assert code in (1, 4)


# ---- what cannot be told ----


def test_a_commit_that_is_not_there_cannot_be_told(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = five_units(tmp_path / "other")
    (other / "new.txt").write_text("x")
    for words in (["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--amend", "-qm", "other"]):
        subprocess.run(["git", *words], cwd=other, check=True, capture_output=True)
    subprocess.run(["git", "reflog", "expire", "--expire=now", "--all"], cwd=other, check=True, capture_output=True)
    subprocess.run(["git", "gc", "-q", "--prune=now"], cwd=other, check=True, capture_output=True)
    code, answers = verified(capsys, str(made / "r.json"), "--repo", str(other))
    assert (code, answers["repository"]) == (4, "unknown")


def test_other_rules_cannot_tell(root: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def older(tree: dict[str, Any]) -> None:
        tree["tool"]["version"] = "0.0.9"
        tree["statistics"]["parsed"] += 1

    file = forged(made, tmp_path / "f.json", older, reseal=True)
    code, answers = verified(capsys, file, "--repo", str(root))
    assert (code, answers["repository"]) == (4, "unknown")


def test_a_report_without_a_seal_cannot_be_told(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answers = verified(capsys, forged(made, tmp_path / "f.json", lambda tree: tree.pop("seal")))
    assert (code, answers["seal"]) == (4, "unknown")


def test_a_dirty_tree_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(five_units(tmp_path / "repo"), {"units/churn/extra.py": "x = 1\n"})
    assert main(["audit", str(folder), "--quiet", "--output", str(tmp_path / "r.json")]) == 0
    code, answers = verified(capsys, str(tmp_path / "r.json"), "--repo", str(folder))
    assert (code, answers["repository"], answers["commit"]) == (4, "same", "unknown")


def test_a_changed_configuration_or_policy_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(five_units(tmp_path / "repo"), {"assessor.yaml": "exclude: ['*.md']\n"})
    policy = tmp_path / "policy.yaml"
    policy.write_text("gate: {min_level: 1}\n")
    words = ["audit", str(folder), "--quiet", "--policy", str(policy), "--output", str(tmp_path / "r.json")]
    assert main(words) == 0
    file = str(tmp_path / "r.json")
    _, answers = verified(capsys, file, "--repo", str(folder), "--policy", str(policy))
    assert (answers["configuration"], answers["policy"]) == ("same", "same")
    write_files(folder, {"assessor.yaml": "exclude: ['*.rst']\n"})
    policy.write_text("gate: {min_level: 2}\n")
    code, answers = verified(capsys, file, "--repo", str(folder), "--policy", str(policy))
    assert (code, answers["configuration"], answers["policy"]) == (1, "differs", "differs")
    assert verified(capsys, file)[1]["policy"] == "unknown"


@pytest.mark.parametrize("words", [("--units",), ("--unit", "units/fraud"), ("--exclude", "units/web/**")])
def test_parts_of_a_repository_are_verified_as_such(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    file = str(tmp_path / "r.json")
    assert main(["audit", str(root), "--quiet", *words, "--output", file]) == 0
    code, answers = verified(capsys, file, "--repo", str(root))
    assert (code, set(answers.values())) == (0, {"same"})


def test_a_sub_folder_is_verified_from_the_root(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "r.json")
    assert main(["audit", str(root / "units/churn"), "--quiet", "--output", file]) == 0
    code, answers = verified(capsys, file, "--repo", str(root))
    assert (code, set(answers.values())) == (0, {"same"})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{}", "not the JSON of an audit"),
        (b"<!DOCTYPE html><html></html>", "carries no assessment"),
        (b"%PDF-1.7\nnothing", "no PDF that can be read"),
        (b'<!DOCTYPE html><html><script type="application/json" id="assessment" data-encoding="zlib" data-model="a" '
         b'data-language="en">"AAAA"</script>', "is damaged"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, told: str
) -> None:
    (tmp_path / "r.x").write_bytes(content)
    assert main(["verify", str(tmp_path / "r.x")]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


# ---- reports and comparisons of what does not verify ----


def test_report_and_compare_refuse_what_was_changed(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = forged(made, tmp_path / "f.json", raise_level)
    for words in (["report", file], ["compare", str(made / "r.json"), file], ["plan", file]):
        assert main(words) == 2
        assert "levels do not fit its seal" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["terminal", "html", "md", "md-long"])
def test_report_marks_what_does_not_verify(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    file = forged(made, tmp_path / "f.json", raise_level)
    assert main(["report", file, "--unverified", "--format", form]) == 0
    assert "was changed after it was written" in capsys.readouterr().out.replace("\n", " ")
    file = forged(made, tmp_path / "u.json", lambda tree: tree.pop("seal"))
    assert main(["report", file, "--format", form]) == 0
    assert "carries no seal" in capsys.readouterr().out.replace("\n", " ")


def test_a_mark_cannot_be_washed_off(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = forged(made, tmp_path / "f.json", raise_level)
    again = str(tmp_path / "again.json")
    assert main(["report", file, "--unverified", "--output", again]) == 0
    assert verified(capsys, again)[1]["seal"] != "same"
    assert main(["report", again]) == 0
    assert "carries no seal" in capsys.readouterr().out.replace("\n", " ")


def test_compare_marks_the_side_that_does_not_verify(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = forged(made, tmp_path / "f.json", raise_level)
    words = ["compare", str(made / "r.json"), file, "--unverified", "--format"]
    assert main([*words, "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["old"]["broken"], found["new"]["broken"]) == ([], ["levels"])
    assert main([*words, "md"]) == 0
    assert "Not verified" in capsys.readouterr().out


# ---- the statement ----


def test_the_statement_names_the_commit_and_the_seal(
    root: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(made / "r.json"), "--format", "in-toto"]) == 0
    statement = json.loads(capsys.readouterr().out)
    tree = json.loads((made / "r.json").read_text("utf-8"))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [{"name": "repo", "digest": {"gitCommit": tree["repository"]["commit"]}}]
    assert statement["predicate"]["seal"] == tree["seal"]
    assert statement["predicate"]["level"] == tree["scorecards"]["stages"]["level"]
    assert statement["predicate"]["ratings"] == {name: info["rung"] for name, info in tree["practices"].items()}
