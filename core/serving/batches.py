"""Micro-batches: texts that are asked for at the same time go to the model together.

One batch is at work, in a thread of its own; what comes in meanwhile waits and is the next one. Nobody waits for a
batch to fill up, so a single request is answered at once, and the busier the service, the larger the batches.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

MOST_TEXTS = 256


class Overloaded(Exception):
    """More texts wait than may."""


@dataclass(frozen=True)
class _Waiting:
    texts: Sequence[str]
    answer: asyncio.Future[np.ndarray]


class Batches:
    """Asks a model for the texts of many requests; for one event loop.

    Attributes
    ----------
    sizes: texts of the batches so far, the latest 1,000.
    """

    def __init__(
        self,
        predict: Callable[[list[str]], np.ndarray],
        executor: Executor,
        *,
        most_texts: int = MOST_TEXTS,
        most_waiting: int = 100_000,
    ) -> None:
        self._predict = predict
        self._executor = executor
        self._most_texts = most_texts
        self._most_waiting = most_waiting
        self._queue: deque[_Waiting] = deque()
        self._texts_waiting = 0
        self._worker: asyncio.Task[None] | None = None
        self.sizes: deque[int] = deque(maxlen=1000)

    async def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return the model's probabilities of ``texts``, shape (texts, labels); Overloaded when too many wait."""
        if self._texts_waiting + len(texts) > self._most_waiting:
            raise Overloaded
        waiting = _Waiting(texts, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._texts_waiting += len(texts)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await waiting.answer

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            batch = self._next_batch()
            texts = [text for one in batch for text in one.texts]
            self.sizes.append(len(texts))
            try:
                found = await loop.run_in_executor(self._executor, self._predict, texts)
            except Exception as error:
                _tell(batch, error)
                continue
            begin = 0
            for one in batch:
                end = begin + len(one.texts)
                if not one.answer.done():
                    one.answer.set_result(found[begin:end])
                begin = end

    def _next_batch(self) -> list[_Waiting]:
        """Take requests from the queue, one at least, until a batch is full; those given up by now are left out."""
        batch: list[_Waiting] = []
        texts = 0
        while self._queue and (not batch or texts + len(self._queue[0].texts) <= self._most_texts):
            one = self._queue.popleft()
            self._texts_waiting -= len(one.texts)
            if not one.answer.cancelled():
                batch.append(one)
                texts += len(one.texts)
        return batch


def _tell(batch: Sequence[_Waiting], error: Exception) -> None:
    for one in batch:
        if not one.answer.done():
            one.answer.set_exception(error)
