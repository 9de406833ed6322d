"""What a large extraction costs, from measured figures: `python3 tasks.py scale`.

Without options it writes the tables of docs/scale.md; with any, it prints those for other numbers:
`--interactions 5000000 --days 90`. `scripts/scale/measure.py` measures the figures again.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figures, Table, describe_figures, write_figures

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "scale.md"
MEASURED = DOCS / "scale.json"
GIGABYTE = 10**9
SECONDS_AN_HOUR = 3600
LOADER = "target-postgres"
INTERACTIONS = "Interactions of `interaction_search`"
WHOLE = "Conversations whole, as interactions"
TABLES = "Conversations as eight tables"
WAYS = {
    "`interaction_search`": ("interaction_search", INTERACTIONS),
    "`conversation_jobs`, conversations whole": ("conversation_jobs", WHOLE),
    "`conversation_jobs`, eight tables": ("conversation_jobs", TABLES),
    "`conversation_query`, conversations whole": ("conversation_query", WHOLE),
    "`transcript_search`": ("transcript_search", INTERACTIONS),
}
"""A search API, and the form of what it is to load; transcripts are about as large."""


@dataclass(frozen=True)
class Extraction:
    """What is to be extracted, and how.

    Attributes:
        interactions: How many there are.
        days: Over how many days, each a partition.
        requests_per_minute: What the platform allows.
        partitions: How many are loaded at once.
        concurrent_searches: Searches in flight, of all partitions together.
        search_seconds: How long the platform takes for a search that is submitted and polled for.
    """

    interactions: int = 100_000_000
    days: int = 1096
    requests_per_minute: int = 300
    partitions: int = 4
    concurrent_searches: int = 8
    search_seconds: float = 5


@dataclass(frozen=True)
class SearchCost:
    """What a search API costs, as measured.

    Attributes:
        page: The most interactions that a page is asked for.
        partition_requests: Requests of a partition that finds next to nothing.
        page_requests: Requests a full page beyond that, polls and halved windows included.
        page_searches: Searches a full page that are submitted and waited for.
    """

    page: int
    partition_requests: float
    page_requests: float
    page_searches: float


@dataclass(frozen=True)
class Estimate:
    """What an extraction costs by one search API.

    Attributes:
        requests: Requests to the platform.
        request_hours: Hours that the request limit alone asks for.
        search_hours: Hours that waiting for searches alone asks for.
        load_hours: Hours that loading alone asks for.
        start_hours: Hours in which partitions start, on top of the longest of these.
    """

    requests: int
    request_hours: float
    search_hours: float
    load_hours: float
    start_hours: float

    @property
    def hours(self) -> float:
        """Hours in all: requests, searches and loading go on at the same time."""
        return max(self.request_hours, self.search_hours, self.load_hours) + self.start_hours


def estimate(
    extraction: Extraction, cost: SearchCost, loaded_per_second: float, start_seconds: float
) -> Estimate:
    """Tell what an extraction costs.

    Args:
        extraction: What is extracted.
        cost: Of the search API.
        loaded_per_second: Interactions that one process of the loader takes.
        start_seconds: What a partition takes beside all else, from its start to its end.
    """
    pages = extraction.interactions / cost.page
    requests = extraction.days * cost.partition_requests + pages * cost.page_requests
    searches = extraction.days + pages * cost.page_searches if cost.page_searches else 0
    return Estimate(
        requests=math.ceil(requests),
        request_hours=requests / extraction.requests_per_minute / 60,
        search_hours=searches
        * extraction.search_seconds
        / extraction.concurrent_searches
        / SECONDS_AN_HOUR,
        load_hours=extraction.interactions
        / loaded_per_second
        / extraction.partitions
        / SECONDS_AN_HOUR,
        start_hours=extraction.days * start_seconds / extraction.partitions / SECONDS_AN_HOUR,
    )


def cost_tables(extraction: Extraction, measured: Mapping[str, Any]) -> dict[str, Figures]:
    """Lay out what an extraction costs, by search API and by what stores it."""
    storage = measured["storage"]
    estimates = {
        way: estimate(
            extraction,
            SearchCost(**measured["search_apis"][search_api]),
            measured["loaders"][form][LOADER],
            measured["partition_seconds"],
        )
        for way, (search_api, form) in WAYS.items()
    }
    setting = (
        f"{extraction.interactions:,} interactions in {extraction.days:,} days, "
        f"{extraction.requests_per_minute} requests a minute, {extraction.partitions} partitions "
        f"at once into PostgreSQL, {extraction.concurrent_searches} searches in flight of "
        f"{extraction.search_seconds:g} s each."
    )
    columns = ["", "Requests", "Hours for requests", "… for searches", "… for loading", "… in all"]
    rows = [
        [
            way,
            f"{one.requests:,}",
            f"{one.request_hours:.1f}",
            f"{one.search_hours:.1f}",
            f"{one.load_hours:.1f}",
            f"{one.hours:.1f}",
        ]
        for way, one in estimates.items()
    ]
    sizes = [
        [form, *(f"{extraction.interactions * size / GIGABYTE:,.0f}" for size in stores.values())]
        for form, stores in storage.items()
    ]
    stores = next(iter(storage.values()))
    return {
        "cost": Figures(setting, Table(columns, rows)),
        "storage": Figures(
            f"GB for {extraction.interactions:,} interactions.", Table(["", *stores], sizes)
        ),
    }


def measured_tables(measured: Mapping[str, Any]) -> dict[str, Figures]:
    """Lay out what was measured."""
    searches = [
        [
            f"`{name}`",
            f"{cost['page']:,}",
            f"{cost['partition_requests']:g}",
            f"{cost['page_requests']:.2f}",
            f"{cost['page_searches']:.2f}",
        ]
        for name, cost in measured["search_apis"].items()
    ]
    sizes = [
        [form, *(f"{size:,.0f}" for size in stores.values())]
        for form, stores in measured["storage"].items()
    ]
    loaders = [
        [form, *(f"{rate:,.0f}" for rate in rates.values())]
        for form, rates in measured["loaders"].items()
    ]
    stores = next(iter(measured["storage"].values()))
    names = next(iter(measured["loaders"].values()))
    return {
        "searches": Figures(
            measured["setting"],
            Table(
                ["", "Page", "Requests of an empty day", "Requests a page", "Searches a page"],
                searches,
            ),
        ),
        "bytes": Figures("Bytes an interaction.", Table(["", *stores], sizes)),
        "loaders": Figures(
            "Interactions a second, one process. Meltano takes "
            f"{measured['partition_seconds']:g} s for a partition beside searching and loading.",
            Table(["", *(f"`{name}`" for name in names)], loaders),
        ),
    }


def main(arguments: list[str]) -> int:
    """Write the page's tables, or print those for the numbers given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    usual = Extraction()
    for name in ("interactions", "days", "requests_per_minute", "partitions"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(usual, name))
    parser.add_argument("--concurrent-searches", type=int, default=usual.concurrent_searches)
    parser.add_argument("--search-seconds", type=float, default=usual.search_seconds)
    extraction = Extraction(**vars(parser.parse_args(arguments)))
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    costs = cost_tables(extraction, measured)
    sys.stdout.writelines(f"{line}\n" for line in describe_figures(costs))
    if not arguments:
        write_figures(PAGE, {**costs, **measured_tables(measured)})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
