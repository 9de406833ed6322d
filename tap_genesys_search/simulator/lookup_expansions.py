"""The forms in which a request may ask for the entities of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.simulator.directory import (
    DIVISION_NAMES,
    DIVISION_OF_CAMPAIGN,
    DIVISION_OF_QUEUE,
    DIVISION_OF_USER,
)
from tap_genesys_search.simulator.lookup_requests import expands
from tap_genesys_search.simulator.user_expansions import EXPANDABLE, expanded_member, expanded_user

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from tap_genesys_search.simulator.conversation_model import Properties

TEAM_EXPANDS = ("entities.division",)
CONTACTS = 1250
"""How many contacts a contact list has."""


def as_it_is(_: Request, entity: Properties, __: datetime) -> Properties:
    """Answer an entity as it is listed."""
    return entity


def user(request: Request, entity: Properties, moment: datetime) -> Properties:
    """Answer a user with what `expand` asks for."""
    return expanded_user(entity, expands(request, EXPANDABLE), moment)


def member(request: Request, entity: Properties, moment: datetime) -> Properties:
    """Answer a member of a queue with what `expand` asks for of the user."""
    return expanded_member(entity, expands(request, EXPANDABLE), moment)


def division_of_team(request: Request, team: Properties, _: datetime) -> Properties:
    """Answer a team with its whole division, where `expand` asks for it."""
    division = team["division"]
    if not expands(request, TEAM_EXPANDS) or not isinstance(division, dict):
        return team
    return {**team, "division": {**division, "name": DIVISION_NAMES[str(division["id"])]}}


def counted(request: Request, division: Properties, _: datetime) -> Properties:
    """Answer a division with what belongs to it, where `objectCount` asks for it."""
    if request.query_params.get("objectCount") != "true":
        return division
    kinds = {"CAMPAIGN": DIVISION_OF_CAMPAIGN, "QUEUE": DIVISION_OF_QUEUE, "USER": DIVISION_OF_USER}
    counts = {
        kind: list(divisions.values()).count(str(division["id"]))
        for kind, divisions in kinds.items()
    }
    return {**division, "objectCounts": counts}


def contact_list(request: Request, entity: Properties, _: datetime) -> Properties:
    """Answer a contact list with its size, where `includeSize` asks for it."""
    sized = request.query_params.get("includeSize") == "true"
    return {**entity, "size": CONTACTS} if sized else entity
