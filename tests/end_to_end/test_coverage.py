"""What a run reads where earlier runs had other dates, other streams, or were killed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from tap_genesys_search.timestamps import parse_timestamp
from tests.support.singer_run import catalog_of, run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator
    from tests.support.singer_run import SingerRun

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=7, days=7, interactions=350)


def ids(org: Org, first: str, last: str) -> list[str]:
    return list(org.ids_between(parse_timestamp(first), parse_timestamp(last)))


def spans(run: SingerRun, stream: str = "interactions") -> list[tuple[str, str]]:
    found = run.states()[-1]["bookmarks"][stream]["complete"]
    return [(span["start"][:16], span["end"][:16]) for span in found]


def latest_facets(*runs: SingerRun) -> dict[tuple[str, ...], int]:
    return {
        (row["search_id"], row["facet"], row["bucket_key"]): row["bucket_count"]
        for run in runs
        for row in run.records("interaction_facets")
    }


def windows(run: SingerRun) -> list[tuple[str, str]]:
    audits = run.records("search_audits")
    return [(audit["window_start"][5:13], audit["window_end"][5:13]) for audit in audits]


def test_earlier_start_loads_the_earlier_days_first_and_then_goes_on(
    config: dict[str, Any], org: Org
) -> None:
    first = run_tap({**config, "start_date": "2026-01-08", "end_date": "2026-01-10"})
    second = run_tap(config, state=first.states()[-1])
    assert second.ids() == ids(org, "2026-01-05", "2026-01-08") + ids(
        org, "2026-01-10", "2026-01-12"
    )
    assert spans(second) == [("2026-01-05T00:00", "2026-01-12T00:00")]


def test_gap_that_was_half_filled_when_the_run_was_killed_is_filled_on(
    config: dict[str, Any], org: Org
) -> None:
    first = run_tap({**config, "start_date": "2026-01-09"})
    whole = run_tap(config, state=first.states()[-1])
    half = next(
        state
        for state in whole.states()
        if state["bookmarks"]["interactions"]["complete"][0]["end"].startswith("2026-01-07")
    )
    assert half["bookmarks"]["interactions"]["replication_key_value"].startswith("2026-01-12")
    rest = run_tap(config, state=half)
    assert rest.ids() == ids(org, "2026-01-07", "2026-01-09")


def test_later_start_says_what_is_left_out_and_an_earlier_one_fills_it(
    config: dict[str, Any], org: Org, caplog: pytest.LogCaptureFixture
) -> None:
    first = run_tap({**config, "end_date": "2026-01-07"})
    caplog.clear()
    second = run_tap({**config, "start_date": "2026-01-10"}, state=first.states()[-1])
    assert spans(second) == [
        ("2026-01-05T00:00", "2026-01-07T00:00"),
        ("2026-01-10T00:00", "2026-01-12T00:00"),
    ]
    (warning,) = [one for one in caplog.messages if "left out" in one]
    assert "2026-01-07T00:00:00.000Z/2026-01-10T00:00:00.000Z is left out of " in warning
    assert "interactions" in warning
    caplog.clear()
    third = run_tap(config, state=second.states()[-1])
    assert third.ids() == ids(org, "2026-01-07", "2026-01-10")
    assert spans(third) == [("2026-01-05T00:00", "2026-01-12T00:00")]
    assert "left out" not in caplog.text


@pytest.mark.parametrize(
    ("start", "warned_of"),
    [
        ("2026-01-05", None),
        ("2026-01-07", None),  # the lookback begins here
        ("2026-01-07T12:00:00Z", None),  # a day that was read is read again as a whole
        ("2026-01-08", "2026-01-07T00:00:00.000Z/2026-01-08T00:00:00.000Z"),
        ("2026-01-10", "2026-01-07T00:00:00.000Z/2026-01-09T00:00:00.000Z"),
    ],
)
@pytest.mark.parametrize("stream", ["interactions", "conversation_aggregates"])
def test_start_within_the_lookback_is_warned_of(
    config: dict[str, Any],
    stream: str,
    start: str,
    warned_of: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = {**config, "lookback_hours": 48, "aggregate_granularity": "P1D"}
    catalog = catalog_of(stream)
    first = run_tap({**config, "end_date": "2026-01-09"}, catalog=catalog)
    caplog.clear()
    run_tap({**config, "start_date": start}, state=first.states()[-1], catalog=catalog)
    warnings = [one for one in caplog.messages if one.startswith("start_date is within")]
    expected = (
        "start_date is within the lookback: what has come or changed late in {} is not read for {}."
    )
    assert [one.partition(" Set ")[0] for one in warnings] == (
        [expected.format(warned_of, stream)] if warned_of else []
    )


def test_stream_selected_later_reads_its_days_without_writing_the_others_again(
    config: dict[str, Any], org: Org
) -> None:
    config = {**config, "search_api": "conversation_query"}
    first = run_tap({**config, "end_date": "2026-01-08"})
    second = run_tap(config, state=first.states()[-1], select=["conversations"])
    assert [row["conversation_id"] for row in second.records("conversations")] == ids(
        org, "2026-01-05", "2026-01-12"
    )
    assert second.ids() == ids(org, "2026-01-08", "2026-01-12")


def test_day_that_was_cut_short_is_read_as_a_whole_and_its_facets_replace_those_before(
    config: dict[str, Any], org: Org
) -> None:
    config = {**config, "facets": ["media.type"]}
    once = run_tap(config)
    first = run_tap({**config, "end_date": "2026-01-07T15:00:00Z"})
    second = run_tap(config, state=first.states()[-1])
    assert windows(second)[0] == ("01-07T00", "01-08T00")
    assert latest_facets(first, second) == latest_facets(once)
    audits = {
        audit["search_id"]: audit["extracted_records"]
        for run in (first, second)
        for audit in run.records("search_audits")
    }
    assert sum(audits.values()) == len(ids(org, "2026-01-05", "2026-01-12"))


@pytest.mark.parametrize("start", ["2026-01-05", "2026-01-05T09:30:00Z", "2026-01-06T23:59:59Z"])
@pytest.mark.parametrize("window_hours", [24, 36, 7])
def test_windows_lie_on_one_grid_whatever_the_start_is(
    config: dict[str, Any], start: str, window_hours: int
) -> None:
    run = run_tap({**config, "start_date": start, "window_hours": window_hours})
    for audit in run.records("search_audits")[1:]:
        seconds = parse_timestamp(audit["window_start"]).timestamp()
        assert seconds % (window_hours * 3600) == 0


def test_state_of_an_earlier_version_goes_on_at_its_bookmark(
    config: dict[str, Any], org: Org
) -> None:
    plain = {
        "bookmarks": {
            stream: {"replication_key_value": "2026-01-09T00:00:00.000Z"}
            for stream in ("interactions", "interaction_facets", "search_audits")
        }
    }
    run = run_tap(config, state=plain)
    assert run.ids() == ids(org, "2026-01-09", "2026-01-12")
    assert spans(run) == [("2026-01-05T00:00", "2026-01-12T00:00")]


def test_state_that_another_tool_cut_down_to_bookmarks_still_works(
    config: dict[str, Any], org: Org
) -> None:
    state = run_tap({**config, "end_date": "2026-01-08"}).states()[-1]
    kept = {"replication_key", "replication_key_value"}
    for stream, bookmark in state["bookmarks"].items():
        state["bookmarks"][stream] = {key: bookmark[key] for key in kept & set(bookmark)}
    run = run_tap(config, state=state)
    assert run.ids() == ids(org, "2026-01-08", "2026-01-12")


def test_bookmark_that_was_moved_back_by_hand_reads_from_there(
    config: dict[str, Any], org: Org
) -> None:
    state = run_tap(config).states()[-1]
    for bookmark in state["bookmarks"].values():
        bookmark["replication_key_value"] = "2026-01-10T00:00:00Z"
    assert run_tap(config, state=state).ids() == ids(org, "2026-01-10", "2026-01-12")


def test_job_of_a_window_that_was_cut_short_is_not_taken_for_the_whole_one(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    config = {**config, "search_api": "conversation_jobs", "poll_timeout_seconds": 0.05}
    simulator.query_seconds = 0.3
    first = run_tap({**config, "end_date": "2026-01-05T12:00:00Z"})
    assert first.error is not None
    assert first.states()[-1]["bookmarks"]["search_audits"]["open_jobs"]
    simulator.query_seconds = 0.0
    second = run_tap({**config, "poll_timeout_seconds": 60}, state=first.states()[-1])
    assert second.error is None
    assert second.ids() == ids(org, "2026-01-05", "2026-01-12")


def test_state_of_an_unknown_stream_is_a_warning(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    state = {"bookmarks": {"interaction": {"replication_key_value": "2026-01-09"}}}
    run = run_tap(config, state=state)
    assert run.error is None
    (warning,) = [one for one in caplog.messages if "unknown stream" in one]
    assert "'interaction' is ignored: did you mean 'interactions'?" in warning


# What was asked for.


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"filters": [{"type": "match", "field": "media.type", "value": "email"}]},
            "filters changed",
        ),
        ({"fields": ["id", "timestamp", "queue.name"]}, "fields (+queue.name, -type, -media.type"),
        ({"search_api": "conversation_query"}, "search_api (interaction_search to conversation"),
        ({"conversation_matching": "active"}, "conversation_matching (started to active)"),
        ({"facets": ["queueId"]}, "Stream interaction_facets: facets (+queueId) changed"),
        (
            {"window_hours": 12},
            "Streams search_audits, interaction_facets: window_hours (24 to 12) changed",
        ),
    ],
)
def test_changed_settings_are_one_warning_once(
    config: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    changed: dict[str, Any],
    said: str,
) -> None:
    first = run_tap({**config, "end_date": "2026-01-08"})
    caplog.clear()
    second = run_tap({**config, **changed}, state=first.states()[-1])
    (warning,) = [one for one in caplog.messages if "the old way" in one]
    assert said in warning
    assert "2026-01-08T00:00:00.000Z" in warning
    assert "--full-refresh" in warning
    assert "Before, delete the facets and audits of these days" in warning
    assert "docs/how-to/read-a-date-range-again.md" in warning
    caplog.clear()
    run_tap({**config, **changed}, state=second.states()[-1])
    assert "the old way" not in caplog.text


VOICE = {"interactions": {"__filter__": "media_type == 'voice'"}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"stream_maps": VOICE}, "Stream interactions: stream_maps changed"),
        ({"stream_maps": VOICE}, {}, "Stream interactions: stream_maps changed"),
        ({"stream_maps": {"inter*": None}}, {}, "Streams interactions, interaction_facets: stream"),
        (
            {"stream_maps": VOICE},
            {"stream_maps": {**VOICE, "search_audits": {"__alias__": "audits"}}},
            "Stream search_audits: stream_maps changed",
        ),
        (
            {},
            {"flattening_enabled": True, "flattening_max_depth": 2},
            "interactions, interaction_facets: flattening_max_depth (0 to 2) changed",
        ),
    ],
)
def test_rows_written_another_way_are_warned_of_once(
    config: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    before: dict[str, Any],
    after: dict[str, Any],
    said: str,
) -> None:
    first = run_tap({**config, **before, "end_date": "2026-01-08"})
    caplog.clear()
    second = run_tap({**config, **after}, state=first.states()[-1])
    (warning,) = [one for one in caplog.messages if "the old way" in one]
    assert said in warning
    assert "2026-01-08T00:00:00.000Z" in warning
    caplog.clear()
    run_tap({**config, **after}, state=second.states()[-1])
    assert "the old way" not in caplog.text


@pytest.mark.parametrize("stream", ["interactions", "conversation_aggregates"])
def test_column_selected_later_is_warned_of(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture, stream: str
) -> None:
    column = {"interactions": "customer_name", "conversation_aggregates": "media_type"}[stream]
    whole, part = catalog_of(stream), catalog_of(stream)
    for entry in part["streams"]:
        for one in entry["metadata"]:
            if entry["stream"] == stream and one["breadcrumb"] == ["properties", column]:
                one["metadata"]["selected"] = False
    first = run_tap({**config, "end_date": "2026-01-08"}, catalog=part)
    assert not any(column in row for row in first.records(stream))
    caplog.clear()
    second = run_tap(config, catalog=whole, state=first.states()[-1])
    (warning,) = [one for one in caplog.messages if "the old way" in one]
    assert f"Stream {stream}: columns (+{column}) changed since the last run" in warning
    caplog.clear()
    run_tap(config, catalog=part, state=second.states()[-1])
    (warning,) = [one for one in caplog.messages if "the old way" in one]
    assert f"Stream {stream}: columns (-{column}) changed since the last run" in warning


def test_stream_maps_are_kept_as_a_hash_only(config: dict[str, Any]) -> None:
    maps = {"interactions": {"customer_name": "'Secret Person'"}}
    assert "Secret Person" not in str(run_tap({**config, "stream_maps": maps}).states())


def test_state_of_another_client_is_a_warning(
    config: dict[str, Any],
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    streams = ["conversation_aggregates", "interactions", "interaction_facets", "search_audits"]
    first = run_tap({**config, "end_date": "2026-01-08"}, select=streams)
    assert config["client_id"] not in str(first.states())
    monkeypatch.setattr(simulator, "client_id", "another-client")
    run_tap({**config, "client_id": "another-client"}, state=first.states()[-1], select=streams)
    warnings = [one for one in caplog.messages if "the old way" in one]
    assert all("client_id (another org needs a state" in one for one in warnings)
    assert all(any(stream in one for one in warnings) for stream in streams)


def test_a_stream_left_out_of_a_run_is_warned_of_when_it_comes_back(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    filters = [{"dimension": "mediaType", "value": "voice"}]
    config = {**config, "search_api": "conversation_query"}
    early = {**config, "end_date": "2026-01-08"}
    first = run_tap({**early, "filters": filters}, deselect=["search_audits"])
    others = run_tap(
        early, state=first.states()[-1], select=["conversations"], deselect=["interactions"]
    )
    caplog.clear()
    run_tap(config, state=others.states()[-1], select=["conversations"])
    (warning,) = [one for one in caplog.messages if "the old way" in one]
    assert "Streams interactions, interaction_facets: " in warning
    assert "filters changed" in warning
    assert " conversations" not in warning


def test_filters_are_kept_as_a_hash_only(config: dict[str, Any]) -> None:
    filters = [{"field": "customer.name", "value": "Secret Person"}]
    run = run_tap({**config, "filters": filters})
    assert "Secret Person" not in str(run.states())


def test_changed_grouping_of_aggregates_is_a_warning(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    stream = "conversation_aggregates"
    first = run_tap({**config, "end_date": "2026-01-08"}, select=[stream])
    assert first.error is None
    caplog.clear()
    changed = {**config, "conversation_aggregate_group_by": ["queueId"]}
    run_tap(changed, state=first.states()[-1], select=[stream])
    (warning,) = [one for one in caplog.messages if "the old way" in one]
    assert (
        "Stream conversation_aggregates: group_by (-userId, -mediaType, -direction) changed"
        in warning
    )
    assert "delete the rows of these days before" in warning
    assert "acets" not in warning


def test_state_holds_no_fraction_which_loaders_read_as_a_decimal_and_can_t_write(
    config: dict[str, Any],
) -> None:
    run = run_tap(
        {**config, "end_date": "2026-01-06"},
        select=["conversation_aggregates", "user_status_aggregates"],
    )
    assert run.error is None
    fractions: list[str] = []
    for state in run.states():
        json.loads(json.dumps(state), parse_float=fractions.append)
    assert fractions == []
