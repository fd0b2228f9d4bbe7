"""Reasons for an answer: what each word does, what would flip it, what is near and what is not known."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.importing import import_file
from core.data.languages import FUNCTION_WORDS
from core.inference.familiarity import Familiarity, familiarity, knows_too_little, language_of_words, remarks
from core.inference.flips import exchange, removal
from core.inference.neighbours import index_of, nearest
from core.inference.sensitivity import sensitivity, shaded_by
from core.inference.wordplaces import without, words_of
from core.models import registry
from core.runs.spec import plan

WEIGHTS = {"goal": (2.0, 0.0), "senate": (0.0, 3.0), "vote": (0.0, 1.0), "coach": (1.5, 0.0), "the": (0.1, 0.1)}
SENTENCES = st.lists(st.sampled_from([*WEIGHTS, "xyz"]), min_size=1, max_size=6).map(" ".join)


def predict(texts):
    """Return the probabilities of a model that adds up the weights of words."""
    scores = np.array(
        [np.sum([WEIGHTS.get(word.text, (0, 0)) for word in words_of(text)] + [(0, 0)], 0) for text in texts]
    )
    exponents = np.exp(scores)
    return exponents / exponents.sum(axis=1, keepdims=True)


@given(SENTENCES, st.integers(0, 1))
def test_sensitivity_is_what_the_probability_loses_without_the_word(text, label):
    found = sensitivity(predict, text, label)
    words = words_of(text)
    assert found["word"].tolist() == [word.text for word in words]
    whole = predict([text])[0, label]
    for place, change in enumerate(found["change"]):
        assert change == pytest.approx(whole - predict([without(text, words, [place])])[0, label])


@given(SENTENCES)
def test_shaded_parts_are_the_text(text):
    parts = shaded_by(text, sensitivity(predict, text, 0))
    assert "".join(part for part, _ in parts) == text
    assert max((abs(strength) for _, strength in parts), default=0) <= 1


@given(SENTENCES)
def test_no_fewer_words_flip_the_answer_than_those_found(text):
    words, answer = words_of(text), predict([text])[0].argmax()

    def flips(size):
        return [
            places
            for places in combinations(range(len(words)), size)
            if predict([without(text, words, places)])[0].argmax() != answer
        ]

    found = removal(predict, text)
    least = next((size for size in range(1, len(words)) if flips(size)), None)
    assert (found.flip is None) == (least is None)
    if found.flip:
        assert len(found.flip.removed) == found.tried == least
        after = predict([found.flip.text])[0]
        assert (after.argmax(), after.max()) == (found.flip.label, pytest.approx(found.flip.confidence))
        rivals = [predict([without(text, words, places)])[0].max() for places in flips(least)]
        assert found.flip.confidence == pytest.approx(max(rivals))
    else:
        assert found.tried == len(words) - 1


def test_what_would_take_too_long_is_not_begun():
    text = " ".join(["senate"] * 12)
    assert removal(predict, text, budget=100) == removal(predict, text, budget=78)
    assert removal(predict, text, budget=100).tried == 2
    assert removal(predict, text, budget=11).tried == 0


def test_one_word_for_another():
    found = exchange(predict, "the senate", ["goal", "coach"])
    assert (found.removed, found.added, found.text, found.label) == (("senate",), "goal", "the goal", 0)
    assert exchange(predict, "the senate", ["vote", "Senate"]) is None
    assert exchange(predict, "...", ["goal"]) is None


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Return a dataset whose headlines are few words of two kinds."""
    folder = tmp_path_factory.mktemp("home")
    rows = [f"{thing} {deed} {number},{kind}" for number in range(6) for thing, deed, kind in THINGS]
    (folder / "few.csv").write_text("headline,category\n" + "\n".join(rows) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(folder))
        yield import_file(folder / "few.csv", "few")


THINGS = [("roses", "bloom early", "GARDEN"), ("beans", "climb high", "GARDEN"), ("ferries", "wait", "HARBOUR")]


def test_the_nearest_are_training_rows_that_share_words(dataset):
    index = index_of(plan(dataset), dataset)
    found = nearest(index, "When roses bloom again")
    assert set(found["category"]) == {"GARDEN"}
    assert all("roses" in headline for headline in found["headline"])
    assert found["similarity"].is_monotonic_decreasing
    assert found["similarity"].between(0, 1).all()
    assert set(found["row"]) <= set(index.rows.tolist())
    assert len(nearest(index, "When roses bloom again", 2)) == 2
    assert nearest(index, "nothing of that").empty


def test_similarities_are_the_cosines(dataset):
    index = index_of(plan(dataset), dataset)
    found = nearest(index, "ferries wait 3", 100)
    cosines = (index.vectors @ index.vectorizer.transform(["ferries wait 3"]).T).toarray().reshape(-1)
    np.testing.assert_allclose(found["similarity"], np.sort(cosines[cosines > 0])[::-1], atol=1e-6)


@pytest.fixture(scope="module")
def classifier():
    texts = ["roses bloom at the quay", "ferries wait at the quay"] * 3
    settings = registry.settings_from("logistic", "default", {"min_df": "1"})
    return registry.fit("logistic", texts, ["GARDEN", "HARBOUR"] * 3, settings, seed=1)


def test_unknown_words_are_named_in_their_order(classifier):
    found = familiarity(classifier, "Roses wait for zebras and zebras")
    assert (found.words, found.unknown) == (5, ("for", "zebras", "and"))
    assert found.share_known == pytest.approx(0.4)
    assert remarks(found) == ["The model does not know 3 of 5 words here: for, zebras, and."]


def test_a_text_without_a_known_word_is_told(classifier):
    assert "knows no word" in remarks(familiarity(classifier, "zebras gallop"))[0]
    assert remarks(familiarity(classifier, "roses bloom")) == []


def test_another_language_and_far_from_all_are_told():
    found = Familiarity(5, (), "Spanish", "English", 0.1)
    assert remarks(found, far=0.2) == [
        "The text seems to be Spanish; the words that the model knows are English.",
        "Nothing like it is among the training headlines: the nearest has a similarity of 0.10 "
        "(99 of 100 unseen headlines have 0.20 or more).",
    ]
    assert remarks(Familiarity(5, None, None, None, 0.3), far=0.2) == []


def test_the_language_of_a_vocabulary():
    assert language_of_words({"the", "of"}) is None
    assert language_of_words(FUNCTION_WORDS["Spanish"].split()) == "Spanish"


def test_a_text_of_mostly_unknown_words_is_known_too_little(classifier):
    assert not knows_too_little(classifier, "Roses bloom, early!")
    assert knows_too_little(classifier, "zebras gallop at dawn")
    assert knows_too_little(classifier, "?!")
