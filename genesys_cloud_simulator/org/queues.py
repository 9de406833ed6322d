"""The queues: their agents, their shares of the contacts, and the codes that their agents set."""

from __future__ import annotations

from genesys_cloud_simulator.org.draws import spread
from genesys_cloud_simulator.org.ids import named
from genesys_cloud_simulator.org.people import AGENT_NAMES, QUEUE_NAMES, QUEUE_WEIGHTS
from genesys_cloud_simulator.workforce.staffing import on_queue

AGENT_ENTITIES = tuple(named("agent", name) for name in AGENT_NAMES)
"""The agents, by the number that the staffing has for them."""

_CREWS = 3


def _agents_of(place: int) -> tuple[dict[str, object], ...]:
    """Everybody serves the first queue, and each third agent the same ones of all others."""
    return AGENT_ENTITIES[place % _CREWS :: _CREWS] if place else AGENT_ENTITIES


STAFFED_QUEUES = tuple(
    (named("queue", name), _agents_of(place)) for place, name in enumerate(QUEUE_NAMES)
)
"""The queues, and the agents who serve each of them or did so until they left."""

QUEUE_ENTITIES = tuple(queue for queue, _ in STAFFED_QUEUES)

SHARES = tuple(weight / sum(QUEUE_WEIGHTS) for weight in QUEUE_WEIGHTS)
"""The share of each queue in all contacts."""


def _contacts_of(crew: int) -> tuple[int, ...]:
    """The places of the queues, repeated by how many contacts a crew gets from each."""
    own = [
        place
        for place, weight in enumerate(QUEUE_WEIGHTS)
        if place and place % _CREWS == crew
        for _ in range(_CREWS * weight)
    ]
    return tuple(own + [0] * (sum(QUEUE_WEIGHTS) - len(own)))


_CONTACTS_OF_CREW = tuple(_contacts_of(crew) for crew in range(_CREWS))


CONTACTS_OF_AGENT = tuple(_CONTACTS_OF_CREW[agent % _CREWS] for agent in range(len(AGENT_NAMES)))
"""The places of the queues from which each agent gets contacts, the busier the more often."""


def agent_for(place: int, half_hour: int, turn: int) -> int:
    """Find an agent for a contact of a queue.

    Args:
        place: The place of the queue.
        half_hour: When, in half-hours since 1970.
        turn: Whose turn it is.

    Returns:
        The agent's number: of one who is on queue and serves the queue, or else of one who serves
        it.
    """
    agents = on_queue(half_hour)
    for later in range(len(agents)):
        agent = agents[(turn + later) % len(agents)]
        if not place or (agent - place) % _CREWS == 0:
            return agent
    return (place + _CREWS * turn) % len(AGENT_ENTITIES)


def next_of_crew(agent: int) -> int:
    """Find an agent who serves the same queues as another one."""
    return (agent + _CREWS) % len(AGENT_ENTITIES)


WRAP_UP_CODES = (
    "Resolved", "Follow-up", "Erledigt", "Escalated", "Information given", "Rückruf vereinbart",
    "Invoice explained", "Order placed", "Password reset", "Refund issued", "Adresse geändert",
    "Fault reported", "Réclamation", "Wrong number",
)  # fmt: skip

TIMEOUT_CODE = "ININ-WRAP-UP-TIMEOUT"
"""The platform's own code, where the agent has set none in time."""

# By Zipf's law, in percent.
_CODE_WEIGHTS = (30, 15, 10, 8, 6, 5, 4, 4, 3, 3, 2, 2, 2, 2)

_TIMEOUTS = 4


def _codes_of_queue(place: int) -> tuple[str, ...]:
    """The wrap-up codes of a queue: most are resolved, and the rest is in an order of its own."""
    first, *others = WRAP_UP_CODES
    turned = (first, *others[place % len(others) :], *others[: place % len(others)])
    return spread((*turned, TIMEOUT_CODE), (*_CODE_WEIGHTS, _TIMEOUTS))


CODES_OF_QUEUE = tuple(_codes_of_queue(place) for place in range(len(QUEUE_NAMES)))
