"""Evaluations, surveys and resolutions, which follow the end of a conversation."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.model import Properties, Review
from genesys_cloud_simulator.conversations.sessions import DAY, HOUR, MINUTE, between
from genesys_cloud_simulator.org.directory import SUPERVISORS
from genesys_cloud_simulator.org.draws import pick, spread
from genesys_cloud_simulator.org.ids import named, uuid_text

if TYPE_CHECKING:
    import random

    from genesys_cloud_simulator.conversations.facts import Facts


_SHARE_EVALUATED, _SHARE_ASKED, _SHARE_RESOLVED = 0.05, 0.12, 0.03

_SHARE_THAT_ANSWERS = 0.35

_PROMOTER_SCORES = spread((10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), (31, 22, 17, 11, 6, 4, 2, 2, 2, 1, 2))

_WORST_AGENT, _BEST_AGENT = 78, 93
"""Mean evaluation scores."""


def generate_reviews(facts: Facts, rng: random.Random, end: int) -> tuple[Review, ...]:
    """Generate the evaluations, surveys and resolutions of a conversation.

    Args:
        facts: What it was about.
        rng: Decides everything else.
        end: When it ended, in milliseconds since 1970.

    Returns:
        Its evaluations, surveys and resolutions.
    """
    reviews: list[Review] = []
    concerned: Properties = {"userId": facts.agent_id, **facts.routed}
    if rng.random() < _SHARE_EVALUATED:
        made = end + between(rng, HOUR, 14 * DAY)
        reviews.append(Review("evaluations", made, {**_evaluation(facts, rng), **concerned}))
    if rng.random() < _SHARE_ASKED:
        made = end + between(rng, 5 * MINUTE, 3 * DAY)
        reviews.append(Review("surveys", made, {**_survey(rng), **concerned}))
    if rng.random() < _SHARE_RESOLVED and facts.queue_id is not None:
        reviews.append(
            Review("resolutions", end + 3 * DAY, {"nNextContactAvoided": 1, **concerned})
        )
    return tuple(reviews)


def _evaluation(facts: Facts, rng: random.Random) -> Properties:
    """What a supervisor thinks of an agent, who is better or worse than others."""
    evaluator_id, _ = pick(rng, SUPERVISORS)
    # Another one may take over what was assigned.
    assignee_id, _ = pick(rng, SUPERVISORS)
    rank = zlib.crc32(f"rated:{facts.agent_id}".encode()) / 2**32
    mean = _WORST_AGENT + rank * (_BEST_AGENT - _WORST_AGENT)
    return {
        "evaluationId": uuid_text(rng.getrandbits(128)),
        "evaluationStatus": "Finished",
        "assigneeApplicable": True,
        "assigneeId": assignee_id,
        "evaluatorId": evaluator_id,
        "formId": str(named("form", "Quality")["id"]),
        "formName": "Quality",
        "released": True,
        "rescored": False,
        "deleted": False,
        "oTotalScore": _score(rng, mean, 6),
        "oTotalCriticalScore": _score(rng, mean, 9),
    }


def _survey(rng: random.Random) -> Properties:
    """What the customer answers, if anything."""
    answers: Properties = {"surveyStatus": "Sent"}
    if rng.random() < _SHARE_THAT_ANSWERS:
        promoter = pick(rng, _PROMOTER_SCORES)
        answers = {
            "surveyStatus": "Finished",
            "surveyPromoterScore": promoter,
            "oSurveyTotalScore": _score(rng, 30 + 6.5 * promoter, 6),
        }
    return {
        "surveyId": uuid_text(rng.getrandbits(128)),
        "surveyFormId": str(named("form", "Survey")["id"]),
        "surveyFormName": "After the call",
        "surveyType": "Web",
        **answers,
    }


def _score(rng: random.Random, mean: float, deviation: float) -> int:
    """Draw a score of 0 to 100 points."""
    return min(max(round(rng.gauss(mean, deviation)), 0), 100)
