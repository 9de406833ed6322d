"""What a large extraction costs, from measured figures: `python3 tasks.py scale`.

Without options it writes the tables of docs/scale.md; with any, it prints those for other numbers:
`--interactions 5000000 --days 90`. `scripts/scale/measure.py` measures the figures again.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figures, Table, describe_figures, write_figures

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "scale.md"
GUIDE = DOCS / "how-to" / "load-years.md"
MEASURED = DOCS / "scale.json"
GIGABYTE = 10**9
SECONDS_AN_HOUR = 3600
BULK, LOADER, COPY = "target-duckdb-bulk", "target-postgres", "target-postgres, COPY"
"""The loaders, and one of them with its fastest settings."""

INTERACTIONS = "Interactions of `interaction_search`"
WHOLE = "Conversations whole, as interactions"
TABLES = "Conversations as eight tables"
STORES = {"DuckDB": BULK, "PostgreSQL": LOADER, "PostgreSQL by COPY": COPY}
"""Store to what loads it."""

SIZES = (10**6, 10**7, 10**8)

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
        """Hours in all: requests, searches and loading take place at the same time."""
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


def estimate_into(
    store: str, extraction: Extraction, way: str, measured: Mapping[str, Any]
) -> Estimate:
    """Tell what an extraction costs that loads a store.

    Args:
        store: One of `STORES`.
        extraction: What is extracted.
        way: One of `WAYS`.
        measured: The figures measured.
    """
    search_api, form = WAYS[way]
    start_seconds = measured["partition_seconds"]
    if STORES[store] == BULK:  # DuckDB has one writer, so all is one run
        extraction, start_seconds = replace(extraction, partitions=1), 0
    return estimate(
        extraction,
        SearchCost(**measured["search_apis"][search_api]),
        measured["loaders"][form][STORES[store]],
        start_seconds,
    )


def hours_table(measured: Mapping[str, Any]) -> dict[str, Figures]:
    """Lay out the hours of extractions of several sizes."""
    usual = Extraction()
    sizes = [replace(usual, interactions=size) for size in SIZES]
    rows = []
    for way in WAYS:
        for store in STORES:
            hours = [estimate_into(store, size, way, measured).hours for size in sizes]
            rows.append([f"{way}, {store}", *(f"{each:.1f}" for each in hours)])
    setting = (
        f"Hours, at {usual.requests_per_minute} requests a minute, over {usual.days:,} days; "
        f"one run into DuckDB, {usual.partitions} partitions at once into PostgreSQL."
    )
    columns = ["", *(f"{size // 10**6} million" for size in SIZES)]
    return {"hours": Figures(setting, Table(columns, rows))}


def cost_tables(extraction: Extraction, measured: Mapping[str, Any]) -> dict[str, Figures]:
    """Lay out what an extraction costs, by search API and by what stores it."""
    storage = measured["storage"]
    rows = []
    for way in WAYS:
        into = [estimate_into(store, extraction, way, measured) for store in STORES]
        rows.append(
            [
                way,
                f"{into[0].requests:,}",
                f"{into[0].request_hours:.1f}",
                f"{into[0].search_hours:.1f}",
                *(f"{one.load_hours:.1f}" for one in into),
                *(f"{one.hours:.1f}" for one in into),
            ]
        )
    setting = (
        f"{extraction.interactions:,} interactions in {extraction.days:,} days, "
        f"{extraction.requests_per_minute} requests a minute, {extraction.concurrent_searches} "
        f"searches in flight of {extraction.search_seconds:g} s each; one run into DuckDB, "
        f"{extraction.partitions} partitions at once into PostgreSQL."
    )
    columns = ["", "Requests", "Hours for requests", "… for searches"]
    first, *others = STORES
    columns += [f"… for loading into {first}", *(f"… {store}" for store in others)]
    columns += [f"In all into {first}", *(f"… {store}" for store in others)]
    sizes = [
        [form, *(f"{extraction.interactions * size / GIGABYTE:,.0f}" for size in stores.values())]
        for form, stores in storage.items()
    ]
    kinds = next(iter(storage.values()))
    return {
        "cost": Figures(setting, Table(columns, rows)),
        "storage": Figures(
            f"GB for {extraction.interactions:,} interactions.", Table(["", *kinds], sizes)
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
            f"Interactions a second, one process, {measured['loading_measured']}. Meltano takes "
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
        write_figures(GUIDE, hours_table(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
