from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.lines import LONGEST, TOO_LONG, limited_lines
from core.data.rejection import Rejection


@given(st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b""))), st.booleans())
def test_lines_are_the_parts_between_line_feeds(parts, ends):
    content = b"\n".join(parts) + (b"\n" if ends else b"")
    read = list(limited_lines(io.BytesIO(content), longest=50))
    assert b"".join(line for _, line in read) == content
    assert [number for number, _ in read] == list(range(1, len(read) + 1))


@given(st.lists(st.integers(0, 9), min_size=1), st.sampled_from([b"\n", b"\r\n"]))
def test_only_longer_lines_are_passed_over(lengths, end):
    content = b"".join(b"x" * length + end for length in lengths)
    read = list(limited_lines(io.BytesIO(content), longest=5))
    assert len(read) == len(lengths)
    for length, (_, line) in zip(lengths, read, strict=True):
        assert line == (Rejection(TOO_LONG, "xxxxxxx"[:length]) if length > 5 else b"x" * length + end)


class Endless(io.RawIOBase):
    """30 MB without a line feed, then a line."""

    left = 30

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        content = b"x" * LONGEST if self.left > 0 else b"\nlast\n" * (self.left == 0)
        self.left -= 1
        buffer[: len(content)] = content
        return len(content)


@pytest.mark.parametrize("buffer", [1 << 20])
def test_a_long_line_is_never_held(buffer):
    stream = io.BufferedReader(Endless(), buffer)
    tracemalloc.start()
    try:
        read = list(limited_lines(stream))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == [(1, Rejection(TOO_LONG, "x" * 200)), (2, b"last\n")]
    assert peak < 8_000_000
