"""What holds for every model and preset there is."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.models import registry
from core.models.classifier import Cancelled, Classifier

EVERY = [(model, preset) for model in registry.MODELS for preset in registry.presets(model)]
PHASES = {"logistic": ["vectorize", "fit"], "transformer": ["checkpoint", "tokenize", "fit"]}
# How far a probability may be from the one that the same text gets among others: what rounding to bf16 does.
ROUNDING = {"logistic": 0, "transformer": 0.02}
# What is shown of a model that has learned little is as true of one that has learned all.
BRIEF = {"transformer": {"epochs": "3"}}
ODD_TEXTS = [
    "",
    "   ",
    "\n\t",
    "🎺🎺",
    "zzz qqq",
    "Roses",
    "x" * 100_000,
    "ROSES\u2028bloom",
    "\x00",
    "lone \ud800 half",
]


@pytest.fixture(scope="module", params=EVERY, ids=" ".join)
def kind(request):
    """Return the name of a model and one of its presets."""
    return request.param


@pytest.fixture(scope="module")
def fit(kind, texts, y, fast):
    """Return a function that fits the small newsroom, or other rows; ``briefly`` where it need not learn them."""
    model, preset = kind

    def fitted(texts=texts, y=y, seed=42, report=None, briefly=False):
        changed = fast.get(model, {}) | (BRIEF.get(model, {}) if briefly else {})
        return registry.fit(model, texts, y, registry.settings_from(model, preset, changed), seed=seed, report=report)

    return fitted


@pytest.fixture(scope="module")
def model(fit):
    return fit()


@pytest.fixture(scope="module")
def again(fit):
    """Return a model of the same seed, and what was told while it was fitted: (phase, step, total, figures)."""
    calls = []
    return fit(report=lambda phase, step, total, **figures: calls.append((phase, step, total, figures))), calls


def test_it_is_a_classifier(model):
    assert isinstance(model, Classifier)


def test_labels_are_sorted(model):
    assert model.labels == ("GARDEN", "HARBOUR", "MUSIC")


def test_it_learns(model, texts, y):
    assert [model.labels[place] for place in model.predict_proba(texts).argmax(axis=1)] == y


def test_probabilities_of_odd_texts_sum_to_one(model):
    probabilities = model.predict_proba(ODD_TEXTS)
    assert probabilities.shape == (len(ODD_TEXTS), 3)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_no_text_is_no_row(model):
    assert model.predict_proba([]).shape == (0, 3)


def test_a_text_is_answered_the_same_alone_and_in_a_batch(kind, model, texts):
    together = model.predict_proba(texts)
    alone = np.vstack([model.predict_proba([text]) for text in texts])
    np.testing.assert_allclose(alone, together, rtol=0, atol=ROUNDING[kind[0]])


@settings(max_examples=40)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_is_answered(model, batch):
    np.testing.assert_allclose(model.predict_proba(batch).sum(axis=1), 1, atol=1e-6)


def test_the_same_seed_gives_the_same_model(again, model, texts):
    np.testing.assert_array_equal(again[0].predict_proba(texts), model.predict_proba(texts))


def test_a_saved_model_answers_as_before(model, texts, tmp_path):
    model.save(tmp_path)
    loaded = registry.load_classifier(tmp_path)
    assert type(loaded) is type(model)
    assert loaded.labels == model.labels
    every = texts + ODD_TEXTS
    np.testing.assert_array_equal(loaded.predict_proba(every), model.predict_proba(every))


def test_saving_what_was_loaded_gives_the_same_files(model, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    model.save(first)
    registry.load_classifier(first).save(second)
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_labels_of_any_writing_come_back(fit, texts, y, tmp_path):
    names = {"GARDEN": "Gärten & Höfe", "HARBOUR": "港", "MUSIC": 'a "b"\n\u2028c'}
    model = fit(y=[names[label] for label in y], briefly=True)
    model.save(tmp_path)
    assert registry.load_classifier(tmp_path).labels == tuple(sorted(names.values())) == model.labels


def test_two_labels_will_do(fit, texts, y):
    rows = [(text, label) for text, label in zip(texts, y, strict=True) if label != "MUSIC"]
    model = fit([text for text, _ in rows], [label for _, label in rows])
    answers = model.predict_proba([text for text, _ in rows])
    assert answers.shape == (24, 2)
    assert [model.labels[place] for place in answers.argmax(axis=1)] == [label for _, label in rows]


def test_a_label_with_a_single_text_does_no_harm(fit, texts, y):
    model = fit([*texts, "One lonely comet"], [*y, "SKY"], briefly=True)
    assert model.labels == ("GARDEN", "HARBOUR", "MUSIC", "SKY")


def test_progress_is_told(kind, again):
    _, calls = again
    phases = [phase for phase, *_ in calls]
    assert [phase for phase, _ in groupby(phases)] == PHASES[kind[0]]
    assert all(0 <= step <= total and total >= 1 for _, step, total, _ in calls)
    assert all(step == total for _, step, total, _ in [calls[phases.index("fit") - 1], calls[-1]])
    losses = [figures["loss"] for *_, figures in calls if "loss" in figures]
    assert len(losses) > 1
    assert losses[-1] < losses[0]


def test_a_cancel_ends_it_at_whichever_call(fit):
    calls = []
    fit(report=lambda *call, **figures: calls.append(call), briefly=True)
    for last in {0, len(calls) // 4, len(calls) // 2, len(calls) - 1}:
        seen = []

        def report(*call, seen=seen, last=last, **figures):
            seen.append(call)
            if len(seen) > last:
                raise Cancelled

        with pytest.raises(Cancelled):
            fit(report=report, briefly=True)
        assert len(seen) == last + 1


@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        ([], [], "the 0 training texts have no label; a classifier needs two or more"),
        (["a b"], ["X"], "the 1 training texts have the single label 'X'; a classifier needs two or more"),
        (["a b"], ["X", "Y"], "there are 1 texts and 2 labels; give one label for each text"),
    ],
)
def test_too_little_to_learn_from(fit, rows, labels, message):
    with pytest.raises(InputError) as error:
        fit(rows, labels)
    assert str(error.value) == message
