"""The stream maps for customer data cover each column that the privacy page lists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tap_genesys_search.tap import TapGenesysSearch

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
