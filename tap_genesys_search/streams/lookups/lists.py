"""The lookups: which lists of the platform give names to the ids in conversations.

Paths, parameters and models are those of the official SDK (PureCloudPlatformClientV2 269.0.0),
permissions those that its reference lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.platform.paging import pages_by_cursor, pages_by_number, whole_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.platform.page_size import LearnedSize


if TYPE_CHECKING:
    Pages = Callable[
        [PlatformClient, str, Mapping[str, str], LearnedSize], Iterator[list[JsonObject]]
    ]


PAGE_SIZE = 100
"""What every list takes: the members of a queue and the contact lists take no more."""


LARGEST_USER_PAGE = 500


EXPANDED = "skills,languages,groups,locations,team"
"""What a user belongs to and can do, for no request more. What holds for a moment only (presence,
routing status, station) is left out, as is what is personal (biography, employer, position)."""


@dataclass(frozen=True)
class Lookup:
    """A list of the platform that becomes a stream.

    Attributes:
        name: Name of the stream.
        description: One record, in a sentence.
        model: Model of an entry in the official SDK, of which the columns are made.
        path: Path of the list; `{id}` stands for the id of an entry of another list.
        permissions: Of these the OAuth client needs one; none where it needs none.
        read_pages: Reads the pages, in the way in which the platform pages this list.
        queries: Parameters of each query that it takes to have all entries.
        listed_for: The lookup whose entries each have such a list.
        parent_column: The column for the id of that entry.
        page_size: How many entries to ask for at once.
        parts: Parameters of queries that each list a part, for a list that is cut off.
    """

    name: str
    description: str
    model: str
    path: str
    permissions: tuple[str, ...] = ()
    read_pages: Pages = pages_by_number
    queries: tuple[Mapping[str, str], ...] = ({},)
    listed_for: str | None = None
    parent_column: str | None = None
    page_size: int = PAGE_SIZE
    parts: tuple[Mapping[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a record."""
        return (self.parent_column, "id") if self.parent_column else ("id",)


LOOKUPS: dict[str, Lookup] = {
    lookup.name: lookup
    for lookup in (
        # Old conversations name users who have left.
        Lookup(
            "users",
            "A user, whether active or not.",
            "User",
            "/api/v2/users",
            queries=({"state": "any", "expand": EXPANDED},),
            page_size=LARGEST_USER_PAGE,
            parts=tuple(
                {"state": state, "expand": EXPANDED} for state in ("active", "inactive", "deleted")
            ),
        ),
        Lookup("groups", "A group of users.", "Group", "/api/v2/groups"),
        Lookup("queues", "A queue.", "Queue", "/api/v2/routing/queues", ("routing:queue:view",)),
        Lookup(
            "queue_members",
            "A user who is a member of a queue.",
            "QueueMember",
            "/api/v2/routing/queues/{id}/members",
            (
                "routing:queue:view",
                "routing:queue:edit",
                "routing:queue:readonly",
                "routing:queueMember:manage",
            ),
            listed_for="queues",
            parent_column="queue_id",
        ),
        Lookup(
            "wrapup_codes",
            "A wrap-up code.",
            "WrapupCode",
            "/api/v2/routing/wrapupcodes",
            ("routing:wrapupCode:view",),
        ),
        # Asked of the client for skills that belong to a division; without it they are absent.
        Lookup(
            "skills",
            "A routing skill.",
            "RoutingSkill",
            "/api/v2/routing/skills",
            ("routing:skill:view",),
        ),
        Lookup("languages", "A routing language.", "Language", "/api/v2/routing/languages"),
        Lookup("divisions", "A division.", "AuthzDivision", "/api/v2/authorization/divisions"),
        Lookup("locations", "A location.", "LocationDefinition", "/api/v2/locations"),
        Lookup(
            "presence_definitions",
            "A presence of users.",
            "OrganizationPresenceDefinition",
            "/api/v2/presence/definitions",
            ("presence:presenceDefinition:view",),
            whole_list,
            # Whether `true` means "also" or "only" is not documented.
            ({"deactivated": "false"}, {"deactivated": "true"}),
        ),
        Lookup(
            "flows",
            "An Architect flow, whether deleted or not.",
            "Flow",
            "/api/v2/flows",
            ("architect:flow:view",),
            queries=({"deleted": "true"},),
        ),
        Lookup(
            "flow_outcomes",
            "An outcome that Architect flows record.",
            "FlowOutcome",
            "/api/v2/flows/outcomes",
            ("architect:flowOutcome:view",),
        ),
        Lookup(
            "campaigns",
            "An outbound campaign of any media type.",
            "CommonCampaign",
            "/api/v2/outbound/campaigns/all",
            (
                "outbound:campaign:view",
                "outbound:messagingCampaign:view",
                "outbound:emailCampaign:view",
                "outbound:whatsAppCampaign:view",
            ),
        ),
        # The SDK says of allowEmptyResult: "Whether to return an empty page when there are no
        # results for that page". It does not say what comes otherwise.
        Lookup(
            "contact_lists",
            "A list of contacts of outbound campaigns.",
            "ContactList",
            "/api/v2/outbound/contactlists",
            ("outbound:contactList:view",),
            queries=({"allowEmptyResult": "true"},),
        ),
        # "Deprecated, paging is not supported", say its parameters.
        Lookup(
            "management_units",
            "A management unit of workforce management.",
            "ManagementUnit",
            "/api/v2/workforcemanagement/managementunits",
            read_pages=whole_list,
        ),
        Lookup("teams", "A team.", "Team", "/api/v2/teams", ("groups:team:view",), pages_by_cursor),
    )
}
"""Name to lookup, in the order in which they are read: the queues before their members."""
