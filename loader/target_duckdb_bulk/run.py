"""One run: from the input's first line to the file, closed."""

from __future__ import annotations

import logging
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from target_duckdb_bulk.background import Background
from target_duckdb_bulk.database import opened
from target_duckdb_bulk.errors import SettingsError
from target_duckdb_bulk.loader import Loader
from target_duckdb_bulk.reading import load_all
from target_duckdb_bulk.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from target_duckdb_bulk.reading import BlockReader
    from target_duckdb_bulk.settings import Settings

_log = logging.getLogger("target-duckdb-bulk")


def load(settings: Settings, reader: BlockReader, confirm: Callable[[bytes], None]) -> None:
    """Load an input.

    Args:
        settings: Where to, and how.
        reader: Of the input.
        confirm: Gets each state after what came before it is committed.

    Raises:
        LoaderError: The load ended early.
    """
    with (
        _folder(settings) as folder,
        opened(settings, folder) as connection,
        ThreadPoolExecutor(1) as thread,  # ends before the file is closed
    ):
        background = Background(thread, Warehouse(connection, settings, folder), confirm)
        loader = Loader(connection.cursor(), background, settings, folder)
        try:
            load_all(reader, loader)
        finally:
            loader.forget()
        rows = background.loaded_rows
        _log.info("%d record%s loaded into %s", rows, "" if rows == 1 else "s", settings.path)


@contextmanager
def _folder(settings: Settings) -> Iterator[Path]:
    """Make a folder for temporary files that only this user can read."""
    try:
        folder = tempfile.TemporaryDirectory(
            prefix="target-duckdb-bulk-", dir=settings.temp_dir or None
        )
    except OSError as error:
        raise SettingsError(
            f'No temporary files can be made: {error.strerror}: set "temp_dir" to a folder that '
            "can be written"
        ) from None
    with folder:
        yield Path(folder.name)
