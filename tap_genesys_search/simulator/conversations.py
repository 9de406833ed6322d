"""The conversation behind an interaction: who took part, when, and what was measured.

Everything follows from the interaction, its id above all, so nothing needs to be stored and all
APIs agree. The models of the platform's official SDK decide the names and types.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.simulator.conversation_agents import (
    Turn,
    agent_party,
    plan_handling,
    supervisor_party,
)
from tap_genesys_search.simulator.conversation_entrance import (
    flow_party,
    queue_party,
    voicemail_party,
)
from tap_genesys_search.simulator.conversation_facts import Facts, read_facts
from tap_genesys_search.simulator.conversation_media import (
    DAY,
    LONG_SHARE,
    MINUTE,
    SECOND,
    SPOKEN,
    between,
)
from tap_genesys_search.simulator.conversation_model import (
    Conversation,
    Handling,
    Party,
    Properties,
    Segment,
    Wait,
)
from tap_genesys_search.simulator.conversation_reviews import generate_reviews
from tap_genesys_search.simulator.conversation_routing import find_agent
from tap_genesys_search.simulator.conversation_sessions import (
    heard,
    new_session,
    random_id,
    worst_quality,
)
from tap_genesys_search.simulator.directory import (
    AGENTS,
    AGENTS_OF_QUEUE,
    DIVISION_OF_CAMPAIGN,
)
from tap_genesys_search.simulator.interactions import pick, uuid_text
from tap_genesys_search.simulator.timestamps import format_milliseconds

if TYPE_CHECKING:
    from tap_genesys_search.simulator.interactions import Interaction

# No conversation lives longer, see the bounds below. Who looks for what was alive at a moment
# need not look further back.
LONGEST_LIFE = 9 * DAY
_LONGEST_ATTRIBUTE = 1024
_SHARE_MONITORED = 0.015


def generate_conversation(interaction: Interaction) -> Conversation:
    """Generate the conversation of an interaction.

    Args:
        interaction: The interaction.

    Returns:
        The conversation, the same one for the same interaction.
    """
    facts = read_facts(interaction)
    rng = random.Random(f"conversation:{facts.id}")  # noqa: S311 - not for security
    served = _serve(facts, rng)
    customer = _customer(facts, rng, served.released)
    # Whoever calls is the first participant.
    agents_call = facts.outbound and served.handlings
    parties = [*served.parties, customer] if agents_call else [customer, *served.parties]
    end = max(
        segment.end
        for party in parties
        for session in party.sessions
        for segment in session.segments
    )
    closing: Properties = {}
    if facts.media in SPOKEN:
        quality = min(worst_quality(session) for party in parties for session in party.sessions)
        closing["mediaStatsMinConversationMos"] = quality
        closing["mediaStatsMinConversationRFactor"] = round(quality * 19, 2)
    return Conversation(
        properties={
            "conversationId": facts.id,
            "conversationInitiator": str(parties[0].properties["purpose"]),
            "customerParticipation": True,
            "originatingDirection": facts.direction,
        },
        start=facts.start,
        end=end,
        parties=tuple(parties),
        reviews=generate_reviews(facts, rng, end) if served.handlings else (),
        closing=closing,
        waits=served.waits,
        handlings=served.handlings,
    )


@dataclass(frozen=True)
class _Service:
    """Everyone but the customer.

    Attributes:
        parties: Who they are.
        released: When the last of them let the customer go.
        waits: How the customer waited for an agent.
        handlings: What the agents did.
    """

    parties: tuple[Party, ...]
    released: int
    waits: tuple[Wait, ...] = ()
    handlings: tuple[Handling, ...] = ()


def _serve(facts: Facts, rng: random.Random) -> _Service:
    parties: list[Party] = []
    waits: list[Wait] = []
    moment = facts.start
    longer = between(rng, DAY, 7 * DAY) if rng.random() < LONG_SHARE[facts.media] else 0
    if not facts.outbound and facts.media in {"voice", None}:
        party, moment = flow_party(facts, rng, moment)
        parties.append(party)
    queued = assigner_id = None
    if facts.queue_id is not None and not facts.outbound:
        queued = moment
        # What is scheduled waits in the queue, and so does what nobody ever takes.
        is_waiting = facts.media == "callback" or facts.agent_id is None
        wait = _wait(facts, rng, moment, longer if is_waiting else 0)
        routing = find_agent(facts, rng)
        parties.append(queue_party(facts, rng, wait, routing))
        assigner_id = routing.assigner_id
        waits.append(wait)
        moment = wait.end
        longer = 0 if is_waiting else longer
    if facts.kind == "voicemail":
        party, moment = voicemail_party(facts, rng, moment)
        parties.append(party)
    if facts.agent_id is None:
        released = moment + longer + (0 if parties else facts.talk)
        return _Service(tuple(parties), released, tuple(waits))
    takers = [(facts.agent_id, facts.agent_name)]
    if facts.kind == "transfer":
        takers.append(_colleague(facts, rng))
    handlings: list[Handling] = []
    for position, (agent_id, name) in enumerate(takers):
        turn = Turn(
            moment,
            agent_id,
            longer if position == 0 else 0,
            first=position == 0,
            last=position == len(takers) - 1,
        )
        handling = plan_handling(facts, rng, turn)
        waited = (queued, assigner_id) if turn.first else (None, None)
        parties.append(agent_party(facts, rng, handling, name, *waited))
        handlings.append(handling)
        moment = handling.released
    # Where no session says its medium, that of the screen must not pass for the conversation's.
    if rng.random() < _SHARE_MONITORED and facts.media is not None:
        parties.append(supervisor_party(facts, rng, handlings[-1], parties[-1]))
    return _Service(tuple(parties), moment, tuple(waits), tuple(handlings))


def _wait(facts: Facts, rng: random.Random, start: int, longer: int) -> Wait:
    length = min(int(rng.expovariate(1 / (45 * SECOND))), 20 * MINUTE) + longer
    return Wait(
        queue_id=facts.queue_id,
        start=start,
        end=start + length,
        is_abandoned=facts.agent_id is None and facts.kind != "voicemail",
    )


def _colleague(facts: Facts, rng: random.Random) -> tuple[str, str]:
    """To whom an agent hands the customer on."""
    agents = AGENTS_OF_QUEUE.get(facts.queue_id or "", AGENTS)
    return pick(rng, [agent for agent in agents if agent[0] != facts.agent_id])


def _customer(facts: Facts, rng: random.Random, released: int) -> Party:
    properties = dict(facts.shared)
    if facts.media == "callback":
        properties["callbackScheduledTime"] = format_milliseconds(facts.start + 10 * MINUTE)
        if facts.customer_name is not None:
            properties["callbackUserName"] = facts.customer_name
    if facts.customer_name is not None and facts.media in SPOKEN:
        properties["remote"] = facts.customer_name
    begun: Properties = {}
    if facts.media == "email":
        begun["subject"] = f"Anfrage / 問い合わせ {facts.id[:8]}"
    segment = Segment("interact", facts.start, released, begun, {"disconnectType": "peer"})
    closing = heard(rng, released) if facts.media in SPOKEN else {}
    session = new_session(rng, [segment], (), properties, closing)
    external = facts.outbound or rng.random() < 0.1  # noqa: PLR2004
    identity: Properties = {
        "participantId": random_id(rng),
        "purpose": "external" if external else "customer",
    }
    if facts.customer_name is not None:
        identity["participantName"] = facts.customer_name
    if facts.customer_id is not None:
        identity["externalContactId"] = uuid_text(zlib.crc32(facts.customer_id.encode()) << 96)
    campaign_id = facts.shared.get("outboundCampaignId")
    divisions = () if campaign_id is None else (DIVISION_OF_CAMPAIGN[str(campaign_id)],)
    return Party(identity, (session,), _attributes(facts, rng), divisions)


def _attributes(facts: Facts, rng: random.Random) -> dict[str, str]:
    if rng.random() < 0.4:  # noqa: PLR2004
        return {}
    attributes = {"language": facts.language, "context.tier": rng.choice(("gold", "silver", ""))}
    if facts.customer_id is not None:
        attributes["customerId"] = facts.customer_id
    if rng.random() < 0.05:  # noqa: PLR2004
        # The platform cuts them off, which may leave half of something.
        attributes["history"] = ("überwiesen → 送金済み; " * 100)[:_LONGEST_ATTRIBUTE]
    return attributes
