"""The platform's own SDK as a client: what it reads must be all that the simulator sends."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.offer import OFFERED_LISTS
from genesys_cloud_simulator.timestamps import format_timestamp
from genesys_cloud_simulator.views.conversations import ConversationView
from scripts.generate.official_sdk import import_official_sdk
from tap_genesys_search.platform.paging import pages_by_number
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tests.support.sdk_lists import sdk_list

from .api_client import ORG_INTERVAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .api_client import ApiClient

DAY = "2026-01-07T00:00:00.000Z/2026-01-08T00:00:00.000Z"


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The SDK, which reads a file in the home directory, and would watch that for changes."""
    home = tmp_path_factory.mktemp("home")
    (home / ".genesyscloudpython").mkdir()
    (home / ".genesyscloudpython" / "config").write_text(
        "[general]\nlive_reload_config = false\n", encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        sdk = import_official_sdk()
        sdk.Configuration()  # there is only one, which reads the file when it is made
        return sdk


@pytest.fixture
def connect(sdk: Any, start: Callable[..., ApiClient]) -> Iterator[Callable[..., Connected]]:
    """Start a simulator with options of the test's own, and sign the SDK in to it."""
    with ExitStack() as stack:

        def connect(**options: Any) -> Connected:
            client = start(sign_in=False, **options)
            return stack.enter_context(connected(sdk, client))

        yield connect


@pytest.fixture
def org(sdk: Any, client: ApiClient) -> Iterator[Connected]:
    """The SDK, signed in to a simulator that begins anew for each test."""
    with connected(sdk, client) as org:
        yield org


@contextmanager
def connected(sdk: Any, client: ApiClient) -> Iterator[Connected]:
    api_client = sdk.api_client.ApiClient(host=client.url)
    simulator = client.simulator
    api_client.get_client_credentials_token(simulator.client_id, simulator.client_secret)
    yield Connected(sdk, api_client, client)
    api_client.get_http_client().rest_client.pool_manager.clear()


class Connected:
    """The SDK's APIs, signed in to a simulator."""

    def __init__(self, sdk: Any, api_client: Any, client: ApiClient) -> None:
        self.sdk = sdk
        self.api_client = api_client
        self.simulator = client.simulator
        self.analytics = sdk.AnalyticsApi(api_client)
        self.transcripts = sdk.SpeechTextAnalyticsApi(api_client)
        self.users = sdk.UsersApi(api_client)
        self.routing = sdk.RoutingApi(api_client)

    def model(self, name: str, **values: Any) -> Any:
        model = getattr(self.sdk, name)()
        for attribute, value in values.items():
            assert attribute in model.swagger_types
            setattr(model, attribute, value)
        return model

    def assert_read(self, model: Any) -> None:
        """Assert that the SDK took every part of the last answer as it was sent."""
        assert as_sent(model) == json.loads(self.api_client.last_response.data)

    def submit(self, **values: Any) -> str:
        body = self.model("AsyncConversationQuery", interval=ORG_INTERVAL, **values)
        job = self.analytics.post_analytics_conversations_details_jobs(body)
        assert self.api_client.last_response.status == 202
        self.assert_read(job)
        job_id: str = job.job_id
        return job_id


def as_sent(value: Any) -> Any:
    """Turn a model back into JSON. Values the SDK does not know come out as something else."""
    if hasattr(value, "swagger_types"):
        names = value.attribute_map
        return {
            names[attribute]: as_sent(getattr(value, attribute))
            for attribute in value.swagger_types
            if getattr(value, attribute) is not None
        }
    if isinstance(value, list):
        return [as_sent(one) for one in value]
    return format_timestamp(value) if isinstance(value, datetime) else value


@pytest.mark.thorough
def test_query(org: Connected) -> None:
    body = org.model(
        "ConversationQuery",
        interval=DAY,
        order="asc",
        order_by="conversationStart",
        paging=org.model("PagingSpec", page_size=100, page_number=1),
        segment_filters=[
            org.model(
                "SegmentDetailQueryFilter",
                type="or",
                predicates=[
                    org.model("SegmentDetailQueryPredicate", dimension="mediaType", value=media)
                    for media in ("voice", "email", "callback", "message")
                ],
            )
        ],
        aggregations=[
            org.model("AnalyticsQueryAggregation", type="termFrequency", dimension="queueId"),
            org.model(
                "AnalyticsQueryAggregation",
                type="numericRange",
                metric="tTalk",
                ranges=[
                    org.model("AggregationRange", gte=0, lt=60_000),
                    org.model("AggregationRange", gte=60_000),
                ],
            ),
        ],
    )
    answer = org.analytics.post_analytics_conversations_details_query(body)
    org.assert_read(answer)
    assert 50 < len(answer.conversations) <= answer.total_hits
    first = answer.conversations[0]
    assert isinstance(first, org.sdk.AnalyticsConversationWithoutAttributes)
    assert first.conversation_start.date().isoformat() == "2026-01-07"
    assert first.conversation_start.tzinfo is not None
    sessions = [
        session
        for one in answer.conversations
        for party in one.participants
        for session in party.sessions
    ]
    assert {"voice", "email", "callback", "message"} <= {one.media_type for one in sessions}
    metrics = [one for session in sessions for one in session.metrics or ()]
    assert {type(one.value) for one in metrics} == {int}
    assert {type(one.emit_date) for one in metrics} == {datetime}
    terms, ranges = answer.aggregations
    assert terms.dimension == "queueId"
    assert terms.count >= terms.results[0].count > terms.results[-1].count > 0
    assert [(one.gte, one.lt) for one in ranges.results] == [(0, 60_000), (60_000, None)]


def test_a_page_past_the_end(org: Connected) -> None:
    body = org.model(
        "ConversationQuery", interval=DAY, paging=org.model("PagingSpec", page_number=999)
    )
    answer = org.analytics.post_analytics_conversations_details_query(body)
    assert answer.conversations is None
    assert answer.total_hits > 0


@pytest.mark.thorough
def test_jobs(connect: Callable[..., Connected]) -> None:
    org = connect(org=Org(interactions=400), now=datetime(2026, 3, 1, tzinfo=timezone.utc))
    job_id = org.submit(start_of_day_interval_matching=True, order="asc")
    status = org.analytics.get_analytics_conversations_details_job(job_id)
    org.assert_read(status)
    assert status.state == "FULFILLED"
    assert status.submission_date <= status.completion_date < status.expiration_date
    found = []
    attributes = 0
    cursor: dict[str, str] = {}
    for _ in range(100):
        page = org.analytics.get_analytics_conversations_details_job_results(
            job_id, page_size=100, **cursor
        )
        org.assert_read(page)
        assert page.data_availability_date == org.simulator.data_availability
        found += [one.conversation_id for one in page.conversations]
        attributes += sum(
            party.attributes is not None for one in page.conversations for party in one.participants
        )
        if page.cursor is None:
            break
        cursor = {"cursor": page.cursor}
    assert found == list(org.simulator.org.ids_between(*period(org)))
    assert attributes > 200
    assert org.analytics.delete_analytics_conversations_details_job(job_id) is None
    with pytest.raises(org.sdk.rest.ApiException) as error:
        org.analytics.get_analytics_conversations_details_job(job_id)
    assert error.value.status == 404
    assert json.loads(error.value.body)["code"] == "not.found"


def new_in(conversation: Any, known: set[tuple[str, object]]) -> set[tuple[str, object]]:
    """Collect what a conversation has that no other one had: properties, kinds, metrics."""
    found: set[tuple[str, object]] = set()

    def collect(value: Any) -> None:
        if isinstance(value, list):
            for one in value:
                collect(one)
        elif isinstance(value, dict):
            for key, one in value.items():
                named = key in {"segmentType", "disconnectType", "mediaType", "name", "purpose"}
                found.add((key, one if named and "participantName" not in value else None))
                collect(one)

    collect(conversation)
    return found - known


@pytest.mark.thorough
def test_every_part_that_a_conversation_may_have(org: Connected) -> None:
    generated = Org(seed=7, interactions=3000)
    view = ConversationView(generated, generated.end + timedelta(days=90))
    known: set[tuple[str, object]] = set()
    read = 0
    for shown in view.documents(view.started(generated.start, generated.end), attributes=True):
        if new := new_in(shown, known):
            known |= new
            read += 1
            model = org.api_client.deserialize(Answer(json.dumps(shown)), "AnalyticsConversation")
            assert as_sent(model) == json.loads(json.dumps(shown))
    assert read > 20
    assert known >= {("conferenceStart", None), ("segmentType", "delay"), ("name", "nError")}


def period(org: Connected) -> tuple[datetime, datetime]:
    return org.simulator.org.start, org.simulator.org.end


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("failed_query", "FAILED"),
        ("cancelled_query", "CANCELLED"),
        ("expired_query", "EXPIRED"),
        ("endless_pending", "PENDING"),
    ],
)
def test_states_of_jobs(org: Connected, kind: Any, state: str) -> None:
    job_id = org.submit()
    org.simulator.faults.schedule(Fault(kind))
    status = org.analytics.get_analytics_conversations_details_job(job_id)
    org.assert_read(status)
    assert status.state == state
    assert (status.error_message is not None) == (state == "FAILED")


def test_availability(connect: Callable[..., Connected]) -> None:
    org = connect(availability_lag_hours=5)
    answer = org.analytics.get_analytics_conversations_details_jobs_availability()
    org.assert_read(answer)
    assert answer.data_availability_date == org.simulator.org.end + timedelta(hours=19)


def test_transcripts(org: Connected) -> None:
    body = org.model(
        "TranscriptSearchRequest",
        types=["transcripts"],
        page_size=50,
        page_number=2,
        sort_by="conversationStartTime",
        sort_order="ASC",
        return_fields=["conversationId", "conversationStartTime", "language"],
        query=[
            org.model(
                "TranscriptSearchCriteria",
                type="DATE_RANGE",
                fields=["conversationStartTime"],
                start_value="2026-01-07T00:00:00.000Z",
                end_value="2026-01-12T00:00:00.000Z",
            ),
            org.model(
                "TranscriptSearchCriteria",
                type="EXACT",
                operator="AND",
                fields=["mediaType"],
                values=["voice", "message"],
            ),
        ],
    )
    answer = org.transcripts.post_speechandtextanalytics_transcripts_search(body)
    org.assert_read(answer)
    assert isinstance(answer, org.sdk.JsonSearchResponse)
    assert (answer.page_size, answer.page_number) == (50, 2)
    assert answer.page_count == -(-answer.total // 50)
    assert len(answer.results) == 50
    assert answer.results[0].keys() == {"conversationId", "conversationStartTime", "language"}
    assert answer.aggregations["mediaType"]["buckets"][0]["key"] == "voice"


def test_conversation_aggregates(org: Connected) -> None:
    body = org.model(
        "ConversationAggregationQuery",
        interval=DAY,
        granularity="PT1H",
        group_by=["queueId", "mediaType"],
        metrics=["nOffered", "tHandle", "oServiceLevel", "oServiceTarget"],
        filter=org.model(
            "ConversationAggregateQueryFilter",
            type="and",
            clauses=[
                org.model(
                    "ConversationAggregateQueryClause",
                    type="or",
                    predicates=[
                        org.model(
                            "ConversationAggregateQueryPredicate", dimension="mediaType", value=one
                        )
                        for one in ("voice", "chat")
                    ],
                )
            ],
        ),
    )
    answer = org.analytics.post_analytics_conversations_aggregates_query(body)
    org.assert_read(answer)
    assert {one.group["mediaType"] for one in answer.results} == {"voice", "chat"}
    stats = {
        found.metric: found.stats
        for one in answer.results
        for data in one.data
        for found in data.metrics
    }
    assert stats["nOffered"].count > 0
    assert stats["tHandle"].sum >= stats["tHandle"].max >= stats["tHandle"].min > 0
    assert stats["oServiceLevel"].denominator >= stats["oServiceLevel"].numerator
    assert stats["oServiceTarget"].current == stats["oServiceLevel"].target


@pytest.mark.thorough
def test_user_aggregates(org: Connected) -> None:
    users = org.users.get_users(page_size=50, state="any").entities
    body = org.model(
        "UserAggregationQuery",
        interval=DAY,
        granularity="PT30M",
        group_by=["userId"],
        metrics=["tSystemPresence", "tAgentRoutingStatus"],
        filter=org.model(
            "UserAggregateQueryFilter",
            type="or",
            predicates=[
                org.model("UserAggregateQueryPredicate", dimension="userId", value=one.id)
                for one in users
            ],
        ),
    )
    answer = org.analytics.post_analytics_users_aggregates_query(body)
    org.assert_read(answer)
    assert {one.group["userId"] for one in answer.results} <= {one.id for one in users}
    assert "ON_QUEUE" in answer.system_to_organization_mappings
    assert {type(found.stats.sum) for one in answer.results[0].data for found in one.metrics} == {
        float
    }


NUMBERED = [
    one.name
    for one in LOOKUPS.values()
    if one.read_pages is pages_by_number and one.listed_for is None
]


def lister(org: Connected, name: str) -> Callable[..., Any]:
    """The operation of the SDK that lists, of whatever API it is."""
    found = sdk_list(OFFERED_LISTS[name].path)
    ask: Callable[..., Any] = getattr(getattr(org.sdk, found.api)(org.api_client), found.operation)
    return ask


def arguments_of(name: str) -> dict[str, Any]:
    """What the SDK is to be asked for, so that it lists all."""
    (query, *_) = LOOKUPS[name].queries
    arguments = sdk_list(OFFERED_LISTS[name].path).parameters
    return {arguments[one]: sdk_value(value) for one, value in query.items()}


def sdk_value(text: str) -> bool | str | list[str]:
    return text == "true" or (text.split(",") if "," in text else text)


@pytest.mark.parametrize("lookup", NUMBERED)
def test_lookups_by_page_number(org: Connected, lookup: str) -> None:
    ask, arguments = lister(org, lookup), arguments_of(lookup)
    entities = []
    for number in range(1, 100):
        page = ask(
            page_size=2 if lookup == "contact_lists" else 100, page_number=number, **arguments
        )
        org.assert_read(page)
        assert type(page) is getattr(org.sdk, sdk_list(OFFERED_LISTS[lookup].path).listing)
        assert page.page_number == number
        entities += page.entities
        if number == page.page_count:
            break
    assert len({one.id for one in entities}) == len(entities) == page.total > 1
    assert all(one.name for one in entities)


# Values for parameters that take only some.
VALUES = {
    "mediaType": "voice",
    "memberBy": "user",
    "sortBy": "name",
    "sortOrder": "desc",
    "state": "any",
    "publishedAfter": "2026-01-01T00:00:00Z",
    "publishedBefore": "2026-01-01T00:00:00Z",
    "deactivated": "TRUE",
}


@pytest.mark.parametrize("lookup", OFFERED_LISTS)
def test_lists_take_every_parameter_of_the_sdk(org: Connected, lookup: str) -> None:
    ask = lister(org, lookup)
    queue = org.routing.get_routing_queues(page_size=1).entities[0].id
    arguments = (queue,) if lookup.startswith("queue_") else ()
    found = sdk_list(OFFERED_LISTS[lookup].path)
    assert found.parameters
    for name, argument in found.parameters.items():
        # Cursors and tokens of pages are nothing that a client makes up.
        if name not in {"after", "before", "nextPage", "previousPage"}:
            value = True if name in found.of_truth else value_of(name, lookup)
            ask(*arguments, **{argument: value})


def value_of(name: str, lookup: str) -> object:
    if name in {"pageSize", "pageNumber"}:
        return 1
    if name == "expand":
        return ["entities.division"] if lookup == "teams" else ["routingStatus", "presence"]
    return VALUES.get(name, "x")


def test_members_of_queues(org: Connected) -> None:
    queues = org.routing.get_routing_queues(page_size=100).entities
    members = []
    for number in range(1, 100):
        page = org.routing.get_routing_queue_members(
            queues[0].id, page_size=500, page_number=number
        )
        org.assert_read(page)
        assert page.page_size == 100
        members += page.entities
        if page.next_uri is None:
            break
    assert len({one.id for one in members}) == len(members) == queues[0].member_count == 120
    assert {type(one.user) for one in members} == {org.sdk.User}
    with pytest.raises(org.sdk.rest.ApiException) as error:
        org.routing.get_routing_queue_members("unknown")
    assert error.value.status == 404


def test_teams_by_cursor(org: Connected) -> None:
    api = org.sdk.TeamsApi(org.api_client)
    page = api.get_teams(page_size=40)
    org.assert_read(page)
    pages = [page]
    while page.next_uri:
        (after,) = parse_qs(urlsplit(page.next_uri).query)["after"]
        page = api.get_teams(page_size=40, after=after)
        org.assert_read(page)
        pages.append(page)
    assert [len(one.entities) for one in pages] == [40, 40, 25]
    (before,) = parse_qs(urlsplit(page.previous_uri).query)["before"]
    back = api.get_teams(page_size=40, before=before)
    assert [one.id for one in back.entities] == [one.id for one in pages[1].entities]


def test_lookups_without_pages(org: Connected) -> None:
    presences = org.sdk.PresenceApi(org.api_client)
    in_use = presences.get_presence_definitions()
    org.assert_read(in_use)
    out_of_use = presences.get_presence_definitions(deactivated="true")
    org.assert_read(out_of_use)
    assert (len(in_use.entities), len(out_of_use.entities)) == (10, 1)
    units = org.sdk.WorkforceManagementApi(org.api_client)
    listing = units.get_workforcemanagement_managementunits()
    org.assert_read(listing)
    assert [one.name for one in listing.entities] == ["Phones", "Back Office"]


@pytest.mark.thorough
def test_what_conversations_name_is_in_the_lookups(org: Connected) -> None:
    answer = org.analytics.post_analytics_conversations_details_query(
        org.model("ConversationQuery", interval=DAY, paging=org.model("PagingSpec", page_size=100))
    )
    named: dict[str, set[str]] = {}

    def name(lookup: str, *ids: str | None) -> None:
        named.setdefault(lookup, set()).update(one for one in ids if one is not None)

    for conversation in answer.conversations:
        name("divisions", *conversation.division_ids)
        for party in conversation.participants:
            name("users", party.user_id)
            for session in party.sessions:
                name("flows", session.flow and session.flow.flow_id)
                outcomes = (session.flow and session.flow.outcomes) or ()
                name("flow_outcomes", *(one.flow_outcome_id for one in outcomes))
                name("campaigns", session.outbound_campaign_id)
                name("contact_lists", session.outbound_contact_list_id)
                for segment in session.segments:
                    name("queues", segment.queue_id)
                    name("groups", segment.group_id)
                    name("languages", segment.requested_language_id)
                    name("skills", *(segment.requested_routing_skill_ids or ()))
                    name("wrapup_codes", segment.wrap_up_code)
    named["wrapup_codes"].discard("ININ-WRAP-UP-TIMEOUT")  # the platform's own, of no list
    for lookup, ids in named.items():
        page = lister(org, lookup)(page_size=500, **arguments_of(lookup))
        known = {one.id for one in page.entities}
        assert ids <= known, lookup
    assert {name for name, ids in named.items() if ids} >= {
        *("divisions", "flow_outcomes", "flows", "queues", "skills", "users", "wrapup_codes")
    }


@pytest.mark.thorough
def test_what_is_asked_for_by_its_id(org: Connected) -> None:
    found = org.analytics.post_analytics_conversations_details_query(
        org.model("ConversationQuery", interval=DAY, paging=org.model("PagingSpec", page_size=20))
    ).conversations
    ids = [one.conversation_id for one in found]
    several = org.analytics.get_analytics_conversations_details(id=[*ids, "unknown"])
    org.assert_read(several)
    assert type(several) is org.sdk.AnalyticsConversationWithoutAttributesMultiGetResponse
    assert {one.conversation_id for one in several.conversations} == set(ids)
    single = org.analytics.get_analytics_conversation_details(ids[0])
    org.assert_read(single)
    assert single.conversation_id == ids[0]
    organization = org.sdk.OrganizationApi(org.api_client).get_organizations_me()
    org.assert_read(organization)
    queue = org.routing.get_routing_queues(page_size=1).entities[0]
    codes = org.routing.get_routing_queue_wrapupcodes(queue.id, page_size=500)
    org.assert_read(codes)
    assert codes.entities
    body = org.model("TranscriptSearchRequest", types=["transcripts"], page_size=1)
    result = org.transcripts.post_speechandtextanalytics_transcripts_search(body).results[0]
    ask = org.transcripts.get_speechandtextanalytics_conversation_communication_transcripturl
    address = ask(result["conversationId"], result["communicationId"])
    org.assert_read(address)
    assert address.url


def test_retries_when_told_to(org: Connected) -> None:
    job_id = org.submit()
    faults: list[Any] = ["job_results", "availability", "query"]
    org.simulator.faults.schedule(
        # One of them to wait for, the others at once.
        *(
            Fault("rate_limited", on=one, retry_after_seconds=seconds)
            for one, seconds in zip(faults, (1, 0, 0), strict=True)
        )
    )
    assert org.analytics.get_analytics_conversations_details_job_results(
        job_id, page_size=1
    ).conversations
    assert org.analytics.get_analytics_conversations_details_jobs_availability()
    assert org.analytics.post_analytics_conversations_details_query(
        org.model("ConversationQuery", interval=DAY)
    ).total_hits
    assert [
        (one.operation, one.status) for one in org.simulator.requests if one.operation in faults
    ] == [(one, status) for one in faults for status in (429, 200)]


def test_does_not_retry_on_its_own(org: Connected) -> None:
    org.simulator.faults.schedule(Fault("rate_limited", retry_after="none"), Fault("server_error"))
    for status in (429, 503):
        with pytest.raises(org.sdk.rest.ApiException) as error:
            org.users.get_users()
        assert error.value.status == json.loads(error.value.body)["status"] == status
    assert org.users.get_users().entities


def test_says_which_permission_is_missing(connect: Callable[..., Connected]) -> None:
    org = connect(permissions=frozenset({"routing:queue:view"}))
    with pytest.raises(org.sdk.rest.ApiException) as error:
        org.analytics.get_analytics_conversations_details_jobs_availability()
    assert error.value.status == 403
    refusal = org.api_client.deserialize(Answer(error.value.body), "ErrorBody")
    assert as_sent(refusal) == json.loads(error.value.body)
    assert refusal.code == "missing.any.permissions"
    assert refusal.message_params == {"permissions": "[analytics:conversationDetail:view]"}


class Answer:
    """An answer as the SDK's `deserialize` takes one."""

    def __init__(self, data: str) -> None:
        self.data = data

    @staticmethod
    def getheader(_: str) -> str:
        return "application/json"


@pytest.mark.thorough
def test_reads_other_errors_too(connect: Callable[..., Connected]) -> None:
    org = connect(max_open_jobs=1, query_seconds=1000)
    org.submit()
    with pytest.raises(org.sdk.rest.ApiException) as error:
        org.submit()
    refusal = org.api_client.deserialize(Answer(error.value.body), "ErrorBody")
    assert as_sent(refusal) == json.loads(error.value.body)
    assert (error.value.status, refusal.code) == (429, "too.many.requests.retry.after")
    assert refusal.limit is None
