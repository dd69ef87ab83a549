"""The page of a fleet in headless Chromium: no barriers, usable by keyboard and without JavaScript, quick, narrow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assessor.catalog.practices import load_practices
from assessor.overview import overview
from assessor.portfolio import Named, TargetRecord, fault_of, row_of
from assessor.render.html import fleet as fleet_html
from assessor.rubric.loading import shipped_rubric
from tests.audited import audited_sample

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from assessor.portfolio import Row


def rows(count: int) -> list[Row]:
    """A sample's row many times, each with its own name, owner, criticality, points and target."""
    seen = row_of(Named("/x"), audited_sample(), "x.html")
    assert seen.standing
    found: list[Row] = []
    for number in range(count):
        scores = {name: (7.0 * number + 11 * place) % 101 for place, name in enumerate(seen.standing.scores)}
        standing = seen.standing.model_copy(update={"scores": scores, "index": 1 + number % 400 / 100})
        target = TargetRecord(level=4, dimensions={}, source="regulated", reached=False, days=12.5)
        named = Named(f"https://git.example.org/{number}", name=f"team-{number % 9}/service-{number}")
        row = fault_of(named, "it took longer than 60 s") if number % 50 == 49 else seen
        own: dict[str, object] = {
            "name": named.name,
            "source": named.target,
            "owner": f"team-{number % 9}",
            "report": f"s-{number}.html",
        }
        own |= {"criticality": ("high", "low")[number % 2], "target": target}
        found.append(row.model_copy(update=own | ({"standing": standing} if row.standing else {})))
    return found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = overview(
        rows(1_000), shipped_rubric("stages"), load_practices(), before=rows(990), compared="last.jsonl", reports="own"
    )
    path: Path = tmp_path_factory.mktemp("fleet") / "fleet.html"
    path.write_text(fleet_html.render(made), "utf-8")
    assert path.stat().st_size < 3_000_000
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_small_page_has_no_barriers(browser: Browser, tmp_path: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    made = overview(rows(60), shipped_rubric("stages"), load_practices(), before=rows(50), compared="last.jsonl")
    (tmp_path / "f.html").write_text(fleet_html.render(made), "utf-8")
    page = browser.new_page(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page.goto((tmp_path / "f.html").as_uri())
    found = Axe().run(page).response["violations"]
    page.close()
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_a_thousand_rows_are_painted_soon_and_fit_a_phone(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address)
    painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    paint = page.wait_for_function(painted).json_value()
    wide = page.evaluate("document.documentElement.scrollWidth")
    heat = page.evaluate("(e => [e.scrollWidth, e.clientWidth])(document.querySelector('.heat-wrap'))")
    page.close()
    assert paint < 2_000
    assert wide <= 390
    assert heat[0] <= heat[1]


def test_rows_are_sorted_and_filtered_by_keyboard(browser: Browser, address: str) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    positions = "[...document.querySelectorAll('#heat tbody tr:not([hidden]) td:nth-child(2)')].map((e) => Number(e.dataset.key))"
    first = page.evaluate(positions)
    assert first == sorted(first, reverse=True)
    page.focus("#heat thead th:nth-child(2) button")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate(positions) == sorted(first)
    assert page.get_attribute("#heat thead th:nth-child(2)", "aria-sort") == "ascending"
    page.focus("#search")
    page.keyboard.type("service-77")
    assert page.locator("#heat tbody tr:visible").count() == len([n for n in [77, *range(770, 780)] if n % 50 != 49])
    page.select_option("#by-criticality", "low")
    assert all(int(name.split("-")[-1]) % 2 for name in page.locator("#heat tbody tr:visible th").all_text_contents())
    page.click("#clear")
    assert len(page.evaluate(positions)) == len(first)
    page.close()
    assert said == []


def test_all_is_read_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("#heat tbody tr:visible").count() == 980
    assert not page.locator("#filters").is_visible()
    assert page.get_attribute("#heat tbody th a >> nth=0", "href").startswith("own/s-")  # type: ignore[union-attr]
    context.close()


def test_an_address_that_is_none_is_no_link() -> None:
    odd = [replace_report(row) for row in rows(3)]
    made = overview(odd, shipped_rubric("stages"), load_practices(), reports="own")
    assert "javascript:" not in fleet_html.render(made)


def replace_report(row: Row) -> Row:
    return row.model_copy(update={"report": "javascript:alert(1)//.html"})


def test_no_rows_with_machine_learning_are_a_page_too() -> None:
    made = overview([fault_of(Named("/x", name="x"), "gone")], shipped_rubric("stages"), load_practices())
    assert "not audited" in fleet_html.render(replace(made, compared=""))
