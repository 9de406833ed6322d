"""Environments for processes that must see no setting of the user's.

The demo and the tests run where a user's own project is: its `.env` lies beside them, and the shell
may have variables that point the tap, Meltano or a loader at a real org and warehouse. What they
start therefore gets the variables named here, and no others.

Only the standard library is used, because `tasks.py` runs before anything is installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


OUTSIDE: Mapping[str, str] = MappingProxyType(dict(os.environ))
"""The variables that this process was started with."""


_MACHINE = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LD_LIBRARY_PATH", "CI"),
    *("LANG", "LANGUAGE", "TZ", "TERM", "COLUMNS", "TMPDIR", "TEMP", "TMP"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERNAME", "USERPROFILE"),
    *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS"),
)

_MACHINE_PREFIXES = ("LC_", "XDG_", "PYENV_")

_TEST_TOOLS_PREFIXES = ("PYTEST_", "COVERAGE_", "COV_CORE_", "MUTANT_")


_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

_NO_PROXY = "NO_PROXY"

_PACKAGE_INDEX = (
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"),
    *("UV_INDEX_STRATEGY", "UV_KEYRING_PROVIDER", "UV_INSECURE_HOST", "UV_NATIVE_TLS"),
    *("UV_SYSTEM_CERTS", "UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES", "UV_CONCURRENT_DOWNLOADS"),
    *("UV_OFFLINE", "UV_CACHE_DIR", "UV_NO_CACHE", "UV_LINK_MODE", "UV_CONFIG_FILE"),
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT"),
    *("PIP_CLIENT_CERT", "PIP_TRUSTED_HOST", "PIP_PROXY", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES"),
    *("PIP_CACHE_DIR", "PIP_CONFIG_FILE", "PIP_KEYRING_PROVIDER"),
    "NETRC",
)

_PACKAGE_INDEX_PREFIXES = ("UV_INDEX_", "NPM_CONFIG_", "npm_config_")
"""Credentials of an index that has a name, and how npm reaches its own."""


_SWITCHES = {
    "PYTHON_DOTENV_DISABLED": "1",  # the tap's `.env`; Meltano's is `--env-file`
    "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",  # which asks the package index
}


def clean_environment(outside: Mapping[str, str] = OUTSIDE) -> dict[str, str]:
    """Choose the variables for the tap, its loaders, Meltano and the tests.

    Args:
        outside: The variables there are.

    Returns:
        Those that describe the machine. No proxy is used, also where the system has one.
    """
    return {
        **_chosen(outside, _MACHINE, (*_MACHINE_PREFIXES, *_TEST_TOOLS_PREFIXES)),
        **_SWITCHES,
        **_in_both_cases(_NO_PROXY, "*"),
        "NETRC": os.devnull,
    }


def installing_environment(outside: Mapping[str, str] = OUTSIDE) -> dict[str, str]:
    """Choose the variables for what installs packages, or starts something that does.

    Args:
        outside: The variables there are.

    Returns:
        Those that describe the machine, and the way from it to its package index.
    """
    proxies = [*_PROXIES, *map(str.lower, _PROXIES)]
    direct = outside.get(_NO_PROXY) or outside.get(_NO_PROXY.lower())
    return {
        **_chosen(outside, _MACHINE, (*_MACHINE_PREFIXES, *_TEST_TOOLS_PREFIXES)),
        **_chosen(outside, (*_PACKAGE_INDEX, *proxies), _PACKAGE_INDEX_PREFIXES),
        **_SWITCHES,
        **_in_both_cases(_NO_PROXY, ",".join(filter(None, (direct, "127.0.0.1,localhost")))),
    }


def enter_clean_environment() -> None:
    """Leave this process, and what it starts from now on, the clean environment alone."""
    # Of what is there now: a child that mutmut forks has another mutant than its parent had.
    inside = clean_environment(dict(os.environ))
    os.environ.clear()
    os.environ.update(inside)


def meltano(*arguments: str | Path, dotenv: str | Path = os.devnull) -> list[str | Path]:
    """Build a command of Meltano that does not look for a `.env`.

    Args:
        arguments: What follows the name `meltano`.
        dotenv: The file with variables that it reads, none by default.
    """
    return [Path(sys.executable).with_name("meltano"), f"--env-file={dotenv}", *arguments]


def _chosen(
    outside: Mapping[str, str], names: tuple[str, ...], prefixes: tuple[str, ...]
) -> dict[str, str]:
    return {
        name: value for name, value in outside.items() if name in names or name.startswith(prefixes)
    }


def _in_both_cases(name: str, value: str) -> dict[str, str]:
    return {name: value, name.lower(): value}
