"""A lookup has one entry in the tap; all that is made of it, or stands beside it, is there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from genesys_cloud_simulator.lists.requests import Parameters
from genesys_cloud_simulator.lists.table import LISTS, OF_QUEUE, Listing
from genesys_cloud_simulator.offer import OFFERED_LISTS
from scripts.generate.lookups import PLACES
from scripts.generate.schemas import FOLDER, schema_of, table_of
from scripts.relations import UNRELATED, lookup_of
from tap_genesys_search.streams.lookups.lists import LOOKUPS, Lookup
from tests.support.sdk_lists import sdk_list

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ENTRY = "tap_genesys_search/streams/lookups/lists.py"
RELATIONS = "scripts/relations.py"
COMPARISON = "docs/explanation/comparison.md"
OFFER = "genesys_cloud_simulator/offer.py"
TABLE = "genesys_cloud_simulator/lists/table.py"
DOCUMENTS = "genesys_cloud_simulator/lists/documents/"
SERVED = {one.name: one for one in (*LISTS, *(listing for listing, _ in OF_QUEUE))}
LISTED_FOR_NONE = {one.name for one in LISTS}

# Tokens of pages, which the platform may hand out for divisions, are not simulated.
NOT_SIMULATED = {"nextPage", "previousPage"}


@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS)
def test_nothing_of_a_lookup_is_missing(lookup: Lookup) -> None:
    found = list(missing(lookup))
    assert not found, "\n".join(["", f"Lookup {lookup.name} is incomplete:", *found])


def missing(lookup: Lookup) -> Iterator[str]:
    """List what is to be done for a lookup, file by file."""
    try:
        entity = sdk_list(lookup.path).entity
    except KeyError:
        yield f"- {ENTRY}: the official SDK has no operation that gets {lookup.path}"
        return
    if entity != lookup.model:
        yield f"- {ENTRY}: the model is {entity}, says the official SDK, not {lookup.model}"
        lookup = replace(lookup, model=entity)
    yield from _missing_where_written(lookup)
    yield from _missing_in_relations(lookup)
    yield from _missing_in_comparison(lookup)
    yield from _missing_in_offer(lookup)
    yield from _missing_in_table(lookup, SERVED.get(lookup.name))


def _missing_where_written(lookup: Lookup) -> Iterator[str]:
    schema = FOLDER / f"{lookup.name}.json"
    files = [] if schema.exists() else [schema.relative_to(ROOT).as_posix()]
    for name, place in PLACES.items():
        listed = place.listed((ROOT / name).read_text(encoding="utf-8"))
        if lookup.name not in place.leaves_out and place.write(lookup) not in listed:
            files.append(name)
    if files:
        yield f"- run `python3 tasks.py schemas`: it writes {', '.join(files)}"


def _missing_in_relations(lookup: Lookup) -> Iterator[str]:
    for column in schema_of(table_of(lookup))["properties"]:
        known = lookup_of(column) or column in UNRELATED
        if column.endswith(("_id", "_ids")) and not known:
            yield (
                f'- {RELATIONS}: add "{column}": _ELSEWHERE, to UNRELATED; '
                "or, if a stream lists such ids, that stream to _LOOKUP_OF_COLUMN"
            )


def _missing_in_comparison(lookup: Lookup) -> Iterator[str]:
    comparison = (ROOT / COMPARISON).read_text(encoding="utf-8")
    if not re.search(rf"^\|[^|]*`{lookup.name}`[^|]*\|", comparison, re.MULTILINE):
        yield f"- {COMPARISON}: add | `{lookup.name}` | ? | ? | ? | ? |"


def _missing_in_offer(lookup: Lookup) -> Iterator[str]:
    offered = OFFERED_LISTS.get(lookup.name)
    if offered is None:
        yield f'- {OFFER}: add OfferedList("{lookup.name}", "{lookup.path}", {lookup.permissions}),'
        return
    if _unnamed(offered.path) != _unnamed(lookup.path):
        yield f"- {OFFER}: the path of {lookup.name} is {lookup.path}, not {offered.path}"
    needed = offered.permissions or tuple(filter(None, [offered.narrowing]))
    if needed != lookup.permissions:
        yield f"- {OFFER}: {lookup.name} needs {lookup.permissions}, not {needed}"


def _missing_in_table(lookup: Lookup, listing: Listing | None) -> Iterator[str]:
    parameters = {*sdk_list(lookup.path).parameters} - NOT_SIMULATED
    if listing is None:
        yield (
            f'- {TABLE}: add Listing("{lookup.name}", …, Parameters(…)), '
            f"which takes {', '.join(sorted(parameters))}"
        )
        yield f"- {DOCUMENTS}: list two or more {lookup.model}, for that Listing"
        return
    untaken = sorted(parameters - listing.parameters.known)
    if untaken:
        yield f"- {TABLE}: Parameters of {lookup.name} lack {', '.join(untaken)}"
    if lookup.name in LISTED_FOR_NONE and not listing.entities()[1:]:
        yield f"- {DOCUMENTS}: list two or more {lookup.model}, for {lookup.name}"


def _unnamed(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


@pytest.mark.parametrize("name", PLACES)
def test_a_file_lists_the_lookups_in_their_order_and_no_others(name: str) -> None:
    place, text = PLACES[name], (ROOT / name).read_text(encoding="utf-8")
    assert place.with_lookups(text) == text, f"{name}: run `python3 tasks.py schemas`"
    without_one = text.replace(f"{place.write(LOOKUPS['flows'])}{place.between}", "")
    assert without_one != text
    assert place.with_lookups(without_one) == text


def test_of_a_lookup_that_has_nothing_but_its_entry_each_place_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(UNRELATED, "attempt_limits_id")
    lookup = replace(LOOKUPS["contact_lists"], name="lists_of_old", model="List")
    text = f"""\
- {ENTRY}: the model is ContactList, says the official SDK, not List
- run `python3 tasks.py schemas`: it writes tap_genesys_search/schemas/lists_of_old.json, \
README.md, docs/reference/stream-guide.md, meltano.yml, dbt/dbt_project.yml
- {RELATIONS}: add "attempt_limits_id": _ELSEWHERE, to UNRELATED; \
or, if a stream lists such ids, that stream to _LOOKUP_OF_COLUMN
- {COMPARISON}: add | `lists_of_old` | ? | ? | ? | ? |
- {OFFER}: add OfferedList("lists_of_old", "{lookup.path}", ('outbound:contactList:view',)),
- {TABLE}: add Listing("lists_of_old", …, Parameters(…)), which takes allowEmptyResult, \
dateExpiration, divisionId, filterType, id, includeImportStatus, includeSize, name, pageNumber, \
pageSize, sortBy, sortOrder, timeZone
- {DOCUMENTS}: list two or more ContactList, for that Listing
"""
    assert list(missing(lookup)) == text.splitlines()


def test_a_path_that_the_official_sdk_does_not_have_is_named() -> None:
    assert list(missing(replace(LOOKUPS["teams"], path="/api/v2/crews"))) == [
        f"- {ENTRY}: the official SDK has no operation that gets /api/v2/crews"
    ]


def test_a_simulator_that_says_otherwise_is_named() -> None:
    moved = replace(LOOKUPS["teams"], path="/api/v2/groups", model="Group", permissions=())
    assert [one for one in missing(moved) if OFFER in one] == [
        f"- {OFFER}: the path of teams is /api/v2/groups, not /api/v2/teams",
        f"- {OFFER}: teams needs (), not ('groups:team:view',)",
    ]


def test_a_list_that_takes_too_little_and_has_too_few_entries_is_named() -> None:
    listing = Listing("teams", list, Parameters({}, paging=("pageSize", "after", "before")))
    assert list(_missing_in_table(LOOKUPS["teams"], listing)) == [
        f"- {TABLE}: Parameters of teams lack expand, name",
        f"- {DOCUMENTS}: list two or more Team, for teams",
    ]
