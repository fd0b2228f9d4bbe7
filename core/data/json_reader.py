"""Records from JSON lines, and what makes a value a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any

from core.data.lines import limited_lines
from core.data.rejection import Rejection, rejection

BAD_JSON = "bad JSON"
NOT_AN_OBJECT = "not an object"
UNREADABLE_BYTES = "unreadable bytes"
HALF_A_PAIR = "half a surrogate pair"


def json_lines(stream: BufferedIOBase) -> Iterator[tuple[int, dict[str, Any] | Rejection]]:
    """Yield (line number, record or Rejection) of each line that is not blank."""
    for number, line in limited_lines(stream):
        if isinstance(line, Rejection):
            yield number, line
        elif not line.isspace():
            yield number, _record_of_line(line)


def _record_of_line(line: bytes) -> dict[str, Any] | Rejection:
    try:
        text = line.decode("utf-8")
        value = json.loads(text)
    except UnicodeDecodeError:
        return rejection(UNREADABLE_BYTES, line)
    # Numbers with thousands of digits are a ValueError, nesting without end is a RecursionError.
    except (ValueError, RecursionError):
        return rejection(BAD_JSON, line)
    return checked(value, text)


def checked(value: Any, text: str) -> dict[str, Any] | Rejection:
    """Return ``value``, read from ``text``, if it is an object whose texts can be written as UTF-8."""
    if type(value) is not dict:
        return rejection(NOT_AN_OBJECT, text)
    if "\\u" in text and not encodable(json.dumps(value, ensure_ascii=False)):
        return rejection(HALF_A_PAIR, text)
    return value


def encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
