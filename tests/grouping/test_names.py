"""Names of groups: what can be read is taken as it is written, what only looks like a name is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.names import LONGEST_NAME, TURNING, checked_group_name


def refused(name):
    with pytest.raises(InputError) as error:
        checked_group_name(name)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "the group has no name; type one"),
        (" \t ", "the group has no name; type one"),
        ("\ufeff\u200b", "the group has no name; type one"),
        ("a\nb", r"group name 'a\nb' holds the character U+000A, which is no letter or sign; remove it"),
        ("a\u2028b", r"group name 'a\u2028b' holds the character U+2028, which is no letter or sign; remove it"),
        ("a\u202ecba", r"group name 'a\u202ecba' holds the character U+202E, which is no letter or sign; remove it"),
        ("\u2067a", r"group name '\u2067a' holds the character U+2067, which is no letter or sign; remove it"),
        ("\ud83d", r"group name '\ud83d' holds the character U+D83D, which is no letter or sign; remove it"),
        ("\u200d", r"group name '\u200d' holds nothing that can be seen; type letters or signs"),
        ("\u3164 \ufe0f", r"group name '\u3164 \ufe0f' holds nothing that can be seen; type letters or signs"),
        ("x" * 201, f"group name '{'x' * 57}…' has 201 characters; use at most 200"),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused(name, message):
    assert refused(name) == message


@pytest.mark.parametrize(
    "name", ["x" * 200, "👩\u200d🚀", "نیم\u200cفاصله", "אב\u200f (1)", "a b", "🏴\U000e0067\U000e007f"]
)
def test_what_a_script_or_a_sign_needs_stays_in_a_name(name):
    assert checked_group_name(f" {name}\u200b\n") == name


@given(st.text(max_size=220))
def test_what_is_taken_is_taken_again_and_reads_in_one_line(text):
    try:
        name = checked_group_name(text)
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert checked_group_name(name) == name in text
    assert name.splitlines() == [name]
    assert name == name.strip()
    assert 0 < len(name) <= LONGEST_NAME
    assert not {unicodedata.bidirectional(letter) for letter in name} & TURNING
