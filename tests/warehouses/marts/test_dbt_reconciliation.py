"""The dbt package over what Meltano has loaded: equal to the platform's own aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.warehouses.conftest import Warehouse
    from tests.warehouses.marts.dbt_package import Built

pytestmark = [pytest.mark.dbt, pytest.mark.timeout(900)]

RECONCILED = {
    "r1_metrics_agree",
    "r1_metrics_agree_closely",
    "r2_service_level_agrees",
    "r3_handle_time_adds_up",
    "r4_statuses_fill_intervals",
    "r5_details_cover_the_window",
}


def test_all_models_are_built_and_all_tests_pass(built: Built) -> None:
    assert built.red == set()
    assert {name: built.statuses[name] for name in RECONCILED} == dict.fromkeys(RECONCILED, "pass")


def test_each_metric_is_equal_in_every_group(built: Built, loaded: Warehouse) -> None:
    assert built.statuses["rec_genesys__metric_totals"] == "success"
    totals = loaded.query(
        "select metric, compared_groups, agreeing_groups, events "
        "from genesys_marts.rec_genesys__metric_totals"
    )
    assert all(groups == agreeing for _, groups, agreeing, _ in totals)
    assert len(totals) >= 12
    events = {metric: int(count) for metric, _, _, count in totals}
    assert events["nOffered"] > 500
    assert events["tHandle"] > 500
