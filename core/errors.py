"""The errors that a person can cause, each worth one line."""

from __future__ import annotations

import errno
from collections.abc import Iterator

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class CopydeskError(Exception):
    """Base of every error that is shown to people as one line.

    The message says what is wrong, with which value, and what to do; the command line prints
    it after ``error: `` and exits with 2, a page shows it as it is.
    """


class InputError(CopydeskError):
    """Something that was given cannot be used: a file, a name, a setting, a text."""


class NotFound(InputError):
    """Something that was named does not exist."""


class DamagedError(CopydeskError):
    """Something stored does not match what was recorded when it was written."""


def shorten(value: object, limit: int = 60) -> str:
    """Return ``value`` as it may stand in a one-line message: quoted, escaped, at most ``limit`` long.

    >>> print(shorten("a\\nb"), shorten("C:\\\\news"))
    'a\\nb' 'C:\\news'
    """
    # A path of Windows or a pattern is recognised as it was typed, not with its backslashes doubled.
    text = repr(value if isinstance(value, str) else str(value)).replace("\\\\", "\\")
    return text if len(text) <= limit else text[: limit - 2] + "…" + text[-1]


def one_line(text: str) -> str:
    """Return ``text`` with every run of white space, line breaks included, as one space."""
    return " ".join(text.split())


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error, or one that led to it, is that the disk, a quota or a size limit is used up."""
    # Libraries written in other languages tell it in words alone.
    words = ("No space left on device", "File too large", "Disk quota exceeded")
    return any(getattr(one, "errno", None) in FULL or any(word in str(one) for word in words) for one in _led_to(error))


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
