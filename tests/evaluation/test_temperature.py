"""Temperature scaling: the optimum of the log loss, rows that do not judge themselves, and a file beside the run."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.metrics import log_loss

from core.errors import DamagedError, InputError
from core.evaluation import temperature
from core.evaluation.temperature import COLDEST, FLOOR, HOTTEST, cross_fit, fit_temperature, scaled
from core.runs.store import Run
from tests.evaluation.test_judge import CATEGORIES, predictions, spec

HALVES = arrays(np.float16, (6, 4), elements=st.floats(0, 1, width=16))
TEMPERATURES = st.floats(COLDEST, HOTTEST)


def drawn(true_temperature, rows=4000, seed=0):
    """Return probabilities that are right at ``true_temperature``, and labels drawn accordingly."""
    random = np.random.default_rng(seed)
    logits = random.normal(scale=2.0, size=(rows, 4))
    cumulated = softmax(logits / true_temperature, axis=1).cumsum(axis=1)
    return softmax(logits, axis=1), (random.random((rows, 1)) > cumulated).sum(axis=1).clip(max=3)


@given(HALVES, TEMPERATURES)
def test_rows_sum_to_one_and_the_likeliest_label_stays(probabilities, by):
    found = scaled(probabilities, by)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(found.argmax(axis=1), np.maximum(probabilities, FLOOR).argmax(axis=1))


@given(arrays(np.float64, (3, 4), elements=st.floats(0.01, 1)), TEMPERATURES)
def test_it_is_the_softmax_of_logits_over_the_temperature(weights, by):
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scaled(probabilities, by), softmax(np.log(probabilities) / by, axis=1), rtol=1e-9)


@pytest.mark.parametrize("by", [0.5, 1.0, 1.7, 3.0])
def test_the_temperature_that_was_put_in_comes_out(by):
    assert fit_temperature(*drawn(by, rows=40_000)) == pytest.approx(by, rel=0.03)


@given(st.integers(0, 100), st.floats(0.4, 4))
def test_the_temperature_is_where_scikit_learns_log_loss_is_least(seed, by):
    probabilities, true = drawn(by, rows=300, seed=seed)
    least = minimize_scalar(
        lambda t: log_loss(true, softmax(np.log(probabilities) / t, axis=1), labels=range(4)),
        bounds=(COLDEST, HOTTEST), method="bounded", options={"xatol": 1e-6},
    )  # fmt: skip
    assert fit_temperature(probabilities, true) == pytest.approx(least.x, rel=1e-3)


@pytest.mark.parametrize(
    ("probabilities", "true", "expected"),
    [
        ([[0.7, 0.3]] * 5, [0] * 5, COLDEST),
        ([[0.9, 0.1]] * 5, [1] * 5, HOTTEST),
        ([[1.0]] * 5, [0] * 5, 1.0),
        ([[0.5, 0.5]] * 5, [0, 1, 0, 1, 1], 1.0),
    ],
    ids=["always right", "always wrong", "one class", "never sure"],
)
def test_where_no_temperature_is_best_there_is_a_defined_one(probabilities, true, expected):
    assert fit_temperature(np.array(probabilities, dtype=np.float16), np.array(true)) == expected


def test_zeros_of_half_precision_do_no_harm():
    probabilities = np.array([[1, 0, 0, 0]] * 30 + [[0, 1, 0, 0]] * 10, dtype=np.float16)
    found = fit_temperature(probabilities, np.zeros(40, dtype=int))
    assert COLDEST < found <= HOTTEST
    assert np.isfinite(scaled(probabilities, found)).all()


def made(by=2.0, rows=400, unknown=0):
    probabilities, true = drawn(by, rows=rows)
    names = [CATEGORIES[place] for place in true]
    return predictions(probabilities, ["0 new"] * unknown + names[unknown:])


def test_no_row_is_scaled_by_a_temperature_that_it_helped_to_fit():
    data = made()
    found = cross_fit(spec(), data, folds=4, seed=1)
    fold = np.random.default_rng(1).permutation(len(data.rows)) % 4
    true = temperature.true_labels(spec(), data)
    for one, by in enumerate(found.temperatures):
        others = fold != one
        assert by == pytest.approx(fit_temperature(data.probabilities[others], true[others]))
        np.testing.assert_allclose(found.probabilities[~others], scaled(data.probabilities[~others], by), rtol=1e-5)


def test_labels_that_the_model_cannot_give_are_left_out_and_counted():
    found = temperature.calibrate(spec(), made(unknown=50))
    assert (found.rows, found.unknown_rows) == (350, 50)
    assert found.folds == len(found.fold_temperatures) == 5


def test_calibrating_helps_where_probabilities_are_too_sure():
    found = temperature.calibrate(spec(), made(by=3.0, rows=4000))
    assert found.temperature == pytest.approx(3.0, rel=0.1)
    for gain in (found.labels, found.groups):
        assert gain.after.log_loss < gain.before.log_loss
        assert gain.after.ece < gain.before.ece
    assert found.labels.after.accuracy == found.labels.before.accuracy


def test_too_few_rows_are_one_line():
    with pytest.raises(InputError) as error:
        cross_fit(spec(), made(rows=3))
    assert str(error.value) == (
        "a temperature needs 20 test rows whose label the model can give, and there are 3; "
        "train on more records, or with a larger test share"
    )


def test_a_model_of_groups_is_held_against_groups():
    data = predictions([[0.9, 0.1], [0.2, 0.8]], ["A", "D"], labels=("AB", "CD"))
    assert temperature.true_labels(spec("group"), data).tolist() == [0, 1]
    assert temperature.own_groups(spec("group"), data.labels, spec().grouping.grouping()) == ["AB", "CD"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run("20260101-000000-logistic-abcd", tmp_path, spec(), {"state": "succeeded"})


def test_what_is_kept_with_a_run_comes_back_and_can_be_undone(run):
    assert temperature.stored(run) is None
    found = temperature.calibrate(spec(), made())
    temperature.keep(run, found)
    assert temperature.stored(run) == temperature.required(run) == found
    assert [path.name for path in run.path.iterdir()] == ["calibration.json"]
    assert temperature.remove(run)
    assert not temperature.remove(run)
    with pytest.raises(InputError, match=r"has no temperature; `python -m core calibrate \S+` fits and keeps one"):
        temperature.required(run)


@pytest.mark.parametrize("value", [0.0, -1.0, 1e9, "warm", None])
def test_a_spoiled_file_is_told_in_one_line(run, value):
    temperature.keep(run, temperature.calibrate(spec(), made()))
    path = run.path / temperature.CALIBRATION
    path.write_text(json.dumps({**json.loads(path.read_text()), "temperature": value}))
    with pytest.raises(
        DamagedError, match=r"is no calibration \(temperature: .*\); `python -m core calibrate"
    ) as error:
        temperature.stored(run)
    assert "\n" not in str(error.value)
