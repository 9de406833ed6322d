"""What agents do in a conversation, and the supervisors who look on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.simulator.conversation_entrance import queue_divisions
from tap_genesys_search.simulator.conversation_media import (
    MINUTE,
    SECOND,
    SPOKEN,
    between,
    media_properties,
)
from tap_genesys_search.simulator.conversation_model import (
    Handling,
    Metric,
    Party,
    Properties,
    Segment,
    Session,
)
from tap_genesys_search.simulator.conversation_sessions import heard, new_session, random_id
from tap_genesys_search.simulator.directory import (
    DIVISION_OF_USER,
    SUPERVISORS,
    TEAM_OF_USER,
    wrap_up_code_id,
)
from tap_genesys_search.simulator.interactions import pick

if TYPE_CHECKING:
    import random

    from tap_genesys_search.simulator.conversation_facts import Facts

_LONGEST_MONITORING = 15 * MINUTE


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, and whether others come before or after.

    Attributes:
        start: When it begins, in milliseconds since 1970.
        agent_id: Whose it is.
        longer: How long the customer is on hold or parked; 0 stands for as usual.
        first: Whether nobody comes before.
        last: Whether nobody comes after.
    """

    start: int
    agent_id: str
    longer: int
    first: bool
    last: bool


def plan_handling(facts: Facts, rng: random.Random, turn: Turn) -> Handling:
    """Plan what an agent does.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        turn: Whose turn it is.

    Returns:
        The plan.
    """
    taken = turn.start + between(rng, SECOND, 12 * SECOND)
    talk = facts.talk if turn.last else between(rng, SECOND, MINUTE)
    pause = turn.longer
    if pause == 0 and facts.media in SPOKEN and rng.random() < 0.25:  # noqa: PLR2004
        pause = between(rng, 5 * SECOND, 4 * MINUTE)
    # Spoken and chatted conversations are held, written ones are parked.
    is_parked = facts.media in {"email", "message"}
    wraps_up = facts.wrap_up is not None and turn.last
    return Handling(
        agent_id=turn.agent_id,
        queue_id=facts.queue_id,
        media=facts.media,
        start=turn.start,
        taken=taken,
        talk=talk,
        held=0 if is_parked else pause,
        parked=pause if is_parked else 0,
        wrapping=between(rng, 2 * SECOND, 2 * MINUTE) if wraps_up else 0,
        wrap_up=wrap_up_code_id(facts.wrap_up) if facts.wrap_up and wraps_up else None,
        is_outbound=facts.outbound and turn.first,
        is_transferred=not turn.last,
    )


def agent_party(
    facts: Facts,
    rng: random.Random,
    handling: Handling,
    name: str | None,
    queued: int | None,
    assigner_id: str | None,
) -> Party:
    """Let an agent do what was planned.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        handling: The plan.
        name: The agent's name.
        queued: Since when the customer waited; None where nobody waited for this agent.
        assigner_id: Who assigned the conversation to the agent, if anybody.

    Returns:
        The participant.
    """
    segments = _agent_segments(facts, rng, handling)
    metrics = _agent_metrics(handling, queued, is_consulted=facts.kind == "consult")
    properties = facts.shared
    if assigner_id is not None:
        properties = {**properties, "assignerId": assigner_id}
    closing = heard(rng, segments[-1].end) if facts.media in SPOKEN else {}
    sessions = [new_session(rng, segments, metrics, properties, closing)]
    if facts.media == "callback":
        sessions.append(_call_back(facts, rng, handling.taken, handling.released))
    identity = _identity(rng, "agent", handling.agent_id)
    if name is not None:
        identity["participantName"] = name
    divisions = (*queue_divisions(facts), DIVISION_OF_USER[handling.agent_id])
    return Party(identity, tuple(sessions), division_ids=divisions)


def supervisor_party(
    facts: Facts, rng: random.Random, handling: Handling, monitored: Party
) -> Party:
    """Let a supervisor listen to an agent, and watch the agent's screen.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        handling: What the agent does.
        monitored: The agent.

    Returns:
        The participant.
    """
    supervisor_id, name = pick(rng, SUPERVISORS)
    start = handling.taken + handling.talk // 3
    end = min(handling.released, start + _LONGEST_MONITORING)
    listening = new_session(
        rng,
        [Segment("monitoring", start, end, closing={"disconnectType": "client"})],
        [Metric("tMonitoring", end - start, end)],
        {**facts.shared, "monitoredParticipantId": monitored.properties["participantId"]},
    )
    watching = new_session(
        rng,
        [Segment("screenmonitoring", start, end, closing={"disconnectType": "client"})],
        [Metric("tScreenMonitoring", end - start, end)],
        {
            "mediaType": "screenmonitoring",
            "direction": facts.direction,
            "screenMonitoredUserId": handling.agent_id,
        },
    )
    identity = {**_identity(rng, "user", supervisor_id), "participantName": name}
    divisions = (DIVISION_OF_USER[supervisor_id],)
    return Party(identity, (listening, watching), division_ids=divisions)


def _identity(rng: random.Random, purpose: str, user_id: str) -> Properties:
    identity: Properties = {
        "participantId": random_id(rng),
        "purpose": purpose,
        "userId": user_id,
    }
    if user_id in TEAM_OF_USER:
        identity["teamId"] = TEAM_OF_USER[user_id]
    return identity


def _agent_segments(facts: Facts, rng: random.Random, handling: Handling) -> list[Segment]:
    taken, released = handling.taken, handling.released
    before = "contacting" if handling.is_outbound else "alert"
    left: Properties = {"disconnectType": "transfer" if handling.is_transferred else "client"}
    routed = facts.routed
    segments = [Segment(before, handling.start, taken, routed)]
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
            Segment("interact", handling.paused + pause, released, routed, left),
        ]
    else:
        segments.append(Segment("interact", taken, released, routed, left))
    if handling.wrap_up is not None:
        known: Properties = {"wrapUpCode": handling.wrap_up}
        if rng.random() < 0.1:  # noqa: PLR2004
            known["wrapUpNote"] = f"Noted in {facts.language}: größer, 発送済み"
        segments.append(Segment("wrapup", released, handling.end, routed, known))
    return segments


def _agent_metrics(handling: Handling, queued: int | None, *, is_consulted: bool) -> list[Metric]:
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
        if queued is not None:
            metrics.append(Metric("tAnswered", taken - queued, taken))
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
        metrics += [Metric("nTransferred", 1, released), Metric("nBlindTransferred", 1, released)]
    if is_consulted:
        metrics.append(Metric("nConsult", 1, released))
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
        Segment("dialing", taken, answered, facts.routed),
        Segment("interact", answered, released, facts.routed, {"disconnectType": "client"}),
    )
    metrics = (Metric("nOutbound", 1, taken), Metric("tDialing", answered - taken, answered))
    return new_session(rng, segments, metrics, properties, heard(rng, released))
