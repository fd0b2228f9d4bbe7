"""Candidates for wrong labels as people go through them: filtered, with headline, sentence and verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.data.corrections import Verdict
from core.data.records import text_of
from core.evaluation.label_noise import LabelNoise, candidates, sentence
from core.grouping.grouping import Grouping


def chosen(
    noise: LabelNoise,
    frame: pd.DataFrame,
    *,
    category: str | None = None,
    words: str = "",
    grouping: Grouping | None = None,
    verdicts: Mapping[int, Verdict] = {},
) -> pd.DataFrame:
    """Return the candidates that are asked for, the likeliest wrong first; see `candidates`.

    Parameters
    ----------
    frame: headline and short_description of all rows of the dataset.
    words: each must be in the text, in any case.
    verdicts: rows that were decided about, which are left out.
    """
    listed = candidates(noise.table, category=category, grouping=grouping, without=np.fromiter(verdicts, np.int64))
    wanted = words.casefold().split()
    if not wanted:
        return listed
    texts = text_of(frame.iloc[listed["row"]]).str.casefold()
    keep = np.ones(len(listed), dtype=bool)
    for word in wanted:
        keep &= texts.str.contains(word, regex=False).to_numpy(dtype=bool)
    return listed[keep]


def described(
    listed: pd.DataFrame, frame: pd.DataFrame, verdicts: Mapping[int, Verdict], judged: int
) -> list[dict[str, Any]]:
    """Return rows of `LabelNoise.table` as JSON, with headline, sentence and verdict (None: none yet)."""
    headlines = frame["headline"].iloc[listed["row"]]
    found = []
    for one, headline in zip(listed.to_dict("records"), headlines, strict=True):
        made = verdicts.get(one["row"])
        found.append(
            {
                "row": one["row"],
                "rank": one["rank"],
                "category": one["category"],
                "suggested": one["suggested"],
                "self_confidence": float(one["self_confidence"]),
                "confidence": float(one["confidence"]),
                "headline": headline,
                "verdict": made.verdict if made else None,
                "to": made.to if made else None,
                "sentence": sentence(one, judged),
            }
        )
    return found
