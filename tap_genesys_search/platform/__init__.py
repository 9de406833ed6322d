"""HTTP requests to Genesys Cloud: login, retries, rate limit, responses, lists."""
