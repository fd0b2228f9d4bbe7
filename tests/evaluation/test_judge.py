"""Predictions under groupings: adding up, refusing what cannot be answered, saying what differs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import DamagedError, InputError
from core.evaluation.judge import group_of_labels, has_partition, judge
from core.evaluation.predictions import Predictions, load_predictions, save_predictions
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.grouping.scores import grouped_probabilities
from core.runs.spec import SpecGrouping, TrainingSpec

CATEGORIES = ("A", "B", "C", "D")
PAIRS = Grouping("pairs", {"A": "AB", "B": "AB", "C": "CD", "D": "CD"})


def spec(target="category", grouping=PAIRS):
    return TrainingSpec(
        dataset="d",
        fingerprint="f",
        categories=CATEGORIES,
        target=target,
        grouping=SpecGrouping(name=grouping.name, mapping=dict(grouping.mapping)),
    )


def predictions(probabilities, true, labels=CATEGORIES):
    return Predictions(
        "d", "f", tuple(labels), np.arange(len(true)), pd.Categorical(true), np.asarray(probabilities, np.float16)
    )


@given(arrays(np.float16, (5, 4), elements=st.integers(0, 64).map(lambda n: n / 64)))
def test_adding_up_is_the_matrix_product(probabilities):
    labels, summed = grouped_probabilities(probabilities, [PAIRS.group_of(c) for c in CATEGORIES])
    other, matrix = PAIRS.matrix(CATEGORIES)
    assert labels == other
    np.testing.assert_allclose(summed, probabilities.astype(np.float32) @ matrix, rtol=1e-6)
    np.testing.assert_allclose(summed.sum(axis=1), probabilities.astype(np.float32).sum(axis=1), rtol=1e-6)


def test_a_group_can_win_that_does_not_hold_the_best_category():
    found = judge(spec(), predictions([[0.3, 0.3, 0.4, 0.0]], ["A"]), PAIRS)
    assert found.table["predicted"].tolist() == ["AB"]
    assert found.table["confidence"][0] == pytest.approx(0.6, abs=1e-3)
    assert found.metrics.accuracy == 1.0
    raw = judge(spec(), predictions([[0.3, 0.3, 0.4, 0.0]], ["A"]), RAW)
    assert raw.table["predicted"].tolist() == ["C"]


def test_probabilities_stand_under_their_labels_also_where_a_true_label_is_unknown():
    found = judge(spec(), predictions([[1, 0, 0, 0], [0, 1, 0, 0]], ["A", "0 new"]), RAW)
    assert found.metrics.labels == ("0 new", "A", "B", "C", "D")
    assert found.probabilities.tolist() == [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0]]
    assert found.metrics.confusion[0].tolist() == [0, 0, 1, 0, 0]
    assert found.answers == CATEGORIES
    assert found.answerable.tolist() == [False, True, True, True, True]
    assert found.unknown_labels == {"0 new": 1}


def test_a_category_that_the_run_never_saw_is_known_where_its_group_is():
    bridge = Grouping("bridge", {**PAIRS.mapping, "0 new": "AB"})
    assert judge(spec(), predictions([[1, 0, 0, 0]], ["0 new"]), bridge).unknown_labels == {}


def test_three_rows_of_one_class_are_judged():
    found = judge(spec(), predictions([[1, 0, 0, 0]] * 3, ["A"] * 3), RAW)
    assert (found.metrics.rows, found.metrics.accuracy, found.metrics.macro_f1) == (3, 1.0, 1.0)
    assert (found.metrics.kappa, found.metrics.majority_share) == (0.0, 1.0)


def test_no_label_in_common_is_refused():
    with pytest.raises(InputError, match="give a grouping that maps both onto the same groups"):
        judge(spec(), predictions([[1, 0, 0, 0]], ["business"]), PAIRS)


def test_a_grouping_bridges_two_vocabularies():
    bridge = Grouping("bridge", {"A": "X", "alpha": "X", "B": "Y", "C": "Y", "D": "Y"})
    found = judge(spec(), predictions([[1, 0, 0, 0]], ["alpha"]), bridge)
    assert found.metrics.accuracy == 1.0


def test_no_rows_do_no_harm():
    found = judge(spec(), predictions(np.zeros((0, 4)), []), PAIRS)
    assert found.metrics.rows == 0


def test_a_model_of_groups_answers_under_other_names_and_coarser_groupings():
    run = spec("group")
    renamed = Grouping("r", {"A": "left", "B": "left", "C": "right", "D": "right"})
    assert group_of_labels(run, ("AB", "CD"), renamed) == ["left", "right"]
    assert has_partition(run, renamed)
    coarser = Grouping("c", dict.fromkeys(CATEGORIES, "all"))
    assert group_of_labels(run, ("AB", "CD"), coarser) == ["all", "all"]
    assert not has_partition(run, coarser)


def test_a_model_of_groups_refuses_a_grouping_that_splits_one():
    with pytest.raises(InputError) as error:
        group_of_labels(spec("group"), ("AB", "CD"), RAW)
    assert str(error.value) == (
        "grouping 'raw' splits group 'AB', which this run was trained to answer as one (into 'A', 'B'); "
        "use its own grouping 'pairs', or train with --target category"
    )


def test_merging_everything_keeps_no_information():
    data = predictions(np.eye(4), CATEGORIES)
    everything = Grouping("all", dict.fromkeys(CATEGORIES, "all"))
    assert judge(spec(), data, RAW).information_kept == pytest.approx(1.0)
    merged = judge(spec(), data, everything)
    assert (merged.metrics.accuracy, merged.information_kept) == (1.0, 0.0)


def test_predictions_come_back_as_they_were_saved(tmp_path):
    data = predictions(np.random.default_rng(0).dirichlet(np.ones(4), 7), list("ABCDABC"))
    save_predictions(data, tmp_path)
    read = load_predictions(tmp_path)
    np.testing.assert_array_equal(read.probabilities, data.probabilities)
    assert read.categories.tolist() == data.categories.tolist()
    assert (read.labels, read.dataset, read.fingerprint) == (data.labels, "d", "f")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evaluation.json", "probabilities.npy", "rows.parquet"]


@pytest.mark.parametrize("spoiled", [np.nan, -0.5, 1.5, np.inf])
def test_probabilities_that_are_none_are_damage_told_in_one_line(tmp_path, spoiled):
    data = predictions([[1, 0, 0, 0], [0, 1, 0, 0]], ["A", "B"])
    save_predictions(data, tmp_path)
    data.probabilities[1, 2] = spoiled
    np.save(tmp_path / "probabilities.npy", data.probabilities)
    with pytest.raises(DamagedError) as error:
        load_predictions(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: 1 of 2 rows have probabilities that are no numbers from 0 to 1; train the run again"
    )


def test_no_rows_at_all_can_be_loaded(tmp_path):
    save_predictions(predictions(np.zeros((0, 4)), []), tmp_path)
    assert load_predictions(tmp_path).probabilities.shape == (0, 4)
