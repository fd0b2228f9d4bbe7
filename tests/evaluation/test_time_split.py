"""Random split beside split by time: which runs belong together, and labels that are born later."""

from pathlib import Path

import pandas as pd
import pytest
from sklearn.metrics import recall_score

from core.evaluation.judge import judge
from core.evaluation.time_split import ONLY_AFTER, ONLY_BEFORE, other_spec, side_by_side, twin_of
from core.grouping.builtin import RAW
from core.runs.spec import Split
from core.runs.store import Run
from tests.evaluation.test_judge import predictions, spec


def run(name, its_spec, state="succeeded"):
    return Run(name, Path(name), its_spec, {"state": state})


def test_the_twin_differs_in_the_split_alone():
    one = run("one", spec())
    past = other_spec(one.spec)
    assert (past.split.kind, other_spec(past)) == ("past", one.spec)
    others = [
        run("failed", past, "failed"),
        run("another seed", past.model_copy(update={"seed": 7})),
        run("another share", past.model_copy(update={"split": Split(kind="past", test_share=0.3)})),
        run("itself", one.spec),
        run("renamed dataset", past.model_copy(update={"dataset": "renamed"})),
        run("older", past),
    ]
    assert twin_of(one, others).id == "renamed dataset"
    assert twin_of(one, others[:4]) is None
    assert twin_of(others[-1], [one]).id == "one"


def certain(answers, true, labels=("A", "B", "C", "D")):
    rows = [[float(label == answer) for label in labels] for answer in answers]
    return judge(spec(), predictions(rows, true, labels=labels), RAW)


def test_recalls_are_scikit_learns_and_labels_of_one_side_are_marked():
    random_true, random_answers = list("AABBCCDD"), list("AABBCDDD")
    past_true, past_answers = list("AABBDD"), list("ABBBAA")
    found = side_by_side(certain(random_answers, random_true), certain(past_answers, past_true, labels=("A", "B", "C")))
    classes = found.classes.set_index("label")
    for side, true, answers in (("random", random_true, random_answers), ("past", past_true, past_answers)):
        labels = sorted(set(true))
        expected = recall_score(true, answers, labels=labels, average=None)
        assert classes.loc[labels, side].tolist() == pytest.approx(expected)
    assert classes["met"].to_dict() == {"A": "", "B": "", "C": ONLY_BEFORE, "D": ONLY_AFTER}
    assert classes.loc["D", "past"] == 0.0
    assert pd.isna(classes.loc["C", ["past", "difference", "low", "high"]]).all()
    assert found.classes["label"].tolist() == ["D", "A", "B", "C"]
    told = classes.loc["A"]
    assert told["low"] <= told["difference"] <= told["high"]
    figures = found.figures.set_index("figure")
    assert figures.loc["accuracy", ["random", "past"]].tolist() == pytest.approx([7 / 8, 3 / 6])
    assert (figures["past"] - figures["random"]).tolist() == pytest.approx(figures["difference"].tolist())
