"""The participants before the first agent: the flow, the queue, the voicemail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.model import Metric, Party, Properties, Segment, Wait
from genesys_cloud_simulator.conversations.sessions import (
    HOUR,
    MINUTE,
    SECOND,
    between,
    new_session,
    random_id,
)
from genesys_cloud_simulator.org.directory import (
    DIVISION_OF_QUEUE,
    FLOW_OUTCOMES,
    FLOWS,
    GROUPS,
    HOME_DIVISION,
    SHARE_OF_QUEUE,
    VERSION_OF_FLOW,
)
from genesys_cloud_simulator.org.draws import pick
from genesys_cloud_simulator.timestamps import format_milliseconds
from genesys_cloud_simulator.workforce.forecast import half_hour_of
from genesys_cloud_simulator.workforce.service_levels import SHORT_ABANDON
from genesys_cloud_simulator.workforce.waiting import MAY_GIVE_UP, draw_wait

if TYPE_CHECKING:
    import random

    from genesys_cloud_simulator.conversations.facts import Facts
    from genesys_cloud_simulator.conversations.model import Session
    from genesys_cloud_simulator.conversations.routing import Routing


FLOW_TYPE = "INBOUNDCALL"

_BY_DAY, _IN_THE_EVENING, _, _OLD, _BY_NIGHT = FLOWS

_FLOW_OF_HOUR = (*(_BY_NIGHT,) * 6, *(_BY_DAY,) * 12, *(_IN_THE_EVENING,) * 4, *(_BY_NIGHT,) * 2)

_SHARE_OF_OLD_FLOW = 0.04

_SHARE_HANDED_ON = 0.5

_SHARE_WITH_PROPERTIES = 0.3

_SHARE_WITH_OUTCOMES = 0.3

_SHARE_FOR_GROUPS = 0.4

_LONGEST_UPLOAD = 4 * SECOND


def flow_party(facts: Facts, rng: random.Random, start: int) -> tuple[Party, int]:
    """Make the participant of the flow that welcomes the customer.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        start: When, in milliseconds since 1970.

    Returns:
        The participant, and when the customer left it.
    """
    end = start + between(rng, 3 * SECOND, MINUTE)
    is_old = rng.random() < _SHARE_OF_OLD_FLOW
    today = _FLOW_OF_HOUR[start // HOUR % 24]
    called = _OLD if is_old else today
    entry: Properties = {"entryType": "dnis"}
    if "dnis" in facts.shared:
        entry["entryReason"] = facts.shared["dnis"]
    hands_on = is_old and facts.happens("hands on", _SHARE_HANDED_ON)
    middle = start + (end - start) // 3 if hands_on else start
    session = _flow_session(facts, rng, today if hands_on else called, (middle, end), entry)
    sessions: tuple[Session, ...] = (session,)
    if hands_on:
        sessions = (_handing_on(facts, (start, middle), entry, today), session)
    identity: Properties = {
        "participantId": random_id(rng),
        "participantName": called[1],
        "purpose": "ivr",
    }
    return Party(identity, sessions, division_ids=(HOME_DIVISION,)), end


def _flow_session(
    facts: Facts,
    rng: random.Random,
    named: tuple[str, str],
    span: tuple[int, int],
    entry: Properties,
) -> Session:
    """Let the last flow welcome the customer."""
    if span[0] > facts.start:
        entry = {"entryType": "flow", "entryReason": _OLD[0]}
    flow = {**_flow(facts, named), **entry}
    left: Properties = {
        **flow,
        "endingLanguage": facts.language.lower(),
        "exitReason": "TRANSFER" if facts.queue_id else "DISCONNECT",
    }
    if facts.queue_id is not None:
        left["transferTargetAddress"] = facts.queue_id
    if facts.queue_name is not None:
        left |= {"transferType": "ACD", "transferTargetName": facts.queue_name}
    if facts.happens("outcomes", _SHARE_WITH_OUTCOMES):
        left["outcomes"] = [_outcome(facts, span)]
    closing: Properties = {"disconnectType": "transfer" if facts.queue_id else "system"}
    if facts.happens("properties", _SHARE_WITH_PROPERTIES):
        closing["properties"] = _segment_properties(facts)
    metrics = _flow_metrics(span, "tFlowOut" if facts.queue_id else "tFlowDisconnect")
    segment = Segment("ivr", *span, closing=closing)
    return new_session(rng, [segment], metrics, {**facts.shared, "flow": flow}, {"flow": left})


def _handing_on(
    facts: Facts, span: tuple[int, int], entry: Properties, to: tuple[str, str]
) -> Session:
    """Let the old flow exit to the one of the hour."""
    flow = {**_flow(facts, _OLD), **entry}
    left: Properties = {
        **flow,
        "endingLanguage": facts.language.lower(),
        "exitReason": "TRANSFER",
        "transferType": "FLOW",
        "transferTargetName": to[1],
        "transferTargetAddress": to[0],
    }
    segment = Segment("ivr", *span, closing={"disconnectType": "transfer"})
    properties = {**facts.shared, "flow": flow}
    metrics = _flow_metrics(span, "tFlowExit")
    draws = facts.draws("hands on")
    return new_session(draws, [segment], metrics, properties, {"flow": left})


def _flow(facts: Facts, named: tuple[str, str]) -> Properties:
    return {
        "flowId": named[0],
        "flowName": named[1],
        "flowType": FLOW_TYPE,
        "flowVersion": VERSION_OF_FLOW[named[0]],
        "startingLanguage": facts.language.lower(),
    }


def _outcome(facts: Facts, span: tuple[int, int]) -> Properties:
    """Record what the flow has achieved, or has not, as an `AnalyticsFlowOutcome`."""
    start, end = span
    outcome_id, _ = facts.draws("outcome").choice(FLOW_OUTCOMES)
    value = "SUCCESS" if facts.queue_id else "FAILURE"
    outcome: Properties = {
        "flowOutcome": f"{outcome_id}:{value}",
        "flowOutcomeId": outcome_id,
        "flowOutcomeStartTimestamp": format_milliseconds(start),
        "flowOutcomeValue": value,
    }
    # "This may be null if the outcome did not succeed", says the SDK.
    return (
        {**outcome, "flowOutcomeEndTimestamp": format_milliseconds(end)}
        if facts.queue_id
        else outcome
    )


def _flow_metrics(span: tuple[int, int], left: str) -> tuple[Metric, ...]:
    """Measure a flow.

    Where the platform's documentation is silent: one that hands over to another flow exits.
    """
    start, end = span
    lengths = (Metric(name, end - start, end) for name in ("tIvr", "tFlow", left))
    return (Metric("nFlow", 1, start), *lengths)


def _segment_properties(facts: Facts) -> list[Properties]:
    """What the flow asked the customer for, as `AnalyticsProperty`s."""
    return [
        {
            "property": "menuAttempts",
            "propertyType": "integer",
            "value": "2" if facts.happens("second attempt", 0.25) else "1",
        },
        {
            "property": "authenticated",
            "propertyType": "bool",
            "value": "true" if facts.customer_id is not None else "false",
        },
    ]


def queue_wait(facts: Facts, start: int, length: int) -> Wait:
    """Plan how the customer waits for an agent.

    Args:
        facts: What the conversation is about.
        start: Since when, in milliseconds since 1970.
        length: How long, in milliseconds.

    Returns:
        The wait, at whose end the customer leaves the queue for the voicemail, has given up or has
        an agent.
    """
    flows_out = facts.kind == "voicemail"
    if facts.agent_id is None and facts.media not in MAY_GIVE_UP:
        flows_out = True
    return Wait(
        queue_id=facts.queue_id,
        start=start,
        end=start + length,
        is_abandoned=facts.agent_id is None and not flows_out,
        flows_out=flows_out,
    )


def transferred_wait(facts: Facts, rng: random.Random, start: int) -> Wait:
    """Plan how a customer waits whom an agent transferred to the queue, and who doesn't give up."""
    end = start + wait_for(facts, rng, start)
    return Wait(facts.queue_id, start, end, is_abandoned=False, is_transferred=True)


def wait_for(facts: Facts, rng: random.Random, start: int) -> int:
    """Draw how long a customer waits who comes to a queue later on, in milliseconds."""
    share = SHARE_OF_QUEUE[facts.queue_id or ""]
    return draw_wait(rng, facts.media, share, half_hour_of(start), facts.load)


def queue_party(facts: Facts, rng: random.Random, wait: Wait, routing: Routing) -> Party:
    """Make the participant of the queue in which the customer waits for an agent.

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
    closing = routing.found
    if wait.is_abandoned:
        metrics.append(Metric("tAbandon", length, wait.end))
        if length < SHORT_ABANDON:
            metrics.append(Metric("tShortAbandon", length, wait.end))
    elif wait.flows_out:
        metrics.append(Metric("tFlowOut", length, wait.end))
        left_for = "VOICEMAIL" if facts.kind == "voicemail" else "DISCONNECT"
        closing = {**closing, "flowOutType": left_for}
    properties = {**facts.shared, **routing.tried}
    if facts.meets_flow and not wait.is_transferred:
        properties["flowInType"] = FLOW_TYPE
    session = new_session(rng, [segment], metrics, properties, closing)
    identity: Properties = {"participantId": random_id(rng), "purpose": "acd"}
    if facts.queue_name is not None:
        identity["participantName"] = facts.queue_name
    return Party(identity, (session,), division_ids=queue_divisions(facts))


def voicemail_party(facts: Facts, rng: random.Random, start: int) -> tuple[Party, int]:
    """Make the participant of the voicemail, of a queue or of a group.

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
    uploaded = end + facts.draws("upload").randrange(SECOND, _LONGEST_UPLOAD)
    segments = [
        Segment("voicemail", start, end, addressee, {"disconnectType": "peer"}),
        Segment("uploading", end, uploaded, addressee, {"disconnectType": "system"}),
    ]
    session = new_session(rng, segments, [Metric("tVoicemail", end - start, end)], facts.shared)
    identity: Properties = {"participantId": random_id(rng), "purpose": "voicemail"}
    return Party(identity, (session,), division_ids=divisions), end


def queue_divisions(facts: Facts) -> tuple[str, ...]:
    """Name the division of a conversation's queue, if it has one."""
    return () if facts.queue_id is None else (DIVISION_OF_QUEUE[facts.queue_id],)
