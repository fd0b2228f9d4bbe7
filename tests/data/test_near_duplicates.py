"""Near-duplicates by MinHash: what is found is near, and hardly any is missed."""

import itertools
import random

import numpy as np
import pytest

from core.data.near_duplicates import ALIKE, MOST_IN_BUCKET, NearPairs, near_an_earlier, near_groups, near_pairs


def jaccard(one, other):
    return len(set(one.split()) & set(other.split())) / len(set(one.split()) | set(other.split()))


@pytest.fixture(scope="module")
def texts():
    """Return 400 texts of 8 to 25 words, a third of them changed a little from an earlier one."""
    draw = random.Random(7)
    made = []
    for number in range(400):
        if number % 3 == 2:
            words = draw.choice(made).split()
            for _ in range(draw.randint(1, 3)):
                words[draw.randrange(len(words))] = f"new{draw.randrange(10_000)}"
        else:
            words = [f"w{draw.randrange(3_000)}" for _ in range(draw.randint(8, 25))]
        made.append(" ".join(words))
    return made


def test_all_pairs_that_are_alike_are_found_and_no_other(texts):
    found = near_pairs(texts)
    naive = {
        (one, other)
        for one, other in itertools.combinations(range(len(texts)), 2)
        if jaccard(texts[one], texts[other]) >= ALIKE
    }
    assert len(naive) > 50
    assert set(zip(found.one.tolist(), found.other.tolist(), strict=True)) == naive
    assert found.likeness.tolist() == pytest.approx(
        [jaccard(texts[one], texts[other]) for one, other in zip(found.one, found.other, strict=True)]
    )


def test_a_pair_does_not_depend_on_other_texts(texts):
    found = near_pairs(texts)
    one, other = int(found.one[0]), int(found.other[0])
    alone = near_pairs([texts[one], texts[other]])
    assert (alone.one.tolist(), alone.other.tolist()) == ([0], [1])


@pytest.mark.parametrize("texts", [[], [""], ["!", "?"], ["alone"]], ids=["none", "empty", "no words", "one"])
def test_where_nothing_can_be_near_nothing_is(texts):
    assert len(near_pairs(texts).one) == 0


def test_a_large_template_is_tied_together_without_all_its_pairs():
    texts = [f"the daily pun of today is here for all of you to read number n{number}" for number in range(300)]
    found = near_pairs(texts)
    assert len(texts) > MOST_IN_BUCKET
    assert len(found.one) < 300 * 299 / 2
    assert set(near_groups(found, len(texts)).tolist()) == {0}


def test_progress_goes_up_to_the_end(texts):
    told = []
    near_pairs(texts, progress=lambda done, whole: told.append((done, whole)))
    assert told == sorted(told)
    assert told[-1] == (400, 400)


def test_of_a_chain_the_first_stays_and_whatever_is_near_to_none_that_stays():
    chain = NearPairs(np.array([0, 1, 2]), np.array([1, 2, 3]), np.ones(3))
    assert near_an_earlier(chain, 5).tolist() == [False, True, False, True, False]
    assert near_groups(chain, 5).tolist() == [0, 0, 0, 0, 1]
