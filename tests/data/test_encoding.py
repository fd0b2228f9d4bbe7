from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.encoding import Utf8Text
from core.errors import InputError


def converted(content: bytes, encoding: str | None = None, size: int = 1 << 16) -> tuple[bytes, Utf8Text]:
    text = Utf8Text(io.BytesIO(content), content[:65_536], encoding)
    return io.BufferedReader(text, size).read(), text


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_a_bom_tells_the_encoding(text, encoding):
    # A BOM of its own in a text that has none would be taken for one.
    text = text.lstrip("\ufeff\0")
    assert converted(text.encode(encoding))[0] == text.encode()


@given(st.text("abc ,\n", min_size=8), st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_zeros_tell_utf_16_without_a_bom(text, encoding):
    found, seen = converted(text.encode(encoding))
    assert found == text.encode()
    assert (seen.encoding, seen.notes()) == ("UTF-16", ["the file is written in UTF-16"])


@given(st.lists(st.text("aäé€“\u2028日", max_size=6), max_size=8), st.integers(1, 9))
def test_utf_8_stays_as_it_is(lines, size):
    content = "\n".join(lines).encode()
    found, seen = converted(content, size=size)
    assert found == content
    assert (seen.encoding, seen.latin_lines, seen.notes()) == ("UTF-8", 0, [])


def test_single_bytes_are_windows_1252_line_by_line():
    lines = ["Zürich", "plain", "“quoted” – 5 €", "日本"]
    content = b"\n".join([lines[0].encode("cp1252"), lines[1].encode(), lines[2].encode("cp1252"), lines[3].encode()])
    found, seen = converted(content)
    assert found.decode() == "\n".join(lines)
    assert (seen.encoding, seen.latin_lines) == ("UTF-8 and Windows-1252", 2)
    assert seen.notes() == ["2 lines are not UTF-8, and read as Windows-1252; look whether the accents are right"]
    assert converted("é".encode("latin-1"))[1].encoding == "Windows-1252"


@pytest.mark.parametrize(
    "line",
    ["é".encode() + b"\xe9", "мир".encode() + b"\xd0", b"caf\x81", b"a\0\xe9", b"\x01\xe9"],
    ids=["both in one line", "cut short", "not in Windows-1252", "a zero", "a control character"],
)
def test_a_line_that_is_neither_is_left_for_the_reader_to_reject(line):
    found, seen = converted(b"good\n" + line + b"\n" + "ü".encode())
    lines = found.split(b"\n")
    assert lines == [b"good", line, "ü".encode()]
    assert seen.latin_lines == 0


def test_letters_that_are_utf_8_by_chance_do_not_spoil_a_line():
    line = "“CAFÉ” – naïve"
    assert "É”".encode("cp1252").decode() == "ɔ"
    assert converted(line.encode("cp1252"))[0] == line.encode()


@pytest.mark.parametrize(("encoding", "bad"), [("utf-16-le", b"\x00\xd8"), ("utf-32-le", b"\xff\xff\xff\xff")])
def test_damage_in_wide_text_is_one_byte_that_is_no_utf_8(encoding, bad):
    bom = {"utf-16-le": b"\xff\xfe", "utf-32-le": b"\xff\xfe\0\0"}[encoding]
    content = bom + "one\ntw".encode(encoding) + bad + "o\nthree".encode(encoding)
    assert converted(content)[0] == b"one\ntw\xffo\nthree"


def test_a_named_encoding_is_taken():
    text = "Привет\nмир"
    found, seen = converted(text.encode("cp1251"), "cp1251")
    assert found == text.encode()
    assert seen.encoding == "cp1251"
    assert seen.notes() == ["the file is written in cp1251"]
    # Named UTF-8, nothing else is guessed at.
    assert converted(b"\xe9", "UTF-8")[0] == b"\xe9"


@pytest.mark.parametrize("name", ["klingon", "rot13", "", "utf-8\0"])
def test_an_encoding_that_is_none(name):
    with pytest.raises(InputError, match=r"^encoding .* is not known; give one such as utf-8, cp1252"):
        converted(b"a", name)


def test_text_without_any_line_end_is_not_cut_inside_a_character():
    content = ("aé" * 700_000).encode()
    found, seen = converted(content)
    assert found == content
    assert seen.latin_lines == 0


@given(st.binary(), st.integers(1, 5))
def test_any_bytes_are_read_whole(content, size):
    found, _ = converted(content, "utf-8", size)
    assert found == content.removeprefix(b"\xef\xbb\xbf")
