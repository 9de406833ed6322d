"""The webhook: told of each completed search, and never in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug import Response

from tap_genesys_search.simulator import Fault, Simulator
from tests.singer_run import run_tap

if TYPE_CHECKING:
    import pytest
    from pytest_httpserver import HTTPServer


def test_it_gets_the_audit_and_facets_of_each_completed_search(
    config: dict[str, Any], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook", method="POST").respond_with_data("")
    run = run_tap({**config, "webhook_url": httpserver.url_for("/hook")})
    posted = [request.get_json() for request, _ in httpserver.log]
    assert [post["audit"] for post in posted] == run.records("search_audits")
    assert [facet for post in posted for facet in post["facets"]] == run.records(
        "interaction_facets"
    )


def test_it_hears_nothing_of_split_and_failed_searches(
    config: dict[str, Any], simulator: Simulator, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    simulator.faults.schedule(Fault("failed_query", on="poll", nth=4, times=None))
    run_tap(
        {
            **config,
            "webhook_url": httpserver.url_for("/hook"),
            "max_records_per_search": 200,
            "max_concurrent_searches": 1,
        }
    )
    posted = {request.get_json()["audit"]["status"] for request, _ in httpserver.log}
    assert posted == {"completed"}


def test_a_webhook_that_fails_is_a_warning_without_its_address(
    config: dict[str, Any], httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    httpserver.expect_request("/hook/secret-path").respond_with_response(Response(status=500))
    run = run_tap({**config, "webhook_url": httpserver.url_for("/hook/secret-path")})
    assert run.error is None
    assert len(run.records("search_audits")) == 7
    assert "answered 500" in caplog.text
    from_tap = [record.message for record in caplog.records if record.name != "werkzeug"]
    assert not any("secret-path" in message for message in from_tap)


def test_a_webhook_that_is_not_there_is_a_warning(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    run = run_tap({**config, "webhook_url": "http://127.0.0.1:9/hook"})
    assert run.error is None
    assert "webhook_url: no answer from 127.0.0.1" in caplog.text
