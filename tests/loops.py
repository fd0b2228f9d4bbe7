"""Runs coroutines in a thread of their own, since a browser of the same process has a loop at work in this one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(coroutine):
    """Return what the coroutine returns."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, coroutine).result()
