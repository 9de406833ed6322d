"""The page in a real Chromium: light, dark, on a phone, without a network."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Literal

import duckdb
import pytest
from playwright.sync_api import Browser, sync_playwright

from tap_genesys_search.report.figures import read_figures
from tap_genesys_search.report.page import render_page
from tests.report.browser import CHROMIUM, opened
from tests.report.conftest import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which(CHROMIUM) is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page_file(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(database, tmp_path_factory.mktemp("page") / "report.html")


def write(database: Path, file: Path) -> Path:
    figures = read_figures(database, "genesys")
    file.write_text(
        render_page(figures, requests_per_minute=300, source="loaded.duckdb"), encoding="utf-8"
    )
    return file


@pytest.mark.parametrize("width", [390, 820, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_charts_are_drawn_and_nothing_sticks_out(
    browser: Browser, page_file: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    errors: list[str] = []
    with opened(browser, page_file, scheme=scheme, width=width, errors=errors) as page:
        charts = page.locator(".chart")
        assert charts.count() == 7
        for place in range(charts.count()):
            chart = charts.nth(place)
            assert chart.locator("svg path, svg rect").count() > 3
            box, drawn = chart.bounding_box(), chart.locator("svg").bounding_box()
            assert box
            assert drawn
            assert drawn["width"] <= box["width"] + 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert errors == []


def test_the_colours_follow_the_system_and_the_button(browser: Browser, page_file: Path) -> None:
    def colours(scheme: Literal["light", "dark"]) -> tuple[str, str]:
        with opened(browser, page_file, scheme=scheme, width=1000) as page:
            background = "getComputedStyle(document.body).backgroundColor"
            first: str = page.evaluate(background)
            page.click("#theme")
            other = {"light": "dark", "dark": "light"}[scheme]
            page.wait_for_selector(f"html[data-drawn={other}]")
            return first, page.evaluate(background)

    light, dark = colours("light")
    assert light != dark
    assert colours("dark") == (dark, light)


def test_hostile_texts_run_nothing(browser: Browser, database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "hostile.duckdb"
    copy.write_bytes(database.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute("update genesys.interaction_facets set bucket_key = ?", [HOSTILE])
        connection.execute("update genesys.interactions set media_type = ?", [HOSTILE])
        connection.execute("update genesys.search_audits set error = ?", [HOSTILE])
    errors: list[str] = []
    file = write(copy, tmp_path / "hostile.html")
    with opened(browser, file, scheme="light", width=1000, errors=errors) as page:
        assert page.title() == "Genesys Cloud interactions"
        assert page.locator("img").count() == 0
    assert errors == []
