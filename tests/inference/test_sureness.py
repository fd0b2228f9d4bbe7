"""How much is said: the category where it is sure, else the group, else nothing; and what would change it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.selective import Level, given_at
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.inference.changes import changes_of, sentences
from core.inference.classify import Model, classify, under
from core.inference.flips import candidates
from core.inference.sureness import CATEGORY, GROUP, NOT_SURE, answers_table, level_names, level_of, levels
from core.models import registry
from core.runs.spec import SpecGrouping, TrainingSpec
from core.runs.store import Run

TEXTS = ["senate votes on budget", "president signs bill", "goal in final", "coach wins match", "new phone app"] * 4
LABELS = ["POLITICS", "POLITICS", "SPORTS", "SPORTS", "TECH"] * 4
PLAY = Grouping("play", {"SPORTS": "PLAY", "TECH": "PLAY"})


def model_of(folder, target="category"):
    spec = TrainingSpec(
        dataset="d",
        fingerprint="f",
        categories=("POLITICS", "SPORTS", "TECH"),
        grouping=SpecGrouping(name="raw"),
        target=target,
    )
    classifier = registry.fit("logistic", TEXTS, LABELS, registry.settings_from("logistic", "default", {}), seed=1)
    return Model(Run("r", folder, spec, {"state": "succeeded"}), classifier)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return model_of(tmp_path_factory.mktemp("run"))


SHARES = st.floats(0, 1)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=1), SHARES)
def test_the_rule_is_that_of_evaluate(shares, threshold):
    category, group = np.array(shares).T
    found = levels([CATEGORY, GROUP], category, group, threshold)
    right = np.zeros(len(group), dtype=bool)
    there = given_at([Level("c", category, right), Level("g", group, right)], threshold)
    assert found.tolist() == [[CATEGORY, GROUP, NOT_SURE][place] for place in there]


def test_levels_are_those_at_which_the_model_answers(model, tmp_path):
    assert level_names(model, PLAY) == [CATEGORY, GROUP]
    assert level_names(model, RAW) == [CATEGORY]
    assert level_names(model_of(tmp_path, "group"), RAW) == [GROUP]


def test_the_table_says_what_single_answers_do(model):
    items = [("senate goal", ""), ("phone", "match"), ("budget", "")]
    table = answers_table(model, items, PLAY, threshold=0.6)
    for row, item in zip(table.itertuples(), items, strict=True):
        (answer,) = classify(model, [item], PLAY)
        assert (row.headline, row.description, row.answer, row.category) == (
            *item,
            answer.label,
            answer.category,
        )
        assert row.confidence == pytest.approx(answer.confidence, abs=1e-6)
        assert row.margin == pytest.approx(answer.confidence - list(answer.probabilities.values())[1], abs=1e-6)
        assert row.sure == level_of(model, answer, PLAY, 0.6)
    assert answers_table(model, [], PLAY).empty


def test_probabilities_under_a_grouping_are_those_of_the_answer(model):
    names, predict = under(model, PLAY)
    (answer,) = classify(model, [("senate goal", "")], PLAY)
    assert dict(zip(names, predict(["senate goal"])[0], strict=True)) == pytest.approx(answer.probabilities, abs=1e-6)


def test_candidates_speak_for_one_label_and_against_the_other(model):
    found = candidates(model.classifier, "POLITICS", "SPORTS")
    politics, sports = (model.classifier.labels.index(name) for name in ("POLITICS", "SPORTS"))
    names = model.vectorizer.names if hasattr(model, "vectorizer") else model.classifier.vectorizer.names
    for word in found:
        weights = model.classifier.coefficients[names.index(word)]
        assert weights[sports] > weights[politics]
    assert {"goal", "coach"} <= set(found)


def test_what_would_change_an_answer_is_exact_and_told(model):
    names, predict = under(model, PLAY)
    found = changes_of(model, "senate goal budget", PLAY)
    before = int(predict(["senate goal budget"])[0].argmax())
    for flip in (found.removal.flip, found.exchange):
        after = predict([flip.text])[0]
        assert int(after.argmax()) == flip.label != before
        assert after.max() == pytest.approx(flip.confidence)
    told = sentences(found)
    assert told[0].startswith("Without ")
    assert f"“{found.exchange.added}” instead of" in told[1]
    assert found.document()["without"]["label"] == names[found.removal.flip.label]


def test_an_answer_that_stays_is_told_so(model):
    found = changes_of(model, "goal coach", PLAY)
    assert found.removal.flip is None
    assert sentences(found)[0] == "The answer stays, whichever word is left out."


def test_a_text_that_is_too_long_is_not_tried(model):
    found = changes_of(model, "senate " * 100_000, PLAY)
    assert (found.removal.flip, found.removal.tried, found.exchange) == (None, 0, None)
