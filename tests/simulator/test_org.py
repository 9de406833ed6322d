from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from genesys_cloud_simulator import Org, Rush
from genesys_cloud_simulator.org import org as org_module
from genesys_cloud_simulator.org import slot_cache
from genesys_cloud_simulator.org.interactions import MEDIA_TYPES, generate_interaction
from genesys_cloud_simulator.timestamps import MILLISECOND, parse_timestamp

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}")


def everything(org: Org) -> list[Any]:
    return org.interactions_between(org.start, org.end)


def moments(org: Org) -> list[datetime]:
    return [parse_timestamp(one["timestamp"]) for one in everything(org)]


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=7, interactions=12_000)


@pytest.mark.parametrize("seed", [0, 1, 2, 99, -5])
@pytest.mark.parametrize(
    "interactions", [0, 1, 2, 100, 1234, pytest.param(7777, marks=pytest.mark.thorough)]
)
def test_holds_exactly_as_many_interactions_as_asked(seed: int, interactions: int) -> None:
    org = Org(seed=seed, days=9, interactions=interactions)
    ids = list(org.ids_between(org.start, org.end))
    assert org.count(org.start, org.end) == interactions
    assert len(ids) == len(set(ids)) == interactions
    assert sum(org.count_by_day().values()) == interactions


def test_counts_two_million_without_generating_any(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(org_module, "generate_interaction", refuse)
    org = Org(seed=3, days=365, interactions=2_000_000)
    middle = org.start + timedelta(days=100, hours=10, minutes=3, seconds=7, milliseconds=9)
    assert org.count(org.start, org.end) == 2_000_000
    assert sum(org.count_by_day().values()) == 2_000_000
    assert 0 < org.count(org.start, middle) < 2_000_000
    assert org.count(org.start, middle) + org.count(middle, org.end) == 2_000_000


def test_pages_deep_into_a_large_org_without_generating_what_it_skips(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generated = []
    generate = generate_interaction

    def counting(*arguments: Any) -> Any:
        generated.append(1)
        return generate(*arguments)

    monkeypatch.setattr(org_module, "generate_interaction", counting)
    org = Org(seed=3, days=365, interactions=2_000_000)
    page = org.interactions_between(org.start, org.end, offset=1_234_567, limit=100)
    assert len(page) == 100
    assert 100 <= len(generated) < 1000


@pytest.mark.thorough
def test_same_seed_same_org(org: Org) -> None:
    assert everything(Org(seed=7, interactions=12_000)) == everything(org)


@pytest.mark.thorough
def test_other_seed_other_org() -> None:
    ids = [set(Org(seed=seed).ids_between(Org().start, Org().end)) for seed in (1, 2)]
    assert not ids[0] & ids[1]


@pytest.mark.thorough
def test_generates_the_same_whatever_was_asked_before(org: Org) -> None:
    backwards = Org(seed=7, interactions=12_000)
    ordinals = backwards.ordinals(backwards.start, backwards.end)
    assert list(backwards.documents(reversed(ordinals)))[::-1] == everything(org)


@pytest.mark.thorough
def test_generates_the_same_when_the_cache_is_too_small(
    org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot_cache, "CACHED_INTERACTIONS", 50)
    small = Org(seed=7, interactions=12_000)
    assert everything(small) == everything(small) == everything(org)


def test_timestamps_are_sorted_milliseconds_inside_the_period(org: Org) -> None:
    texts = [one["timestamp"] for one in everything(org)]
    assert all(TIMESTAMP.fullmatch(text) for text in texts)
    assert texts == sorted(texts)
    assert org.start <= parse_timestamp(texts[0])
    assert parse_timestamp(texts[-1]) < org.end


def test_ids_look_like_uuids(org: Org) -> None:
    assert all(UUID.fullmatch(one) for one in org.ids_between(org.start, org.end))


@pytest.mark.thorough
def test_ranges_are_half_open(org: Org) -> None:
    for moment in moments(org)[1::1500]:
        before = org.interactions_between(org.start, moment)
        after = org.interactions_between(moment, org.end)
        assert parse_timestamp(str(before[-1]["timestamp"])) < moment
        assert parse_timestamp(str(after[0]["timestamp"])) == moment
        assert len(before) + len(after) == org.interactions
        assert org.count(moment, moment + MILLISECOND) >= 1
        assert org.count(moment, moment) == 0


def test_ranges_may_be_finer_than_milliseconds(org: Org) -> None:
    microsecond = timedelta(microseconds=1)
    moment = moments(org)[1234]
    at = org.count(moment, moment + MILLISECOND)
    assert org.count(moment, moment + microsecond) == at
    assert org.count(moment + microsecond, moment + MILLISECOND) == 0
    assert org.count(moment - microsecond, moment) == 0


@pytest.mark.thorough
def test_counts_what_it_lists(org: Org) -> None:
    rng = random.Random(5)  # noqa: S311
    all_moments = moments(org)
    for _ in range(50):
        ends = [
            org.start + timedelta(milliseconds=rng.randrange(-(10**8), 26 * 10**8)) for _ in "ab"
        ]
        start, end = sorted(ends)
        expected = sum(start <= moment < end for moment in all_moments)
        assert org.count(start, end) == expected
        assert len(org.interactions_between(start, end)) == expected


def test_nothing_outside_the_period_or_in_a_range_turned_around(org: Org) -> None:
    far = timedelta(days=3000)
    assert org.count(org.start - far, org.start) == 0
    assert org.count(org.end, org.end + far) == 0
    assert org.count(org.end, org.start) == 0
    assert org.count(org.start - far, org.end + far) == org.interactions


@pytest.mark.parametrize("limit", [1, 7, 1000, 5000])
def test_pages_put_together_are_everything(org: Org, limit: int) -> None:
    start, end = org.start + timedelta(hours=9, minutes=1), org.start + timedelta(hours=14)
    whole = org.interactions_between(start, end)
    pages = [
        org.interactions_between(start, end, offset, limit)
        for offset in range(0, len(whole) + limit, limit)
    ]
    assert [one for page in pages for one in page] == whole
    assert pages[-1] == []


def test_counts_by_day(org: Org) -> None:
    days = Counter(moment.date() for moment in moments(org))
    by_day = org.count_by_day()
    assert by_day == {day: days[day] for day in by_day}
    assert list(by_day) == [date(2026, 1, 5) + timedelta(days=day) for day in range(28)]


@pytest.mark.thorough
def test_nights_and_weekends_are_quiet_and_there_are_two_peaks(org: Org) -> None:
    hours = Counter(moment.hour for moment in moments(org))
    weekdays = Counter(moment.weekday() for moment in moments(org))
    assert {hour for hour, _ in hours.most_common(2)} == {10, 14}
    assert hours[3] * 20 < hours[10]
    assert weekdays[5] * 2 < weekdays[4]
    assert weekdays[6] * 2 < weekdays[4]


def test_a_small_org_covers_the_whole_period() -> None:
    org = Org(interactions=100)
    weeks = Counter((moment - org.start).days // 7 for moment in moments(org))
    assert set(weeks) == {0, 1, 2, 3}
    assert min(weeks.values()) > 15


def share(documents: list[Any], *path: str, null: bool) -> float:
    """The share of documents with an attribute that is null, or else absent."""
    found = 0
    for document in documents:
        parent = document
        for name in path[:-1]:
            parent = parent.get(name) or {}
        found += (
            (path[-1] in parent and parent[path[-1]] is None) if null else (path[-1] not in parent)
        )
    return found / len(documents)


def test_attributes_are_null_or_absent_now_and_then(org: Org) -> None:
    documents = everything(org)
    for path, null, absent in [
        (("type",), 0.007, 0.003),
        (("media",), 0.01, 0.005),
        (("customer",), 0, 0.01),
        (("customer", "name"), 0.04, 0.02),
        (("relevanceScore",), 0.02, 0.01),
        (("metadata",), 0.015, 0.005),
        (("queue",), 0.02, 0),
        (("agent",), 0, 0.06),
    ]:
        assert share(documents, *path, null=True) == pytest.approx(null, abs=0.005), path
        assert share(documents, *path, null=False) == pytest.approx(absent, abs=0.005), path
    assert all(one["id"] and one["timestamp"] for one in documents)


def test_media_are_mixed_and_mostly_voice(org: Org) -> None:
    media = Counter((one.get("media") or {}).get("type") for one in everything(org))
    assert set(media) == {*MEDIA_TYPES, None}
    assert media["voice"] > org.interactions / 2


def test_relevance_scores_are_unbounded(org: Org) -> None:
    scores = [one["relevanceScore"] for one in everything(org) if one.get("relevanceScore")]
    inside = [score for score in scores if 0 <= score <= 1]
    assert 0.8 < len(inside) / len(scores) < 0.95
    assert max(scores) > 12
    assert min(scores) < -0.5
    assert any(len(repr(score)) > 12 for score in scores)


def test_names_are_in_many_scripts(org: Org) -> None:
    names = {str((one.get("customer") or {}).get("name") or "") for one in everything(org)}
    scripts = {unicodedata.name(letter).split()[0] for name in names for letter in name}
    assert scripts >= {
        "LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "CJK", "HIRAGANA",
        "KATAKANA", "HANGUL",
    }  # fmt: skip
    assert any(ord(letter) > 0xFFFF for name in names for letter in name)


def test_metadata_is_nested(org: Org) -> None:
    kinds = {
        type(value) for one in everything(org) for value in (one.get("metadata") or {}).values()
    }
    assert kinds >= {str, int, float, dict, list, tuple, type(None)}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"start": datetime(2026, 1, 5, 1, tzinfo=timezone.utc)}, "midnight"),
        ({"start": datetime(2026, 1, 5)}, "midnight"),  # noqa: DTZ001
        ({"start": datetime(2026, 1, 5, tzinfo=timezone(timedelta(hours=1)))}, "midnight"),
        ({"days": 0}, "days"),
        ({"interactions": -1}, "interactions"),
    ],
)
def test_refuses_an_org_that_cannot_be(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Org(**arguments)


# A rush.


def test_a_rush_begins_within_one_second() -> None:
    moment = datetime(2026, 1, 7, 10, 3, 20, tzinfo=timezone.utc)
    org = Org(days=5, interactions=500, rush=Rush(moment, 300))
    assert org.count(org.start, org.end) == len(set(org.ids_between(org.start, org.end))) == 500
    within = org.interactions_between(moment, moment + timedelta(seconds=1))
    assert len(within) >= 300
    assert org.moment_of(org.count(org.start, moment)) >= moment


@pytest.mark.parametrize(
    ("rush", "problem"),
    [
        (Rush(datetime(2026, 1, 10, tzinfo=timezone.utc), 3), "within the period"),
        (Rush(datetime(2026, 1, 7, tzinfo=timezone.utc), 501), "1 to 500"),
        (Rush(datetime(2026, 1, 7, 0, 9, 59, 1, tzinfo=timezone.utc), 3), "its ten minutes"),
    ],
)
def test_refuses_a_bad_rush(rush: Rush, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Org(days=5, interactions=500, rush=rush)
