"""What a session says about the campaign that began its conversation."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from genesys_cloud_simulator.org.directory import CONTACT_LIST_OF_CAMPAIGN, MEDIUM_OF_CAMPAIGN

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import Properties


_CAMPAIGN_OF_MEDIUM = {medium: campaign for campaign, medium in MEDIUM_OF_CAMPAIGN.items()}

# Of ten conversations in a campaign's medium that the organisation begins.
_BY_CAMPAIGN = 6


def campaign_properties(conversation_id: str, medium: object) -> Properties:
    """Say to which contact of which campaign a conversation was an attempt.

    Args:
        conversation_id: A conversation that the organisation began.
        medium: Its medium, of messages the type.

    Returns:
        Properties of a session; none where an agent began the conversation.
    """
    campaign_id = _CAMPAIGN_OF_MEDIUM.get(str(medium))
    contact = zlib.crc32(conversation_id.encode())
    if campaign_id is None or contact % 10 >= _BY_CAMPAIGN:
        return {}
    return {
        "outboundCampaignId": campaign_id,
        "outboundContactId": f"{contact:032x}",
        "outboundContactListId": CONTACT_LIST_OF_CAMPAIGN[campaign_id],
    }
