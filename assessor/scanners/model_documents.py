"""Documents about the model: cards and objectives, known by what they say rather than by their names.

Teaching text (a course, a book, a tutorial) speaks of models in general and is none of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from assessor.catalog.words import concepts, says, speaks_of, stem_of, words_of
from assessor.facts.project_files import Document
from assessor.facts.python import Call
from assessor.findings import NearMiss
from assessor.hits.scene import Scene, once
from assessor.lifecycle.filled import filled_lines
from assessor.project.model import ProjectFile, Role
from assessor.scanners.claims import Claim, Code, Statement, products

_READ = frozenset({Role.FIRST_PARTY, Role.DOCUMENTATION, Role.TEST, Role.DATA, Role.EXAMPLE})


def _pages(scene: Scene, *kinds: str) -> Iterator[tuple[ProjectFile, Document]]:
    for file, document in scene.project.having(lambda f: f.document, _READ):
        if document.kind in kinds and (document.kind == "model_card" or not _teaches(file.path)):
            yield file, document


def _teaches(path: str) -> bool:
    return any(speaks_of("teaching_folder", folder) for folder in path.split("/")[:-1])


# ---- model cards ----

_TOPICS = {"use": "tells_use", "data": "tells_data", "metrics": "tells_metrics", "limits": "tells_limits"}
"""What a card tells, and the concept of its labels."""
_LABEL = re.compile(
    r"(?:\|\s{0,20}|[-*+]\s{1,20})?\*{2}([^*|]{3,60})\*{2}\s{0,20}:?|\|\s{0,20}([\w /-]{3,60}?)\s{0,20}\|"
)
"""What a list item or a row of a table speaks of: its bold start, its first cell."""
MIN_CARD_WORDS = 10
MIN_PROSE_WORDS = 150


def model_card(scene: Scene) -> Iterator[Statement]:
    """A card with intended use, metrics or limits is used, and so is a page that tells as much of a model; written by a
    run, automated. A template alone is not."""
    for file, document in _pages(scene, "model_card"):
        lines = map(words_of, filled_lines(document))
        topics = {found for line in lines if (found := concepts()["topic_of_card"].found_in(line))}
        if document.words >= MIN_CARD_WORDS and len(topics) >= 2:
            yield Claim(file.at(1), f"{file.path} tells {', '.join(sorted(topics)[:3])}")
        else:
            yield NearMiss(file.at(1), f"{file.path} is a card without intended use, metrics or limits")
    yield from _sections_called_card(scene)
    for file, _ in _pages(scene, "doc"):
        if told := _told_of_a_model(scene, file.path):
            yield Claim(file.at(1), f"{file.path} tells a model's {', '.join(told)}")
    yield from products(scene, "governance.model_card")
    yield from _written_cards(scene)


def _sections_called_card(scene: Scene) -> Iterator[Claim]:
    """A section of a README or page that is called a model card and tells what one does."""
    for file, document in _pages(scene, "readme", "doc"):
        starts = [line for heading, line in document.headings if speaks_of("model_card", heading)]
        for start in starts:
            lines = filled_lines(document, start, start + _SECTION)
            topics = {found for text in lines if (found := concepts()["topic_of_card"].found_in(words_of(text)))}
            if len(topics) >= 2:
                yield Claim(file.at(start), f"{file.path} tells {', '.join(sorted(topics)[:3])}")


_SECTION = 60
"""Lines behind a heading that belong to its section and the sections in it."""


@once
def _told_of_a_model(scene: Scene, path: str) -> tuple[str, ...]:
    """What a page tells under headings and labels (three topics, use or limits among them), or in prose about one model."""
    file = scene.project.files[path]
    document = file.facts.document
    if document is None:
        return ()
    words = words_of(" ".join(text for text, _ in document.lines)).split()
    about = words.count("model") + words.count("models")
    is_named = speaks_of("about_a_model", f"{document.title} {file.path}")
    told = _labelled(document)
    if speaks_of("for_builders", file.path):
        return ()  # it tells of the software
    if len(told) >= 3 and {"use", "limits"} & set(told) and (is_named or about >= 3):
        return told
    if is_named and about >= 3 and document.words >= MIN_PROSE_WORDS and _tells_in_prose(document, " ".join(words)):
        return ("training", "metrics", "limits")
    return ()


def _labelled(document: Document) -> tuple[str, ...]:
    """The topics of headings, of bold starts of items and of first cells of rows."""
    labels = [text for text, _ in document.headings]
    labels += [found[1] or found[2] for text, _ in document.lines if (found := _LABEL.match(text))]
    return tuple(topic for topic, concept in _TOPICS.items() if any(speaks_of(concept, label) for label in labels))


def _tells_in_prose(document: Document, words: str) -> bool:
    """What the model learned from, how good it is in numbers, and what it cannot do."""
    return says("speaks_of_training", words) and says("shortfall", words) and any(map(_tells_figure, document.lines))


def _tells_figure(line: tuple[str, int]) -> bool:
    return any(
        says("figure_of_model", words_of(before.rpartition(".")[2]))
        or (after[:2].strip().startswith("%") and says("figure_of_model", words_of(after.partition(".")[0])))
        for before, after in _numbers(line[0])
    )


_NEAR = 40
"""Characters beside a number that say what it is."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def _numbers(text: str) -> Iterator[tuple[str, str]]:
    """What stands before and behind each number, up to the next one."""
    found = [(match.start(), match.end()) for match in _NUMBER.finditer(text)]
    for at, (start, end) in enumerate(found):
        last = found[at - 1][1] if at else 0
        following = found[at + 1][0] if at + 1 < len(found) else len(text)
        yield text[max(last, start - _NEAR) : start], text[end : min(following, end + _NEAR)]


_CARD_ENDINGS = (".md", ".json", ".html", ".htm", ".yml", ".yaml", ".txt", ".rst", ".pdf")


def _is_card_file(text: str) -> bool:
    return text.lower().endswith(_CARD_ENDINGS) and speaks_of("model_card", stem_of(text))


def _written_cards(scene: Scene) -> Iterator[Claim]:
    """Calls that write a file called so: any library's, or a helper of the project's own."""
    for source in scene.project.code_files:
        code = source.facts.python
        if code is None:
            continue
        named = {text.scope for text in code.texts if _is_card_file(text.value)}
        for call in code.calls:
            if _writes_a_card(call) or (call.scope in named and call.name.endswith((".write_text", ".write", ".dump"))):
                yield Claim(Code(source, call.scope, call.line), "the pipeline writes the model card")


def _writes_a_card(call: Call) -> bool:
    texts = [value for value in call.args if isinstance(value, str)]
    if call.name.endswith("open"):
        modes = (*call.args[1:], call.keyword("mode"))
        return any(speaks_of("model_card", text) for text in texts) and any(
            isinstance(v, str) and v[:1] in "wax" for v in modes if v
        )
    return speaks_of("writes_page", call.name.rpartition(".")[2]) and any(map(_is_card_file, texts))


# ---- objectives ----

_MARKUP = re.compile(r"!\[[^\]]{0,200}\]\([^)]{0,500}\)|\]\([^)]{0,500}\)|<[^<>]{0,300}>")
_FILES = (".png", ".jpg", ".jpeg", ".svg", ".gif", ".py", ".ipynb", ".md", ".csv", ".yml", ".yaml", ".json")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+|\s*\|")


def objectives(scene: Scene) -> Iterator[Statement]:
    """A document in which one sentence or list item ties a goal of the model to a metric with a number."""
    for file, document in _pages(scene, "readme", "doc", "model_card"):
        is_card = document.kind == "model_card" or bool(_told_of_a_model(scene, file.path))
        for start, heading, lines in _sections(document):
            line = _stated(file, heading, lines, is_card)
            if line:
                yield Claim(file.at(line), f"{file.path} states a goal, a metric and a threshold")
            elif speaks_of("goal", heading) and "business" in heading.lower():
                yield NearMiss(file.at(start), f"{file.path} states a goal without a metric and a threshold")


def _stated(file: ProjectFile, heading: str, lines: list[tuple[str, int]], is_card: bool) -> int:
    """The line of the sentence that states it; 0 where the section has none. What a card demands is meant for its model."""
    is_goal: bool | None = None
    for sentence, line in _sentences(lines):
        if not _NUMBER.search(sentence):
            continue  # no limit without a number
        words = words_of(sentence)
        measured = says("measure_of_success", words) or says("metric", words)
        if says("speaks_in_general", words) or not (measured and _states_limit(sentence)):
            continue
        if is_goal is None:
            prose = words_of(" ".join(text for text, _ in lines))
            is_goal = speaks_of("goal", heading) or "objective" in file.path.lower() or says("business_goal", prose)
        if is_goal and says("wanted", words_of(f"{file.path} {heading} {sentence}")):
            return line
        decides = says("condition", words) and says("consequence", words)
        if decides or (is_card and says("demand", words)):
            return line
    return 0


def _states_limit(sentence: str) -> bool:
    """A number is a share, stands behind a comparison, or is what something must reach."""
    for before, after in _numbers(sentence):
        words = words_of(before)
        if after.lstrip().startswith(("%", "percent", "per cent")) or says("bound", words) or set("≥≤<>") & set(before):
            return True
        if says("obliges", words) and says("attains", words):
            return True
    return False


def _sentences(lines: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """(sentence or list item, its first line); lines that follow each other are one paragraph."""
    paragraph, start, last = "", 0, -1
    for text, line in [*lines, ("", 10**9)]:
        if paragraph and (line != last + 1 or _ITEM.match(text)):
            yield from ((part, start) for part in _END.split(_plain(paragraph)))
            paragraph = ""
        start = start if paragraph else line
        paragraph, last = f"{paragraph} {text}".strip(), line


_END = re.compile(r"(?<=[.!?])\s+")


def _plain(text: str) -> str:
    """The text without markup, addresses and names of files."""
    words = _MARKUP.sub(" ", text).split()
    return " ".join(w for w in words if "://" not in w and not w.rstrip(".,;:)`*\"'").lower().endswith(_FILES))


def _sections(document: Document) -> Iterator[tuple[int, str, list[tuple[str, int]]]]:
    """(line, heading, text lines) of each section; what stands before the first heading has none."""
    heads, numbers = [("", 0), *document.headings], [at for _, at in document.lines]
    for position, (heading, line) in enumerate(heads):
        end = heads[position + 1][1] if position + 1 < len(heads) else 10**9
        yield line, heading, list(document.lines[bisect_right(numbers, line) : bisect_left(numbers, end)])
