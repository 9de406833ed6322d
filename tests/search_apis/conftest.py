"""The org whose interactions the search APIs find."""

from __future__ import annotations

import pytest

from genesys_cloud_simulator import Org


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=5, days=3, interactions=120)
