"""Laws that hold for whatever comes: windows, pages, open jobs, bookmarks, records, answers."""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from singer_sdk.singerlib.json import serialize_json
from typing_extensions import override

from tap_genesys_search.errors import IncompleteSearchError, SearchFailedError
from tap_genesys_search.jobs.open_jobs import PATIENT_RUNS, OpenJob, OpenJobs, read_open_jobs
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.platform.http.redaction import LONGEST_MESSAGE, SHORTEST_SECRET, one_line
from tap_genesys_search.platform.http.responses import read_json, read_json_carefully
from tap_genesys_search.records.fields import read_dotted
from tap_genesys_search.records.interactions import Normaliser
from tap_genesys_search.records.rows import record_of, rows_of
from tap_genesys_search.search.search import ATTEMPTS, Search
from tap_genesys_search.search_apis.base import SearchApi
from tap_genesys_search.search_apis.conversation_jobs import ConversationJobs
from tap_genesys_search.search_apis.interaction_search import InteractionSearch
from tap_genesys_search.search_apis.page import Page
from tap_genesys_search.search_apis.transcript_search import TranscriptSearch
from tap_genesys_search.settings.projection import DEFAULT_FIELDS, project
from tap_genesys_search.singer.bookmarks import WindowBookmark
from tap_genesys_search.timestamps import format_timestamp, parse_timestamp
from tap_genesys_search.windows.grid import Grid
from tap_genesys_search.windows.plan import WindowPlan
from tap_genesys_search.windows.window import Window
from tests.support.normalised import normalise_one
from tests.support.scripted_platform import make_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import TapState

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject

pytestmark = pytest.mark.thorough

# The same examples each time, so that a build fails for what changed.
law = settings(deadline=None, derandomize=True, database=None, max_examples=60)

ANCHOR = datetime(2026, 1, 5, tzinfo=timezone.utc)
WINDOW = Window(ANCHOR, ANCHOR + timedelta(days=1))
SECOND = timedelta(seconds=1)
SETTINGS = make_settings()
# Lengths in milliseconds, so that a plan has some hundred windows at most.
LONGEST_SPAN = 120_000
DEEPEST = 20
MOST_SPLITS = 40


# Windows.


def milliseconds(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda number: timedelta(milliseconds=number))


@st.composite
def grids(draw: st.DrawFn, *, whole_units: bool = False) -> Grid:
    unit = draw(st.sampled_from((SECOND, 3 * SECOND)))
    length = (
        unit * draw(st.integers(1, 40)) if whole_units else draw(milliseconds(1000, LONGEST_SPAN))
    )
    return Grid(ANCHOR, length, unit)


@st.composite
def spans(draw: st.DrawFn) -> Window:
    start = ANCHOR + draw(milliseconds(0, LONGEST_SPAN))
    return Window(start, start + draw(milliseconds(1, LONGEST_SPAN)))


def cut(data: st.DataObject, plan: WindowPlan, grid: Grid) -> list[Window]:
    """Take all windows of a plan as a run does: search ahead, split some, learn from others."""
    draw = data.draw
    whole: list[Window] = []
    kept: list[Window] = []
    splits = 0
    totals = st.none() | st.integers(0, 500)
    while plan:
        plan.keep(kept)
        ahead = plan.upcoming(4)
        window = plan.take()
        assert window == ahead[0]
        assert plan.upcoming(3) == ahead[1:]
        assert all(each == window or window.end <= each.start for each in kept)
        kept = [each for each in kept if each != window]
        started = draw(st.integers(0, 3))
        kept += [each for each in ahead[1 : 1 + started] if each not in kept]
        what = draw(st.sampled_from(("pass", "pass", "halve", "shorten")))
        if what == "pass" or window.length <= grid.unit or splits == MOST_SPLITS:
            whole.append(window)
            plan.passed(window, draw(totals))
        else:
            splits += 1
            if what == "halve":
                plan.halve(window)
            else:
                plan.shorten(window, draw(totals))
        assert plan.planned >= len(whole) + bool(plan)
    assert plan.planned == len(whole)
    return whole


def is_clipped_cell(window: Window, span: Window, grid: Grid) -> bool:
    cells = (grid.cell(window.start, depth) for depth in range(DEEPEST))
    return any(
        (max(cell.start, span.start), min(cell.end, span.end)) == (window.start, window.end)
        for cell in cells
    )


@law
@given(st.data(), grids(), spans(), st.none() | st.integers(1, 100))
def test_windows_cover_the_span_once_in_order_however_they_are_split(
    data: st.DataObject, grid: Grid, span: Window, most: int | None
) -> None:
    windows = cut(data, WindowPlan(span.start, span.end, grid, most), grid)

    assert (windows[0].start, windows[-1].end) == (span.start, span.end)
    assert all(earlier.end == later.start for earlier, later in pairwise(windows))
    for window in windows:
        assert timedelta(0) < window.length <= grid.length
        assert is_clipped_cell(window, span, grid)


@law
@given(st.data(), grids(whole_units=True), spans(), st.none() | st.integers(1, 100))
def test_no_window_is_shorter_than_a_unit_but_at_the_ends_of_the_span(
    data: st.DataObject, grid: Grid, span: Window, most: int | None
) -> None:
    windows = cut(data, WindowPlan(span.start, span.end, grid, most), grid)

    assert all(window.length >= grid.unit for window in windows[1:-1])


@law
@given(grids(), spans(), st.integers(0, 300))
def test_later_run_has_the_same_windows_from_where_it_starts(
    grid: Grid, span: Window, skipped: int
) -> None:
    first = WindowPlan(span.start, span.end, grid)
    windows = [first.take() for _ in range(first.planned)]
    rest = windows[skipped % len(windows) :]

    plan = WindowPlan(rest[0].start, span.end, grid)

    assert [plan.take() for _ in rest] == rest
    assert not first
    assert not plan


@law
@given(grids(), milliseconds(0, LONGEST_SPAN), st.integers(0, DEEPEST))
def test_cells_of_each_depth_hold_the_moment_and_lie_within_each_other(
    grid: Grid, behind: timedelta, depth: int
) -> None:
    moment = grid.anchor + behind
    outer, inner = grid.cell(moment, depth), grid.cell(moment, depth + 1)

    assert outer.start <= inner.start <= moment < inner.end <= outer.end
    if outer.length > grid.unit:
        assert inner in grid.halves(outer)
        earlier, later = grid.halves(outer)
        assert outer.start < earlier.end == later.start < outer.end
    else:
        assert inner == outer


# Pages.


class PagesInHand(SearchApi):
    """A search API whose readings are laid out; the last one comes again and again."""

    name: ClassVar[str] = "interaction_search"
    lookback: ClassVar[timedelta] = timedelta(0)
    permissions: ClassVar[tuple[str, ...]] = ()

    def __init__(self, readings: list[list[Page]]) -> None:
        super().__init__(PlatformClient(SETTINGS), SETTINGS)
        self._readings = readings
        self.read: list[list[Page]] = []

    @override
    def probe(self, job_log: JobLog) -> None:
        raise NotImplementedError

    @override
    def search_least(self, window: Window, job_log: JobLog) -> None:
        raise NotImplementedError

    @override
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        self.read.append([])
        for page in self._readings[min(len(self.read), len(self._readings)) - 1]:
            self.read[-1].append(page)
            yield page

    @staticmethod
    @override
    def read_field(record: JsonObject, field: str) -> Any:
        return read_dotted(record, field)

    @override
    def is_within(self, record: JsonObject, window: Window) -> bool:
        return not record.get("outside")


def records_of(ids: list[int]) -> list[JsonObject]:
    return [{"id": f"c-{each}", "outside": each % 5 == 4} for each in ids]


@st.composite
def quarrelling_readings(draw: st.DrawFn) -> list[Page]:
    """Pages that say different totals."""
    chunks = draw(st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=4))
    return [Page(records_of(chunk), draw(st.integers(0, 12)), {}) for chunk in chunks]


@st.composite
def agreeing_readings(draw: st.DrawFn) -> list[Page]:
    """Pages that say one total: right, as often as not."""
    chunks = draw(st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=4))
    ids = [each for chunk in chunks for each in chunk]
    total = draw(st.sampled_from((None, len(ids), len(set(ids)), len(ids) + 1)))
    return [Page(records_of(chunk), total, {}) for chunk in chunks]


readings = quarrelling_readings() | agreeing_readings()


def ids_in(read: list[Page], *, outside: bool) -> set[str]:
    return {
        record["id"] for page in read for record in page.records if record["outside"] == outside
    }


@law
@given(st.lists(readings, min_size=1, max_size=ATTEMPTS))
def test_search_yields_all_that_the_pages_count_or_says_that_it_does_not(
    laid_out: list[list[Page]],
) -> None:
    api = PagesInHand(laid_out)
    search = Search(api, WINDOW, SETTINGS, OpenJobs())
    found: list[str] = []
    error = None
    try:
        found.extend(each for page in search.pages() for each in page.interactions["id"])
    except IncompleteSearchError as failure:
        error = failure

    last = api.read[-1]
    within, outside = ids_in(last, outside=False), ids_in(last, outside=True)
    count, rows = len(within) + len(outside), sum(len(page.records) for page in last)
    assert within <= set(found)
    assert search.audit("any", error)["extracted_records"] == len(within)
    if error is not None:
        assert len(api.read) == ATTEMPTS
        return
    totals = {page.total for page in last} - {None}
    all_there = totals == {count} or (not totals and rows == count)
    if not all_there:  # records share an id, and did so in the reading before
        assert totals <= {rows}
        before = api.read[-2]
        assert (within, outside) == (ids_in(before, outside=False), ids_in(before, outside=True))
    elif totals:
        audit = search.audit("completed", None)
        assert audit["total_matching_records"] == audit["extracted_records"] == len(within)


@law
@given(
    shape=st.lists(st.lists(st.booleans(), max_size=7), min_size=1, max_size=6),
    counted=st.booleans(),
)
def test_search_whose_pages_are_sound_is_read_once_and_each_record_comes_once(
    shape: list[list[bool]], *, counted: bool
) -> None:
    total = sum(map(len, shape))
    numbers = iter(range(total))
    laid_out = [
        Page(
            [{"id": f"c-{next(numbers)}", "outside": flag} for flag in chunk],
            total if counted else None,
            {},
        )
        for chunk in shape
    ]
    api = PagesInHand([laid_out])
    search = Search(api, WINDOW, SETTINGS, OpenJobs())

    found = [each for page in search.pages() for each in page.interactions["id"]]

    assert Counter(found) == Counter(ids_in(laid_out, outside=False))
    assert len(api.read) == 1


# Open jobs.

jobs = st.builds(
    OpenJob, st.sampled_from("st"), st.sampled_from("pq"), st.sampled_from(("j-1", "j-2", "j-3"))
)


@law
@given(
    st.lists(jobs, max_size=3),
    st.lists(
        st.tuples(st.sampled_from(("take", "open", "close", "late", "give", "forget")), jobs),
        max_size=25,
    ),
)
def test_open_jobs_are_known_until_they_are_closed_and_given_up_once_or_never(
    left: list[OpenJob], steps: list[tuple[str, OpenJob]]
) -> None:
    subject = OpenJobs(left)
    known = {job.key: job.job_id for job in left}
    left_over, late = set(known), Counter[tuple[str, str]]()
    for step, job in steps:
        key = job.key
        if step == "take":
            assert subject.take_up(*key) == (known[key] if key in left_over else None)
            left_over.discard(key)
        elif step == "open":
            same = {other for other, held in known.items() if held == job.job_id} - {key}
            if same <= left_over:
                subject.opened(job)
                known = {other: held for other, held in known.items() if other not in same}
                known[key] = job.job_id
            else:
                with pytest.raises(SearchFailedError):
                    subject.opened(job)
                continue
            left_over.discard(key)
            late[key] = 0
        elif step == "late":
            subject.overdue(*key)
            late[key] += key in known
        elif step == "close":
            subject.closed(*key)
            known.pop(key, None)
        elif step == "give":
            mine = known.get(key) == job.job_id
            kept = 0 < late[key] < PATIENT_RUNS
            assert subject.give_up(job) == (mine and not kept)
            if mine and not kept:
                del known[key]
        else:
            subject.forget_left_over()
            for each in left_over:
                known.pop(each, None)
            left_over.clear()
        left_over &= set(known)
        late = Counter({each: late[each] for each in known})
        written = json.loads(json.dumps(subject.to_state()))
        assert {one.key: one.job_id for one in read_open_jobs(written)} == known
        assert {one.key: one.waits for one in read_open_jobs(written)} == {
            each: late[each] for each in known
        }


# Bookmarks.


@law
@given(st.lists(milliseconds(0, 10**9), min_size=1, max_size=12))
def test_bookmark_is_the_latest_end_and_nothing_else_moves_it(ends: list[timedelta]) -> None:
    state: TapState = {}
    bookmark = WindowBookmark(
        tap_name="tap", stream_name="interactions", tap_state=state, state_partitioning_keys=()
    )
    for number, end in enumerate(ends):
        coverage = bookmark.coverage(ANCHOR).add(Window(ANCHOR - timedelta(days=1), ANCHOR + end))
        bookmark.write_coverage(coverage, "timestamp")
        before = json.dumps(state)
        record = {"timestamp": "2027-01-01T00:00:00Z"}
        bookmark.increment_state(record, context=None, replication_key="timestamp")
        bookmark.write_starting_replication_value(None, "INCREMENTAL", "timestamp", {})
        bookmark.write_replication_key_signpost("2027-01-01T00:00:00Z", context=None)
        assert json.dumps(state) == before
        latest = ANCHOR + max(ends[: number + 1])
        assert bookmark.moment == latest
        assert format_timestamp(latest) in before


# JSON, and records of it.

storable = st.characters(codec="utf-8", exclude_characters="\0")
texts = st.text(storable, max_size=12)
plain_leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
any_leaves = (
    plain_leaves | st.text(max_size=12) | st.integers(-(10**400), 10**400) | st.floats()
)  # surrogates and NUL, 400 digits, NaN and infinities


def documents(leaves: st.SearchStrategy[Any], names: st.SearchStrategy[str]) -> Any:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )


plain = documents(plain_leaves, texts)
anything = documents(any_leaves, st.text(max_size=8))


def assert_storable(value: Any) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            assert_storable(name)
            assert_storable(part)
    elif isinstance(value, list):
        for part in value:
            assert_storable(part)
    elif isinstance(value, str):
        assert "\0" not in value
        value.encode()
    elif isinstance(value, float):
        assert math.isfinite(value)
    elif isinstance(value, int):
        assert abs(value) < 2**63


@law
@given(value=anything, ascii_only=st.booleans())
def test_what_is_read_of_any_json_can_be_stored(value: Any, *, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert_storable(read_json(body))


@law
@given(value=plain, mark=st.sampled_from((b"", b"\xef\xbb\xbf")), ascii_only=st.booleans())
def test_json_that_can_be_stored_is_read_as_it_is(
    value: Any, mark: bytes, *, ascii_only: bool
) -> None:
    assert read_json(mark + json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@law
@given(st.binary(max_size=60) | st.text(alphabet='[]{}:,"\\u0dD8e+-.19 NaInfty', max_size=60))
def test_no_body_is_too_broken_to_be_read_as_none(body: bytes | str) -> None:
    assert_storable(read_json(body if isinstance(body, bytes) else body.encode()))


@law
@given(
    value=anything,
    mark=st.sampled_from((b"", b"\xef\xbb\xbf")),
    ascii_only=st.booleans(),
    cut=st.integers(-3, 0),
)
def test_json_is_read_fast_as_it_is_read_carefully(
    value: Any, mark: bytes, *, ascii_only: bool, cut: int
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    body = (mark + text)[: cut or None]
    assert repr(read_json(body)) == repr(read_json_carefully(body))


@law
@given(st.from_regex(rb"-?[0-9]{1,21}(\.[0-9]{1,21})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
def test_numbers_are_read_fast_as_they_are_read_carefully(body: bytes) -> None:
    assert repr(read_json(body)) == repr(read_json_carefully(body))


# Of all search APIs, so that each model has something in it.
NAMES = (
    "id", "type", "timestamp", "media", "media.type", "customer", "customer.name",
    "relevanceScore", "metadata", "queue", "conversationId", "conversationStart", "participants",
    "transcriptId", "startTime", "conversationStartTime", "mediaType",
)  # fmt: skip
records = st.dictionaries(
    st.sampled_from(NAMES),
    plain
    | st.fixed_dictionaries({"type": plain, "name": plain})
    | st.lists(
        st.fixed_dictionaries(
            {
                "purpose": st.sampled_from(("customer", "agent")),
                "participantName": plain,
                "sessions": st.lists(st.fixed_dictionaries({"mediaType": plain}), max_size=2),
            }
        ),
        max_size=2,
    )
    | st.sampled_from(("2026-01-05T10:00:00Z", "2026-01-05", "0001-01-01T00:00:00+23:59", "nan")),
)
apis = st.sampled_from((InteractionSearch, ConversationJobs, TranscriptSearch))
RFC_3339 = (
    "2026-01-05T10:00:00Z",
    "2026-01-05T10:00:00.1Z",
    "2024-02-29T23:59:59.123456789Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
)
OTHER_TIMES = (
    "2026-02-29T10:00:00Z",
    "2026-01-05T24:00:00Z",
    "2026-01-05T10:00:60Z",
    "2026-01-05 10:00:00Z",
    "2026-01-05t10:00:00z",
    "2026-01-05T10:00:00.1234567891Z",
    "2026-01-05T10:00:00.Z",
    "2026-01-05T10:00:00",
    "2026-01-05T10:00:00+01:00",
    " 2026-01-05T10:00:00Z",
    "2026-01-05T10:00:00Z\n",
    "2026-01-05T10:00Z",
    "٢٠٢٦-01-05T10:00:00Z",
    "2026-01-05",
    "0000-01-01T00:00:00Z",
    "",
)
COLUMNS = {
    "id", "type", "timestamp", "media_type", "customer_name", "relevance_score", "metadata",
    "search_id", "queue_name",
}  # fmt: skip


def normaliser(api: type[SearchApi]) -> Normaliser:
    return Normaliser(project([*DEFAULT_FIELDS, "queue.name"]), api.read_column, WINDOW, "search-1")


@law
@given(records, apis)
def test_any_record_has_exactly_the_columns_of_its_stream(
    raw: JsonObject, api: type[SearchApi]
) -> None:
    record = normalise_one(normaliser(api), raw)

    assert record.keys() == COLUMNS
    assert all(value is not None for name, value in record.items() if name != "queue_name")
    texts_of = ("id", "type", "timestamp", "media_type", "customer_name", "search_id")
    assert all(isinstance(record[name], str) for name in texts_of)
    assert isinstance(record["queue_name"], str | None)
    assert isinstance(record["metadata"], dict)
    assert record["id"]
    score = record["relevance_score"]
    assert 0 <= score <= 1
    assert score == round(score, 4)
    parse_timestamp(record["timestamp"])
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    serialize_json(record).encode()
    assert record == normalise_one(normaliser(api), json.loads(json.dumps(raw)))


@law
@given(st.lists(records, max_size=6), apis, st.data())
def test_a_page_is_normalised_as_its_records_are_one_by_one(
    raws: list[JsonObject], api: type[SearchApi], data: st.DataObject
) -> None:
    timestamps = st.sampled_from((*RFC_3339, *OTHER_TIMES)) if data.draw(st.booleans()) else None
    for raw in raws:
        if timestamps is not None:
            raw["timestamp"] = raw["conversationStart"] = raw["startTime"] = data.draw(timestamps)
    by_the_page, one_by_one = normaliser(api), normaliser(api)

    page = [record_of(row) for row in rows_of(by_the_page.normalise(raws))]

    assert repr(page) == repr([normalise_one(one_by_one, raw) for raw in raws])
    assert by_the_page.defaults_applied == one_by_one.defaults_applied
    assert by_the_page.missing_fields == one_by_one.missing_fields


@law
@given(st.lists(st.sampled_from(RFC_3339) | st.sampled_from(OTHER_TIMES), max_size=5))
def test_timestamps_of_a_page_are_read_as_each_is(times: list[str]) -> None:
    subject = normaliser(InteractionSearch)
    page = subject.normalise([{"timestamp": time} for time in times])["timestamp"]
    assert page == [normalise_one(subject, {"timestamp": time})["timestamp"] for time in times]


@law
@given(st.lists(records, max_size=6), st.sampled_from((*DEFAULT_FIELDS, "queue.name", "a.b.c")))
def test_a_column_is_read_as_the_field_of_each_record_is(
    raws: list[JsonObject], field: str
) -> None:
    column = InteractionSearch.read_column(raws, field)
    assert column == [InteractionSearch.read_field(raw, field) for raw in raws]


def content(raw: JsonObject, timestamp: str) -> str:
    kept = {name: part for name, part in raw.items() if name != "relevanceScore"}
    return json.dumps([timestamp, kept], sort_keys=True)


@law
@given(st.lists(records, min_size=1, max_size=6))
def test_records_without_an_id_get_one_of_their_content_and_never_share_it(
    raws: list[JsonObject],
) -> None:
    raws = [{name: part for name, part in raw.items() if name != "id"} for raw in raws]
    raws += raws[:2]  # some come twice
    first, second = normaliser(InteractionSearch), normaliser(InteractionSearch)
    made = [normalise_one(first, raw) for raw in raws]
    again = [normalise_one(second, raw) for raw in raws]

    assert [record["id"] for record in made] == [record["id"] for record in again]
    assert len({record["id"] for record in made}) == len(raws)
    assert first.defaults_applied["id"] == len(raws)
    alone = {normalise_one(normaliser(InteractionSearch), raw)["id"] for raw in raws}
    different = {content(raw, record["timestamp"]) for raw, record in zip(raws, made, strict=True)}
    assert len(alone) == len(different)


# Messages.

# Few letters, so that some come together by chance; and not what is put in place of a secret.
few = st.text("ab \n\t\u200b", max_size=8)
words = st.lists(st.sampled_from(("Ada", "bo")), min_size=1, max_size=3).map(" ".join)
secret_texts = (
    few | words | st.text(st.characters(codec="utf-8", exclude_characters="*"), max_size=8)
)


@law
@given(st.lists(few | words | texts, max_size=6), st.lists(secret_texts, max_size=3), st.data())
def test_message_is_one_short_printable_line_without_secrets(
    parts: list[str], secrets: list[str], data: st.DataObject
) -> None:
    # A platform may write a text in other letters than it was asked for.
    broken = [secret.lower().replace(" ", "\n") for secret in secrets]
    told = data.draw(st.permutations([*parts, *secrets, *broken]))
    line = one_line(data.draw(st.sampled_from(("", " ", "\n"))).join(told), secrets)

    assert line.isprintable()
    assert len(line) <= LONGEST_MESSAGE + 1
    for secret in secrets:
        if len(secret.split()) == len(secret.split(" ")) and len(secret) >= SHORTEST_SECRET:
            assert secret.lower() not in line.lower()


@law
@given(anything)
def test_message_that_is_no_text_is_nothing(value: Any) -> None:
    assume(not isinstance(value, str))
    assert one_line(value, ()) == ""
