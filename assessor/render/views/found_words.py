"""What an audit found, in the language of a report: schedules in words, and sentences by their translations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assessor.render.views.schedule_words import with_schedules

if TYPE_CHECKING:
    from assessor.render.views.sentences import Sentences
    from assessor.render.views.texts import Texts

_FOUND = frozenset({"practices", "blind_spots", "near", "hops", "proof"})
"""Keys of an assessment, a comparison, a plan or a history below which texts are what was found."""
_TEXTS = frozenset({"text", "reason", "summary", "old_summary", "new_summary"})


def in_language(value: Any, texts: Texts) -> tuple[Any, frozenset[str]]:
    """A tree of plain values that says schedules and what was found in the language of the texts, and the sentences that
    the language does not have, which stay English. Hops of a route are labels (`job train`) and no sentences."""
    value = with_schedules(value, texts)
    if not texts.found.patterns:
        return value, frozenset()
    foreign: set[str] = set()
    return _with_found(value, texts.found, foreign, False), frozenset(foreign)


def _with_found(value: Any, known: Sentences, foreign: set[str], found: bool) -> Any:
    if isinstance(value, dict):
        return {
            key: _told(item, known, foreign)
            if found and key in _TEXTS and isinstance(item, str)
            else _with_found(item, known, set() if key == "hops" else foreign, found or key in _FOUND)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_with_found(item, known, foreign, found) for item in value]
    return value


def _told(text: str, known: Sentences, foreign: set[str]) -> str:
    said = known.said(text)
    if text and not said:
        foreign.add(text)
    return said or text
