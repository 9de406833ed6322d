"""The schemas are what the official SDK's models say, and whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from scripts.generate.schemas import FOLDER, SOURCE, TABLES, schema_files
from scripts.generate.sdk_models import DESCRIPTIONS, Property, read_model
from tap_genesys_search.schemas import read_schema, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAMS = sorted(path.stem for path in FOLDER.glob("*.json"))

TABLES_OF_CONVERSATIONS = {
    "AnalyticsParticipant": "conversation_participants",
    "AnalyticsSession": "conversation_sessions",
    "AnalyticsConversationSegment": "conversation_segments",
    "AnalyticsSessionMetric": "conversation_metrics",
    "AnalyticsEvaluation": "conversation_evaluations",
    "AnalyticsSurvey": "conversation_surveys",
}
ROOTS = [
    ("AnalyticsConversation", "conversations"),
    ("AnalyticsConversationWithoutAttributes", "conversations"),
    *((table.model, stream) for stream, table in TABLES.items() if table.keys == ("id",)),
]
COLUMN_TYPES = {
    "str": ("string", None),
    "int": ("integer", None),
    "float": ("number", None),
    "bool": ("boolean", None),
    "date": ("string", "date"),
    "datetime": ("string", "date-time"),
}


@pytest.mark.thorough
def test_the_files_are_what_the_generator_writes() -> None:
    for name, content in schema_files().items():
        written = (FOLDER / name).read_text(encoding="utf-8")
        assert written == content, f"{name}: run `python3 tasks.py schemas`"


def test_a_file_that_says_it_is_generated_is_generated() -> None:
    said = {
        path.name
        for path in FOLDER.glob("*.json")
        if "scripts/generate/schemas.py" in path.read_text()
    }
    assert said == set(schema_files())


@pytest.mark.parametrize("stream", STREAMS)
def test_each_column_says_what_it_means(stream: str) -> None:
    for name, column in read_schema(stream)["properties"].items():
        described = column.get("description", "")
        assert described, f"say what {name} is, in scripts/generate/column_descriptions.json"
        assert not described.startswith(f"`{name}`")


def test_descriptions_are_of_properties_that_the_models_have() -> None:
    for model, described in DESCRIPTIONS.items():
        assert described.keys() <= {one.wire_name for one in read_model(model)}, model


@pytest.mark.parametrize(("model", "stream"), ROOTS)
def test_no_property_of_a_model_is_without_a_column(model: str, stream: str) -> None:
    assert list(missing(model, stream)) == []


def missing(model: str, stream: str) -> Iterator[str]:
    """Find the properties of a model, and of all it holds, that a table doesn't hold as typed."""
    columns = {
        source: read_schema(stream)["properties"][name]
        for name, source in read_sources(stream).items()
    }
    # A key stands in for itself: what is null in it gets a stand-in.
    keys = {"conversationId", "conversationStart", "participantId"}
    for one in read_model(model):
        held = (one.model or "").removesuffix("WithoutAttributes")
        if stream.startswith("conversation") and held in TABLES_OF_CONVERSATIONS:
            yield from missing(held, TABLES_OF_CONVERSATIONS[held])
        elif (model, one.wire_name) == ("AnalyticsParticipant", "attributes"):
            assert "value" in read_schema("participant_attributes")["properties"]
        elif one.wire_name not in columns or not (
            holds(columns[one.wire_name], one) or one.wire_name in keys
        ):
            yield f"{model}.{one.wire_name}"


def holds(column: dict[str, Any], one: Property) -> bool:
    """Tell whether a column has the type of a property; one of a model, that it takes all of it."""
    if one.type in COLUMN_TYPES:
        type_, format_ = COLUMN_TYPES[one.type]
        return type_ in column["type"] and column.get("format") == format_
    if one.type.startswith("list["):
        inner = Property("", "", one.type[len("list[") : -1], "")
        return "array" in column["type"] and holds(column["items"], inner)
    return "object" in column["type"] and column["additionalProperties"] is True


def test_only_keys_are_never_null() -> None:
    for stream in STREAMS:
        schema = read_schema(stream)
        never_null = {
            name for name, column in schema["properties"].items() if "null" not in column["type"]
        }
        assert never_null == set(schema["required"]), stream


@pytest.mark.parametrize("stream", STREAMS)
def test_a_schema_is_a_json_schema_that_describes_all_columns(stream: str) -> None:
    schema = read_schema(stream)
    Draft202012Validator.check_schema(schema)
    assert all(column["description"].strip() for column in schema["properties"].values())
    assert SOURCE not in json.dumps(schema)


def test_who_changes_a_schema_changes_a_copy() -> None:
    read_schema("queues")["properties"].clear()
    assert read_schema("queues")["properties"]


def test_an_object_with_an_id_has_that_beside_it() -> None:
    assert read_sources("queues")["division_id"] == "division.id"
    assert read_sources("users")["manager_id"] == "manager.id"
    assert read_sources("queue_members")["user_id"] == "user.id"
    assert read_sources("conversation_sessions")["flow_id"] == "flow.flowId"
    assert read_sources("presence_definitions")["division_id"] == "divisionId"
