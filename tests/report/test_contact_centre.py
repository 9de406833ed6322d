"""The facts of the contact centre are the marts', by the days of the page's zone."""

from __future__ import annotations

import base64
import json
import re
import zlib
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tap_genesys_search.report.contact_centre.calendar import make_days
from tap_genesys_search.report.contact_centre.encoding import encode, encode_facts
from tap_genesys_search.report.contact_centre.facts import Facts, read_facts
from tap_genesys_search.report.contact_centre.figures import NOTHING, duration, figures_of, percent
from tap_genesys_search.report.contact_centre.folding import fold_queues
from tap_genesys_search.report.contact_centre.marts import MARTS
from tap_genesys_search.report.contact_centre.summary import summarize
from tests.report.marts import SCHEMA, ask, build_marts, build_uneven_queues, make_tables

PACKAGE = Path(__file__).parents[2] / "dbt"
UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - UTC without a zone, as the marts have it
MEASURES = ("offered", "answered", "abandoned", "sl_denominator", "handle_ms")


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_marts(tmp_path_factory.mktemp("marts") / "marts.duckdb", MONDAY, days=10)


@pytest.fixture(scope="module")
def facts(marts: Path) -> Facts:
    return read_facts(marts, SCHEMA, UTC, "none")


def decode(text: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(
        zlib.decompress(base64.b64decode(text), wbits=-zlib.MAX_WBITS)
    )
    return payload


@pytest.mark.parametrize("table", MARTS)
def test_the_dbt_package_has_each_column(table: str) -> None:
    folder = PACKAGE / "models" / "marts" / "contact_centre"
    model = (folder / f"{table}.sql").read_text(encoding="utf-8")
    macros = (PACKAGE / "macros" / "genesys_measures.sql").read_text(encoding="utf-8")
    expanded = (
        model
        + macros
        + " ".join(
            f"{medium}_target_{unit}"
            for medium in re.findall(r"'(\w+)': '", model)
            for unit in ("percent", "ms")
        )
    )
    assert [name for name in MARTS[table] if not re.search(rf"\b{name}\b", expanded)] == []


def test_columns_add_up_to_the_marts(marts: Path, facts: Facts) -> None:
    for columns in (facts.queue_days, facts.half_hours):
        sums = tuple(sum(columns[name]) for name in MEASURES)
        listed = ", ".join(f"sum({name})::bigint" for name in MEASURES)
        assert [sums] == ask(marts, f"select {listed} from fct_queue_interval")
    ((longest,),) = ask(marts, "select max(longest_wait_ms) from fct_queue_interval")
    assert max(facts.queue_days["longest_wait_ms"]) == longest
    assert [tuple(sum(facts.survey_days[name]) for name in ("sent", "completed", "points"))] == ask(
        marts, "select count(*), count(*) filter (is_completed), sum(score) from fct_survey"
    )
    assert [(sum(facts.wrapup_days["wrapups"]),)] == ask(
        marts, "select sum(wrapups) from fct_wrapup_day"
    )
    assert [(sum(facts.repeat_days["judged"]), sum(facts.repeat_days["repeated"]))] == ask(
        marts,
        "select count(is_followed_within_days), count_if(is_followed_within_days) "
        "from fct_conversation",
    )


@pytest.mark.parametrize(
    ("date", "half_hours"), [("2026-03-29", 46), ("2026-10-25", 50), ("2026-07-01", 48)]
)
def test_days_have_the_half_hours_that_pass(tmp_path: Path, date: str, half_hours: int) -> None:
    noon = datetime.fromisoformat(f"{date}T12:00")
    (day,) = make_days(BERLIN, noon, noon, 400)
    assert (f"{day.date}", len(day.clocks)) == (date, half_hours)
    file = build_marts(tmp_path / "dst.duckdb", noon - timedelta(days=2, hours=12), days=4)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"insert into {SCHEMA}.fct_queue_interval by name select "
            f"timestamp '{date} 23:30' as interval_start_utc, 'q0' as queue_id, "
            "'chat' as media_type, 'late' as direction, 1 as offered"
        )
    facts = read_facts(file, SCHEMA, BERLIN, "none")
    columns = facts.half_hours
    place = next(at for at, own in enumerate(facts.days) if f"{own.date}" == date)
    assert max(columns["slot"]) < 50
    offered = sum(
        own
        for own, of_day in zip(columns["offered"], columns["day"], strict=True)
        if of_day == place
    )
    assert [(offered,)] == ask(
        file,
        "select sum(offered) from fct_queue_interval "
        f"where interval_start_utc >= '{day.since}' and interval_start_utc < '{day.until}'",
    )
    late = facts.dimensions.directions.index("late")
    assert [
        (facts.days[of_day].date - day.date).days
        for of_day, direction in zip(columns["day"], columns["direction"], strict=True)
        if direction == late
    ] == [1]


def test_marts_of_another_zone_are_said_to_be(marts: Path, tmp_path: Path) -> None:
    assert not read_facts(marts, SCHEMA, UTC, "none").zone_differs
    assert read_facts(marts, SCHEMA, BERLIN, "none").zone_differs
    own = build_marts(tmp_path / "own.duckdb", MONDAY, days=2, zone="Europe/Berlin")
    assert not read_facts(own, SCHEMA, BERLIN, "none").zone_differs


def test_the_last_complete_day_is_over(facts: Facts, tmp_path: Path) -> None:
    assert facts.last_complete == 9
    file = build_marts(tmp_path / "short.duckdb", MONDAY, days=2)
    with duckdb.connect(str(file)) as connection:
        for table, moment in (
            ("fct_queue_interval", "interval_start_utc"),
            ("fct_user_status_interval", "interval_start_utc"),
            ("fct_queue_leg", "left_at"),
        ):
            connection.execute(f"delete from {SCHEMA}.{table} where {moment} >= '2026-01-06 14:00'")
    assert read_facts(file, SCHEMA, UTC, "none").last_complete == 0


def test_no_agent_is_named_unless_asked_for(marts: Path) -> None:
    hidden = json.dumps(decode(encode(read_facts(marts, SCHEMA, UTC, "none"), {}, [])))
    assert "user-" not in hidden
    assert "Agent Nr." not in hidden
    named = read_facts(marts, SCHEMA, UTC, "names")
    assert named.dimensions.agents == [f"Agent Nr. {place}" for place in range(5)]
    assert sum(named.agent_days["handled"]) == 21 * 50
    assert "user-" not in encode(named, {}, [])


def test_queues_of_one_name_are_told_apart(tmp_path: Path) -> None:
    file = build_marts(tmp_path / "names.duckdb", MONDAY, days=1, queues=["Same", "Same", " "])
    names = read_facts(file, SCHEMA, UTC, "none").dimensions.queues
    assert sorted(names) == ["(without a name)", "Same (q0)", "Same (q1)"]


def test_smaller_queues_become_one(tmp_path: Path) -> None:
    file = build_marts(
        tmp_path / "many.duckdb", MONDAY, days=2, queues=[f"Queue {place}" for place in range(9)]
    )
    facts = read_facts(file, SCHEMA, UTC, "none")
    folded = fold_queues(facts, 5)
    assert folded.dimensions.queues[5:] == ["Other queues (4)"]
    for columns, own in (
        (facts.queue_days, folded.queue_days),
        (facts.half_hours, folded.half_hours),
    ):
        assert len(own["day"]) < len(columns["day"])
        assert [sum(own[name]) for name in MEASURES] == [sum(columns[name]) for name in MEASURES]
    assert max(folded.queue_days["longest_wait_ms"]) == max(facts.queue_days["longest_wait_ms"])
    assert fold_queues(facts, 9) == facts


@pytest.mark.thorough
def test_what_is_too_large_is_left_out_and_said_so(tmp_path: Path) -> None:
    names = [f"Queue {place}" for place in range(60)]
    file = build_marts(tmp_path / "large.duckdb", MONDAY, days=16, queues=names, media=["voice"])
    read = partial(read_facts, file, SCHEMA, UTC, "none")
    whole = encode_facts(read, {})
    assert whole.notes == []
    smaller = encode_facts(read, {}, most_bytes=len(whole.text) - 1)
    assert [note.split()[0] for note in smaller.notes] == ["Half-hours"]
    assert min(smaller.facts.half_hours["day"]) == 2
    assert len(smaller.facts.dimensions.queues) == 60
    assert len(smaller.text) < len(whole.text)
    smallest = encode_facts(read, {}, most_bytes=10_000)
    assert [note.split()[0] for note in smallest.notes] == ["Half-hours", "The"]
    assert min(smallest.facts.half_hours["day"]) == 14
    assert len(smallest.facts.dimensions.queues) == 11
    assert len(smallest.text) < len(smaller.text)


@pytest.mark.thorough
def test_a_year_of_many_queues_is_small_enough(tmp_path: Path) -> None:
    names = [f"Queue {place}" for place in range(20)]
    file = build_marts(tmp_path / "year.duckdb", MONDAY, days=130, queues=names, media=["voice"])
    read = partial(read_facts, file, SCHEMA, UTC, "none")
    folded = fold_queues(read(14, 400), 50)
    shorter = encode_facts(read, {}, most_bytes=len(encode(folded, {}, [])) - 1)
    assert [note.split()[0] for note in shorter.notes] == ["Half-hours", "Earlier"]
    assert len(shorter.facts.days) == 100
    assert f"{shorter.facts.days[-1].date}" == "2026-05-14"
    assert len(shorter.facts.dimensions.queues) == 20
    ((offered,),) = ask(
        file,
        "select sum(offered) from fct_queue_interval where local_date > '2026-05-14'::date - 100",
    )
    assert sum(shorter.facts.queue_days["offered"]) == offered


def test_two_builds_are_the_same(marts: Path) -> None:
    first, second = (encode(read_facts(marts, SCHEMA, UTC, "names"), {}, []) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("lacking", MARTS)
def test_a_mart_that_is_not_built_is_named(marts: Path, tmp_path: Path, lacking: str) -> None:
    file = tmp_path / "fewer.duckdb"
    file.write_bytes(marts.read_bytes())
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"drop table {SCHEMA}.{lacking}")
    facts = read_facts(file, SCHEMA, UTC, "names")
    assert facts.missing == [lacking]
    assert summarize(facts)


def test_marts_without_rows_have_no_days(tmp_path: Path) -> None:
    file = tmp_path / "empty.duckdb"
    with duckdb.connect(str(file)) as connection:
        make_tables(connection)
    facts = read_facts(file, SCHEMA, UTC, "none")
    assert (facts.days, facts.last_complete, facts.missing) == ([], None, [])
    assert summarize(facts) is None
    assert decode(encode(facts, {}, []))["queue_days"]["offered"] == []


def test_tiles_are_ratios_of_sums(tmp_path: Path) -> None:
    """1 of 1 and 0 of 99 are 1 %, not the 50 % that the mean of both is."""
    file = build_uneven_queues(tmp_path / "two.duckdb")
    summary = summarize(read_facts(file, SCHEMA, UTC, "none"))
    assert summary
    values = {tile.key: tile.value for tile in summary.tiles}
    assert values == {
        "sl": "1.0 %",
        "offered": "100",
        "abandon": "0.0 %",
        "asa": NOTHING,
        "aht": NOTHING,
        "occupancy": NOTHING,
    }


def test_callbacks_do_not_wait_and_emails_are_not_abandoned(marts: Path, facts: Facts) -> None:
    ((answer_ms, answered),) = ask(
        marts,
        "select sum(answer_ms), sum(answered) from fct_queue_interval "
        "where local_date = '2026-01-14' and media_type <> 'callback'",
    )
    assert figures_of(facts, 9, None).speed_of_answer == duration(answer_ms / answered)
    email = facts.dimensions.media.index("email")
    assert figures_of(facts, 9, email).abandon_rate == NOTHING


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [(0, "0:00"), (499, "0:00"), (500, "0:01"), (59_500, "1:00"), (3_600_000, "1:00:00")],
)
def test_durations(milliseconds: int, written: str) -> None:
    assert duration(milliseconds) == written


def test_shares() -> None:
    assert (percent(1, 3), percent(0, 0), percent(1225, 10000)) == ("33.3 %", NOTHING, "12.3 %")
