"""What a conversation names beside its queue and its agents: campaign, group, team, language, menu.

Decided by the conversation's id alone, so that nothing else about it depends on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.simulator.directory import (
    CAMPAIGN_FOR_MEDIA,
    CONTACT_LIST_OF_CAMPAIGN,
    FLOWS,
    GROUPS,
    LANGUAGE_IDS,
    TEAM_OF_AGENT,
)
from tap_genesys_search.simulator.interactions import named

if TYPE_CHECKING:
    from tap_genesys_search.simulator.conversation_facts import Facts
    from tap_genesys_search.simulator.conversation_model import Properties

_MENU, _OLD_MENU = (next(one for one in FLOWS if one[1] == n) for n in ("Main Menu", "Old Menu"))


def campaign(facts: Facts) -> Properties:
    """Name the campaign that a conversation belongs to: two of three that the organisation began.

    Args:
        facts: What it is about.

    Returns:
        Properties of each of its sessions, none where no campaign is behind it.
    """
    campaigns = CAMPAIGN_FOR_MEDIA.get(facts.media or "", ())
    if not facts.outbound or not campaigns or _draw(facts, 3) == 0:
        return {}
    campaign_id = campaigns[_draw(facts, len(campaigns))]
    return {
        "outboundCampaignId": campaign_id,
        "outboundContactListId": CONTACT_LIST_OF_CAMPAIGN[campaign_id],
        "outboundContactId": str(named("contact", facts.customer_id or facts.id)["id"]),
    }


def routing(facts: Facts) -> Properties:
    """Name whom an agent's part of a conversation came to.

    Args:
        facts: What it is about.

    Returns:
        Properties of a segment: the queue, or now and then a group, or neither.
    """
    if facts.queue_id is not None or facts.outbound or _draw(facts, 2) == 0:
        return facts.routed
    return {"groupId": GROUPS[_draw(facts, len(GROUPS))][0]}


def asked_language(facts: Facts) -> Properties:
    """Name the language that a queue is to find an agent for.

    Args:
        facts: What it is about.

    Returns:
        Properties of a segment, none where any agent will do.
    """
    language_id = LANGUAGE_IDS.get(facts.language)
    if language_id is None or _draw(facts, 3) == 0:
        return {}
    return {"requestedLanguageId": language_id}


def team(agent_id: str) -> Properties:
    """Name the team of an agent.

    Args:
        agent_id: The agent.

    Returns:
        Properties of a participant, none where the agent is in no team.
    """
    return {"teamId": TEAM_OF_AGENT[agent_id]} if agent_id in TEAM_OF_AGENT else {}


def menu(facts: Facts) -> tuple[str, str]:
    """Choose the menu that a caller heard first.

    Args:
        facts: What the conversation is about.

    Returns:
        Id and name of the flow, which may have been deleted since.
    """
    return _OLD_MENU if _draw(facts, 16) == 0 else _MENU


def _draw(facts: Facts, count: int) -> int:
    """Draw one of some, the same one for the same conversation."""
    return int(facts.id[:8], 16) % count
