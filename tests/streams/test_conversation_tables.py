"""The tables of conversations, against the conversations that the simulated org has."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.views import conversations as conversation_view
from genesys_cloud_simulator.views.conversations import ConversationView
from scripts.generate.sdk_models import read_model
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.records.row_reader import EXTRA
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Callable

    from genesys_cloud_simulator import Simulator

pytestmark = pytest.mark.thorough

Document = dict[str, Any]
Rows = dict[str, list[dict[str, Any]]]

TABLES = tuple(CONVERSATION_TABLES)
BY_DEFAULT = ("interactions", "interaction_facets", "search_audits")
APIS = {
    "conversation_jobs": TABLES,
    "conversation_query": tuple(name for name in TABLES if name != "participant_attributes"),
}
PARENTS = {
    "conversation_participants": "conversations",
    "conversation_sessions": "conversation_participants",
    "conversation_segments": "conversation_sessions",
    "conversation_metrics": "conversation_sessions",
    "conversation_evaluations": "conversations",
    "conversation_surveys": "conversations",
    "participant_attributes": "conversation_participants",
}


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=3, days=3, interactions=120)


@pytest.fixture(autouse=True)
def simulator(simulator: Simulator) -> Simulator:
    simulator.now = simulator.org.end + timedelta(days=30)  # all have ended
    return simulator


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "search_api": "conversation_jobs", "page_size": 20}


@pytest.fixture
def alter(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Document], object]], None]:
    """Change every conversation before the simulator shows it."""

    def alter(change: Callable[[Document], object]) -> None:
        show: Callable[..., Document] = vars(conversation_view)["document"]

        def changed(*arguments: Any, **options: Any) -> Document:
            shown = show(*arguments, **options)
            change(shown)
            return shown

        monkeypatch.setattr(conversation_view, "document", changed)

    return alter


def documents(simulator: Simulator) -> list[Document]:
    org = simulator.org
    view = ConversationView(org, simulator.moment)
    return list(view.documents(view.started(org.start, org.end), attributes=True))


def expected_rows(conversations: list[Document]) -> Rows:
    """Split conversations as the schema's description says, with the SDK's own names."""
    rows: Rows = {table: [] for table in TABLES}

    def add(table: str, model: str, document: Document, **keys: Any) -> None:
        names = {one.wire_name: one.name for one in read_model(model)}
        own = {names[name]: value for name, value in document.items() if name not in LISTS}
        flow = {"flow_id": own["flow"]["flowId"]} if "flow" in own else {}
        rows[table].append({**keys, **own, **flow})

    for whole in conversations:
        one = {
            "conversation_id": whole["conversationId"],
            "conversation_start": whole["conversationStart"],
        }
        add("conversations", "AnalyticsConversation", whole)
        for evaluation in whole.get("evaluations", ()):
            add("conversation_evaluations", "AnalyticsEvaluation", evaluation, **one)
        for survey in whole.get("surveys", ()):
            add("conversation_surveys", "AnalyticsSurvey", survey, **one)
        for party in whole["participants"]:
            two = {**one, "participant_id": party["participantId"]}
            add("conversation_participants", "AnalyticsParticipant", party, **one)
            rows["participant_attributes"] += [
                {**two, "name": name, "value": value}
                for name, value in party.get("attributes", {}).items()
            ]
            for session in party["sessions"]:
                three = {**two, "session_id": session["sessionId"]}
                add("conversation_sessions", "AnalyticsSession", session, **two)
                for place, segment in enumerate(session["segments"]):
                    model = "AnalyticsConversationSegment"
                    add("conversation_segments", model, segment, **three, position=place)
                for place, metric in enumerate(session.get("metrics", ())):
                    model = "AnalyticsSessionMetric"
                    add("conversation_metrics", model, metric, **three, position=place)
    return rows


LISTS = {
    "participants",
    "sessions",
    "segments",
    "metrics",
    "evaluations",
    "surveys",
    "attributes",
}


def written(run: SingerRun) -> Rows:
    assert run.error is None
    return {table: run.records(table) for table in TABLES}


def key_of(row: dict[str, Any], table: str) -> tuple[Any, ...]:
    return tuple(row[key] for key in CONVERSATION_TABLES[table].keys)


@pytest.mark.parametrize("api", APIS)
def test_tables_hold_what_the_org_holds_and_every_part_has_its_whole(
    config: dict[str, Any], simulator: Simulator, api: str
) -> None:
    rows = written(run_tap({**config, "search_api": api}, select=TABLES))
    expected = expected_rows(documents(simulator))
    assert all(expected.values())
    for table in TABLES:
        assert rows[table] == (expected[table] if table in APIS[api] else [])
        keys = {key_of(row, table) for row in rows[table]}
        assert len(keys) == len(rows[table])
        if table in PARENTS:
            whole = PARENTS[table]
            of = {key_of(row, whole) for row in rows[whole]}
            assert {key_of(row, whole) for row in rows[table]} <= of


RARE_COLUMNS = {
    "conversations": "conference_start resolutions",
    "conversation_sessions": """
        edge_id peer_id remote_name_displayable destination_addresses flow_in_type
        agent_bullseye_ring script_id skip_enabled timeout_seconds flow
    """,
    "conversation_segments": """
        conference sip_response_codes q850_response_codes error_code source_conversation_id
        destination_conversation_id properties
    """,
}


def test_what_conversations_seldom_have_is_in_its_column_and_nothing_is_extra() -> None:
    org = Org(seed=7, days=7, interactions=1500)
    with running_simulator(org, now=org.end + timedelta(days=90)) as running:
        config = {**running.config, "search_api": "conversation_jobs", "page_size": 500}
        rows = written(run_tap(config, select=TABLES))
    for table, columns in RARE_COLUMNS.items():
        for column in columns.split():
            assert any(row.get(column) is not None for row in rows[table]), column
    assert not [row for table in TABLES for row in rows[table] if EXTRA in row]
    flows = [row["flow"] for row in rows["conversation_sessions"] if row.get("flow")]
    for name in ("entryReason", "endingLanguage", "transferTargetAddress"):
        assert any(name in flow for flow in flows)


def test_conversations_have_the_ids_of_interactions_and_are_written_before_their_audit(
    config: dict[str, Any],
) -> None:
    run = run_tap(config, select=TABLES)
    assert [row["conversation_id"] for row in run.records("conversations")] == run.ids()
    open_ids: set[str] = set()
    for message in run.messages:
        if message["type"] == "RECORD" and message["stream"] in TABLES:
            open_ids.add(message["record"]["conversation_id"])
        elif message["type"] == "RECORD" and message["stream"] == "search_audits":
            assert message["record"]["extracted_records"] == len(open_ids)
            open_ids.clear()
        elif message["type"] == "STATE":
            assert not open_ids or is_unmoved(message["value"], run)
    assert not open_ids


def is_unmoved(state: dict[str, Any], run: SingerRun) -> bool:
    """Tell whether a state says no more than the audits written so far."""
    closed = {audit["window_end"] for audit in run.records("search_audits")}
    moments = {one.get("replication_key_value") for one in state["bookmarks"].values()}
    return moments <= {None, *closed}


def test_tables_are_not_selected_unless_asked_for_and_cost_no_request(
    config: dict[str, Any], simulator: Simulator
) -> None:
    plain = run_tap(config)
    requests = [(one.operation, one.path) for one in simulator.requests]
    assert not {stream for _, stream in plain.counts()} & set(TABLES)
    simulator.log.requests.clear()
    whole = run_tap(config, select=TABLES)
    assert [one for one, _ in requests] == [one.operation for one in simulator.requests]
    assert whole.ids() == plain.ids()


@pytest.mark.parametrize("table", TABLES)
def test_any_table_may_be_alone(config: dict[str, Any], simulator: Simulator, table: str) -> None:
    run = run_tap(config, select=[table], deselect=BY_DEFAULT)
    assert run.records(table) == expected_rows(documents(simulator))[table]
    assert {stream for _, stream in run.counts()} == {table, None}
    assert run.bookmarks() == {table: "2026-01-08T00:00:00.000Z"}
    rest = run_tap(config, state=run.states()[-1], select=[table], deselect=BY_DEFAULT)
    assert rest.records(table) == []


def test_a_table_selected_later_is_read_from_the_start_and_then_goes_on(
    config: dict[str, Any], simulator: Simulator
) -> None:
    first = run_tap({**config, "end_date": "2026-01-07"})
    second = run_tap(config, state=first.states()[-1], select=["conversation_segments"])
    expected = expected_rows(documents(simulator))["conversation_segments"]
    assert second.records("conversation_segments") == expected
    assert set(second.bookmarks().values()) == {"2026-01-08T00:00:00.000Z"}
    third = run_tap(config, state=second.states()[-1], select=["conversation_segments"])
    assert not third.records("conversation_segments")


@pytest.mark.parametrize(
    ("api", "select", "hint"),
    [
        ("interaction_search", TABLES, "to conversation_jobs or conversation_query"),
        ("transcript_search", TABLES, "to conversation_jobs or conversation_query"),
        ("conversation_query", ("participant_attributes",), "to conversation_jobs"),
    ],
)
def test_tables_that_a_search_api_can_t_fill_hold_nobody_up(
    config: dict[str, Any],
    api: str,
    select: tuple[str, ...],
    hint: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = {**config, "search_api": api, "page_size": 100}
    run = run_tap(config, select=select)
    assert run.error is None
    warnings = [line for line in caplog.messages if "has nothing for" in line]
    assert len(warnings) == 1
    assert warnings[0].endswith(hint)
    assert all(table in warnings[0] for table in select)
    assert run.ids()
    assert set(run.bookmarks()) == set(BY_DEFAULT)
    rest = run_tap(config, state=run.states()[-1], select=select)
    assert rest.ids() == []
    # Once another API fills them, they are read from the start.
    jobs = {**config, "search_api": "conversation_jobs"}
    assert run_tap(jobs, state=rest.states()[-1], select=select).records(select[0])


def test_a_run_for_tables_that_can_t_be_filled_searches_nothing(
    config: dict[str, Any], simulator: Simulator
) -> None:
    run = run_tap(
        {**config, "search_api": "interaction_search"}, select=TABLES, deselect=BY_DEFAULT
    )
    assert run.error is None
    assert simulator.requests == []


def new_properties(conversation: Document) -> None:
    conversation["newThing"] = {"of": "the platform"}
    for party in conversation["participants"]:
        for session in party["sessions"]:
            session["sessionNews"] = 5
            session["segments"][-1]["segmentNews"] = None


def test_new_properties_are_kept_with_one_warning_that_names_no_value(
    config: dict[str, Any],
    simulator: Simulator,
    alter: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    plain = expected_rows(documents(simulator))
    alter(new_properties)
    rows = written(run_tap(config, select=TABLES))
    assert {str(row[EXTRA]) for row in rows["conversations"]} == {
        str({"newThing": {"of": "the platform"}})
    }
    assert {row[EXTRA]["sessionNews"] for row in rows["conversation_sessions"]} == {5}
    news = [row for row in rows["conversation_segments"] if EXTRA in row]
    assert len(news) == len(rows["conversation_sessions"])
    assert {str(row[EXTRA]) for row in news} == {str({"segmentNews": None})}
    for table in TABLES:
        for row in rows[table]:
            row.pop(EXTRA, None)
    assert rows == plain
    (warning,) = (line for line in caplog.messages if "column extra" in line)
    for named in (
        "conversations newThing",
        "conversation_sessions sessionNews",
        "conversation_segments segmentNews",
    ):
        assert named in warning
    assert "the platform" not in warning


def wrong_types(conversation: Document) -> None:
    conversation["divisionIds"] = ["d-1", 2]
    conversation["conversationEnd"] = "yesterday"
    conversation["evaluations"] = "none"
    conversation["participants"].append("nobody")
    for party in conversation["participants"][:-1]:
        party["attributes"] = {"score": 5}
        party["purpose"] = ["agent"]
        for session in party["sessions"]:
            session["mediaCount"] = "10000000000000000000000"
            session["flow"] = "inbound"
            session["recording"] = 1
            session["metrics"] = [{"name": "tTalk", "value": 5.0}, None, 7, {"value": 5.5}]
            session["segments"][0]["segmentStart"] = "2026-01-05 10:00:00+01:00"


def test_values_of_another_type_are_kept_and_lose_no_row(
    config: dict[str, Any], simulator: Simulator, alter: Callable[..., None]
) -> None:
    plain = expected_rows(documents(simulator))
    alter(wrong_types)
    rows = written(run_tap(config, select=TABLES))
    for row in rows["conversations"]:
        assert (row["division_ids"], row["conversation_end"]) == (None, None)
        assert row[EXTRA] == {
            "divisionIds": ["d-1", 2],
            "conversationEnd": "yesterday",
            "evaluations": "none",
            "participants": ["nobody"],
        }
    assert not rows["conversation_evaluations"]
    for row in rows["conversation_participants"]:
        assert row["purpose"] is None
        assert row[EXTRA] == {"purpose": ["agent"]}
    for row in rows["participant_attributes"]:
        assert (row["name"], row["value"], row[EXTRA]) == ("score", None, {"value": 5})
    for row in rows["conversation_sessions"]:
        assert (row["media_count"], row["flow"], row["recording"]) == (None, None, None)
        assert row["flow_id"] is None
        assert row[EXTRA] == {
            "mediaCount": "10000000000000000000000",
            "flow": "inbound",
            "recording": 1,
            "metrics": [7],
        }
    assert Counter(
        (row["position"], row.get("name"), row["value"]) for row in rows["conversation_metrics"]
    ) == {
        (0, "tTalk", 5): len(rows["conversation_sessions"]),
        (3, None, None): len(rows["conversation_sessions"]),
    }
    for row in rows["conversation_segments"]:
        assert EXTRA not in row
        if row["position"] == 0:
            assert row["segment_start"] == "2026-01-05T09:00:00.000Z"
    for table in ("conversations", "conversation_participants", "conversation_segments"):
        assert len(rows[table]) == len(plain[table])


def listed_attributes(conversation: Document) -> None:
    for party in conversation["participants"]:
        party["attributes"] = ["gold"]


def test_attributes_that_are_no_object_are_kept_with_the_participant(
    config: dict[str, Any], alter: Callable[..., None]
) -> None:
    alter(listed_attributes)
    rows = written(run_tap(config, select=TABLES))
    assert not rows["participant_attributes"]
    assert rows["conversation_participants"]
    for row in rows["conversation_participants"]:
        assert row[EXTRA] == {"attributes": ["gold"]}


def nameless_attributes(conversation: Document) -> None:
    for party in conversation["participants"]:
        party["attributes"] = {"": "first", '""': "second", "tier": "gold"}


def test_attributes_without_a_name_get_one_that_no_other_has(
    config: dict[str, Any], alter: Callable[..., None]
) -> None:
    alter(nameless_attributes)
    rows = written(run_tap(config, select=TABLES))
    names = Counter((row["name"], row["value"]) for row in rows["participant_attributes"])
    participants = len(rows["conversation_participants"])
    assert participants
    assert names == dict.fromkeys(
        (('""-', "first"), ('""', "second"), ("tier", "gold")), participants
    )


def no_ids(conversation: Document) -> None:
    del conversation["conversationId"]
    conversation["conversationStart"] = "once upon a time"
    for review in (*conversation.get("evaluations", ()), *conversation.get("surveys", ())):
        review.pop("evaluationId", None)
        review["surveyId"] = ""
    for party in conversation["participants"]:
        party["participantId"] = None
        for place, session in enumerate(party["sessions"]):
            session["sessionId"] = 7 + place


def test_parts_without_ids_get_the_same_stand_ins_in_each_run_and_none_is_lost(
    config: dict[str, Any], simulator: Simulator, alter: Callable[..., None]
) -> None:
    plain = expected_rows(documents(simulator))
    alter(no_ids)
    # Without a start they lie in every window.
    config = {**config, "window_hours": 168}
    first, second = (run_tap(config, select=TABLES) for _ in range(2))
    rows = written(first)
    assert rows == written(second)
    assert [row["conversation_id"] for row in rows["conversations"]] == first.ids()
    for table in TABLES:
        assert len(rows[table]) == len(plain[table])
        assert len({key_of(row, table) for row in rows[table]}) == len(rows[table])
    assert {row["conversation_start"] for row in rows["conversation_metrics"]} == {
        "2026-01-05T00:00:00.000Z"
    }
    assert {row[EXTRA]["conversationStart"] for row in rows["conversations"]} == {
        "once upon a time"
    }
    assert {row["participant_id"] for row in rows["conversation_participants"]} >= {
        "participant-0",
        "participant-1",
    }
    assert {row["session_id"] for row in rows["conversation_sessions"]} >= {"7", "8"}
    assert {row["survey_id"] for row in rows["conversation_surveys"]} == {"survey-0"}


def same_ids(conversation: Document) -> None:
    parties = conversation["participants"]
    for party in parties:
        party["participantId"] = parties[0]["participantId"]
        party["sessions"] = [*party["sessions"], *party["sessions"]]


def test_parts_with_the_same_id_are_rows_of_their_own(
    config: dict[str, Any],
    simulator: Simulator,
    alter: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    plain = expected_rows(documents(simulator))
    alter(same_ids)
    first, second = (written(run_tap(config, select=TABLES)) for _ in range(2))
    assert first == second
    (warning, _) = (line for line in caplog.messages if line.startswith("Kept in the column"))
    assert "conversation_participants participantId; conversation_sessions sessionId" in warning
    for row in first["conversation_sessions"]:
        came = row.get(EXTRA, {}).get("sessionId")
        assert came is None or row["session_id"] == f"{came}-{row['session_id'].rsplit('-')[-1]}"
    for table, times in (
        ("conversation_participants", 1),
        ("conversation_sessions", 2),
        ("conversation_segments", 2),
    ):
        assert len(first[table]) == times * len(plain[table])
        assert len({key_of(row, table) for row in first[table]}) == len(first[table])


def colliding_ids(conversation: Document) -> None:
    # The place that goes behind the third one makes it the id of the first one.
    conversation["surveys"] = [{"surveyId": one} for one in ("x-2", "x", "x", "x-2")]


def test_an_id_that_gets_its_place_is_never_that_of_another_part(
    config: dict[str, Any], alter: Callable[..., None]
) -> None:
    alter(colliding_ids)
    rows = written(run_tap(config, select=TABLES))
    keys = {key_of(row, "conversation_surveys") for row in rows["conversation_surveys"]}
    assert len(keys) == len(rows["conversation_surveys"]) == 4 * len(rows["conversations"])


def test_a_run_killed_anywhere_and_started_again_has_every_row(
    config: dict[str, Any], simulator: Simulator
) -> None:
    expected = expected_rows(documents(simulator))
    everything = run_tap(config, select=TABLES).messages
    for cut in range(0, len(everything), len(everything) // 5):
        states = [one["value"] for one in everything[:cut] if one["type"] == "STATE"]
        rest = run_tap(config, state=states[-1] if states else None, select=TABLES)
        for table in TABLES:
            seen = [
                one["record"]
                for one in everything[:cut]
                if one["type"] == "RECORD" and one["stream"] == table
            ]
            keys = {key_of(row, table) for row in (*seen, *rest.records(table))}
            assert keys == {key_of(row, table) for row in expected[table]}


@pytest.mark.parametrize(
    "settings",
    [
        {"stream_maps": {"conversation_segments": {"subject": "md5(segment_type)"}}},
        {"flattening_enabled": True, "flattening_max_depth": 1},
    ],
)
def test_maps_and_flattening_see_every_row(
    config: dict[str, Any], simulator: Simulator, settings: dict[str, Any]
) -> None:
    rows = written(run_tap({**config, **settings}, select=TABLES))
    expected = expected_rows(documents(simulator))
    for table in TABLES:
        assert [key_of(row, table) for row in rows[table]] == [
            key_of(row, table) for row in expected[table]
        ]


def test_a_map_of_a_table_that_is_not_selected_is_no_mistake(config: dict[str, Any]) -> None:
    maps = {"conversation_segments": {"subject": "md5(segment_type)"}}
    run = run_tap({**config, "stream_maps": maps})
    assert run.error is None
    assert run.ids()


def test_a_connection_test_takes_one_record_of_each_table(
    config: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    TapGenesysSearch(config=config).run_connection_test()
    lines = capsys.readouterr().out.splitlines()
    taken = Counter(
        table for table in TABLES for line in lines if f'"RECORD","stream":"{table}"' in line
    )
    assert set(taken.values()) == {1}
    assert set(taken) >= {"conversations", "conversation_metrics"}
