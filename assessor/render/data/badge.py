"""The level as a badge: an SVG that needs no font and no network, and the JSON that shields reads from an endpoint."""

from __future__ import annotations

import json
import math
from html import escape
from typing import TYPE_CHECKING

from assessor.render.views.hostile import visible
from assessor.render.views.standing_words import position
from assessor.render.views.texts import DEFAULT, load_texts

if TYPE_CHECKING:
    from assessor.assessment import Assessment, ScorecardInfo
    from assessor.render.views.texts import Texts

_COLOURS = ("#b3261e", "#a85b00", "#7a6a00", "#4f7300", "#1a7f37")
"""From the lowest level to the highest. White text has a contrast of at least 4.5 on each (WCAG AA)."""
_NARROW, _WIDE = "fijlrtI.,:;|!()[]' ", "mwMWOQ%@"
_HEIGHT = 20
_PAD = 8


def render(assessment: Assessment, *, rubric: str = "", language: str = DEFAULT) -> str:
    """The SVG. `rubric` is the model whose level is told; the primary one if empty."""
    card, texts = assessment.scorecards[rubric or assessment.primary], load_texts(language)
    label, message = texts("badge.label"), _message(card, texts)
    left, right = _width(label), _width(message)
    width = left + right
    title = escape(visible(f"{label}: {message} ({texts.tr(card.name)}: {texts.tr(card.title)})"))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" role="img" aria-label="{title}">
<title>{title}</title>
<clipPath id="r"><rect width="{width}" height="{_HEIGHT}" rx="4"/></clipPath>
<g clip-path="url(#r)">
<rect width="{left}" height="{_HEIGHT}" fill="#3b4252"/>
<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{colour_of(card)}"/>
</g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">
<text x="{left / 2:g}" y="14" textLength="{left - 2 * _PAD}">{escape(label)}</text>
<text x="{left + right / 2:g}" y="14" textLength="{right - 2 * _PAD}">{escape(message)}</text>
</g>
</svg>
"""


def render_endpoint(assessment: Assessment, *, rubric: str = "", language: str = DEFAULT) -> str:
    """The JSON for `https://img.shields.io/endpoint` (schemaVersion 1)."""
    card, texts = assessment.scorecards[rubric or assessment.primary], load_texts(language)
    badge = {
        "schemaVersion": 1,
        "label": texts("badge.label"),
        "message": _message(card, texts),
        "color": colour_of(card).removeprefix("#"),
        "labelColor": "3b4252",
    }
    return json.dumps(badge, indent=2, ensure_ascii=False) + "\n"


def _message(card: ScorecardInfo, texts: Texts) -> str:
    if card.level is None:
        return texts("subject.unrated")
    is_between = card.index is not None and card.level < card.index < card.level + 1
    return texts("badge.message", level=position(card, texts) if is_between else card.level, top=card.top)


def colour_of(card: ScorecardInfo) -> str:
    """The colour of a level, by how far it is between the model's lowest and highest."""
    span = max(card.top - card.floor, 1)
    share = min(max((card.height - card.floor) / span, 0.0), 1.0)
    return _COLOURS[round(share * (len(_COLOURS) - 1))]


def _width(text: str) -> int:
    """About how many pixels a text takes in Verdana 11; `textLength` makes it exact in every font."""
    pixels = math.fsum(4.2 if sign in _NARROW else 9.6 if sign in _WIDE else 7.0 for sign in text)
    return round(pixels) + 2 * _PAD
