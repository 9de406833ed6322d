from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from genesys_cloud_simulator import Org, Simulator
from genesys_cloud_simulator.offer import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

ORG = Org(seed=5, days=2, interactions=200)
DETAILS = "/api/v2/analytics/conversations/details"
SPEECH = "/api/v2/speechandtextanalytics/conversations"


class Client:
    def __init__(self, url: str, simulator: Simulator) -> None:
        self.url = url
        self.simulator = simulator
        login = requests.post(
            f"{url}/oauth/token",
            auth=(simulator.client_id, simulator.client_secret),
            data={"grant_type": "client_credentials"},
            timeout=10,
        )
        self.headers = {"Authorization": f"Bearer {login.json()['access_token']}"}

    def get(self, path: str, status: int = 200) -> Any:
        answer = requests.get(self.url + path, headers=self.headers, timeout=10)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    simulator = Simulator(ORG)
    with simulator.running() as url:
        yield Client(url, simulator)


def test_conversations_come_by_their_ids(client: Client) -> None:
    ids = list(ORG.ids_between(ORG.start, ORG.end))[:100]
    several = client.get(f"{DETAILS}?id={','.join(ids[:99])},unknown")["conversations"]
    assert [one["conversationId"] for one in several] == ids[:99]
    one = client.get(f"/api/v2/analytics/conversations/{ids[0]}/details")
    assert one == several[0]


def test_too_many_no_or_unknown_ids_are_refused(client: Client) -> None:
    assert "100" in client.get(f"{DETAILS}?id={','.join(map(str, range(101)))}", 400)["message"]
    client.get(DETAILS, 400)
    unknown = client.get("/api/v2/analytics/conversations/unknown/details", 404)
    assert unknown["code"] == "not.found"


def test_organisation(client: Client) -> None:
    assert client.get("/api/v2/organizations/me")["id"]


def test_address_of_a_transcript_leads_to_what_was_said(client: Client) -> None:
    search = requests.post(
        f"{client.url}/api/v2/speechandtextanalytics/transcripts/search",
        json={"types": ["transcripts"], "query": [], "pageSize": 1},
        headers=client.headers,
        timeout=10,
    )
    (found,) = search.json()["results"]
    communications = f"{SPEECH}/{found['conversationId']}/communications"
    url = client.get(f"{communications}/{found['communicationId']}/transcripturl")["url"]
    document = requests.get(url, timeout=10).json()
    assert document["communicationId"] == found["communicationId"]
    (transcript,) = document["transcripts"]
    assert transcript["transcriptId"] == found["transcriptId"]
    phrases = transcript["phrases"]
    assert {one["participantPurpose"] for one in phrases} == {"external", "internal"}
    moment = document["startTime"]
    end = moment + document["duration"]["milliseconds"]
    for position, phrase in enumerate(phrases):
        assert phrase["phraseIndex"] == position
        assert phrase["text"] == " ".join(one["word"] for one in phrase["words"])
        assert moment <= phrase["startTimeMs"] < end
        moment = phrase["startTimeMs"] + phrase["duration"]["milliseconds"]
    assert client.get("/api/v2/organizations/me")["id"] == document["organizationId"]
    assert client.get(f"{communications}/other/transcripturl", 404)["code"] == "not.found"


@pytest.mark.parametrize(
    "missing", ["recording:recording:view", "speechAndTextAnalytics:data:view"]
)
def test_address_of_a_transcript_needs_both_permissions(client: Client, missing: str) -> None:
    client.simulator.permissions = PERMISSIONS - {missing}
    try:
        refusal = client.get(f"{SPEECH}/x/communications/y/transcripturl", 403)
    finally:
        client.simulator.permissions = PERMISSIONS
    assert refusal["code"] == "missing.permissions"
    assert refusal["messageParams"] == {"permissions": f"[{missing}]"}


def test_path_that_is_not_served_says_so(client: Client) -> None:
    assert client.get("/api/v2/gamification/status", 404)["code"] == "not.simulated"
