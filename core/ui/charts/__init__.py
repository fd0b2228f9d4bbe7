"""Every chart of the app: pure functions from a small aggregated frame to a themed Altair chart.

Data comes first, options by keyword, and always a ``palette``. Charts are drawn with
``st.altair_chart(chart, theme=None)``; those with a selection also take ``on_select="rerun"``
and a ``key``, and answer ``event["selection"][name]`` with a list of ``{field: value}``, or
nothing. A frame without rows gives a chart that says so in words, under the same selection.
"""

from core.ui.charts.answers import probability_bars
from core.ui.charts.axes import drawn_row, fitting_row
from core.ui.charts.bars import distribution_bars, share_bars
from core.ui.charts.beside import share_dumbbells
from core.ui.charts.comparison import class_differences
from core.ui.charts.coverage import accuracy_lines, level_areas, risk_curve, tradeoff_lines
from core.ui.charts.flow import flow_picture
from core.ui.charts.frontier import frontier_lines
from core.ui.charts.gaps import gap_heat
from core.ui.charts.matrix import confusion_matrix
from core.ui.charts.nested import nested_bars
from core.ui.charts.progress import lengths_histogram, progress_lines
from core.ui.charts.reliability import confidence_counts, reliability_diagram
from core.ui.charts.slices import slice_dots, split_lines
from core.ui.charts.timeline import lifespan_bars, month_heat, stacked_shares
from core.ui.charts.waterfall import waterfall

__all__ = [
    "accuracy_lines",
    "class_differences",
    "confidence_counts",
    "confusion_matrix",
    "distribution_bars",
    "drawn_row",
    "fitting_row",
    "flow_picture",
    "frontier_lines",
    "gap_heat",
    "lengths_histogram",
    "level_areas",
    "lifespan_bars",
    "month_heat",
    "nested_bars",
    "probability_bars",
    "progress_lines",
    "reliability_diagram",
    "risk_curve",
    "share_bars",
    "share_dumbbells",
    "slice_dots",
    "split_lines",
    "stacked_shares",
    "tradeoff_lines",
    "waterfall",
]
