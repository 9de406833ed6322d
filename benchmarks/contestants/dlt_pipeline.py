# /// script
# requires-python = ">=3.10"
# dependencies = ["dlt[duckdb]==1.31.0", "requests~=2.32"]
# ///
"""A dlt pipeline that yields a page at a time: `--extract-only`, to JSONL files, or into DuckDB.

The file of DuckDB is the option `--duckdb=FILE`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dlt
from dlt.destinations import duckdb, filesystem

from benchmarks.contestants.requested_pages import log_in, normalised_pages
from benchmarks.contract import STREAM, read_extract

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRACT_ONLY = "--extract-only"
INTO_DUCKDB = "--duckdb="
SCHEMA = "genesys"


def main() -> None:
    """Run the pipeline, in a folder that is removed afterwards."""
    keep_quiet()
    extract = read_extract()
    session = log_in(extract)

    # Metadata stays one column, as in the tap, rather than becoming tables.
    @dlt.resource(name=STREAM, primary_key="id", max_table_nesting=0)  # type: ignore[untyped-decorator]
    def interactions() -> Iterator[list[dict[str, Any]]]:
        for window in extract.windows():
            yield from normalised_pages(session, extract, window)

    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[-1].startswith(INTO_DUCKDB):
            file = sys.argv[-1].removeprefix(INTO_DUCKDB)
            into_duckdb(Path(folder), file).run(interactions(), write_disposition="merge")
        else:
            _into_files(Path(folder), interactions())


def keep_quiet() -> None:
    """Let dlt report nothing to its makers, and write no compressed files on the way."""
    os.environ.update(
        RUNTIME__DLTHUB_TELEMETRY="false",
        RUNTIME__LOG_LEVEL="ERROR",
        NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION="true",
    )


def into_duckdb(folder: Path, file: str) -> Any:  # noqa: ANN401
    """Make a pipeline that loads into a DuckDB file, and works in a folder."""
    return dlt.pipeline(
        "benchmark",
        pipelines_dir=str(folder / "pipelines"),
        destination=duckdb(file),
        dataset_name=SCHEMA,
    )


def _into_files(folder: Path, resource: Any) -> None:  # noqa: ANN401
    pipeline = dlt.pipeline(
        "benchmark",
        pipelines_dir=str(folder / "pipelines"),
        destination=filesystem(bucket_url=(folder / "files").as_uri()),
        dataset_name="benchmark",
    )
    if EXTRACT_ONLY in sys.argv:
        pipeline.extract(resource)
    else:
        pipeline.run(resource, loader_file_format="jsonl")
        _report(folder / "files")


def _report(folder: Path) -> None:
    """Say how many records were loaded, for who checks it."""
    files = folder.glob(f"benchmark/{STREAM}/*.jsonl")
    print(sum(file.read_bytes().count(b"\n") for file in files))


if __name__ == "__main__":
    main()
