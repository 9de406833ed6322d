"""Models of the official Python SDK, as their properties."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.generate.official_sdk import import_models

_MODEL_OF = re.compile(r"(?:list\[|dict\(\w+, )?([A-Z]\w*)[\])]?")
_DATE_FORMAT = re.compile(r"\s*Date time is represented as an ISO-8601 string\..*", re.DOTALL)

DESCRIPTIONS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("column_descriptions.json").read_text(encoding="utf-8")
)
"""Model to property to what it means, where the SDK says nothing or too little."""


@dataclass(frozen=True)
class Property:
    """A property of a model.

    Attributes:
        name: In snake case, as the SDK has it.
        wire_name: As the platform has it.
        type: As the SDK writes it: `str`, `list[AnalyticsSession]`, `dict(str, str)`.
        description: What it means: as `DESCRIPTIONS` has it, else as the SDK says; or empty.
    """

    name: str
    wire_name: str
    type: str
    description: str

    @property
    def model(self) -> str | None:
        """The model that it holds, alone or in a list or a map."""
        match = _MODEL_OF.fullmatch(self.type)
        return match[1] if match else None


@cache
def read_model(name: str) -> tuple[Property, ...]:
    """Read the properties of a model.

    Args:
        name: For example `AnalyticsSession`.

    Raises:
        KeyError: The SDK has no such model.
    """
    try:
        model = getattr(import_models(), name)
    except AttributeError:
        raise KeyError(name) from None
    instance = model()
    better = DESCRIPTIONS.get(name, {})
    return tuple(
        Property(attribute, wire, type_, better.get(wire) or _describe(model, attribute))
        for attribute, type_ in instance.swagger_types.items()
        for wire in [instance.attribute_map[attribute]]
    )


def _describe(model: type, attribute: str) -> str:
    # Line one says "Gets the …", the text follows up to an empty line.
    first, _, rest = str(getattr(model, attribute).__doc__).strip().partition("\n")
    if not first.startswith("Gets the "):
        raise ValueError(f"{model.__name__}.{attribute} is described in an unknown way")
    text = rest.partition(":return:")[0]
    return " ".join(_DATE_FORMAT.sub("", text).split())
