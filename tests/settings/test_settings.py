from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from genesys_cloud_simulator import Org, Simulator
from tap_genesys_search.errors import SettingError
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.settings.regions import DOMAINS
from tap_genesys_search.singer import base_tap
from tap_genesys_search.singer.builtin_settings import SHORTEST_KEY_LENGTH
from tap_genesys_search.streams.searches.search_audits import SearchAudits
from tap_genesys_search.tap import CONFIG_JSONSCHEMA, TapGenesysSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from singer_sdk import Stream

    from tap_genesys_search.settings.parse import Settings

SECRET = "k9-very-secret-value"
REQUIRED = {"client_id": "client", "client_secret": SECRET, "start_date": "2026-01-05"}
PREFIX = "TAP_GENESYS_SEARCH_"
NOW = datetime(2026, 3, 1, 9, 30, 15, 987_654, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(CONFIG_JSONSCHEMA["properties"]):
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)  # the checkout may have a .env


@pytest.fixture(scope="module")
def unasked() -> Iterator[tuple[Simulator, str]]:
    """A simulator that nobody should ask for anything, and its address."""
    simulator = Simulator(Org(seed=1, days=1, interactions=5))
    with simulator.running() as url:
        yield simulator, url


@pytest.fixture
def _at_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_genesys_search.settings.parse.utc_now", lambda: NOW)


class TapOfOneStream(TapGenesysSearch):
    """The tap, without the streams that take longer to set up than settings to read."""

    @override
    def discover_streams(self) -> list[Stream]:
        return [SearchAudits(self, self.context)]

    @property
    @override
    def streams(self) -> dict[str, Stream]:
        return super(TapGenesysSearch, self).streams


def without(name: str) -> dict[str, str]:
    return {other: value for other, value in REQUIRED.items() if other != name}


def settings(**changes: object) -> Settings:
    return TapOfOneStream(config=REQUIRED | changes).context.settings


def refusal(**changes: object) -> str:
    """Set up a tap that runs nothing, and tell why it refuses."""
    with pytest.raises(SettingError) as refused:
        TapOfOneStream(config=REQUIRED | changes)
    return str(refused.value)


# What each setting is when nobody sets it.


@pytest.mark.usefixtures("_at_one_moment")
def test_defaults_are_the_contract_s() -> None:
    default = settings()

    assert default.place == "region us-east-1 (mypurecloud.com)"
    assert default.token_url == "https://login.mypurecloud.com/oauth/token"
    assert default.api_url == "https://api.mypurecloud.com"
    assert default.scope == "analytics:conversation:read"
    assert default.search_api == "auto"
    assert default.start == datetime(2026, 1, 5, tzinfo=timezone.utc)
    assert default.end == datetime(2026, 3, 1, 9, 30, 15, tzinfo=timezone.utc)
    assert default.projection.fields == (
        "id",
        "type",
        "timestamp",
        "media.type",
        "customer.name",
        "relevanceScore",
    )
    assert default.filters == ()
    assert default.facets == ()
    assert default.aggregate_granularity == timedelta(minutes=30)
    assert default.conversation_aggregate_group_by == (
        *("queueId", "userId", "mediaType", "direction"),
    )
    assert {"nOffered", "tHandle", "tAbandon"} <= set(default.conversation_aggregate_metrics)
    assert default.user_aggregate_metrics == (
        "tSystemPresence",
        "tOrganizationPresence",
        "tAgentRoutingStatus",
    )
    assert default.page_size == 500
    assert default.window_length == timedelta(hours=24)
    assert default.lookback is None
    assert {name: api.lookback / timedelta(hours=1) for name, api in SEARCH_APIS.items()} == {
        "interaction_search": 1,
        "conversation_jobs": 48,
        "conversation_query": 48,
        "transcript_search": 72,
    }
    assert default.conversation_matching == "active"
    assert default.max_records_per_search == 50_000
    assert default.max_concurrent_searches == 4
    assert default.requests_per_minute == 300
    assert default.request_timeout_seconds == 30
    assert default.poll_interval_seconds == 2
    assert default.poll_timeout_seconds == 1800
    assert default.max_retries == 5
    assert default.backoff_base_seconds == 1
    assert default.allow_incomplete is False
    assert default.strict is False
    assert default.webhook_url is None


@pytest.mark.usefixtures("_at_one_moment")
@pytest.mark.parametrize(
    "name", [name for name in CONFIG_JSONSCHEMA["properties"] if name not in REQUIRED]
)
def test_null_stands_for_the_default(name: str) -> None:
    assert settings(**{name: None}) == settings()


@pytest.mark.parametrize("name", REQUIRED)
def test_required_setting_is_missed_by_its_name(name: str) -> None:
    with pytest.raises(SettingError, match=f"^Missing setting: {name}. Give --config FILE"):
        TapGenesysSearch(config=without(name))


@pytest.mark.parametrize("name", REQUIRED)
def test_null_is_no_value_of_a_required_setting(name: str) -> None:
    assert name in refusal(**{name: None})


def test_place_of_the_client_is_the_region_or_the_org_behind_a_login_server() -> None:
    assert settings(environment="eu-central-1").place == "region eu-central-1 (mypurecloud.de)"
    gateway = settings(environment="eu-central-1", auth_url="https://gateway.example:8443/login")
    assert gateway.place == "the org behind gateway.example:8443 (auth_url)"


# What the schema refuses.


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("client_id", "", "is empty. Allowed is a text that is not empty"),
        ("client_id", 7, "is 7. Allowed is a text that is not empty"),
        ("client_secret", "", "is empty. Allowed is a text that is not empty"),
        ("environment", 7, "is 7. Allowed is a text"),
        ("scope", ["analytics"], "is a list. Allowed is a text"),
        ("search_api", "conversations", "'conversations'. Allowed is 'auto', 'interaction_search'"),
        ("search_api", "", "'auto'"),
        ("start_date", 20_260_105, "is 20260105. Allowed is a text"),
        ("fields", "id,type", "is 'id,type'. Allowed is a list, each item a text"),
        ("fields", ["id", 7], "fields[1] is 7. Allowed is a text"),
        ("filters", {"type": "match"}, "is an object. Allowed is a list, each item an object"),
        ("filters", ["media.type=voice"], "filters[0] is a text. Allowed is an object"),
        ("facets", "media.type", "is 'media.type'. Allowed is a list, each item a text"),
        ("aggregate_granularity", 30, "is 30. Allowed is a text"),
        ("conversation_aggregate_group_by", "queueId", "Allowed is a list, each item a text"),
        ("conversation_aggregate_metrics", ["tHandle", 7], "[1] is 7. Allowed is a text"),
        ("user_aggregate_metrics", ["tHandle"], "[0] is 'tHandle'. Allowed is 'tSystemPresence'"),
        ("page_size", 0, "is 0. Allowed is a whole number from 1 to 1000"),
        ("page_size", 1001, "is 1001. Allowed is a whole number from 1 to 1000"),
        ("page_size", "500", "is '500'. Allowed is a whole number from 1 to 1000"),
        ("page_size", 1.5, "is 1.5. Allowed is a whole number"),
        ("page_size", True, "is true. Allowed is a whole number"),
        ("window_hours", 0, "is 0. Allowed is a number of 0.00028 or more"),
        ("window_hours", -1, "Allowed is a number of 0.00028 or more"),
        ("window_hours", "a day", "is 'a day'. Allowed is a number of 0.00028 or more"),
        ("lookback_hours", -0.5, "is -0.5. Allowed is a number of 0 or more"),
        ("max_records_per_search", 0, "Allowed is a whole number of 1 or more"),
        ("max_concurrent_searches", 0, "a whole number from 1 to 64"),
        ("max_concurrent_searches", 65, "a whole number from 1 to 64"),
        ("requests_per_minute", 0, "a whole number of 1 or more"),
        ("request_timeout_seconds", 0, "a number above 0, up to 604800"),
        ("poll_interval_seconds", -1, "a number from 0 to 604800"),
        ("poll_timeout_seconds", 0, "a number above 0, up to 604800"),
        ("max_retries", -1, "is -1. Allowed is a whole number from 0 to 100"),
        ("max_retries", 101, "is 101. Allowed is a whole number from 0 to 100"),
        ("backoff_base_seconds", -1, "Allowed is a number from 0 to 604800"),
        ("allow_incomplete", "no", "is 'no'. Allowed is true or false"),
        ("strict", "yes", "is 'yes'. Allowed is true or false"),
        ("allow_incomplete", 0, "is 0. Allowed is true or false"),
        ("webhook_url", 7, "webhook_url is a number. Allowed is a text"),
    ],
)
def test_value_out_of_bounds_is_refused_with_what_is_allowed(
    name: str, value: object, allowed: str
) -> None:
    message = refusal(**{name: value})

    assert message.startswith("Bad setting: ")
    assert name in message
    assert allowed in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_size", 1),
        ("page_size", 1000),
        ("max_concurrent_searches", 64),
        ("max_retries", 0),
        ("poll_interval_seconds", 0),
        ("backoff_base_seconds", 0),
        ("max_records_per_search", 1),
        ("requests_per_minute", 1),
    ],
)
def test_bounds_themselves_are_allowed(name: str, value: int) -> None:
    assert getattr(settings(**{name: value}), name) == value


BATCHES = {"encoding": {"format": "jsonl"}, "storage": {"root": "file:///tmp/batches"}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"batch_config": {**BATCHES, "batch_size": 0}},
            "batch_config.batch_size is 0. Allowed is a whole number of 1 or more",
        ),
        (
            {"batch_config": {**BATCHES, "encoding": {"format": "csv"}}},
            "batch_config.encoding.format is 'csv'. Allowed is 'jsonl', 'parquet'",
        ),
        ({"batch_config": {**BATCHES, "storage": {}}}, "batch_config.storage.root is missing"),
        ({"batch_config": {}}, "batch_config.encoding is missing; batch_config.storage is missing"),
        ({"batch_config": {**BATCHES, "size": 5}}, "batch_config.size is unknown. Allowed are enc"),
        (
            {"flattening_enabled": True, "flattening_max_depth": -1},
            "flattening_max_depth is -1. Allowed is a whole number of 0 or more",
        ),
        (
            {"flattening_max_key_length": 20},
            "flattening_max_key_length is 20. Allowed is a whole number of 48 or more",
        ),
        ({"flattening_enabled": True}, "flattening_max_depth is required"),
        ({"stream_maps": {"users": "drop"}}, "stream_maps.users is a text. Allowed is '__NULL__'"),
        (
            {"stream_maps": {"users": {"email": 5}}},
            "stream_maps.users.email is a number. Allowed is '__NULL__' or null or a text",
        ),
        ({"stream_maps": {"__else__": "drop"}}, "stream_maps.__else__ is a text. Allowed is '__N"),
        ({"stream_maps": []}, "stream_maps is a list. Allowed is an object"),
    ],
)
def test_a_nested_setting_is_refused_by_its_whole_name(
    changes: dict[str, object], said: str
) -> None:
    message = refusal(**changes)
    assert message.startswith("Bad setting: ")
    assert said in message
    assert len(message.splitlines()) == 1


def test_no_column_is_shortened_by_the_shortest_key_length() -> None:
    streams = TapGenesysSearch(config=REQUIRED).streams.values()
    assert all(
        len(name) < SHORTEST_KEY_LENGTH for one in streams for name in one.schema["properties"]
    )


def test_all_wrong_settings_are_named_at_once() -> None:
    message = refusal(page_size=0, max_retries=-1)

    assert "page_size" in message
    assert "max_retries" in message


def test_all_missing_settings_are_named_at_once_with_how_to_give_them() -> None:
    with pytest.raises(SettingError) as refused:
        TapGenesysSearch(config={})

    assert str(refused.value) == (
        "Missing settings: client_id, client_secret, start_date. Give --config FILE, or "
        f"--config=ENV and variables like {PREFIX}CLIENT_ID; Meltano reads these from .env"
    )


def test_missing_setting_beside_a_wrong_one_is_named_with_it() -> None:
    with pytest.raises(SettingError) as refused:
        TapGenesysSearch(config={**without("start_date"), "page_size": 0})

    assert "page_size is 0. Allowed is a whole number from 1 to 1000" in str(refused.value)
    assert "start_date is missing" in str(refused.value)


def test_missing_setting_that_is_misspelt_is_told_by_its_misspelling() -> None:
    with pytest.raises(SettingError) as refused:
        TapGenesysSearch(config={**without("start_date"), "startdate": "2026-01-01", "zzz": 1})

    assert str(refused.value) == (
        "Missing setting: start_date. Unknown setting 'startdate': did you mean 'start_date'?"
    )


def test_missing_setting_whose_variable_is_misspelt_is_told_by_it(
    from_environment: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}STARTDATE", "2026-01-01")
    with pytest.raises(SettingError) as refused:
        from_environment(start_date="")

    assert str(refused.value) == (
        f"Missing setting: start_date. Unknown variable {PREFIX}STARTDATE: did you mean "
        f"{PREFIX}START_DATE?"
    )


def test_missing_setting_whose_variable_is_not_read_is_told_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(f"{PREFIX}START_DATE", "2026-01-01")
    with pytest.raises(SettingError) as refused:
        TapGenesysSearch(config=without("start_date"))

    assert str(refused.value) == (
        f"Missing setting: start_date. {PREFIX}START_DATE is set, but variables are read only with "
        "--config=ENV"
    )


def test_right_settings_are_checked_by_the_sdk_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def problems_of(*_: object) -> list[str]:
        pytest.fail("checked a second time")

    monkeypatch.setattr(base_tap, "problems_of", problems_of)
    assert settings(page_size=20).page_size == 20


# Numbers.


def test_decimal_numbers_of_a_configuration_file_become_floats() -> None:
    given = settings(
        window_hours=Decimal("0.5"),
        lookback_hours=Decimal("1.25"),
        backoff_base_seconds=Decimal("0.1"),
        filters=[{"type": "range", "gte": Decimal("0.75")}],
    )

    assert given.window_length == timedelta(minutes=30)
    assert given.lookback == timedelta(minutes=75)
    assert type(given.backoff_base_seconds) is float
    assert given.filters == ({"type": "range", "gte": 0.75},)
    assert type(given.filters[0]["gte"]) is float


@pytest.mark.parametrize(
    "name",
    [
        "page_size",
        "max_records_per_search",
        "max_concurrent_searches",
        "requests_per_minute",
        "max_retries",
    ],
)
def test_whole_number_written_with_a_point_is_whole(name: str) -> None:
    value = getattr(settings(**{name: 20.0}), name)

    assert value == 20
    assert type(value) is int


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("window_hours", float("nan")),
        ("window_hours", float("inf")),
        ("window_hours", 1e300),
        ("lookback_hours", float("nan")),
        ("lookback_hours", float("inf")),
        ("request_timeout_seconds", float("nan")),
        ("request_timeout_seconds", float("inf")),
        ("request_timeout_seconds", 1e300),
        ("poll_interval_seconds", float("nan")),
        ("poll_timeout_seconds", float("nan")),
        ("backoff_base_seconds", float("nan")),
    ],
)
def test_number_that_no_clock_can_take_is_refused(name: str, value: float) -> None:
    message = refusal(**{name: value})

    assert message.startswith("Bad setting: ")
    assert name in message


def test_window_of_less_than_a_second_is_refused() -> None:
    assert "window_hours is 0.0002. Allowed is a number of 0.00028 or more" in refusal(
        window_hours=0.0002
    )
    assert settings(window_hours=1 / 3600).window_length == timedelta(seconds=1)


# Dates.


@pytest.mark.parametrize("name", ["start_date", "end_date"])
@pytest.mark.parametrize("value", ["yesterday", "2026-02-30", "05.01.2026", "0001-01-01T00:00+09"])
def test_date_that_is_none_is_refused(name: str, value: str) -> None:
    message = refusal(**{name: value})

    assert f"{name} {value!r} is not a date" in message
    assert "ISO 8601" in message


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=timezone.utc)),
        ("2026-01-05T10:00:00+01:00", datetime(2026, 1, 5, 9, tzinfo=timezone.utc)),
        ("2026-01-05T09:00:00.123456Z", datetime(2026, 1, 5, 9, 0, 0, 123_000, timezone.utc)),
    ],
)
def test_dates_are_read_in_utc_to_the_millisecond(value: str, moment: datetime) -> None:
    assert settings(start_date=value).start == moment
    assert settings(start_date="2026-01-01", end_date=value).end == moment


@pytest.mark.parametrize("end_date", ["2026-01-05", "2026-01-04", "2026-01-05T01:00:00+01:00"])
def test_end_that_is_not_after_the_start_is_refused(end_date: str) -> None:
    message = refusal(end_date=end_date)

    assert f"end_date {end_date!r} is not after start_date '2026-01-05'" in message


@pytest.mark.usefixtures("_at_one_moment")
def test_end_in_the_future_is_the_start_of_the_run() -> None:
    assert settings(end_date="2999-01-01").end == NOW.replace(microsecond=0)


@pytest.mark.parametrize("more", [{}, {"end_date": "2999-01-01"}])
def test_start_in_the_future_is_refused(more: dict[str, str]) -> None:
    assert "start_date '2998-01-01' is in the future" in refusal(start_date="2998-01-01", **more)


# Fields.


def test_fields_are_checked() -> None:
    assert "fields has 'queue name'" in refusal(fields=["queue name"])
    assert "fields is empty" in refusal(fields=[])


# Aggregates.


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("PT30M", timedelta(minutes=30)),
        (" PT1H ", timedelta(hours=1)),
        ("PT1M", timedelta(minutes=1)),
        ("PT24H", timedelta(days=1)),
        ("P1D", timedelta(days=1)),
        ("P1W", timedelta(days=7)),
    ],
)
def test_granularity_is_a_part_of_a_day_or_whole_days(value: str, length: timedelta) -> None:
    assert settings(aggregate_granularity=value).aggregate_granularity == length


@pytest.mark.parametrize(
    "value", ["", "30", "PT30S", "PT7H", "PT36H", "PT0M", "P1M", "P9999999999D"]
)
def test_granularity_that_days_do_not_divide_into_is_refused(value: str) -> None:
    message = refusal(aggregate_granularity=value)

    assert f"aggregate_granularity is {value!r}" in message
    assert "PT30M" in message


def test_names_of_aggregates_are_checked() -> None:
    name = "conversation_aggregate_group_by"
    assert f"{name} has 'queue.name'" in refusal(**{name: ["queue.name"]})
    assert f"{name} has 'metric', whose column 'metric'" in refusal(**{name: ["metric"]})
    assert f"{name} has 'QueueId'" in refusal(**{name: ["queueId", "QueueId"]})
    assert settings(**{name: ["queueId", "queueId"]}).conversation_aggregate_group_by == (
        "queueId",
    )
    assert settings(**{name: []}).conversation_aggregate_group_by == ()
    for metrics in ("conversation_aggregate_metrics", "user_aggregate_metrics"):
        assert f"{metrics} is empty" in refusal(**{metrics: []})
    assert "has 'tHandle '" in refusal(conversation_aggregate_metrics=["tHandle "])


# Addresses.


@pytest.mark.parametrize("environment", ["eu-central-1", "mypurecloud.de"])
def test_environment_decides_the_servers(environment: str) -> None:
    given = settings(environment=environment)

    assert given.token_url == "https://login.mypurecloud.de/oauth/token"
    assert given.api_url == "https://api.mypurecloud.de"


@pytest.mark.parametrize("environment", ["mars", "", "[mypurecloud.de"])
def test_unknown_environment_is_refused_with_all_regions(environment: str) -> None:
    message = refusal(environment=environment)

    assert f"environment {environment!r}" in message
    assert all(region in message and domain in message for region, domain in DOMAINS.items())


@pytest.mark.parametrize(
    "url",
    [
        "https://gateway.example",
        "https://gateway.example:8443/genesys",
        "HTTPS://Gateway.example",
        "http://localhost:8080",
        "http://LOCALHOST",
        "http://127.0.0.1:8080",
        "http://127.1.2.3",
        "http://[::1]:8080",
    ],
)
def test_address_may_be_https_or_http_on_loopback(url: str) -> None:
    given = settings(auth_url=f" {url}/ ", api_url=f" {url}/ ", webhook_url=url)

    assert given.token_url == f"{url}/oauth/token"
    assert given.api_url == url
    assert given.webhook_url == url


@pytest.mark.parametrize("name", ["auth_url", "api_url", "webhook_url"])
@pytest.mark.parametrize(
    "url",
    [
        "http://gateway.example",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://192.168.0.10:8080",
        "http://0.0.0.0:8080",
        "http://[::2]",
        "ftp://127.0.0.1",
        "file:///etc/hosts",
        "gateway.example",
        "//gateway.example",
        "https://",
        "https:///path",
        "https://[::1",
        "https://gateway.example:port",
        "https://gateway.example:99999",
        f"https://user:{SECRET}@gateway.example",
        f"https://{SECRET}@gateway.example",
        f"https://:{SECRET}@gateway.example",
        f"http://user:{SECRET}@gateway.example",
    ],
)
def test_other_addresses_are_refused(name: str, url: str) -> None:
    message = refusal(**{name: url})

    assert f"{name} must be an https address, or http on loopback" in message
    assert SECRET not in message


@pytest.mark.parametrize("name", ["auth_url", "api_url"])
@pytest.mark.parametrize("tail", ["?key=value", "#part"])
def test_server_address_that_no_path_can_follow_is_refused(name: str, tail: str) -> None:
    assert name in refusal(**{name: f"https://gateway.example{tail}"})


@pytest.mark.usefixtures("_at_one_moment")
def test_empty_address_means_that_of_the_environment() -> None:
    assert settings(auth_url="", api_url="", webhook_url="") == settings()


def test_login_address_may_name_the_token_endpoint() -> None:
    url = "https://gateway.example/oauth/token"

    assert settings(auth_url=url).token_url == url
    assert settings(auth_url=f"{url}/").token_url == url


def test_scope_is_stripped_and_may_be_empty() -> None:
    assert settings(scope=" a b ").scope == "a b"
    assert settings(scope="").scope == ""


# Before any request.


@pytest.mark.parametrize(
    "changes",
    [
        {"page_size": 1001},
        {"environment": "mars"},
        {"end_date": "2020-01-01"},
        {"webhook_url": "http://hooks.example"},
        {"fields": []},
        {"window_hours": 0.0001},
    ],
)
def test_bad_setting_stops_the_run_before_its_first_request(
    unasked: tuple[Simulator, str], changes: dict[str, object]
) -> None:
    simulator, url = unasked
    config = REQUIRED | {"auth_url": url, "api_url": url} | changes

    with pytest.raises(SettingError):
        TapGenesysSearch(config=config).sync_all()

    assert simulator.requests == []


# Secrets.


@pytest.mark.parametrize("value", [["k9", SECRET], {"value": SECRET}, 912_873_465])
def test_secret_of_the_wrong_type_is_not_quoted(value: object) -> None:
    message = refusal(client_secret=value)

    assert "client_secret" in message
    assert "Allowed is a text that is not empty" in message
    assert str(value) not in message
    assert SECRET not in message


@pytest.mark.parametrize(
    "changes",
    [
        {"stream_map_config": f"{{'pepper': '{SECRET}'"},
        {"stream_maps": f"interactions: {SECRET}"},
        {"stream_maps": {"interactions": f"md5('{SECRET}')"}},
        {"faker_config": f"seed: {SECRET}"},
        {"faker_config": {"seed": [SECRET], "locale": {"a": SECRET}}},
        {"batch_config": f"s3://key:{SECRET}@bucket"},
        {"batch_config": {**BATCHES, "storage": f"s3://key:{SECRET}@bucket"}},
        {"batch_config": {**BATCHES, "storage": {"root": [SECRET]}}},
        {"filters": f"customer.name={SECRET}"},
    ],
)
def test_setting_that_is_an_object_is_never_quoted(
    changes: dict[str, object], tmp_path: Path
) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(REQUIRED | changes))
    for given in (REQUIRED | changes, file, str(file), [file]):
        with pytest.raises(SettingError) as refused:
            TapOfOneStream(config=given)
        message = str(refused.value)
        assert f"{next(iter(changes))}" in message
        assert "Allowed is " in message
        assert SECRET not in message


def test_webhook_address_of_the_wrong_type_is_not_quoted() -> None:
    assert SECRET not in refusal(webhook_url=[f"https://hooks.example/{SECRET}"])


def test_short_secret_leaves_the_names_of_settings_readable() -> None:
    assert "page_size" in refusal(client_secret="e", page_size=0)


def test_secrets_are_in_no_representation() -> None:
    given = settings(webhook_url=f"https://hooks.example/{SECRET}")

    assert given.client_secret == SECRET
    assert SECRET not in repr(given)
    assert SECRET not in str(given)
    assert "client_id='client'" in repr(given)


def test_refused_webhook_shows_its_host_only() -> None:
    message = refusal(webhook_url=f"http://hooks.example/{SECRET}?key={SECRET}")

    assert "'hooks.example'" in message
    assert SECRET not in message


def test_secrets_are_not_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}CLIENT_SECRET", SECRET)
    monkeypatch.setenv(f"{PREFIX}WEBHOOK_URL", f"https://hooks.example/{SECRET}")

    with caplog.at_level(logging.DEBUG):
        TapGenesysSearch(config=REQUIRED | {"page_sise": 1}, parse_env_config=True)

    assert "client_secret" in caplog.text
    assert SECRET not in caplog.text


# Environment variables.


@pytest.fixture
def from_environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    def read(**values: str) -> Settings:
        for name, value in (REQUIRED | values).items():
            monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
        return TapGenesysSearch(parse_env_config=True).context.settings

    return read


def test_settings_are_read_from_the_environment(from_environment: Callable[..., Settings]) -> None:
    given = from_environment(
        environment="eu-central-1",
        page_size="250",
        window_hours="0.5",
        poll_interval_seconds="1",
        allow_incomplete="true",
        fields='["id", "queue.name"]',
        filters='[{"type": "match", "field": "media.type", "value": "voice"}]',
        end_date="2026-01-06",
    )

    assert given.client_secret == SECRET
    assert given.place == "region eu-central-1 (mypurecloud.de)"
    assert given.page_size == 250
    assert given.window_length == timedelta(minutes=30)
    assert given.poll_interval_seconds == 1
    assert given.allow_incomplete is True
    assert given.projection.fields == ("id", "queue.name")
    assert given.filters == ({"type": "match", "field": "media.type", "value": "voice"},)
    assert given.end == datetime(2026, 1, 6, tzinfo=timezone.utc)


def test_number_that_meltano_hands_over_as_text_is_read() -> None:
    assert settings(window_hours="0.5").window_length == timedelta(minutes=30)


def test_environment_goes_before_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}WINDOW_HOURS", "2.5")
    config = REQUIRED | {"window_hours": 12, "page_size": 9}

    tap = TapGenesysSearch(config=config, parse_env_config=True)

    assert tap.context.settings.window_length == timedelta(hours=2.5)
    assert tap.context.settings.page_size == 9


@pytest.mark.parametrize(("switch", "page_size"), [(None, 7), ("0", 7), ("1", 500), ("True", 500)])
def test_dotenv_is_read_unless_it_is_switched_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, switch: str | None, page_size: int
) -> None:
    (tmp_path / ".env").write_text(f"{PREFIX}PAGE_SIZE=7\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setenv(f"{PREFIX}PAGE_SIZE", "")  # so that it is put back as it was
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED", raising=False)
    if switch is not None:
        monkeypatch.setenv("PYTHON_DOTENV_DISABLED", switch)

    assert (
        TapGenesysSearch(config=REQUIRED, parse_env_config=True).context.settings.page_size
        == page_size
    )


def test_variable_goes_before_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{PREFIX}PAGE_SIZE=7\n{PREFIX}WINDOW_HOURS=6\n")
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED", raising=False)
    monkeypatch.setenv(f"{PREFIX}PAGE_SIZE", "9")
    monkeypatch.setenv(f"{PREFIX}WINDOW_HOURS", "")

    found = TapGenesysSearch(config=REQUIRED, parse_env_config=True).context.settings

    assert found.page_size == 9
    assert found.window_length == timedelta(hours=6)


def test_environment_is_not_read_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}PAGE_SIZE", "7")

    assert settings().page_size == 500


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("page_size", "many", "a whole number"),
        ("page_size", "1.5", "a whole number"),
        ("window_hours", "a day", "a number of 0.00028 or more"),
        ("backoff_base_seconds", "1,5", "a number from 0 to 604800"),
        ("poll_timeout_seconds", "nan", "finite numbers"),
        ("filters", "media.type=voice", 'a list in JSON, as in ["a", "b"]'),
        ("stream_maps", "users: null", 'an object in JSON, as in {"a": "b"}'),
        ("allow_incomplete", "maybe", "true or false"),
        ("strict", "perhaps", "true or false"),
    ],
)
def test_variable_that_can_not_be_read_is_refused_by_its_name(
    from_environment: Callable[..., Settings], name: str, value: str, allowed: str
) -> None:
    with pytest.raises(SettingError) as refused:
        from_environment(**{name: value})

    message = str(refused.value)
    assert name in message.lower()
    assert message.endswith(f"Allowed {'are' if allowed == 'finite numbers' else 'is'} {allowed}")
    assert len(message.splitlines()) == 1


def test_variable_out_of_bounds_is_refused(from_environment: Callable[..., Settings]) -> None:
    with pytest.raises(
        SettingError, match=r"page_size is 1001. Allowed is a whole number from 1 to 1000"
    ):
        from_environment(page_size="1001")


# Unknown settings.


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("page_sise", "page_size"),
        ("startdate", "start_date"),
        ("window_hour", "window_hours"),
        ("apiurl", "api_url"),
    ],
)
def test_unknown_setting_warns_with_what_may_be_meant(
    caplog: pytest.LogCaptureFixture, name: str, meant: str
) -> None:
    with caplog.at_level(logging.WARNING):
        settings(**{name: 7})

    assert caplog.messages == [f"Unknown setting {name!r} is ignored: did you mean {meant!r}?"]


def test_unknown_setting_unlike_any_other_warns_without_a_guess(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        settings(zzz=SECRET)

    assert caplog.messages == ["Unknown setting 'zzz' is ignored"]


def test_settings_of_the_sdk_are_known(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        settings(stream_maps={}, flattening_enabled=False, page_size=20)

    assert caplog.messages == []


def test_misspelt_variable_warns_with_the_setting_it_may_mean(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(f"{PREFIX}PAGE_SISE", "7")
    monkeypatch.setenv(f"{PREFIX}LOGLEVEL", "INFO")

    settings()

    assert f"{PREFIX}PAGE_SISE is ignored: did you mean setting 'page_size'?" in caplog.text
    assert "LOGLEVEL" not in caplog.text


def test_start_in_the_future_is_said_before_an_end_before_it() -> None:
    message = refusal(start_date="2999-01-01", end_date="2026-01-12")

    assert "start_date '2999-01-01' is in the future" in message


@pytest.mark.usefixtures("_at_one_moment")
@pytest.mark.parametrize("name", ["page_size", "window_hours", "filters", "environment", "facets"])
def test_empty_variable_is_not_set(from_environment: Callable[..., Settings], name: str) -> None:
    assert from_environment(**{name: ""}) == from_environment()


def test_empty_scope_sends_none(from_environment: Callable[..., Settings]) -> None:
    assert from_environment(scope="").scope == ""


def test_list_with_commas_is_warned_of_by_its_variable(
    from_environment: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    assert from_environment(facets="queueId,mediaType").facets == ("queueId", "mediaType")
    (line,) = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert line.startswith("Environment variable TAP_GENESYS_SEARCH_FACETS is a list with commas")


def test_blanks_in_a_list_of_fields_are_left_out(from_environment: Callable[..., Settings]) -> None:
    assert from_environment(fields="id, queue.name").projection.fields == ("id", "queue.name")


@pytest.mark.parametrize("fields", [[5], [None]])
def test_fields_that_are_no_list_of_names_are_refused_in_discovery_too(fields: object) -> None:
    with pytest.raises(SettingError, match="fields"):
        TapGenesysSearch(config={"fields": fields}, validate_config=False).catalog_dict  # noqa: B018


@pytest.mark.parametrize("filters", ["Ada Lovelace", ["Ada Lovelace"]])
def test_filters_of_the_wrong_type_are_refused_without_whom_they_search_for(
    filters: object,
) -> None:
    with pytest.raises(SettingError) as refused:
        TapGenesysSearch(config=REQUIRED | {"filters": filters})
    assert "filters" in str(refused.value)
    assert "Allowed is a" in str(refused.value)
    assert "Lovelace" not in str(refused.value)
