"""A Singer target that loads into DuckDB in bulk."""
