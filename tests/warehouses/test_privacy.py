"""The worked example: names that reach no warehouse."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.singer_run import run_tap
from tests.warehouses.conftest import SCHEMA
from tests.warehouses.documented import settings

if TYPE_CHECKING:
    from tests.warehouses.conftest import Meltano, Warehouse

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(300)]


def test_hashed_names_are_the_same_for_the_same_customer_and_tell_nothing(
    warehouse: Warehouse, meltano: Meltano, config: dict[str, Any]
) -> None:
    documented = settings("Privacy")["plugins"]["extractors"][0]["config"]
    pepper = "a long secret"  # Meltano fills in variables that meltano.yml names
    assert documented["stream_map_config"] == {"pepper": "$CUSTOMER_PEPPER"}
    documented["stream_map_config"] = {"pepper": pepper}
    said = meltano.run(warehouse, {**config, **documented}, "interactions.*")
    names = {
        record["id"]: record["customer_name"] for record in run_tap(config).records("interactions")
    }
    rows = warehouse.query(f"select id, customer_name from {SCHEMA}.interactions")
    assert dict(rows) == {
        key: sha256(f"{pepper}{name}".encode()).hexdigest() for key, name in names.items()
    }
    columns = warehouse.query(
        "select column_name from information_schema.columns "
        f"where table_schema = '{SCHEMA}' and table_name = 'interactions'"
    )
    assert ("customer_name",) in columns
    assert ("metadata",) not in columns
    assert not [name for name in set(names.values()) - {"anonymous"} if name in said]
