"""The tap's settings: their schema, and their values once checked."""

from __future__ import annotations

import ipaddress
import json
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from singer_sdk import typing as th

from tap_genesys_search.errors import SettingError
from tap_genesys_search.projection import DEFAULT_FIELDS, Projection, project
from tap_genesys_search.regions import find_domain
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.timestamps import parse_timestamp, utc_now
from tap_genesys_search.windows import SMALLEST_WINDOW

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTO = "auto"

LONGEST_SECONDS = 7 * 24 * 3600
"""More than any wait makes sense for, less than a clock can't take."""

CONFIG_JSONSCHEMA = th.PropertiesList(
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
        description="Login server instead of the environment's, for a gateway or the simulator; "
        "https, or http on loopback.",
    ),
    th.Property(
        "api_url",
        th.StringType,
        title="API URL",
        description="API server instead of the environment's, for a gateway or the simulator; "
        "https, or http on loopback.",
    ),
    th.Property(
        "scope",
        th.StringType,
        default="analytics:conversation:read",
        title="Scope",
        description="Scope sent with the token request; empty sends none.",
    ),
    th.Property(
        "search_api",
        th.StringType,
        default=AUTO,
        allowed_values=[AUTO, *SEARCH_APIS],
        title="Search API",
        description="Which API answers the search; `auto` takes the first that the org offers.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        required=True,
        title="Start date",
        description="First moment searched, ISO 8601; a date alone is midnight, UTC.",
    ),
    th.Property(
        "end_date",
        th.DateTimeType,
        title="End date",
        description="Moment the search ends before, ISO 8601; the start of the run unless set, "
        "and never later than that.",
    ),
    th.Property(
        "fields",
        th.ArrayType(th.StringType),
        default=list(DEFAULT_FIELDS),
        title="Fields",
        description="Fields asked for (projection), dotted; each extra one becomes a text column "
        "(`queue.name` becomes `queue_name`).",
    ),
    th.Property(
        "filters",
        th.ArrayType(th.ObjectType(additional_properties=True)),
        title="Filters",
        description="Extra predicates that interactions must match, passed through to the "
        "search API.",
    ),
    th.Property(
        "facets",
        th.ArrayType(th.StringType),
        title="Facets",
        description="Facet fields to ask for, where the search API takes them.",
    ),
    th.Property(
        "page_size",
        th.IntegerType(minimum=1, maximum=1000),
        default=500,
        title="Page size",
        description="Interactions a page, 1 to 1000.",
    ),
    th.Property(
        "window_hours",
        th.NumberType(exclusive_minimum=0),
        default=24,
        title="Window length",
        description="Hours in one search window.",
    ),
    th.Property(
        "lookback_hours",
        th.NumberType(minimum=0),
        default=0,
        title="Lookback",
        description="Hours behind the bookmark at which a run starts, for late data.",
    ),
    th.Property(
        "max_records_per_search",
        th.IntegerType(minimum=1),
        default=50000,
        title="Records per search",
        description="A window that matches more interactions is halved.",
    ),
    th.Property(
        "max_concurrent_searches",
        th.IntegerType(minimum=1, maximum=64),
        default=4,
        title="Concurrent searches",
        description="Searches in flight; 1 is strictly one after another.",
    ),
    th.Property(
        "requests_per_minute",
        th.IntegerType(minimum=1),
        default=300,
        title="Requests per minute",
        description="Budget of the tap, shared by all its requests.",
    ),
    th.Property(
        "request_timeout_seconds",
        th.NumberType(exclusive_minimum=0, maximum=LONGEST_SECONDS),
        default=30,
        title="Request timeout",
        description="Seconds to wait for the platform to connect, and to answer.",
    ),
    th.Property(
        "poll_interval_seconds",
        th.NumberType(minimum=0, maximum=LONGEST_SECONDS),
        default=2,
        title="Poll interval",
        description="Seconds before the first poll of a search; each next one waits 0.5 s "
        "longer, 30 s at most.",
    ),
    th.Property(
        "poll_timeout_seconds",
        th.NumberType(exclusive_minimum=0, maximum=LONGEST_SECONDS),
        default=1800,
        title="Poll timeout",
        description="Seconds after which a search that is still pending has failed.",
    ),
    th.Property(
        "max_retries",
        th.IntegerType(minimum=0, maximum=100),
        default=5,
        title="Retries",
        description="How often a request is tried again after a 429, a 5xx, a timeout or a "
        "dropped connection.",
    ),
    th.Property(
        "backoff_base_seconds",
        th.NumberType(minimum=0, maximum=LONGEST_SECONDS),
        default=1,
        title="Backoff base",
        description="Longest wait before the first retry; it doubles with each one.",
    ),
    th.Property(
        "allow_incomplete",
        th.BooleanType,
        default=False,
        title="Allow incomplete windows",
        description="Whether a window that stays short of its total is accepted with a warning.",
    ),
    th.Property(
        "webhook_url",
        th.StringType,
        secret=True,
        title="Webhook URL",
        description="Gets a JSON POST for each completed search: its audit record and facets.",
    ),
).to_dict()
"""The one source of truth: `--about`, `meltano.yml`, `.env.example` and the README follow it."""

_DEFAULTS = {
    name: schema["default"]
    for name, schema in CONFIG_JSONSCHEMA["properties"].items()
    if "default" in schema
}


@dataclass(frozen=True)
class Settings:
    """The settings, checked and in the types the tap works with; times are UTC."""

    client_id: str
    client_secret: str = field(repr=False)
    environment: str
    domain: str
    token_url: str
    api_url: str
    scope: str
    search_api: str
    start: datetime
    end: datetime
    projection: Projection
    filters: tuple[dict[str, Any], ...]
    facets: tuple[str, ...]
    page_size: int
    window_length: timedelta
    lookback: timedelta
    max_records_per_search: int
    max_concurrent_searches: int
    requests_per_minute: int
    request_timeout_seconds: float
    poll_interval_seconds: float
    poll_timeout_seconds: float
    max_retries: int
    backoff_base_seconds: float
    allow_incomplete: bool
    webhook_url: str | None = field(repr=False)


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Check what the JSON schema can't, and give each setting its type.

    Args:
        config: A configuration that `CONFIG_JSONSCHEMA` accepts; null stands for the default.

    Returns:
        The settings of one run; a run without `end_date` ends now, at a whole second.

    Raises:
        SettingError: A setting is wrong; it names the setting and says what is allowed.
    """
    # The SDK reads a configuration file with decimal numbers, which neither arithmetic nor the
    # JSON of a request takes.
    given = {name: value for name, value in config.items() if value is not None}
    config = json.loads(json.dumps({**_DEFAULTS, **given}, default=float))
    for name, value in config.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise SettingError(f"{name} is {value}. Allowed are finite numbers")
    domain = find_domain(config["environment"])
    auth_url = _read_server(config, "auth_url") or f"https://login.{domain}"
    now = utc_now().replace(microsecond=0)
    start = _read_date(config, "start_date")
    end = min(_read_date(config, "end_date"), now) if config.get("end_date") else now
    if config.get("end_date") and _read_date(config, "end_date") <= start:
        raise SettingError(
            f"end_date {config['end_date']!r} is not after start_date {config['start_date']!r}"
        )
    if start > now:
        raise SettingError(
            f"start_date {config['start_date']!r} is in the future. Set it to the first moment "
            "to extract"
        )
    window_length = _read_hours(config, "window_hours")
    if window_length < SMALLEST_WINDOW:
        raise SettingError(
            f"window_hours {config['window_hours']!r} is less than one second. Allowed are "
            f"{SMALLEST_WINDOW / timedelta(hours=1):.5f} hours and more"
        )
    return Settings(
        client_id=config["client_id"],
        client_secret=config["client_secret"],
        environment=config["environment"],
        domain=domain,
        token_url=f"{auth_url.removesuffix('/oauth/token')}/oauth/token",
        api_url=_read_server(config, "api_url") or f"https://api.{domain}",
        scope=config["scope"].strip(),
        search_api=next(iter(SEARCH_APIS))
        if config["search_api"] == AUTO
        else config["search_api"],
        start=start,
        end=end,
        projection=project(config["fields"]),
        filters=tuple(config.get("filters") or ()),
        facets=tuple(config.get("facets") or ()),
        page_size=int(config["page_size"]),
        window_length=window_length,
        lookback=_read_hours(config, "lookback_hours"),
        max_records_per_search=int(config["max_records_per_search"]),
        max_concurrent_searches=int(config["max_concurrent_searches"]),
        requests_per_minute=int(config["requests_per_minute"]),
        request_timeout_seconds=config["request_timeout_seconds"],
        poll_interval_seconds=config["poll_interval_seconds"],
        poll_timeout_seconds=config["poll_timeout_seconds"],
        max_retries=int(config["max_retries"]),
        backoff_base_seconds=config["backoff_base_seconds"],
        allow_incomplete=config["allow_incomplete"],
        webhook_url=_read_url(config, "webhook_url"),
    )


def _read_date(config: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = parse_timestamp(config[name])
    except (ValueError, OverflowError):
        raise SettingError(
            f"{name} {config[name]!r} is no date. Allowed is ISO 8601, for example 2026-03-01 or "
            "2026-03-01T00:00:00Z"
        ) from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _read_hours(config: Mapping[str, Any], name: str) -> timedelta:
    try:
        return timedelta(hours=config[name])
    except (OverflowError, ValueError):
        raise SettingError(
            f"{name} {config[name]!r} is too long. Allowed are up to {timedelta.max.days} days"
        ) from None


def _read_server(config: Mapping[str, Any], name: str) -> str | None:
    url = _read_url(config, name)
    if url and ("?" in url or "#" in url):
        raise SettingError(f"{name} must end before any ? or #, a path is put behind it")
    return url


def _read_url(config: Mapping[str, Any], name: str) -> str | None:
    url: str | None = config.get(name)
    if not url:
        return None
    allowed = f"{name} must be an https address, or http on loopback (http://127.0.0.1:8080)"
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
        _ = parts.port  # raises ValueError where it is no number
    except ValueError:
        raise SettingError(f"{allowed}: it can't be read as an address") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise SettingError(f"{allowed}: it has no scheme or no host")
    if parts.scheme == "http" and not _is_loopback(host):
        raise SettingError(f"{allowed}: plain http would send secrets in the clear to {host!r}")
    if parts.username or parts.password:
        raise SettingError(f"{allowed}: it must not contain a user or password")
    return url.strip().rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
