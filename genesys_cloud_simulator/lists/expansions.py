"""The forms in which a request may ask for the entities of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.lists.further_users import completed
from genesys_cloud_simulator.lists.requests import expands
from genesys_cloud_simulator.lists.user_expansions import EXPANDABLE, expanded_member, expanded_user
from genesys_cloud_simulator.org.directory import (
    DIVISION_NAMES,
    DIVISION_OF_CAMPAIGN,
    DIVISION_OF_QUEUE,
    DIVISION_OF_USER,
)

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.lists.pages import Form


TEAM_EXPANDS = ("entities.division",)

CONTACTS = 1250
"""How many contacts a contact list has."""


def as_it_is(_: Request, __: datetime) -> Form:
    """Answer entities as they are listed."""
    return _unchanged


def user(request: Request, moment: datetime) -> Form:
    """Answer users with what `expand` asks for."""
    wanted = expands(request, EXPANDABLE)
    return lambda entity: expanded_user(completed(entity), wanted, moment)


def member(request: Request, moment: datetime) -> Form:
    """Answer members of a queue with what `expand` asks for of their users."""
    wanted = expands(request, EXPANDABLE)
    return lambda entity: expanded_member(entity, wanted, moment)


def division_of_team(request: Request, _: datetime) -> Form:
    """Answer teams with their whole division, where `expand` asks for it."""
    return _with_division_name if expands(request, TEAM_EXPANDS) else _unchanged


def counted(request: Request, _: datetime) -> Form:
    """Answer divisions with what belongs to them, where `objectCount` asks for it."""
    return _with_counts if _asks(request, "objectCount") else _unchanged


def contact_list(request: Request, _: datetime) -> Form:
    """Answer contact lists with their size, where `includeSize` asks for it."""
    return _with_size if _asks(request, "includeSize") else _unchanged


def _asks(request: Request, parameter: str) -> bool:
    return request.query_params.get(parameter) == "true"


def _unchanged(entity: Properties) -> Properties:
    return entity


def _with_division_name(team: Properties) -> Properties:
    division = team["division"]
    if not isinstance(division, dict):
        return team
    return {**team, "division": {**division, "name": DIVISION_NAMES[str(division["id"])]}}


def _with_counts(division: Properties) -> Properties:
    kinds = {"CAMPAIGN": DIVISION_OF_CAMPAIGN, "QUEUE": DIVISION_OF_QUEUE, "USER": DIVISION_OF_USER}
    counts = {
        kind: list(divisions.values()).count(str(division["id"]))
        for kind, divisions in kinds.items()
    }
    return {**division, "objectCounts": counts}


def _with_size(entity: Properties) -> Properties:
    return {**entity, "size": CONTACTS}
