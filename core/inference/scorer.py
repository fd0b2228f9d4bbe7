"""What a run answers to very many texts: what `core.inference.classify` gives, as columns, in several processes."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TypeVar

import numpy as np

from core.errors import CopydeskError
from core.evaluation import temperature
from core.evaluation.judge import group_of_labels
from core.grouping.grouping import Grouping
from core.grouping.scores import grouped_probabilities
from core.inference.classify import Model, load_model
from core.models.classifier import Classifier
from core.runs import store

AHEAD = 2  # batches that wait for each process


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers to some texts.

    Attributes
    ----------
    order: the most probable labels of each, places in `Scorer.names`, int32, shape (texts, top).
    probabilities: theirs, float32, shape (texts, top); the first is the confidence.
    category: the most probable label of the model itself, a place in `Scorer.labels`, int32, shape (texts,).
    """

    order: np.ndarray
    probabilities: np.ndarray
    category: np.ndarray


@dataclass(frozen=True)
class Scorer:
    """A model under a grouping.

    Attributes
    ----------
    labels: what the model itself answers; groups: the group of each.
    names: what is answered under the grouping, sorted.
    of_categories: whether ``labels`` are raw categories.
    top: how many labels of each text are told.
    scaled_by: a temperature for the probabilities, None for none.
    """

    classifier: Classifier
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    of_categories: bool
    top: int
    scaled_by: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the labels under the grouping, sorted."""
        return tuple(sorted(set(self.groups)))

    def answers(self, texts: list[str]) -> Answers:
        """Return the answers to ``texts``."""
        own = np.asarray(self.classifier.predict_proba(texts))
        if self.scaled_by is not None:
            own = temperature.scaled(own, self.scaled_by)
        _, scores = grouped_probabilities(own, list(self.groups))
        order = np.argsort(-scores, axis=1, kind="stable")[:, : self.top].astype(np.int32)
        found = np.minimum(np.take_along_axis(scores, order, axis=1), 1.0)
        return Answers(order, found.astype(np.float32), own.argmax(axis=1).astype(np.int32))


def scorer_of(model: Model, grouping: Grouping | None = None, *, top: int = 3, calibrated: bool = False) -> Scorer:
    """Return the scorer of ``model`` under ``grouping`` (default: its own).

    Raises InputError for a grouping that does not fit the run, and for a run without temperature where one is wanted.
    """
    spec, labels = model.run.spec, tuple(model.classifier.labels)
    groups = tuple(group_of_labels(spec, labels, grouping or spec.grouping.grouping()))
    by = temperature.required(model.run).temperature if calibrated else None
    return Scorer(model.classifier, labels, groups, spec.target == "category", min(top, len(set(groups))), by)


Item = TypeVar("Item")


def in_order(
    items: Iterable[Item],
    texts: Callable[[Item], list[str]],
    scorer: Scorer,
    recipe: tuple[str, Grouping | None, int, bool],
    processes: int,
) -> Iterator[tuple[Item, Answers]]:
    """Yield each item with the answers to its texts, in order.

    Parameters
    ----------
    recipe: run id, grouping, top and calibrated: what `scorer_of` makes the same scorer of in another process.
    processes: how many work beside this one; 0: this one does it all.

    Raises CopydeskError when one of them was killed.
    """
    if not processes:
        yield from ((item, scorer.answers(texts(item))) for item in items)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin, initargs=recipe) as pool:
        waiting: deque[tuple[Item, Future[Answers]]] = deque()
        try:
            for item in items:
                with _without_interrupts():
                    waiting.append((item, pool.submit(_answers, texts(item))))
                if len(waiting) > AHEAD * processes:
                    first, found = waiting.popleft()
                    yield first, found.result()
            while waiting:
                first, found = waiting.popleft()
                yield first, found.result()
        except BrokenProcessPool as error:
            raise CopydeskError(
                "a process that scored was killed, for want of memory perhaps; what is done stays, go on with the same"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let processes that are started here inherit that Ctrl-C is not for them: it reaches a whole group at once."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_scorer: Scorer | None = None


def _begin(run_id: str, grouping: Grouping | None, top: int, calibrated: bool) -> None:
    """Load the model in a process of the pool; the threads of its libraries would only stand in each other's way."""
    global _scorer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["OMP_NUM_THREADS"] = "1"
    _scorer = scorer_of(load_model(store.find(run_id)), grouping, top=top, calibrated=calibrated)


def _end_with_parent() -> None:
    """End this process once the one that gives out the work is gone: a killed one cannot say so."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answers(texts: list[str]) -> Answers:
    assert _scorer is not None
    return _scorer.answers(texts)


def processes_for(run: store.Run, path: Path) -> int:
    """Return how many processes to score the file ``path`` in beside this one: none for a small one.

    To start one takes a second, in which 5 MB are read and scored; a model on PyTorch uses all cores by itself.
    """
    small = path.stat().st_size < 5_000_000
    return 0 if small or run.spec.model != "logistic" else min(os.cpu_count() or 1, 8)
