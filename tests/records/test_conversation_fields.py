"""From the platform's conversation to a record of `interactions`."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.views.conversations import ConversationView
from tap_genesys_search.records.conversations.fields import (
    conversation_start,
    read_conversation_field,
)
from tap_genesys_search.records.fields import ABSENT
from tap_genesys_search.records.interactions import Normaliser
from tap_genesys_search.search_apis.conversation_jobs import ConversationJobs
from tap_genesys_search.settings.projection import DEFAULT_FIELDS, project
from tap_genesys_search.windows.window import Window
from tests.support.normalised import normalise_one

START = datetime(2026, 3, 2, tzinfo=timezone.utc)
CONVERSATION: dict[str, Any] = {
    "conversationId": "c-1",
    "conversationStart": "2026-03-02T09:00:01.120Z",
    "conversationEnd": "2026-03-02T09:04:30.000Z",
    "originatingDirection": "inbound",
    "divisionIds": ["d-1"],
    "participants": [
        {
            "participantId": "p-1",
            "purpose": "agent",
            "participantName": "Some Agent",
            "sessions": [
                {"sessionId": "s-1"},
                {"sessionId": "s-2", "mediaType": "callback", "segments": [{"queueId": "q-1"}]},
            ],
        },
        {
            "participantId": "p-2",
            "purpose": "customer",
            "participantName": "Ana Souza",
            "attributes": {"tier": "gold"},
            "sessions": [{"sessionId": "s-3", "mediaType": "voice"}],
        },
    ],
}


def normaliser(*extra: str) -> Normaliser:
    return Normaliser(
        project((*DEFAULT_FIELDS, *extra)),
        ConversationJobs.read_column,
        Window(START, START + timedelta(days=1)),
        "search-1",
    )


def party(purpose: object, name: object = None, **more: object) -> dict[str, object]:
    return {"purpose": purpose, "participantName": name, **more}


def of_parties(*parties: object) -> dict[str, Any]:
    return {"conversationId": "c-1", "participants": list(parties)}


def test_conversation_becomes_an_interaction() -> None:
    assert normalise_one(normaliser(), CONVERSATION) == {
        "id": "c-1",
        "type": "conversation",
        "timestamp": "2026-03-02T09:00:01.120Z",
        "media_type": "callback",
        "customer_name": "Ana Souza",
        "relevance_score": 0,
        "metadata": {
            name: value
            for name, value in CONVERSATION.items()
            if name not in {"conversationId", "conversationStart"}
        },
        "search_id": "search-1",
    }


def test_nothing_of_a_conversation_is_dropped_not_even_what_nobody_knows() -> None:
    odd = {
        **CONVERSATION,
        "evaluations": [{"evaluationId": "e-1", "oTotalScore": 2**40}],
        "futureProperty": {"deep": [None, {"x": "größe 発送"}]},
        "selfServed": None,
    }
    record = normalise_one(normaliser(), odd)
    again = {
        "conversationId": record["id"],
        "conversationStart": record["timestamp"],
        **record["metadata"],
    }
    assert again == odd


@pytest.mark.thorough
def test_every_conversation_of_an_org_is_kept_whole() -> None:
    org = Org(seed=5, days=1, interactions=200)
    view = ConversationView(org, org.end + timedelta(days=30))
    count = org.count(org.start, org.end)
    documents = list(view.documents(range(count), attributes=True))
    interactions = org.interactions_between(org.start, org.end)
    one = normaliser()
    assert count == 200
    for document, interaction in zip(documents, interactions, strict=True):
        record = normalise_one(one, document)
        assert record["id"] == interaction["id"]
        assert record["timestamp"] == interaction["timestamp"]
        customer: Any = interaction.get("customer") or {}
        assert record["customer_name"] == (customer.get("name") or "anonymous")
        media: Any = interaction.get("media") or {}
        assert record["media_type"] == (media.get("type") or "voice")
        assert {
            "conversationId": record["id"],
            "conversationStart": record["timestamp"],
            **record["metadata"],
        } == document
    assert one.defaults_applied["id"] == one.defaults_applied["timestamp"] == 0
    assert 0 < one.defaults_applied["customer_name"] < 50


@pytest.mark.parametrize(
    ("parties", "media"),
    [
        ([{"sessions": [{"mediaType": "email"}, {"mediaType": "voice"}]}], "email"),
        ([{"sessions": []}, {"sessions": [{"mediaType": "chat"}]}], "chat"),
        ([{}, {"sessions": [{}, {"mediaType": "chat"}]}], "chat"),
        ([{"sessions": [{"mediaType": None}, {"mediaType": "message"}]}], "message"),
        ([{"sessions": None}, {"sessions": [{"mediaType": "video"}]}], "video"),
        ([None, "x", {"sessions": ["x", 5, {"mediaType": "cobrowse"}]}], "cobrowse"),
        ([{"sessions": [{"mediaType": "hologram"}]}], "hologram"),
    ],
)
def test_media_type_is_the_first_that_a_session_has(parties: list[object], media: str) -> None:
    record = normalise_one(normaliser(), of_parties(*parties))
    assert record["media_type"] == media


@pytest.mark.parametrize(
    ("parties", "name"),
    [
        ([party("customer", "Ana")], "Ana"),
        ([party("external", "Bo")], "Bo"),
        ([party("agent", "Al"), party("acd", "Queue"), party("customer", "Ana")], "Ana"),
        ([party("external", "Bo"), party("customer", "Ana")], "Ana"),
        ([party("customer", None), party("external", "Bo")], "Bo"),
        ([{"purpose": "customer"}, party("customer", "Ana")], "Ana"),
        ([party("customer", "Ana"), party("customer", "Cy")], "Ana"),
        ([None, 7, party("customer", "Ana")], "Ana"),
    ],
)
def test_customers_name_is_that_of_the_customer_or_else_of_the_external_party(
    parties: list[object], name: str
) -> None:
    assert normalise_one(normaliser(), of_parties(*parties))["customer_name"] == name


@pytest.mark.parametrize(
    "parties",
    [
        [],
        [party("agent", "Al"), party("ivr", "Main Menu"), party("user", "Di")],
        [party("customer")],
        [party(None, "Nobody")],
        [party(["customer"], "Nobody")],
        [{"participantName": "Nobody"}],
    ],
)
def test_nobody_elses_name_is_taken_for_the_customers(parties: list[object]) -> None:
    one = normaliser()
    assert normalise_one(one, of_parties(*parties))["customer_name"] == "anonymous"
    assert one.defaults_applied["customer_name"] == 1


@pytest.mark.parametrize("participants", [None, {}, "x", 5, [], [[]]])
def test_odd_participants_are_kept_and_read_as_none(participants: object) -> None:
    record = normalise_one(normaliser(), {"conversationId": "c-1", "participants": participants})
    assert (record["media_type"], record["customer_name"]) == ("voice", "anonymous")
    assert record["metadata"] == {"participants": participants}


def test_empty_conversation_gets_defaults_a_surrogate_and_the_windows_start() -> None:
    one = normaliser()
    record = normalise_one(one, {})
    assert record["id"].startswith("surrogate-")
    assert record["timestamp"] == "2026-03-02T00:00:00.000Z"
    assert record["metadata"] == {}
    assert one.missing_fields >= {"id", "timestamp", "media.type", "customer.name"}


def test_conversations_without_an_id_never_share_a_key() -> None:
    one = normaliser()
    records = [normalise_one(one, {"participants": []}) for _ in range(3)]
    records.append(normalise_one(one, {"participants": [{}]}))
    assert len({record["id"] for record in records}) == 4


@pytest.mark.parametrize(
    ("came", "timestamp"),
    [
        ("2026-03-02T09:00:01Z", "2026-03-02T09:00:01Z"),
        ("2026-03-02T09:00:01.1Z", "2026-03-02T09:00:01.1Z"),
        ("2026-03-02T10:00:01.120+01:00", "2026-03-02T09:00:01.120Z"),
        ("yesterday", "2026-03-02T00:00:00.000Z"),
        (None, "2026-03-02T00:00:00.000Z"),
        (1772442001, "2026-03-02T09:00:01.000Z"),
    ],
)
def test_start_is_the_timestamp_or_else_the_windows_start(came: object, timestamp: str) -> None:
    document = {"conversationId": "c-1", "conversationStart": came}
    assert normalise_one(normaliser(), document)["timestamp"] == timestamp


def test_properties_of_the_conversation_may_be_columns() -> None:
    one = normaliser("originatingDirection", "divisionIds", "conversationEnd", "externalTag")
    record = normalise_one(one, CONVERSATION)
    assert record["originating_direction"] == "inbound"
    assert record["division_ids"] == '["d-1"]'
    assert record["conversation_end"] == "2026-03-02T09:04:30.000Z"
    assert record["external_tag"] is None
    assert "externalTag" in one.missing_fields
    assert "originatingDirection" not in one.missing_fields


def test_null_is_told_from_absent() -> None:
    assert read_conversation_field({"conversationId": None}, "id") is None
    assert read_conversation_field({}, "id") is ABSENT
    assert read_conversation_field({"externalTag": None}, "externalTag") is None
    assert read_conversation_field({}, "externalTag") is ABSENT
    assert read_conversation_field({}, "media.type") is ABSENT


@pytest.mark.parametrize(
    ("came", "moment"),
    [
        ("2026-03-02T00:00:00Z", START),
        ("2026-03-02T00:00:00.000Z", START),
        ("2026-03-02T01:00:00+01:00", START),
        ("2026-03-02T00:00:00.5Z", START + timedelta(milliseconds=500)),
        ("soon", None),
        ("", None),
        (None, None),
        (5, None),
        ([], None),
        ("9999-12-31T23:59:59-12:00", None),
    ],
)
def test_start_of_a_conversation_is_read_or_none(came: object, moment: datetime | None) -> None:
    assert conversation_start({"conversationStart": came}) == moment


def test_conversation_without_a_start_has_none() -> None:
    assert conversation_start({}) is None
