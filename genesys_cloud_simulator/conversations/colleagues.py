"""Others who work on a conversation: supervisors, consulted agents, agents who don't take it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.agents import ALERTING
from genesys_cloud_simulator.conversations.entrance import queue_divisions
from genesys_cloud_simulator.conversations.model import Metric, Party, Properties, Segment, Session
from genesys_cloud_simulator.conversations.sessions import MINUTE, new_session, user_identity
from genesys_cloud_simulator.org.directory import (
    AGENTS,
    DIVISION_OF_USER,
    PLACE_OF_QUEUE,
    QUEUES,
    SUPERVISORS,
    USERS,
)
from genesys_cloud_simulator.org.draws import pick
from genesys_cloud_simulator.org.queues import agent_for, next_of_crew
from genesys_cloud_simulator.workforce.forecast import half_hour_of

if TYPE_CHECKING:
    import random

    from genesys_cloud_simulator.conversations.facts import Facts
    from genesys_cloud_simulator.conversations.model import Handling, Wait


_NAMES = dict(USERS)

_LONGEST_MONITORING = 15 * MINUTE

_SHARE_NOT_ANSWERED = 0.08

_SHARE_OF_FAILED_CALLS = 0.3

_FAILURES = (
    ("error.ininedgecontrol.connection.timeout", 408, 102),
    ("error.ininedgecontrol.connection.dialplan.notReachable", 480, 20),
    ("error.ininedgecontrol.session.inactive", 503, 41),
)
"""Error code, SIP response code and Q.850 cause of a call that doesn't reach an agent."""


def supervisor_party(
    facts: Facts, rng: random.Random, handling: Handling, monitored: Party
) -> Party:
    """Make the participant of a supervisor who listens to an agent and watches the screen.

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
    identity = {**user_identity(rng, "user", supervisor_id), "participantName": name}
    divisions = (DIVISION_OF_USER[supervisor_id],)
    return Party(identity, (listening, watching), division_ids=divisions)


def colleague(facts: Facts, rng: random.Random, moment: int) -> tuple[str, str]:
    """Pick another agent of the queue.

    Args:
        facts: Names the queue and the agent.
        rng: Decides who it is.
        moment: When the agent is needed, in milliseconds since 1970.

    Returns:
        The agent's id and name.
    """
    place = PLACE_OF_QUEUE.get(facts.queue_id or "", 0)
    agent = agent_for(place, half_hour_of(moment), int(rng.random() * len(AGENTS)))
    if AGENTS[agent][0] == facts.agent_id:
        agent = next_of_crew(agent)
    return AGENTS[agent]


def other_queue(facts: Facts, rng: random.Random, moment: int) -> Facts:
    """Pick another queue, and an agent there.

    Args:
        facts: What the conversation is about.
        rng: Decides which one.
        moment: When the agent is needed, in milliseconds since 1970.

    Returns:
        What the conversation is about from then on.
    """
    queue_id, queue_name = pick(rng, [queue for queue in QUEUES if queue[0] != facts.queue_id])
    there = replace(facts, queue_id=queue_id, queue_name=queue_name)
    agent_id, agent_name = colleague(there, rng, moment)
    return replace(there, agent_id=agent_id, agent_name=agent_name)


def consulted_party(facts: Facts, handling: Handling) -> Party:
    """Make the participant of a consulted supervisor who joins agent and customer.

    Args:
        facts: What the conversation is about.
        handling: What the agent does, of which a part is a conference.

    Returns:
        The participant.
    """
    joined = handling.conference_start or handling.released
    user_id = handling.colleague_id or handling.agent_id
    draws = facts.draws("consulted")
    asked = max(handling.taken, joined - ALERTING)
    conference: Properties = {"conference": True}
    left: Properties = {"disconnectType": "client"}
    segments = [
        Segment("alert", asked, joined),
        Segment("interact", joined, handling.released, conference, left),
    ]
    connected = Metric("tConnected", handling.released - joined, handling.released)
    metrics = [Metric("tAlert", joined - asked, joined), connected]
    session = new_session(draws, segments, metrics, facts.shared)
    identity = {**user_identity(draws, "user", user_id), "participantName": _NAMES[user_id]}
    return Party(identity, (session,), division_ids=(DIVISION_OF_USER[user_id],))


def missing_party(facts: Facts, wait: Wait) -> Party | None:
    """Make the participant of an agent who is alerted but does not take the conversation.

    Args:
        facts: What the conversation is about.
        wait: How long the customer waits.

    Returns:
        The participant; None if the first agent who is alerted takes the conversation.
    """
    is_long_enough = wait.end - wait.start > ALERTING
    if not is_long_enough or not facts.happens("not answered", _SHARE_NOT_ANSWERED):
        return None
    draws = facts.draws("not answered")
    alerted = wait.end - ALERTING
    agent_id, name = colleague(facts, draws, alerted)
    fails = facts.media == "voice" and draws.random() < _SHARE_OF_FAILED_CALLS
    session = (_failing if fails else _not_responding)(facts, draws, alerted)
    identity = {**user_identity(draws, "agent", agent_id), "participantName": name}
    divisions = (*queue_divisions(facts), DIVISION_OF_USER[agent_id])
    return Party(identity, (session,), division_ids=divisions)


def _not_responding(facts: Facts, draws: random.Random, alerted: int) -> Session:
    end = alerted + ALERTING
    segment = Segment("alert", alerted, end, facts.routed, {"disconnectType": "timeout"})
    metrics = [Metric("tAlert", ALERTING, end), Metric("tNotResponding", ALERTING, end)]
    return new_session(draws, [segment], metrics, facts.shared)


def _failing(facts: Facts, draws: random.Random, alerted: int) -> Session:
    end = alerted + draws.randrange(1, ALERTING)
    error_code, sip, q850 = pick(draws, _FAILURES)
    closing: Properties = {
        "disconnectType": "error",
        "errorCode": error_code,
        "sipResponseCodes": [sip],
        "q850ResponseCodes": [q850],
    }
    segment = Segment("alert", alerted, end, facts.routed, closing)
    metrics = [Metric("tAlert", end - alerted, end), Metric("nError", 1, end)]
    return new_session(draws, [segment], metrics, facts.shared)
