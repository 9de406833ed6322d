"""The contact centre in a real Chromium: each figure is that of a query, whatever is filtered."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

from tap_genesys_search.report.contact_centre.figures import NOTHING, duration, percent
from tests.report.browser import CHROMIUM, opened
from tests.report.marts import SCHEMA, ask, build_marts, build_uneven_queues, make_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        shutil.which(CHROMIUM) is None, reason="Chromium is not installed: apt-get install chromium"
    ),
]

MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - UTC without a zone, as the marts have it
LAST_DAY = "local_date = '2026-01-25'"
COMBINATIONS = {
    "#media=all": LAST_DAY,
    "#media=all&queue=q1": f"{LAST_DAY} and queue_id = 'q1'",
    "#direction=inbound": f"{LAST_DAY} and media_type = 'voice' and direction = 'inbound'",
    "#period=7": "local_date between '2026-01-19' and '2026-01-25' and media_type = 'voice'",
    "#media=chat&queue=q0&queue=q3": (
        f"{LAST_DAY} and media_type = 'chat' and queue_id in ('q0', 'q3')"
    ),
}


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_marts(tmp_path_factory.mktemp("marts") / "marts.duckdb", MONDAY, days=21)


@pytest.fixture(scope="module")
def page_file(marts: Path) -> Path:
    return make_page(marts, marts.with_suffix(".html"), "--agents", "names")


def values(page: Page) -> dict[str, str]:
    tiles = page.locator("#tiles li")
    return {
        str(tiles.nth(place).get_attribute("data-tile")): tiles.nth(place)
        .locator(".value")
        .inner_text()
        for place in range(tiles.count())
    }


def text_of(page: Page, tile: str) -> str:
    return page.locator(f"#tiles [data-tile={tile}]").inner_text()


def expected(marts: Path, where: str) -> dict[str, str]:
    """Compute the tiles of queues by SQL alone."""
    ((numerator, denominator, offered, abandoned, handle_ms, handled),) = ask(
        marts,
        "select sum(sl_numerator), sum(sl_denominator), sum(offered), sum(abandoned), "
        f"sum(handle_ms), sum(handled) from fct_queue_interval where {where}",
    )
    ((answer_ms, answered),) = ask(
        marts,
        "select sum(answer_ms), sum(answered) from fct_queue_interval "
        f"where {where} and media_type <> 'callback'",
    )
    ((busy, time),) = ask(
        marts,
        "select sum(duration_ms) filter (qualifier = 'INTERACTING'), sum(duration_ms) filter "
        "(qualifier in ('INTERACTING', 'COMMUNICATING', 'IDLE')) from fct_user_status_interval "
        "where metric = 'tAgentRoutingStatus' and "
        + where.split(" and ", 2 if "between" in where else 1)[0].replace(
            "local_date", "interval_start_utc::date"
        )
        + (" and '2026-01-25'" if "between" in where else ""),
    )
    return {
        "sl": percent(numerator, denominator),
        "offered": f"{offered:,}",
        "abandon": percent(abandoned, offered),
        "asa": duration(answer_ms / answered),
        "aht": duration(handle_ms / handled),
        "occupancy": percent(busy, time),
    }


@pytest.mark.parametrize("fragment", COMBINATIONS)
def test_tiles_are_those_of_a_query(
    browser: Browser, page_file: Path, marts: Path, fragment: str
) -> None:
    with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
        assert values(page) == expected(marts, COMBINATIONS[fragment])


@pytest.mark.parametrize("fragment", COMBINATIONS)
def test_queues_add_up_to_the_tiles(
    browser: Browser, page_file: Path, marts: Path, fragment: str
) -> None:
    with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
        rows = page.locator("#queues tbody tr")
        cells = [rows.nth(row).locator("td").all_inner_texts() for row in range(rows.count())]
        total = page.locator("#queues tfoot td").all_inner_texts()
        shown = values(page)
    where = COMBINATIONS[fragment]
    for place, measure in enumerate(("offered", "answered")):
        ((own,),) = ask(marts, f"select sum({measure}) from fct_queue_interval where {where}")
        assert sum(int(row[place].replace(",", "")) for row in cells) == own
        assert total[place] == f"{own:,}"
    assert total[2:4] == [shown["abandon"], shown["sl"]]
    assert total[5:7] == [shown["asa"], shown["aht"]]


def test_without_a_script_the_last_day_is_there(
    browser: Browser, page_file: Path, marts: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert values(page) == expected(marts, f"{LAST_DAY} and media_type = 'voice'")
    assert page.locator("#queues tbody tr").count() == 4
    assert not page.locator("#filters").is_visible()
    assert page.locator("#pipeline-view").is_visible()
    context.close()


def test_sums_are_divided_and_not_ratios_averaged(browser: Browser, tmp_path: Path) -> None:
    """1 of 1 and 0 of 99 are 1 %; what has no denominator has no figure, what has few is grey."""
    file = build_uneven_queues(tmp_path / "two.duckdb")
    page_file = make_page(file, tmp_path / "two.html", "--goal", "service-level=80")
    with opened(browser, page_file, scheme="light", width=1400) as page:
        assert values(page) == {
            "sl": "1.0 %",
            "offered": "100",
            "abandon": "0.0 %",
            "asa": NOTHING,
            "aht": NOTHING,
            "occupancy": NOTHING,
        }
        assert "✗ goal 80 % missed" in text_of(page, "sl")
    with opened(browser, page_file, scheme="light", width=1400, fragment="#queue=q1") as page:
        assert "n = 1" in text_of(page, "sl")
        assert "few" in str(page.locator("#tiles [data-tile=sl]").get_attribute("class"))
        assert "goal" not in text_of(page, "sl")


def test_media_without_abandons_have_no_rate(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, scheme="light", width=1400, fragment="#media=email") as page:
        assert values(page)["abandon"] == NOTHING
        assert "these media have no abandons" in text_of(page, "abandon")


def test_callbacks_wait_where_they_are_asked_for(
    browser: Browser, page_file: Path, marts: Path
) -> None:
    ((answer_ms, answered),) = ask(
        marts, f"select sum(answer_ms), sum(answered) from fct_queue_interval where {LAST_DAY}"
    )
    with opened(
        browser, page_file, scheme="light", width=1400, fragment="#media=all&callbacks=1"
    ) as page:
        assert values(page)["asa"] == duration(answer_ms / answered)


def test_a_period_is_compared_with_the_weekdays_before(
    browser: Browser, page_file: Path, marts: Path
) -> None:
    def offered(dates: str) -> int:
        ((own,),) = ask(
            marts,
            f"select sum(offered) from fct_queue_interval where {dates} and media_type = 'voice'",
        )
        assert isinstance(own, int)
        return own

    for fragment, now, before in (
        ("#", LAST_DAY, "local_date = '2026-01-18'"),
        (
            "#period=7",
            "local_date between '2026-01-19' and '2026-01-25'",
            "local_date between '2026-01-12' and '2026-01-18'",
        ),
    ):
        change = 100 * (offered(now) - offered(before)) / offered(before)
        sign = "=" if abs(change) < 0.05 else "▲" if change > 0 else "▼"
        with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
            written = page.locator("#tiles [data-tile=offered] .delta").inner_text()
        assert written.startswith(f"{sign} {int(10 * abs(change) + 0.5) / 10:.1f} %")
    with opened(browser, page_file, scheme="light", width=1400, fragment="#period=28") as page:
        delta = page.locator("#tiles [data-tile=sl] .delta")
        assert delta.inner_text().startswith(NOTHING)
        assert delta.get_attribute("title") == "the 21 days before are not loaded in full"


def test_clocks_that_are_put_back_have_an_hour_twice(browser: Browser, tmp_path: Path) -> None:
    start = datetime(2026, 10, 24)  # noqa: DTZ001 - UTC without a zone
    file = build_marts(tmp_path / "dst.duckdb", start, days=2, zone="Europe/Berlin")
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"""
            insert into {SCHEMA}.fct_queue_interval by name
            select
                interval_start_utc + interval 1 minute * minutes as interval_start_utc,
                '2026-10-25'::date as local_date,
                'q0' as queue_id, 'voice' as media_type, 'inbound' as direction, 7 as offered
            from
                (values (timestamp '2026-10-25 00:00')) as given (interval_start_utc),
                (values (0), (30), (60), (90)) as added (minutes)
        """)
    page_file = make_page(file, tmp_path / "dst.html", "--zone", "Europe/Berlin")
    with opened(
        browser,
        page_file,
        scheme="light",
        width=1400,
        fragment="#period=custom&from=2026-10-25&to=2026-10-25",
    ) as page:
        page.locator("#volume-section summary").click()
        names = page.locator("#volume-table tbody th").all_inner_texts()
        assert names[:5] == ["01:30", "02:00", "02:30", "02:00 again", "02:30 again"]
        shown = page.locator("#volume-table tbody td:nth-child(2)").all_inner_texts()
        assert sum(map(int, shown)) == int(values(page)["offered"].replace(",", ""))


def test_the_heat_map_is_an_average_of_each_weekday(
    browser: Browser, page_file: Path, marts: Path
) -> None:
    ((offered,),) = ask(
        marts,
        "select sum(offered) / 3 from fct_queue_interval where media_type = 'voice' "
        "and dayofweek(interval_start_utc) = 2 and interval_start_utc::time = time '10:30'",
    )
    with opened(browser, page_file, scheme="light", width=1400) as page:
        title = page.locator("#heat i[title^='Tue 10:30']").get_attribute("title")
        assert title == f"Tue 10:30: {int(10 * offered + 0.5) / 10:.1f}"
        page.locator("[data-heat=level]").click()
        assert re.fullmatch(
            r"Tue 10:30: [\d.]+ %",
            str(page.locator("#heat i[title^='Tue 10:30']").get_attribute("title")),
        )
