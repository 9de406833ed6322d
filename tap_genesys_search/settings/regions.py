"""The regions of Genesys Cloud and their domains."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from tap_genesys_search.errors import SettingError

DOMAINS: dict[str, str] = {
    "us-east-1": "mypurecloud.com",
    "us-east-2": "use2.us-gov-pure.cloud",  # FedRAMP
    "us-west-2": "usw2.pure.cloud",
    "ca-central-1": "cac1.pure.cloud",
    "mx-central-1": "mxc1.pure.cloud",
    "sa-east-1": "sae1.pure.cloud",
    "eu-west-1": "mypurecloud.ie",
    "eu-west-2": "euw2.pure.cloud",
    "eu-central-1": "mypurecloud.de",
    "eu-central-2": "euc2.pure.cloud",
    "eusc-de-east-1": "edee1.eusc-pure.cloud",  # AWS European Sovereign Cloud
    "me-central-1": "mec1.pure.cloud",
    "ap-south-1": "aps1.pure.cloud",
    "ap-southeast-1": "apse1.pure.cloud",
    "ap-southeast-2": "mypurecloud.com.au",
    "ap-northeast-1": "mypurecloud.jp",
    "ap-northeast-2": "apne2.pure.cloud",
    "ap-northeast-3": "apne3.pure.cloud",
}
"""AWS region name to domain, as `PureCloudRegionHosts` of the official Python SDK lists them."""


ALIASES: dict[str, str] = {
    "use1.pure.cloud": "us-east-1",
    "euw1.pure.cloud": "eu-west-1",
    "euc1.pure.cloud": "eu-central-1",
    "apse2.pure.cloud": "ap-southeast-2",
    "apne1.pure.cloud": "ap-northeast-1",
}
"""Second domain to region, for the five regions that are older than `pure.cloud`.

The official SDK does not know them. Genesys' own network test for browsers maps the old domains to
these, and the content security policies of its customers allow both. No request is sent to them.
"""


def find_domain(environment: str) -> str:
    """Find the domain of a region.

    Args:
        environment: An AWS region name (`eu-central-1`), a domain (`mypurecloud.de`, or its alias
            `euc1.pure.cloud`), or an address of that domain as copied from a browser
            (`https://apps.mypurecloud.de/`).

    Returns:
        The region's domain, as in `DOMAINS`.

    Raises:
        SettingError: No region has such a name or domain.
    """
    name = environment.strip().lower()
    if name in DOMAINS:
        return DOMAINS[name]
    with suppress(ValueError):  # the text is not an address
        host = urlsplit(name if "//" in name else f"//{name}").hostname or ""
        for prefix in ("", "api.", "apps.", "login."):
            domain = host.removeprefix(prefix)
            if domain in ALIASES:
                return DOMAINS[ALIASES[domain]]
            if domain in DOMAINS.values():
                return domain
    known = ", ".join(f"{region} ({domain})" for region, domain in DOMAINS.items())
    raise SettingError(
        f"environment {environment!r} is not a Genesys Cloud region. Allowed, by name or by "
        f"domain: {known}. For any other host set auth_url and api_url"
    )
