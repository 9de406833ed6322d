"""How an agent is found: the skills asked for, the routing method, and the agent.

"A queue administrator assigns a routing method ... to each queue"
(https://help.mypurecloud.com/articles/acd-evaluation-routing-methods/). Where the platform's
documentation is silent: a segment of the participant `acd` says what was asked for, its session
what the method tried and found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from genesys_cloud_simulator.org.directory import (
    AGENTS_OF_QUEUE,
    GROUPS,
    LANGUAGES,
    QUEUES,
    RING_OF_MEMBER,
    RINGS,
    SKILL_GROUPS,
    SKILLS,
    SUPERVISORS,
    TEAMS,
)
from genesys_cloud_simulator.org.draws import pick

if TYPE_CHECKING:
    import random

    from genesys_cloud_simulator.conversations.facts import Facts
    from genesys_cloud_simulator.conversations.model import Properties


_METHODS = dict(
    zip(
        (queue_id for queue_id, _ in QUEUES[1:5]),
        ("Predictive", "Bullseye", "Conditional", "Preferred"),
        strict=True,
    )
)
"""Queue to its routing method, where that is not the standard one."""

_LANGUAGE_IDS = {name: language_id for language_id, name in LANGUAGES}

_OLD_LANGUAGE = LANGUAGES[-1][0]

_SKILL_IDS = {name: skill_id for skill_id, name in SKILLS}

_TOPICS = tuple(skill_id for skill_id, name in SKILLS if name not in _LANGUAGE_IDS)

_SHARE_WITH_SKILL = 0.3

_SHARE_WITH_TOPIC = 0.06

_SHARE_WITH_LANGUAGE = 0.4

_SHARE_WITH_OLD_LANGUAGE = 0.01

_SHARE_ASSIGNED = 0.03


@dataclass(frozen=True)
class Routing:
    """How an agent was looked for.

    Attributes:
        asked: What a segment says from its beginning.
        tried: What the session says from its beginning.
        found: What the session says from its end on.
        assigner_id: Who assigned the conversation to the agent; None where the method found one.
        agent_ring: The ring in which the agent was asked; None where there are no rings.
    """

    asked: Properties
    tried: Properties
    found: Properties
    assigner_id: str | None = None
    agent_ring: int | None = None


def find_agent(facts: Facts, rng: random.Random) -> Routing:
    """Look for an agent.

    Args:
        facts: Names the queue, and the agent where one takes the conversation.
        rng: Decides everything else.

    Returns:
        How it was done.
    """
    method = _METHODS.get(facts.queue_id or "", "Standard")
    chance = rng.random()
    skills: list[str] = []
    if chance < _SHARE_WITH_SKILL or method == "Bullseye":
        skills.append(_SKILL_IDS[facts.language])
    if chance < _SHARE_WITH_TOPIC:
        skills.append(_TOPICS[int(chance / _SHARE_WITH_TOPIC * len(_TOPICS))])
    asked, tried, found = _search(method, facts, rng, skills)
    asked |= facts.routed
    if skills:
        asked["requestedRoutingSkillIds"] = skills
    if chance >= 1 - _SHARE_WITH_OLD_LANGUAGE:
        asked["requestedLanguageId"] = _OLD_LANGUAGE
    elif chance >= 1 - _SHARE_WITH_LANGUAGE:
        asked["requestedLanguageId"] = _LANGUAGE_IDS[facts.language]
    tried["requestedRoutings"] = [method]
    if facts.agent_id is None:
        return Routing(asked, tried, found)
    if rng.random() < _SHARE_ASSIGNED:
        supervisor_id, _ = pick(rng, SUPERVISORS)
        return Routing(asked, tried, {"usedRouting": "Manual"}, supervisor_id)
    found["usedRouting"] = method
    agent_ring = _ring(facts) if method == "Bullseye" else None
    return Routing(asked, tried, found, agent_ring=agent_ring)


class _Search(NamedTuple):
    """What a method adds to what a routing says."""

    asked: Properties
    tried: Properties
    found: Properties


def _search(method: str, facts: Facts, rng: random.Random, skills: list[str]) -> _Search:
    if method == "Bullseye":
        return _bullseye(rng, skills, _ring(facts) or 1)
    if method == "Conditional":
        return _conditional(rng)
    if method == "Predictive":
        return _predictive(_candidates(facts, rng), facts.agent_id)
    if method == "Preferred":
        return _preferred(_candidates(facts, rng))
    return _Search({}, {}, {})


def _ring(facts: Facts) -> int | None:
    """The ring in which the agent is asked, None for one who has left the queue."""
    return RING_OF_MEMBER.get((facts.queue_id or "", facts.agent_id or ""))


def _bullseye(rng: random.Random, skills: list[str], least: int) -> _Search:
    """Ask more agents, of whom fewer skills are asked, at least up to a ring."""
    ring = max(least, 1 + int(rng.random() * RINGS))
    tried: Properties = {"activeSkillIds": skills, "routingRing": 1}
    if ring == 1:
        return _Search({}, tried, {})
    found: Properties = {"activeSkillIds": skills[1:], "removedSkillIds": skills[:1]}
    return _Search({}, tried, {**found, "routingRing": ring})


def _conditional(rng: random.Random) -> _Search:
    """Let others help out."""
    groups: list[Properties] = [
        {"agentGroupId": pick(rng, TEAMS)[0], "agentGroupType": "Team"},
        {"agentGroupId": pick(rng, GROUPS)[0], "agentGroupType": "Group"},
        {"agentGroupId": SKILL_GROUPS[0][0], "agentGroupType": "SkillGroup"},
    ]
    return _Search({}, {"agentGroups": groups}, {})


def _predictive(candidates: list[str], agent_id: str | None) -> _Search:
    """Rank agents."""
    ranked = [{"proposedAgentId": one, "agentRank": rank} for rank, one in enumerate(candidates, 1)]
    tried: Properties = {"eligibleAgentCounts": [len(candidates)], "proposedAgents": ranked}
    if agent_id is None:
        return _Search({}, tried, {})
    rank = 1 + candidates.index(agent_id)
    return _Search({}, tried, {"selectedAgentId": agent_id, "selectedAgentRank": rank})


def _preferred(candidates: list[str]) -> _Search:
    """Ask for agents that suit the customer."""
    scored = [
        {"scoredAgentId": one, "agentScore": 100 - 7 * place}
        for place, one in enumerate(candidates)
    ]
    return _Search({"requestedRoutingUserIds": candidates, "scoredAgents": scored}, {}, {})


def _candidates(facts: Facts, rng: random.Random) -> list[str]:
    """Some agents of the queue, the one who takes the conversation among them."""
    agents = AGENTS_OF_QUEUE[facts.queue_id or ""]
    first = int(rng.random() * len(agents))
    candidates = [agent_id for agent_id, _ in agents[first : first + 3]]
    if facts.agent_id is not None and facts.agent_id not in candidates:
        candidates.append(facts.agent_id)
    return candidates
