from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.data.columns import NO_DAY
from core.runs.sides import sides
from core.runs.spec import Split
from core.runs.split import split_frame


class Spec:
    text_fields = ("headline",)

    def __init__(self, kind):
        self.split = Split(kind=kind, test_share=0.3)

    def target_of(self, name):
        return name


@pytest.mark.parametrize("kind", ["random", "past"])
def test_sides_are_those_that_the_training_had(kind):
    rows = 40
    dates = pd.Series(pd.to_datetime("2014-01-01") + pd.to_timedelta(np.arange(rows) // 2, unit="D"))
    dates[::7] = pd.NaT
    texts = pd.Series([f"text {n}" for n in range(rows)])
    frame = pd.DataFrame({"category": ["A", "B"] * (rows // 2), "date": dates})
    training, test = split_frame(frame, texts, Spec(kind))
    day = dates.to_numpy().astype("datetime64[D]").astype("int64")
    day = np.where(dates.isna(), NO_DAY, day).astype(np.int32)
    got = sides(Spec(kind), test, day)
    assert [np.flatnonzero(one).tolist() for one in got] == [training.tolist(), test.tolist()]
    assert len(test) > 0
