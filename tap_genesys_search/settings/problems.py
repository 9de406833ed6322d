"""What is wrong with settings, in words: the setting, its value and what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from jsonschema import ValidationError

LONGEST_VALUE = 64
"""Characters of a value in a message, which is one line."""


ROOTS_NOT_QUOTED = frozenset({"filters", "stream_maps", "stream_map_config", "faker_config"})
"""Settings whose parts may hold a customer's name or number, or a secret."""


def problems_of(config: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Check settings against their schema.

    Args:
        config: The settings as they were given.
        schema: Their JSON Schema. Values of settings with `secret` are not quoted.

    Returns:
        What is wrong, a line each.
    """
    secret = {name for name, one in schema["properties"].items() if one.get("secret")}
    private = ROOTS_NOT_QUOTED | secret
    errors = Draft202012Validator(schema).iter_errors(config)
    return list(dict.fromkeys(line for error in errors for line in _lines(error, private)))


def _lines(error: ValidationError, private: Collection[str]) -> Iterator[str]:
    error = _innermost(error)
    path = list(error.absolute_path)
    # Those of a schema are booleans at times, but not here.
    found, schema = cast("Any", error.instance), cast("Mapping[str, Any]", error.schema)
    if error.validator == "required":
        for name in schema["required"]:
            if name not in found:
                yield f"{_name_of([*path, name])} is missing"
    elif error.validator == "additionalProperties":
        for name in found.keys() - schema["properties"].keys():
            known = ", ".join(schema["properties"])
            yield f"{_name_of([*path, name])} is unknown. Allowed are {known}"
    else:
        # A text where an object belongs may be the whole object, cut or in other quotes.
        is_private = path[0] in private or "object" in schema.get("type", ())
        value = _kind_of(found) if is_private else shown(found)
        yield f"{_name_of(path)} is {value}. Allowed is {_allowed(schema)}"


def _innermost(error: ValidationError) -> ValidationError:
    """Find what is wrong inside a value that may be of several kinds, if it is of one of them."""
    inner = [one for one in error.context or () if one.path]
    return _innermost(max(inner, key=lambda one: len(one.path))) if inner else error


def _name_of(path: list[str | int]) -> str:
    """Write a path as in `batch_config.encoding.format` and `fields[1]`."""
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in path).lstrip(".")


def shown(value: object) -> str:
    """Write a value for a message: cut, and by its kind where it is empty, a list or an object."""
    if isinstance(value, dict | list) or not str(value):
        return _kind_of(value)
    text = repr(value) if isinstance(value, str) else _json_word(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _json_word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "a text"),
    (bool, "true or false"),
    (list, "a list"),
    (dict, "an object"),
)


def _kind_of(value: object) -> str:
    if value == "":
        return "empty"
    return next((word for kind, word in _KINDS if isinstance(value, kind)), "a number")


def _allowed(schema: Mapping[str, Any]) -> str:
    """Say in words what a schema allows."""
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return " or ".join(dict.fromkeys(_allowed(choice) for choice in choices))
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return ", ".join(map(repr, filter(None, schema["enum"])))
    named = schema.get("type", ())
    types = [named] if isinstance(named, str) else [one for one in named if one != "null"]
    return " or ".join(_WORDS[one](schema) for one in types or ["null"])


def _text(schema: Mapping[str, Any]) -> str:
    return "a text that is not empty" if schema.get("minLength") else "a text"


def _whole_number(schema: Mapping[str, Any]) -> str:
    return f"a whole number{_bounds(schema)}"


def _number(schema: Mapping[str, Any]) -> str:
    return f"a number{_bounds(schema)}"


def _bounds(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    above = schema.get("exclusiveMinimum")
    if above is not None:
        return f" above {above}" + (f", up to {most}" if most is not None else "")
    if least is not None and most is not None:
        return f" from {least} to {most}"
    return f" of {_bound(least)} or more" if least is not None else ""


def _bound(number: object) -> str:
    return f"{number:.2g}" if isinstance(number, float) else str(number)


def _list(schema: Mapping[str, Any]) -> str:
    return f"a list, each item {_allowed(schema['items'])}" if "items" in schema else "a list"


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "string": _text,
    "integer": _whole_number,
    "number": _number,
    "boolean": lambda _: "true or false",
    "array": _list,
    "object": lambda _: "an object",
    "null": lambda _: "null",
}
