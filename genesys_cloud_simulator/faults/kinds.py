"""The kinds of faults, the operations of the APIs, and which fault can strike which operation."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from genesys_cloud_simulator.offer import OFFERED_LISTS

# A client that retries gets past these.
PassingFaultKind: TypeAlias = Literal[
    "rate_limited",
    "server_error",
    "dropped_connection",
    "slow_answer",
    "truncated_body",
    "cut_json_body",
    "non_json_body",
    "expired_token",
]

HostileFaultKind: TypeAlias = Literal[
    "oversized_body",
    "gzip_bomb",
    "stacked_gzip",
    "deep_nesting",
    "wrong_types",
    "null_body",
    "empty_body",
    "redirect",
    "dripping_body",
]

# What the platform answers instead of what was asked for, in words of its own.
RefusalFaultKind: TypeAlias = Literal[
    "login_rate_limited",
    "answer_too_large",
    "request_timeout",
    "error_without_status",
    "error_with_text_status",
]

RequestFaultKind: TypeAlias = Literal[PassingFaultKind, HostileFaultKind, RefusalFaultKind]

QueryFaultKind: TypeAlias = Literal[
    "failed_query", "endless_pending", "unknown_status", "cancelled_query", "expired_query"
]

JobFaultKind: TypeAlias = Literal[
    "lost_job", "conflicting_job", "unfulfilled_results", "invalid_cursor"
]

PageFaultKind: TypeAlias = Literal[
    "short_page",
    "shifting_total",
    "missing_id",
    "missing_timestamp",
    "repeated_page",
    "overlapping_page",
    "duplicate_ids",
    "hostile_values",
    "late_record",
    "absent_total",
    "inserted_record",
    "vanished_record",
]

FaultKind: TypeAlias = Literal[RequestFaultKind, QueryFaultKind, JobFaultKind, PageFaultKind]

# Where a fault strikes: any request, any poll, what asks for a job, or what answers a page.
Stage: TypeAlias = Literal["request", "query", "job", "page"]


FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

PASSING_KINDS: tuple[PassingFaultKind, ...] = get_args(PassingFaultKind)

OPERATIONS: tuple[str, ...] = (
    "token",
    "submit",
    "poll",
    "query",
    "job_submit",
    "job_status",
    "job_results",
    "job_delete",
    "availability",
    "transcripts",
    "conversation_aggregates",
    "user_aggregates",
    *OFFERED_LISTS,
    "conversations_by_id",
    "conversation_by_id",
    "organization",
    "transcript_url",
    "any",
)

STAGES: dict[str, Stage] = {
    **dict.fromkeys(get_args(RequestFaultKind), "request"),
    **dict.fromkeys(get_args(QueryFaultKind), "query"),
    **dict.fromkeys(get_args(JobFaultKind), "job"),
    **dict.fromkeys(get_args(PageFaultKind), "page"),
}

# What says in its body which range of time it searches.
SEARCHES = frozenset(
    {
        "submit",
        "job_submit",
        "query",
        "transcripts",
        "conversation_aggregates",
        "user_aggregates",
    }
)

# What asks for the state of a search, and what answers with records.
_POLLS = frozenset({"poll", "job_status"})

_PAGES = frozenset({"poll", "query", "job_results", "transcripts"})

# The results of a job come without a total, and no conversation comes to them or goes.
_LIVE_PAGES = _PAGES - {"job_results"}

_ANALYTICS = frozenset(
    {
        "submit",
        "poll",
        "query",
        "job_submit",
        "job_status",
        "job_results",
        "job_delete",
        "availability",
        "conversation_aggregates",
        "user_aggregates",
    }
)

_STRUCK: dict[str, frozenset[str]] = {
    **dict.fromkeys(get_args(QueryFaultKind), _POLLS),
    **dict.fromkeys(get_args(PageFaultKind), _PAGES),
    **dict.fromkeys(
        ("shifting_total", "late_record", "absent_total", "inserted_record", "vanished_record"),
        _LIVE_PAGES,
    ),
    **dict.fromkeys(("cancelled_query", "expired_query"), frozenset({"job_status"})),
    **dict.fromkeys(("lost_job", "conflicting_job"), frozenset({"job_status", "job_results"})),
    **dict.fromkeys(("unfulfilled_results", "invalid_cursor"), frozenset({"job_results"})),
    "login_rate_limited": frozenset({"token"}),
    "request_timeout": _ANALYTICS,
    # A token request cannot lose a token it does not have.
    "expired_token": frozenset(OPERATIONS) - {"token"},
}

# On the first page of a search these would change nothing.
OF_LATER_PAGES = frozenset(
    {
        "repeated_page",
        "overlapping_page",
        "late_record",
        "absent_total",
        "inserted_record",
        "vanished_record",
        "invalid_cursor",
    }
)


def can_strike(kind: str, operation: str) -> bool:
    """Return whether a fault of a kind can strike an operation.

    Args:
        kind: The kind.
        operation: The operation, or `any`.

    Returns:
        Whether it can.
    """
    return operation == "any" or kind not in _STRUCK or operation in _STRUCK[kind]


def struck_by(kind: str) -> list[str]:
    """List what a kind of fault strikes.

    Args:
        kind: A kind that cannot strike everything.

    Returns:
        The operations, sorted.
    """
    return sorted(_STRUCK[kind])
