"""Records from one JSON text that is never held whole: an array, or an object that has one under a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any

from core.data.json_window import BLANK, JsonWindow
from core.data.records import recognised
from core.data.rejection import Rejection


def list_name(head: bytes) -> str | None:
    """Return the name of the list of records in an object that begins with ``head``; None for JSON lines.

    >>> list_name(b'{"status": "ok", "articles": [{"title": "a"}]}')
    'articles'
    >>> list_name(b'{"title": "a", "tags": [{"name": "b"}]}') is None
    True
    """
    text = head.decode("utf-8", "replace").lstrip()
    first, _, rest = text.partition("\n")
    if _is_object(first) and rest.strip():
        return None
    if not _is_object(first) and _is_object(rest.lstrip().partition("\n")[0]):
        # A broken line before good ones.
        return None
    try:
        return _list_name(text)
    # It is cut off, or broken, before a list begins.
    except (ValueError, IndexError, RecursionError):
        return None


def _is_object(line: str) -> bool:
    try:
        return type(json.loads(line)) is dict
    except (ValueError, RecursionError):
        return False


def _list_name(text: str) -> str | None:
    decoder, names, at = json.JSONDecoder(), [], _past(text, 0, "{")
    while True:
        name, at = decoder.raw_decode(text, at)
        if type(name) is not str:
            return None
        names.append(name)
        at = _past(text, at, ":")
        if text[at] == "[" and text[_past(text, at, "[")] == "{":
            # A record may have lists of its own.
            return None if recognised(names) else name
        _, at = decoder.raw_decode(text, at)
        at = _past(text, _blank(text, at), ",")


def _blank(text: str, at: int) -> int:
    return BLANK.match(text, at).end()


def _past(text: str, at: int, mark: str) -> int:
    """Return where it goes on after ``mark``, or raise ValueError where something else stands."""
    at = _blank(text, at)
    if text[at] != mark:
        raise ValueError(mark)
    return _blank(text, at + 1)


def json_array(
    stream: BufferedIOBase, shown: str, under: str | None = None
) -> Iterator[tuple[int, dict[str, Any] | Rejection]]:
    """Yield (line on which it begins, record or Rejection) of each element.

    Where the array breaks, what follows cannot be told apart any more: InputError with the line.
    ``shown`` is the file's name in messages; ``under``, where the array is in an object, its name there. The
    object's other values are passed over, but a second list of records is an InputError.
    """
    window = JsonWindow(stream, shown)
    if under is not None:
        window.enter(under)
    window.take("[")
    if window.next_character() == "]":
        window.take("]")
    else:
        separator = ","
        while separator == ",":
            window.next_character()
            yield window.line, window.element()
            separator = window.take(",]")
    if under is not None:
        window.leave()
    if window.next_character():
        raise window.broken("there is text after the array's end")
