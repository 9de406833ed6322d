"""What the setting `stream_maps` says about a stream, parsed once."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from singer_sdk.mapper import (
    MAPPER_ALIAS_OPTION,
    MAPPER_ELSE_OPTION,
    MAPPER_FILTER_OPTION,
    MAPPER_KEY_PROPERTIES_OPTION,
    MAPPER_SOURCE_OPTION,
    NULL_STRING,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class MapRules:
    """What a stream map does to a record.

    Attributes:
        condition: Which records are kept; None where all are.
        keeps_others: Whether columns are kept that are not named.
        columns: Column to the expression that it is set to; None where it is left out.
    """

    condition: ast.expr | None
    keeps_others: bool
    columns: dict[str, ast.expr | None]


def definitions_of(stream: str, stream_maps: Mapping[str, Any]) -> dict[str, Any]:
    """Find what the setting says of a stream, or of copies of it.

    Args:
        stream: The name of the stream.
        stream_maps: The setting.

    Returns:
        Name to definition, in the order of the setting.
    """
    definitions = {}
    for name, definition in stream_maps.items():
        rules = definition if isinstance(definition, dict) else {}
        if fnmatch(stream, rules.get(MAPPER_SOURCE_OPTION, name)):
            definitions[name] = definition
    return definitions


def rules_of(stream: str, stream_maps: Mapping[str, Any]) -> list[MapRules | None]:
    """Find what is to be done with the records of a stream.

    Args:
        stream: The name of the stream.
        stream_maps: The setting, which the SDK has found right.

    Returns:
        The rules of the stream map for the stream itself, None where it has none, then those of
        the maps that copy it; in the order of the SDK's stream maps.
    """
    own: MapRules | None = None
    copies: list[MapRules | None] = []
    for definition in definitions_of(stream, stream_maps).values():
        rules = dict(definition) if isinstance(definition, dict) else {}
        if rules.pop(MAPPER_SOURCE_OPTION, None):
            copies.append(_parse(rules))
        else:
            rules.pop(MAPPER_ALIAS_OPTION, None)
            own = _parse(rules)
    return [own, *copies]


def _parse(rules: dict[str, Any]) -> MapRules:
    condition = rules.pop(MAPPER_FILTER_OPTION, None)
    rules.pop(MAPPER_KEY_PROPERTIES_OPTION, None)
    keeps_others = MAPPER_ELSE_OPTION not in rules
    rules.pop(MAPPER_ELSE_OPTION, None)
    return MapRules(
        condition if condition is None else _expression(condition),
        keeps_others,
        {
            name: None if value in (None, NULL_STRING) else _expression(value)
            for name, value in rules.items()
        },
    )


def _expression(text: str) -> ast.expr:
    """Parse an expression. What is a statement, the SDK evaluates, or refuses."""
    statement = ast.parse(text).body[0]
    return statement.value if isinstance(statement, ast.Expr) else ast.expr()
