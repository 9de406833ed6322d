"""The line on both views, the freshness of streams, and the comparison with the platform."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.report.marts import SCHEMA, build_marts, make_page

if TYPE_CHECKING:
    from pathlib import Path

MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - UTC without a zone, as the marts have it


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return build_marts(tmp_path / "marts.duckdb", MONDAY, days=2)


def line_of(database: Path) -> str:
    page = make_page(database, database.with_suffix(".html")).read_text(encoding="utf-8")
    (line,) = re.findall(r'<p class="state ((?:good|bad|unknown)">.*?)</p>', page)[:1]
    return unescape(re.sub(r"<.*?>", "", line))


def change(database: Path, statement: str) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute(statement)


def test_all_is_well(database: Path) -> None:
    assert line_of(database) == "good\">● Complete: 4 metrics agree with the platform's"
    change(
        database,
        "insert into genesys.search_audits (search_id, started_at, status) "
        "values ('s', '2026-01-06', 'completed')",
    )
    assert line_of(database) == (
        'good">● Complete: all searches found what they announced; '
        "4 metrics agree with the platform's"
    )


def test_searches_that_are_not_complete_are_counted(database: Path) -> None:
    make_page(database, database.with_suffix(".html"))
    change(
        database,
        "insert into genesys.search_audits (search_id, started_at, window_start, window_end, "
        "status) select 's' || i, '2026-01-06', '2026-01-05', '2026-01-06', "
        "if(i = 0, 'failed', 'incomplete') from range(3) as t (i)",
    )
    assert line_of(database) == 'bad">▲ Look into this: 2 searches incomplete; 1 search failed'


def test_metrics_that_differ_are_named(database: Path) -> None:
    change(
        database,
        f"update {SCHEMA}.rec_genesys__metric_totals set milliseconds_apart_percent = 0.6 "
        "where metric = 'tHandle'",
    )
    assert line_of(database) == "bad\">▲ Look into this: tHandle differs from the platform's"


def test_nothing_known_is_not_well(database: Path) -> None:
    change(database, f"delete from {SCHEMA}.rec_genesys__metric_totals")
    change(database, f"delete from {SCHEMA}.rec_genesys__service_level")
    assert line_of(database).startswith('unknown">○ Not known: ')


def test_each_stream_is_fresh_until(database: Path) -> None:
    change(
        database,
        "create schema genesys; create table genesys.interactions as select "
        "timestamptz '2026-01-06 10:30:00Z' as timestamp, 'id' as id, "
        "timestamptz '2026-01-06 11:02:00Z' as _sdc_batched_at",
    )
    page = make_page(database, database.with_suffix(".html")).read_text(encoding="utf-8")
    cells = re.search(r'<tr><th scope="row">interactions</th>(.*?)</tr>', page)
    assert cells
    assert re.findall(r"<td.*?>(.*?)</td>", cells[1]) == [
        *("1", "2026-01-06 10:30", "2026-01-06 11:02")
    ]


@pytest.mark.parametrize(
    "options",
    [
        *(("--goal", "abandon=x"), ("--goal", "asa=3"), ("--goal", "abandon=101")),
        *(("--zone", "Europe/Nowhere"), ("--zone", "../etc"), ("--agents", "ids")),
        ("--as-of", "yesterday"),
    ],
)
def test_options_that_are_wrong_are_refused(
    database: Path, options: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        make_page(database, database.with_suffix(".html"), *options)
    assert ended.value.code == 2
    assert options[1] in capsys.readouterr().err


def test_the_age_of_the_data_is_measured_by_the_moment_given(database: Path) -> None:
    output = database.with_suffix(".html")
    for moment, is_late in (("2026-01-07T06:00:00Z", False), ("2026-03-01", True)):
        make_page(database, output, "--as-of", moment)
        assert ('id="late"' in output.read_text(encoding="utf-8")) is is_late
