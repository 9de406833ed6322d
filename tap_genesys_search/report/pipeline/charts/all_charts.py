"""All charts of the page, in their order; what has no rows has no chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.report.pipeline.charts.conversation_charts import conversation_charts
from tap_genesys_search.report.pipeline.charts.interaction_charts import interaction_charts
from tap_genesys_search.report.pipeline.charts.search_charts import search_charts

if TYPE_CHECKING:
    from tap_genesys_search.report.pipeline.charts.chart import Chart
    from tap_genesys_search.report.pipeline.figures import Figures


def draw_charts(figures: Figures, requests_per_minute: int) -> list[Chart]:
    """Draw all charts.

    Args:
        figures: What they show.
        requests_per_minute: The limit that the use of the API is compared with.

    Returns:
        The charts, in the order of the page. Those of conversations are left out where none were
        loaded as tables.
    """
    return [
        *interaction_charts(figures),
        *search_charts(figures, requests_per_minute),
        *conversation_charts(figures),
    ]
