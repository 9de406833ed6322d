"""Users in any number, besides those that conversations name; only pages of them are generated."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING

from genesys_cloud_simulator.org.directory import HOME_DIVISION
from genesys_cloud_simulator.org.ids import uuid_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genesys_cloud_simulator.conversations.model import Properties


# A quarter has left and a tenth is inactive, so that of 20,000 users more are active than a list
# can be paged through, and of 14,000 fewer.
_DELETED_EVERY = 4

_INACTIVE_EVERY = 10


def with_further_users(name: str, entities: list[Properties], count: int) -> list[Properties]:
    """Spread the known users over as many further ones.

    Args:
        name: What is listed; only `users` has further ones.
        entities: The known users.
        count: How many further ones there are.

    Returns:
        All users, the further ones with what they are looked for by.
    """
    if name != "users" or not count:
        return entities
    further = _further(count)
    step = -(-count // len(entities))
    spread: list[Properties] = []
    for position, entity in enumerate(entities):
        spread += further[position * step : (position + 1) * step]
        spread.append(entity)
    return spread


def completed(user: Properties) -> Properties:
    """Add to a further user what a `User` has.

    Args:
        user: Any user.

    Returns:
        The user, with all its properties.
    """
    return _completed(user) if user.keys() == _LIGHT else user


_LIGHT = {"id", "name", "state"}


@lru_cache(maxsize=2)
def _further(count: int) -> Sequence[Properties]:
    rng = random.Random("further users")  # noqa: S311 - not for security
    return [
        {
            "id": uuid_text(rng.getrandbits(128)),
            "name": f"Further User {position:05}",
            "state": _state(position),
        }
        for position in range(count)
    ]


def _state(position: int) -> str:
    if position % _DELETED_EVERY == 0:
        return "deleted"
    return "inactive" if position % _INACTIVE_EVERY == 1 else "active"


def _completed(user: Properties) -> Properties:
    address = f"user-{str(user['id'])[:8]}@example.org"
    return {
        **user,
        "division": {
            "id": HOME_DIVISION,
            "name": "Home",
            "selfUri": f"/api/v2/authorization/divisions/{HOME_DIVISION}",
        },
        "email": address,
        "primaryContactInfo": [],
        "addresses": [],
        "username": address,
        "version": 1,
        "acdAutoAnswer": False,
        "selfUri": f"/api/v2/users/{user['id']}",
    }
