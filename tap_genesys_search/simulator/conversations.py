"""The conversation behind an interaction: who took part, when, and what was measured.

Everything follows from the interaction, its id above all, so nothing needs to be stored and all
APIs agree. The models of the platform's official SDK decide the names and types.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tap_genesys_search.simulator.conversation_facts import Facts, read_facts
from tap_genesys_search.simulator.conversation_media import (
    DAY,
    LONG_SHARE,
    MINUTE,
    SECOND,
    SPOKEN,
    between,
    media_properties,
    media_quality,
)
from tap_genesys_search.simulator.conversation_model import (
    Conversation,
    Handling,
    Metric,
    Party,
    Properties,
    Segment,
    Session,
    Wait,
)
from tap_genesys_search.simulator.conversation_references import (
    asked_language,
    campaign,
    menu,
    routing,
    team,
)
from tap_genesys_search.simulator.conversation_reviews import generate_reviews
from tap_genesys_search.simulator.directory import (
    AGENTS,
    DIVISION_OF_QUEUE,
    HOME_DIVISION,
    wrap_up_code_id,
)
from tap_genesys_search.simulator.interactions import named, uuid_text
from tap_genesys_search.simulator.timestamps import format_milliseconds

if TYPE_CHECKING:
    from tap_genesys_search.simulator.interactions import Interaction

# No conversation lives longer, see the bounds below. Who looks for what was alive at a moment
# need not look further back.
LONGEST_LIFE = 9 * DAY
SHORT_WAIT = 20 * SECOND
"""Within which an agent is to take what is offered: the service level's target of all queues."""
_LONGEST_ATTRIBUTE = 1024


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
    division = DIVISION_OF_QUEUE.get(facts.queue_id or "", HOME_DIVISION)
    closing: Properties = {}
    if facts.media in SPOKEN:
        quality = min(
            float(str(one["minMos"]))
            for party in parties
            for session in party.sessions
            for one in _endpoint_stats(session)
        )
        closing["mediaStatsMinConversationMos"] = quality
        closing["mediaStatsMinConversationRFactor"] = round(quality * 19, 2)
    return Conversation(
        properties={
            "conversationId": facts.id,
            "conversationInitiator": str(parties[0].properties["purpose"]),
            "customerParticipation": True,
            "divisionIds": [division],
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


def _uuid(rng: random.Random) -> str:
    return uuid_text(rng.getrandbits(128))


@lru_cache(maxsize=256)
def _named(kind: str, name: str) -> str:
    return str(named(kind, name)["id"])


def _session(
    facts: Facts,
    rng: random.Random,
    segments: list[Segment],
    metrics: list[Metric],
    **properties: object,
) -> Session:
    common: Properties = {"sessionId": _uuid(rng), "direction": facts.direction}
    if facts.media is not None:
        common["mediaType"] = facts.media
    common.update(properties)
    return Session(common, tuple(segments), tuple(metrics))


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
        party, moment = _ivr(facts, rng, moment)
        parties.append(party)
    queued = None
    if facts.queue_id is not None and not facts.outbound:
        queued = moment
        # What is scheduled waits in the queue, and so does what nobody ever takes.
        is_waiting = facts.media == "callback" or facts.agent_id is None
        wait = _wait(facts, rng, moment, longer if is_waiting else 0)
        parties.append(_acd(facts, rng, wait))
        waits.append(wait)
        moment = wait.end
        longer = 0 if is_waiting else longer
    if facts.kind == "voicemail":
        party, moment = _voicemail(facts, rng, moment)
        parties.append(party)
    if facts.agent_id is None:
        released = moment + longer + (0 if parties else facts.talk)
        return _Service(tuple(parties), released, tuple(waits))
    takers = [(facts.agent_id, facts.agent_name)]
    if facts.kind == "transfer":
        takers.append(AGENTS[between(rng, 0, len(AGENTS))])
    handlings: list[Handling] = []
    for position, (agent_id, name) in enumerate(takers):
        turn = _Turn(
            moment,
            agent_id,
            longer if position == 0 else 0,
            first=position == 0,
            last=position == len(takers) - 1,
        )
        handling = _handle(facts, rng, turn)
        parties.append(_agent(facts, rng, handling, name, queued if turn.first else None))
        handlings.append(handling)
        moment = handling.released
    return _Service(tuple(parties), moment, tuple(waits), tuple(handlings))


def _ivr(facts: Facts, rng: random.Random, start: int) -> tuple[Party, int]:
    end = start + between(rng, 3 * SECOND, MINUTE)
    segment = Segment(
        "ivr", start, end, closing={"disconnectType": "transfer" if facts.queue_id else "peer"}
    )
    flow_id, flow_name = menu(facts)
    flow: Properties = {
        "flowId": flow_id,
        "flowName": flow_name,
        "flowType": "INBOUNDCALL",
        "flowVersion": "12.0",
        "entryType": "dnis",
        "startingLanguage": facts.language.lower(),
    }
    left: Properties = {**flow, "exitReason": "TRANSFER" if facts.queue_id else "DISCONNECT"}
    if facts.queue_name is not None:
        left |= {"transferType": "ACD", "transferTargetName": facts.queue_name}
    out = "tFlowOut" if facts.queue_id else "tFlowDisconnect"
    metrics = [
        Metric("nFlow", 1, start),
        Metric("tIvr", end - start, end),
        Metric("tFlow", end - start, end),
        Metric(out, end - start, end),
    ]
    properties = media_properties(facts.media, facts.id, facts.customer_id, facts.direction)
    session = _session(facts, rng, [segment], metrics, flow=flow, **properties)
    session = replace(session, closing={"flow": left})
    identity: Properties = {
        "participantId": _uuid(rng),
        "participantName": flow_name,
        "purpose": "ivr",
    }
    return Party(identity, (session,)), end


def _wait(facts: Facts, rng: random.Random, start: int, longer: int) -> Wait:
    length = min(int(rng.expovariate(1 / (45 * SECOND))), 20 * MINUTE) + longer
    return Wait(
        queue_id=facts.queue_id,
        start=start,
        end=start + length,
        is_abandoned=facts.agent_id is None and facts.kind != "voicemail",
    )


def _acd(facts: Facts, rng: random.Random, wait: Wait) -> Party:
    length = wait.end - wait.start
    asked: Properties = {**facts.routed, **asked_language(facts)}
    if rng.random() < 0.3:  # noqa: PLR2004
        asked["requestedRoutingSkillIds"] = [_named("skill", facts.language)]
    closing: Properties = {"disconnectType": "peer" if wait.is_abandoned else "transfer"}
    segment = Segment("interact", wait.start, wait.end, asked, closing)
    metrics = [Metric("nOffered", 1, wait.start), Metric("tAcd", length, wait.end)]
    if wait.is_abandoned:
        metrics.append(Metric("tAbandon", length, wait.end))
    if length > SHORT_WAIT:
        metrics.append(Metric("nOverSla", 1, wait.end))
    properties = media_properties(facts.media, facts.id, facts.customer_id, facts.direction)
    session = _session(facts, rng, [segment], metrics, usedRouting="Standard", **properties)
    identity: Properties = {"participantId": _uuid(rng), "purpose": "acd"}
    if facts.queue_name is not None:
        identity["participantName"] = facts.queue_name
    return Party(identity, (session,))


def _voicemail(facts: Facts, rng: random.Random, start: int) -> tuple[Party, int]:
    end = start + between(rng, 10 * SECOND, 2 * MINUTE)
    segment = Segment("voicemail", start, end, facts.routed, {"disconnectType": "peer"})
    session = _session(facts, rng, [segment], [Metric("tVoicemail", end - start, end)])
    return Party({"participantId": _uuid(rng), "purpose": "voicemail"}, (session,)), end


@dataclass(frozen=True)
class _Turn:
    """Whose turn it is, and whether others come before or after."""

    start: int
    agent_id: str
    longer: int
    first: bool
    last: bool


def _handle(facts: Facts, rng: random.Random, turn: _Turn) -> Handling:
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


def _agent(
    facts: Facts, rng: random.Random, handling: Handling, name: str | None, queued: int | None
) -> Party:
    segments = _agent_segments(facts, rng, handling)
    metrics = _agent_metrics(handling, queued, is_consulted=facts.kind == "consult")
    properties = media_properties(facts.media, facts.id, facts.customer_id, facts.direction)
    session = _session(facts, rng, segments, metrics, **properties, **campaign(facts))
    if facts.media in SPOKEN:
        session = _with_quality(session, rng)
    sessions = [session]
    if facts.media == "callback":
        sessions.append(_call_back(facts, rng, handling.taken, handling.released))
    identity: Properties = {
        "participantId": _uuid(rng),
        "purpose": "agent",
        "userId": handling.agent_id,
        **team(handling.agent_id),
    }
    if name is not None:
        identity["participantName"] = name
    return Party(identity, tuple(sessions))


def _agent_segments(facts: Facts, rng: random.Random, handling: Handling) -> list[Segment]:
    taken, released = handling.taken, handling.released
    before = "contacting" if handling.is_outbound else "alert"
    routed = routing(facts)
    left: Properties = {"disconnectType": "transfer" if handling.is_transferred else "client"}
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
    properties |= {"sessionId": _uuid(rng), "mediaType": "voice", "direction": "outbound"}
    segments = (
        Segment("dialing", taken, answered, facts.routed),
        Segment("interact", answered, released, facts.routed, {"disconnectType": "client"}),
    )
    metrics = (Metric("nOutbound", 1, taken), Metric("tDialing", answered - taken, answered))
    return _with_quality(Session(properties, segments, metrics), rng)


def _with_quality(session: Session, rng: random.Random) -> Session:
    quality = media_quality(rng, session.segments[-1].end)
    return replace(session, closing={"mediaEndpointStats": [quality]})


def _endpoint_stats(session: Session) -> list[Properties]:
    stats = session.closing.get("mediaEndpointStats", [])
    return stats if isinstance(stats, list) else []


def _customer(facts: Facts, rng: random.Random, released: int) -> Party:
    properties = media_properties(facts.media, facts.id, facts.customer_id, facts.direction)
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
    session = _session(facts, rng, [segment], [], **properties, **campaign(facts))
    if facts.media in SPOKEN:
        session = _with_quality(session, rng)
    external = facts.outbound or rng.random() < 0.1  # noqa: PLR2004
    identity: Properties = {
        "participantId": _uuid(rng),
        "purpose": "external" if external else "customer",
    }
    if facts.customer_name is not None:
        identity["participantName"] = facts.customer_name
    if facts.customer_id is not None:
        identity["externalContactId"] = uuid_text(zlib.crc32(facts.customer_id.encode()) << 96)
    return Party(identity, (session,), _attributes(facts, rng))


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
