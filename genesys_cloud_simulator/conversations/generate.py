"""The conversation behind an interaction: who took part, when, and what was measured.

Everything follows from the interaction, its id above all, so nothing needs to be stored and all
APIs agree. The models of the platform's official SDK decide the names and types.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.agents import Offer, Turn, agent_party, plan_handling
from genesys_cloud_simulator.conversations.colleagues import (
    colleague,
    consulted_party,
    missing_party,
    other_queue,
    supervisor_party,
)
from genesys_cloud_simulator.conversations.customer import customer_party
from genesys_cloud_simulator.conversations.entrance import (
    flow_party,
    queue_party,
    queue_wait,
    transferred_wait,
    voicemail_party,
)
from genesys_cloud_simulator.conversations.facts import Facts, read_facts
from genesys_cloud_simulator.conversations.model import (
    Conversation,
    Handling,
    Party,
    Properties,
    Wait,
)
from genesys_cloud_simulator.conversations.returns import LONGEST_RETURN, Returns, plan_returns
from genesys_cloud_simulator.conversations.reviews import generate_reviews
from genesys_cloud_simulator.conversations.routing import find_agent
from genesys_cloud_simulator.conversations.sessions import (
    DAY,
    LONG_SHARE,
    SPOKEN,
    between,
    last_end,
    worst_quality,
)
from genesys_cloud_simulator.org.directory import SUPERVISORS
from genesys_cloud_simulator.org.draws import pick
from genesys_cloud_simulator.org.service import media_type_of

if TYPE_CHECKING:
    from genesys_cloud_simulator.org.interactions import Interaction


LONGEST_LIFE = 9 * DAY
"""No conversation lives longer in which the customer doesn't write again, see the bounds below."""

LONGEST_LIFE_OF_SPOKEN = DAY
"""No conversation lives longer that is not written and no callback."""

LONGEST_LIFE_OF_RETURNING = LONGEST_LIFE + LONGEST_RETURN
"""No conversation lives longer at all."""

MOST_KEPT = 25_000
"""So many conversations are kept, some 280 MB: all of the demo, which several APIs ask for."""

_SHARE_MONITORED = 0.015

_SHARE_TO_OTHER_QUEUE = 0.5

# By the identity of the interaction, which stays its own as long as it is kept here too.
_kept: dict[int, tuple[Interaction, Conversation]] = {}


def may_last(interaction: Interaction) -> bool:
    """Return whether the conversation of an interaction may live for days, at a glance."""
    return media_type_of(interaction) in LONG_SHARE


def generate_conversation(interaction: Interaction) -> Conversation:
    """Generate the conversation of an interaction.

    Args:
        interaction: The interaction, which must not be changed afterwards.

    Returns:
        The conversation, the same one for the same interaction.
    """
    kept = _kept.get(id(interaction))
    if kept is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        kept = _kept[id(interaction)] = interaction, _generate(interaction)
    return kept[1]


def _generate(interaction: Interaction) -> Conversation:
    facts = read_facts(interaction)
    rng = random.Random(f"conversation:{facts.id}")  # noqa: S311 - not for security
    served = _serve(facts, rng)
    returns = plan_returns(facts, served.parties)
    spans, reopenings = _presence(facts, served, returns)
    peer = served.parties[0].sessions[0] if served.parties else None
    customer = customer_party(facts, rng, spans, served.handlings, peer)
    handlings, waits = served.handlings, served.waits
    # Whoever calls is the first participant.
    agents_call = facts.outbound and served.handlings
    parties = [*served.parties, customer] if agents_call else [customer, *served.parties]
    if returns.returns:
        parties += returns.parties
        handlings, waits = handlings + returns.handlings, waits + returns.waits
    end = last_end(parties)
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
        reviews=generate_reviews(facts, rng, end) if handlings else (),
        closing=closing,
        waits=waits,
        handlings=handlings,
        unanswered=served.unanswered,
        conference_start=handlings[-1].conference_start if handlings else None,
        reopenings=reopenings,
    )


def _presence(
    facts: Facts, served: _Service, returns: Returns
) -> tuple[list[tuple[int, int]], tuple[tuple[int, int], ...]]:
    """From when to when the customer took part, and when the conversation was opened again."""
    if not returns.returns:
        return [(facts.start, served.released)], ()
    starts = [facts.start, *(one.start for one in returns.returns)]
    ends = [served.released, *(one.handling.released for one in returns.returns)]
    if not returns.is_opened_again:
        return [(starts[0], ends[-1])], ()
    done = [last_end(served.parties), *(one.handling.end for one in returns.returns)]
    return list(zip(starts, ends, strict=True)), tuple(zip(done[:-1], starts[1:], strict=True))


@dataclass(frozen=True)
class _Service:
    """All participants except the customer.

    Attributes:
        parties: Who they are.
        released: When the last of them let the customer go.
        waits: How the customer waited for an agent.
        handlings: What the agents did.
        unanswered: Which agents were alerted and did not answer, and until when.
    """

    parties: tuple[Party, ...]
    released: int
    waits: tuple[Wait, ...] = ()
    handlings: tuple[Handling, ...] = ()
    unanswered: tuple[tuple[str, int], ...] = ()


def _serve(facts: Facts, rng: random.Random) -> _Service:
    parties: list[Party] = []
    waits: list[Wait] = []
    moment = facts.start
    is_long = rng.random() < LONG_SHARE.get(facts.media or "", 0)
    longer = between(rng, DAY, 7 * DAY) if is_long else 0
    if facts.meets_flow:
        party, moment = flow_party(facts, rng, moment)
        parties.append(party)
    offer = None
    if facts.queue_id is not None and not facts.outbound:
        # What is scheduled waits in the queue, and so does what nobody ever takes.
        is_waiting = facts.media == "callback" or facts.agent_id is None
        wait = queue_wait(facts, moment, facts.wait + (longer if is_waiting else 0))
        routing = find_agent(facts, rng)
        parties.append(queue_party(facts, rng, wait, routing))
        offer = None if wait.flows_out else Offer(moment, routing)
        waits.append(wait)
        moment = wait.end
        longer = 0 if is_waiting else longer
    if facts.kind == "voicemail":
        party, moment = voicemail_party(facts, rng, moment)
        parties.append(party)
    if facts.agent_id is None:
        released = moment + longer + (0 if parties else facts.talk)
        return _Service(tuple(parties), released, tuple(waits))
    missing = missing_party(facts, waits[0]) if offer else None
    parties += [] if missing is None else [missing]
    take = _transfer if facts.kind == "transfer" else _handle
    handled = take(facts, rng, moment, longer, offer)
    parties += handled.parties
    handlings = handled.handlings
    # Where no session has a media type, the screen's must not pass for the conversation's.
    if rng.random() < _SHARE_MONITORED and facts.media is not None:
        parties.append(supervisor_party(facts, rng, handlings[-1], parties[-1]))
    if handlings[-1].is_conference:
        parties.append(consulted_party(facts, handlings[-1]))
    return _Service(
        tuple(parties),
        handled.released,
        (*waits, *handled.waits),
        handlings,
        () if missing is None else ((str(missing.properties["userId"]), last_end([missing])),),
    )


def _handle(
    facts: Facts, rng: random.Random, moment: int, longer: int, offer: Offer | None
) -> _Service:
    """Let one agent talk to the customer."""
    agent_id, colleague_id = facts.agent_id or "", _consulted(facts)
    turn = Turn(moment, agent_id, longer, first=True, last=True, colleague_id=colleague_id)
    handling = plan_handling(facts, rng, turn)
    party = agent_party(facts, rng, handling, facts.agent_name, offer)
    return _Service((party,), handling.released, (), (handling,))


def _transfer(
    facts: Facts, rng: random.Random, moment: int, longer: int, offer: Offer | None
) -> _Service:
    """Let one agent after the other talk to the customer."""
    is_elsewhere = facts.happens("other queue", _SHARE_TO_OTHER_QUEUE)
    other = None if is_elsewhere else colleague(facts, rng, moment)
    agent_id, colleague_id = facts.agent_id or "", None if other is None else other[0]
    turn = Turn(moment, agent_id, longer, first=True, last=False, colleague_id=colleague_id)
    handling = plan_handling(facts, rng, turn)
    party = agent_party(facts, rng, handling, facts.agent_name, offer)
    return _hand_on(facts, rng, party, handling, other)


def _hand_on(
    facts: Facts,
    rng: random.Random,
    party: Party,
    handling: Handling,
    other: tuple[str, str] | None,
) -> _Service:
    """Let the agent transfer the customer to a colleague, or to another queue."""
    parties, offer, moment = [party], None, handling.released
    waits: tuple[Wait, ...] = ()
    if other is None:
        facts = other_queue(facts, rng, moment)
        wait = transferred_wait(facts, rng, moment)
        routing = find_agent(facts, rng)
        parties.append(queue_party(facts, rng, wait, routing))
        waits, offer, moment = (wait,), Offer(moment, routing), wait.end
        other = facts.agent_id or "", facts.agent_name or ""
    agent_id, name = other
    last = plan_handling(facts, rng, Turn(moment, agent_id, 0, first=False, last=True))
    parties.append(agent_party(facts, rng, last, name, offer))
    return _Service(tuple(parties), last.released, waits, (handling, last))


def _consulted(facts: Facts) -> str | None:
    """The supervisor whom an agent asks to join, if one does."""
    if facts.kind != "consult" or facts.media not in SPOKEN:
        return None
    return pick(facts.draws("supervisor"), SUPERVISORS)[0]
