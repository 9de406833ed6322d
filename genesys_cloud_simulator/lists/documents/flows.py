"""Flows and their outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.lists.documents.properties import MANAGER, division_of
from genesys_cloud_simulator.org.directory import (
    DELETED_FLOWS,
    FLOW_OUTCOMES,
    FLOWS,
    HOME_DIVISION,
    VERSION_OF_FLOW,
)

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import Properties


def flows() -> list[Properties]:
    """List the `Flow`s, deleted ones included."""
    return [
        {
            "id": flow_id,
            "name": name,
            "division": division_of(HOME_DIVISION),
            "type": "VOICESURVEY" if name == "After the call" else "INBOUNDCALL",
            "active": flow_id not in DELETED_FLOWS,
            "system": False,
            "deleted": flow_id in DELETED_FLOWS,
            "publishedVersion": {
                "id": VERSION_OF_FLOW[flow_id],
                "commitVersion": VERSION_OF_FLOW[flow_id].partition(".")[0],
                "configurationVersion": "1",
                "type": "PUBLISH",
                "secure": False,
                "selfUri": f"/api/v2/flows/{flow_id}/versions/{VERSION_OF_FLOW[flow_id]}",
            },
            "publishedBy": {"id": MANAGER, "selfUri": f"/api/v2/users/{MANAGER}"},
            "supportedLanguages": [{"language": "en-gb", "isDefault": True}],
            "selfUri": f"/api/v2/flows/{flow_id}",
        }
        for flow_id, name in FLOWS
    ]


def flow_outcomes() -> list[Properties]:
    """List the `FlowOutcome`s."""
    return [
        {
            "id": outcome_id,
            "name": name,
            "division": division_of(HOME_DIVISION),
            **({} if position else {"description": "The caller has said who they are"}),
            "selfUri": f"/api/v2/flows/outcomes/{outcome_id}",
        }
        for position, (outcome_id, name) in enumerate(FLOW_OUTCOMES)
    ]
