"""Answers: probabilities add up, groupings agree with their categories, reasons are exact."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.builtin import HUFFPOST_12, RAW
from core.grouping.grouping import Grouping
from core.inference.classify import Model, answers_from, classify
from core.models import registry
from core.runs.spec import SpecGrouping, TrainingSpec
from core.runs.store import Run

TEXTS = ["senate votes on budget", "president signs bill", "goal in final", "coach wins match", "new phone app"] * 4
LABELS = ["POLITICS", "POLITICS", "SPORTS", "SPORTS", "TECH"] * 4
HEADLINES = st.text(max_size=60).filter(lambda text: any(letter.isalnum() for letter in text))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    spec = TrainingSpec(
        dataset="d",
        fingerprint="f",
        categories=("POLITICS", "SPORTS", "TECH"),
        grouping=SpecGrouping(name="huffpost-12", mapping=dict(HUFFPOST_12.mapping)),
    )
    classifier = registry.fit("logistic", TEXTS, LABELS, registry.settings_from("logistic", "default", {}), seed=1)
    return Model(Run("r", tmp_path_factory.mktemp("run"), spec, {"state": "succeeded"}), classifier)


@given(HEADLINES, HEADLINES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_probabilities_are_sorted_and_sum_to_one_under_any_grouping(model, headline, description):
    for grouping in (RAW, HUFFPOST_12, Grouping("all", dict.fromkeys(("POLITICS", "SPORTS", "TECH"), "ALL"))):
        (answer,) = classify(model, [(headline, description)], grouping)
        values = list(answer.probabilities.values())
        assert sum(values) == pytest.approx(1, abs=1e-5)
        assert values == sorted(values, reverse=True)
        assert (answer.label, answer.confidence) == (next(iter(answer.probabilities)), pytest.approx(values[0]))
        assert grouping.group_of(answer.predicted_category) in answer.probabilities


@given(st.lists(st.integers(1, 100), min_size=3, max_size=3))
def test_the_category_that_is_said_belongs_to_the_label(model, weights):
    own = np.array([weights]) / sum(weights)
    play = Grouping("play", {"SPORTS": "PLAY", "TECH": "PLAY"})
    (answer,) = answers_from(model, [("text", "")], own, play)
    assert {play.group_of(category) for category in answer.categories} == {answer.label}
    assert sum(answer.categories.values()) == pytest.approx(answer.confidence)
    assert answer.categories[answer.category] == max(answer.categories.values())
    assert answer.category_confidence == own.max()
    if answer.category_confidence > 0.5:
        assert answer.category == answer.predicted_category


def test_a_group_may_win_against_the_likeliest_category(model):
    own = np.array([[0.4, 0.35, 0.25]])
    (answer,) = answers_from(model, [("text", "")], own, Grouping("play", {"SPORTS": "PLAY", "TECH": "PLAY"}))
    assert (answer.label, answer.category, answer.predicted_category) == ("PLAY", "SPORTS", "POLITICS")
    assert answer.document()["categories"] == {"SPORTS": 0.35, "TECH": 0.25}


def test_an_answer_does_not_depend_on_the_others_of_its_batch(model):
    items = [("senate goal", ""), ("phone", "match"), ("budget", "")]
    together = classify(model, items, RAW)
    alone = [classify(model, [item], RAW)[0] for item in items]
    for one, other in zip(together, alone, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)
        assert (one.headline, one.description) == (other.headline, other.description)


def test_the_description_counts(model):
    plain, described = classify(model, [("the final", ""), ("the final", "senate votes on budget")], RAW)
    assert described.probabilities["POLITICS"] > plain.probabilities["POLITICS"]


def test_top_lists_the_most_probable_alone(model):
    (answer,) = classify(model, [("goal", "")], RAW, top=2)
    assert len(answer.probabilities) == 2
    assert next(iter(answer.probabilities)) == answer.label == "SPORTS"


def test_the_words_that_spoke_are_named(model):
    (answer,) = classify(model, [("Coach scores a goal", "")], RAW, explain=True)
    assert answer.explanation["label"] == "SPORTS"
    assert {"coach", "goal"} <= {word["feature"] for word in answer.explanation["words"]}
    assert classify(model, [("goal", "")], RAW)[0].explanation is None


def test_a_bad_headline_is_refused_before_any_work(model):
    with pytest.raises(InputError, match="has no letter or digit"):
        classify(model, [("fine", ""), ("😀", "")], RAW)
