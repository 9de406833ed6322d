"""JSON schemas of the streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

if TYPE_CHECKING:
    from tap_genesys_search.projection import Projection

_SEARCH_ID = th.Property(
    "search_id",
    th.StringType,
    required=True,
    description="Id of the search: the same for the same search over the same window.",
)
_WINDOW = (
    th.Property("window_start", th.DateTimeType, description="First moment of the window, UTC."),
    th.Property("window_end", th.DateTimeType, description="Moment the window ends before, UTC."),
)
_FREE_OBJECT = th.ObjectType(additional_properties=True)


def interactions_schema(projection: Projection) -> dict[str, Any]:
    """Build the schema of `interactions`, one more text column for each extra field."""
    return th.PropertiesList(
        th.Property("id", th.StringType, required=True, description="Id of the interaction."),
        th.Property("type", th.StringType, description="Type; `conversation` where unknown."),
        th.Property(
            "timestamp",
            th.DateTimeType,
            required=True,
            description="When it took place, UTC; the window's start where unknown.",
        ),
        th.Property("media_type", th.StringType, description="Medium; `voice` where unknown."),
        th.Property(
            "customer_name",
            th.StringType,
            description="Name of the customer; `anonymous` where unknown.",
        ),
        th.Property(
            "relevance_score",
            th.NumberType,
            description="Relevance, from 0 to 1; 0 where unknown.",
        ),
        th.Property("metadata", _FREE_OBJECT, description="Further attributes, as they came."),
        _SEARCH_ID,
        *(
            th.Property(column, th.StringType, description=f"Field `{field}` of the platform.")
            for field, column in projection.extra_columns.items()
        ),
    ).to_dict()


INTERACTION_FACETS = th.PropertiesList(
    _SEARCH_ID,
    *_WINDOW,
    th.Property("facet", th.StringType, required=True, description="Field that was counted."),
    th.Property("bucket_key", th.StringType, required=True, description="Value of the field."),
    th.Property("bucket_count", th.IntegerType, description="Interactions with that value."),
    th.Property("position", th.IntegerType, description="Place among the buckets, from 0 on."),
    th.Property("bucket", _FREE_OBJECT, description="The bucket as it came."),
).to_dict()

SEARCH_AUDITS = th.PropertiesList(
    _SEARCH_ID,
    th.Property("started_at", th.DateTimeType, required=True, description="When it started."),
    th.Property("completed_at", th.DateTimeType, description="When it ended, however it did."),
    th.Property("search_api", th.StringType, description="Search API that answered."),
    th.Property(
        "query_ids",
        th.ArrayType(th.StringType),
        description="Ids of its queries on the platform.",
    ),
    *_WINDOW,
    th.Property(
        "status",
        th.StringType,
        description="`completed`, `split` (window halved), `incomplete` or `failed`.",
    ),
    th.Property("latency_ms", th.IntegerType, description="Time spent waiting for the platform."),
    th.Property("poll_count", th.IntegerType, description="Requests that asked if it is done."),
    th.Property("page_count", th.IntegerType, description="Pages read."),
    th.Property("retry_count", th.IntegerType, description="Requests sent again."),
    th.Property(
        "total_matching_records",
        th.IntegerType,
        description="Interactions that match, as the platform says.",
    ),
    th.Property(
        "extracted_records",
        th.IntegerType,
        description="Interactions read, each id counted once.",
    ),
    th.Property(
        "hit_rate_percentage",
        th.NumberType,
        description="Extracted of matching interactions; 0 where nothing matched.",
    ),
    th.Property(
        "missing_fields",
        th.ArrayType(th.StringType),
        description="Fields asked for that one or more interactions came without.",
    ),
    th.Property(
        "defaults_applied",
        _FREE_OBJECT,
        description="Column to how many interactions got its default.",
    ),
    th.Property("error", th.StringType, description="Why it failed or stayed incomplete."),
).to_dict()
