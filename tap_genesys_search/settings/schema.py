"""The schema of the tap's settings, which `--about` shows and the SDK checks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

from tap_genesys_search.settings.aggregate_names import (
    DEFAULT_GROUP_BY,
    DEFAULT_METRICS,
    USER_METRICS,
)
from tap_genesys_search.settings.projection import DEFAULT_FIELDS
from tap_genesys_search.windows.window import SMALLEST_WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable

AUTO = "auto"


LONGEST_SECONDS = 7 * 24 * 3600
"""Longer than any useful wait, and short enough for every clock."""


def config_schema(search_apis: Iterable[str]) -> dict[str, Any]:
    """Build the schema of the settings; `meltano.yml`, `.env.example` and the docs follow it.

    Args:
        search_apis: Names of the search APIs that may be set.
    """
    schema: dict[str, Any] = th.PropertiesList(
        th.Property(
            "client_id",
            th.StringType(min_length=1),
            required=True,
            title="Client ID",
            description="Id of an OAuth client of grant type client credentials.",
        ),
        th.Property(
            "client_secret",
            th.StringType(min_length=1),
            required=True,
            secret=True,
            title="Client secret",
            description="Secret of that OAuth client.",
        ),
        th.Property(
            "environment",
            th.StringType,
            default="us-east-1",
            title="Environment",
            description="Region of the org: its AWS name (`eu-central-1`) or its domain "
            "(`mypurecloud.de`).",
        ),
        th.Property(
            "auth_url",
            th.StringType,
            title="Login URL",
            description="Login server to use instead of the region's, for a gateway or the "
            "simulator; https, or http on loopback.",
        ),
        th.Property(
            "api_url",
            th.StringType,
            title="API URL",
            description="API server to use instead of the region's, for a gateway or the "
            "simulator; https, or http on loopback.",
        ),
        th.Property(
            "scope",
            th.StringType,
            default="analytics:conversation:read",
            title="Scope",
            description="Scope sent with the token request; if empty, none is sent.",
        ),
        th.Property(
            "search_api",
            th.StringType,
            default=AUTO,
            allowed_values=[AUTO, *search_apis],
            title="Search API",
            description="API that answers the searches; `auto` takes the first that the org "
            "offers.",
        ),
        th.Property(
            "start_date",
            th.DateTimeType,
            required=True,
            title="Start date",
            description="Start of the date range to extract, ISO 8601; a date alone means midnight "
            "UTC.",
        ),
        th.Property(
            "end_date",
            th.DateTimeType,
            title="End date",
            description="End of the date range to extract, ISO 8601, not included; at the latest, "
            "and by default, the start of the run.",
        ),
        th.Property(
            "fields",
            th.ArrayType(th.StringType),
            default=list(DEFAULT_FIELDS),
            title="Fields",
            description="Fields to extract (projection), dotted; each additional one becomes a "
            "text column (`queue.name` becomes `queue_name`).",
        ),
        th.Property(
            "filters",
            th.ArrayType(th.ObjectType(additional_properties=True)),
            title="Filters",
            description="Predicates that interactions must match, passed to the search API.",
        ),
        th.Property(
            "conversation_matching",
            th.StringType,
            default="active",
            allowed_values=["started", "active"],
            title="Conversation matching",
            description="Which conversations a job finds: all that were `active` in the window, so "
            "that each comes again when it has ended, or only those that `started` in it.",
        ),
        th.Property(
            "facets",
            th.ArrayType(th.StringType),
            title="Facets",
            description="Facets to extract, if the search API has them: a dimension (`queueId`), "
            "or a metric with bounds (`tTalk:0,60000`).",
        ),
        th.Property(
            "aggregate_granularity",
            th.StringType,
            default="PT30M",
            title="Aggregate granularity",
            description="Length of one interval of the aggregates, ISO 8601: a whole part of a day "
            "(`PT1H`), or whole days (`P1D`; `P7D`, starting on Mondays).",
        ),
        th.Property(
            "conversation_aggregate_group_by",
            th.ArrayType(th.StringType),
            default=list(DEFAULT_GROUP_BY),
            title="Conversation aggregates: group by",
            description="Dimensions by which `conversation_aggregates` are grouped; each becomes a "
            "text column (`queueId` becomes `queue_id`).",
        ),
        th.Property(
            "conversation_aggregate_metrics",
            th.ArrayType(th.StringType),
            default=list(DEFAULT_METRICS),
            title="Conversation aggregates: metrics",
            description="Metrics of `conversation_aggregates`.",
        ),
        th.Property(
            "user_aggregate_metrics",
            th.ArrayType(th.StringType(allowed_values=list(USER_METRICS))),
            default=list(USER_METRICS),
            title="User aggregates: metrics",
            description="Metrics of `user_status_aggregates`.",
        ),
        th.Property(
            "page_size",
            th.IntegerType(minimum=1, maximum=1000),
            default=500,
            title="Page size",
            description="Interactions per page, 1 to 1000.",
        ),
        th.Property(
            "window_hours",
            th.NumberType(minimum=SMALLEST_WINDOW / timedelta(hours=1)),  # type: ignore[arg-type]
            default=24,
            title="Window length",
            description="Length of one search window in hours.",
        ),
        th.Property(
            "lookback_hours",
            th.NumberType(minimum=0),
            title="Lookback",
            description="Hours before the end of the complete range to read again, for data that "
            "arrives or changes late; 0 reads nothing again. By default 1 for "
            "`interaction_search`, 72 for `transcript_search`, and 48 for the other search APIs "
            "and the aggregates.",
        ),
        th.Property(
            "max_records_per_search",
            th.IntegerType(minimum=1),
            default=50000,
            title="Records per search",
            description="Largest number of interactions in one window; a window that matches more "
            "is split.",
        ),
        th.Property(
            "max_concurrent_searches",
            th.IntegerType(minimum=1, maximum=64),
            default=4,
            title="Concurrent searches",
            description="Searches in flight at once; with 1 each search is written before the next "
            "one is sent.",
        ),
        th.Property(
            "requests_per_minute",
            th.IntegerType(minimum=1),
            default=300,
            title="Requests per minute",
            description="Largest number of requests per minute; the tap sends fewer if the "
            "platform allows fewer or others share its limit.",
        ),
        th.Property(
            "spread_requests",
            th.BooleanType,
            default=False,
            title="Spread requests",
            description="Pace requests evenly over each minute instead of sending them in bursts, "
            "for runs that share a limit with others.",
        ),
        th.Property(
            "request_timeout_seconds",
            th.NumberType(exclusive_minimum=0, maximum=LONGEST_SECONDS),
            default=30,
            title="Request timeout",
            description="Seconds to wait for a connection, and for an answer.",
        ),
        th.Property(
            "poll_interval_seconds",
            th.NumberType(minimum=0, maximum=LONGEST_SECONDS),
            default=2,
            title="Poll interval",
            description="Seconds until the polls of a run's first search become sparse; the run "
            "then learns how long searches take.",
        ),
        th.Property(
            "poll_timeout_seconds",
            th.NumberType(exclusive_minimum=0, maximum=LONGEST_SECONDS),
            default=1800,
            title="Poll timeout",
            description="Seconds after which a pending search fails the run; the next run asks for "
            "the same search.",
        ),
        th.Property(
            "max_retries",
            th.IntegerType(minimum=0, maximum=100),
            default=5,
            title="Retries",
            description="Number of retries after a 429, a 5xx, a timeout or a dropped connection.",
        ),
        th.Property(
            "backoff_base_seconds",
            th.NumberType(minimum=0, maximum=LONGEST_SECONDS),
            default=1,
            title="Backoff base",
            description="Longest wait before the first retry, in seconds; it doubles with each "
            "retry.",
        ),
        th.Property(
            "allow_incomplete",
            th.BooleanType,
            default=False,
            title="Allow incomplete windows",
            description="Accept a window that stays short of its total, with a warning.",
        ),
        th.Property(
            "strict",
            th.BooleanType,
            default=False,
            title="Strict",
            description="Fail the run if any selected stream lacks permissions. By default such "
            "streams are skipped and listed at the end.",
        ),
        th.Property(
            "webhook_url",
            th.StringType,
            secret=True,
            title="Webhook URL",
            description="Address that gets a JSON POST after each completed search, with its audit "
            "record and facets.",
        ),
        th.Property(
            "webhook_secret",
            th.StringType,
            secret=True,
            title="Webhook secret",
            description="Secret for signing webhook requests (Standard Webhooks): `whsec_` and "
            "base64 of 24 to 64 random bytes.",
        ),
    ).to_dict()
    return schema
