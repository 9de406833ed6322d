"""The page's figures are those of the run that was loaded."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import duckdb
import pytest

from tap_genesys_search.report.charts import draw_charts
from tap_genesys_search.report.figures import Figures, read_figures
from tap_genesys_search.report.page import render_page
from tests.duckdb_tables import load_into_duckdb
from tests.report.conftest import HOSTILE, save
from tests.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running_simulator import RunningSimulator


@pytest.fixture(scope="module")
def figures(database: Path) -> Figures:
    return read_figures(database, "genesys")


def page_of(figures: Figures) -> str:
    return render_page(figures, requests_per_minute=300, source="loaded.duckdb")


def test_interactions_by_day_and_medium(figures: Figures, run: SingerRun) -> None:
    records = run.records("interactions")
    assert figures.interactions == len(records) == 600
    assert {(row["day"], row["media_type"]): row["interactions"] for row in figures.by_day} == (
        Counter((record["timestamp"][:10], record["media_type"]) for record in records)
    )
    assert f"{records[0]['timestamp'][:19]}Z" == figures.first


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
    assert figures.hit_rate == 100
    seconds = sorted(audit["latency_ms"] / 1000 for audit in audits)
    assert seconds[0] <= (figures.latency(0.5) or 0) <= (figures.latency(0.95) or 0) <= seconds[-1]


def test_a_window_that_was_read_again_counts_once(
    run: SingerRun, database: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "again.duckdb"
    copy.write_bytes(database.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "insert into genesys.search_audits by name select * replace ("
            "started_at + interval 1 hour as started_at, 'incomplete' as status, "
            "90.0 as hit_rate_percentage) from genesys.search_audits where status = 'completed'"
        )
    figures = read_figures(copy, "genesys")
    completed = Counter(audit["status"] for audit in run.records("search_audits"))["completed"]
    assert figures.outcomes["incomplete"] == completed
    assert "completed" not in figures.outcomes
    assert figures.hit_rate is None
    assert 'class="bad"' in page_of(figures)


def test_texts_from_the_platform_are_texts(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "hostile.duckdb"
    copy.write_bytes(database.read_bytes())
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


@pytest.mark.parametrize("tables", [(), ("interactions",), ("search_audits",)])
def test_what_is_not_loaded_is_said_to_be_missing(
    database: Path, tmp_path: Path, tables: tuple[str, ...]
) -> None:
    file = tmp_path / "few.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"attach '{database}' as whole (read_only); create schema genesys")
        for table in tables:
            connection.execute(f"create table genesys.{table} as from whole.genesys.{table}")
    figures = read_figures(file, "genesys")
    charts = draw_charts(figures, 300)
    assert "Nothing to show" in page_of(figures)
    assert any(chart.spec for chart in charts) is bool(tables)


def report(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tap_genesys_search.report.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_writes_one_file(database: Path, tmp_path: Path) -> None:
    output = tmp_path / "new" / "page.html"
    done = report(database, "--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == str(output)
    assert "600" in output.read_text()


def test_what_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database")
    for file, said in ((tmp_path / "none", "does not exist"), (tmp_path / "text", "can't be read")):
        done = report(file)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
