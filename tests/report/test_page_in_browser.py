"""The page in a real Chromium: keyboard, screen readers, phones, print, hostile and empty data."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tarfile
import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import pytest

from scripts.clean_environment import installing_environment
from tap_genesys_search.report.contact_centre.marts import MARTS
from tests.report.browser import IN_BROWSER, opened
from tests.report.conftest import HOSTILE
from tests.report.marts import SCHEMA, build_marts, make_page, make_tables

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = IN_BROWSER

AXE = "axe-core@4.11.0"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - UTC without a zone, as the marts have it
NAMES = (*(HOSTILE, '"quoted"', "مركز \u202eخدمة", "long " * 40, "🙂 smile", "", "twice", "twice"),)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("marts") / "marts.duckdb"
    return build_marts(file, MONDAY, days=21)


@pytest.fixture(scope="module")
def page_file(marts: Path) -> Path:
    return make_page(marts, marts.with_suffix(".html"), "--agents", "names", "--goal", "abandon=5")


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Read axe-core, which is one script, from npm."""
    folder = tmp_path_factory.mktemp("axe")
    subprocess.run(
        [str(shutil.which("npm")), "pack", "--silent", AXE],
        cwd=folder,
        env=installing_environment(),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as files:
        script = files.extractfile("package/axe.min.js")
        assert script
        return script.read().decode()


def settle(page: Page) -> None:
    page.wait_for_selector("html[data-drawn=all]")


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run({runOnly: {type: 'tag', values: rules}}).then(done => done.violations)",
        RULES,
    )
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary'][:300]}"
        for rule in found
        for node in rule["nodes"][:3]
    ]


@pytest.mark.parametrize("view", ["#", "#view=pipeline", "#queue=q1&period=7"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, page_file: Path, axe: str, scheme: Literal["light", "dark"], view: str
) -> None:
    with opened(browser, page_file, scheme=scheme, width=1200, fragment=view) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        settle(page)
        assert violations(page, axe) == []
        page.emulate_media(media="print", color_scheme=scheme)
        on_paper = violations(page, axe)
        # Nobody clicks on paper, so links may be small there.
        assert [line for line in on_paper if not line.startswith("target-size")] == []


def test_one_file_asks_for_nothing_and_says_nothing(browser: Browser, tmp_path: Path) -> None:
    names = [f"Queue {place}" for place in range(60)]
    file = build_marts(tmp_path / "large.duckdb", MONDAY, days=35, queues=names)
    page_file = make_page(file, tmp_path / "large.html")
    assert page_file.stat().st_size <= 2_000_000
    said: list[str] = []
    with opened(browser, page_file, scheme="light", width=1400, errors=said) as page:
        for chart in ("volume", "level", "parts"):
            assert page.locator(f"#{chart} svg path").count() > 3
        page.evaluate("location.hash = '#period=28&media=all'")
        page.wait_for_function("document.getElementById('shown').textContent.includes('all media')")
        settle(page)
    assert said == []


def test_filters_are_in_the_address(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, scheme="light", width=1400) as page:
        shown = page.locator("#shown")
        first = shown.inner_text()
        usual = page.locator("#tiles").inner_text()
        page.select_option("#media", "chat")
        page.wait_for_function("location.hash === '#media=chat'")
        page.locator("#queue-menu summary").click()
        page.locator("#queue-search").fill("bill")
        assert page.locator("#queue-list li:visible").all_inner_texts() == ["Billing"]
        page.locator("#queue-list li:visible input").check()
        page.wait_for_function("location.hash === '#media=chat&queue=q1'")
        settle(page)
        filtered, words = page.locator("#tiles").inner_text(), shown.inner_text()
        assert words.endswith("chat · Billing")
        assert page.locator("#queues tbody tr").count() == 1
        page.reload()
        settle(page)
        assert (page.locator("#tiles").inner_text(), shown.inner_text()) == (filtered, words)
        page.go_back()
        page.wait_for_function("location.hash === '#media=chat'")
        settle(page)
        assert shown.inner_text().endswith("chat · all queues")
        page.locator("#reset").click()
        page.wait_for_function("['', '#'].includes(location.hash)")
        settle(page)
        assert (shown.inner_text(), page.locator("#tiles").inner_text()) == (first, usual)


def test_a_row_leads_to_its_queue(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, scheme="light", width=1400) as page:
        page.locator("#queues tbody a", has_text="Billing").click()
        page.wait_for_function("location.hash === '#queue=q1'")
        settle(page)
        assert page.locator("#queues tbody th").all_inner_texts() == ["Billing"]
        queues = page.locator("#waits tbody td:nth-child(3)").all_inner_texts()
        assert set(queues) == {"Billing"}


def test_what_empties_the_page_is_named(browser: Browser, tmp_path: Path) -> None:
    file = build_marts(tmp_path / "one.duckdb", MONDAY, days=2)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"delete from {SCHEMA}.fct_queue_interval where media_type = 'chat' and queue_id = 'q1'"
        )
    page_file = make_page(file, tmp_path / "one.html")
    fragment = "#media=chat&queue=q1"
    with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
        assert (
            "without the filter of the queue or media type" in page.locator("#nothing").inner_text()
        )


def test_zone_and_ranges_are_said(browser: Browser, marts: Path, tmp_path: Path) -> None:
    file = tmp_path / "shorter.duckdb"
    shutil.copy(marts, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"delete from {SCHEMA}.fct_survey where surveyed_at > '2026-01-10'")
        connection.execute(f"delete from {SCHEMA}.fct_evaluation where evaluated_at > '2026-01-10'")
    page_file = make_page(file, tmp_path / "shorter.html", "--zone", "America/New_York")
    with opened(browser, page_file, scheme="light", width=1400) as page:
        header = page.locator("#contact-view > .line").first.inner_text()
        assert "America/New_York" in header
        assert "data until Sun 25 Jan 2026, 19:0" in header
        assert "Old data" in page.locator("#late").inner_text()
        assert "Time zones differ" in page.locator("#contact-view").inner_text()
        assert "data of 4 Jan to 9 Jan" in page.locator("#quality-summary").inner_text()


def test_all_is_reached_by_keys(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, scheme="light", width=1400) as page:
        reached = []
        for _ in range(200):
            page.keyboard.press("Tab")
            focused: str | None = page.evaluate(
                "(() => { const own = document.activeElement; if (own === document.body) return "
                "null; const style = getComputedStyle(own); if (style.outlineStyle === 'none') "
                "return 'invisible ' + own.outerHTML; return own.id || own.dataset.view || "
                "own.dataset.heat || own.textContent.trim(); })()"
            )
            if focused is None:
                break
            reached.append(focused)
        assert not [name for name in reached if name.startswith("invisible")]
        order = [
            *("contact", "pipeline", "theme", "period", "queue-menu-name", "media", "direction"),
            *("callbacks", "reset", "Queue", "Offered ↓", "Customer Care", "volume", "level"),
        ]
        assert [name for name in reached if name in order] == order
        page.locator("#queue-menu-name").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "queue-search"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == "queue-menu-name"
        assert page.evaluate("document.getElementById('queue-menu').open") is False
        page.locator("#queues th button").nth(2).focus()
        page.keyboard.press("Space")
        sorted_by = page.locator("#queues th[aria-sort]")
        assert sorted_by.inner_text() == "Answered ↓"
        assert sorted_by.get_attribute("aria-sort") == "descending"
        page.keyboard.press("Enter")
        assert sorted_by.get_attribute("aria-sort") == "ascending"


def test_charts_have_a_name_a_sentence_and_a_table(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, scheme="light", width=1400) as page:
        for chart in ("volume", "level", "parts", "heat"):
            section = page.locator(f"#{chart}-section")
            name = section.locator(f"#{chart}").get_attribute("aria-label")
            assert name
            assert name != "Vega visualization"
            assert re.search(r"\d", section.locator(".summary").inner_text())
            assert section.locator("table tbody tr").count() > 1
        drawn = page.locator("#volume svg .mark-rect path").count()
        cells = page.locator("#volume-table td").all_inner_texts()
        assert drawn >= sum(cell != "0" for cell in cells[1::5])
        tables = page.locator("table")
        for place in range(tables.count()):
            table = tables.nth(place)
            assert table.locator("caption").count() == 1
            assert table.locator("th:not([scope])").count() == 0


def test_print_has_few_pages_and_no_buttons(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, scheme="dark", width=1400) as page:
        pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
        assert 2 <= pages <= 4
        page.emulate_media(media="print")
        assert page.locator("button:visible, select:visible, input:visible").count() == len(
            page.locator("#queues th button").all()
        )
        assert page.locator("#shown").is_visible()
        background = page.evaluate("getComputedStyle(document.querySelector('section')).background")
        assert "rgb(255, 255, 255)" in background


def test_hostile_names_are_texts_and_filter_right(browser: Browser, tmp_path: Path) -> None:
    file = build_marts(tmp_path / "names.duckdb", MONDAY, days=2, queues=NAMES, media=["voice"])
    with duckdb.connect(str(file)) as connection:
        for table, column in (
            ("dim_wrapup_code", "wrapup_code_name"),
            ("fct_survey", "form_name"),
            ("dim_user", "user_name"),
            ("fct_queue_leg", "conversation_id"),
        ):
            connection.execute(f"update {SCHEMA}.{table} set {column} = ?", [HOSTILE])
    page_file = make_page(file, tmp_path / "names.html", "--agents", "names")
    said: list[str] = []
    with opened(browser, page_file, scheme="light", width=390, errors=said) as page:
        assert page.title() == "Genesys Cloud contact centre"
        assert page.locator("img").count() == 0
        rows = set(page.locator("#queues tbody th").all_inner_texts())
        assert rows == {
            *(name.strip() for name in NAMES[:5]),
            *("(without a name)", "twice (q6)", "twice (q7)"),
        }
        page.locator("#queues tbody a", has_text="taken over").click()
        page.wait_for_function("location.hash.includes('queue=q0')")
        settle(page)
        assert page.locator("#queues tbody th").all_inner_texts() == [HOSTILE]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert said == []


@pytest.mark.parametrize("lacking", ["all", "rows", *MARTS])
def test_what_is_missing_is_said(
    browser: Browser, marts: Path, tmp_path: Path, lacking: str
) -> None:
    file = tmp_path / "few.duckdb"
    if lacking in MARTS:
        shutil.copy(marts, file)
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"drop table {SCHEMA}.{lacking}")
    elif lacking == "rows":
        with duckdb.connect(str(file)) as connection:
            make_tables(connection)
    said: list[str] = []
    page_file = make_page(file, tmp_path / "few.html", "--agents", "names")
    with opened(
        browser, page_file, scheme="light", width=1400, errors=said, fragment="#view=contact"
    ) as page:
        words = page.locator("#contact-view").inner_text()
        if lacking in MARTS:
            assert f"not built: {lacking}" in words
        else:
            assert "The marts are not built" in words
            assert "meltano run dbt-duckdb:build" in words
    assert said == []


def test_no_agent_is_in_the_file(marts: Path, tmp_path: Path) -> None:
    page = make_page(marts, tmp_path / "none.html").read_text(encoding="utf-8")
    payload = re.search(r'id="facts">(.*?)</script>', page)
    assert payload
    packed = base64.b64decode(payload[1])
    facts = zlib.decompress(packed, wbits=-zlib.MAX_WBITS).decode()
    for text in (page, facts):
        assert "user-" not in text.replace("user-select", "")
        assert "Agent Nr." not in text
    assert json.loads(facts)["agent_days"]["day"] == []


def test_two_builds_differ_by_their_moment(marts: Path, tmp_path: Path) -> None:
    pages = [
        re.sub(
            r'data-built-at="[^"]*"|the data ends \d+',
            "",
            make_page(marts, tmp_path / f"{place}.html").read_text(encoding="utf-8"),
        )
        for place in range(2)
    ]
    assert pages[0] == pages[1]


def test_a_warning_stands_on_both_views(browser: Browser, marts: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.duckdb"
    shutil.copy(marts, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"update {SCHEMA}.rec_genesys__metric_totals set events_apart_percent = 3 "
            "where metric = 'nOffered'"
        )
    page_file = make_page(file, tmp_path / "bad.html")
    for fragment in ("#", "#view=pipeline"):
        with opened(browser, page_file, scheme="light", width=1400, fragment=fragment) as page:
            line = page.locator(".state.bad", has_text="Look into this")
            assert line.is_visible()
            assert "nOffered differs from the platform's" in line.inner_text()
            assert page.locator("#extraction").get_attribute("open") is not None


def test_what_to_look_at_first_is_named(browser: Browser, tmp_path: Path) -> None:
    """The queue and the half-hour that lack most of the goal, and where most gave up."""
    file = tmp_path / "first.duckdb"
    with duckdb.connect(str(file)) as connection:
        make_tables(connection)
        connection.execute(f"""
            insert into {SCHEMA}.dim_queue by name
            select
                lower(name) as queue_id, name as queue_name,
                80 as voice_target_percent, 20000 as voice_target_ms
            from (values ('Near'), ('Far'), ('Few')) as names (name);
            insert into {SCHEMA}.fct_queue_interval by name
            select
                timestamp '2026-01-05 23:30' - interval 30 minutes * earlier as interval_start_utc,
                queue_id, 'voice' as media_type, 'inbound' as direction, n as offered,
                n as sl_denominator, in_time as sl_numerator, abandoned
            from (values
                (0, 'near', 200, 158, 30), (0, 'far', 50, 35, 9), (0, 'few', 19, 0, 19),
                (1, 'near', 100, 60, 0), (1, 'far', 40, 40, 0)
            ) as given (earlier, queue_id, n, in_time, abandoned)
        """)
    page_file = make_page(file, tmp_path / "first.html")
    lacking, reached = "72.7 %", "would have reached 80 %"
    with opened(browser, page_file, scheme="light", width=1400) as page:
        findings = page.locator("#first li")
        assert findings.all_inner_texts() == [
            f"Near is furthest from its service level: {lacking} of 300 in time, 22 more {reached}",
            f"23:30 was the hardest half-hour: 71.7 % of 269 in time, 23 more {reached}",
            "Near has most abandons: 30 of 300 entries",
        ]
        findings.first.locator("a").click()
        page.wait_for_function("location.hash === '#queue=near'")
        settle(page)
        assert [text.split()[0] for text in findings.all_inner_texts()] == ["23:00"]
        page.evaluate("location.hash = '#queue=few'")
        page.wait_for_function("document.getElementById('shown').textContent.includes('Few')")
        settle(page)
        assert not page.locator("#first-section").is_visible()
