"""How the figures are computed, in words."""

from __future__ import annotations

HELP = {
    "Service level": (
        "answered in time / answered and abandoned, with the org's options; summed over queues "
        "before dividing"
    ),
    "Offered": "entries into a queue; a transfer to a queue is offered again",
    "Abandoned": (
        "entries that ended before an agent connected / offered; unless short abandons count, both "
        "without them"
    ),
    "Speed of answer": (
        "waiting and alerting / answered; without callbacks, which wait as scheduled"
    ),
    "Handle time": (
        "talk, hold and after-call work, of outbound calls also dialling / handled; counted when "
        "the agent is done"
    ),
    "Transfer rate": "blind and consult transfers / answered",
    "Occupancy": (
        "interacting / interacting, communicating and idle, of agents' routing status; the "
        "platform has no queue and no media type here"
    ),
    "Longest wait": "the longest time in queue of those that left it",
    "CSAT": "survey points / completed surveys with a score, by form",
    "NPS": "promoters (9 and 10) less detractors (0 to 6) / surveys that asked",
    "Evaluation score": "points / evaluations that are finished, released and not deleted",
    "Repeat contacts": (
        "inbound conversations that the same customer follows with another within seven days; "
        "only those as old as that are judged"
    ),
}
"""Name of a figure to its definition, as the dbt package documents it."""
