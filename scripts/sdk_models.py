"""Models of the official Python SDK, one at a time: importing it whole takes ten seconds."""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType

SDK = "PureCloudPlatformClientV2"

_STAND_IN = "purecloud_models_one_by_one"
"""Package whose modules are the SDK's, without what its own `__init__` would import."""

_MODEL_OF = re.compile(r"(?:list\[|dict\(\w+, )?([A-Z]\w*)[\])]?")
_DATE_FORMAT = re.compile(r"\s*Date time is represented as an ISO-8601 string\..*", re.DOTALL)


@dataclass(frozen=True)
class Property:
    """A property of a model.

    Attributes:
        name: In snake case, as the SDK has it.
        wire_name: As the platform has it.
        type: As the SDK writes it: `str`, `list[AnalyticsSession]`, `dict(str, str)`.
        description: What the SDK says about it; empty where it says nothing.
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
    module = importlib.import_module(f"{_stand_in()}.models.{_modules()[name]}")
    model = getattr(module, name)
    instance = model()
    return tuple(
        Property(attribute, instance.attribute_map[attribute], type_, _describe(model, attribute))
        for attribute, type_ in instance.swagger_types.items()
    )


def _describe(model: type, attribute: str) -> str:
    # Line one says "Gets the …", the text follows up to an empty line.
    first, _, rest = str(getattr(model, attribute).__doc__).strip().partition("\n")
    if not first.startswith("Gets the "):
        raise ValueError(f"{model.__name__}.{attribute} is described in an unknown way")
    text = rest.partition(":return:")[0]
    return " ".join(_DATE_FORMAT.sub("", text).split())


@cache
def _sdk_folder() -> Path:
    # Not by its module, which may be one that a test has put in its place.
    return Path(str(distribution(SDK).locate_file(SDK)))


@cache
def _modules() -> dict[str, str]:
    """Map models to their modules."""
    text = (_sdk_folder() / "models" / "__init__.py").read_text(encoding="utf-8")
    return {model: module for module, model in re.findall(r"from \.(\w+) import (\w+)", text)}


@cache
def _stand_in() -> str:
    for package, folder in ((_STAND_IN, ""), (f"{_STAND_IN}.models", "models")):
        module = ModuleType(package)
        module.__path__ = [str(_sdk_folder() / folder)]
        sys.modules[package] = module
    return _STAND_IN
