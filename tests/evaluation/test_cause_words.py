"""What is said of causes: a meaning for each, and a sentence of evidence that holds the row's own figures."""

from dataclasses import replace

import numpy as np
import pandas as pd

from core.data.corrections import CORRECTED, Verdict
from core.evaluation import causes
from core.evaluation.cause_words import MEANINGS, SENTENCES, also, evidence
from core.evaluation.causes import ORDER, find_causes
from core.evaluation.judge import judge
from core.evaluation.predictions import Predictions
from core.evaluation.row_facts import row_facts
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.runs.spec import SpecGrouping, TrainingSpec

KNOWN = "one two three four five six seven eight nine ten eleven"
ROWS = [
    # text, described, day, category, probabilities over A, B, C
    (KNOWN + " plain", True, "2020-01-01", "E", (0.1, 0.1, 0.8)),
    (KNOWN + " plain", True, "2020-01-01", "A", (0.0, 0.0, 1.0)),
    (KNOWN + " told", True, "2020-01-01", "B", (0.1, 0.1, 0.8)),
    (KNOWN + " sibling", True, "2020-01-01", "A", (0.1, 0.8, 0.1)),
    ("one", False, "2020-01-01", "B", (0.1, 0.1, 0.8)),
    ("one two", True, "2020-01-01", "B", (0.1, 0.1, 0.8)),
    (KNOWN + " new words here", True, "2020-01-01", "B", (0.1, 0.1, 0.8)),
    (KNOWN, True, "2020-01-03", "B", (0.1, 0.1, 0.8)),
    (KNOWN, True, "2020-01-01", "B", (0.1, 0.4, 0.5)),
    (KNOWN, True, "2020-01-01", "B", (0.1, 0.1, 0.8)),
    (KNOWN, True, "2020-01-01", "C", (0.1, 0.1, 0.8)),
]
SAID = [
    "No training row is E.",
    "over 0.99 sure that it is C, under 0.01 for A.",
    "Row 4,711 of news, trained on, has the same words and is C.",
    "B is in the same group as A.",
    "No description; the headline has 1 word.",
    "2 words in all.",
    "21% of its words are in no training row: new, words, here.",
    "Of 2020-01-03, 2 days after the newest training row.",
    "C at 0.50, only 0.10 before the next one.",
    "C at 0.80, B at 0.10, in 11 words.",
    "",
]


def found(verdicts=None):
    text, described, days, true, probabilities = zip(*ROWS, strict=True)
    size = len(ROWS)
    frame = pd.DataFrame(
        {
            "text": [*text, f"{KNOWN} plain told sibling"],
            "short_description": [*("words" if one else None for one in described), "words"],
            "category": [*true, "C"],
            "date": pd.to_datetime([*days, "2020-01-01"]),
            "training": [False] * size + [True],
            "row": [*range(size), 4711],
            "dataset": "news",
        }
    ).astype({"text": "str", "short_description": "str", "category": "str"})
    facts = row_facts(frame, np.arange(size))
    # Of the rows here only the one of `told` shall have a twin: all the others are alike by design.
    twin = pd.DataFrame(
        {
            "at": [2],
            "category": pd.Categorical(["C"]),
            "row": [4711],
            "dataset": ["news"],
            "training": [True],
            "likeness": [1.0],
        }
    )
    facts = replace(facts, twins=twin)
    spec = TrainingSpec(
        dataset="d", fingerprint="f", categories=("A", "B", "C"), grouping=SpecGrouping(name="raw", mapping={})
    )
    predictions = Predictions(
        "d", "f", ("A", "B", "C"), np.arange(size), pd.Categorical(true), np.array(probabilities, np.float16)
    )
    siblings = Grouping("pair", {"A": "AB", "B": "AB"})
    judged = judge(spec, predictions, RAW)
    return find_causes(judged, facts, answers=RAW.members(spec.categories), siblings=siblings, verdicts=verdicts)


def test_every_cause_has_a_meaning_and_a_sentence():
    assert list(MEANINGS) == list(SENTENCES) == list(ORDER)


def test_each_row_s_sentence_holds_its_own_figures():
    one = found()
    assert one.table["cause"].tolist()[:-1] == list(ORDER)
    assert evidence(one, range(len(ROWS))) == SAID


def test_further_causes_are_named_in_their_order():
    told = also(found(), [4, 5, 9])
    assert told == [(causes.BRIEF,), (), ()]


def test_a_correction_is_said():
    one = found({9: Verdict(9, CORRECTED, "B", "A", "", "")})
    assert evidence(one, [9]) == ["Somebody corrected B to A."]


def test_many_strange_words_are_not_all_named():
    one = found()
    place = 6
    words = " ".join(f"strange{number}" for number in range(9))
    frame = pd.DataFrame(
        {
            "text": pd.Series([words, KNOWN], dtype="str"),
            "short_description": pd.Series(["x", "x"], dtype="str"),
            "category": pd.Series(["B", "B"], dtype="str"),
            "date": pd.to_datetime(["2020-01-01"] * 2),
            "training": [False, True],
            "row": [0, 1],
            "dataset": "news",
        }
    )
    facts = row_facts(frame, np.zeros(len(ROWS), dtype=np.int64))
    assert evidence(replace(one, facts=facts), [place])[0].endswith("strange4, strange5 and 3 more.")
