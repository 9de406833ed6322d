"""The conversation aggregates: the metrics of the conversations themselves, counted."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.timestamps import parse_timestamp, to_milliseconds
from genesys_cloud_simulator.validation.names import AGGREGATE_METRICS
from genesys_cloud_simulator.views.answers import conversation_figures
from genesys_cloud_simulator.workforce.service_levels import ServiceLevelOptions

from .api_client import CONVERSATION_AGGREGATES_PATH as PATH
from .api_client import ORG_START

if TYPE_CHECKING:
    from collections.abc import Callable

    from .api_client import ApiClient

pytestmark = pytest.mark.thorough

TARGETS = {"voice": 0.8, "chat": 0.8, "email": 0.95, "message": 0.8, "callback": 0.8}

DAY = "2026-01-07T00:00:00.000Z/2026-01-08T00:00:00.000Z"


@pytest.fixture(scope="module")
def measured(shared: ApiClient) -> list[tuple[Any, Any, Any, Any]]:
    """Each metric of the org with its session, participant and conversation."""
    return [
        (metric, session, party, one)
        for one in shared.all_queried()
        for party in one["participants"]
        for session in party["sessions"]
        for metric in session.get("metrics", [])
    ]


def stats(results: list[dict[str, Any]], metric: str) -> dict[tuple[str, ...], Any]:
    """The figures of a metric by the values of the group and the interval."""
    return {
        (*one["group"].values(), data["interval"]): found["stats"]
        for one in results
        for data in one["data"]
        for found in data["metrics"]
        if found["metric"] == metric
    }


def test_counts_what_was_emitted_in_a_bucket(
    shared: ApiClient, measured: list[tuple[Any, Any, Any, Any]]
) -> None:
    results = shared.aggregated(
        PATH, interval=DAY, granularity="PT30M", metrics=["tHandle", "nOffered"]
    )
    handled, offered = defaultdict(list), Counter[str]()
    for metric, *_ in measured:
        if metric["emitDate"].startswith("2026-01-07"):
            moment = parse_timestamp(metric["emitDate"])
            start = moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
            bucket = "/".join(
                f"{one:%Y-%m-%dT%H:%M}:00.000Z" for one in (start, start + timedelta(minutes=30))
            )
            if metric["name"] == "tHandle":
                handled[bucket].append(metric["value"])
            offered[bucket] += metric["name"] == "nOffered"
    assert [one["group"] for one in results] == [{}]
    assert stats(results, "tHandle") == {
        (bucket,): {
            "max": max(values),
            "min": min(values),
            "count": len(values),
            "sum": sum(values),
        }
        for bucket, values in handled.items()
    }
    assert stats(results, "nOffered") == {
        (bucket,): {"count": count} for bucket, count in offered.items() if count
    }
    assert len(handled) > 20
    assert [one["interval"] for one in results[0]["data"]] == sorted(handled | +offered)


def test_a_group_lacks_what_has_no_value(
    shared: ApiClient, measured: list[tuple[Any, Any, Any, Any]]
) -> None:
    results = shared.aggregated(
        PATH, groupBy=["queueId", "userId", "mediaType"], metrics=["tHandle", "nOffered"]
    )
    groups = [frozenset(one["group"]) for one in results]
    assert {"queueId", "mediaType"} in groups
    assert {"queueId", "userId", "mediaType"} in groups
    assert {"userId", "mediaType"} in groups
    totals = Counter[str]()
    for one in results:
        for data in one["data"]:
            assert data["interval"] == f"{ORG_START}/2026-02-02T00:00:00.000Z"
            for found in data["metrics"]:
                totals[found["metric"]] += found["stats"]["count"]
    assert totals == Counter(
        metric["name"]
        for metric, *_ in measured
        if metric["name"] in totals and metric["emitDate"] < "2026-02-02"
    )


def test_the_same_as_the_simulators_own_figures(shared: ApiClient) -> None:
    results = shared.aggregated(
        PATH, granularity="P1D", groupBy=["queueId"], metrics=["tHandle", "nTransferred"]
    )
    averages = {
        (queue, interval[:10]): found["sum"] / found["count"]
        for (queue, interval), found in (
            (key, found) for key, found in stats(results, "tHandle").items() if len(key) == 2
        )
    }
    org = shared.simulator.org
    own = conversation_figures(org, shared.simulator.moment)
    assert averages == pytest.approx(
        {
            (queue, day.isoformat()): average
            for (queue, day), average in own.average_handle_time_by_queue_and_day().items()
            if day < org.end.date()
        }
    )
    assert len(averages) > 200


def test_wrap_up_codes(shared: ApiClient, measured: list[tuple[Any, Any, Any, Any]]) -> None:
    results = shared.aggregated(PATH, groupBy=["wrapUpCode"], metrics=["tAcw", "tTalk"])
    codes = Counter(
        segment["wrapUpCode"]
        for metric, session, *_ in measured
        if metric["name"] == "tAcw" and metric["emitDate"] < "2026-02-02"
        for segment in session["segments"]
        if "wrapUpCode" in segment
    )
    found = {key[0]: one["count"] for key, one in stats(results, "tAcw").items()}
    assert found == codes
    # Talk is measured before the code is known.
    assert [len(key) for key in stats(results, "tTalk")] == [1]


def test_the_service_level(shared: ApiClient, measured: list[tuple[Any, Any, Any, Any]]) -> None:
    counted = of_queues(measured)
    late = {medium for medium, name in counted if name == "nOverSla"}
    assert late > {"voice", "chat", "message"}
    for medium, target in TARGETS.items():
        predicates = [{"dimension": "mediaType", "value": medium}]
        results = shared.aggregated(
            PATH,
            metrics=["oServiceLevel", "oServiceTarget"],
            filter={"type": "and", "predicates": predicates},
        )
        answered, over = counted[medium, "tAnswered"], counted[medium, "nOverSla"]
        denominator = answered + counted[medium, "tAbandon"]
        assert [found["stats"] for found in results[0]["data"][0]["metrics"]] == [
            {
                "ratio": (answered - over) / denominator,
                "numerator": answered - over,
                "denominator": denominator,
                "target": pytest.approx(target),
            },
            {"current": pytest.approx(target)},
        ]


def test_the_service_level_of_all_media_has_the_targets_mean(
    shared: ApiClient, measured: list[tuple[Any, Any, Any, Any]]
) -> None:
    results = shared.aggregated(PATH, metrics=["oServiceLevel"])
    (level,) = results[0]["data"][0]["metrics"]
    counted = Counter[str]()
    for (_, name), count in of_queues(measured).items():
        counted[name] += count
    assert level["stats"]["numerator"] == counted["tAnswered"] - counted["nOverSla"]
    assert level["stats"]["denominator"] == counted["tAnswered"] + counted["tAbandon"]
    assert 0.8 < level["stats"]["target"] < 0.95


@pytest.mark.parametrize(
    ("options", "factors"),
    [
        ({"includes_flow_outs": True}, {"tAbandon": 1, "tFlowOut": 1}),
        ({"includes_short_abandons": False}, {"tAbandon": 1, "tShortAbandon": -1}),
        ({"includes_abandons": False}, {}),
        ({"includes_abandons": False, "includes_short_abandons": False}, {}),
        ({"includes_abandons": False, "includes_flow_outs": True}, {"tFlowOut": 1}),
    ],
)
def test_an_org_says_who_counts_in_the_service_level(
    shared: ApiClient,
    measured: list[tuple[Any, Any, Any, Any]],
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, bool],
    factors: dict[str, int],
) -> None:
    monkeypatch.setattr(shared.simulator, "service_level", ServiceLevelOptions(**options))
    results = shared.aggregated(PATH, metrics=["oServiceLevel"])
    (level,) = results[0]["data"][0]["metrics"]
    counted = Counter[str]()
    for (_, name), count in of_queues(measured).items():
        counted[name] += count
    assert min(counted[name] for name in ("tAbandon", "tShortAbandon", "tFlowOut")) > 10
    assert level["stats"]["denominator"] == counted["tAnswered"] + sum(
        factor * counted[name] for name, factor in factors.items()
    )


def of_queues(measured: list[tuple[Any, Any, Any, Any]]) -> Counter[tuple[str | None, str]]:
    """Count the metrics of queues and agents by medium and name, until the end of the org."""
    return Counter(
        (session.get("mediaType"), metric["name"])
        for metric, session, party, _ in measured
        if party["purpose"] != "ivr" and metric["emitDate"] < "2026-02-02"
    )


def test_who_was_answered_late_waited_longer_than_the_target(
    measured: list[tuple[Any, Any, Any, Any]],
) -> None:
    limits = {"voice": 20_000, "chat": 30_000, "email": 8 * 3_600_000, "message": 120_000}
    late = 0
    for metric, session, *_ in measured:
        if metric["name"] == "tAnswered" and session.get("mediaType") in limits:
            names = [one["name"] for one in session["metrics"]]
            is_late = metric["value"] > limits[session["mediaType"]]
            assert names.count("nOverSla") == is_late
            late += is_late
        elif metric["name"] == "nOverSla":
            assert "tAnswered" in {one["name"] for one in session["metrics"]}
    assert late > 100


def test_details_and_aggregates_agree(
    shared: ApiClient, measured: list[tuple[Any, Any, Any, Any]]
) -> None:
    names = sorted({metric["name"] for metric, *_ in measured} & AGGREGATE_METRICS)
    dimensions = ("queueId", "userId", "mediaType")
    counts: defaultdict[Any, list[int]] = defaultdict(list)
    for metric, session, party, _ in measured:
        queues = {one["queueId"] for one in session["segments"] if "queueId" in one}
        assert len(queues) <= 1
        moment = parse_timestamp(metric["emitDate"])
        group = (next(iter(queues), None), party.get("userId"), session.get("mediaType"))
        half_hour = moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
        counts[metric["name"], f"{half_hour:%Y-%m-%dT%H:%M}", group].append(metric["value"])
    expected = {
        key: (sum(values), None) if key[0].startswith("n") else (len(values), sum(values))
        for key, values in counts.items()
        if key[0] in names and key[1] < "2026-02-02"
    }
    found = {
        (one["metric"], data["interval"][:16], group): (
            one["stats"]["count"],
            one["stats"].get("sum"),
        )
        for start in range(5, 33, 7)
        for result in shared.aggregated(
            PATH,
            interval=f"{week(start)}/{week(start + 7)}",
            granularity="PT30M",
            groupBy=list(dimensions),
            metrics=names,
        )
        for group in (tuple(result["group"].get(name) for name in dimensions),)
        for data in result["data"]
        for one in data["metrics"]
    }
    assert found == expected
    assert {"tFlowOut", "tShortAbandon", "nBlindTransferred", "nConsultTransferred"} < set(names)
    assert len(found) > 20_000


def week(day: int) -> str:
    return f"{datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(days=day - 1):%Y-%m-%d}T00:00Z"


def test_a_wait_is_over_when_the_queue_is_left(shared: ApiClient) -> None:
    results = shared.aggregated(PATH, metrics=["tWait", "tAcd"], groupBy=["queueId"])
    assert stats(results, "tWait") == stats(results, "tAcd")
    assert len(stats(results, "tWait")) == 12


def test_filters(shared: ApiClient) -> None:
    def counts(condition: Any) -> int:
        results = shared.aggregated(PATH, metrics=["nConnected"], filter=condition)
        return sum(one["count"] for one in stats(results, "nConnected").values())

    def media(value: str) -> Any:
        return {"dimension": "mediaType", "value": value}

    voice = counts({"type": "and", "predicates": [media("voice")]})
    email = counts({"type": "and", "predicates": [media("email")]})
    assert min(voice, email) > 100
    assert counts({"type": "or", "predicates": [media("voice"), media("email")]}) == voice + email
    assert counts({"type": "and", "predicates": [media("voice"), media("email")]}) == 0
    inbound = {"type": "or", "predicates": [{"dimension": "direction", "value": "inbound"}]}
    both = counts({"type": "and", "predicates": [media("voice")], "clauses": [inbound]})
    assert 0 < both < voice
    unset = {"dimension": "mediaType", "operator": "notExists"}
    total = counts({"type": "and", "predicates": [{"dimension": "userId", "operator": "exists"}]})
    assert 0 < counts({"type": "and", "predicates": [unset]}) < total


def waits(client: ApiClient, dimension: str = "", **asked: Any) -> dict[str, int]:
    """How many left a queue, by the value of a dimension; those without one by nothing."""
    group_by = {"groupBy": [dimension]} if dimension else {}
    results = client.aggregated(PATH, metrics=["tAcd"], **group_by, **asked)
    return {
        one["group"].get(dimension, ""): sum(
            data["metrics"][0]["stats"]["count"] for data in one["data"]
        )
        for one in results
    }


def test_a_dimension_with_several_values_counts_for_each_or_all_together(
    shared: ApiClient,
) -> None:
    total = waits(shared)[""]
    apart = waits(shared, "divisionId")
    together = waits(shared, "divisionId", flattenMultivaluedDimensions=True)
    assert sum(together.values()) == total < sum(apart.values())
    assert max(len(values.split(",")) for values in together) > 1
    for division, count in apart.items():
        assert count == sum(
            one for values, one in together.items() if division in values.split(",")
        )


def test_what_the_routing_says_can_be_asked_for(shared: ApiClient) -> None:
    methods = waits(shared, "usedRouting")
    assert methods.keys() > {"", "Standard", "Bullseye", "Manual"}
    agents = waits(shared, "scoredAgentId")
    skills = waits(shared, "removedSkillId")
    assert min(len(agents), len(skills)) > 2
    agent_id = next(filter(None, agents))
    predicates = [{"dimension": "scoredAgentId", "value": agent_id}]
    wanted = {"type": "and", "predicates": predicates}
    assert waits(shared, filter=wanted) == {"": agents[agent_id]}


def intervals(results: list[dict[str, Any]]) -> list[str]:
    return [data["interval"] for one in results for data in one["data"]]


def test_days_begin_at_midnight_of_the_zone(start: Callable[..., ApiClient]) -> None:
    client = start(
        org=Org(start=datetime(2026, 3, 23, tzinfo=timezone.utc), days=14, interactions=2000)
    )
    asked = {"interval": "2026-03-28T12:00/2026-03-31T12:00", "metrics": ["nOffered"]}
    by_day = client.aggregated(PATH, timeZone="Europe/Berlin", granularity="P1D", **asked)
    midnights = [
        "2026-03-28T12:00:00.000Z",
        "2026-03-28T23:00:00.000Z",
        # Summer time begins on this day, which has 23 hours.
        "2026-03-29T22:00:00.000Z",
        "2026-03-30T22:00:00.000Z",
        "2026-03-31T12:00:00.000Z",
    ]
    spans = ["/".join(pair) for pair in itertools.pairwise(midnights)]
    assert intervals(by_day) == spans
    apart = [client.aggregated(PATH, interval=span, metrics=["nOffered"])[0] for span in spans]
    assert [one["data"][0] for one in apart] == by_day[0]["data"]
    two_days = client.aggregated(PATH, timeZone="Europe/Berlin", granularity="P2D", **asked)
    assert intervals(two_days) == [
        f"{midnights[0]}/{midnights[2]}",
        f"{midnights[2]}/{midnights[4]}",
    ]


def test_days_are_those_of_utc_unless_a_zone_is_named(shared: ApiClient) -> None:
    asked = {
        "interval": "2026-01-07T13:00+01:00/2026-01-09T12:00Z",
        "metrics": ["nOffered"],
        "granularity": "P1D",
    }
    expected = shared.aggregated(PATH, **asked)
    assert [one[:16] for one in intervals(expected)] == [
        "2026-01-07T12:00", "2026-01-08T00:00", "2026-01-09T00:00",
    ]  # fmt: skip
    for zone in ("UTC", "Etc/UTC", "Africa/Abidjan"):
        assert shared.aggregated(PATH, timeZone=zone, **asked) == expected


def test_a_zone_changes_nothing_but_days(shared: ApiClient) -> None:
    asked = {"interval": "2026-01-07T12:00/2026-01-08T12:00", "metrics": ["nOffered"]}
    whole = shared.aggregated(PATH, **asked)
    assert intervals(whole) == ["2026-01-07T12:00:00.000Z/2026-01-08T12:00:00.000Z"]
    assert shared.aggregated(PATH, timeZone="Asia/Kathmandu", **asked) == whole
    hours = shared.aggregated(PATH, granularity="PT6H", **asked)
    assert shared.aggregated(PATH, timeZone="Asia/Kathmandu", granularity="PT6H", **asked) == hours


def test_what_applies_to_other_queries_changes_nothing(shared: ApiClient) -> None:
    asked = {"interval": DAY, "metrics": ["nOffered"], "groupBy": ["queueId"]}
    more = {"queryType": "groupBy", "sortMetric": "nOffered", "limit": 1, "views": []}
    expected = shared.aggregated(PATH, **asked)
    assert shared.aggregated(PATH, alternateTimeDimension="eventTime", **more, **asked) == expected
    assert len(expected) > 1


def test_only_what_has_happened(start: Callable[..., ApiClient]) -> None:
    org = Org(interactions=500)
    client = start(org=org, now=org.start + timedelta(days=14, hours=10))
    results = client.aggregated(PATH, granularity="PT1H", metrics=["nOffered"])
    intervals = [data["interval"] for one in results for data in one["data"]]
    assert max(intervals).startswith("2026-01-19T0")
    assert to_milliseconds(parse_timestamp(max(intervals).partition("/")[0])) <= to_milliseconds(
        client.simulator.moment
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metrics": None}, "metrics is required"),
        ({"metrics": []}, "metrics is required"),
        ({"metrics": ["tHandel"]}, "metrics[0] has the unknown value 'tHandel'"),
        ({"metrics": ["tHandle", "tHandle"]}, "metrics names one twice"),
        ({"groupBy": ["queue"]}, "groupBy[0] has the unknown value 'queue'"),
        ({"interval": None}, "interval is required"),
        ({"interval": "2026-01-05T00:00:00Z/2026-02-06T00:00:00Z"}, "longer than 31 days"),
        ({"granularity": "30M"}, "granularity must be an ISO 8601 period"),
        ({"granularity": "P"}, "granularity must be an ISO 8601 period"),
        ({"granularity": "PT0S"}, "granularity must be longer than nothing"),
        ({"granularity": 30}, "granularity must be an ISO 8601 period"),
        ({"pageSize": 100}, "Unrecognized field 'pageSize'"),
        ({"filter": {"type": "and"}}, "filter must have predicates or clauses"),
        ({"filter": {"predicates": []}}, "filter.type"),
        (
            {"filter": {"type": "and", "predicates": [{"dimension": "queueName", "value": "x"}]}},
            "filter.predicates[0].dimension has the unknown value",
        ),
        (
            {"filter": {"type": "and", "predicates": [{"dimension": "queueId"}]}},
            "filter.predicates[0] must have either a value or a range",
        ),
        ({"views": [{"target": "tTalk"}]}, "views is not simulated"),
        ({"timeZone": "Europe/Atlantis"}, "timeZone has the unknown value 'Europe/Atlantis'"),
        ({"timeZone": "../Europe/London"}, "timeZone"),
        ({"timeZone": ""}, "timeZone"),
        ({"timeZone": 1}, "timeZone"),
        ({"alternateTimeDimension": "startTime"}, "alternateTimeDimension"),
        ({"queryType": "topN"}, "queryType"),
    ],
)
def test_refuses_what_is_wrong(shared: ApiClient, changes: dict[str, Any], message: str) -> None:
    response = shared.aggregate(PATH, **{"interval": DAY, "metrics": ["tHandle"], **changes})
    assert response.status_code == 400
    assert message in response.json()["message"]


def test_refuses_too_large_a_result(configure: Callable[..., ApiClient], client: ApiClient) -> None:
    configure(aggregate_result_limit=100)
    response = client.aggregate(PATH, granularity="PT30M", metrics=["tHandle"])
    assert response.status_code == 400
    assert response.json()["message"] == "Result set is larger than result limit of 100"


def test_needs_its_permission(start: Callable[..., ApiClient]) -> None:
    client = start(permissions=frozenset({"analytics:conversationDetail:view"}))
    response = client.aggregate(PATH, metrics=["tHandle"])
    assert response.status_code == 403
    assert "[analytics:conversationAggregate:view]" in response.json()["message"]
