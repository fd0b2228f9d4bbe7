"""The part of a JSON text that is being read: one element at a time, and never more than a record may have."""

from __future__ import annotations

import codecs
import json
import re
from io import BufferedIOBase
from typing import Any

from core.data.json_reader import BAD_JSON, UNREADABLE_BYTES, checked, encodable
from core.data.lines import LONGEST, TOO_LONG
from core.data.rejection import Rejection, rejection
from core.errors import InputError, shorten

CHUNK = 1 << 18
BLANK = re.compile(r"[ \t\r\n]*")
STRUCTURE = re.compile(r'[\\"{}\[\],]')
# The longest thing that json can report as broken although only its end is missing: "-Infinity".
LONGEST_WORD = 16
# Quotes, brackets and commas of elements that are passed over, in a whole file: some seconds.
MOST_MARKS = 5_000_000


class JsonWindow:
    """The part of a JSON text that is being read."""

    def __init__(self, stream: BufferedIOBase, shown: str) -> None:
        self.stream = stream
        self.shown = shown
        self.text = ""
        self.at = 0
        self.line = 1
        self.ended = False
        self._marks = 0
        # Stray bytes become surrogates, so that one bad element does not spoil the others.
        self._utf8 = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._json = json.JSONDecoder()

    def more(self) -> bool:
        """Read on; False at the end of the stream."""
        if self.ended:
            return False
        chunk = self.stream.read(CHUNK)
        self.ended = not chunk
        self.text = self.text[self.at :] + self._utf8.decode(chunk, final=self.ended)
        self.at = 0
        return True

    def advance(self, to: int) -> None:
        """Go to position ``to``, counting lines."""
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def next_character(self) -> str:
        """Go to the next character that is not blank and return it; "" at the end."""
        while True:
            self.advance(BLANK.match(self.text, self.at).end())
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self, characters: str) -> str:
        """Go past one of ``characters`` and return it, or raise InputError if something else comes next."""
        found = self.next_character()
        if not found:
            raise self.broken("it ends before the array does")
        if found not in characters:
            wanted = " or ".join(repr(character) for character in characters)
            raise self.broken(f"{wanted} should stand where {found!r} is")
        self.at += 1
        return found

    def enter(self, name: str) -> None:
        """Go into the object that begins here, up to the value called ``name``."""
        self.take("{")
        while self.name() != name:
            self.next_character()
            self.passed_over(BAD_JSON)
            self.take(",")

    def leave(self) -> None:
        """Go past the rest of the object; InputError for one more list of records, which would be lost."""
        while self.take(",}") == ",":
            name = self.name()
            depth = 0
            if self.next_character() == "[":
                self.take("[")
                depth = 1
                if self.next_character() == "{":
                    raise self.broken(f"a second list of records, {shorten(name)}, begins there; give each its file")
            self.passed_over(BAD_JSON, depth)

    def name(self) -> str:
        """Return the name that stands here, and go past it and its colon."""
        name, end = None, self.at
        while name is None:
            if self.next_character() != '"':
                raise self.broken("a name should stand there")
            try:
                name, end = self._json.raw_decode(self.text, self.at)
            except ValueError as error:
                if len(self.text) - self.at > LONGEST or not self.more():
                    raise self.broken("a name should stand there") from error
        self.advance(end)
        self.take(":")
        return name

    def broken(self, why: str) -> InputError:
        """Return the error that the array cannot be read from here on."""
        return InputError(
            f"{self.shown}: the JSON array breaks on line {self.line}: {why}; mend it, or give one record a line"
        )

    def element(self) -> dict[str, Any] | Rejection:
        """Return the element that begins here and go past it."""
        while True:
            try:
                value, end = self._json.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if not self._cut_short(error):
                    self.advance(error.pos)
                    raise self.broken(error.msg[:1].lower() + error.msg[1:]) from error
            except (ValueError, RecursionError):
                return self.passed_over(BAD_JSON)
            else:
                # A number at the very end, as 1 in "1e+", may go on in the next chunk.
                if end + LONGEST_WORD < len(self.text) or self.ended:
                    return self._taken(value, end)
            if len(self.text) - self.at > LONGEST:
                return self.passed_over(TOO_LONG)
            if self.ended:
                raise self.broken("it ends before the array does")
            self.more()

    def _cut_short(self, error: json.JSONDecodeError) -> bool:
        """Tell whether ``error`` may only mean that more has to be read."""
        slack = 0 if self.ended else LONGEST_WORD
        return error.msg.startswith("Unterminated") or error.pos + slack >= len(self.text.rstrip())

    def _taken(self, value: Any, end: int) -> dict[str, Any] | Rejection:
        text = self.text[self.at : end]
        self.advance(end)
        if len(text) > LONGEST:
            return rejection(TOO_LONG, text)
        if not text.isascii() and not encodable(text):
            return rejection(UNREADABLE_BYTES, text)
        return checked(value, text)

    def passed_over(self, reason: str, depth: int = 0) -> Rejection:
        """Go past an element without holding it; ``depth`` is 1 inside one."""
        rejected = rejection(reason, self.text[self.at : self.at + LONGEST])
        quoted = False
        while True:
            match = STRUCTURE.search(self.text, self.at)
            self.advance(match.start() if match else len(self.text))
            # A backslash is looked at together with what it escapes.
            if self.at + 1 >= len(self.text) and self.more():
                continue
            if match is None or self.at >= len(self.text):
                raise self.broken("it ends before the array does")
            mark = self.text[self.at]
            self._marks += 1
            if self._marks > MOST_MARKS:
                raise self.broken("what stands there is too large or too deeply nested")
            if not quoted and not depth and mark in ",]}":
                return rejected
            if mark == '"':
                quoted = not quoted
            elif not quoted and mark in "{[":
                depth += 1
            elif not quoted and mark in "}]":
                depth -= 1
            self.advance(self.at + (2 if mark == "\\" else 1))
