"""The tap's settings, checked, in the types that the tap works with."""

from __future__ import annotations

import ipaddress
import json
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tap_genesys_search.errors import SettingError
from tap_genesys_search.settings.aggregate_names import ONE_DAY, group_columns, platform_names
from tap_genesys_search.settings.durations import parse_period
from tap_genesys_search.settings.private_texts import filter_values, read_secret
from tap_genesys_search.settings.projection import Projection, project
from tap_genesys_search.settings.regions import find_domain
from tap_genesys_search.timestamps import parse_timestamp, utc_now
from tap_genesys_search.windows.window import LONGEST_WINDOW

if TYPE_CHECKING:
    from collections.abc import Mapping


FINEST_GRANULARITY = timedelta(minutes=1)


@dataclass(frozen=True)
class Settings:
    """The settings, checked, in the types that the tap works with. Times are UTC.

    Attributes:
        place: The region or org that the OAuth client must belong to, for errors.
    """

    client_id: str
    client_secret: str = field(repr=False)
    place: str
    token_url: str
    api_url: str
    scope: str
    search_api: str
    start: datetime
    end: datetime
    projection: Projection
    filters: tuple[dict[str, Any], ...]
    conversation_matching: str
    facets: tuple[str, ...]
    aggregate_granularity: timedelta
    conversation_aggregate_group_by: tuple[str, ...]
    conversation_aggregate_metrics: tuple[str, ...]
    user_aggregate_metrics: tuple[str, ...]
    page_size: int
    window_length: timedelta
    lookback: timedelta | None
    max_records_per_search: int
    max_concurrent_searches: int
    requests_per_minute: int
    spread_requests: bool
    request_timeout_seconds: float
    poll_interval_seconds: float
    poll_timeout_seconds: float
    max_retries: int
    backoff_base_seconds: float
    allow_incomplete: bool
    strict: bool
    webhook_url: str | None = field(repr=False)
    webhook_key: bytes | None = field(repr=False)

    @property
    def private_texts(self) -> frozenset[str]:
        """Texts that no message may quote: the secret, and the values of the filters."""
        return frozenset({self.client_secret, *filter_values(self.filters)})

    @property
    def facet_names(self) -> frozenset[str]:
        """The names of the facets asked for, without the bounds of their ranges."""
        return frozenset(facet.partition(":")[0] for facet in self.facets)

    def lookback_or(self, default: timedelta) -> timedelta:
        """The lookback that is set, else that of what is read."""
        return default if self.lookback is None else min(self.lookback, LONGEST_WINDOW)


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Check what the JSON schema can't check, and convert each setting to its type.

    Args:
        config: A configuration that `config_schema` accepts, with defaults filled in.

    Returns:
        The settings of one run. Without `end_date` the run ends now, at a whole second.

    Raises:
        SettingError: A setting is wrong. The error names it and says what is allowed.
    """
    # The SDK reads numbers in a configuration file as `Decimal`, which neither arithmetic with
    # floats nor the JSON of a request accepts.
    config = json.loads(json.dumps(dict(config), default=float))
    for name, value in config.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise SettingError(f"{name} is {value}. Allowed are finite numbers")
    domain = find_domain(config["environment"])
    auth_url = _read_server(config, "auth_url")
    now = utc_now().replace(microsecond=0)
    start = _read_date(config, "start_date")
    end = min(_read_date(config, "end_date"), now) if config.get("end_date") else now
    if start > now:
        raise SettingError(
            f"start_date {config['start_date']!r} is in the future. Set it to the first moment "
            "to extract"
        )
    if config.get("end_date") and _read_date(config, "end_date") <= start:
        raise SettingError(
            f"end_date {config['end_date']!r} is not after start_date {config['start_date']!r}"
        )
    return Settings(
        client_id=config["client_id"],
        client_secret=config["client_secret"],
        place=(
            f"the org behind {urlsplit(auth_url).netloc} (auth_url)"
            if auth_url
            else f"region {config['environment']} ({domain})"
        ),
        token_url=(
            f"{auth_url.removesuffix('/oauth/token')}/oauth/token"
            if auth_url
            else f"https://login.{domain}/oauth/token"
        ),
        api_url=_read_server(config, "api_url") or f"https://api.{domain}",
        scope=config["scope"].strip(),
        search_api=config["search_api"],
        start=start,
        end=end,
        projection=project(config["fields"]),
        filters=tuple(config.get("filters") or ()),
        conversation_matching=config["conversation_matching"],
        facets=tuple(config.get("facets") or ()),
        aggregate_granularity=_read_granularity(config, "aggregate_granularity"),
        conversation_aggregate_group_by=tuple(
            group_columns(
                "conversation_aggregate_group_by", config["conversation_aggregate_group_by"]
            )
        ),
        conversation_aggregate_metrics=_read_metrics(config, "conversation_aggregate_metrics"),
        user_aggregate_metrics=_read_metrics(config, "user_aggregate_metrics"),
        page_size=int(config["page_size"]),
        window_length=_read_hours(config, "window_hours"),
        lookback=(
            None if config.get("lookback_hours") is None else _read_hours(config, "lookback_hours")
        ),
        max_records_per_search=int(config["max_records_per_search"]),
        max_concurrent_searches=int(config["max_concurrent_searches"]),
        requests_per_minute=int(config["requests_per_minute"]),
        spread_requests=config["spread_requests"],
        request_timeout_seconds=config["request_timeout_seconds"],
        poll_interval_seconds=config["poll_interval_seconds"],
        poll_timeout_seconds=config["poll_timeout_seconds"],
        max_retries=int(config["max_retries"]),
        backoff_base_seconds=config["backoff_base_seconds"],
        allow_incomplete=config["allow_incomplete"],
        strict=config["strict"],
        webhook_url=_read_url(config, "webhook_url"),
        webhook_key=read_secret(secret) if (secret := config.get("webhook_secret")) else None,
    )


def _read_date(config: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = parse_timestamp(config[name])
    except (ValueError, OverflowError):
        raise SettingError(
            f"{name} {config[name]!r} is not a date. Allowed is ISO 8601, for example "
            "2026-03-01 or 2026-03-01T00:00:00Z"
        ) from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _read_hours(config: Mapping[str, Any], name: str) -> timedelta:
    try:
        length = timedelta(hours=config[name])
        # Whole milliseconds, as times go over the wire: windows must meet there, too.
        return timedelta(milliseconds=round(length / timedelta(milliseconds=1)))
    except (OverflowError, ValueError):
        raise SettingError(
            f"{name} {config[name]!r} is too long. Allowed are up to {timedelta.max.days} days"
        ) from None


def _read_granularity(config: Mapping[str, Any], name: str) -> timedelta:
    try:
        length = parse_period(config[name])
    except (ValueError, OverflowError):
        length = timedelta(0)
    # So that spans are the same in every run, wherever it starts.
    if length >= FINEST_GRANULARITY and not (length % ONE_DAY and ONE_DAY % length):
        return length
    raise SettingError(
        f"{name} is {config[name]!r}. Allowed are ISO 8601 periods of whole minutes that are a "
        "whole part of a day, like PT30M or PT1H, or whole days, like P1D or P7D"
    )


def _read_metrics(config: Mapping[str, Any], name: str) -> tuple[str, ...]:
    metrics = platform_names(name, config[name])
    if not metrics:
        raise SettingError(f"{name} is empty. Name at least one, or leave it out for the default")
    return metrics


def _read_server(config: Mapping[str, Any], name: str) -> str | None:
    url = _read_url(config, name)
    if url and ("?" in url or "#" in url):
        raise SettingError(f"{name} must end before any ? or #, since a path is appended")
    return url


def _read_url(config: Mapping[str, Any], name: str) -> str | None:
    url: str | None = config.get(name)
    if not url:
        return None
    allowed = f"{name} must be an https address, or http on loopback (http://127.0.0.1:8080)"
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
        _ = parts.port  # raises ValueError if it is not a number
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
