"""The agents' part in a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.entrance import queue_divisions
from genesys_cloud_simulator.conversations.model import (
    Handling,
    Metric,
    Party,
    Properties,
    Segment,
    Session,
)
from genesys_cloud_simulator.conversations.sessions import (
    MINUTE,
    SECOND,
    SPOKEN,
    between,
    heard,
    media_properties,
    new_session,
    user_identity,
)
from genesys_cloud_simulator.org.directory import (
    DIVISION_OF_USER,
    SCRIPT_OF_QUEUE,
    address_of_user,
    wrap_up_code_id,
)
from genesys_cloud_simulator.org.queues import TIMEOUT_CODE
from genesys_cloud_simulator.workforce.service_levels import target_of

if TYPE_CHECKING:
    import random

    from genesys_cloud_simulator.conversations.facts import Facts
    from genesys_cloud_simulator.conversations.routing import Routing


ALERTING = 8 * SECOND
"""How long an agent may take to answer, in all queues."""

WRAP_UP_TIMEOUT = 2 * MINUTE
"""How long an agent may take to set a wrap-up code, in all queues."""

_MEDIAN_WRAP_UP = 30 * SECOND

_SPREAD_OF_WRAP_UP = 0.6

_SHARE_CONSULTED_FIRST = 0.3

_SHARE_HUNG_UP_AT_THE_PHONE = 0.15

_SHARE_OF_SKIPPABLE = 0.5

_CONNECTED = [180, 200]
"""The SIP response codes of a call that is answered."""


@dataclass(frozen=True)
class Turn:
    """The turn of one agent, and whether others come before or after.

    Attributes:
        start: When the turn begins, in milliseconds since 1970.
        agent_id: The agent.
        longer: How long the customer is on hold or parked; 0 means as long as usual.
        first: Whether this is the first turn.
        last: Whether this is the last turn.
        colleague_id: The agent who is consulted, or to whom the customer is transferred.
    """

    start: int
    agent_id: str
    longer: int
    first: bool
    last: bool
    colleague_id: str | None = None


@dataclass(frozen=True)
class Offer:
    """How a customer who waited came to an agent.

    Attributes:
        queued: Since when the customer waited, in milliseconds since 1970.
        routing: How the agent was looked for.
    """

    queued: int
    routing: Routing


def plan_handling(facts: Facts, rng: random.Random, turn: Turn) -> Handling:
    """Plan what an agent does.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        turn: The agent's turn.

    Returns:
        The plan.
    """
    is_outbound = facts.outbound and turn.first
    taken = turn.start + between(rng, SECOND, 20 * SECOND if is_outbound else ALERTING)
    talk = facts.talk if turn.last else between(rng, 20 * SECOND, 4 * MINUTE)
    # Spoken and chatted conversations are held for minutes, written ones are parked for days.
    is_parked = facts.media in {"email", "message"}
    pause = turn.longer if is_parked else 0
    if pause == 0 and facts.media in SPOKEN and rng.random() < 0.25:  # noqa: PLR2004
        pause = between(rng, 5 * SECOND, 2 * MINUTE)
    wraps_up = facts.wrap_up is not None and turn.last
    consults = turn.colleague_id is not None
    if not turn.last:
        consults = facts.happens("consults first", _SHARE_CONSULTED_FIRST)
    return Handling(
        agent_id=turn.agent_id,
        queue_id=facts.queue_id,
        media=facts.media,
        start=turn.start,
        taken=taken,
        talk=talk,
        held=0 if is_parked else pause,
        parked=pause if is_parked else 0,
        wrapping=_wrap(facts, rng) if wraps_up else 0,
        wrap_up=wrap_up_code_id(facts.wrap_up) if facts.wrap_up and wraps_up else None,
        is_outbound=is_outbound,
        is_transferred=not turn.last,
        colleague_id=turn.colleague_id,
        is_consulting=consults,
        is_conference=consults and turn.last,
    )


def _wrap(facts: Facts, rng: random.Random) -> int:
    """Draw for how long an agent wraps up: for too long, where the platform set the code."""
    if facts.wrap_up == TIMEOUT_CODE:
        return WRAP_UP_TIMEOUT
    return min(int(_MEDIAN_WRAP_UP * exp(_SPREAD_OF_WRAP_UP * rng.gauss(0, 1))), WRAP_UP_TIMEOUT)


def agent_party(
    facts: Facts,
    rng: random.Random,
    handling: Handling,
    name: str | None,
    offer: Offer | None,
) -> Party:
    """Make the participant of an agent who does what was planned.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        handling: The plan.
        name: The agent's name.
        offer: How the customer came to the agent; None if the customer did not wait for this agent.

    Returns:
        The participant.
    """
    segments = _agent_segments(facts, rng, handling)
    metrics = _agent_metrics(handling, offer, is_consulted=facts.kind == "consult")
    properties = _agent_properties(facts, offer)
    closing = heard(rng, segments[-1].end) if facts.media in SPOKEN else {}
    if handling.colleague_id is not None:
        closing["destinationAddresses"] = [address_of_user(handling.colleague_id)]
    sessions = [new_session(rng, segments, metrics, properties, closing)]
    if facts.media == "callback":
        sessions.append(_call_back(facts, rng, handling.taken, handling.released))
    identity = user_identity(rng, "agent", handling.agent_id)
    if name is not None:
        identity["participantName"] = name
    divisions = (*queue_divisions(facts), DIVISION_OF_USER[handling.agent_id])
    return Party(identity, tuple(sessions), division_ids=divisions)


def _agent_properties(facts: Facts, offer: Offer | None) -> Properties:
    properties = dict(facts.shared)
    if facts.queue_id is not None and facts.media in SPOKEN:
        properties["scriptId"] = SCRIPT_OF_QUEUE[facts.queue_id]
    if facts.media == "callback":
        is_skippable = facts.happens("skippable", _SHARE_OF_SKIPPABLE)
        properties |= {"skipEnabled": is_skippable, "timeoutSeconds": 30 if is_skippable else 0}
    if offer is not None and offer.routing.assigner_id is not None:
        properties["assignerId"] = offer.routing.assigner_id
    if offer is not None and offer.routing.agent_ring is not None:
        properties["agentBullseyeRing"] = offer.routing.agent_ring
    return properties


def _left(facts: Facts, handling: Handling) -> Properties:
    """How the agent's part of the talk ended."""
    if handling.is_transferred:
        return {"disconnectType": "consultTransfer" if handling.is_consulting else "transfer"}
    at_the_phone = facts.media == "voice" and facts.happens(
        "at the phone", _SHARE_HUNG_UP_AT_THE_PHONE
    )
    return {"disconnectType": "endpoint" if at_the_phone else "client"}


def _talk(facts: Facts, handling: Handling, since: int) -> list[Segment]:
    """The talk from a moment on, of which a part may be a conference."""
    left, joined = _left(facts, handling), handling.conference_start
    if joined is None:
        return [Segment("interact", since, handling.released, facts.routed, left)]
    conference: Properties = {**facts.routed, "conference": True}
    return [
        Segment("interact", since, joined, facts.routed),
        Segment("interact", joined, handling.released, conference, left),
    ]


def _agent_segments(facts: Facts, rng: random.Random, handling: Handling) -> list[Segment]:
    taken, released = handling.taken, handling.released
    before = "contacting" if handling.is_outbound else "alert"
    routed = facts.routed
    answered: Properties = {}
    if handling.is_outbound and facts.media == "voice":
        answered["sipResponseCodes"] = _CONNECTED
    segments = [Segment(before, handling.start, taken, routed, answered)]
    pause = handling.held + handling.parked
    if pause:
        segments += [
            Segment("interact", taken, handling.paused, routed),
            Segment(
                "parked" if handling.parked else "hold",
                handling.paused,
                handling.paused + pause,
                routed,
            ),
        ]
    segments += _talk(facts, handling, handling.resumed if pause else taken)
    if handling.wrap_up is not None:
        known: Properties = {"wrapUpCode": handling.wrap_up}
        if rng.random() < 0.1:  # noqa: PLR2004
            known["wrapUpNote"] = f"Noted in {facts.language}: größer, 発送済み"
        segments.append(Segment("wrapup", released, handling.end, routed, known))
    return segments


def _agent_metrics(handling: Handling, offer: Offer | None, *, is_consulted: bool) -> list[Metric]:
    start, taken, released = handling.start, handling.taken, handling.released
    if handling.is_outbound:
        metrics = [
            Metric("nOutbound", 1, start),
            Metric("nOutboundAttempted", 1, start),
            Metric("tContacting", handling.contacting, taken),
            Metric("nOutboundConnected", 1, taken),
        ]
    else:
        metrics = [Metric("tAlert", taken - start, taken)]
        if offer is not None:
            metrics.append(Metric("tAnswered", taken - offer.queued, taken))
            if taken - offer.queued > target_of(handling.media).within:
                metrics.append(Metric("nOverSla", 1, taken))
    metrics.append(Metric("nConnected", 1, taken))
    for name, length in (
        ("tTalk", handling.talk),
        ("tHeld", handling.held),
        ("tPark", handling.parked),
    ):
        if length:
            metrics += [
                Metric(name, length, released),
                Metric(f"{name}Complete", length, released),
            ]
    if handling.is_transferred:
        how = "nConsultTransferred" if handling.is_consulting else "nBlindTransferred"
        metrics += [Metric("nTransferred", 1, released), Metric(how, 1, released)]
    if is_consulted or handling.is_consulting:
        metrics.append(Metric("nConsult", 1, released))
    # Where the platform's documentation is silent: for how long agent and customer were connected.
    metrics.append(Metric("tConnected", released - taken, released))
    if handling.wrap_up is not None:
        metrics.append(Metric("tAcw", handling.wrapping, handling.end))
    metrics.append(Metric("tHandle", handling.handle_time, handling.end))
    return metrics


def _call_back(facts: Facts, rng: random.Random, taken: int, released: int) -> Session:
    """The call an agent makes within a callback."""
    answered = min(taken + between(rng, SECOND, 20 * SECOND), released)
    properties = media_properties("voice", facts.id, facts.customer_id, "outbound")
    properties |= {"mediaType": "voice", "direction": "outbound"}
    segments = (
        Segment("dialing", taken, answered, facts.routed, {"sipResponseCodes": _CONNECTED}),
        Segment("interact", answered, released, facts.routed, {"disconnectType": "client"}),
    )
    metrics = (Metric("nOutbound", 1, taken), Metric("tDialing", answered - taken, answered))
    return new_session(rng, segments, metrics, properties, heard(rng, released))
