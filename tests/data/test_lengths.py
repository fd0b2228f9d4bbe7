from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.lengths import MOST_BARS, histogram, width_for


def test_short_texts_have_a_bar_each():
    found = histogram(np.array([0, 2, 2, -1]))
    assert found.bars.to_dict("list") == {"low": [0, 1, 2], "high": [0, 1, 2], "rows": [1, 0, 2]}
    assert (found.beyond, found.longest, found.missing) == (0, 2, 1)


def test_a_long_tail_is_cut_off_and_counted():
    found = histogram(np.array([10] * 995 + [11] * 4 + [9_999]))
    assert found.bars["high"].iloc[-1] == 10
    assert (found.beyond, found.longest) == (5, 9_999)


@pytest.mark.parametrize("lengths", [[], [-1, -1]])
def test_without_texts_there_are_no_bars(lengths):
    found = histogram(np.array(lengths, dtype=np.int32))
    assert (len(found.bars), found.beyond, found.longest, found.missing) == (0, 0, 0, len(lengths))


@pytest.mark.parametrize(("span", "width"), [(1, 1), (60, 1), (61, 2), (121, 5), (301, 10), (601, 20), (60_001, 2_000)])
def test_bars_are_as_narrow_as_their_number_allows(span, width):
    assert width_for(span) == width


@given(st.lists(st.integers(-1, 3_000), max_size=60).map(lambda one: np.array(one, dtype=np.int32)))
def test_each_text_is_in_one_bar_or_beyond_the_last(lengths):
    found = histogram(lengths)
    bars = found.bars
    texts = lengths[lengths >= 0]
    assert bars["rows"].sum() + found.beyond == len(texts) == len(lengths) - found.missing
    assert len(bars) <= MOST_BARS
    for low, high, rows in bars.itertuples(index=False):
        assert rows == np.count_nonzero((texts >= low) & (texts <= high))
    assert bars["low"].tolist()[1:] == (bars["high"] + 1).tolist()[:-1]
    assert found.beyond <= 0.005 * len(texts)
