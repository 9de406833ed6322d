from __future__ import annotations

import pytest

from tap_genesys_search.errors import SettingError
from tap_genesys_search.settings.regions import ALIASES, DOMAINS, find_domain


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("us-east-1", "mypurecloud.com"),
        ("us-east-2", "use2.us-gov-pure.cloud"),
        ("us-west-2", "usw2.pure.cloud"),
        ("ca-central-1", "cac1.pure.cloud"),
        ("mx-central-1", "mxc1.pure.cloud"),
        ("sa-east-1", "sae1.pure.cloud"),
        ("eu-west-1", "mypurecloud.ie"),
        ("eu-west-2", "euw2.pure.cloud"),
        ("eu-central-1", "mypurecloud.de"),
        ("eu-central-2", "euc2.pure.cloud"),
        ("eusc-de-east-1", "edee1.eusc-pure.cloud"),
        ("me-central-1", "mec1.pure.cloud"),
        ("ap-south-1", "aps1.pure.cloud"),
        ("ap-southeast-1", "apse1.pure.cloud"),
        ("ap-southeast-2", "mypurecloud.com.au"),
        ("ap-northeast-1", "mypurecloud.jp"),
        ("ap-northeast-2", "apne2.pure.cloud"),
        ("ap-northeast-3", "apne3.pure.cloud"),
    ],
)
def test_region_is_found_by_its_name_and_by_its_domain(region: str, domain: str) -> None:
    assert find_domain(region) == domain
    assert find_domain(domain) == domain


def test_no_two_regions_share_a_domain() -> None:
    assert len(set(DOMAINS.values())) == len(DOMAINS) == 18


@pytest.mark.parametrize("written", ["{}", "api.{}", "login.{}", "https://apps.{}/directory/#/"])
@pytest.mark.parametrize(
    ("alias", "domain"),
    [
        ("use1.pure.cloud", "mypurecloud.com"),
        ("euw1.pure.cloud", "mypurecloud.ie"),
        ("euc1.pure.cloud", "mypurecloud.de"),
        ("apse2.pure.cloud", "mypurecloud.com.au"),
        ("apne1.pure.cloud", "mypurecloud.jp"),
    ],
)
def test_second_domain_of_an_old_region_stands_for_its_first(
    alias: str, domain: str, written: str
) -> None:
    assert find_domain(written.format(alias)) == domain


def test_no_alias_is_the_domain_of_another_region() -> None:
    assert not ALIASES.keys() & set(DOMAINS.values())


@pytest.mark.parametrize(
    "environment",
    [
        " eu-central-1 ",
        "EU-Central-1",
        "MyPureCloud.de",
        "api.mypurecloud.de",
        "apps.mypurecloud.de",
        "login.mypurecloud.de",
        "apps.mypurecloud.de/directory",
        "https://apps.mypurecloud.de/directory/#/admin",
        "https://api.mypurecloud.de:443",
    ],
)
def test_region_is_found_however_its_name_or_address_is_written(environment: str) -> None:
    assert find_domain(environment) == "mypurecloud.de"


@pytest.mark.parametrize(
    "environment",
    [
        "",
        "eu-central",
        "eu-central-9",
        "pure.cloud",
        "euc9.pure.cloud",
        "evileuc1.pure.cloud",
        "evilmypurecloud.de",
        "mypurecloud.de.example.com",
        "api.login.mypurecloud.de",
        "https://example.com/mypurecloud.de",
        "https://mypurecloud.de@example.com",
        "[mypurecloud.de",
    ],
)
def test_unknown_environment_is_refused_with_the_regions_there_are(environment: str) -> None:
    with pytest.raises(SettingError) as refused:
        find_domain(environment)

    message = str(refused.value)
    assert f"environment {environment!r}" in message
    for region, domain in DOMAINS.items():
        assert f"{region} ({domain})" in message
    assert "auth_url and api_url" in message
