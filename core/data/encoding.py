"""Text as UTF-8, whatever it was written in, converted while it is read."""

from __future__ import annotations

import codecs
import io
import re
from typing import Any

from core.errors import InputError, shorten

CHUNK = 1 << 20
UTF8_BOM = b"\xef\xbb\xbf"
# The longer come first: UTF-32 begins as UTF-16 does.
BOMS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (UTF8_BOM, "utf-8"),
)
SPOKEN = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32-le": "UTF-32", "utf-32-be": "UTF-32"}
# Half of an English text in UTF-16 is zeros, all of them at odd or all at even places.
MOSTLY_ZEROS = 0.7
HARDLY_ANY = 0.05
LATIN = "Windows-1252"
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
# In text decoded as UTF-8: bytes that are none, characters that are, and those of them that Western text has.
STRAY = re.compile("[\udc80-\udcff]")
WIDE = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")
WESTERN = re.compile("[\x80-\u017f\u2000-\u20ff]")
DAMAGE = "copydesk.damage"


def _damage(error: UnicodeError) -> tuple[str | bytes, int]:
    """Put a byte that UTF-8 never has: what reads the text will find the line, and reject it."""
    return b"\xff" if isinstance(error, UnicodeEncodeError) else "\udcff", error.end


codecs.register_error(DAMAGE, _damage)


class Utf8Text(io.RawIOBase):
    """The bytes of a text, as UTF-8 without BOM.

    Without a name, the BOM or the zeros of UTF-16 tell the encoding, else it is decided line by line: what is
    UTF-8 stays, what has bytes of Windows-1252 (and so of Latin-1) and hardly a character of UTF-8 is read as
    that. Any other line stays as it is: damaged, for the reader to reject.

    Attributes
    ----------
    latin_lines: lines read as Windows-1252.
    """

    def __init__(self, stream: io.BufferedIOBase, head: bytes, encoding: str | None = None) -> None:
        self._stream = stream
        self._named = _checked(encoding)
        bom, told = next(((bom, told) for bom, told in BOMS if head.startswith(bom)), (b"", None))
        self._codec = self._named or told or _zeros_tell(head)
        if bom and self._named in (None, told):
            stream.read(len(bom))
        self._decoder = None
        if self._codec not in (None, "utf-8"):
            self._decoder = codecs.getincrementaldecoder(self._codec)(DAMAGE)
        self._pending = b""
        self._rest = b""
        self._ended = False
        self._utf8_seen = False
        self.latin_lines = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # What looks at the beginning is to see much of it, not only the first line.
        while len(self._pending) < len(buffer) and not self._ended:
            chunk = self._stream.read(CHUNK)
            self._ended = not chunk
            self._pending += self._decoded(chunk) if self._decoder else self._lines(chunk)
        piece = self._pending[: len(buffer)]
        self._pending = self._pending[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)

    @property
    def encoding(self) -> str:
        """What the text is written in, as far as it has been read."""
        if self._codec and not self.latin_lines:
            return SPOKEN.get(self._codec, self._codec)
        if not self.latin_lines:
            return "UTF-8"
        return f"UTF-8 and {LATIN}" if self._utf8_seen else LATIN

    def notes(self) -> list[str]:
        """Return what to tell about the encoding, a sentence each."""
        if self.latin_lines:
            lines = f"{self.latin_lines:,} {'line is' if self.latin_lines == 1 else 'lines are'}"
            return [f"{lines} not UTF-8, and read as {LATIN}; look whether the accents are right"]
        return [] if self.encoding == "UTF-8" else [f"the file is written in {self.encoding}"]

    def _decoded(self, chunk: bytes) -> bytes:
        return self._decoder.decode(chunk, final=not chunk).encode("utf-8", DAMAGE)

    def _lines(self, chunk: bytes) -> bytes:
        """Return the whole lines of what is there, as UTF-8; without a line's end, up to the last ASCII byte."""
        text = self._rest + chunk
        end = text.rfind(b"\n") + 1 or len(text.rstrip(bytes(range(128, 256)))) or len(text)
        if self._ended:
            end = len(text)
        self._rest, text = text[end:], text[:end]
        if text.isascii():
            return text
        if _is_utf8(text):
            self._utf8_seen = True
            return text
        return b"\n".join(map(self._line, text.split(b"\n")))

    def _line(self, line: bytes) -> bytes:
        if line.isascii() or self._named:
            return line
        text = line.decode("utf-8", "surrogateescape")
        if not STRAY.search(text) or _is_damaged_utf8(text):
            self._utf8_seen = True
            return line
        try:
            latin = line.decode("cp1252")
        except UnicodeDecodeError:
            return line
        if CONTROL.search(line):
            return line
        self.latin_lines += 1
        return latin.encode("utf-8")


def _is_damaged_utf8(text: str) -> bool:
    """Tell whether ``text``, with stray bytes in it, was UTF-8 once.

    Two letters of Windows-1252 may by chance be one of UTF-8, as É” is; but then a rare one.
    """
    return bool(WESTERN.search(text)) or len(WIDE.findall(text)) > len(STRAY.findall(text))


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _checked(encoding: str | None) -> str | None:
    """Return the name of an encoding of text as Python has it, or raise InputError."""
    if encoding is None:
        return None
    try:
        # Not every codec of Python's is one of text: rot13, zlib.
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise InputError(
            f"encoding {shorten(encoding)} is not known; give one such as utf-8, cp1252, cp1251 or gb18030"
        ) from error


def _zeros_tell(head: bytes) -> str | None:
    """Return the encoding of UTF-16 without BOM, None where it is none."""
    pairs = len(head) // 2
    if pairs < 4:
        return None
    even, odd = (head[place : 2 * pairs : 2].count(0) / pairs for place in (0, 1))
    if odd >= MOSTLY_ZEROS and even <= HARDLY_ANY:
        return "utf-16-le"
    return "utf-16-be" if even >= MOSTLY_ZEROS and odd <= HARDLY_ANY else None
