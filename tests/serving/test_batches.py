"""Micro-batches: each request gets its own answers, in any interleaving, and nobody waits for a batch to fill."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.serving.batches import Batches, Overloaded
from tests import loops


def lengths(texts):
    """Return a model's answers that tell which text they are of."""
    return np.array([[len(text), hash(text) % 1000] for text in texts], dtype=float).reshape(-1, 2)


def run(work, predict=lengths, **how):
    with ThreadPoolExecutor(1) as executor:
        return loops.run(work(Batches(predict, executor, **how)))


@given(st.lists(st.lists(st.text(max_size=5), min_size=1, max_size=4), min_size=1, max_size=8), st.integers(1, 6))
def test_each_request_gets_its_own_answers(requests, most):
    async def work(batches):
        found = await asyncio.gather(*(batches.probabilities(texts) for texts in requests))
        return found, list(batches.sizes)

    found, sizes = run(work, most_texts=most)
    for texts, answer in zip(requests, found, strict=True):
        np.testing.assert_array_equal(answer, lengths(texts))
    assert sum(sizes) == sum(map(len, requests))
    assert max(sizes) <= max(most, *map(len, requests))


def test_what_comes_in_while_one_works_is_the_next_batch():
    begun, go_on = threading.Event(), threading.Event()

    def slow(texts):
        begun.set()
        go_on.wait(60)
        return lengths(texts)

    async def work(batches):
        first = asyncio.create_task(batches.probabilities(["a"]))
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 60)
        others = [asyncio.create_task(batches.probabilities([text])) for text in "bcd"]
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(first, *others)
        return list(batches.sizes)

    assert run(work, slow) == [1, 3]


def test_an_error_reaches_those_who_asked_and_the_next_go_on():
    def fails(texts):
        if "bad" in texts:
            raise ValueError("bad")
        return lengths(texts)

    async def work(batches):
        with pytest.raises(ValueError, match="bad"):
            await batches.probabilities(["bad"])
        return await batches.probabilities(["good"])

    np.testing.assert_array_equal(run(work, fails), lengths(["good"]))


def test_too_many_waiting_are_refused_at_once():
    async def work(batches):
        with pytest.raises(Overloaded):
            await batches.probabilities(["a", "b", "c"])
        return await batches.probabilities(["a", "b"])

    assert len(run(work, most_waiting=2)) == 2


def test_a_request_that_was_given_up_costs_nothing():
    begun, go_on, seen = threading.Event(), threading.Event(), []

    def slow(texts):
        seen.extend(texts)
        begun.set()
        go_on.wait(60)
        return lengths(texts)

    async def work(batches):
        first = asyncio.create_task(batches.probabilities(["a"]))
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 60)
        given_up, kept = (asyncio.create_task(batches.probabilities([text])) for text in "bc")
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(first, kept)

    run(work, slow)
    assert seen == ["a", "c"]
