"""A copy of this checkout whose user has settings of the worst kind, which nothing may read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from tests.support.raw_server import RawServer, raw_server, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
RUN_SECONDS = 550
_LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv*", ".meltano", ".tools", ".env", ".*cache", "__pycache__", "output", "mutants")
)
_PLUGINS = ("extractors", "loaders", "utilities")


@dataclass(frozen=True)
class PoisonedCheckout:
    """The copy, and what would show that a setting was read.

    Attributes:
        folder: The copy. Its `.env` is made as the README says.
        user: Where everything of the user's is.
        canary: A server that stands for the user's org, webhook and proxy, and notes each request.
    """

    folder: Path
    user: Path
    canary: RawServer

    @property
    def dotenv(self) -> Path:
        return self.folder / ".env"

    @property
    def warehouse(self) -> Path:
        return self.user / "warehouse.duckdb"

    @property
    def settings(self) -> dict[str, str]:
        """What the user has in `.env` and exports as well."""
        url = self.canary.url
        return {
            "TAP_GENESYS_SEARCH_CLIENT_ID": "the-users-id",
            "TAP_GENESYS_SEARCH_CLIENT_SECRET": "the-users-secret",
            "TAP_GENESYS_SEARCH_AUTH_URL": url,
            "TAP_GENESYS_SEARCH_API_URL": url,
            "TAP_GENESYS_SEARCH_WEBHOOK_URL": f"{url}/hook",
            "TAP_GENESYS_SEARCH_START_DATE": "2026-01-11",
            "TAP_GENESYS_SEARCH_SEARCH_API": "conversation_query",
            "TAP_GENESYS_SEARCH_PAGE_SIZE": "7",
            "TAP_GENESYS_SEARCH__SELECT": '["interactions.id"]',
            "TAP_GENESYS_CONVERSATIONS_WEBHOOK_URL": f"{url}/hook",
            "TARGET_DUCKDB_PATH": str(self.warehouse),
            "TARGET_DUCKDB_DEFAULT_TARGET_SCHEMA": "users",
            "TARGET_JSONL_DESTINATION_PATH": str(self.user),
            "TARGET_POSTGRES_SQLALCHEMY_URL": f"postgresql+psycopg://{url[7:]}/warehouse",
            "MELTANO_ENVIRONMENT": "production",
            "MELTANO_DATABASE_URI": f"sqlite:///{self.user / 'meltano.db'}",
            "MELTANO_STATE_BACKEND_URI": f"file://{self.user / 'states'}",
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "true",
            "MELTANO_SNOWPLOW_COLLECTOR_ENDPOINTS": f'["{url}"]',
            "MELTANO_HUB_URL": url,
        }

    @property
    def exported(self) -> dict[str, str]:
        """What the user's shell has beyond that."""
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), self.canary.url)
        proxies |= {name.lower(): value for name, value in proxies.items()}
        return {
            **proxies,
            "NO_PROXY": "",
            "no_proxy": "",
            "NETRC": str(self.user / "netrc"),
            "REQUESTS_CA_BUNDLE": str(self.user / "no-such-authority.pem"),
            "MELTANO_PROJECT_ROOT": str(self.user),
            "MELTANO_SYS_DIR_ROOT": str(self.user / "system"),
            "TAP_GENESYS_SEARCH_LOGLEVEL": "CRITICAL",
            "PYTHONWARNINGS": "ignore",
            # As in a shell that no test has cleaned.
            "PYTHON_DOTENV_DISABLED": "0",
            "MELTANO_CLI_DISABLE_VERSION_CHECK": "false",
        }

    def run(
        self, *arguments: str | Path, **variables: str | None
    ) -> subprocess.CompletedProcess[str]:
        """Run this Python in the copy, with all that the user exports.

        Args:
            arguments: Those of Python.
            variables: Variables with another value, or without one.
        """
        given = {**os.environ, **self.settings, **self.exported, **variables}
        return subprocess.run(
            [self.folder / ".venv" / "bin" / "python", *arguments],
            cwd=self.folder,
            env={name: value for name, value in given.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )

    def link_plugins(self) -> None:
        """Have installed in the copy what Meltano has installed in the checkout."""
        (self.folder / ".meltano").mkdir()
        for kind in _PLUGINS:
            (self.folder / ".meltano" / kind).symlink_to(ROOT / ".meltano" / kind)

    def contents(self) -> dict[Path, bytes]:
        """Read the user's files, `.env` among them."""
        files = [self.dotenv, *(path for path in self.user.rglob("*") if path.is_file())]
        return {path: path.read_bytes() for path in files}


@contextmanager
def poisoned_checkout(folder: Path) -> Iterator[PoisonedCheckout]:
    """Make a poisoned copy of this checkout, with its environment.

    Args:
        folder: Where to.
    """
    copy, user = folder / "checkout", folder / "user"
    shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
    (copy / "output").mkdir()
    # Under the copy, so that the `.env` above the installation is that of the copy.
    (copy / ".venv").symlink_to(sys.prefix)
    user.mkdir()
    (user / "netrc").write_text("default login the-users-id password the-users-secret\n")
    shutil.copy(ROOT / "meltano.yml", user)
    with raw_server(lambda _: [whole(status="400 Canary")]) as canary:
        checkout = PoisonedCheckout(copy, user, canary)
        lines = [f"{name}='{value}'" for name, value in checkout.settings.items()]
        checkout.dotenv.write_text("\n".join([(ROOT / ".env.example").read_text(), *lines, ""]))
        with duckdb.connect() as connection:
            connection.execute(f"attach '{checkout.warehouse}' as own")
            connection.execute("create table own.theirs as select 1 as one")
        yield checkout
