import joblib
import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

from core.errors import InputError
from core.grouping.builtin import HUFFPOST_12
from core.models.logistic import as_stored

NEW = ["Roses wait for the ferries", "A Choir on the quay", "", "unheard-of", "ROSES! Roses? roses"]


def test_the_notebook_preset_answers_as_the_notebook(train, texts, y):
    notebook = make_pipeline(
        TfidfVectorizer(max_features=10_000, ngram_range=(1, 2)), LogisticRegression(max_iter=1000)
    )
    notebook.fit(texts, y)
    np.testing.assert_allclose(train("notebook").predict_proba(NEW), notebook.predict_proba(NEW), atol=1e-6)


@pytest.mark.parametrize("text", [*NEW, "Tugboats return to the quay at dawn"])
def test_contributions_add_up_to_the_decision(trained, text):
    for label, score in zip(trained.labels, trained.decision([text])[0], strict=True):
        parts = trained.contributions(text, label)
        assert sum(value for _, value in parts) + trained.intercept_of(label) == pytest.approx(score, abs=1e-5)


def test_contributions_begin_with_the_strongest(trained):
    sizes = [abs(value) for _, value in trained.contributions("Roses bloom early at the quay", "GARDEN")]
    assert sizes == sorted(sizes, reverse=True)


def test_contributions_name_the_words(train):
    parts = dict(train(min_df=1).contributions("Roses bloom", "GARDEN"))
    assert set(parts) == {"roses", "bloom", "roses bloom", "Roses"}
    assert min(parts.values()) > 0


def test_an_unknown_label_is_answered_with_those_there_are(trained):
    for call in (lambda: trained.contributions("Roses", "SPORT"), lambda: trained.intercept_of("SPORT")):
        with pytest.raises(InputError) as error:
            call()
        assert str(error.value) == "label 'SPORT' is unknown to the model; its labels are: GARDEN, HARBOUR, MUSIC"


def test_known_words(train):
    assert train(min_df=1).known_words("Roses bloom, says nobody") == [",", "bloom", "roses", "roses bloom", "Roses"]
    assert train(min_df=1).known_words("xyzzy") == []


def test_a_text_without_a_known_word_gets_the_intercept(trained):
    own = np.exp([trained.intercept_of(label) for label in trained.labels])
    np.testing.assert_allclose(trained.predict_proba(["xyzzy"])[0], own / own.sum(), rtol=1e-5)


def test_batches_do_not_show(trained, texts, monkeypatch):
    whole = trained.predict_proba(texts)
    monkeypatch.setattr("core.models.logistic.BATCH", 7)
    np.testing.assert_array_equal(trained.predict_proba(texts), whole)


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"min_df": 1, "ngram_max": 3, "phrase_weight": 0.5, "capitals_weight": 2},
        {"phrase_weight": "none"},
        {"capitals_weight": 0, "ngram_max": 1},
        {"capitals_weight": 0, "ngram_min": 2, "phrase_weight": 0.5},
        {"stop_words": "english", "min_df": 1},
        {"max_features": 20},
        {"solver": "lbfgs", "class_weight": "balanced"},
        {"sublinear_tf": "false", "stored_as": "float32", "tokens": "words"},
    ],
    ids=str,
)
def test_the_pipeline_is_stock_scikit_learn_and_answers_alike(train, texts, overrides):
    model = train(**overrides)
    pipeline = model.to_pipeline()
    assert type(pipeline) is Pipeline
    assert type(pipeline[0]) in (TfidfVectorizer, FeatureUnion)
    assert type(pipeline[1]) is LogisticRegression
    every = texts + NEW
    np.testing.assert_allclose(pipeline.predict_proba(every), model.predict_proba(every), atol=1e-5)
    assert pipeline.predict(texts).tolist() == [model.labels[row.argmax()] for row in model.predict_proba(texts)]


def test_a_pipeline_of_two_labels(train, texts, y):
    rows = [(text, label) for text, label in zip(texts, y, strict=True) if label != "MUSIC"]
    for preset in ("default", "notebook"):
        model = train(preset, on=[text for text, _ in rows], labels=[label for _, label in rows])
        answers = model.to_pipeline().predict_proba(NEW)
        np.testing.assert_allclose(answers, model.predict_proba(NEW), atol=1e-5)


def test_the_exported_file_holds_the_pipeline(trained, tmp_path):
    path = tmp_path / "pipeline.joblib"
    path.write_text("an older one")
    trained.export_pipeline(path)
    assert list(tmp_path.iterdir()) == [path]
    np.testing.assert_allclose(joblib.load(path).predict_proba(NEW), trained.predict_proba(NEW), atol=1e-5)


def test_coefficients_too_large_for_half_precision_are_kept_whole():
    small, large = np.array([[0.1]]), np.array([[0.1], [1e5]])
    assert as_stored(small, "float16") == np.float32(np.float16(0.1))
    np.testing.assert_array_equal(as_stored(large, "float16"), large.astype(np.float32))
    np.testing.assert_array_equal(as_stored(small, "float32"), small.astype(np.float32))


def test_the_default_is_better_on_real_headlines(train, real_file):
    import pandas as pd

    frame = pd.read_json(real_file, lines=True)[["headline", "short_description", "category"]]
    frame = frame[frame["headline"] != ""].iloc[::10].reset_index(drop=True)
    text = (frame["headline"] + " " + frame["short_description"]).tolist()
    category = frame["category"].tolist()
    held = [row for row in range(len(text)) if row % 5 == 0]
    kept = [row for row in range(len(text)) if row % 5]
    model = train(on=[text[row] for row in kept], labels=[category[row] for row in kept])
    probabilities = model.predict_proba([text[row] for row in held])
    groups, members = HUFFPOST_12.matrix(list(model.labels))
    answers = [groups[place] for place in (probabilities @ members).argmax(axis=1)]
    right = [HUFFPOST_12.group_of(category[row]) == answer for row, answer in zip(held, answers, strict=True)]
    # The notebook's recipe comes to .62 on these rows, the default to .67.
    assert np.mean(right) >= 0.66


def test_the_features_kept_are_those_that_carry_the_most_weight(train, texts, y):
    whole, few = train(), train(kept_features=5)
    names, kept = whole.vectorizer.names, few.vectorizer.names
    assert len(kept) == 5
    assert [name for name in names if name in kept] == kept
    matrix = whole.vectorizer.transform(texts).toarray()
    apart = whole.coefficients - whole.coefficients.mean(axis=1, keepdims=True)
    weight = np.linalg.norm(apart, axis=1) * np.linalg.norm(matrix, axis=0)
    assert {names[place] for place in np.argsort(-weight)[:5]} == set(kept)
    columns = [names.index(name) for name in kept]
    np.testing.assert_array_equal(few.coefficients, whole.coefficients[columns])
    np.testing.assert_array_equal(few.vectorizer.idf, whole.vectorizer.idf[columns])


def test_to_keep_more_features_than_there_are_changes_nothing(train):
    np.testing.assert_array_equal(train(kept_features=10_000).predict_proba(NEW), train().predict_proba(NEW))
