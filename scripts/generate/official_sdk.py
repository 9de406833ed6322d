"""The platform's own SDK for Python, of which only what is used is imported."""

from __future__ import annotations

import importlib
import re
import sys
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType
from typing import Any

NAME = "PureCloudPlatformClientV2"
PACKAGES = (NAME, f"{NAME}.models", f"{NAME}.apis")
_IMPORT = re.compile(r"^from (\.\S+) import (\w+)$", re.MULTILINE)


class LazyPackage(ModuleType):
    """A package that imports the names in its `__init__` when somebody asks for them.

    The SDK is thousands of modules, and its packages import all of them at once.

    Attributes:
        origins: Which module, relative to the package, each name comes from.
    """

    def __init__(self, name: str, init: Path) -> None:
        super().__init__(name)
        self.__path__ = [str(init.parent)]
        self.origins = {what: origin for origin, what in _IMPORT.findall(init.read_text("utf-8"))}

    def __getattr__(self, name: str) -> Any:
        if name not in self.origins:
            raise AttributeError(name, name=name, obj=self)
        value = getattr(importlib.import_module(self.origins[name], self.__name__), name)
        setattr(self, name, value)
        return value


def import_official_sdk() -> Any:
    """Import the SDK, or what there is of it before somebody asks for more.

    Raises:
        PackageNotFoundError: It is not installed.
    """
    if NAME not in sys.modules:
        for package in PACKAGES:
            folder = sdk_folder().joinpath(*package.split(".")[1:])
            sys.modules[package] = LazyPackage(package, folder / "__init__.py")
        importlib.import_module(f"{NAME}.api_client")
    return sys.modules[NAME]


def import_models() -> Any:
    """Import the package of the SDK's models, which has those that are asked for."""
    import_official_sdk()
    return sys.modules[f"{NAME}.models"]


@cache
def sdk_folder() -> Path:
    """Find the SDK's files, without its package, in whose place another one stands."""
    return Path(str(distribution(NAME).locate_file(NAME)))
