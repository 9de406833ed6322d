"""How the platform behind the simulator behaves, where orgs and times differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from genesys_cloud_simulator.workforce.service_levels import ServiceLevelOptions

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Refusal:
    """The words of a refusal.

    Attributes:
        status: The HTTP status.
        code: The platform's error code.
        message: The text.
    """

    status: int
    code: str
    message: str


@dataclass(kw_only=True)
class Behaviour:
    """Options of the simulator that say how the platform answers.

    Attributes:
        unfiltered_query_interval_days: How long the interval of a conversation query without
            filters may be.
        unfiltered_job_interval_days: The same, of conversation jobs.
        dialect_refusal: How an org without the interaction search refuses one; when not given,
            as a query whose interval is missing.
        job_result_limit: How many results of a job can be read.
        job_submit_status: The status that a job is accepted with.
        job_submissions_per_second: How many jobs may be submitted in a second, None for no limit.
        job_retry_after_seconds: After how many seconds a job that was refused, because too many are
            open, may be submitted again.
        refused_jobs_show_rate_limit: Whether `inin-ratelimit-*` headers come with a job that was
            refused, because too many are open or were submitted.
        job_unknown_seconds: For how long after its submission a job is not found.
        time_speed: How many seconds go by in the org in each second of the clock, from the first
            request after `now` was set.
        arrivals_per_second: How many conversations begin in each second of the clock: the time in
            the org moves on to the start of the next one.
        arrivals_per_page: How many begin with each page of a search.
        total_limits: The largest total that a search API names, by its name.
        counted_twice_every: After how many conversations one is counted twice in the total of a
            conversation query, and left out of its page; None for never.
        unknown_media_hours: For how many hours after its start facets count a conversation under
            the media type `unknown`.
        bare_page_past_end: Answer a page past the end of a conversation query without a total.
        narrow_search_hours: Transcript searches of a shorter time leave out every tenth match.
        transcript_time_field: What the start of a transcript is called.
        transcript_times: How the times of transcripts are answered.
        accepts_other_time_field: Whether a transcript search by the other name for the start finds
            nothing, instead of being refused.
        token_unknown_seconds: For how long after the login the API refuses a token.
        largest_answer_rows: The largest number of rows in an answer, None for no limit.
        largest_answer_bytes: The largest answer in bytes, None for no limit.
        too_large_status: The status of the refusal of an answer that is too large.
        listing_depth_limit: How many entries of a list can be paged through.
        listing_total_limit: The largest total that a list names, None for no limit.
        further_users: How many users there are besides those that conversations name.
        service_level: Who counts in the service level besides those who were answered.
        leaving_users: How many of them leave for good, one before each later page of their list.
    """

    unfiltered_query_interval_days: int = 7
    unfiltered_job_interval_days: int = 31
    dialect_refusal: Refusal | None = None
    job_result_limit: int = 400_000
    job_submit_status: Literal[200, 202] = 202
    job_submissions_per_second: int | None = None
    job_retry_after_seconds: int = 1
    refused_jobs_show_rate_limit: bool = True
    job_unknown_seconds: float = 0
    time_speed: float = 0
    arrivals_per_second: float = 0
    arrivals_per_page: int = 0
    total_limits: Mapping[str, int] = field(default_factory=dict)
    counted_twice_every: int | None = None
    unknown_media_hours: float = 0
    bare_page_past_end: bool = False
    narrow_search_hours: float = 0
    transcript_time_field: Literal["conversationStartTime", "startTime"] = "conversationStartTime"
    transcript_times: Literal["text", "milliseconds"] = "text"
    accepts_other_time_field: bool = False
    token_unknown_seconds: float = 0
    largest_answer_rows: int | None = None
    largest_answer_bytes: int | None = None
    too_large_status: Literal[400, 413] = 413
    listing_depth_limit: int = 10_000
    listing_total_limit: int | None = None
    further_users: int = 0
    service_level: ServiceLevelOptions = field(default_factory=ServiceLevelOptions)
    leaving_users: int = 0

    @property
    def limits_answers(self) -> bool:
        """Whether an answer may be too large."""
        return self.largest_answer_rows is not None or self.largest_answer_bytes is not None
