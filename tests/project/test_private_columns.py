"""The privacy page lists each column that may hold personal data, as the platform's models say."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import pytest

from scripts.generate.official_sdk import import_models
from scripts.generate.schemas import TABLES
from scripts.generate.sdk_models import Property, read_model
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.privacy_page import DOCS, listed, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXED = {"int", "float", "bool", "date", "datetime"}
"""Types of the SDK in which nobody can write a name or an address."""

AN_ID = re.compile(r"(.*_)?(id|ids)")
"""Ids that the platform gives. The page lists those that tell one customer from another, too."""

HARMLESS = {
    "conversations": {"access_attributes"},
    "conversation_sessions": {
        "cobrowse_role",
        "disposition_analyzer",
        "disposition_name",
        "extended_delivery_status",
        "flow_in_type",
        "flow_out_type",
        "journey_customer_id_type",
        "journey_customer_session_id_type",
        "media_endpoint_stats.codecs",
        "message_type",
        "provider",
        "requested_routings",
        "routing_rule",
    },
    "conversation_segments": {"error_code", "wrap_up_code"},
    "conversation_metrics": {"name"},
    "conversation_evaluations": {"form_name"},
    "conversation_surveys": {"survey_form_name", "survey_status"},
    "conversation_aggregates": {"direction", "granularity", "media_type", "metric", "qualifier"},
    "user_status_aggregates": {"granularity", "metric", "qualifier"},
    "interactions": {"media_type", "type"},
    "interaction_facets": {"facet"},
    "participant_attributes": {"name"},
    "transcripts": {"language", "media_type"},
    "search_audits": {"defaults_applied", "error", "missing_fields", "search_api", "status"},
}
"""Texts that the platform, the tap or who has set up the org chooses; no customer, and no agent."""

STAFF = {"users", "groups", "queue_members", "locations"}
"""Lookups that are personal as a whole."""


def schemas() -> dict[str, Any]:
    tap = TapGenesysSearch(validate_config=False, parse_env_config=False)
    return {name: stream.schema["properties"] for name, stream in tap.streams.items()}


OF_CUSTOMERS = sorted(set(schemas()) - set(LOOKUPS))


def open_texts(stream: str) -> set[str]:
    """Find where somebody may have written anything, in objects with a dotted path."""
    columns = schemas()[stream]
    table = TABLES.get(stream)
    properties = read_model(table.model) if table and table.model else ()
    known = {one.name: one for one in properties}
    found: set[str] = set()
    for name, schema in columns.items():
        if AN_ID.fullmatch(name):
            continue
        if name in known and table and table.model:
            found.update(open_in(known[name], table.model))
        elif "format" not in schema and {"string", "object", "array"} & set(types_of(schema)):
            found.add(name)
    return found


def open_in(one: Property, owner: str) -> Iterator[str]:
    if AN_ID.fullmatch(one.name) or one.type in FIXED or one.type in {f"list[{t}]" for t in FIXED}:
        return
    if not one.model:
        if not is_enumeration(owner, one.name):
            yield one.name
        return
    for held in read_model(one.model):
        yield from (f"{one.name}.{path}" for path in open_in(held, one.model))


def is_enumeration(model: str, name: str) -> bool:
    """Tell whether the SDK knows all values of a property."""
    return "allowed_values = [" in inspect.getsource(
        getattr(import_models(), model).__dict__[name].fset
    )


def types_of(schema: dict[str, Any]) -> list[str]:
    types = schema["type"]
    return [types] if isinstance(types, str) else list(types)


@pytest.mark.parametrize("stream", OF_CUSTOMERS)
def test_each_text_is_listed_or_known_to_be_harmless(stream: str) -> None:
    on_page = listed().get(stream, set())
    assert {
        path
        for path in open_texts(stream) - HARMLESS.get(stream, set())
        if path.partition(".")[0] not in on_page
    } == set()


@pytest.mark.parametrize("stream", OF_CUSTOMERS)
def test_what_is_harmless_is_there_and_not_listed(stream: str) -> None:
    harmless = HARMLESS.get(stream, set())
    assert harmless <= open_texts(stream)
    assert not harmless & listed().get(stream, set())


def test_what_a_flow_has_called_is_found_in_its_object() -> None:
    found = open_texts("conversation_sessions")
    assert {"flow.entry_reason", "flow.transfer_target_name", "ani", "callback_numbers"} <= found
    assert not {"media_type", "flow.flow_type", "talk_ms"} & found


def test_columns_that_hold_users_are_listed() -> None:
    columns = schemas()
    expected = {
        lookup: held
        for lookup in set(LOOKUPS) - STAFF
        if (table := TABLES[lookup]).model
        and (
            held := {
                one.name
                for one in read_model(table.model)
                if one.name in columns[lookup] and one.model and holds_user(one.model, frozenset())
            }
        )
    }
    assert {name: held for name, held in listed().items() if name in LOOKUPS} == {
        **{lookup: set() for lookup in STAFF},
        **expected,
    }


def holds_user(model: str, above: frozenset[str]) -> bool:
    """Tell whether a model holds a user with name and address, however deep."""
    return model == "User" or (
        model not in above
        and any(one.model and holds_user(one.model, above | {model}) for one in read_model(model))
    )


def test_how_to_load_no_staff_names_each_lookup_with_staff() -> None:
    page = (DOCS / "warehouses.md").read_text(encoding="utf-8")
    (bullet,) = re.findall(r"^- Your own staff .*?(?=^- )", page, re.MULTILINE | re.DOTALL)
    assert {name for name in listed() if name in LOOKUPS} <= names_in(bullet)
