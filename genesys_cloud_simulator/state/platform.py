"""An organisation, its clients and limits, and what has been asked of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from genesys_cloud_simulator.faults.schedule import FaultSchedule
from genesys_cloud_simulator.offer import PERMISSIONS, SEARCH_APIS
from genesys_cloud_simulator.org.org import Org
from genesys_cloud_simulator.state.behaviour import Behaviour
from genesys_cloud_simulator.state.moving_records import MovingRecords
from genesys_cloud_simulator.state.open_searches import OpenSearches
from genesys_cloud_simulator.state.org_time import OrgTime
from genesys_cloud_simulator.state.rate_limit import RateLimiter
from genesys_cloud_simulator.state.request_log import LoggedRequest, RequestLog
from genesys_cloud_simulator.state.tokens import TokenStore
from genesys_cloud_simulator.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from genesys_cloud_simulator.faults.fault import Fault

# With these one more conversation begins.
_ARRIVING = frozenset({"inserted_record", "vanished_record"})


@dataclass
class SimulatedPlatform(Behaviour):
    """An organisation, its clients and limits, and what has been asked of it.

    `Behaviour` has further options.

    Attributes:
        org: The organisation it serves.
        client_id: The id of its OAuth client.
        client_secret: The secret of its OAuth client.
        other_clients: The secrets of further OAuth clients, by id.
        requests_per_minute: How many API requests a client may send in a minute.
        token_requests_per_minute: How many tokens a client may ask for in a minute.
        token_lifetime_seconds: How long a token is valid.
        query_seconds: How long a query takes, give or take a quarter.
        query_lifetime_seconds: How long a query can be polled.
        result_limit: How many records a query may match.
        now: The current time in the organisation, which may be set while it is running. The
            default is a day after the organisation's period. It does not move unless `time_speed`
            or arrivals move it.
        search_apis: The search APIs that the organisation has.
        permissions: What its OAuth clients may do.
        availability_lag_hours: How far the data of the conversation jobs is behind.
        query_interval_days: How long the interval of a conversation query with filters may be.
        query_depth_limit: How many conversations can be paged through.
        job_interval_days: How long the interval of a conversation job may be.
        job_lifetime_seconds: How long the results of a job can be read.
        max_open_jobs: How many jobs may be queued or running.
        largest_job_page: The largest page of a job's results.
        short_job_pages: Let some pages of a job's results hold fewer conversations than asked for.
        transcript_depth_limit: How many transcripts can be paged through.
        transcript_content_days: For how many days what was said can be searched.
        transcript_range_includes_end: Whether a range of dates contains its last moment.
        aggregate_interval_days: How long the interval of an aggregate query may be.
        aggregate_result_limit: How many figures an aggregate query may answer.
        ignores_unknown_fields: Ignore fields that the platform does not know, instead of refusing
            them.
        strict_scope: Refuse tokens that were requested with another scope.
        flat_projection: Answer dotted fields as flat keys, not nested.
        clock: Tells the time in seconds; a test may bring its own.
        faults: The faults to come.
        log: The requests that it received.
        open_searches: How many searches are under way at once.
        org_time: The time in the organisation.
        moving: The records that are missing from the listings for now.
        tokens: The tokens that it issued.
        moving: What is missing from the listings for now.
        users_gone: How many of the further users have left.
        tokens: The tokens it gave.
        limiter: The rate limit of the API.
        token_limiter: The rate limit of the token endpoint.
        stopping: Whether the server is about to end.
    """

    org: Org = field(default_factory=Org)
    client_id: str = "simulator-client"
    client_secret: str = field(default="simulator-secret", repr=False)
    other_clients: Mapping[str, str] = field(default_factory=dict, repr=False)
    requests_per_minute: int = 300
    token_requests_per_minute: int = 60
    token_lifetime_seconds: float = 86_400
    query_seconds: float = 0
    query_lifetime_seconds: float = 3600
    result_limit: int = 50_000
    now: datetime | None = None
    search_apis: frozenset[str] = SEARCH_APIS
    permissions: frozenset[str] = PERMISSIONS
    availability_lag_hours: float = 6
    query_interval_days: int = 31
    query_depth_limit: int = 100_000
    job_interval_days: int = 31
    job_lifetime_seconds: float = 86_400
    max_open_jobs: int = 10
    largest_job_page: int = 10_000
    short_job_pages: bool = True
    transcript_depth_limit: int = 1000
    transcript_content_days: int = 60
    transcript_range_includes_end: bool = True
    aggregate_interval_days: int = 31
    aggregate_result_limit: int = 100_000
    ignores_unknown_fields: bool = False
    strict_scope: bool = False
    flat_projection: bool = False
    clock: Callable[[], float] = time.monotonic
    faults: FaultSchedule = field(init=False)
    log: RequestLog = field(init=False, repr=False)
    open_searches: OpenSearches = field(init=False, repr=False)
    org_time: OrgTime = field(init=False, repr=False)
    moving: MovingRecords = field(init=False, repr=False)
    users_gone: int = field(init=False, repr=False)
    tokens: TokenStore = field(init=False, repr=False)
    limiter: RateLimiter = field(init=False, repr=False)
    token_limiter: RateLimiter = field(init=False, repr=False)
    stopping: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin without tokens, faults and requests."""
        unknown = self.search_apis - SEARCH_APIS
        if unknown:
            message = f"no search API {', '.join(sorted(unknown))}"
            raise ValueError(message)
        self.reset()

    def media_unknown_from(self, now: datetime) -> str:
        """Tell after which start facets do not know a conversation's media type.

        Args:
            now: The moment at which they count.
        """
        return format_timestamp(now - timedelta(hours=self.unknown_media_hours))

    def reset(self) -> None:
        """Forget all tokens, faults and requests, also while it is running."""
        self.faults = FaultSchedule()
        self.log = RequestLog()
        self.open_searches = OpenSearches()
        self.org_time = OrgTime(self)
        self.moving = MovingRecords()
        self.users_gone = 0
        self.tokens = TokenStore(self.token_lifetime_seconds, self.clock)
        self.limiter = RateLimiter(self.requests_per_minute, self.clock)
        self.token_limiter = RateLimiter(self.token_requests_per_minute, self.clock)

    @property
    def moment(self) -> datetime:
        """The moment it is in the organisation."""
        now = self.org.end + timedelta(days=1) if self.now is None else self.now
        return self.org_time.moment(now)

    def begin_page_of_users(self, number: str) -> None:
        """Let a user leave between two pages of their list, as long as one is to leave.

        Args:
            number: The number of the page, as it was asked for.
        """
        if number != "1" and self.users_gone < self.leaving_users:
            self.users_gone += 1

    def begin_page(self, offset: int, fault: Fault | None) -> datetime:
        """Let the conversations begin that begin between two pages.

        Args:
            offset: Where the page begins.
            fault: The fault that strikes the page, None for none.

        Returns:
            The moment that the page is of.
        """
        if fault is not None and fault.kind in _ARRIVING:
            self.org_time.arrive(1)
        if offset:
            self.org_time.arrive(self.arrivals_per_page)
        return self.moment

    @property
    def data_availability(self) -> datetime:
        """Up to when the conversation jobs have all data."""
        return self.moment - timedelta(hours=self.availability_lag_hours)

    @property
    def clients(self) -> dict[str, str]:
        """The secrets of all OAuth clients, by id."""
        return {**self.other_clients, self.client_id: self.client_secret}

    @property
    def requests(self) -> list[LoggedRequest]:
        """The requests so far, in the order they were answered."""
        return list(self.log.requests)
