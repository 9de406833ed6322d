"""Singer tap for Genesys Cloud interaction search."""
