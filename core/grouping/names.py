"""What a group may be called: one rule for what a person types and for what a file holds."""

from __future__ import annotations

import re
import unicodedata

from core.errors import InputError, shorten

LONGEST_NAME = 200
# Control characters, line and paragraph separators, halves of characters.
REFUSED = {"Cc", "Zl", "Zp", "Cs"}
# What turns the writing direction of all that follows, so that a name reads as another (Unicode UAX 9).
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
# Fillers and the blank of Braille count as letters or signs, and variation selectors as marks; none can be seen.
UNSEEN = re.compile("[\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f]")
EDGES = re.compile("^[\\s\u200b\u2060\ufeff]+|[\\s\u200b\u2060\ufeff]+$")


def checked_group_name(text: str) -> str:
    """Return ``text`` as the name of a group: without white space, also of no width, around it.

    Raises InputError when nothing that can be seen is left, when it is too long, or cannot be shown
    in one line as it is written.
    """
    name = EDGES.sub("", text)
    if not name:
        raise InputError("the group has no name; type one")
    if len(name) > LONGEST_NAME:
        raise InputError(f"group name {shorten(name)} has {len(name):,} characters; use at most {LONGEST_NAME}")
    bad = next((letter for letter in name if _is_refused(letter)), None)
    if bad is not None:
        raise InputError(
            f"group name {shorten(name)} holds the character U+{ord(bad):04X}, which is no letter or sign; remove it"
        )
    if all(unicodedata.category(letter) in {"Cf", "Zs"} or UNSEEN.match(letter) for letter in name):
        raise InputError(f"group name {name!a} holds nothing that can be seen; type letters or signs")
    return name


def _is_refused(letter: str) -> bool:
    return unicodedata.category(letter) in REFUSED or unicodedata.bidirectional(letter) in TURNING
