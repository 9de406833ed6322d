"""The page's figures are those of the run that was loaded."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timezone
from statistics import median, quantiles
from typing import TYPE_CHECKING

import duckdb
import pytest

from genesys_cloud_simulator.views.answers import conversation_figures
from tap_genesys_search.report.cli import main
from tap_genesys_search.report.page.render import render_page
from tap_genesys_search.report.pipeline.charts.all_charts import draw_charts
from tap_genesys_search.report.pipeline.facets import is_personal
from tap_genesys_search.report.pipeline.figures import Figures, read_figures
from tests.report.conftest import HOSTILE, content_of, save
from tests.support.duckdb_tables import load_into_duckdb
from tests.support.singer_run import SingerRun, run_tap
from tests.support.warehouse_answers import QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from tap_genesys_search.report.warehouse import Rows
    from tests.support.running_simulator import RunningSimulator

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def figures(database: Path) -> Figures:
    return read_figures(database, "genesys")


def page_of(figures: Figures) -> str:
    return render_page(content_of(figures))


def test_interactions_by_day_and_medium(figures: Figures, run: SingerRun) -> None:
    records = run.records("interactions")
    assert figures.interactions == len(records) == 600
    assert figures.unit == "day"
    assert {
        (utc_day(row["since"]), row["media_type"]): row["interactions"] for row in figures.by_time
    } == Counter((record["timestamp"][:10], record["media_type"]) for record in records)
    assert {row["until"] - row["since"] for row in figures.by_time} == {86_400_000}
    assert figures.first
    assert f"{figures.first:%Y-%m-%dT%H:%M:%S}" == records[0]["timestamp"][:19]


def utc_day(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, timezone.utc):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("days", "unit", "usage_unit"),
    [(1, "hour", "hour"), (100, "day", "day"), (800, "week", "day"), (4000, "month", "day")],
)
def test_longer_spans_are_shown_by_longer_units(
    copy: Path, days: int, unit: str, usage_unit: str
) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            f"""
            delete from genesys.interactions;
            delete from genesys.search_audits;
            insert into genesys.interactions (id, timestamp, search_id)
            select 'i' || i, timestamp '2026-01-05' + i * interval 12 hour, 's'
            from range({2 * days}) as numbers (i);
            insert into genesys.search_audits (
                search_id, started_at, window_start, window_end, search_api, page_count, status
            )
            select
                id,
                timestamp,
                timestamp,
                timestamp + interval 1 hour,
                'conversation_query',
                5,
                'completed'
            from genesys.interactions
            """
        )
    figures = read_figures(copy, "genesys")
    assert (figures.unit, figures.usage_unit) == (unit, usage_unit)
    assert sum(row["interactions"] for row in figures.by_time) == 2 * days
    assert sum(row["windows"] for row in figures.outcomes_by_time) == 2 * days
    assert len(figures.by_time) <= 160
    assert figures.requests == 10 * days
    assert {row["requests"] for row in figures.usage} == {5} == {figures.busiest_minute}


def test_days_are_utc_wherever_it_is_read(copy: Path, figures: Figures) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table, column in (
            ("interactions", "timestamp"),
            ("search_audits", "window_start"),
            ("search_audits", "window_end"),
        ):
            connection.execute(
                f"alter table genesys.{table} alter column {column} set type timestamptz"
            )
    program = (
        "import sys, pathlib; from tap_genesys_search.report.pipeline.figures import read_figures; "
        "print(read_figures(pathlib.Path(sys.argv[1]), 'genesys').by_time)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program, copy],
        env={**os.environ, "TZ": "America/New_York"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    assert ast.literal_eval(printed) == figures.by_time


def test_facets_largest_first(figures: Figures, run: SingerRun) -> None:
    counts: dict[str, Counter[str]] = {}
    for bucket in run.records("interaction_facets"):
        counts.setdefault(bucket["facet"], Counter())[bucket["bucket_key"]] += bucket[
            "bucket_count"
        ]
    assert figures.facets.keys() == counts.keys()
    for facet, rows in figures.facets.items():
        found = [(row["bucket"], row["interactions"]) for row in rows]
        assert found == sorted(counts[facet].items(), key=lambda one: (-one[1], one[0]))[:8]


def test_relevance_of_what_is_scored(figures: Figures, run: SingerRun) -> None:
    scored = [one for one in run.records("interactions") if one["relevance_score"] > 0]
    assert sum(row["interactions"] for row in figures.relevance) == len(scored)
    assert all(0 <= row["score"] <= 0.95 for row in figures.relevance)


@pytest.mark.parametrize(
    "search_api", ["interaction_search", "conversation_jobs", "conversation_query"]
)
def test_requests_are_those_that_the_platform_has_seen(
    simulated: RunningSimulator, search_api: str, tmp_path: Path
) -> None:
    with simulated.begun_anew() as simulator:
        run = run_tap({**simulated.config, "search_api": search_api})
        sent = [one for one in simulator.requests if "/analytics/" in one.path]
    figures = read_figures(
        save(load_into_duckdb(run, tmp_path), tmp_path / "loaded.duckdb"), "genesys"
    )
    besides = sum("availability" in one.path or one.method == "DELETE" for one in sent)
    assert figures.requests == len(sent) - besides
    assert 0 < figures.busiest_minute <= figures.requests


def test_latency_hit_rate_and_outcomes(figures: Figures, run: SingerRun) -> None:
    audits = run.records("search_audits")
    assert figures.outcomes == Counter(audit["status"] for audit in audits)
    assert figures.outcomes["split"]
    assert {row["status"] for row in figures.left} == {"split"}
    assert len(figures.left) == figures.outcomes["split"]
    assert Counter(
        {(utc_day(row["since"]), row["status"]): row["windows"] for row in figures.outcomes_by_time}
    ) == Counter((audit["window_start"][:10], audit["status"]) for audit in audits)
    completed = [audit for audit in audits if audit["status"] == "completed"]
    seconds = [audit["latency_ms"] / 1000 for audit in completed]
    assert figures.median_latency == pytest.approx(median(seconds))
    assert figures.slow_latency == pytest.approx(
        quantiles(seconds, n=20, method="inclusive")[-1], abs=0.001
    )
    assert sum(row["searches"] for row in figures.latencies) == len(completed)
    assert figures.hit_rate == 100
    assert {row["hit_rate"] for row in figures.hit_rates} == {100}
    assert sum(row["matching"] for row in figures.hit_rates) == 600


def test_a_window_that_was_read_again_counts_once(run: SingerRun, copy: Path) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "insert into genesys.search_audits by name select * replace ("
            "started_at + interval 1 hour as started_at, 'incomplete' as status, "
            "floor(extracted_records * 0.9) as extracted_records) "
            "from genesys.search_audits where status = 'completed'"
        )
    figures = read_figures(copy, "genesys")
    completed = [one for one in run.records("search_audits") if one["status"] == "completed"]
    assert figures.outcomes["incomplete"] == len(completed)
    assert "completed" not in figures.outcomes
    assert figures.hit_rate == pytest.approx(
        100 * sum(audit["extracted_records"] * 9 // 10 for audit in completed) / 600
    )
    assert 'class="bad"' in page_of(figures)


def test_a_window_without_a_match_is_no_miss(copy: Path) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update genesys.search_audits set hit_rate_percentage = 0, "
            "total_matching_records = 0, extracted_records = 0 where window_start < '2026-01-06'"
        )
    figures = read_figures(copy, "genesys")
    assert figures.hit_rate == 100
    assert "2026-01-05" not in {utc_day(row["since"]) for row in figures.hit_rates}
    assert 'class="bad"' not in page_of(figures)


def test_almost_all_is_not_all(copy: Path) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update genesys.search_audits set total_matching_records = 1000000, "
            "extracted_records = 1000000; update genesys.search_audits set "
            "extracted_records = 999999 where started_at = "
            "(select max(started_at) from genesys.search_audits where status = 'completed')"
        )
    page = page_of(read_figures(copy, "genesys"))
    assert "99.99 %" in page
    assert "100.00 %" not in page


# What is searched after a window, from 03:17 on the 1st to midnight before the 3rd, has failed, and
# whether that leaves something to be searched. Cut elsewhere these windows have other ids.
LATER = {
    1: ([("01", "03")], False),
    2: ([("01", "02 12:00"), ("02 06:00", "04")], False),
    3: ([("01", "02"), ("02 01:00", "04")], True),
    4: ([("01", "02 20:00"), ("01", "02 20:00")], True),
    5: ([], True),
}


@pytest.mark.parametrize("status", ["failed", "incomplete"])
def test_what_later_searches_have_completed_is_not_missing(copy: Path, status: str) -> None:
    with duckdb.connect(str(copy)) as connection:
        for month, (later, _) in LATER.items():
            windows = [("01 03:17", "03", status), *((*window, "completed") for window in later)]
            for place, (start, end, how) in enumerate(windows):
                connection.execute(
                    "insert into genesys.search_audits (search_id, started_at, window_start, "
                    "window_end, status) values (?, timestamp '2027-01-01' + ? * interval 1 hour, "
                    "?, ?, ?)",
                    [
                        f"{month}-{place}",
                        place,
                        f"2025-0{month}-{start}",
                        f"2025-0{month}-{end}",
                        how,
                    ],
                )
    figures = read_figures(copy, "genesys")
    left = [month for month, (_, is_left) in LATER.items() if is_left]
    assert figures.outcomes[status] == len(left)
    assert sorted(row["window_start"] for row in figures.left if row["status"] == status) == [
        f"2025-0{month}-01 03:17:00" for month in left
    ]
    assert 'class="bad"' in page_of(figures)


def test_facets_count_no_moment_twice(simulated: RunningSimulator, tmp_path: Path) -> None:
    """Those of conversations count whole days, and with a lookback windows overlap."""

    def facets(name: str, *runs: SingerRun) -> dict[str, Rows]:
        messages = [
            message
            for place, run in enumerate(runs)
            for message in run.messages
            if not place or message["type"] != "SCHEMA"
        ]
        folder = tmp_path / name
        folder.mkdir()
        loaded = save(load_into_duckdb(SingerRun(messages), folder), folder / "loaded.duckdb")
        return read_figures(loaded, "genesys").facets

    config = {
        **simulated.config,
        "search_api": "conversation_query",
        "facets": ["mediaType", "tTalk:0,60000"],
    }
    whole = facets("whole", run_tap(config))
    assert set(whole) == {"mediaType", "tTalk"}
    assert {row["bucket"] for row in whole["tTalk"]} == {"0 to 60,000", "from 60,000"}
    assert facets("short", run_tap({**config, "window_hours": 5})) == whole

    first = run_tap({**config, "end_date": "2026-01-07T09:00:00Z"})
    rest = {**config, "lookback_hours": 30, "window_hours": 48}
    second = run_tap(rest, state=first.states()[-1])
    assert second.records("interaction_facets")
    assert facets("again", first, second) == whole

    searched = {**config, "search_api": "interaction_search", "lookback_hours": 120}
    whole = facets("searched", run_tap(searched))
    first = run_tap({**searched, "end_date": "2026-01-09"})
    rest = {**searched, "max_records_per_search": 60}
    second = run_tap(rest, state=first.states()[-1])
    assert {row["bucket_count"] for row in second.records("interaction_facets")} >= {0, 1}
    assert facets("halved", first, second) == whole


def test_queues_that_are_loaded_have_names(copy: Path) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "create table genesys.queues as select 'q1' as id, 'Billing' as name; "
            "update genesys.interaction_facets set facet = 'queueId', bucket_key = "
            "case when bucket_key = 'voice' then 'q1' else bucket_key end "
            "where facet = 'media.type'"
        )
    names = {row["bucket"] for row in read_figures(copy, "genesys").facets["queueId"]}
    assert {"Billing", "email"} <= names
    assert "q1" not in names


def test_handle_times_and_abandons_of_conversations(
    simulated: RunningSimulator, tmp_path: Path
) -> None:
    config = {**simulated.config, "search_api": "conversation_jobs"}
    run = run_tap(
        config,
        select=("conversation_metrics", "conversation_segments", "queues"),
        deselect=("interactions", "interaction_facets", "search_audits"),
    )
    connection = load_into_duckdb(run, tmp_path)
    questions = QUESTIONS.split(";\n")
    expected: dict[str, tuple[int, float]] = {}
    for _, queue, _, handled, seconds in connection.execute(questions[0]).fetchall():
        before, minutes = expected.get(queue, (0, 0.0))
        expected[queue] = (before + handled, minutes + handled * seconds / 60)
    figures = read_figures(save(connection, tmp_path / "loaded.duckdb"), "genesys")
    assert {row["queue"]: (row["handled"], row["minutes"]) for row in figures.handle_times} == {
        queue: (handled, pytest.approx(minutes / handled))
        for queue, (handled, minutes) in expected.items()
    }
    simulator = simulated.simulator
    own = conversation_figures(simulator.org, simulator.data_availability).abandons_by_hour()
    assert {row["hour"]: (row["offered"], row["abandoned"]) for row in figures.abandons} == {
        hour: (one.offered, one.abandoned) for hour, one in own.items()
    }
    assert {row["hour"]: row["rate"] for row in figures.abandons} == pytest.approx(
        {hour: 100 * one.rate for hour, one in own.items()}
    )
    assert [chart.id for chart in draw_charts(figures, 300) if chart.spec] == [
        "handle-times",
        "abandons",
    ]


def test_texts_from_the_platform_are_texts(copy: Path) -> None:
    with duckdb.connect(str(copy)) as connection:
        for table, column in (
            ("interaction_facets", "bucket_key"),
            ("interaction_facets", "facet"),
            ("interactions", "media_type"),
            ("search_audits", "error"),
        ):
            connection.execute(f"update genesys.{table} set {column} = ?", [HOSTILE])
    page = page_of(read_figures(copy, "genesys"))
    assert "taken over" in page
    assert HOSTILE not in page
    assert "<img src=x" not in page


def test_no_customer_is_on_the_page(figures: Figures, run: SingerRun) -> None:
    page = page_of(figures).partition("<script>")[0] + page_of(figures).rpartition("<script>")[2]
    names = {record["customer_name"] for record in run.records("interactions")} - {"anonymous"}
    assert len(names) > 100
    assert not [name for name in names if name in page]


def test_facets_of_customers_are_left_out(copy: Path) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update genesys.interaction_facets set facet = 'customer.name', "
            "bucket_key = 'Erika Mustermann' where facet = 'queue.name'"
        )
    figures = read_figures(copy, "genesys")
    assert set(figures.facets) == {"media.type"}
    assert "Erika" not in page_of(figures)


@pytest.mark.parametrize(
    "facet",
    [
        *("customer.name", "customer_name", "customer.email", "participantName"),
        *("ani", "ANI", "dnis", "addressFrom", "remote", "externalContactId", "callbackNumbers"),
    ],
)
def test_personal_facets(facet: str) -> None:
    assert is_personal(facet)


@pytest.mark.parametrize(
    "facet", ["media.type", "mediaType", "queueId", "wrapUpCode", "tTalk", "externalOrganizationId"]
)
def test_impersonal_facets(facet: str) -> None:
    assert not is_personal(facet)


@pytest.mark.parametrize("table", ["interactions", "search_audits", "interaction_facets"])
@pytest.mark.parametrize("what", ["*", "{key}", "* limit 0"])
def test_what_is_not_loaded_is_said_to_be_missing(
    database: Path, tmp_path: Path, table: str, what: str
) -> None:
    file = tmp_path / "few.duckdb"
    key, _, rest = what.format(key="id" if table == "interactions" else "search_id").partition(" ")
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"attach '{database}' as whole (read_only); create schema genesys; "
            f"create table genesys.{table} as select {key} from whole.genesys.{table} {rest}"
        )
    figures = read_figures(file, "genesys")
    charts = draw_charts(figures, 300)
    assert "Nothing to show" in page_of(figures)
    assert any(chart.spec for chart in charts) is (what == "*")


def error_of(*arguments: str | Path) -> str:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    error = str(ended.value.code)
    assert "\n" not in error
    return error


def test_the_command_writes_one_file(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "new" / "page.html"
    main([str(database), "--output", str(output)])
    assert capsys.readouterr().out == f"{output}\n"
    assert "600" in output.read_text(encoding="utf-8")


def test_another_schema_is_named(database: Path, tmp_path: Path) -> None:
    assert "in the schema 'main'; genesys has some" in error_of(database, "--schema", "main")
    other = tmp_path / "it's.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("create table other (id varchar)")
    assert "none of this tap's tables" in error_of(other)


def test_a_mistake_is_one_line(database: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database")
    assert "does not exist" in error_of(tmp_path / "none")
    assert "can't be read" in error_of(tmp_path / "text")
    assert "can't be read" in error_of(tmp_path)
    assert f"{tmp_path} can't be written" in error_of(database, "--output", tmp_path)
    assert "1 or more" in error_of(database, "--requests-per-minute", "0")
