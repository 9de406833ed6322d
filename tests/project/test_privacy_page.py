"""The stream maps for customer data cover each column that the privacy page lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.privacy_page import listed_of_customers, mapped
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator


def columns_of_streams() -> dict[str, set[str]]:
    tap = TapGenesysSearch(validate_config=False, parse_env_config=False)
    return {name: set(stream.schema["properties"]) for name, stream in tap.streams.items()}


def test_each_mapped_column_is_one_of_its_stream() -> None:
    columns = columns_of_streams()
    assert {
        stream: unknown
        for stream, rules in mapped().items()
        if (unknown := set(rules) - columns[stream])
    } == {}


def test_each_column_of_customers_is_mapped_and_no_other() -> None:
    listed = listed_of_customers()
    assert {"interactions", "conversation_sessions", "participant_attributes"} <= listed.keys()
    assert {stream: set(rules) for stream, rules in mapped().items()} == listed


ADDRESS = re.compile(r"@|^(tel|sip):|^\+\d{6}")
"""What an address looks like."""

OBJECTS = {"metadata", "flow", "properties", "extra"}
"""They hold ids and codes, too, which other columns may have. What counts is their addresses."""

UNKNOWN = "anonymous"

DEFAULT_STREAMS = {"interactions", "interaction_facets"}

WHAT_WAS_SAID = ["id", "timestamp", "transcript.content"]
"""For `transcripts.content`. `interactions` would have it in a column that no map covers."""

STREAMS = {
    "transcript_search": {"transcripts", "search_audits"},
    **dict.fromkeys(
        ("interaction_search", "conversation_query", "conversation_jobs"),
        columns_of_streams().keys() - LOOKUPS.keys() - {"transcripts"},
    ),
}
"""Search API to the streams that it fills, and those that need none."""


@pytest.mark.thorough
@pytest.mark.parametrize("api", STREAMS)
def test_no_value_of_a_customer_is_left_anywhere(api: str) -> None:
    streams = sorted(STREAMS[api])
    with running_simulator(Org(seed=7, days=2, interactions=400)) as running:
        config = {**running.config, "search_api": api}
        if "transcripts" in streams:
            config["fields"] = WHAT_WAS_SAID
        plain, hidden = (
            run_tap({**config, **maps}, select=streams, deselect=DEFAULT_STREAMS - STREAMS[api])
            for maps in ({}, {"stream_maps": mapped(), "stream_map_config": {"pepper": "long"}})
        )
    assert (plain.error, hidden.error) == (None, None)
    values = of_customers(plain)
    assert len(values) > 100
    # One text, so that a value is found within others: in a note, or in JSON that is text.
    left = "\n".join({text for row in rows_of(hidden) for text in texts_in(row)})
    assert {value for value in values if value in left} == set()
    assert hidden.counts() == plain.counts()


def of_customers(run: SingerRun) -> set[str]:
    """Collect what each column that is listed holds."""
    columns = listed_of_customers()
    found = {
        text
        for message in run.messages
        if message["type"] == "RECORD"
        for column in columns.get(message["stream"], set())
        for text in texts_in(message["record"].get(column))
        if column not in OBJECTS or ADDRESS.search(text)
    }
    return found - {"", UNKNOWN}


def rows_of(run: SingerRun) -> Iterator[dict[str, Any]]:
    return (message["record"] for message in run.messages if message["type"] == "RECORD")


def texts_in(value: Any) -> Iterator[str]:
    """Yield each text in a value, in objects and lists as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
