"""Campaigns and contact lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.lists.documents.properties import CREATED, MODIFIED, division_of
from genesys_cloud_simulator.org.directory import (
    CAMPAIGNS,
    CONTACT_LISTS,
    DIVISION_OF_CAMPAIGN,
    HOME_DIVISION,
    MEDIUM_OF_CAMPAIGN,
)

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import Properties


def campaigns() -> list[Properties]:
    """List the `CommonCampaign`s of all media."""
    return [
        {
            "id": campaign_id,
            "name": name,
            "division": division_of(DIVISION_OF_CAMPAIGN[campaign_id]),
            "mediaType": MEDIUM_OF_CAMPAIGN[campaign_id],
            "selfUri": f"/api/v2/outbound/campaigns/all/{campaign_id}",
        }
        for campaign_id, name in CAMPAIGNS
    ]


def contact_lists() -> list[Properties]:
    """List the `ContactList`s."""
    return [
        {
            "id": list_id,
            "name": name,
            "dateCreated": CREATED,
            "dateModified": MODIFIED,
            "version": 4,
            "division": division_of(HOME_DIVISION),
            "columnNames": ["name", "phone", "zip"],
            "phoneColumns": [{"columnName": "phone", "type": "home"}],
            "previewModeAcceptedValues": [],
            "automaticTimeZoneMapping": False,
            "trimWhitespace": True,
            "selfUri": f"/api/v2/outbound/contactlists/{list_id}",
        }
        for list_id, name in CONTACT_LISTS
    ]
