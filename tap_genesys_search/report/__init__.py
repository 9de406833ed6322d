"""A page about what was loaded, made of a DuckDB file: `genesys-search-report`."""
