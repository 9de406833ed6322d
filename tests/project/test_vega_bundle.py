"""The committed library that draws the report's charts is the one that its charts are made for."""

from __future__ import annotations

import altair as alt
import pytest

from scripts.generate.vega_bundle import FOLDER, NAME, bundle


@pytest.mark.thorough
def test_the_library_is_as_bundled() -> None:
    assert FOLDER.joinpath(NAME).read_text(encoding="utf-8") == bundle()


def test_the_library_is_of_the_version_that_charts_name() -> None:
    version = alt.SCHEMA_VERSION.removeprefix("v")
    assert f'"{version}"' in FOLDER.joinpath(NAME).read_text(encoding="utf-8")
