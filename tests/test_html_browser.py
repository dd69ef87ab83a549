"""The HTML report in headless Chromium: quiet, usable by keyboard and without JavaScript, accessible, inert.

Where CI runs, a missing Chromium is a failure (`.ci/system_packages.sh` installs it); elsewhere these tests are skipped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from assessor.catalog.practices import load_practices
from assessor.render.html import audit as html
from assessor.render.views.hostile import visible
from tests.audited import audited_hostile, audited_sample, poisoned
from tests.hostile_repository import ATTACKS, MARK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Page

    from assessor.assessment import Assessment

PAGES = ("sample", "hostile", "poisoned")


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A report of a sample, of the hostile repository, and of an assessment whose every text attacks."""
    folder = tmp_path_factory.mktemp("pages")
    hostile = audited_hostile(folder)
    assessments: dict[str, Assessment] = {"sample": audited_sample(), "hostile": hostile, "poisoned": poisoned(hostile)}
    return {name: _written(folder / f"{name}.html", assessment) for name, assessment in assessments.items()}


def _written(path: Path, assessment: Assessment) -> str:
    path.write_text(html.render(assessment), "utf-8")
    return path.as_uri()


@dataclass
class Visit:
    """One page in a browser, and all that it did beyond being shown."""

    page: Page
    said: list[str] = field(default_factory=list)

    def open(self, address: str) -> Visit:
        page = self.page
        page.on("console", lambda message: self.said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("dialog", self._dismiss)
        page.on("popup", lambda other: self.said.append(f"popup: {other.url}"))
        page.on(
            "request", lambda asked: None if _is_own(asked.url, address) else self.said.append(f"asks: {asked.url}")
        )
        page.goto(address)
        return self

    def open_all(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    def _dismiss(self, dialog: Dialog) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def shown(self) -> list[str]:
        """The ids of the practices that are to be seen."""
        found: list[str] = self.page.locator(".practice:visible .proof").evaluate_all("all => all.map((one) => one.id)")
        return found


def _is_own(url: str, address: str) -> bool:
    return url.partition("#")[0] == address.partition("#")[0] or url.startswith("data:")


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit by a browser with the options that the test's parameter says."""
    context = browser.new_context(**getattr(request, "param", {}))
    yield Visit(context.new_page())
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_asks_for_nothing_and_reports_no_error(visit: Visit, addresses: dict[str, str], name: str) -> None:
    visit.open(addresses[name]).open_all()
    visit.page.locator("#search").fill("a")
    visit.page.locator("label", has=visit.page.locator("[value=dark]")).click()
    visit.page.mouse.move(300, 300)
    visit.page.wait_for_timeout(100)
    assert visit.said == []


@pytest.mark.parametrize("name", ["hostile", "poisoned"])
def test_no_foreign_element_or_handler(visit: Visit, addresses: dict[str, str], name: str) -> None:
    page = visit.open(addresses[name]).page
    tags = set(page.evaluate("[...document.querySelectorAll('*')].map((one) => one.localName)"))
    assert tags <= OWN_TAGS
    assert page.locator("script").count() == page.locator("style").count() == page.locator("title").count() == 1
    assert page.locator(f"#{MARK}").count() == 0
    attributes = set(page.evaluate("[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())"))
    assert not {name for name in attributes if name.startswith("on") or name in ("style", "srcdoc", "autofocus", "src")}
    addresses_ = page.evaluate("[...document.querySelectorAll('a')].map((one) => one.href)")
    assert {address.partition(":")[0] for address in addresses_} <= {"file", "https"}


def test_the_attacks_stand_there_as_text(visit: Visit, addresses: dict[str, str]) -> None:
    text = visit.open(addresses["poisoned"]).page.locator("body").text_content() or ""
    for name, attack in ATTACKS.items():
        if attack.isprintable():
            assert visible(attack) in text, name
    assert "\\x1b[2J" in text
    assert "\\u202e" in text
    assert not any(sign in text for sign in "\x1b\u202e\u2066\u200b\ufeff")


OWN_TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "link",
        "style",
        "body",
        "a",
        "br",
        "header",
        "div",
        "nav",
        "fieldset",
        "legend",
        "label",
        "input",
        "span",
        "main",
        "section",
        "h1",
        "h2",
        "h3",
        "h5",
        "bdi",
        "wbr",
        "dl",
        "dt",
        "dd",
        "time",
        "p",
        "ol",
        "ul",
        "li",
        "b",
        "strong",
        "svg",
        "rect",
        "text",
        "path",
        "circle",
        "form",
        "select",
        "option",
        "button",
        "kbd",
        "details",
        "summary",
        "code",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "footer",
        "script",
    ]
)


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_without_javascript(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit.open(addresses["sample"]).page
    assert page.locator("#filters").is_hidden()
    assert page.locator("#theme").is_hidden()
    assert page.locator(".practice").count() == len(load_practices())
    first = page.locator(".practice").first
    assert first.locator(".proof").is_hidden()
    first.locator("> summary").focus()
    page.keyboard.press("Enter")
    assert first.locator(".proof").is_visible()
    page.locator(".steps a").first.click()
    target = page.locator(".steps a").first.get_attribute("href") or ""
    assert page.locator(f"[id='{target[1:]}']").is_visible()


def test_search_and_filters_by_keyboard(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit.open(addresses["sample"]).page
    everything = visit.shown()
    page.keyboard.press("/")
    page.keyboard.type("drift")
    assert "monitoring.drift" in visit.shown()
    assert 0 < len(visit.shown()) < len(everything)
    assert page.locator("#count").text_content() == f"{len(visit.shown())} of {len(everything)} practices shown"
    page.keyboard.press("Escape")
    assert visit.shown() == everything
    page.keyboard.press("/")
    page.keyboard.press("Tab")
    page.keyboard.type("Testing")
    assert set(visit.shown()) == {name for name in everything if name.startswith("testing.")}
    page.keyboard.press("Tab")
    page.keyboard.type("automated")
    rungs = page.locator(".practice:visible").evaluate_all("all => all.map((one) => one.dataset.rung)")
    assert set(rungs) == {"automated"}
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert visit.shown() == everything


def test_nothing_found_is_said(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit.open(addresses["sample"]).page
    page.locator("#search").fill("no practice has these words")
    assert visit.shown() == []
    assert page.locator("#count").text_content() == "No practice fits these filters."


def test_practices_by_keyboard(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit.open(addresses["sample"]).page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    assert page.locator(".practice").nth(1).get_attribute("open") == ""
    page.keyboard.press("k")
    page.keyboard.press("o")
    assert page.locator(".practice[open]").count() == 2
    page.keyboard.press("o")
    assert page.locator(".practice[open]").count() == 1


def test_keys_can_be_switched_off(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit.open(addresses["sample"]).page
    page.locator("#keys").uncheck()
    page.locator("#keys").blur()
    page.keyboard.press("j")
    assert page.locator(".practice summary:focus").count() == 0
    page.reload()
    assert not page.locator("#keys").is_checked()


def test_a_link_opens_its_practice(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit.open(addresses["sample"] + "#monitoring.drift").page
    assert page.locator("[id='monitoring.drift']").is_visible()
    page.locator("#by-dimension").select_option("testing")
    page.locator(".steps a").first.click()
    target = page.locator(".steps a").first.get_attribute("href") or ""
    assert page.locator(f"[id='{target[1:]}']").is_visible()


@pytest.mark.parametrize("visit", [{"color_scheme": "light"}], indirect=True)
def test_the_chosen_colours_stay(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit.open(addresses["sample"]).page
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.locator("label", has=page.locator("[value=dark]")).click()
    dark = page.evaluate(paper)
    assert dark != light
    page.reload()
    assert page.evaluate(paper) == dark


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("visit", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True)
@pytest.mark.parametrize("name", ["sample", "hostile"])
def test_axe_finds_nothing(visit: Visit, addresses: dict[str, str], name: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.open(addresses[name]).open_all()
    found: list[dict[str, Any]] = Axe().run(visit.page).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in found] == []


@pytest.mark.parametrize("width", [360, 768])
@pytest.mark.parametrize("name", PAGES)
def test_no_sideways_scroll(visit: Visit, addresses: dict[str, str], name: str, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.open(addresses[name]).open_all()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit.open(addresses["sample"]).page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("#filters").is_hidden()
    assert page.locator(".bar").is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
