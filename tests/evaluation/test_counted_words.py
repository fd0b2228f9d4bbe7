"""The words of a dataset: of all rows or of a sample, which is said; classes; searches that find the same rows."""

import numpy as np
import pytest

from core.data.engine import open_table
from core.data.filters import Filters
from core.evaluation.counted_words import classes, counted_words, dated
from core.evaluation.ngrams import FIELDS
from core.evaluation.word_search import narrowed, search_for
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from tests import planted

PAIR = Grouping("pair", {"NEWS": "BOTH", "ARTS": "BOTH"})


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    home = tmp_path_factory.mktemp("counted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(home))
        return open_table(planted.imported(home))


def test_all_rows_are_read_and_progress_ends_at_all(table):
    told = []
    found = counted_words(table, told.append)
    assert (len(found.rows), found.total, found.note) == (240, 240, "")
    assert told == sorted(told)
    assert told[-1] == 1


def test_of_many_rows_a_sample_is_read_and_said(table):
    one, same = counted_words(table, most=50), counted_words(table, most=50)
    assert one.rows.tolist() == same.rows.tolist() == sorted(set(one.rows.tolist()))
    assert one.note == "Counted in a sample of 50 of 240 rows."
    assert one.ngrams.rows == 50


def test_classes_are_categories_or_groups(table):
    codes, names = classes(table)
    assert [names[code] for code in codes[[0, 60, 120, 180]]] == list(planted.CATEGORIES)
    codes, names = classes(table, PAIR)
    assert [names[code] for code in codes[[0, 60, 120, 180]]] == ["FASHION", "BOTH", "SPORTS", "BOTH"]
    data = dated(counted_words(table), table, PAIR)
    assert np.bincount(data.codes).tolist() == [120, 60, 60]
    assert data.dated.all()


@pytest.mark.parametrize("field", FIELDS)
def test_the_search_for_an_n_gram_finds_the_rows_that_have_it(table, field):
    found = counted_words(table)
    for level in range(3):
        ids = found.ngrams.levels[level].ids
        for place in range(0, len(found.ngrams.levels[level]), 40):
            (shown,) = found.ngrams.shown(level, np.array([place]))
            mask = table.mask(Filters(search=search_for(shown, field=field)), RAW)
            texts = np.arange(2 * len(found.rows)) % 2
            own = np.repeat(texts == 0 if field == "headline" else texts == 1, found.ngrams.lengths) | (field == "both")
            rows = np.unique(found.ngrams.row_of_tokens()[(ids == place) & own])
            assert np.flatnonzero(mask).tolist() == rows.tolist()


@pytest.mark.parametrize(
    ("shown", "kind", "search"),
    [
        ("(VIDEO/PHOTOS)", "bracket", "headline:/\\(VIDEO\\/PHOTOS\\)/"),
        ("Q&A:", "lead", "headline:/^\\s*Q\\&A:/"),
        ("| Books", "tail", "headline:/\\| Books\\s*$/"),
    ],
)
def test_the_search_for_a_mark_can_be_read(table, shown, kind, search):
    assert search_for(shown, kind) == search
    assert not table.mask(Filters(search=search), RAW).any()


@pytest.mark.parametrize(
    ("search", "term", "both"),
    [
        ("", '"a"', '"a"'),
        ("x", '"a"', 'x "a"'),
        ('x "a"', '"a"', 'x "a"'),
        ("x" * 999, '"a"', '"a"'),
        ("x " * 30, '"a"', '"a"'),
    ],
    ids=["none", "more", "there already", "too long", "too many words"],
)
def test_a_term_is_added_once(search, term, both):
    assert narrowed(search, term) == both
