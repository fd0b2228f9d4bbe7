"""Log-odds with an informative prior: the formula written out, its laws, and the lists that come of it."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.evaluation.distinctive import distinctive, frequent, log_odds, unrestated
from core.evaluation.ngrams import DESCRIPTION, HEADLINE, count

COUNTS = arrays(np.int64, st.shared(st.integers(2, 8), key="n"), elements=st.integers(0, 60))


def direct(ours, theirs, corpus, strength):
    """Return (difference, z) of each n-gram by equations 16, 20 and 22, one after the other."""
    total = sum(corpus)
    weight = min(strength, total)
    found = []
    for mine, other, everywhere in zip(ours, theirs, corpus, strict=True):
        prior = weight * everywhere / total if total else 0
        try:
            one = log((mine + prior) / (sum(ours) + weight - mine - prior))
            two = log((other + prior) / (sum(theirs) + weight - other - prior))
            found.append((one - two, (one - two) / sqrt(1 / (mine + prior) + 1 / (other + prior))))
        except (ValueError, ZeroDivisionError):
            found.append((0, 0))
    return found


@given(COUNTS, COUNTS, COUNTS, st.sampled_from([1.0, 10.0, 10_000.0]))
def test_it_is_the_formula(ours, theirs, rest, strength):
    corpus = ours + theirs + rest
    found = list(zip(*log_odds(ours, theirs, corpus, strength), strict=True))
    expected = direct(ours.tolist(), theirs.tolist(), corpus.tolist(), strength)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-7)


@given(COUNTS, COUNTS)
def test_the_other_side_sees_the_opposite(ours, theirs):
    one, other = log_odds(ours, theirs, ours + theirs), log_odds(theirs, ours, ours + theirs)
    assert np.array(one) == pytest.approx(-np.array(other))


@given(COUNTS, st.integers(1, 5))
def test_equal_shares_are_no_difference(ours, times):
    # The corpus has these shares too, so that the prior draws to what both sides have.
    difference, z = log_odds(ours, ours * times, ours * 7)
    assert difference == pytest.approx(np.zeros(len(ours)), abs=1e-9)
    assert z == pytest.approx(np.zeros(len(ours)), abs=1e-6)


@given(COUNTS, COUNTS, st.data())
def test_the_order_of_n_grams_is_no_matter(ours, theirs, data):
    order = np.array(data.draw(st.permutations(range(len(ours)))))
    plain, turned = (np.array(log_odds(a, b, a + b)) for a, b in ((ours, theirs), (ours[order], theirs[order])))
    assert turned == pytest.approx(plain[:, order])


def test_of_equal_differences_that_of_more_occurrences_is_clearer():
    _, z = log_odds(np.array([4, 400, 600]), np.array([2, 200, 802]), np.array([6, 600, 1402]))
    assert 0 < z[0] < z[1]


@pytest.fixture(scope="module")
def few():
    """Forty rows of the sea and forty of bread, half of their words in common."""
    sea = [(f"The Old Boat sails by day {at}", "a wave") for at in range(40)]
    bread = [(f"the warm bread is baked by day {at}", "a crumb") for at in range(40)]
    rows = sea + bread
    return count([row[0] for row in rows], [row[1] for row in rows]), np.arange(80) < 40


def listed(table, side):
    return table.loc[(table["z"] > 0) == side, "shown"].tolist()


def test_each_side_has_its_own_words_and_none_that_both_share(few):
    ngrams, sea = few
    table = distinctive(ngrams, sea, ~sea, field=HEADLINE, lengths=[1])
    assert set(listed(table, True)) == {"Old", "Boat", "sails"}
    assert set(listed(table, False)) == {"warm", "bread", "is", "baked"}
    assert table["our_share"].iloc[0] == pytest.approx(40 / (40 * 7))
    assert set(distinctive(ngrams, sea, ~sea, field=DESCRIPTION, lengths=[1])["ngram"]) == {"wave", "crumb"}


def test_of_what_restates_one_another_the_longest_is_listed(few):
    ngrams, sea = few
    table = distinctive(ngrams, sea, ~sea, field=DESCRIPTION)
    assert table["shown"].tolist() == ["a wave", "a crumb"]


def test_frequent_ones_may_leave_out_dull_words(few):
    ngrams, sea = few
    table = frequent(ngrams, sea, ~sea, lengths=[1, 2], most=4, without=frozenset({"the", "by", "a"}))
    assert table["ours"].tolist() == [40] * 4
    assert not {"the", "by", "a"} & set(table["ngram"])


def test_of_a_side_without_rows_nothing_is_told(few):
    ngrams, sea = few
    assert distinctive(ngrams, sea & ~sea, sea & ~sea)["z"].tolist() == []
    assert frequent(ngrams, sea & ~sea, sea).empty


@pytest.mark.parametrize(
    ("names", "counts", "kept"),
    [
        (["a", "b"], [5, 5], [0, 1]),
        (["a", "a b"], [5, 5], [1]),
        (["a b", "a"], [5, 5], [0]),
        (["a", "a b"], [50, 5], [0, 1]),
        (["a", "b", "a b c"], [5, 5, 5], [2]),
        (["art", "smart art"], [5, 5], [1]),
        (["art", "party"], [5, 5], [0, 1]),
    ],
)
def test_what_restates(names, counts, kept):
    assert unrestated(names, counts, 9) == kept
