"""The features are scikit-learn's, number for number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from core.errors import InputError
from core.models.classifier import unreported
from core.models.logistic_settings import settings_from
from core.models.tfidf import CAPITALISED, TOKENS, blocks_of
from core.models.tfidf_fit import fit_tfidf, limits

TEXTS = [
    "The Harbour wakes, the gulls cry",
    "the harbour sleeps",
    "Gulls over the harbour: gulls, gulls",
    "",
    "Don't wake the gulls! Don't.",
    "É Éclair at Ørsted's café",
]


def fitted(texts, preset="notebook", **overrides):
    return fit_tfidf(texts, settings_from(preset, overrides), unreported, np.float64)


def dense(matrix, names, ordered):
    return matrix.toarray()[:, [names.index(name) for name in ordered]]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {"ngram_range": (1, 2)}),
        ({"ngram_max": "1"}, {}),
        ({"ngram_max": "3", "min_df": "2"}, {"ngram_range": (1, 3), "min_df": 2}),
        ({"ngram_min": "2"}, {"ngram_range": (2, 2)}),
        ({"min_df": "0.4", "ngram_max": "1"}, {"min_df": 0.4}),
        ({"max_df": "2"}, {"ngram_range": (1, 2), "max_df": 2}),
        ({"max_df": "0.5"}, {"ngram_range": (1, 2), "max_df": 0.5}),
        ({"sublinear_tf": "true"}, {"ngram_range": (1, 2), "sublinear_tf": True}),
        ({"lowercase": "false"}, {"ngram_range": (1, 2), "lowercase": False}),
        ({"stop_words": "english"}, {"ngram_range": (1, 2), "stop_words": "english"}),
        ({"max_features": "2", "ngram_max": "1"}, {"max_features": 2}),
        ({"tokens": "words-and-signs"}, {"ngram_range": (1, 2), "token_pattern": TOKENS["words-and-signs"]}),
    ],
)
def test_one_block_is_a_tfidf_vectorizer(ours, theirs):
    vectorizer, matrix = fitted(TEXTS, **ours)
    reference = TfidfVectorizer(**theirs)
    expected = reference.fit_transform(TEXTS).toarray()
    ordered = reference.get_feature_names_out().tolist()
    assert sorted(vectorizer.names) == sorted(ordered)
    np.testing.assert_allclose(dense(matrix, vectorizer.names, ordered), expected, atol=1e-12)
    new = ["gulls cry over the harbour café", "unheard of", ""]
    got = dense(vectorizer.transform(new, np.float64), vectorizer.names, ordered)
    np.testing.assert_allclose(got, reference.transform(new).toarray(), atol=1e-12)


@settings(max_examples=40)
@given(st.lists(st.text(alphabet="abAB .,'é", max_size=20), min_size=1, max_size=8))
def test_it_agrees_on_any_text(texts):
    reference = TfidfVectorizer(ngram_range=(1, 2), token_pattern=TOKENS["words-and-signs"])
    try:
        expected = reference.fit_transform(texts).toarray()
    except ValueError:
        with pytest.raises(InputError):
            fitted(texts, tokens="words-and-signs")
        return
    vectorizer, matrix = fitted(texts, tokens="words-and-signs", max_features="none")
    got = dense(matrix, vectorizer.names, reference.get_feature_names_out().tolist())
    np.testing.assert_allclose(got, expected, atol=1e-12)


def test_each_block_has_the_length_of_its_weight():
    vectorizer, matrix = fitted(TEXTS, "default", min_df="1", phrase_weight="0.5", capitals_weight="2")
    widths = np.cumsum([len(vectorizer.features[name]) for name in ("words", "phrases", "capitals")])
    words, phrases, capitals = np.split(matrix.toarray(), widths[:-1], axis=1)
    for part, weight in ((words, 1.0), (phrases, 0.5), (capitals, 2.0)):
        lengths = np.linalg.norm(part, axis=1)
        np.testing.assert_allclose(lengths[lengths > 0], weight)
        assert lengths[3] == 0


def test_capitalised_words_are_features_of_their_own():
    vectorizer, _ = fitted(["The GULL sat", "a gull, iPad, Ørsted"], "default", min_df="1")
    assert vectorizer.features["capitals"] == ["GULL", "The", "iPad", "Ørsted"]
    assert "gull" in vectorizer.features["words"]


def test_no_two_features_have_one_name():
    vectorizer, _ = fitted(TEXTS, "default", min_df="1")
    assert len(set(vectorizer.names)) == len(vectorizer.names)


def test_transforming_the_training_texts_again_changes_nothing():
    vectorizer, matrix = fitted(TEXTS, "default", min_df="1", ngram_max="3")
    np.testing.assert_array_equal(vectorizer.transform(TEXTS, np.float64).toarray(), matrix.toarray())


def test_max_features_counts_over_all_blocks():
    vectorizer, matrix = fitted(TEXTS, "default", min_df="1", max_features="5")
    assert matrix.shape == (6, 5)
    assert {"gulls", "the", "harbour"} <= set(vectorizer.names)


def test_nothing_left_says_what_to_change():
    with pytest.raises(InputError) as error:
        fitted(["one", "two"], min_df="2")
    assert str(error.value) == (
        "no word is left in the 2 training texts with min_df 2 and max_df 1.0; "
        "lower min_df, raise max_df, or give texts with words"
    )


def test_too_many_words_for_long_phrases(monkeypatch):
    monkeypatch.setattr("core.models.tfidf_fit.LARGEST_KEY", 1000)
    with pytest.raises(InputError) as error:
        fitted(TEXTS, ngram_max="3")
    assert str(error.value) == (
        "13 different words are too many for phrases of 3 words; raise min_df or lower ngram_max"
    )


def test_a_whole_number_counts_texts_and_a_share_is_one_of_them():
    assert limits(settings_from("notebook", {"min_df": "3", "max_df": "0.5"}), 100) == (3, 50)
    assert limits(settings_from("notebook", {"min_df": "0.001", "max_df": "7"}), 100) == (1, 7)


def test_the_blocks_that_settings_ask_for():
    def names(**overrides):
        return [(block.name, block.shortest, block.longest) for block in blocks_of(settings_from("default", overrides))]

    assert names() == [("words", 1, 1), ("phrases", 2, 2), ("capitals", 1, 1)]
    assert names(capitals_weight="0", ngram_max="3") == [("words", 1, 1), ("phrases", 2, 3)]
    assert names(ngram_min="2") == [("phrases", 2, 2), ("capitals", 1, 1)]
    assert names(phrase_weight="none") == [("words", 1, 2), ("capitals", 1, 1)]
    assert names(ngram_max="1", capitals_weight="0") == [("words", 1, 1)]
    assert blocks_of(settings_from("default", {}))[2].tokenizer.pattern == CAPITALISED
