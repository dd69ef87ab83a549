"""Documents about the model: cards and objectives, known by what they say rather than by their names.

Teaching text (a course, a book, a tutorial) speaks of models in general and is none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assessor.facts.project_files import Document
from assessor.facts.python import Call
from assessor.findings import NearMiss
from assessor.hits.scene import Scene
from assessor.project.model import ProjectFile, Role
from assessor.scanners.claims import Claim, Code, Statement, products

_READ = frozenset({Role.FIRST_PARTY, Role.DOCUMENTATION, Role.TEST, Role.DATA, Role.EXAMPLE})
_TEACHING = re.compile(
    r"(?:^|/)(?:[\w-]*[-_])?(?:courses?|books?|modules?|lessons?|chapters?|weeks?|lectures?|workshops?|slides|blog|exercises?|labs?)"
    r"(?:[-_ ]?\d+)?(?:[-_][\w-]*)?/",
    re.IGNORECASE,
)


def _pages(scene: Scene, *kinds: str) -> Iterator[tuple[ProjectFile, Document]]:
    for file, document in scene.project.having(lambda f: f.document, _READ):
        if document.kind in kinds and (document.kind == "model_card" or not _TEACHING.search(file.path)):
            yield file, document


# ---- model cards ----

_CARD = re.compile(
    r"intended use|limitation|metric|performance|evaluation|training data|bias|out.of.scope|model details|model description|caveats|ethical",
    re.IGNORECASE,
)
_TOPICS = {
    "use": r"intended (?:use|users|purpose)|use cases?$|out.of.scope|purpose|what (?:the model|it) (?:does|is for)",
    "data": r"training data|data ?sets?$|^data$|data (?:used|sources?)|inputs?$|features$",
    "metrics": r"metric|performance|result|evaluation|accuracy|benchmark|back-?test|validation",
    "limits": r"limit|caveat|risk|bias|fairness|known issues|ethical|failure|assumption|weakness",
}
_TOPIC = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _TOPICS.items()}
_LABEL = re.compile(
    r"(?:\|\s{0,20}|[-*+]\s{1,20})?\*{2}([^*|]{3,60})\*{2}\s{0,20}:?|\|\s{0,20}([\w /-]{3,60}?)\s{0,20}\|"
)
"""What a list item or a row of a table speaks of: its bold start, its first cell."""
_TRAINED = re.compile(r"\btrained (?:on|to|with|for)\b|fine-?tuned|training (?:data|set)", re.IGNORECASE)
_FIGURE = re.compile(
    r"\b(?:precision|recall|f1|accuracy|auc|rmse|mae|mape|r2|wer|bleu|iou)\b[^.\n]{0,40}\d|\d\s?%[^.\n]{0,30}(?:precision|recall|accuracy)",
    re.IGNORECASE,
)
_SHORTFALL = re.compile(
    r"limitation|not suitable|should not be used|false positives?|are (?:ignored|discarded|excluded)|does not (?:support|handle|work)|fails? (?:on|to|for)",
    re.IGNORECASE,
)
MIN_CARD_WORDS = 10
MIN_PROSE_WORDS = 150


def model_card(scene: Scene) -> Iterator[Statement]:
    """A card with intended use, metrics or limits is used, and so is a page that tells as much of a model; written by a
    run, automated. A template alone is not."""
    for file, document in _pages(scene, "model_card"):
        topics = {m.group(0).lower() for text, _ in (*document.headings, *document.lines) if (m := _CARD.search(text))}
        if document.words >= MIN_CARD_WORDS and len(topics) >= 2:
            yield Claim(file.at(1), f"{file.path} tells {', '.join(sorted(topics)[:3])}")
        else:
            yield NearMiss(file.at(1), f"{file.path} is a card without intended use, metrics or limits")
    for file, document in _pages(scene, "doc"):
        if told := _told_of_a_model(file, document):
            yield Claim(file.at(1), f"{file.path} tells a model's {', '.join(told)}")
    yield from products(scene, "governance.model_card")
    yield from _written_cards(scene)


def _told_of_a_model(file: ProjectFile, document: Document) -> tuple[str, ...]:
    """What a page tells under headings and labels (three topics, use or limits among them), or in prose about one model."""
    labels = [text for text, _ in document.headings]
    labels += [found[1] or found[2] for text, _ in document.lines if (found := _LABEL.match(text))]
    told = tuple(name for name, pattern in _TOPIC.items() if any(pattern.search(label) for label in labels))
    prose = " ".join(text for text, _ in document.lines)
    about = len(re.findall(r"\bmodels?\b", prose, re.IGNORECASE))
    is_named = bool(
        re.search(r"model|classif|predict|detect|forecast|recogni", f"{document.title} {file.path}", re.IGNORECASE)
    )
    if len(told) >= 3 and {"use", "limits"} & set(told) and (is_named or about >= 3):
        return told
    in_prose = _TRAINED.search(prose) and _FIGURE.search(prose) and _SHORTFALL.search(prose)
    if is_named and about >= 3 and document.words >= MIN_PROSE_WORDS and in_prose:
        return ("training", "metrics", "limits")
    return ()


_CARD_FILE = re.compile(
    r"(?:^|[/_-])model[-_ ]?cards?(?:[-_][\w-]+)?\.(?:md|json|html?|ya?ml|txt|rst|pdf)$", re.IGNORECASE
)
_CARD_NAME = re.compile(r"model[-_ ]?card", re.IGNORECASE)
_WRITER = re.compile(
    r"write|save|dump|export|to_(?:file|json|html|markdown)|store|log_(?:artifact|dict|text)|^Path$", re.IGNORECASE
)


def _written_cards(scene: Scene) -> Iterator[Claim]:
    """Calls that write a file called so: any library's, or a helper of the project's own."""
    for source in scene.project.code_files:
        code = source.facts.python
        if code is None:
            continue
        named = {text.scope for text in code.texts if _CARD_FILE.search(text.value)}
        for call in code.calls:
            if _writes_a_card(call) or (call.scope in named and call.name.endswith((".write_text", ".write", ".dump"))):
                yield Claim(Code(source, call.scope, call.line), "the pipeline writes the model card")


def _writes_a_card(call: Call) -> bool:
    texts = [value for value in call.args if isinstance(value, str)]
    if call.name.endswith("open"):
        modes = (*call.args[1:], call.keyword("mode"))
        return any(map(_CARD_NAME.search, texts)) and any(isinstance(v, str) and v[:1] in "wax" for v in modes if v)
    return bool(_WRITER.search(call.name.rpartition(".")[2])) and any(map(_CARD_FILE.search, texts))


# ---- objectives ----

_GOAL = re.compile(
    r"business (?:goal|objective|problem|metric|value|case|impact)|success (?:metric|criteri|measure)|objective|kpi|\bgoals?\b|acceptance",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"accuracy|recall|precision|\bf1\b|\bauc\b|rmse|\bmae\b|mape|revenue|costs?\b|churn|conversion|latency|error|uplift|savings?|"
    r"coverage|\bndcg\b|\bmrr\b|hit rate|\bgini\b|\bbrier\b|\bwer\b|\bbleu\b|\biou\b|click|turnover|waste|downtime",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?:at least|at most|less than|more than|below|above|under|over|within|exceed\w{0,10}|≥|≤|>=|<=|>|<|reduc\w{1,20}|increas\w{1,20}|target\w{0,20}|minimum|maximum)"
    r"\D{0,40}\d+(?:\.\d+)?|\d+(?:\.\d+)?\s*(?:%|per ?cent)"
    r"|(?:must|should|shall|needs? to|has to|have to) (?:reach|achieve|have|be|stay|keep)\b\D{0,40}\d+(?:\.\d+)?",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"success|business|kpi|target|\bmust\b|should|require|accept|objective|goal|reduc|increas", re.IGNORECASE
)
_CONDITION = r"(?:\bif\b|\bonly (?:if|where|when)\b|\bonce\b|\bunless\b|as soon as|\bwhen\b)"
_CONSEQUENCE = r"(?:turn(?:ed)? o[nf]f?|enabl|automat|publish|promot|deploy|accept|launch|switch|go(?:es)? live|roll|replac|block|reject)"
_DECIDES = re.compile(rf"{_CONDITION}.{{0,200}}?{_CONSEQUENCE}|{_CONSEQUENCE}.{{0,60}}?{_CONDITION}", re.IGNORECASE)
_DEMAND = re.compile(r"\b(?:targets?|thresholds?|acceptance|required minimum)\b", re.IGNORECASE)
_GENERAL = re.compile(
    r"\b(?:you (?:can|may|might|could|should)|for example|e\.g\.|such as|imagine|let's|learn how)\b", re.IGNORECASE
)
_NO_TEXT = re.compile(
    r"!\[[^\]]{0,200}\]\([^)]{0,500}\)|\]\([^)]{0,500}\)|https?://\S+|<[^<>]{0,300}>|\b[\w/-]+\.(?:png|jpe?g|svg|gif|py|ipynb|md|csv|ya?ml|json)\b"
)
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+|\s*\|")


def objectives(scene: Scene) -> Iterator[Statement]:
    """A document in which one sentence or list item ties a goal of the model to a metric with a number."""
    for file, document in _pages(scene, "readme", "doc", "model_card"):
        is_card = document.kind == "model_card" or bool(_told_of_a_model(file, document))
        for start, heading, lines in _sections(document):
            line = _stated(file, heading, lines, is_card)
            if line:
                yield Claim(file.at(line), f"{file.path} states a goal, a metric and a threshold")
            elif _GOAL.search(heading) and "business" in heading.lower():
                yield NearMiss(file.at(start), f"{file.path} states a goal without a metric and a threshold")


def _stated(file: ProjectFile, heading: str, lines: list[tuple[str, int]], is_card: bool) -> int:
    """The line of the sentence that states it; 0 where the section has none. What a card demands is meant for its model."""
    prose = " ".join(text for text, _ in lines)
    speaks_of_goals = (
        _GOAL.search(heading)
        or "objective" in file.path.lower()
        or re.search(r"business (?:goal|objective)|success (?:metric|criteri|measure)", prose, re.IGNORECASE)
    )
    for sentence, line in _sentences(lines):
        if _GENERAL.search(sentence) or not (_MEASURE.search(sentence) and _LIMIT.search(sentence)):
            continue
        if speaks_of_goals and (_WANTED.search(f"{file.path} {heading} {sentence}")):
            return line
        if _DECIDES.search(sentence) or (is_card and _DEMAND.search(sentence)):
            return line
    return 0


def _sentences(lines: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """(sentence or list item, its first line); lines that follow each other are one paragraph."""
    paragraph, start, last = "", 0, -1
    for text, line in [*lines, ("", 10**9)]:
        if paragraph and (line != last + 1 or _ITEM.match(text)):
            yield from ((part, start) for part in re.split(r"(?<=[.!?])\s+", _NO_TEXT.sub(" ", paragraph)))
            paragraph = ""
        start = start if paragraph else line
        paragraph, last = f"{paragraph} {text}".strip(), line


def _sections(document: Document) -> Iterator[tuple[int, str, list[tuple[str, int]]]]:
    """(line, heading, text lines) of each section; what stands before the first heading has none."""
    heads = [("", 0), *document.headings]
    for position, (heading, line) in enumerate(heads):
        end = heads[position + 1][1] if position + 1 < len(heads) else 10**9
        yield line, heading, [(text, at) for text, at in document.lines if line < at < end]
