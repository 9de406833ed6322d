"""Searches whose pages come when a test lets them, and what was in flight meanwhile."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.jobs.open_jobs import OpenJobs
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.records.fields import read_dotted
from tap_genesys_search.search.schedule import searches_in_order
from tap_genesys_search.search.search import Search
from tap_genesys_search.search_apis.base import SearchApi
from tap_genesys_search.search_apis.page import Page
from tap_genesys_search.windows.grid import Grid
from tap_genesys_search.windows.plan import WindowPlan
from tap_genesys_search.windows.window import Window
from tests.support.scripted_platform import make_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_genesys_search.jobs.job_log import JobLog

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
DAY = timedelta(days=1)
PATIENCE_SECONDS = 30
A_WHILE_SECONDS = 0.1
END = "end"
SETTINGS = make_settings()


def days(first: float, last: float) -> Window:
    return Window(START + first * DAY, START + last * DAY)


def day(number: int) -> Window:
    return days(number, number + 1)


def page(number: int = 0, *, of: int = 1, size: int = 0) -> Page:
    """Make one of several pages with a record each."""
    return Page([{"id": f"i-{number}"}], of, {}, size)


class ScriptedSearches(SearchApi):
    """Answers each search what the test gives it, and keeps it waiting until then."""

    name: ClassVar[str] = "scripted"
    lookback: ClassVar[timedelta] = timedelta(0)
    permissions: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__(PlatformClient(SETTINGS), SETTINGS)
        self.submitted: list[Window] = []
        self.in_flight: list[Window] = []
        self.most_in_flight = 0
        self.when_submitted: Callable[[Window], None] = lambda _: None
        self.is_down = threading.Event()
        self._answers: dict[Window, deque[Page | Exception | str]] = defaultdict(deque)
        self._lock = threading.Lock()

    def open_search(self, window: Window) -> Search:
        return Search(self, window, SETTINGS, OpenJobs())

    def answer(self, window: Window, *answers: Page | Exception) -> None:
        """Let some pages of a search come, or its error."""
        self._answers[window].extend(answers)

    def finish(self, window: Window, *answers: Page) -> None:
        """Let the last pages of a search come, one where none are given."""
        self._answers[window].extend((*(answers or (page(),)), END))

    def left(self, window: Window) -> int:
        """Count the answers that a search has not asked for yet."""
        return len(self._answers[window])

    @override
    def probe(self, job_log: JobLog) -> None:
        raise NotImplementedError

    @override
    def search_least(self, window: Window, job_log: JobLog) -> None:
        raise NotImplementedError

    @override
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        with self._lock:
            self.submitted.append(window)
            self.in_flight.append(window)
            self.most_in_flight = max(self.most_in_flight, len(self.in_flight))
        self.when_submitted(window)
        try:
            answers = self._answers[window]
            while True:
                while not answers:
                    job_log.pause(0.002, SYSTEM_CLOCK)
                answer = answers.popleft()
                if isinstance(answer, Exception):
                    raise answer
                if isinstance(answer, str):
                    return
                yield answer
        finally:
            self.in_flight.remove(window)

    @staticmethod
    @override
    def read_field(record: dict[str, Any], field: str) -> Any:
        return read_dotted(record, field)


@dataclass
class Run:
    """A run over scripted searches.

    Attributes:
        searches: To be read one after another.
        api: Answers them.
        plan: Their windows.
    """

    searches: Iterator[Search]
    api: ScriptedSearches
    plan: WindowPlan

    def begin(self) -> Search:
        """Ask for the next search."""
        return next(self.searches)

    def expect(self, *windows: Window) -> None:
        """Wait until these and no others were submitted."""
        wait_until(lambda: len(self.api.submitted) >= len(windows))
        time.sleep(A_WHILE_SECONDS)
        assert sorted(self.api.submitted) == sorted(windows)


def read(search: Search) -> int:
    """Read a search to its end, and count its interactions."""
    return sum(len(page.interactions["id"]) for page in search.pages())


def read_in_thread(search: Search) -> threading.Thread:
    """Begin to read a search, which takes until the test lets it end."""
    reader = threading.Thread(target=read, args=(search,), daemon=True)
    reader.start()
    return reader


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "what was waited for did not happen"
        time.sleep(0.002)


@contextmanager
def running(
    last_day: int,
    concurrent: int,
    *,
    most_matches: int | None = None,
    while_waiting: Callable[[], None] = lambda: None,
) -> Iterator[Run]:
    """Run searches of a day each, and leave no thread of theirs behind."""
    api = ScriptedSearches()
    plan = WindowPlan(START, START + last_day * DAY, Grid(START, DAY), most_matches)
    threads = set(threading.enumerate())
    with searches_in_order(
        plan, api.open_search, concurrent=concurrent, while_waiting=while_waiting
    ) as searches:
        yield Run(searches, api, plan)
    assert set(threading.enumerate()) <= threads
    assert api.in_flight == []
