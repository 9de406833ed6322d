"""The stream maps for customer data cover each column that the privacy page lists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from genesys_cloud_simulator import Org
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs"

FACETS = "interaction_facets"
"""Its columns hold customer data only where somebody asks for such a facet."""


def listed() -> dict[str, set[str]]:
    """Read from the privacy page each stream of customers with its columns."""
    page = (DOCS / "how-to" / "privacy-and-deletion.md").read_text(encoding="utf-8")
    table = page.partition("## Where personal data is")[2].partition("\n## ")[0]
    rows = [line.split(" | ", 1) for line in table.splitlines() if line.startswith("| `")]
    found = {stream.strip("| `"): names_in(columns) for stream, columns in rows}
    return {stream: columns for stream, columns in found.items() if columns and stream != FACETS}


def names_in(cell: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", cell))


def mapped() -> dict[str, Any]:
    page = (DOCS / "warehouses.md").read_text(encoding="utf-8")
    section = page.partition("## Privacy: ")[2]
    block = re.search(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert block
    config = yaml.safe_load(block[1])["plugins"]["extractors"][0]["config"]
    return dict(config["stream_maps"])


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


def test_each_column_of_customers_is_mapped() -> None:
    maps = mapped()
    assert {"interactions", "conversation_sessions", "participant_attributes"} <= listed().keys()
    assert {
        stream: missing
        for stream, columns in listed().items()
        if (missing := columns - set(maps.get(stream, {})))
    } == {}


def test_each_mapped_column_is_listed() -> None:
    assert {
        stream: more
        for stream, rules in mapped().items()
        if (more := set(rules) - listed().get(stream, set()))
    } == {}


ALIKE = re.compile(r"@|^(tel|sip):|^\+\d{6}")
"""What an address of a customer looks like."""

CUSTOMERS = {"customer", "external"}


@pytest.mark.thorough
def test_no_value_of_a_customer_is_left_anywhere() -> None:
    streams = tuple(name for name in mapped() if name != "transcripts")
    with running_simulator(Org(seed=7, days=2, interactions=400)) as running:
        config = {**running.config, "search_api": "conversation_jobs"}
        plain = run_tap(config, select=streams)
        hidden = run_tap(
            {**config, "stream_maps": mapped(), "stream_map_config": {"pepper": "long secret"}},
            select=streams,
        )
    values = of_customers(plain)
    assert len(values) > 400
    assert any(value.startswith("tel:") for value in values)
    found = {
        (message["stream"], column, text)
        for message in hidden.messages
        if message["type"] == "RECORD"
        for column, value in message["record"].items()
        for text in texts_in(value)
        if text in values
    }
    assert found == set()
    assert hidden.error is None
    assert len(hidden.records("conversation_sessions")) == len(
        plain.records("conversation_sessions")
    )


def of_customers(run: SingerRun) -> set[str]:
    """Collect customers' names, and addresses of either side."""
    names = {record["customer_name"] for record in run.records("interactions")}
    names |= {
        record.get("participant_name")
        for record in run.records("conversation_participants")
        if record["purpose"] in CUSTOMERS
    }
    addresses = {
        text
        for record in run.records("conversation_sessions")
        for column in listed()["conversation_sessions"]
        for text in texts_in(record.get(column))
        if ALIKE.search(text)
    }
    return {*names, *addresses} - {None, "", "anonymous"}


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
