"""What does not belong into a text: markup, broken encoding, line breaks, control characters; and texts without it.

Each mending function gives a text back as it is where there is nothing to mend, takes time in proportion to
its length, and changes nothing the second time.
"""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Callable

# Elements of HTML that turn up in feeds, those that begin a new line first; "<3" and "<heart>" are text.
BLOCKS = "br|div|p|li|tr|td|th|h[1-6]|hr|ul|ol|dd|dt|blockquote|table|section|article"
TAGS = (
    "abbr|aside|a|button|body|b|center|cite|code|del|dl|embed|em|figcaption|figure|font|footer|form|header|head|html|"
    "iframe|img|input|ins|i|label|link|main|mark|meta|nav|pre|q|script|small|source|span|strike|strong|style|sub|sup|s|"
    "tbody|thead|tt|u|video"
)
TAG = re.compile(rf"</?(?:({BLOCKS})|{TAGS})(?:[\s/][^<>]*)?>|<!--", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
SPACES = re.compile(r" {2,}")
# What ends a line, by Unicode; str.splitlines() has three more, which are control characters.
LINE_FEEDS, SEPARATORS = "\n\r\v\f\x85", "\u2028\u2029"
LINES = re.compile(f"[{LINE_FEEDS}{SEPARATORS}]")
# C0 and C1 without tab and line ends; the byte order mark; the space of no width.
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u200b]")
LOST = "\ufffd"
ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# A text step may uncover work for an earlier one, as &lt;b&gt; does; each time a text gets shorter.
MOST_ROUNDS = 20

Mend = Callable[[str], str]


def without_markup(text: str) -> str:
    """Return ``text`` without HTML tags and comment marks, its entities as the letters that they stand for.

    >>> without_markup("Tom &amp; <b>Jerry</b><br/>at 5")
    'Tom & Jerry at 5'
    """
    if "<" not in text and "&" not in text:
        return text
    bare = TAG.sub(_in_its_place, text)
    # Alone, it is an arrow.
    bare = bare.replace("-->", "") if "<!--" in text else bare
    bare = ENTITY.sub(_letters, bare)
    return text if bare == text else SPACES.sub(" ", bare).strip()


def _in_its_place(tag: re.Match[str]) -> str:
    return " " if tag.group(1) else ""


def _letters(entity: re.Match[str]) -> str:
    """Return what an entity stands for; a name that HTML does not know stays, such as ``&c;``."""
    name = entity.group()[1:]
    return html.unescape(entity.group()) if name.startswith("#") or name in html.entities.html5 else entity.group()


def in_right_encoding(text: str) -> str:
    """Return ``text`` with what was read in a wrong encoding put right, as far as ftfy can tell.

    >>> in_right_encoding("The cafÃ© isnâ€™t open")
    'The café isn’t open'
    """
    if text.isascii():
        return text
    import ftfy

    return ftfy.fix_encoding(text)


def without_control(text: str) -> str:
    """Return ``text`` without what nobody sees: control characters, byte order marks, spaces of no width."""
    return CONTROL.sub("", text)


def on_one_line(text: str) -> str:
    """Return ``text`` with each line break, and the white space around it, as one space.

    >>> on_one_line("Two\\n lines\\u2028here")
    'Two lines here'
    """
    if LINES.search(text) is None:
        return text
    return " ".join(filter(None, (part.strip() for part in LINES.split(text))))


def has_line_feed(text: str) -> bool:
    """Tell whether a line ends in ``text`` as in a file: a line feed or its like."""
    return any(letter in text for letter in LINE_FEEDS)


def has_separator(text: str) -> bool:
    """Tell whether ``text`` has one of Unicode's own line ends, U+2028 and U+2029."""
    return any(letter in text for letter in SEPARATORS)


def is_address(text: str) -> bool:
    """Tell whether ``text`` is addresses of pages and nothing else."""
    words = text.split()
    return bool(words) and all(ADDRESS.fullmatch(word) for word in words)


def says_something(text: str) -> bool:
    """Tell whether ``text`` has a letter or a digit at all."""
    return any(letter.isalnum() for letter in text)


# In the order in which they are taken: what was broken first is mended last.
MENDING: dict[str, Mend] = {
    "fix-encoding": in_right_encoding,
    "strip-markup": without_markup,
    "strip-control": without_control,
    "join-lines": on_one_line,
}


def mended(text: str, steps: tuple[str, ...]) -> str:
    """Return ``text`` after those ``steps`` of `MENDING`, taken until nothing changes any more."""
    return mended_by(text, steps)[0]


def mended_by(text: str, steps: tuple[str, ...]) -> tuple[str, set[str]]:
    """Return ``text`` as `mended` does, and which of the steps changed it."""
    changed: set[str] = set()
    for _ in range(MOST_ROUNDS):
        before = text
        for step in steps:
            bare = MENDING[step](text)
            if bare != text:
                changed.add(step)
            text = bare
        if text == before:
            break
    return text, changed
