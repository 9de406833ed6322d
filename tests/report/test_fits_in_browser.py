"""The page fits: narrow windows, zoom, long axes, and what the reader's system prefers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.report.browser import IN_BROWSER, opened
from tests.report.marts import build_marts, make_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = IN_BROWSER

MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - UTC without a zone, as the marts have it
LONG_NAMES = ("Customer Care", "Donaudampfschifffahrtsgesellschaft", "Kündigung / Rückgewinnung")
VIEWS = ["#", "#view=pipeline", "#period=custom&from=2026-01-05&to=2026-01-25&media=all&queue=q1"]

CUT_OFF = """() => {
    const isCut = (own) => {
        const style = getComputedStyle(own);
        if (!own.clientWidth || style.clipPath !== "none" || own.closest(".scroll")) return false;
        const hidden = style.overflowX !== "visible" && style.overflowX !== "auto";
        const wider = own.scrollWidth > own.clientWidth + 1;
        return wider && (hidden || style.display !== "inline");
    };
    const texts = [...document.querySelectorAll(".chart svg text")].filter((own) => {
        const box = own.getBoundingClientRect();
        const chart = own.closest(".chart").getBoundingClientRect();
        return box.width && (box.left < chart.left - 1 || box.right > chart.right + 1);
    });
    return [...document.querySelectorAll("body *:not(svg *)")].filter(isCut).concat(texts)
        .map((own) => `${own.tagName} ${own.id} ${own.className} ${own.textContent.slice(0, 60)}`);
}"""
"""What is wider than the box that shows it; tables scroll in theirs."""

TICKS = """() => [...document.querySelectorAll(".chart")].filter((own) => own.clientWidth).map(
    (chart) => [chart.id, [...chart.querySelectorAll(".role-axis-label text")]
        .filter((own) => own.textContent && getComputedStyle(own).opacity !== "0")
        .map((own) => {
            const { left, right, top, bottom } = own.getBoundingClientRect();
            return [own.textContent, left, right, top, bottom];
        })])"""
"""Chart to the labels of its axes and their boxes."""

MOVING = """() => [...document.querySelectorAll("*")].filter((own) => {
    const style = getComputedStyle(own);
    return style.transitionDuration.split(", ").some((length) => parseFloat(length) > 0)
        || style.animationName !== "none" || style.scrollBehavior === "smooth";
}).map((own) => own.id || own.tagName)"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("marts") / "marts.duckdb"
    build_marts(file, MONDAY, days=21, queues=LONG_NAMES)
    return make_page(file, file.with_suffix(".html"), "--agents", "names", "--goal", "abandon=5")


@pytest.mark.parametrize("fragment", VIEWS)
@pytest.mark.parametrize("width", [320, 390, 700, 1400])
def test_nothing_sticks_out_or_is_cut_off(
    browser: Browser, page_file: Path, width: int, fragment: str
) -> None:
    with opened(browser, page_file, scheme="dark", width=width, fragment=fragment) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("fragment", VIEWS)
@pytest.mark.parametrize("width", [640, 960])
def test_nothing_is_cut_off_at_a_zoom_of_200_percent(
    browser: Browser, page_file: Path, width: int, fragment: str
) -> None:
    """Zoom halves a window of 1280 or 1920 pixels, and gives each pixel of the page four."""
    with opened(browser, page_file, scheme="light", width=width, fragment=fragment, zoom=2) as page:
        assert page.evaluate("devicePixelRatio") == 2
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(
            "document.querySelectorAll('details:not(.menu)').forEach(one => { one.open = true; })"
        )
        page.wait_for_selector("html[data-drawn=all]")
        assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("width", [320, 700, 1400])
def test_an_open_menu_stays_inside(browser: Browser, page_file: Path, width: int) -> None:
    with opened(browser, page_file, scheme="light", width=width) as page:
        page.locator("#queue-menu-name").click()
        box = page.locator("#queue-menu .sheet").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("days", [1, 7, 35, 400])
@pytest.mark.parametrize("locale", ["de-DE", "en-GB"])
def test_labels_of_axes_do_not_overlap(
    browser: Browser, tmp_path: Path, days: int, locale: str
) -> None:
    file = build_marts(tmp_path / "axis.duckdb", MONDAY, days=days, queues=LONG_NAMES)
    page_file = make_page(file, tmp_path / "axis.html")
    last = MONDAY + timedelta(days=days - 1)
    fragment = f"#media=all&period=custom&from={MONDAY:%Y-%m-%d}&to={last:%Y-%m-%d}"
    for width in (390, 820, 1400):
        with opened(
            browser, page_file, scheme="light", width=width, fragment=fragment, locale=locale
        ) as page:
            charts: dict[str, list[Any]] = dict(page.evaluate(TICKS))
            assert set(charts) == {"volume", "level", "parts"}
            for labels in charts.values():
                assert len(labels) > 5
                assert [pair for pair in pairs(labels) if overlap(*pair)] == []


def pairs(labels: list[Any]) -> list[tuple[Any, Any]]:
    return [(one, other) for place, one in enumerate(labels) for other in labels[:place]]


def overlap(one: Any, other: Any) -> bool:
    (_, left, right, top, bottom), (_, *others) = one, other
    return bool(left < others[1] and others[0] < right and top < others[3] and others[2] < bottom)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_where_that_is_preferred(
    browser: Browser, page_file: Path, motion: Literal["reduce", "no-preference"]
) -> None:
    with opened(browser, page_file, scheme="light", width=1400) as page:
        page.emulate_media(reduced_motion=motion)
        page.add_style_tag(content=".tiles li { transition: opacity 1s; }")
        hover_over_a_bar(page)
        assert bool(page.evaluate(MOVING)) == (motion == "no-preference")


def hover_over_a_bar(page: Page) -> None:
    page.locator("#volume .mark-rect path").first.hover()
    page.locator("#vg-tooltip-element").wait_for(state="visible")


def test_colours_follow_the_system_while_the_page_is_open(
    browser: Browser, page_file: Path
) -> None:
    def colours(page: Page) -> list[str]:
        return [
            str(page.evaluate(f"getComputedStyle(document.querySelector('{own}')).{part}"))
            for own, part in (
                ("body", "backgroundColor"),
                ("body", "color"),
                ("#volume .mark-rect path", "fill"),
                ("#heat i", "backgroundColor"),
                ("#tiles .spark polyline", "stroke"),
            )
        ]

    with opened(browser, page_file, scheme="light", width=1400) as page:
        light = colours(page)
        page.emulate_media(color_scheme="dark")
        dark = colours(page)
        assert [one for one, other in zip(light, dark, strict=True) if one == other] == []
        assert page.locator("#theme").inner_text() == "Light"
        page.emulate_media(color_scheme="light")
        assert colours(page) == light
