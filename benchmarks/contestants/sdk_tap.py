"""A tap as the Singer SDK's template has one write it: a RESTStream and a paginator."""

from __future__ import annotations

import decimal
import sys
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import OAuthAuthenticator
from singer_sdk.helpers.jsonpath import extract_jsonpath
from singer_sdk.pagination import BaseAPIPaginator
from typing_extensions import override

from benchmarks.contract import (
    QUERY_PATH,
    STREAM,
    TOKEN_FORM,
    TOKEN_PATH,
    Extract,
    Window,
    normalise,
    read_extract,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import requests
    from singer_sdk.helpers.types import Context, Record

Position = tuple[Window, int]
"""A window, and the offset of a page in it."""


class SearchAuthenticator(OAuthAuthenticator):
    """Gets a token by client credentials."""

    @property
    @override
    def oauth_request_body(self) -> dict[str, str]:
        return TOKEN_FORM


class SearchPaginator(BaseAPIPaginator[Position]):
    """Goes through the pages of one window after the other."""

    def __init__(self, stream: InteractionsStream) -> None:
        self._stream = stream
        self._windows = stream.extract.windows()
        super().__init__((next(self._windows), 0))

    @override
    def has_more(self, response: requests.Response) -> bool:
        return self._offset < self._stream.total or self._window.end < self._stream.last_moment

    @override
    def get_next(self, response: requests.Response) -> Position:
        if self._offset < self._stream.total:
            return self._window, self._offset
        return next(self._windows), 0

    @property
    def _window(self) -> Window:
        return self._value[0]

    @property
    def _offset(self) -> int:
        """Where the next page begins."""
        return self._value[1] + self._stream.extract.page_size


class InteractionsStream(RESTStream[Position]):
    """The interactions."""

    name = STREAM
    path = QUERY_PATH
    primary_keys: ClassVar[tuple[str, ...]] = ("id",)
    replication_key = "timestamp"
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("id", th.StringType, required=True),
        th.Property("type", th.StringType),
        th.Property("timestamp", th.DateTimeType, required=True),
        th.Property("media_type", th.StringType),
        th.Property("customer_name", th.StringType),
        th.Property("relevance_score", th.NumberType),
        th.Property("metadata", th.ObjectType(additional_properties=True)),
        th.Property("search_id", th.StringType),
    ).to_dict()

    total = 0
    """How many interactions the window of the last page has."""
    _search_id = ""

    @cached_property
    def extract(self) -> Extract:
        """What to extract."""
        return read_extract(sys.argv[-1])

    @cached_property
    def last_moment(self) -> str:
        """When the last window ends."""
        return list(self.extract.windows())[-1].end

    @property
    @override
    def url_base(self) -> str:
        return self.extract.url

    @property
    @override
    def records_jsonpath(self) -> str:
        return "$.results[*]"

    @cached_property
    def authenticator(self) -> SearchAuthenticator:
        """Signs the requests."""
        return SearchAuthenticator(
            auth_endpoint=self.extract.url + TOKEN_PATH,
            oauth_headers={"Authorization": self.extract.basic_authorization},
        )

    @override
    def get_new_paginator(self) -> SearchPaginator:
        return SearchPaginator(self)

    @override
    def prepare_request_payload(
        self, context: Context | None, next_page_token: Position | None
    ) -> dict[str, Any] | None:
        if next_page_token is None:
            return None
        window, offset = next_page_token
        self._search_id = window.search_id
        return window.query(self.extract.page_size, offset)

    @override
    def _request(
        self, prepared_request: requests.PreparedRequest, context: Context | None
    ) -> requests.Response:
        submitted = super()._request(prepared_request, context)
        url = f"{self.url_base}{self.path}/{submitted.json()['id']}"
        while True:
            poll = self.build_prepared_request(method="GET", url=url, headers=self.http_headers)
            response = super()._request(poll, context)
            answer = response.json()
            if answer["status"] == "completed":
                self.total = answer["totalMatchingRecords"]
                return response
            time.sleep(self.extract.poll_interval_seconds)

    @override
    def parse_response(self, response: requests.Response) -> Iterable[Record]:
        yield from extract_jsonpath(
            self.records_jsonpath, input=response.json(parse_float=decimal.Decimal)
        )

    @override
    def post_process(self, row: Record, context: Context | None = None) -> Record | None:
        return normalise(row, self._search_id)


class TapSearch(Tap):
    """The tap."""

    name = "tap-search"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("client_id", th.StringType, required=True),
        th.Property("client_secret", th.StringType, required=True, secret=True),
        th.Property("api_url", th.StringType, required=True),
        th.Property("start_date", th.DateTimeType, required=True),
        th.Property("end_date", th.DateTimeType, required=True),
        th.Property("window_hours", th.NumberType, default=24),
        th.Property("page_size", th.IntegerType, default=1000),
        th.Property("poll_interval_seconds", th.NumberType, default=2),
    ).to_dict()

    @override
    def discover_streams(self) -> Sequence[InteractionsStream]:
        return [InteractionsStream(self, http_method="POST")]


if __name__ == "__main__":
    sys.argv[1:] = ["--config", sys.argv[1]]
    TapSearch.cli()
