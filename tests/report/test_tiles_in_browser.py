"""The contact centre in a real Chromium: each figure is that of a query, whatever is filtered."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pytest

from tap_genesys_search.report.contact_centre.figures import NOTHING, duration, percent
from tests.report.browser import IN_BROWSER, opened
from tests.report.marts import SCHEMA, ask, build_marts, build_uneven_queues, make_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = IN_BROWSER

MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - UTC without a zone, as the marts have it
LAST_DAY = "local_date = '2026-01-25'"
LAST_WEEK = "local_date between '2026-01-19' and '2026-01-25'"
COMBINATIONS = {
    "#": (LAST_DAY, "media_type = 'voice'"),
    "#media=all": (LAST_DAY, "true"),
    "#media=all&queue=q1": (LAST_DAY, "queue_id = 'q1'"),
    "#direction=inbound": (LAST_DAY, "media_type = 'voice' and direction = 'inbound'"),
    "#period=7": (LAST_WEEK, "media_type = 'voice'"),
    "#media=chat&queue=q0&queue=q3": (LAST_DAY, "media_type = 'chat' and queue_id in ('q0', 'q3')"),
}
"""Fragment to the dates and the other filters, in SQL."""

BEFORE = {
    LAST_DAY: "local_date = '2026-01-18'",
    LAST_WEEK: "local_date between '2026-01-12' and '2026-01-18'",
}
"""Dates to those that they are compared with."""


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_marts(tmp_path_factory.mktemp("marts") / "marts.duckdb", MONDAY, days=21)


@pytest.fixture(scope="module")
def page_file(marts: Path) -> Path:
    return make_page(marts, marts.with_suffix(".html"), "--agents", "names")


def texts(page: Page, part: str) -> dict[str, str]:
    """Read a part of each tile."""
    tiles = page.locator("#tiles li")
    return {
        str(tiles.nth(place).get_attribute("data-tile")): str(
            tiles.nth(place).locator(f".{part}").text_content()
        )
        for place in range(tiles.count())
    }


def values(page: Page) -> dict[str, str]:
    return texts(page, "value")


def text_of(page: Page, tile: str) -> str:
    return page.locator(f"#tiles [data-tile={tile}]").inner_text()


class Asked(NamedTuple):
    """The figures of the tiles, by SQL alone: numerators and denominators."""

    sl: tuple[int, int]
    offered: int
    abandon: tuple[int, int]
    asa: tuple[int, int]
    aht: tuple[int, int]
    occupancy: tuple[int, int]


def ask_tiles(marts: Path, dates: str, others: str = "true") -> Asked:
    """Put the queries of the tiles: of some dates, and what else is filtered."""
    where = f"{dates} and {others}"
    ((numerator, denominator, offered, abandoned, handle_ms, handled),) = ask(
        marts,
        "select sum(sl_numerator), sum(sl_denominator), sum(offered), sum(abandoned), "
        f"sum(handle_ms), sum(handled) from fct_queue_interval where {where}",
    )
    (waits,) = ask(
        marts,
        "select sum(answer_ms), sum(answered) from fct_queue_interval "
        f"where {where} and media_type <> 'callback'",
    )
    (statuses,) = ask(
        marts,
        "select sum(duration_ms) filter (qualifier = 'INTERACTING'), sum(duration_ms) filter "
        "(qualifier in ('INTERACTING', 'COMMUNICATING', 'IDLE')) from fct_user_status_interval "
        "where metric = 'tAgentRoutingStatus' and "
        + dates.replace("local_date", "interval_start_utc::date"),
    )
    return Asked(
        sl=(numerator, denominator),
        offered=offered,
        abandon=(abandoned, offered),
        asa=(waits[0], waits[1]),
        aht=(handle_ms, handled),
        occupancy=(statuses[0], statuses[1]),
    )


def expected(marts: Path, fragment: str) -> dict[str, str]:
    """Write the tiles as the page does."""
    asked = ask_tiles(marts, *COMBINATIONS[fragment])
    return {
        "sl": percent(*asked.sl),
        "offered": f"{asked.offered:,}",
        "abandon": percent(*asked.abandon),
        "asa": duration(asked.asa[0] / asked.asa[1]),
        "aht": duration(asked.aht[0] / asked.aht[1]),
        "occupancy": percent(*asked.occupancy),
    }


def expected_changes(now: Asked, before: Asked) -> dict[str, str]:
    """Write what has changed since a period before, as the page does."""

    def points(own: tuple[int, int], earlier: tuple[int, int]) -> str:
        change = 100 * (own[0] / own[1] - earlier[0] / earlier[1])
        return written(change, f"{int(10 * abs(change) + 0.5) / 10:.1f}", " points")

    def times(own: tuple[int, int], earlier: tuple[int, int]) -> str:
        change = own[0] / own[1] - earlier[0] / earlier[1]
        return written(change, duration(abs(change)), "")

    share = 100 * (now.offered - before.offered) / before.offered
    return {
        "sl": points(now.sl, before.sl),
        "offered": written(share, f"{int(10 * abs(share) + 0.5) / 10:.1f}", " %"),
        "abandon": points(now.abandon, before.abandon),
        "asa": times(now.asa, before.asa),
        "aht": times(now.aht, before.aht),
        "occupancy": points(now.occupancy, before.occupancy),
    }


def written(change: float, shown: str, unit: str) -> str:
    sign = "=" if not re.search("[1-9]", shown) else "▲" if change > 0 else "▼"
    return f"{sign} {shown}{unit}"


def changes(page: Page) -> dict[str, str]:
    """Read the sign and the figure of each tile's change; the words are in `titles`."""
    return {
        name: re.sub(r" (up|down|same) against .*", "", written)
        for name, written in texts(page, "delta").items()
    }


def titles(page: Page) -> set[str | None]:
    deltas = page.locator("#tiles .delta")
    return {deltas.nth(place).get_attribute("title") for place in range(deltas.count())}


@pytest.mark.parametrize("fragment", COMBINATIONS)
def test_tiles_are_those_of_a_query(
    browser: Browser, page_file: Path, marts: Path, fragment: str
) -> None:
    with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
        assert values(page) == expected(marts, fragment)


@pytest.mark.parametrize("fragment", COMBINATIONS)
def test_queues_add_up_to_the_tiles(
    browser: Browser, page_file: Path, marts: Path, fragment: str
) -> None:
    with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
        rows = page.locator("#queues tbody tr")
        cells = [rows.nth(row).locator("td").all_inner_texts() for row in range(rows.count())]
        total = page.locator("#queues tfoot td").all_inner_texts()
        shown = values(page)
    where = " and ".join(COMBINATIONS[fragment])
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
    assert values(page) == expected(marts, "#")
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


@pytest.mark.parametrize("fragment", COMBINATIONS)
def test_each_tile_is_compared_with_the_same_weekdays_before(
    browser: Browser, page_file: Path, marts: Path, fragment: str
) -> None:
    dates, others = COMBINATIONS[fragment]
    with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
        assert changes(page) == expected_changes(
            ask_tiles(marts, dates, others), ask_tiles(marts, BEFORE[dates], others)
        )
        period = "Sun 18 Jan 2026" if dates == LAST_DAY else "Mon 12 Jan 2026 to Sun 18 Jan 2026"
        assert f"Compared with {period}" in page.locator("#compared").inner_text()
        assert all(str(title).endswith(f"against {period}") for title in titles(page))


@pytest.mark.parametrize(
    ("fragment", "why"),
    [
        ("#period=28", "Mon 15 Dec 2025 to Sun 4 Jan 2026 is not loaded in full"),
        (
            "#period=custom&from=2026-01-10&to=2026-01-16",
            "Sat 3 Jan 2026 to Fri 9 Jan 2026 is not loaded in full",
        ),
    ],
)
def test_what_is_partly_loaded_is_not_compared(
    browser: Browser, page_file: Path, fragment: str, why: str
) -> None:
    with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
        assert changes(page) == dict.fromkeys(Asked._fields, f"{NOTHING} not compared: {why}")
        assert titles(page) == {why}
        assert f"Not compared: {why}" in page.locator("#compared").inner_text()


def test_a_day_that_was_loaded_from_its_midst_is_not_compared(
    browser: Browser, marts: Path, tmp_path: Path
) -> None:
    """What is loaded from midnight UTC begins at 19:00 in New York, the evening before."""
    page_file = make_page(marts, tmp_path / "west.html", "--zone", "America/New_York")
    for day, compared in ((11, False), (12, True)):
        fragment = f"#period=custom&from=2026-01-{day}&to=2026-01-{day}"
        with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
            shown = changes(page)
            assert {text.startswith(NOTHING) for text in shown.values()} == {not compared}
            if not compared:
                assert titles(page) == {"Sun 4 Jan 2026 is not loaded in full"}


def test_occupancy_is_not_compared_where_agents_statuses_are_lacking(
    browser: Browser, marts: Path, tmp_path: Path
) -> None:
    file = tmp_path / "later.duckdb"
    shutil.copy(marts, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"delete from {SCHEMA}.fct_user_status_interval where interval_start_utc < '2026-01-14'"
        )
    page_file = make_page(file, tmp_path / "later.html")
    with opened(browser, page_file, scheme="light", width=1400, fragment="#period=7") as page:
        why = "agents' status is not loaded for all of Mon 12 Jan 2026 to Sun 18 Jan 2026"
        assert changes(page)["occupancy"] == f"{NOTHING} not compared: {why}"
        assert not changes(page)["sl"].startswith(NOTHING)


def test_short_abandons_are_left_out_where_they_are_unchecked(
    browser: Browser, page_file: Path, marts: Path
) -> None:
    dates = f"{LAST_DAY} and media_type = 'voice'"
    ((rate, before),) = ask(
        marts,
        "select sum(abandoned - short_abandoned) filter (now) / sum(offered - short_abandoned) "
        "filter (now), sum(abandoned - short_abandoned) filter (not now) / "
        "sum(offered - short_abandoned) filter (not now) "
        f"from (select *, {LAST_DAY} as now from fct_queue_interval "
        f"where ({LAST_DAY} or {BEFORE[LAST_DAY]}) and media_type = 'voice')",
    )
    with opened(browser, page_file, scheme="light", width=1400) as page:
        with_them = values(page)["abandon"]
        page.locator("#short").uncheck()
        page.wait_for_function("location.hash === '#short=0'")
        page.wait_for_selector("html[data-drawn=all]")
        assert values(page)["abandon"] == percent(rate, 1) != with_them
        change = 100 * (rate - before)
        shown = f"{int(10 * abs(change) + 0.5) / 10:.1f}"
        assert changes(page)["abandon"] == written(change, shown, " points")
        assert page.locator("#queues tfoot td").nth(2).inner_text() == percent(rate, 1)
        ((short,),) = ask(
            marts, f"select sum(short_abandoned) from fct_queue_interval where {dates}"
        )
        assert f"without {short} short ones" in text_of(page, "abandon")


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
