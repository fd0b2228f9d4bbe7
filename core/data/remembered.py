"""Arrays that are kept as long as they are asked for, since many views ask for the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np


class Remembered:
    """The arrays asked for last; who asks at the same time computes them twice rather than waits.

    ``most`` is how many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """Return the array of ``key``, computed where it is not kept any more."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        array = compute()
        with self._lock:
            self._kept[key] = array
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return array
