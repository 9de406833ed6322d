"""What the documents say of personal data: where it is, and which stream maps hide it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tap_genesys_search.streams.lookups.lists import LOOKUPS

DOCS = Path(__file__).parents[2] / "docs"

ON_REQUEST = {"interaction_facets"}
"""It holds data of customers only where somebody asks for such a facet."""


def listed() -> dict[str, set[str]]:
    """Read from the privacy page each stream with the columns that it names."""
    page = (DOCS / "how-to" / "privacy-and-deletion.md").read_text(encoding="utf-8")
    table = page.partition("## Where personal data is")[2].partition("\n## ")[0]
    rows = [line.split(" | ", 1) for line in table.splitlines() if line.startswith("| `")]
    return {
        stream: names_in(columns)
        for streams, columns in rows
        for stream in sorted(names_in(streams))
    }


def listed_of_customers() -> dict[str, set[str]]:
    """Read from the privacy page the columns that may hold data of customers."""
    return {
        stream: columns
        for stream, columns in listed().items()
        if stream not in LOOKUPS and stream not in ON_REQUEST
    }


def mapped() -> dict[str, Any]:
    """Read the stream maps that are to be copied."""
    config = yaml.safe_load(_privacy("yaml"))["plugins"]["extractors"][0]["config"]
    return dict(config["stream_maps"])


def names_in(text: str) -> set[str]:
    """Find the names in backticks."""
    return set(re.findall(r"`(\w+)`", text))


def _privacy(language: str) -> str:
    page = (DOCS / "warehouses.md").read_text(encoding="utf-8")
    section = page.partition("## Privacy: ")[2]
    block = re.search(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert block
    return block[1]
