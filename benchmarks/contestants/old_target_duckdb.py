# /// script
# requires-python = ">=3.10,<3.14"
# dependencies = ["duckdb==1.2.2", "target-duckdb==0.8.0"]
# ///
"""The target-duckdb of PyPI, with the newest DuckDB of which it loads all rows."""

from __future__ import annotations

from target_duckdb import main

if __name__ == "__main__":
    main()
