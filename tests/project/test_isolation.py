"""The tests see no setting of the user's, wherever the user has put it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.poisoned_checkout import PoisonedCheckout, poisoned_checkout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]  # runs tests of its own

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
TAP = ("-m", "tap_genesys_search", "--config=ENV", "--test")


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[PoisonedCheckout]:
    with poisoned_checkout(tmp_path) as checkout:
        yield checkout


def test_poison_reaches_a_tap_that_is_told_to_read_it(checkout: PoisonedCheckout) -> None:
    unset = dict.fromkeys([*checkout.settings, *checkout.exported])
    done = checkout.run(*TAP, **unset)
    assert done.returncode != 0
    assert set(checkout.canary.requests) == {"POST /oauth/token HTTP/1.1"}


SDK_TESTS = "end_to_end/test_core.py::TestTapGenesysSearch::test_tap"
TESTS = {
    "0": (f"{SDK_TESTS}_cli_prints", f"{SDK_TESTS}_stream_connections"),
    # In a worker, which another process has started.
    "1": (
        "singer/test_command_line.py::test_settings_come_from_the_environment_too",
        "project/test_plugin_definition.py::test_it_is_added_to_a_project_of_ones_own",
    ),
}


@pytest.mark.parametrize("workers", TESTS)
def test_tests_send_nothing_to_the_address_in_dotenv_or_environment(
    checkout: PoisonedCheckout, workers: str
) -> None:
    before = checkout.contents()
    tests = [f"tests/{test}" for test in TESTS[workers]]
    done = checkout.run(*PYTEST, f"--numprocesses={workers}", *tests)
    assert done.returncode == 0, done.stdout + done.stderr
    assert checkout.canary.requests == []
    assert checkout.contents() == before
