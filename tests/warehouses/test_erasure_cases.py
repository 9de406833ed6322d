"""The documented recipes that erase a person, on a few rows that are hard to tell apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.warehouses.conftest import DuckDB
from tests.warehouses.documented import PRIVACY
from tests.warehouses.erasure import clean, refused, write
from tests.warehouses.erasure_case import COLUMNS, Case, of_tables

if TYPE_CHECKING:
    from pathlib import Path

    from tests.warehouses.conftest import Warehouse

pytestmark = [
    pytest.mark.warehouses,
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("plugins"),
]

ADA, BOB, EVE = (f"{letter * 8}-0000-4000-8000-00000000000f" for letter in "abe")
"""Contacts."""

NUMBER = "+4930901820"


@pytest.fixture(params=["", "a long secret"], ids=["plain", "hashed"])
def case(warehouse: Warehouse, request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    return of_tables(warehouse, request.param, tmp_path)


@pytest.fixture
def plain(warehouse: Warehouse, tmp_path: Path) -> Case:
    return of_tables(warehouse, "", tmp_path)


def test_an_agent_who_dials_leads_to_the_customer_but_not_where_a_third_party_is_dialled(
    case: Case,
) -> None:
    case.leg("callback", "customer", ADA)
    case.leg("callback", "agent", number=f"tel:{NUMBER}")
    case.leg("chat of Ada", "customer", ADA)
    case.leg("consultation", "customer", BOB)
    case.leg("consultation", "agent", number=f"tel:{NUMBER}")
    case.leg("consultation", "external", EVE, number=f"tel:{NUMBER}")
    case.leg("chat of Bob", "customer", BOB)
    case.leg("chat of Eve", "customer", EVE)
    erased = case.erase(NUMBER)
    assert case.left() == {"chat of Bob"}
    assert set(erased.contacts) == {case.hashed(ADA), case.hashed(EVE)}


@pytest.mark.parametrize("word", ["1", "unknown"])
def test_contacts_of_a_campaign_lead_to_external_contacts_and_words_to_nobody(
    case: Case, word: str
) -> None:
    case.leg("call", "customer", number=NUMBER, campaign="contact-of-list-1")
    case.leg("answered", "external", ADA, campaign="contact-of-list-1")
    case.leg("chat", "customer", ADA)
    case.erase(NUMBER)
    assert not case.left()
    if not case.pepper:
        case.leg("of one list", "external", number=NUMBER, campaign=word)
        case.leg("of another list", "external", campaign=word)
        case.add("participant_attributes", "of another list", word)
        case.erase(NUMBER)
        assert case.left() == {"of another list"}
        assert case.rows()["participant_attributes"] == 1


@pytest.mark.parametrize(
    "given",
    [
        *("+49 30 901 820", "0049 (30) 901-820", "tel:+4930901820", "+49 (0)30 901820"),
        *(" Ada.O'Brien@Example.com ", "EEEEEEEE-0000-4000-8000-00000000000F"),
    ],
)
def test_spellings_are_found(case: Case, given: str) -> None:
    case.leg("by number", "customer", EVE, number=f"tel:{NUMBER}")
    case.leg("by address", "customer", EVE, number="ada.o'brien@example.com")
    case.leg("of another", "customer", BOB, number="adaxo'brien@example.com")
    case.erase(given)
    assert case.left() == {"of another"}


def test_capital_letters_in_the_warehouse_are_found(case: Case) -> None:
    case.leg("letter", "customer", number="O'Brien@Example.com")
    given = "O'Brien@Example.com" if case.pepper else "o'brien@example.com"
    case.erase(given)
    assert not case.left()


def test_what_looks_like_a_name_is_refused_and_nothing_deleted(case: Case) -> None:
    case.leg("chat", "customer", ADA, number="anonymous")
    case.add("interactions", "chat", None, "chat", "anonymous")
    case.add("interaction_facets", "", "")
    before = case.rows()
    for given in ("", "anonymous", "Ada Lovelace", "12345", "ada b@example.com"):
        assert case.refused(NUMBER, given) == (
            f'"{given}" is not a number, an address or an id. Nothing was deleted.'
        )
    assert case.rows() == before


def test_nothing_found_does_not_look_like_erased(case: Case) -> None:
    case.leg("call", "customer", ADA, number=f"tel:{NUMBER}")
    for given in ("4930901820", "+4930901821", "bda@example.com", "conversation:call-2"):
        assert case.refused(given) == "Nothing found, so nothing was deleted."
    if case.pepper:
        assert "Nothing found" in refused(case.warehouse, [NUMBER], "another", case.folder)
    assert case.left() == {"call"}


@pytest.mark.parametrize(("customers", "contacts"), [(51, 51), (1001, 1)])
def test_the_number_of_the_organization_is_refused_and_nothing_deleted(
    case: Case, customers: int, contacts: int
) -> None:
    number = case.hashed(f"tel:{NUMBER}")
    write(
        case.warehouse,
        "insert into genesys.conversation_participants select 'call ' || one, '2026-01-05', "
        f"'customer', 'customer', 'contact ' || (one % {contacts}) "
        f"from generate_series(1, {customers}) as every(one)",
        f"insert into genesys.conversation_sessions select 'call ' || one, '2026-01-05', "
        f"'customer', '{number}', null from generate_series(1, {customers}) as every(one)",
    )
    assert case.refused(NUMBER) == (
        "More than 50 contacts or 1,000 conversations found. Is this a number of your own "
        "organization? Nothing was deleted."
    )
    assert len(case.left()) == customers


def test_a_shared_number_is_seen_in_the_preview_and_a_contact_erases_one_person(
    case: Case,
) -> None:
    case.leg("call of Ada", "customer", ADA, number=NUMBER)
    case.leg("chat of Ada", "customer", ADA, day="2026-03-09")
    case.leg("call of Bob", "customer", BOB, number=NUMBER, day="2026-02-02")
    case.leg("call of somebody", "customer", number=NUMBER, day="2026-02-03")
    looked = case.preview(NUMBER)
    assert looked.contacts == {
        case.hashed(ADA): (2, "2026-01-05", "2026-03-09"),
        case.hashed(BOB): (1, "2026-02-02", "2026-02-02"),
        "no contact": (1, "2026-02-03", "2026-02-03"),
    }
    assert len(case.left()) == 4
    erased = case.erase(ADA)
    assert erased.contacts == {case.hashed(ADA): (2, "2026-01-05", "2026-03-09")}
    assert case.left() == {"call of Bob", "call of somebody"}


def test_a_repetition_finds_what_only_the_list_names_and_nothing_else(case: Case) -> None:
    case.leg("call-1", "customer", ADA, number=NUMBER)
    case.leg("call-2", "customer", number=NUMBER)
    case.leg("call-3", "customer", BOB)
    case.add("conversation_segments", "call-3", "call-1")
    erased = case.erase(NUMBER)
    assert set(erased.given) == {
        *(NUMBER, case.hashed(ADA), "conversation:call-1", "conversation:call-2")
    }
    case.leg("chat-1", "customer", ADA)
    case.leg("call-2", "customer")
    case.add("interactions", "call-1")
    again = case.erase(*erased.given)
    assert case.left() == {"call-3"}
    assert again.deleted == {
        "conversation_participants": 2,
        "conversation_sessions": 2,
        "interactions": 1,
    }
    assert set(again.given) == {*erased.given, "conversation:chat-1"}


def test_mentions_within_longer_texts_are_counted_and_stay(plain: Case) -> None:
    plain.leg("call", "customer", number=NUMBER)
    plain.leg("extension", "customer", number=f"tel:{NUMBER};ext=12")
    plain.leg("trunk", "customer", number=f"sip:{NUMBER}@trunk.example.com")
    plain.add("participant_attributes", "extension", f"Anruf von {NUMBER}")
    plain.add("participant_attributes", "extension", "write to O'Brien@Example.com")
    plain.add("participant_attributes", "trunk", "nothing")
    erased = plain.erase(NUMBER, "o'brien@example.com")
    assert erased.tables["conversation_sessions"] == (1, 0, 2)
    assert erased.tables["participant_attributes"] == (0, 0, 2)
    assert plain.left() == {"extension", "trunk"}


def test_only_tables_with_customers_are_searched(case: Case) -> None:
    case.leg("call", "customer", number=NUMBER)
    number = case.hashed(NUMBER)
    case.add("participant_attributes", "call of another", number)
    case.add("interaction_facets", "search", number)
    case.add("conversation_aggregates", "aggregate", number)
    case.add("user_status_aggregates", "user", number)
    case.add("queues", "queue", number)
    erased = case.erase(NUMBER)
    assert set(erased.tables) == set(COLUMNS) - {"user_status_aggregates", "queues"}
    assert {table for table, rows in case.rows().items() if rows} == {
        *("user_status_aggregates", "queues")
    }


def test_a_marked_id_erases_one_conversation(case: Case) -> None:
    case.leg("chat-1", "customer", ADA)
    case.leg("chat-2", "customer", ADA)
    case.add("interactions", "chat-1")
    assert case.erase("conversation:chat-1").deleted == {
        "conversation_participants": 1,
        "conversation_sessions": 1,
        "interactions": 1,
    }
    assert case.left() == {"chat-2"}


def test_deleted_values_are_removed_from_the_disk(plain: Case) -> None:
    for day in range(1, 29):
        plain.leg(f"call {day}", "customer", number=NUMBER, day=f"2026-01-{day:02}")
        plain.leg(f"other {day}", "customer", number="+4930901821", day=f"2026-01-{day:02}")
    if isinstance(plain.warehouse, DuckDB):
        plain.erase(NUMBER)
        clean(plain.warehouse, plain.folder)
        assert NUMBER.encode() not in plain.warehouse.file.read_bytes()
    else:
        write(plain.warehouse, "analyze")
        kept = (
            f"select count(*) from pg_stats where schemaname = 'genesys' "
            f"and most_common_vals::text like '%{NUMBER}%'"
        )
        plain.erase(NUMBER)
        assert plain.warehouse.query(kept) == [(1,)]
        said = clean(plain.warehouse, plain.folder)
        assert said.count("VACUUM") == len(COLUMNS)
        assert plain.warehouse.query(kept) == [(0,)]
    assert len(plain.left()) == 28


def test_candidates_are_listed_by_name(plain: Case) -> None:
    for key, name in (("chat", "Ada Lovelace"), ("letter", "Ada Lovelace"), ("call", "Bob")):
        plain.add("interactions", key, "2026-01-05", key, name)
    plain.leg("letter", "customer", ADA)
    plain.leg("letter", "agent")
    rows = plain.warehouse.query(PRIVACY.block("Find a person by name", "sql"))
    assert sorted((key, contact) for key, _, _, contact in rows) == [
        ("chat", None),
        ("letter", ADA),
    ]


def test_a_name_is_hashed_as_the_tap_does(warehouse: Warehouse, tmp_path: Path) -> None:
    hashes = re.findall(r"`([^`]*sha256[^`]*)`", PRIVACY.section("Find a person by name"))
    expression = hashes[not isinstance(warehouse, DuckDB)]
    case = Case(warehouse, "your pepper", tmp_path)
    write(warehouse, "create schema genesys")
    assert warehouse.query(f"select {expression}") == [(case.hashed("Ada Lovelace"),)]
