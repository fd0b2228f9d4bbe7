"""Pasted texts with their right category: kept, replaced, forgotten, joined to a dataset."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import datasets, pasted
from core.data.importing import import_file
from core.errors import DamagedError, InputError

TEXTS = st.text(min_size=1, max_size=20).filter(str.strip)


@pytest.fixture
def few(home, tmp_path):
    file = tmp_path / "few.csv"
    file.write_text("headline,category,date\nGulls return,SEA,2020-01-02\nBeans climb,LAND,2020-01-03\n")
    return import_file(file, "few")


def told():
    return [(one.headline, one.category) for one in pasted.examples()]


def test_a_text_keeps_its_latest_category_whatever_its_spaces_and_case(home):
    pasted.keep("Gulls  Return", "", "SEA", "run-1")
    pasted.keep("Rain", "falls", "SKY")
    pasted.keep("gulls return", "", " AIR ")
    assert told() == [("Rain", "SKY"), ("gulls return", "AIR")]
    assert pasted.kept("GULLS RETURN", "").category == "AIR"
    assert pasted.kept("Gulls", "") is None
    pasted.remove("gulls return ", "")
    assert told() == [("Rain", "SKY")]
    with pytest.raises(InputError, match="nothing is kept of 'gulls return'"):
        pasted.remove("gulls return", "")


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=4))
def test_lines_come_back_as_they_were(made):
    found = [pasted.Example(head, told, category, "", "2020") for head, told, category in made]
    lines = pasted.jsonl(found)
    assert [json.loads(line)["headline"] for line in lines.split("\n")[:-1]] == [one.headline for one in found]


@pytest.mark.parametrize(
    ("headline", "category", "said"),
    [(" ", "SEA", "is empty"), ("Gulls", " ", "has no or over"), ("a", "x" * 201, "over 200")],
)
def test_what_is_no_example_is_refused(home, headline, category, said):
    with pytest.raises(InputError, match=said):
        pasted.keep(headline, "", category)
    assert pasted.examples() == []


def test_a_damaged_line_is_named(home):
    pasted.keep("Gulls", "", "SEA")
    with pasted.path().open("a") as file:
        file.write('{"headline": 7}\n')
    with pytest.raises(DamagedError, match="line 2"):
        pasted.examples()


def test_a_joined_dataset_has_all_rows_and_then_the_texts(few):
    with pytest.raises(InputError, match="no pasted text is kept"):
        pasted.joined(few, "more")
    pasted.keep("Fog lifts", "over the quay", "AIR")
    more = pasted.joined(few, "more")
    frame = datasets.frame(more)
    assert frame["headline"].tolist() == ["Gulls return", "Beans climb", "Fog lifts"]
    assert frame["category"].tolist() == ["SEA", "LAND", "AIR"]
    assert str(frame["date"].iloc[1])[:10] == "2020-01-03"
    assert more.fingerprint != few.fingerprint
