"""Lines of a byte stream, none of them ever longer in memory than allowed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from io import BufferedIOBase

from core.data.rejection import Rejection, rejection

# Of one record, in bytes of a line or in characters of an array's element or a CSV row.
LONGEST = 1_000_000
TOO_LONG = "a line over 1 MB"


def limited_lines(stream: BufferedIOBase, longest: int = LONGEST) -> Iterator[tuple[int, bytes | Rejection]]:
    """Yield (line number from 1, line with its end); a longer line is passed over as a Rejection.

    Lines end at ``\\n`` alone: U+2028 and its like are text.
    """
    for number in itertools.count(1):
        line = stream.readline(longest + 2)
        if not line:
            return
        if len(line) > longest and len(line.rstrip(b"\r\n")) > longest:
            if not line.endswith(b"\n"):
                _pass_over(stream)
            yield number, rejection(TOO_LONG, line)
        else:
            yield number, line


def _pass_over(stream: BufferedIOBase) -> None:
    """Read to the end of the line, holding little of it."""
    while (rest := stream.readline(65_536)) and not rest.endswith(b"\n"):
        pass
