"""What pulled a text: contributions to its answer and to its true label, and the text shaded by them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.builtin import HUFFPOST_12, RAW
from core.inference.classify import load_model
from core.inference.pulls import pulls, shaded, why_no_words
from core.runs import store
from tests import homes

TEXT = "Senate votes on the budget after a long night of baking bread"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(homes.trained(tmp_path_factory, {}, {"target": "group"})))
        yield {run.spec.target: load_model(run) for run in store.list_all()}


def table(**pull):
    return pd.DataFrame({"feature": [name.replace("_", " ") for name in pull], "difference": list(pull.values())})


def test_the_differences_are_those_of_the_two_scores(models):
    model = models["category"]
    found = pulls(model, TEXT, RAW, "FOOD & DRINK", "POLITICS")
    assert (found.answered, found.true) == ("FOOD & DRINK", "POLITICS")
    classifier = model.classifier
    answered, true = (dict(classifier.contributions(TEXT, label)) for label in ("FOOD & DRINK", "POLITICS"))
    for row in found.words.itertuples():
        assert (row.answered, row.true) == (answered[row.feature], true[row.feature])
        assert row.difference == row.answered - row.true
    assert found.words["difference"].abs().is_monotonic_decreasing
    assert len(found.words) == len(answered) > 0


def test_inside_a_group_the_likeliest_category_is_the_one_that_answered(models):
    model = models["category"]
    labels = model.classifier.labels
    own = dict(zip(labels, model.classifier.predict_proba([TEXT])[0], strict=True))
    found = pulls(model, TEXT, HUFFPOST_12, "LIFESTYLE", "POLITICS")
    inside = [label for label in labels if HUFFPOST_12.group_of(label) == "LIFESTYLE"]
    assert found.answered == max(inside, key=own.get)


def test_a_model_of_groups_has_the_group_of_the_category(models):
    found = pulls(models["group"], TEXT, HUFFPOST_12, "LIFESTYLE", "MONEY")
    assert (found.answered, found.true) == ("LIFESTYLE", "POLITICS & BUSINESS")


def test_a_right_answer_has_nothing_to_be_held_against(models):
    found = pulls(models["category"], TEXT, RAW, "POLITICS", "POLITICS")
    assert found.true == found.answered == "POLITICS"
    np.testing.assert_array_equal(found.words["difference"], found.words["answered"])


def test_a_category_that_the_model_does_not_know_is_none(models):
    assert pulls(models["category"], TEXT, RAW, "POLITICS", "GARDENING").true is None


def test_a_text_without_a_known_word_has_no_words(models):
    assert pulls(models["category"], "zzz", RAW, "POLITICS", "MONEY").words.empty


def test_a_model_without_contributions_is_known_without_loading_it(models):
    run = models["category"].run
    assert why_no_words(run) is None
    encoder = store.Run(**{**vars(run), "spec": run.spec.model_copy(update={"model": "transformer"})})
    assert why_no_words(encoder) == ("a transformer has no exact contributions of words: it reads a text as a whole")
    with pytest.raises(InputError, match="it reads a text as a whole; choose a run of model logistic"):
        pulls(type(models["category"])(encoder, models["category"].classifier), TEXT, RAW, "POLITICS", "MONEY")


@given(st.text(), st.dictionaries(st.sampled_from(["senate", "senate passes", "night", "Night"]), st.floats(-9, 9)))
def test_the_parts_are_the_text_and_no_pull_is_beyond_the_strongest(text, pull):
    parts = shaded(f"{text} Senate passes", table(**{name.replace(" ", "_"): value for name, value in pull.items()}))
    assert "".join(part for part, _ in parts) == f"{text} Senate passes"
    assert all(-1 <= strength <= 1 for _, strength in parts)


def test_a_phrase_is_shared_out_over_its_words_and_case_plays_no_part():
    words = table(senate=2.0, Senate=1.0, senate_passes=-2.0)
    assert shaded("Senate, passes!", words) == [("Senate", 1.0), (", ", 0.0), ("passes", -0.5), ("!", 0.0)]


def test_without_words_nothing_is_shaded():
    assert shaded("a b", table()) == [("a", 0.0), (" ", 0.0), ("b", 0.0)]
    assert shaded("", table()) == []
