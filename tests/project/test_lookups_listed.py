"""A lookup has one entry in the tap; all that is made of it, or stands beside it, is there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from genesys_cloud_simulator.lists.table import LISTS, OF_QUEUE
from genesys_cloud_simulator.offer import OFFERED_LISTS
from scripts.generate.lookups import LISTED, with_lookups
from scripts.generate.schemas import FOLDER
from tap_genesys_search.streams.lookups.lists import LOOKUPS, Lookup
from tests.support.sdk_lists import sdk_list

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ENTRY = "tap_genesys_search/streams/lookups/lists.py"
OFFER = "genesys_cloud_simulator/offer.py"
COMPARISON = "docs/explanation/comparison.md"
TABLE = "genesys_cloud_simulator/lists/table.py"
SERVED = {one.name for one in (*LISTS, *(listing for listing, _ in OF_QUEUE))}


@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS)
def test_nothing_of_a_lookup_is_missing(lookup: Lookup) -> None:
    found = list(missing(lookup))
    assert not found, "\n".join(["", f"Lookup {lookup.name} is incomplete:", *found])


def missing(lookup: Lookup) -> Iterator[str]:
    """List what is to be done for a lookup, file by file."""
    yield from _missing_in_entry(lookup)
    yield from _missing_where_written(lookup)
    yield from _missing_in_comparison(lookup)
    yield from _missing_in_simulator(lookup)


def _missing_in_entry(lookup: Lookup) -> Iterator[str]:
    try:
        entity = sdk_list(lookup.path).entity
    except KeyError:
        yield f"- {ENTRY}: the official SDK has no operation that gets {lookup.path}"
        return
    if entity != lookup.model:
        yield f"- {ENTRY}: the model is {entity}, says the official SDK, not {lookup.model}"


def _missing_where_written(lookup: Lookup) -> Iterator[str]:
    schema = FOLDER / f"{lookup.name}.json"
    if not schema.exists():
        yield f"- {schema.relative_to(ROOT).as_posix()}: run `python3 tasks.py schemas`"
    for name, (_, _, write) in LISTED.items():
        if f"{write(lookup)}\n" not in (ROOT / name).read_text(encoding="utf-8"):
            yield f"- {name}: run `python3 tasks.py schemas`"


def _missing_in_comparison(lookup: Lookup) -> Iterator[str]:
    comparison = (ROOT / COMPARISON).read_text(encoding="utf-8")
    if not re.search(rf"^\|[^|]*`{lookup.name}`[^|]*\|", comparison, re.MULTILINE):
        yield f"- {COMPARISON}: add a row for `{lookup.name}`"


def _missing_in_simulator(lookup: Lookup) -> Iterator[str]:
    offered = OFFERED_LISTS.get(lookup.name)
    if offered is None:
        yield f'- {OFFER}: add OfferedList("{lookup.name}", "{lookup.path}", {lookup.permissions})'
    else:
        if _unnamed(offered.path) != _unnamed(lookup.path):
            yield f"- {OFFER}: the path of {lookup.name} is {lookup.path}, not {offered.path}"
        needed = offered.permissions or tuple(filter(None, [offered.narrowing]))
        if needed != lookup.permissions:
            yield f"- {OFFER}: {lookup.name} needs {lookup.permissions}, not {needed}"
    if lookup.name not in SERVED:
        yield f'- {TABLE}: add Listing("{lookup.name}", …), with its entries in documents/'


def _unnamed(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


@pytest.mark.parametrize("name", LISTED)
def test_a_file_lists_the_lookups_in_their_order_and_no_others(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert with_lookups(name, text) == text, "run `python3 tasks.py schemas`"
    _, _, write = LISTED[name]
    assert with_lookups(name, text.replace(f"{write(LOOKUPS['teams'])}\n", "")) == text


def test_of_a_lookup_that_has_nothing_but_its_entry_each_place_is_named() -> None:
    lookup = Lookup(
        "milestones", "A milestone.", "FlowOutcome", "/api/v2/flows/milestones", ("a:b:c",)
    )
    assert list(missing(lookup)) == [
        f"- {ENTRY}: the model is FlowMilestone, says the official SDK, not FlowOutcome",
        "- tap_genesys_search/schemas/milestones.json: run `python3 tasks.py schemas`",
        "- docs/reference/stream-guide.md: run `python3 tasks.py schemas`",
        "- meltano.yml: run `python3 tasks.py schemas`",
        f"- {COMPARISON}: add a row for `milestones`",
        f'- {OFFER}: add OfferedList("milestones", "/api/v2/flows/milestones", (\'a:b:c\',))',
        f'- {TABLE}: add Listing("milestones", …), with its entries in documents/',
    ]


def test_a_simulator_that_says_otherwise_is_named() -> None:
    moved = replace(LOOKUPS["teams"], path="/api/v2/flows", model="Flow", permissions=())
    assert list(missing(moved))[-2:] == [
        f"- {OFFER}: the path of teams is /api/v2/flows, not /api/v2/teams",
        f"- {OFFER}: teams needs (), not ('groups:team:view',)",
    ]
