"""Who deals with a customer before an agent does: the flow, the queue, the voicemail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.simulator.conversation_media import HOUR, MINUTE, SECOND, between
from tap_genesys_search.simulator.conversation_model import (
    Metric,
    Party,
    Properties,
    Segment,
    Wait,
)
from tap_genesys_search.simulator.conversation_sessions import new_session, random_id
from tap_genesys_search.simulator.directory import (
    DIVISION_OF_QUEUE,
    FLOWS,
    GROUPS,
    HOME_DIVISION,
    VERSION_OF_FLOW,
)
from tap_genesys_search.simulator.interactions import pick

if TYPE_CHECKING:
    import random

    from tap_genesys_search.simulator.conversation_facts import Facts
    from tap_genesys_search.simulator.conversation_routing import Routing

SHORT_WAIT = 20 * SECOND
"""Within which an agent is to take what is offered: the service level's target of all queues."""
_BY_DAY, _IN_THE_EVENING, _, _OLD, _BY_NIGHT = FLOWS
_FLOW_OF_HOUR = (*(_BY_NIGHT,) * 6, *(_BY_DAY,) * 12, *(_IN_THE_EVENING,) * 4, *(_BY_NIGHT,) * 2)
_SHARE_OF_OLD_FLOW = 0.04
_SHARE_FOR_GROUPS = 0.4


def flow_party(facts: Facts, rng: random.Random, start: int) -> tuple[Party, int]:
    """Let a flow welcome the customer.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        start: When, in milliseconds since 1970.

    Returns:
        The participant, and when the customer left it.
    """
    end = start + between(rng, 3 * SECOND, MINUTE)
    is_old = rng.random() < _SHARE_OF_OLD_FLOW
    flow_id, name = _OLD if is_old else _FLOW_OF_HOUR[start // HOUR % 24]
    flow: Properties = {
        "flowId": flow_id,
        "flowName": name,
        "flowType": "INBOUNDCALL",
        "flowVersion": VERSION_OF_FLOW[flow_id],
        "entryType": "dnis",
        "startingLanguage": facts.language.lower(),
    }
    left: Properties = {**flow, "exitReason": "TRANSFER" if facts.queue_id else "DISCONNECT"}
    if facts.queue_name is not None:
        left |= {"transferType": "ACD", "transferTargetName": facts.queue_name}
    segment = Segment(
        "ivr", start, end, closing={"disconnectType": "transfer" if facts.queue_id else "peer"}
    )
    metrics = (
        Metric("nFlow", 1, start),
        Metric("tIvr", end - start, end),
        Metric("tFlow", end - start, end),
        Metric("tFlowOut" if facts.queue_id else "tFlowDisconnect", end - start, end),
    )
    session = new_session(rng, [segment], metrics, {**facts.shared, "flow": flow}, {"flow": left})
    identity: Properties = {
        "participantId": random_id(rng),
        "participantName": name,
        "purpose": "ivr",
    }
    return Party(identity, (session,), division_ids=(HOME_DIVISION,)), end


def queue_party(facts: Facts, rng: random.Random, wait: Wait, routing: Routing) -> Party:
    """Let the customer wait for an agent.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        wait: How long.
        routing: How an agent was looked for in the meantime.

    Returns:
        The participant.
    """
    length = wait.end - wait.start
    segment = Segment(
        "interact",
        wait.start,
        wait.end,
        routing.asked,
        {"disconnectType": "peer" if wait.is_abandoned else "transfer"},
    )
    metrics = [Metric("nOffered", 1, wait.start), Metric("tAcd", length, wait.end)]
    if wait.is_abandoned:
        metrics.append(Metric("tAbandon", length, wait.end))
    if length > SHORT_WAIT:
        metrics.append(Metric("nOverSla", 1, wait.end))
    session = new_session(rng, [segment], metrics, {**facts.shared, **routing.tried}, routing.found)
    identity: Properties = {"participantId": random_id(rng), "purpose": "acd"}
    if facts.queue_name is not None:
        identity["participantName"] = facts.queue_name
    return Party(identity, (session,), division_ids=queue_divisions(facts))


def voicemail_party(facts: Facts, rng: random.Random, start: int) -> tuple[Party, int]:
    """Let the customer leave a message, for the queue or for a group.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        start: When, in milliseconds since 1970.

    Returns:
        The participant, and when the customer left it.
    """
    end = start + between(rng, 10 * SECOND, 2 * MINUTE)
    is_for_group = rng.random() < _SHARE_FOR_GROUPS
    addressee: Properties = {"groupId": pick(rng, GROUPS)[0]} if is_for_group else facts.routed
    divisions = () if is_for_group else queue_divisions(facts)
    segment = Segment("voicemail", start, end, addressee, {"disconnectType": "peer"})
    session = new_session(rng, [segment], [Metric("tVoicemail", end - start, end)], facts.shared)
    identity: Properties = {"participantId": random_id(rng), "purpose": "voicemail"}
    return Party(identity, (session,), division_ids=divisions), end


def queue_divisions(facts: Facts) -> tuple[str, ...]:
    """Name the division of a conversation's queue, if it has one."""
    return () if facts.queue_id is None else (DIVISION_OF_QUEUE[facts.queue_id],)
