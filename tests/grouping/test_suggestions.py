"""Merges: what belongs together is found, with its numbers in words; on the real file the renamed sections."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.data import datasets
from core.data.importing import import_file
from core.data.records import text_of
from core.grouping.builtin import RAW
from core.grouping.evidence import COLUMNS, gather
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.suggestions import Merge, closest_pairs, merged, merges, months_shared, precedence, share_of_both
from tests.grouping.test_evidence import CATEGORIES, PAIRS, WORDS, drawn, newsroom, records, scored

MONTHS = arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(1, 6)), elements=st.integers(0, 9))
RENAMED = [
    {"PARENTING", "PARENTS"},
    {"WORLDPOST", "THE WORLDPOST"},
    {"TASTE", "FOOD & DRINK"},
    {"ARTS", "CULTURE & ARTS"},
]

# A and B are mistaken for one another, the rest hardly.
MISTAKEN = scored(
    [[0.4, 0.5, 0.1, 0.0], [0.5, 0.4, 0.0, 0.1], [0.1, 0.0, 0.5, 0.4], [0.0, 0.1, 0.3, 0.6], [0.6, 0.3, 0.1, 0.0]],
    "ABCDA",
)


def test_the_pair_with_all_the_evidence_comes_first():
    found = merges(gather(MISTAKEN, newsroom(each=6)), RAW)
    assert {found[0].a, found[0].b} == {"A", "B"}
    assert (found[0].confused, found[0].tested) == (2, 3)
    assert all(0 < one.score <= 1 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_the_larger_group_is_the_one_that_keeps_its_name():
    frame = records([("roses bloom", "B", None)] * 5 + [("roses wilt", "A", None)] * 3 + [("ferries", "C", None)] * 2)
    found = merges(gather(MISTAKEN, frame), RAW)[0]
    assert (found.a, found.b) == ("B", "A")


def test_groups_are_suggested_with_their_categories():
    few = Grouping("few", {"A": "AB", "B": "AB"})
    frame = records([(f"{WORDS[name]} today", name, None) for name in CATEGORIES for _ in range(3)])
    found = merges(gather(drawn(5, rows=200, sharp=0.3), frame), few)
    members = {one.a: one.categories_a for one in found} | {one.b: one.categories_b for one in found}
    assert members == {"AB": ("A", "B"), "C": ("C",), "D": ("D",)}


@pytest.mark.parametrize("grouping", [PAIRS, Grouping("all", dict.fromkeys(CATEGORIES, "all"))], ids=["two", "one"])
def test_two_groups_are_left_alone(grouping):
    assert merges(gather(drawn(1), newsroom()), grouping) == []


def test_what_is_never_confused_is_not_suggested():
    assert merges(gather(scored(np.eye(4), CATEGORIES), newsroom()), RAW) == []


def test_top_says_how_many():
    known = gather(drawn(2, rows=200, sharp=0.0), newsroom())
    assert merges(known, RAW, top=2) == merges(known, RAW)[:2]


def test_the_sentence_tells_a_succession():
    days = {"A": ("2014-01-05", "2014-02-05"), "B": ("2014-03-05", "2014-04-05")}
    rows = [(f"roses {at}", name, days[name][at % 2]) for name in "AB" for at in range(4)]
    found = merges(gather(MISTAKEN, records([*rows, ("ferries", "C", "2014-01-05")])), RAW)[0]
    assert found.succession
    assert found.sentence == (
        "The model takes 67 % of their 3 test rows for the other, 67 % where it is confident; words 1.00 alike; "
        "A gives way to B in 2014-03, 0 % of their months shared: perhaps one section renamed."
    )


def test_the_sentence_without_dates_says_nothing_of_them():
    found = merges(gather(MISTAKEN, newsroom(days=(None,))), RAW)[0]
    assert (found.months_shared, found.precedence, found.succession) == (None, None, False)
    assert found.sentence.endswith("alike.")


def test_side_by_side_is_no_succession():
    found = merges(gather(MISTAKEN, newsroom()), RAW)[0]
    assert not found.succession
    assert found.sentence.endswith("; 100 % of their months shared.")


@given(arrays(np.int64, (4, 4), elements=st.integers(0, 30)))
def test_the_share_of_both_is_symmetric_and_within_bounds(counts):
    found = share_of_both(counts)
    np.testing.assert_allclose(found, found.T)
    assert ((found >= 0) & (found <= 1)).all()


@given(arrays(np.int64, (3, 3), elements=st.integers(0, 30)), st.integers(1, 9))
def test_the_share_of_both_depends_on_shares_and_not_on_how_many_rows_were_tested(counts, times):
    np.testing.assert_allclose(share_of_both(counts * times), share_of_both(counts))


def test_a_small_group_beside_a_large_one_still_counts():
    # Half of 10 rows are taken for a group of 1,000.
    counts = np.array([[5, 5], [0, 1000]])
    assert share_of_both(counts)[0, 1] == pytest.approx(0.025)


@given(MONTHS)
def test_months_shared_and_precedence_are_what_pairs_of_rows_say(months):
    shared, before = months_shared(months), precedence(months)
    np.testing.assert_allclose(shared, shared.T)
    np.testing.assert_allclose(before + before.T, 1.0)
    for a, one in enumerate(months):
        for b, other in enumerate(months):
            rows_a, rows_b = np.repeat(np.arange(len(one)), one), np.repeat(np.arange(len(other)), other)
            if not len(rows_a) or not len(rows_b):
                assert (shared[a, b], before[a, b]) == (0, 0.5)
                continue
            older, same = rows_a[:, None] < rows_b, rows_a[:, None] == rows_b
            assert before[a, b] == pytest.approx(older.mean() + same.mean() / 2)
            assert shared[a, b] == pytest.approx(np.minimum(one / one.sum(), other / other.sum()).sum())


def test_merged_moves_all_of_a_group_also_what_other_datasets_have():
    grouping = Grouping("g", {"A": "AB", "B": "AB", "elsewhere": "C"}, version=3, note="n")
    found = merged(grouping, CATEGORIES, "AB", "C")
    assert dict(found.mapping) == {"A": "AB", "B": "AB", "C": "AB", "elsewhere": "AB"}
    assert (found.name, found.version, found.note) == ("g", 3, "n")
    assert found.labels(CATEGORIES) == ["AB", "D"]


@given(st.permutations(CATEGORIES))
def test_merging_takes_one_group_away_and_leaves_the_others(order):
    into, other, *rest = order
    found = merged(RAW, CATEGORIES, into, other)
    assert found.members(CATEGORIES) == {into: sorted([into, other])} | {name: [name] for name in rest}


def test_the_nearest_headlines_are_paired_each_once():
    one = ["Roses Bloom Early", "roses bloom early", "Tulips Fade At Noon", "Senate Votes On Budget"]
    other = ["Budget: Senate Votes Again", "Why Tulips Fade So Soon", "Roses Bloom Early", "Nothing Alike"]
    assert closest_pairs(one, other) == [
        ("Roses Bloom Early", "Roses Bloom Early"),
        ("Senate Votes On Budget", "Budget: Senate Votes Again"),
        ("Tulips Fade At Noon", "Why Tulips Fade So Soon"),
    ]


def test_one_pair_of_equal_headlines_is_enough():
    same = ["Sunday Roundup Arrives", "Monday Roundup Arrives"]
    found = closest_pairs(same, same)
    assert found == [("Sunday Roundup Arrives",) * 2]
    assert closest_pairs(same, same[::-1], most=1) == found


@pytest.mark.parametrize("texts", [[], ["?!"], ["the of and"]])
def test_headlines_without_words_have_no_pairs(texts):
    assert closest_pairs(texts, texts) == []


def out_of_sample(frame, rows, seed=0):
    """Return the scores of a quick linear model on ``rows`` records that it never saw, trained on as many others."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier

    order = np.random.default_rng(seed).permutation(len(frame))
    train, test = order[:rows], order[rows : 2 * rows]
    codes, names = frame["category"].cat.codes.to_numpy(), tuple(frame["category"].cat.categories)
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2, dtype=np.float32)
    vectors = vectorizer.fit_transform(text_of(frame.iloc[train]))
    model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=5, tol=None, random_state=seed).fit(
        vectors, codes[train]
    )
    probabilities = model.predict_proba(vectorizer.transform(text_of(frame.iloc[test])))
    return Scores(
        labels=names,
        members=tuple((name,) for name in names),
        categories=names,
        true=codes[test].astype(np.int64),
        probabilities=probabilities.astype(np.float16).astype(np.float32),
        rows=test,
    )


def test_the_renamed_sections_of_the_real_file_are_among_the_first_ten(real_file, home):
    frame = datasets.frame(import_file(real_file, "huffpost"), columns=list(COLUMNS))
    found = merges(gather(out_of_sample(frame, 30_000), frame), RAW, top=10)
    pairs = [{one.a, one.b} for one in found]
    assert [pair for pair in RENAMED if pair not in pairs] == []
    assert all(one.succession for one in found if {one.a, one.b} in RENAMED)


def test_a_merge_without_a_calendar_is_no_succession():
    assert not Merge("a", "b", ("a",), ("b",), 0.1, 1, 2, 0.1, 0.1, 0.1, 0.1).succession
