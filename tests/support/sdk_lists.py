"""The lists of the platform, as the official SDK asks for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from scripts.generate.official_sdk import sdk_folder

_OPERATION = re.compile(r"^    def (\w+)\(", re.MULTILINE)


@dataclass(frozen=True)
class SdkList:
    """An operation of the official SDK that lists.

    Attributes:
        api: The class that has it.
        operation: Its name.
        source: Its body.
    """

    api: str
    operation: str
    source: str

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters of the query: the platform's name to the SDK's."""
        return dict(re.findall(r"query_params\['(\w+)'\] = params\['(\w+)'\]", self.source))

    @property
    def of_truth(self) -> set[str]:
        """Those of them that are true or false."""
        types = {name: type_ for type_, name in re.findall(r":param (\S+) (\w+):", self.source)}
        return {name for name, argument in self.parameters.items() if types[argument] == "bool"}

    @property
    def listing(self) -> str:
        """The model of a page."""
        return _one(r"response_type='(\w+)'", self.source)

    @property
    def entity(self) -> str:
        """The model of an entry."""
        return _one(r"'entities': 'list\[(\w+)\]'", _model_text(self.listing))


@cache
def sdk_list(path: str) -> SdkList:
    """Find the operation that gets a path.

    Args:
        path: The path, with any name between braces.

    Raises:
        KeyError: The SDK has no such operation.
    """
    wanted = re.escape(path).replace(r"\{", "{").replace(r"\}", "}")
    resource = re.compile(f"resource_path = '{re.sub('{[^}]*}', '{[^}]*}', wanted)}'")
    for text in _api_texts():
        if resource.search(text):
            (api,) = re.findall(r"^class (\w+)\(", text, re.MULTILINE)
            _, *parts = _OPERATION.split(text)
            for operation, source in zip(parts[::2], parts[1::2], strict=True):
                if operation.startswith("get_") and resource.search(source):
                    return SdkList(api, operation, source)
    raise KeyError(path)


@cache
def _api_texts() -> tuple[str, ...]:
    files = sorted((sdk_folder() / "apis").glob("*_api.py"))
    return tuple(one.read_text(encoding="utf-8") for one in files)


def _one(pattern: str, text: str) -> str:
    (found,) = set(re.findall(pattern, text))
    return str(found)


def _model_text(name: str) -> str:
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return (sdk_folder() / "models" / f"{module}.py").read_text(encoding="utf-8")
