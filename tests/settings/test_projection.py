from __future__ import annotations

import pytest

from tap_genesys_search.errors import SettingError
from tap_genesys_search.settings.projection import DEFAULT_FIELDS, column_name, project


def test_default_fields_are_the_six_of_a_record() -> None:
    assert DEFAULT_FIELDS == (
        "id",
        "type",
        "timestamp",
        "media.type",
        "customer.name",
        "relevanceScore",
    )
    assert project(DEFAULT_FIELDS).extra_columns == {}


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("direction", "direction"),
        ("queue.name", "queue_name"),
        ("queue.displayName", "queue_display_name"),
        ("durationMs", "duration_ms"),
        ("metadata.custom-key", "metadata_custom_key"),
        ("agent.team.leadId", "agent_team_lead_id"),
        ("Language", "language"),
    ],
)
def test_extra_field_becomes_a_snake_case_column(field: str, column: str) -> None:
    assert column_name(field) == column
    assert project(["id", field]).extra_columns == {field: column}


def test_fields_keep_their_order_and_come_once() -> None:
    projection = project(["queue.name", "id", "queue.name", "id", "type"])

    assert projection.fields == ("queue.name", "id", "type")


def test_metadata_has_its_column_already() -> None:
    assert project(["id", "metadata"]).extra_columns == {}


@pytest.mark.parametrize(
    "field", ["", " ", "queue name", ".name", "queue.", "queue..name", "1st", "-x", "a.1", "id\n"]
)
def test_malformed_field_is_refused_by_its_name(field: str) -> None:
    with pytest.raises(SettingError) as refused:
        project(["id", field])

    assert f"fields has {field!r}" in str(refused.value)
    assert "'queue.name'" in str(refused.value)


@pytest.mark.parametrize(
    ("fields", "column", "other"),
    [
        (["queue.name", "queueName"], "queue_name", "queue.name"),
        (["media_type"], "media_type", "media.type"),
        (["mediaType"], "media_type", "media.type"),
        (["searchId"], "search_id", "search_id"),
        (["ID"], "id", "id"),
        (["relevance-score"], "relevance_score", "relevanceScore"),
    ],
)
def test_two_fields_of_one_column_are_refused(fields: list[str], column: str, other: str) -> None:
    with pytest.raises(SettingError) as refused:
        project(fields)

    message = str(refused.value)
    assert f"fields has {fields[-1]!r}" in message
    assert f"column {column!r} is already that of {other!r}" in message


def test_no_fields_at_all_are_refused() -> None:
    with pytest.raises(SettingError, match="fields is empty"):
        project([])
