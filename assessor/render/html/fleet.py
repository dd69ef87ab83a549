"""A fleet as one HTML page: a heat map that can be read without JavaScript, sorted and filtered with it, by keyboard too."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from assessor.render.html.audit import content_policy, environment, style_sheet
from assessor.render.views.fleet import fleet_view
from assessor.render.views.texts import DEFAULT, load_texts
from assessor.resources import data_folder

if TYPE_CHECKING:
    from assessor.overview import Overview


def render(fleet: Overview, *, language: str = DEFAULT) -> str:
    """The page. Raises KeyError for a language without texts."""
    texts = load_texts(language)
    style, script = style_sheet("report.css", "fleet.css"), _script()
    template = environment().get_template("fleet.html.jinja")
    return template.render(view=fleet_view(fleet, texts), t=texts, style=style, script=script, policy=content_policy)


@cache
def _script() -> str:
    return (data_folder("reports") / "html" / "fleet.js").read_text("utf-8").strip()
