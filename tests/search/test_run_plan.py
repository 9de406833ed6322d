from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.search.run_plan import warn_of_many

if TYPE_CHECKING:
    import pytest

    from tests.support.scripted_platform import ScriptedPlatform


def test_many_windows_say_what_they_cost(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    settings = platform.settings(window_hours=0.5, requests_per_minute=100)
    warn_of_many(999, 3, settings)
    assert caplog.messages == []
    warn_of_many(17_520, 3, settings)
    (warning,) = caplog.messages
    assert warning == (
        "17,520 windows take 52,560 requests or more: at requests_per_minute 100 that is 8 h 46 "
        "min or more. A window_hours of more than 0.5 makes fewer windows"
    )
