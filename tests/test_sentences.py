"""What an audit finds is said in every language: each sentence of scanners, products and readers has its translation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from assessor.catalog.practices import load_practices
from assessor.catalog.tools import load_tools
from assessor.cli.formats import FORMATS, Manner
from assessor.render.views.document_texts import document_texts
from assessor.render.views.sentences import Sentences, sentences
from assessor.render.views.texts import DEFAULT, LANGUAGES, load_texts
from assessor.render.views.view import view_of
from tests.audited import SAMPLES, audited_sample

ROOT = Path(__file__).parents[1] / "assessor"
OTHERS = pytest.mark.parametrize("language", [name for name in LANGUAGES if name != DEFAULT])
SAID_IN = ("scanners", "lifecycle")
"""Packages whose texts with a space in them are sentences about the repository, but for these."""
NO_SENTENCES = {
    # words that concepts are asked about
    "{invocation.script} {invocation.module} {' '.join(invocation.words[:3])}",
    "{file_name} {case.scope.name}",
    "{path.rpartition('/')[2]} {scope.name}",
    "{document.title} {file.path}",
    "{file.path} {heading} {sentence}",
    "{paragraph} {text}",
    "{run.job.id} {run.job.name} {run.job.stage}",
    "{titles} {file.path.rpartition('/')[2]}",
    "per cent",
    # labels of hops and of stages
    "{resource.kind} {resource.name}",
    "{target.runner} {target.name}",
    "build {file.path}",
    # sentences whose filled in parts are words and no sentences: each in MADE below
    "scanner failed:",
    "line of code",
    "script to where it runs",
    "scripts to where they run",
    "lines of code",
    "{hit.tool.title} {does}",
    "{rollout.program} brings {scripts}",
    "{len(least)} of {len(live)} workflows {'states' if len(least) == 1 else 'state'}",
    "{'every workflow states' if len(least) == len(live) else some} least permissions",
    "{secret.kind.replace('_', ' ')} stands in the tree{name}",
    "{text}, CI runs {'it' if len(live) == 1 else 'them'} too",
    "{_code(in_notebooks)} in notebooks, {in_modules} in modules",
    "{_code(in_modules)} in modules, {in_notebooks} in notebooks",
    "{len(clean)} of {'1 notebook is' if count == 1 else f'{count} notebooks are'} clean",
    "{test.file.path.rpartition('/')[2]} {text}",
    "{case.scope.name}() {text}",
    "{path} {lacking}",
    "{text}, but nothing calls it",
    "{'carries' if pinned == 1 else 'carry'} a version or range",
    "{pinned} of {numbered(total, 'direct dependency', 'direct dependencies')} {_bounded(pinned)}",
    "{file.path} locks {numbered(lock.packages, 'package', 'packages')}",
    "{pinned} of {numbered(len(named), 'package', 'packages')} that the image installs {_bounded(pinned)}",
}
MADE = (
    "every workflow states least permissions",
    *(f"{few} of 3 workflows {states} least permissions" for few, states in ((1, "states"), (2, "state"))),
    "ssh brings 1 script to where it runs",
    "ssh brings 2 scripts to where they run",
    "aws access key stands in the tree (KEY)",
    "private key stands in the tree",
    "1 hook runs before a commit, CI runs it too",
    "3 hooks run before a commit, CI runs them too",
    "3 hooks run before a commit, CI runs `make check` too",
    "1 line of code in notebooks, 0 in modules",
    "9 lines of code in notebooks, 1 in modules",
    "1 line of code in modules, 0 in notebooks",
    "9 lines of code in modules, 1 in notebooks",
    "1 of 1 notebook is clean",
    "2 of 3 notebooks are clean",
    "cells were executed out of order, 1 stored error, 300 kB of stored outputs",
    "drift or degradation starts retrain(), but nothing calls it",
    "uv.lock locks 1 package",
    "uv.lock locks 50 packages",
    "1 of 1 direct dependency carries a version or range",
    "0 of 1 direct dependency carry a version or range",
    "1 of 3 direct dependencies carries a version or range",
    "2 of 3 direct dependencies carry a version or range",
    "1 of 1 package that the image installs carries a version or range",
    "2 of 3 packages that the image installs carry a version or range",
    "7 commits by 1 author on 3 author-days",
    "1 commit on one author-day",
    "the training scanner failed: KeyError: 'x'",
)
"""Sentences as they are made of several texts, in the singular and the plural."""
FRAMES = ("{}", "test_x() {}", "tests.R {}", "dvc.yaml {}", "Gitleaks {}", "1 {}", "2 {}")
"""What stands before a text that is no sentence for itself."""
KNOWN = "no notebooks"
"""A sentence that every language has, for what is itself a sentence where it is filled in."""


def texts_of(path: Path) -> Iterator[tuple[int, ast.Constant | ast.JoinedStr]]:
    """The texts of a module, but for documentation, patterns and the parts of formatted ones."""
    tree = ast.parse(path.read_text("utf-8"))
    inner = {id(n) for f in ast.walk(tree) if isinstance(f, ast.JoinedStr) for n in ast.walk(f) if n is not f}
    inner |= {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if ast.unparse(call.func).startswith("re."):
            inner |= {id(node) for node in ast.walk(call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in inner:
            yield node.lineno, node


def written(node: ast.Constant | ast.JoinedStr, value: str) -> str:
    """The text with `value` for all that is filled in; empty for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else value for part in node.values)


def source(node: ast.Constant | ast.JoinedStr) -> str:
    """The text as it is written, with the expressions that are filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    parts = (p.value if isinstance(p, ast.Constant) else f"{{{ast.unparse(p.value)}}}" for p in node.values)  # type: ignore[attr-defined]
    return "".join(map(str, parts))


def untold(known: Sentences) -> Iterator[str]:
    for path in sorted(path for folder in SAID_IN for path in (ROOT / folder).glob("*.py")):
        for line, node in texts_of(path):
            if (" " not in written(node, "").strip() and " " not in source(node).strip()) or source(
                node
            ) in NO_SENTENCES:
                continue
            told = (frame.format(written(node, value)) for frame in FRAMES for value in ("x1", KNOWN, ""))
            if not any(map(known.said, told)):
                yield f"{path.relative_to(ROOT)}:{line}: {source(node)}"


@OTHERS
def test_each_sentence_of_a_scanner_is_translated(language: str) -> None:
    assert list(untold(load_texts(language).found)) == []


@OTHERS
def test_sentences_made_of_several_texts_are_translated(language: str) -> None:
    known = load_texts(language).found
    assert [text for text in MADE if not known.said(text)] == []


@OTHERS
def test_what_products_do_and_what_is_absent_is_translated(language: str) -> None:
    known = load_texts(language).found
    said = {proof.text for tool in load_tools() for proof in tool.proves if proof.text}
    said |= {practice.absent for practice in load_practices()}
    assert sorted(text for text in said if not known.said(text)) == []


@OTHERS
@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.iterdir() if path.is_dir()))
def test_nothing_that_is_found_in_a_sample_stays_english(sample: str, language: str) -> None:
    assert view_of(audited_sample(sample), texts=load_texts(language)).foreign == frozenset()


@OTHERS
def test_documents_know_the_sentences_too(language: str) -> None:
    assert document_texts(language).found is load_texts(language).found


@pytest.mark.parametrize("form", ["terminal", "md-long", "html"])
def test_reports_say_what_was_found_in_their_language(form: str) -> None:
    render = FORMATS[form].audit
    assert render
    found = audited_sample("stage3_cicd")
    english = render(found, Manner(language="en", verbose=2))
    german = render(found, Manner(language="de", verbose=2))
    assert isinstance(english, str)
    assert isinstance(german, str)
    assert "no code compares current data" in english
    assert "no code compares current data" not in german
    assert "kein Code vergleicht heutige Daten" in german


GERMAN = sentences(
    {
        "{path} is kept": "{path} bleibt",
        "{tool}: {said}": "{tool}: {said}",
        "{said}; {said_then}": "{said}; {said_then}",
        "trains a model": "trainiert",
        "{count} of {all} are {what}": "{count} von {all} sind {what}",
        "clean": "sauber",
    },
    {"gone": "weg"},
)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("CHANGES.md is kept", "CHANGES.md bleibt"),
        ("trains a model", "trainiert"),
        ("Keras: trains a model", "Keras: trainiert"),
        ("Keras: trains a model; CHANGES.md is kept", "Keras: trainiert; CHANGES.md bleibt"),
        ("Keras: does what nobody translated", ""),
        ("2 of 3 are clean", "2 von 3 sind sauber"),
        ("2 of 3 are {path}", "2 von 3 sind {path}"),
        ("gone", "weg"),
        (" is kept", ""),
        ("", ""),
    ],
)
def test_a_sentence_is_known_by_its_own_words(english: str, german: str) -> None:
    assert GERMAN.said(english) == german
