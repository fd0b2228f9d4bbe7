"""A line that cannot be used, and what is kept of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

TEXT_CHARACTERS = 200


@dataclass(frozen=True)
class Rejection:
    """Why a line is no record (``reason``, the same for all of its kind) and its first characters."""

    reason: str
    text: str


def rejection(reason: str, content: Any) -> Rejection:
    """Return a Rejection of ``content``: a line as bytes or text, or the value that was read from it."""
    if isinstance(content, bytes):
        content = content[: 4 * TEXT_CHARACTERS].decode("utf-8", "replace")
    elif not isinstance(content, str):
        content = json.dumps(content, ensure_ascii=False, default=str)
    start = content[:TEXT_CHARACTERS].rstrip("\r\n")
    return Rejection(reason, start.encode("utf-8", "replace").decode("utf-8"))
