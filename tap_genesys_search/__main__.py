"""Run the tap as `python -m tap_genesys_search`."""

from tap_genesys_search.tap import TapGenesysSearch

TapGenesysSearch.cli()
