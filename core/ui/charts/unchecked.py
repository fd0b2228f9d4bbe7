"""Charts that are drawn at each click: not held against Vega-Lite's schema each time, since tests have done that."""

from __future__ import annotations

from typing import Any

import altair as alt


class _Unchecked(alt.LayerChart):
    """A layered chart whose specification is written without validation, which is three quarters of the work."""

    def to_dict(self, *, validate: bool = False, **how: Any) -> dict[str, Any]:
        """Return the specification, as Altair does; ``validate`` plays no part."""
        return super().to_dict(validate=False, **how)


def unchecked(chart: alt.Chart | alt.LayerChart) -> alt.Chart | alt.LayerChart:
    """Return the same chart, which from then on is drawn without being validated; one of a single layer as it is."""
    return _Unchecked(**chart._kwds) if isinstance(chart, alt.LayerChart) else chart
