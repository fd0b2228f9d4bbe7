"""Candidates as people go through them: filtered by words and verdicts, told with headline and sentence."""

import numpy as np
import pandas as pd
import pytest

from core.data.corrections import Verdict
from core.evaluation.label_candidates import chosen, described
from core.evaluation.label_noise import LabelNoise, ranked

NAMES = np.array(["GARDEN", "HARBOUR"], dtype=object)


@pytest.fixture
def noise():
    probabilities = np.array([[0.1, 0.9], [0.2, 0.8], [0.7, 0.3]], dtype=np.float32)
    flagged = np.array([True, True, True])
    return LabelNoise(ranked(np.array([0, 1, 2]), np.array([0, 0, 1]), probabilities, flagged, NAMES), 0.5, 0.5, {})


@pytest.fixture
def frame():
    texts = {
        "headline": ["Ferries wait", "Gulls return", "Roses (bloom)"],
        "short_description": [None, "at noon", None],
    }
    return pd.DataFrame(texts).astype("str")


CONFIRMED = {0: Verdict(0, "confirmed", "GARDEN", None, "", "2026-01-01T00:00:00+00:00")}


@pytest.mark.parametrize(
    ("how", "rows"),
    [
        ({}, [0, 1, 2]),
        ({"words": "GULLS noon"}, [1]),
        ({"words": "gulls wait"}, []),
        ({"words": "(bloom)"}, [2]),
        ({"category": "GARDEN", "words": "r"}, [0, 1, 2]),
        ({"verdicts": CONFIRMED}, [1, 2]),
    ],
    ids=str,
)
def test_the_list_is_narrowed(noise, frame, how, rows):
    assert chosen(noise, frame, **how)["row"].tolist() == rows


def test_a_candidate_is_told_with_headline_verdict_and_sentence(noise, frame):
    told = described(chosen(noise, frame).head(2), frame, CONFIRMED, 3)
    assert told[0] == {
        "row": 0,
        "rank": 1,
        "category": "GARDEN",
        "suggested": "HARBOUR",
        "self_confidence": pytest.approx(0.1),
        "confidence": pytest.approx(0.9),
        "headline": "Ferries wait",
        "verdict": "confirmed",
        "to": None,
        "sentence": "Given GARDEN; 0.90 sure that it is HARBOUR, 0.10 for GARDEN: 1st of 3.",
    }
    assert told[1]["verdict"] is None
