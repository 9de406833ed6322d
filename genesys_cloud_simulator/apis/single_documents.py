"""Documents that are asked for by id: conversations, the organisation, transcripts.

Where the platform's documentation is silent: ids that are not known are left out of an answer with
several conversations; at most 100 ids may be asked for at once; the address of a transcript needs
no token, like a signed address.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from genesys_cloud_simulator.errors import PlatformError, json_response
from genesys_cloud_simulator.timestamps import to_milliseconds
from genesys_cloud_simulator.validation.body import bad_request
from genesys_cloud_simulator.views.conversations import ConversationView
from genesys_cloud_simulator.views.transcript_file import transcript_file
from genesys_cloud_simulator.views.transcripts import generate_transcript

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.org.org import Org
    from genesys_cloud_simulator.state.platform import SimulatedPlatform


DETAILS = "/api/v2/analytics/conversations"

SPEECH = "/api/v2/speechandtextanalytics/conversations"

FILES = "/simulator/transcripts"

MOST_IDS = 100


@dataclass(frozen=True)
class _Api:
    """The answers about one simulator's organisation."""

    simulator: SimulatedPlatform

    async def several(self, request: Request) -> Response:
        ids = [one for one in ",".join(request.query_params.getlist("id")).split(",") if one]
        if not ids:
            bad_request("id is required", "id")
        if len(ids) > MOST_IDS:
            bad_request(f"id may name no more than {MOST_IDS} conversations", "id")
        found = await run_in_threadpool(_conversations, self.simulator, ids)
        return json_response({"conversations": found})

    async def one(self, request: Request) -> Response:
        conversation_id = request.path_params["conversation_id"]
        found = await run_in_threadpool(_conversations, self.simulator, [conversation_id])
        if not found:
            raise _unknown("conversation", conversation_id)
        return json_response(found[0])

    async def organization(self, _: Request) -> Response:
        return json_response(_organization(self.simulator.org))

    async def transcript_url(self, request: Request) -> Response:
        conversation_id = request.path_params["conversation_id"]
        communication_id = request.path_params["communication_id"]
        found = await self._transcript(conversation_id)
        if found is None or found["communicationId"] != communication_id:
            raise _unknown("transcript", communication_id)
        base = str(request.base_url).rstrip("/")
        return json_response({"url": f"{base}{FILES}/{quote(conversation_id, safe='')}.json"})

    async def transcript_file(self, request: Request) -> Response:
        conversation_id = request.path_params["conversation_id"]
        found = await self._transcript(conversation_id)
        if found is None:
            raise _unknown("transcript", conversation_id)
        organization_id = str(_organization(self.simulator.org)["id"])
        return json_response(transcript_file(found, organization_id))

    async def _transcript(self, conversation_id: str) -> Properties | None:
        return await run_in_threadpool(_transcript, self.simulator, conversation_id)


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the routes of single documents.

    Args:
        simulator: The simulator whose organisation they show.

    Returns:
        The routes.
    """
    api = _Api(simulator)
    return [
        Route(
            f"{DETAILS}/details", api.several, methods=["GET"], name="details.conversations_by_id"
        ),
        Route(
            f"{DETAILS}/{{conversation_id}}/details",
            api.one,
            methods=["GET"],
            name="details.conversation_by_id",
        ),
        Route(
            "/api/v2/organizations/me", api.organization, methods=["GET"], name="org.organization"
        ),
        Route(
            f"{SPEECH}/{{conversation_id}}/communications/{{communication_id}}/transcripturl",
            api.transcript_url,
            methods=["GET"],
            name="speech.transcript_url",
        ),
        Route(
            f"{FILES}/{{conversation_id}}.json",
            api.transcript_file,
            methods=["GET"],
            name="speech.transcript_file",
        ),
    ]


def _conversations(simulator: SimulatedPlatform, ids: list[str]) -> list[Properties]:
    ordinals = _ordinals(simulator.org)
    view = ConversationView(simulator.org, simulator.moment)
    begun = view.started(simulator.org.start, simulator.moment)
    known = [ordinals[one] for one in dict.fromkeys(ids) if ordinals.get(one, -1) in begun]
    return list(view.documents(known))


def _transcript(simulator: SimulatedPlatform, conversation_id: str) -> Properties | None:
    ordinal = _ordinals(simulator.org).get(conversation_id)
    if ordinal is None:
        return None
    (interaction,) = simulator.org.documents([ordinal])
    return generate_transcript(interaction, to_milliseconds(simulator.moment))


@lru_cache(maxsize=4)
def _ordinals(org: Org) -> dict[str, int]:
    """The ordinals of the conversations by id."""
    return {str(one["id"]): number for number, one in enumerate(org.documents(_all(org)))}


def _all(org: Org) -> range:
    return range(org.interactions)


def _organization(org: Org) -> Properties:
    return {
        "id": str(uuid.UUID(int=org.seed, version=4)),
        "name": "Simulated organisation",
        "defaultLanguage": "en-US",
        "defaultCountryCode": "US",
        "thirdPartyOrgName": f"simulated-{org.seed}",
        "domain": f"simulated-{org.seed}",
        "state": "active",
        "version": 1,
        "selfUri": "/api/v2/organizations/me",
    }


def _unknown(what: str, entity_id: str) -> PlatformError:
    return PlatformError(404, "not.found", f"The {what} {entity_id!r} could not be found")
