"""Evaluations, surveys and resolutions, which follow the end of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.model import Properties, Review
from genesys_cloud_simulator.conversations.sessions import DAY, HOUR, MINUTE, between
from genesys_cloud_simulator.org.directory import SUPERVISORS
from genesys_cloud_simulator.org.interactions import named, pick, uuid_text

if TYPE_CHECKING:
    import random

    from genesys_cloud_simulator.conversations.facts import Facts


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
    if rng.random() < 0.05:  # noqa: PLR2004
        evaluator_id, _ = pick(rng, SUPERVISORS)
        # Another one may take over what was assigned.
        assignee_id, _ = pick(rng, SUPERVISORS)
        reviews.append(
            Review(
                "evaluations",
                end + between(rng, HOUR, 14 * DAY),
                {
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
                    "oTotalScore": between(rng, 0, 101),
                    "oTotalCriticalScore": between(rng, 0, 101),
                    **concerned,
                },
            )
        )
    if rng.random() < 0.06:  # noqa: PLR2004
        answered = rng.random() < 0.5  # noqa: PLR2004
        score: Properties = {"surveyPromoterScore": between(rng, 0, 11)} if answered else {}
        reviews.append(
            Review(
                "surveys",
                end + between(rng, 5 * MINUTE, 3 * DAY),
                {
                    "surveyId": uuid_text(rng.getrandbits(128)),
                    "surveyFormId": str(named("form", "Survey")["id"]),
                    "surveyFormName": "After the call",
                    "surveyStatus": "Finished" if answered else "Sent",
                    "surveyType": "Web",
                    **score,
                    **concerned,
                },
            )
        )
    if rng.random() < 0.03:  # noqa: PLR2004
        reviews.append(
            Review("resolutions", end + 3 * DAY, {"nNextContactAvoided": 1, **concerned})
        )
    return tuple(reviews)
