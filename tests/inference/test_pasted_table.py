"""Headlines out of pasted text: lines, a spreadsheet's cells, CSV; whatever is in them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.inference import items
from core.inference.items import listed
from core.inference.pasted_table import cells, pasted

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1, max_size=20).map(
    lambda text: f"a{text}z"
)
PLAIN = WORDS.filter(lambda text: not set(text) & set('\t\n",;'))


@given(st.lists(PLAIN, min_size=2, max_size=6))
def test_lines_are_headlines_and_blank_ones_are_none(texts):
    found = pasted("\r\n\r\n".join(texts))
    assert [headline for headline, _ in found.items] == [text.strip() for text in texts]
    assert found.lines == list(range(1, 2 * len(texts), 2))


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5), st.sampled_from("\t,;"))
def test_a_table_with_a_header_gives_back_what_was_written(rows, separator):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([("Summary", "id", "Title"), *((told, number, head) for number, (head, told) in enumerate(rows))])
    assert pasted(out.getvalue()).items == rows


@given(st.text('ab"\n\t,', max_size=40))
def test_cells_lose_no_letter_of_any_text(text):
    assert "".join(cell for row in cells(text, "\t") for cell in row).count("a") == text.count("a")


@pytest.mark.parametrize(
    ("text", "found", "read_as"),
    [
        ("Votes, counted, twice\nRain", [("Votes, counted, twice", ""), ("Rain", "")], "a headline a line"),
        ("headline\nRain falls", [("Rain falls", "")], "a headline a line, below the column's name 'headline'"),
        ("title", [("title", "")], "a headline a line"),
        (
            "7\tCRIME\tMan held after fire\tPolice say so today\n8\tTECH\tNew phone is out\t",
            [("Man held after fire", "Police say so today"), ("New phone is out", "")],
            "a table without a header, the headlines in its column 3 and the descriptions in 4",
        ),
        (
            'title;category\n=1+1 is two;X\n"a ""quoted"" word;",Y',
            [("=1+1 is two", ""), ('"a ""quoted"" word', "")],
            "a table with the headlines in its column 'title'",
        ),
        ('"Rain" falls\tx', [('"Rain" falls', "")], "a table without a header, the headlines in its column 1"),
    ],
    ids=["commas", "name", "name-alone", "no-header", "formula", "quotes"],
)
def test_what_a_text_is_taken_for(text, found, read_as):
    assert (pasted(text).items, pasted(text).read_as) == (found, read_as)


@pytest.mark.parametrize("text", ["", " \n\t", '""\t""', "\ufeff", "\x00"], ids=repr)
def test_nothing_is_found_in_nothing(text):
    assert pasted(text).items == []


def test_what_cannot_be_classified_is_kept_apart_with_its_line():
    found = pasted("One\n???\n" + "x" * 10_001 + "\nTwo")
    assert (found.lines, [line for line, _ in found.rejected]) == ([1, 4], [2, 3])
    assert "has no letter or digit" in found.rejected[0][1]


def test_too_many_are_refused(monkeypatch):
    monkeypatch.setattr(items, "MOST", 2)
    with pytest.raises(InputError, match="more than 2 headlines"):
        pasted("a\nb\nc")


def test_a_file_is_listed_with_its_bad_lines_beside_the_others(tmp_path):
    path = tmp_path / "h.jsonl"
    path.write_text('{"title": "Rain"}\nnonsense\n{"title": 7}\n{"title": ""}\n{"summary": "x"}\n{"title": "Sun"}\n')
    found = listed(path)
    assert [headline for headline, _ in found.items] == ["Rain", "Sun"]
    assert [line for line, _ in found.rejected] == [2, 3, 4, 5]


def test_a_table_without_headlines_is_refused(tmp_path):
    path = tmp_path / "h.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="name the column 'headline'"):
        listed(path)
