"""The figures that a run reports step by step: read on as they come, thinned, and drawn as curves."""

from __future__ import annotations

import bisect
import json
import math
import threading
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core.runs import store
from core.ui import charts
from core.ui.theme import Palette

MOST_POINTS = 300  # of a curve: about one for each two pixels
BOOKKEEPING = {"time", "phase", "step", "seconds", "rows_per_second", "seconds_left", "epoch"}
# Told elsewhere, or of a unit that would flatten every other curve.
BOOKKEEPING |= {"grad_norm", "gpu_memory_bytes", "gpu_utilization"}
LOSS, RATE = "loss", "learning_rate"
TITLES = {LOSS: "Loss", RATE: "Learning rate"}
OTHERS = "Metrics"


class Curve:
    """One figure against the step, the steps rising."""

    def __init__(self) -> None:
        self.steps, self.values = array("d"), array("d")

    def add(self, step: float, value: float) -> None:
        """Add a point; a step that was there before means that the run was taken up from there."""
        if self.steps and step <= self.steps[-1]:
            kept = bisect.bisect_left(self.steps, step)
            del self.steps[kept:], self.values[kept:]
        self.steps.append(step)
        self.values.append(value)

    def thinned(self, most: int = MOST_POINTS) -> list[tuple[float, float]]:
        """Return at most about ``most`` points, evenly far apart, the first and the last among them."""
        stride = max(1, math.ceil(len(self.steps) / most))
        places = sorted({0, *range(len(self.steps) - 1, -1, -stride)}) if self.steps else []
        return [(self.steps[place], self.values[place]) for place in places]


class Figures:
    """All curves of one run; each look reads only what was written since the last one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.drawn: dict[tuple[int, str], list[dict[str, Any]]] = {}
        self._begin_again()

    def _begin_again(self) -> None:
        self.offset, self.curves = 0, {}

    def read_on(self) -> None:
        """Add what was written meanwhile; a line that is still being written is left for the next look."""
        try:
            with self.path.open("rb") as file:
                if self.offset > self.path.stat().st_size:
                    self._begin_again()
                file.seek(self.offset)
                written, end, _ = file.read().rpartition(b"\n")
        except OSError:
            return
        self.offset += len(written) + len(end)
        for line in written.split(b"\n"):
            self._add(line)

    def _add(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        if not isinstance(event, dict) or not _is_number(event.get("step")):
            return
        for name, value in event.items():
            if name not in BOOKKEEPING and _is_number(value):
                self.curves.setdefault((name, str(event.get("phase"))), Curve()).add(event["step"], value)

    def panels(self) -> dict[str, pd.DataFrame]:
        """Return title -> points (step, value, series): loss, learning rate, then all other metrics."""
        phases: dict[str, int] = {}
        for name, _ in self.curves:
            phases[name] = phases.get(name, 0) + 1
        points: dict[str, list[tuple[float, float, str]]] = {}
        for (name, phase), curve in sorted(self.curves.items()):
            series = name.replace("_", " ") + (f" ({phase})" if phases[name] > 1 else "")
            points.setdefault(panel_of(name), []).extend((*point, series) for point in curve.thinned())
        titles = [title for title in (*TITLES.values(), OTHERS) if len(points.get(title, [])) > 1]
        return {title: pd.DataFrame(points[title], columns=["step", "value", "series"]) for title in titles}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def panel_of(figure: str) -> str:
    """Return the title of the chart that a figure belongs to: what has its unit stands beside it."""
    if figure == LOSS or figure.endswith(f"_{LOSS}"):
        return TITLES[LOSS]
    return TITLES.get(figure, OTHERS)


@st.cache_resource(max_entries=16, show_spinner=False)
def _figures(path: Path) -> Figures:
    return Figures(path)


def drawings(run: store.Run, palette: Palette) -> Mapping[str, dict[str, Any]]:
    """Return title -> chart as a Vega-Lite document; made again only when there are new points."""
    found = _figures(run.path / store.METRICS)
    # Several visits may watch the same run.
    with found.lock:
        found.read_on()
        key = (found.offset, palette.name)
        if key not in found.drawn:
            made = {
                title: charts.progress_lines(points, y_title=title, palette=palette, height=190).to_dict()
                for title, points in found.panels().items()
            }
            found.drawn = {kept: old for kept, old in found.drawn.items() if kept[0] == found.offset} | {key: made}
        return found.drawn[key]


def draw(run: store.Run, palette: Palette) -> None:
    """Draw the run's curves, two side by side where there are several."""
    found = drawings(run, palette)
    if not found:
        return
    places = st.columns(min(2, len(found)))
    for place, (title, document) in enumerate(found.items()):
        with places[place % len(places)]:
            st.vega_lite_chart(
                spec=document, theme=None, key=f"train_curve_{title}", alt=f"{title} against the step, as a line."
            )
