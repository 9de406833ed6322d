"""What the lookups list: users, queues, codes and so on, as the platform's models have them.

The names and types are those of the models of the platform's official SDK.
"""

from genesys_cloud_simulator.lists.documents.flows import flow_outcomes, flows
from genesys_cloud_simulator.lists.documents.organisation import (
    divisions,
    locations,
    presence_definitions,
)
from genesys_cloud_simulator.lists.documents.outbound import campaigns, contact_lists
from genesys_cloud_simulator.lists.documents.people import (
    EXPANDABLE,
    groups,
    management_units,
    teams,
    users,
)
from genesys_cloud_simulator.lists.documents.properties import MODIFIED
from genesys_cloud_simulator.lists.documents.routing import (
    languages,
    queue_members,
    queue_wrapup_codes,
    queues,
    skills,
    wrapup_codes,
)

__all__ = [
    "EXPANDABLE",
    "MODIFIED",
    "campaigns",
    "contact_lists",
    "divisions",
    "flow_outcomes",
    "flows",
    "groups",
    "languages",
    "locations",
    "management_units",
    "presence_definitions",
    "queue_members",
    "queue_wrapup_codes",
    "queues",
    "skills",
    "teams",
    "users",
    "wrapup_codes",
]
