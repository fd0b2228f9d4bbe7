"""What ``confidence`` and ``calibrate`` print: whole, plain JSON, whatever the rows are."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.evaluation.confidence import (
    POINTS,
    calibration_document,
    confidence_document,
    confidence_from,
    plain,
    thinned,
)
from core.evaluation.temperature import calibrate, calibrated, keep, scaled
from core.runs.store import Run
from tests.evaluation.test_judge import PAIRS, predictions, spec
from tests.evaluation.test_temperature import made

HOW = {"calibrated": False, "threshold": 0.7, "precision": 0.9}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run("20260101-000000-logistic-abcd", tmp_path, spec(), {"state": "succeeded"})


ROWS = {
    "many": made(),
    "three": predictions(np.eye(4)[:3], list("ABA")),
    "none": predictions(np.zeros((0, 4)), []),
    "zero errors": predictions(np.eye(4), list("ABCD")),
    "one class": predictions([[1, 0, 0, 0]] * 40, ["A"] * 40),
    "unknown labels": predictions(np.eye(4), ["A", "0 new", "1 new", "A"]),
}


@pytest.mark.parametrize("rows", list(ROWS))
def test_the_document_is_json_whatever_the_rows(run, rows):
    found = confidence_from(spec(), ROWS[rows], PAIRS)
    for label in (None, *found.judged.metrics.labels):
        document = confidence_document(run, found, **HOW, label=label)
        assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["rows"] == len(ROWS[rows].rows)
    assert [one["level"] for one in document["back_off"]] == ["category", "group", "abstain", "answered"]
    assert len(document["class_thresholds"]) == len(found.judged.metrics.labels)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"label": "E"}, "there is no label 'E' here; choose one of: AB, CD"),
        ({"threshold": 1.5}, "threshold 1.5 is no probability; choose a number from 0 to 1"),
        ({"precision": float("nan")}, "precision nan is no probability; choose a number from 0 to 1"),
        ({"bins": 0}, "0 bins cannot be drawn; choose 1 to 100"),
        ({"binning": "wide"}, "binning 'wide' is unknown; choose one of: equal count, equal width"),
    ],
)
def test_what_cannot_be_asked_is_one_line(run, how, told):
    with pytest.raises(InputError) as error:
        confidence_document(run, confidence_from(spec(), made(), PAIRS), **{**HOW, **how})
    assert str(error.value) == told


def test_calibrated_test_rows_are_scaled_by_parts_and_others_by_the_one_temperature():
    data = made()
    by = calibrate(spec(), data)
    own = calibrated(spec(), data, by).probabilities
    each = {tuple(row) for row in own}
    allowed = [scaled(data.probabilities, one) for one in by.fold_temperatures]
    assert len(each) > 1
    assert all(any(np.allclose(row, one[place]) for one in allowed) for place, row in enumerate(own))
    elsewhere = calibrated(spec().model_copy(update={"fingerprint": "other"}), data, by).probabilities
    np.testing.assert_array_equal(elsewhere, scaled(data.probabilities, by.temperature))


def test_the_calibration_is_told_and_told_to_be_gone(run):
    kept = calibrate(spec(), made())
    keep(run, kept)
    document = calibration_document(run, kept)
    assert json.loads(json.dumps(document, allow_nan=False))["temperature"] == kept.temperature
    gone = calibration_document(run, None)
    assert document.keys() == gone.keys()
    assert {value for key, value in gone.items() if key != "run"} == {None}
    found = confidence_from(spec(), made(), PAIRS)
    assert confidence_document(run, found, **HOW)["temperature"] == kept.temperature


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    frame = pd.DataFrame({"x": range(1000)})
    few = thinned(frame)["x"].tolist()
    assert len(few) == POINTS
    assert (few[0], few[-1]) == (0, 999)
    assert len(thinned(frame.head(3))) == 3


def test_what_is_not_known_is_none():
    frame = pd.DataFrame({"a": [1.5, np.nan], "b": pd.array([1, None], dtype="Int64"), "c": ["x", "y"]})
    assert plain(frame) == [{"a": 1.5, "b": 1, "c": "x"}, {"a": None, "b": None, "c": "y"}]
