"""What the setting `stream_maps` says that would have no effect, or not the one that is meant."""

from __future__ import annotations

import ast
import logging
import re
from difflib import get_close_matches
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from singer_sdk.mapper import (
    MAPPER_ALIAS_OPTION,
    MAPPER_ELSE_OPTION,
    MAPPER_FILTER_OPTION,
    MAPPER_KEY_PROPERTIES_OPTION,
    MAPPER_SOURCE_OPTION,
    NULL_STRING,
    RemoveRecordTransform,
)

from tap_genesys_search.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from singer_sdk.mapper import StreamMap

logger = logging.getLogger("tap-genesys-search.stream_maps")

NULLS = (None, NULL_STRING)

LIKENESS = 0.84
"""How alike two names are if one may be the other misspelt, of 1."""

HASHES = frozenset({"md5", "sha256"})
"""The functions of expressions that hide what they are given."""

OPTION_START = "__"
"""How the names of the SDK's options begin, which are neither streams nor columns."""

OPTIONS_OF_A_STREAM = (
    MAPPER_ALIAS_OPTION,
    MAPPER_ELSE_OPTION,
    MAPPER_FILTER_OPTION,
    MAPPER_KEY_PROPERTIES_OPTION,
    MAPPER_SOURCE_OPTION,
)

_VARIABLE = re.compile(r"\$\w+|\$\{\w+\}")
"""What Meltano, and nobody else, replaces with the value of a variable."""


def map_problems(
    stream_maps: Mapping[str, Any], columns: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """Find what stream maps name and no stream has.

    Args:
        stream_maps: The setting.
        columns: Each stream's name and columns.

    Yields:
        What is wrong, a line each.
    """
    for name, definition in stream_maps.items():
        if name.startswith(OPTION_START):
            yield from _unknown_option("stream_maps", name, (MAPPER_ELSE_OPTION,))
            continue
        rules = definition if isinstance(definition, dict) else {}
        source = rules.get(MAPPER_SOURCE_OPTION, name)
        if known := _columns_of(source, columns):
            yield from _problems_of_one(name, rules, known)
        else:
            meant = did_you_mean(source, columns)
            yield f"stream_maps names the unknown stream {source!r}{meant}"


def warn_of_added_columns(
    stream_maps: Mapping[str, Any],
    columns: Mapping[str, Collection[str]],
    keys: Mapping[str, Collection[str]],
) -> None:
    """Warn of new columns that seem to hide another one, which then stays as it is.

    Args:
        stream_maps: The setting, without mistakes.
        columns: Each stream's name and columns.
        keys: Each stream's name and the columns of its key, of which a hash may well be meant.
    """
    for name, source, rules in _rules_of_streams(stream_maps):
        if MAPPER_ELSE_OPTION in rules:  # nothing stays
            continue
        known = _columns_of(source, columns)
        kept = known - rules.keys()
        for column in sorted(rules.keys() - known - {*OPTIONS_OF_A_STREAM, MAPPER_FILTER_OPTION}):
            for meant in _meant_by(column, rules[column], kept, _columns_of(source, keys)):
                logger.warning(
                    "stream_maps.%s adds the column %s and leaves %s as it is: if that one is to "
                    "be hidden, map it under its own name",
                    name,
                    column,
                    meant,
                )


def _meant_by(column: str, text: str, kept: set[str], keys: set[str]) -> list[str]:
    """List the columns that a new one hides where its name is wrong."""
    nodes = list(ast.walk(ast.parse(text)))
    # A column is read by its name, or as record['name'].
    read = kept & {getattr(node, "id", getattr(node, "value", None)) for node in nodes}
    if any(isinstance(node, ast.Name) and node.id in HASHES for node in nodes):
        return sorted(read - keys)
    by_letters = {one.lower(): one for one in kept if not column.startswith(f"{one}_")}
    near = get_close_matches(column.lower(), sorted(by_letters), n=1, cutoff=LIKENESS)
    cut_off = [one for one in read if one.startswith(column) and one[len(column)] != "_"]
    return [by_letters[one] for one in near] or sorted(cut_off)


def _rules_of_streams(
    stream_maps: Mapping[str, Any],
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield what is mapped column by column: its name, the stream that it is of, and the rules."""
    for name, rules in stream_maps.items():
        if isinstance(rules, dict) and not name.startswith(OPTION_START):
            yield name, rules.get(MAPPER_SOURCE_OPTION, name), rules


def _columns_of(source: str, columns: Mapping[str, Collection[str]]) -> set[str]:
    """List the columns of the streams that a name or a pattern stands for."""
    return {one for stream in columns if fnmatch(stream, source) for one in columns[stream]}


def _problems_of_one(
    name: str, rules: Mapping[str, Any], columns: Collection[str]
) -> Iterator[str]:
    for column, value in rules.items():
        if column.startswith(OPTION_START) and column != MAPPER_FILTER_OPTION:
            yield from _unknown_option(f"stream_maps.{name}", column, OPTIONS_OF_A_STREAM)
        elif value not in NULLS:
            if mistake := _mistake_in(value):
                yield f"stream_maps.{name}.{column} is not an expression: {mistake}"
        elif column not in columns:
            meant = did_you_mean(column, columns)
            yield f"stream_maps.{name} leaves out the unknown column {column!r}{meant}"


def _unknown_option(place: str, name: str, known: Collection[str]) -> Iterator[str]:
    if name not in known:
        yield f"{place} has the unknown option {name!r}{did_you_mean(name, known)}"


def _mistake_in(text: str) -> str:
    """Say why a text is not an expression, without quoting it: it may hold a secret."""
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError) as error:
        return getattr(error, "msg", "") or "it has a character that no expression has"
    return "" if statements else "it is empty"


def unset_names(
    stream_maps: Mapping[str, Any], map_config: Mapping[str, Any], selected: Collection[str]
) -> Iterator[str]:
    """Find what expressions take from `stream_map_config` and nobody has set.

    Such an expression fails with the first record, and as if that were wrong.

    Args:
        stream_maps: The setting, without mistakes.
        map_config: The setting `stream_map_config`.
        selected: The names of the streams that are selected.

    Yields:
        What is missing, a line each.
    """
    for name, source, rules in _rules_of_streams(stream_maps):
        if any(fnmatch(stream, source) for stream in selected):
            for column, text in rules.items():
                yield from (
                    f"stream_maps.{name}.{column} needs stream_map_config.{unset}, which is not set"
                    for unset in _names_of_config(column, text)
                    if map_config.get(unset) is None
                )


def name_problems(
    maps: Mapping[str, Sequence[StreamMap]], selected: Collection[str]
) -> Iterator[str]:
    """Find where stream maps leave nothing to write, or write two streams under one name.

    A target would have the rows of both in one table, with the keys of one of them.

    Args:
        maps: Each stream's name and its maps.
        selected: The names of the streams that are selected.

    Yields:
        What is wrong, a line each.
    """
    written = [
        (one.stream_alias, stream)
        for stream in selected
        for one in maps.get(stream, ())
        if not isinstance(one, RemoveRecordTransform)
    ]
    if not written:
        yield "stream_maps leaves out all streams that are selected, so nothing would be written"
    for alias in dict.fromkeys(alias for alias, _ in written):
        sources = [stream for name, stream in written if name == alias]
        if len(sources) > 1:
            yield f"stream_maps writes {' and '.join(sources)} under one name, {alias!r}"


def _names_of_config(column: str, text: object) -> list[str]:
    """List the names in `config['…']`; none where the expression asks whether they are there."""
    is_option = column.startswith(OPTION_START) and column != MAPPER_FILTER_OPTION
    if is_option or not isinstance(text, str):
        return []
    nodes = list(ast.walk(ast.parse(text)))
    if any(isinstance(node, ast.In | ast.NotIn) for node in nodes):
        return []
    return [
        node.slice.value
        for node in nodes
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "config"
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ]


def warn_of_open_secrets(map_config: object, name: str = "stream_map_config") -> None:
    """Warn of values that everybody knows, with which a hash protects nothing.

    Args:
        map_config: The setting `stream_map_config`, or a part of the setting.
        name: What the part is called.
    """
    if isinstance(map_config, dict):
        for key, part in map_config.items():
            warn_of_open_secrets(part, f"{name}.{key}")
    elif map_config == "":
        logger.warning(
            "%s is empty: what is hashed with it is not protected, as anybody can compute the hash",
            name,
        )
    elif isinstance(map_config, str) and _VARIABLE.fullmatch(map_config):
        logger.warning(
            "%s is the text %s itself, as only Meltano puts the value of a variable there: what is "
            "hashed with it is not protected, as anybody can compute the hash. Give the value",
            name,
            map_config,
        )
