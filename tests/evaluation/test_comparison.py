"""Two runs on the same rows: figures of each as `Metrics` has them, intervals that hold, rows that are left out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.importing import import_file
from core.errors import InputError
from core.evaluation.comparison import (
    BOTH_RIGHT,
    BOTH_WRONG,
    OF_CLASS,
    ONLY_AGAINST,
    ONLY_RUN,
    OVERALL,
    chance_sentence,
    compare,
    comparison_document,
    gain_sentence,
    p_text,
    verdict,
)
from core.evaluation.judge import judge
from core.evaluation.metrics import metrics_from_confusion
from core.evaluation.pairing import pair, trained_on
from core.evaluation.predictions import Predictions
from core.grouping.builtin import RAW
from core.runs.cost import Cost
from core.runs.spec import SpecGrouping, Split, TrainingSpec
from core.runs.store import Run

LABELS = ("A", "B", "C")
CHOICES = st.lists(st.tuples(*[st.integers(0, 2)] * 3), min_size=1, max_size=40)


def run(name, *, fingerprint="f", metrics=None, **split):
    spec = TrainingSpec(
        dataset="d", fingerprint=fingerprint, categories=LABELS, split=Split(**split), grouping=SpecGrouping(name="raw")
    )
    return Run(name, Path("nowhere") / name, spec, {"state": "succeeded", "metrics": metrics})


def judged(true, answers, rows=None, *, labels=LABELS, fingerprint="f"):
    """Return what a run that answers so, each time with .75, is judged to be."""
    probabilities = np.full((len(true), len(labels)), 0.25 / (len(labels) - 1))
    probabilities[np.arange(len(true)), [labels.index(answer) for answer in answers]] = 0.75
    rows = np.arange(len(true)) if rows is None else np.asarray(rows)
    return judge(run("any").spec, Predictions("d", fingerprint, labels, rows, pd.Categorical(true), probabilities), RAW)


def named(positions):
    return [LABELS[place] for place in positions]


def compared(true, answers, against, **how):
    return compare(run("one"), judged(true, answers), run("two"), judged(true, against), **how)


@given(CHOICES)
def test_each_side_has_the_figures_that_it_has_by_itself(rows):
    true, one, two = (named(column) for column in zip(*rows, strict=True))
    found = compared(true, one, two, resamples=20)
    for answers, side, name in ((one, "after", "{}"), (two, "before", "{}_against")):
        own = judged(true, answers).metrics
        for measure in OVERALL:
            assert getattr(found.overall[measure], side) == pytest.approx(getattr(own, measure))
        table = found.per_class.set_index("label")
        for row in own.per_class.to_dict("records"):
            assert table.loc[row["label"], "support"] == row["support"]
            for measure in OF_CLASS:
                assert table.loc[row["label"], name.format(measure)] == pytest.approx(row[measure])


@given(CHOICES)
def test_counts_of_agreement_add_up_and_explain_the_difference_of_accuracy(rows):
    true, one, two = (named(column) for column in zip(*rows, strict=True))
    found = compared(true, one, two, resamples=20)
    assert sum(found.agreement.values()) == len(rows)
    gained = found.agreement[ONLY_RUN] - found.agreement[ONLY_AGAINST]
    assert found.overall["accuracy"].value * len(rows) == pytest.approx(gained)
    assert (found.mcnemar.only_first, found.mcnemar.only_second) == (
        found.agreement[ONLY_RUN],
        found.agreement[ONLY_AGAINST],
    )
    assert found.same_answer == sum(a == b for a, b in zip(one, two, strict=True))


@given(CHOICES)
def test_the_other_way_round_every_difference_has_the_other_sign(rows):
    true, one, two = (named(column) for column in zip(*rows, strict=True))
    there, back = compared(true, one, two, resamples=30), compared(true, two, one, resamples=30)
    for measure in OVERALL:
        assert there.overall[measure].value == pytest.approx(-back.overall[measure].value)
    for measure in OF_CLASS:
        gaps = there.per_class[f"{measure}_difference"]
        np.testing.assert_allclose(gaps, -back.per_class[f"{measure}_difference"])
        # NaN, of few rows, is no end.
        assert not (there.per_class[f"{measure}_low"] > gaps).any()
        assert not (there.per_class[f"{measure}_high"] < gaps).any()


def test_a_run_beside_its_equal_differs_in_nothing():
    true = named([0, 1, 2] * 30)
    answers = named([0, 1, 1] * 30)
    found = compared(true, answers, answers)
    assert {gap.value for gap in found.overall.values()} == {0.0}
    accuracy = found.overall["accuracy"]
    assert accuracy.low < 0 < accuracy.high == -accuracy.low
    assert np.isnan([found.overall["macro_f1"].low, found.overall["kappa"].high]).all()
    assert not found.per_class.filter(regex="_difference$").to_numpy().any()
    assert found.per_class.filter(regex="_(low|high)$").isna().to_numpy().all()
    assert found.remarks(("one", "two")) == [
        "0 rows are answered differently: too few for an interval but that of the accuracy"
    ]
    assert (found.agreement[BOTH_RIGHT], found.agreement[BOTH_WRONG]) == (60, 30)
    assert "that may be chance" in verdict(found.mcnemar, "one", "two")


def test_the_interval_of_accuracy_is_that_of_the_paired_difference():
    """Of a paired difference the variance is known: (b + c - (b - c)² / n) / n² (Agresti, 2002, section 10.1.1)."""
    random = np.random.default_rng(5)
    true = random.integers(0, 3, 4000)
    one, two = (np.where(random.random(4000) < share, true, (true + 1) % 3) for share in (0.8, 0.7))
    found = compared(named(true), named(one), named(two), resamples=2000)
    gap = found.overall["accuracy"]
    b, c = found.agreement[ONLY_RUN], found.agreement[ONLY_AGAINST]
    reach = 1.96 * np.sqrt(b + c - (b - c) ** 2 / 4000) / 4000
    assert gap.high - gap.value == pytest.approx(reach, rel=0.1)
    assert gap.value - gap.low == pytest.approx(reach, rel=0.1)
    assert gap.is_clear
    assert verdict(found.mcnemar, "one", "two").endswith("more than chance, one is right more often.")


def test_a_class_on_which_hardly_any_row_differs_has_no_interval():
    true = named([0] * 50 + [1] * 50 + [2] * 9)
    found = compared(true, true, named([1] * 10 + [0] * 40 + [1] * 50 + [2] * 9))
    told = found.per_class.set_index("label")["f1_low"].notna()
    assert told.to_dict() == {LABELS[0]: True, LABELS[1]: True, LABELS[2]: False}
    assert not np.isnan(found.overall["macro_f1"].low)
    assert found.remarks(("one", "two"))[-1] == "1 class has fewer than 10 rows answered differently and no interval"


def test_the_intervals_of_a_class_cover_as_they_promise():
    """Of 200 samples of one law, about 95 % of the intervals hold the difference of that law."""
    random = np.random.default_rng(11)
    true = random.integers(0, 2, 200_000)
    one, two = (np.where(random.random(200_000) < share, true, 1 - true) for share in (0.85, 0.75))
    law = compared(named(true), named(one), named(two), resamples=2).per_class["recall_difference"][0]
    held = 0
    for start in range(0, 80_000, 400):
        part = slice(start, start + 400)
        row = compared(named(true[part]), named(one[part]), named(two[part]), resamples=200).per_class.iloc[0]
        held += row["recall_low"] <= law <= row["recall_high"]
    assert 180 <= held <= 198


def test_equal_seeds_give_equal_intervals():
    true, one, two = named([0, 1, 2, 0, 1]), named([0, 1, 1, 0, 2]), named([0, 2, 2, 1, 1])
    first, again = (compared(true, one, two, seed=3) for _ in range(2))
    assert first.overall == again.overall
    pd.testing.assert_frame_equal(first.per_class, again.per_class)


def test_rows_of_each_outcome_come_with_both_answers_the_surest_first():
    true, one, two = named([0, 0, 1, 2]), named([0, 1, 1, 0]), named([1, 0, 1, 0])
    found = compared(true, one, two)
    assert found.rows_of(ONLY_RUN)[["row", "true", "run", "against"]].values.tolist() == [[0, "A", "A", "B"]]
    assert found.rows_of(ONLY_AGAINST)["row"].tolist() == [1]
    assert found.rows_of(BOTH_RIGHT)["row"].tolist() == [2]
    assert found.rows_of(BOTH_WRONG)["row"].tolist() == [3]


def test_of_other_test_rows_the_common_ones_alone_are_compared():
    one = judged(named([0, 1, 2]), named([0, 1, 2]), rows=[2, 5, 9])
    two = judged(named([2, 0, 1]), named([2, 0, 0]), rows=[9, 2, 7])
    found = compare(run("one"), one, run("two"), two)
    assert found.table["row"].tolist() == [2, 9]
    assert found.table["true"].tolist() == ["A", "C"]
    assert (found.pairing.rows, found.pairing.only_first, found.pairing.only_second) == (2, 1, 1)
    assert found.pairing.remarks(("one", "two")) == [
        "left out, since only one was tested on them: 1 row",
        "left out, since only two was tested on them: 1 row",
    ]


def test_no_row_in_common_is_said_in_clear_words():
    one, two = judged(["A"], ["A"], rows=[1]), judged(["A"], ["A"], rows=[2])
    with pytest.raises(InputError) as error:
        compare(run("one", seed=1), one, run("two", kind="past"), two)
    assert str(error.value) == (
        "runs 'one' and 'two' have no test row in common: the one was tested on 20 % of each category, drawn with "
        "seed 1, the other on the latest 20 % by date; train one of them with the split of the other, or judge both "
        "on another dataset"
    )


def test_other_datasets_are_not_compared():
    one, two = judged(["A"], ["A"]), judged(["A"], ["A"], fingerprint="g")
    with pytest.raises(InputError, match=r"judge both on one dataset"):
        compare(run("one"), one, run("two"), two)


def test_a_run_is_not_compared_with_itself():
    found = judged(["A"], ["A"])
    with pytest.raises(InputError, match="run 'one' is compared with itself; choose another one"):
        compare(run("one"), found, run("one"), found)


def test_answers_that_only_one_of_them_can_give_count_for_both():
    one = judged(["A", "B"], ["A", "Z"], labels=("A", "B", "Z"))
    two = judged(["A", "B"], ["A", "B"], labels=("A", "B"))
    found = compare(run("one"), one, run("two"), two)
    assert found.labels == ("A", "B", "Z")
    assert found.per_class.set_index("label").loc["Z", ["support", "f1", "f1_against"]].tolist() == [0, 0, 0]
    own = metrics_from_confusion(np.array([[1, 0, 0], [0, 0, 1], [0, 0, 0]]), found.labels)
    assert found.overall["macro_f1"].after == pytest.approx(own.macro_f1)


@pytest.fixture
def two_datasets(home, tmp_path):
    """Twelve rows, and three of which the first is among them."""
    texts = [f"{word} {number},{category}" for number in range(6) for word, category in (("rose", "A"), ("ship", "B"))]
    made = []
    for name, lines in (("own", texts), ("other", [texts[0], "kite 1,A", "kelp 1,B"])):
        (tmp_path / f"{name}.csv").write_text("headline,category\n" + "\n".join(lines) + "\n")
        made.append(import_file(tmp_path / f"{name}.csv", name))
    return made


def test_rows_of_another_dataset_that_a_run_was_trained_on_are_left_out(two_datasets):
    own, other = two_datasets
    learned = run("one", fingerprint=own.fingerprint, test_share=0.2, seed=3)
    rows = np.arange(3)
    known = trained_on(learned.spec, other.fingerprint, rows)
    tested = trained_on(learned.spec.model_copy(update={"split": Split(test_share=0.9)}), other.fingerprint, rows)
    assert known.tolist() == [True, False, False]
    assert tested.sum() <= 1
    found = judged(["A", "A", "B"], ["A", "A", "B"], fingerprint=other.fingerprint)
    pairing = pair(learned, found, run("two", fingerprint=other.fingerprint), found)
    assert (pairing.first.tolist(), pairing.trained_on, pairing.unknown) == ([1, 2], 1, ())
    assert pairing.remarks(("one", "two")) == ["left out, since one of the two was trained on their text: 1 row"]


def test_where_nobody_can_tell_what_was_trained_on_it_is_said(two_datasets):
    found = judged(["A"], ["A"], fingerprint=two_datasets[1].fingerprint)
    gone = run("gone", fingerprint="no more")
    pairing = pair(gone, found, run("two", fingerprint=two_datasets[1].fingerprint), found)
    assert pairing.remarks(("gone", "two")) == ["what gone was trained on is not here any more: it may know some rows"]


def test_of_rows_that_were_all_trained_on_nothing_is_told(two_datasets):
    own, other = two_datasets
    found = judged(["A"], ["A"], fingerprint=other.fingerprint)
    learned = run("one", fingerprint=own.fingerprint, test_share=0.2, seed=3)
    with pytest.raises(InputError, match="were trained on the texts of all 1 row that both"):
        pair(learned, found, run("two", fingerprint=other.fingerprint), found)


def test_gain_stands_beside_its_price():
    found = compared(named([0] * 100), named([0] * 90 + [1] * 10), named([0] * 80 + [1] * 20))
    slow, fast = Cost(31.0, 100, 100 / 31, None, 1), Cost(10.0, 100, 10.0, None, 1)
    told = gain_sentence(found, slow, fast)
    assert told.startswith("+10.0 points of accuracy [+")
    assert told.endswith("] for 3.1 × the training time")
    assert gain_sentence(found, slow, Cost(None, None, None, None, 1)).endswith("]")


def test_chance_and_p_values_in_words():
    assert chance_sentence(42) == "Of 42 intervals of 95 %, about 2 would leave 0 out by chance alone."
    assert (p_text(1e-12), p_text(0.0312)) == ("p < 0.001", "p = 0.031")


def test_the_document_is_plain_and_whole_also_where_the_dataset_is_gone(home):
    import json

    true, one, two = named([0, 0, 1, 2]), named([0, 1, 1, 0]), named([1, 0, 1, 0])
    metrics = {"train_seconds": 2.0, "training_rows": 50, "classified_rows_per_s": 9.0}
    first, second = run("one", metrics=metrics), run("two")
    found = comparison_document(compare(first, judged(true, one), second, judged(true, two)), first, second, examples=1)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["run"], found["against"], found["rows"]) == ("one", "two", 4)
    assert found["agreement"] == {"both_right": 1, "only_run_right": 1, "only_against_right": 1, "both_wrong": 1}
    assert [(row["outcome"], row["headline"]) for row in found["examples"]] == [(ONLY_RUN, None), (ONLY_AGAINST, None)]
    assert found["cost"]["run"] == {
        "train_seconds": 2.0,
        "training_rows": 50,
        "training_rows_per_s": 25.0,
        "classified_rows_per_s": 9.0,
        "model_bytes": 0,
    }
    assert found["cost"]["against"]["train_seconds"] is None
