"""Arrays that are kept: the ones asked for last, and no more of them than said."""

from __future__ import annotations

import numpy as np

from core.data.remembered import Remembered


def test_what_was_asked_for_last_is_kept():
    kept, computed = Remembered(2), []

    def get(key):
        return kept.get(key, lambda: computed.append(key) or np.array([key]))

    assert [get(key).tolist() for key in (1, 2, 1, 3, 1, 2)] == [[1], [2], [1], [3], [1], [2]]
    # 2 went when 3 came, since 1 had been asked for again.
    assert computed == [1, 2, 3, 2]
    assert get(2) is get(2)
