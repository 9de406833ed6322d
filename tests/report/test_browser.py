"""The page in a real Chromium: light, dark, on a phone, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import duckdb
import pytest

from tap_genesys_search.report.page.render import render_page
from tap_genesys_search.report.pipeline.figures import read_figures
from tests.report.browser import IN_BROWSER, opened
from tests.report.conftest import HOSTILE, content_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = IN_BROWSER


@pytest.fixture(scope="module")
def page_file(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(database, tmp_path_factory.mktemp("page") / "report.html")


def write(database: Path, file: Path) -> Path:
    figures = read_figures(database, "genesys")
    file.write_text(render_page(content_of(figures)), encoding="utf-8")
    return file


@pytest.mark.parametrize("width", [390, 820, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_charts_are_drawn_and_nothing_sticks_out(
    browser: Browser, page_file: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    errors: list[str] = []
    with opened(browser, page_file, scheme=scheme, width=width, errors=errors) as page:
        charts = page.locator(".chart")
        assert charts.count() == 8
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
            bar = "getComputedStyle(document.querySelector('#relevance .mark-rect path')).fill"
            first_bar: str = page.evaluate(bar)
            page.click("#theme")
            assert page.evaluate(bar) != first_bar
            return first, page.evaluate(background)

    light, dark = colours("light")
    assert light != dark
    assert colours("dark") == (dark, light)


def test_hostile_texts_run_nothing(browser: Browser, copy: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute("update genesys.interaction_facets set bucket_key = ?", [HOSTILE])
        connection.execute("update genesys.interactions set media_type = ?", [HOSTILE])
        connection.execute("update genesys.search_audits set error = ?", [HOSTILE])
    errors: list[str] = []
    file = write(copy, tmp_path / "hostile.html")
    with opened(browser, file, scheme="light", width=390, errors=errors) as page:
        assert page.title() == "Genesys Cloud contact centre"
        assert page.locator("img").count() == 0
        page.locator("#facet-0 .mark-rect path").first.hover()
        tooltip = page.locator("#vg-tooltip-element")
        tooltip.wait_for(state="visible")
        assert "taken over" in tooltip.inner_text()
        assert page.title() == "Genesys Cloud contact centre"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert errors == []


def test_the_page_allows_no_scripts_but_its_own(
    browser: Browser, page_file: Path, tmp_path: Path
) -> None:
    """Should a text ever get through as markup, it still does nothing."""
    file = tmp_path / "attacked.html"
    attack = "<script>document.title='taken over'</script><img src='https://example.com/x.png'>"
    file.write_text(
        page_file.read_text(encoding="utf-8").replace("<main>", f"<main>{attack}"),
        encoding="utf-8",
    )
    errors: list[str] = []
    with opened(browser, file, scheme="light", width=1000, errors=errors) as page:
        assert page.title() == "Genesys Cloud contact centre"
    assert sum("Content Security Policy" in error for error in errors) == 2


def test_figures_can_be_read_without_the_charts(
    browser: Browser, page_file: Path, database: Path
) -> None:
    rows = len(read_figures(database, "genesys").by_time)
    assert rows > 20
    with opened(browser, page_file, scheme="light", width=390) as page:
        section = page.locator("section", has=page.locator("#by-time"))
        section.locator("summary").click()
        assert section.locator("tbody tr").count() == rows
        assert "Mon 5 Jan 2026" in section.locator("tbody tr").first.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_years_of_searches_are_drawn(browser: Browser, copy: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            """
            insert into genesys.search_audits (
                search_id, started_at, completed_at, search_api, window_start, window_end,
                latency_ms, page_count, total_matching_records, extracted_records, status
            )
            select
                'years-' || i,
                timestamp '2023-01-01 02:00' + i * interval 1 hour,
                timestamp '2023-01-01 02:01' + i * interval 1 hour,
                'conversation_query',
                timestamp '2023-01-01' + i * interval 1 hour,
                timestamp '2023-01-01 01:00' + i * interval 1 hour,
                1000 + i % 700,
                20,
                1000,
                1000 - (i % 1000 = 0)::integer,
                case when i % 1000 = 0 then 'incomplete' else 'completed' end
            from range(3 * 365 * 24) as numbers (i)
            """
        )
    file = write(copy, tmp_path / "years.html")
    assert file.stat().st_size < 2_000_000
    errors: list[str] = []
    with opened(browser, file, scheme="dark", width=390, errors=errors) as page:
        assert 30 < page.locator("#latency svg path").count() < 300
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert errors == []
