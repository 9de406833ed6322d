"""Loads Genesys Cloud interactions day by day, each day a `meltano run` of its own."""
