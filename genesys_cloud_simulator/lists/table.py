"""Each list of the platform: its entries, its parameters and its answer.

The parameters are those of the platform's official SDK. Tokens of pages, which the platform may
hand out for divisions, are not simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from genesys_cloud_simulator.lists import filters as by
from genesys_cloud_simulator.lists.documents import flows, organisation, outbound, people, routing
from genesys_cloud_simulator.lists.expansions import (
    TEAM_EXPANDS,
    as_it_is,
    contact_list,
    counted,
    division_of_team,
    member,
    user,
)
from genesys_cloud_simulator.lists.pages import (
    cursor_page,
    numbered_page,
    untotalled_page,
    whole_list,
)
from genesys_cloud_simulator.lists.requests import Parameters
from genesys_cloud_simulator.lists.user_expansions import EXPANDABLE, members_at
from genesys_cloud_simulator.offer import OFFERED_LISTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.lists.pages import Form


# "Max value is 100" of the members, "The max that will be returned is 100" of the contact lists.
_CAP = 100


Page: TypeAlias = "Callable[[Request, list[Properties], Form], Response]"
"""Makes a page of the entities that match."""


@dataclass(frozen=True)
class Listing:
    """A list of the platform.

    Attributes:
        name: The operation, whose path and permissions the offer says.
        entities: Lists all entities, in the order of the pages.
        parameters: Its parameters.
        page: Makes a page of those that match.
        form: Tells the form in which a request asks for entities, at the moment it is.
    """

    name: str
    entities: Callable[[], list[Properties]]
    parameters: Parameters
    page: Page = numbered_page
    form: Callable[[Request, datetime], Form] = as_it_is

    @property
    def path(self) -> str:
        """The path of the list."""
        return OFFERED_LISTS[self.name].path


def _capped(request: Request, entities: list[Properties], form: Form) -> Response:
    return numbered_page(request, entities, form, _CAP)


def _capped_untotalled(request: Request, entities: list[Properties], form: Form) -> Response:
    return untotalled_page(request, entities, form, _CAP)


# The SDK has both for some lists and one of them for others; whoever sends one expects it to sort.
_SORTING = ("sortOrder", "sortBy")

_NAMED = {"id": by.ids, "name": by.name, "divisionId": by.division}


LISTS = (
    Listing(
        "users",
        people.users,
        Parameters(
            {"id": by.ids, "state": by.state, "jabberId": by.nobody},
            defaults=(("state", "active"),),
            sorting=_SORTING,
            expands=EXPANDABLE,
            without_effect=("integrationPresenceSource", "userCustomAttributeSchemaIds"),
        ),
        form=user,
    ),
    Listing(
        "groups",
        people.groups,
        Parameters({"id": by.ids, "jabberId": by.nobody}, sorting=_SORTING),
    ),
    Listing(
        "queues",
        routing.queues,
        Parameters(
            {
                **_NAMED,
                "peerId": by.nobody,
                "cannedResponseLibraryId": by.nobody,
                "hasPeer": by.unless_true("hasPeer"),
            },
            sorting=_SORTING,
            without_effect=("expand",),
        ),
    ),
    Listing(
        "wrapup_codes",
        routing.wrapup_codes,
        Parameters(_NAMED, sorting=_SORTING),
    ),
    Listing(
        "skills",
        routing.skills,
        Parameters({"id": by.ids, "name": by.name_begins}, sorting=_SORTING),
    ),
    Listing(
        "languages",
        routing.languages,
        Parameters({"id": by.ids, "name": by.name}, sorting=_SORTING),
    ),
    Listing(
        "divisions",
        organisation.divisions,
        Parameters(
            {"id": by.ids, "name": by.name_contains, "objectCount": by.either("objectCount")},
            sorting=_SORTING,
            without_effect=("expand",),
        ),
        form=counted,
    ),
    Listing(
        "locations",
        organisation.locations,
        Parameters({"id": by.ids}, sorting=_SORTING),
    ),
    Listing(
        "presence_definitions",
        organisation.presence_definitions,
        Parameters(
            {"deactivated": by.deactivated, "divisionId": by.division},
            defaults=(("deactivated", "false"),),
            paging=(),
            without_effect=("localeCode",),
        ),
        whole_list,
    ),
    Listing(
        "flows",
        flows.flows,
        Parameters(
            {
                **_NAMED,
                "deleted": by.including_deleted,
                "description": by.description,
                "lockedBy": by.nobody,
                "lockedByClientId": by.nobody,
                "nameOrDescription": by.name_or_description,
                "publishVersionId": by.id_within("publishedVersion"),
                "publishedAfter": by.published_after,
                "publishedBefore": by.published_before,
                "type": by.flow_type,
                "virtualAgentEnabled": by.unless_true("virtualAgentEnabled"),
            },
            defaults=(("deleted", "false"),),
            sorting=_SORTING,
            sorted_by="id",
            without_effect=("editableBy", "includeSchemas", "secure"),
        ),
    ),
    Listing(
        "flow_outcomes",
        flows.flow_outcomes,
        Parameters(
            {
                **_NAMED,
                "description": by.description,
                "nameOrDescription": by.name_or_description,
            },
            sorting=_SORTING,
        ),
    ),
    Listing(
        "campaigns",
        outbound.campaigns,
        Parameters({**_NAMED, "mediaType": by.media}, sorting=_SORTING),
    ),
    Listing(
        "contact_lists",
        outbound.contact_lists,
        Parameters(
            {
                **_NAMED,
                # An empty page comes in any case, so it makes no difference who allows it.
                "allowEmptyResult": by.either("allowEmptyResult"),
                "dateExpiration": by.nobody,
                "includeImportStatus": by.either("includeImportStatus"),
                "includeSize": by.either("includeSize"),
                "timeZone": by.nobody,
            },
            sorting=_SORTING,
            without_effect=("filterType",),
        ),
        _capped,
        contact_list,
    ),
    Listing(
        "management_units",
        people.management_units,
        Parameters(
            {"divisionId": by.division},
            # "Deprecated, paging is not supported": they are taken and change nothing.
            paging=("pageSize", "pageNumber"),
            without_effect=("expand", "feature"),
        ),
        whole_list,
    ),
    Listing(
        "teams",
        people.teams,
        Parameters(
            {"name": by.name_begins},
            paging=("pageSize", "after", "before"),
            sorting=_SORTING,
            expands=TEAM_EXPANDS,
        ),
        cursor_page,
        division_of_team,
    ),
)

OF_QUEUE = (
    (
        Listing(
            "queue_members",
            list,
            Parameters(
                {
                    "joined": by.joined,
                    "languages": by.has_language,
                    "memberBy": by.member_by,
                    "name": by.name_contains,
                    "presence": by.presence,
                    "profileSkills": by.nobody,
                    "routingStatus": by.routing_status,
                    "skills": by.has_skill,
                },
                sorting=_SORTING,
                expands=EXPANDABLE,
            ),
            _capped_untotalled,
            member,
        ),
        members_at,
    ),
    (
        Listing(
            "queue_wrapup_codes",
            list,
            Parameters({"name": by.name}, sorting=_SORTING),
        ),
        lambda queue_id, _: routing.queue_wrapup_codes(queue_id),
    ),
)
"""The lists of one queue, and what lists them at a moment; None where there is no such queue."""
