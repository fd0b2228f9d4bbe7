"""Which rows of its dataset a finished run was trained on and which it was tested on, without reading any text."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.data.columns import NO_DAY
from core.runs.spec import TrainingSpec
from core.runs.split import first_test_day


def sides(spec: TrainingSpec, test_rows: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows were trained on and which were tested; two bool arrays of shape (rows,).

    Parameters
    ----------
    test_rows: positions of the rows that the run was judged on.
    day: of each row of the run's dataset, since 1970-01-01, NO_DAY where there is none; shape (rows,).

    A random split trains on all other rows; one by time on those before the first tested day.
    """
    test = np.zeros(len(day), dtype=bool)
    test[test_rows] = True
    if spec.split.kind != "past":
        return ~test, test
    known = np.where(day == NO_DAY, np.datetime64("NaT", "D"), day.astype("datetime64[D]"))
    first = first_test_day(pd.Series(known.astype("datetime64[s]")), spec.split.test_share)
    return ~np.isnat(known) & (first is not None) & (known < np.datetime64(first or "NaT", "D")), test
