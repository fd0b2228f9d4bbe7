"""Stored predictions: what cannot be a probability is told, not reckoned with."""

import numpy as np
import pytest

from core.errors import DamagedError
from core.evaluation.predictions import load_predictions, save_predictions
from tests.evaluation.test_judge import predictions


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.5, 2.0])
def test_probabilities_that_are_none_are_told_in_one_line(tmp_path, value):
    data = predictions([[1, 0, 0, 0], [0, value, 0, 0], [0, 0, 1, 0]], list("ABC"))
    save_predictions(data, tmp_path)
    with pytest.raises(DamagedError) as error:
        load_predictions(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: 1 of 3 rows have probabilities that are no numbers from 0 to 1; train the run again"
    )


def test_no_rows_are_no_damage(tmp_path):
    save_predictions(predictions(np.zeros((0, 4)), []), tmp_path)
    assert len(load_predictions(tmp_path).rows) == 0
