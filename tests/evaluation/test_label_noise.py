"""Confident learning against values counted by hand, the ranking by its laws, and flipped labels found again."""

import builtins

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import datasets
from core.data.importing import import_file
from core.errors import CopydeskError, InputError
from core.evaluation.label_noise import (
    COLUMNS,
    candidates,
    confident_learning,
    find_label_noise,
    judgeable,
    ordinal,
    ranked,
    sentence,
    share,
)
from core.grouping.grouping import Grouping

SUBJECTS = {
    "GARDEN": ["roses bloom", "beans climb", "soil warms"],
    "HARBOUR": ["ferries wait", "gulls return", "anchors drop"],
    "KITCHEN": ["bread rises", "soup simmers", "onions fry"],
}


def records(each=20, subjects=SUBJECTS):
    """``each`` different headlines of every phrase."""
    rows = [
        (f"{phrase} {number}", name) for name, all_ in subjects.items() for phrase in all_ for number in range(each)
    ]
    frame = pd.DataFrame(rows, columns=["headline", "category"]).assign(short_description=None)
    return frame.astype({"headline": "str", "category": "str", "short_description": "str"})


def test_what_is_flagged_is_what_the_paper_counts():
    own = np.array([0.9, 0.8, 0.7, 0.1, 0.9, 0.8, 0.6, 0.3])
    targets = np.repeat([0, 1], 4)
    probabilities = np.where(targets[:, None] == np.arange(2), own[:, None], 1 - own[:, None])
    # Thresholds are the means .625 and .65. Confident: three of 0 for 0, one for 1; two of 1 for 1, one for 0, one
    # for neither. Scaled to four rows each, and whole: [[3, 1], [1, 3]]. So the worst one of each is flagged.
    flagged, noise = confident_learning(targets, probabilities)
    assert flagged.tolist() == [False, False, False, True, False, False, False, True]
    assert noise == pytest.approx(2 / 8)


def naive(targets, probabilities):
    """The formulas of the paper in loops: thresholds, confident joint, calibration, prune by noise rate."""
    labels = probabilities.shape[1]
    thresholds = [probabilities[targets == label, label].mean() for label in range(labels)]
    joint = np.zeros((labels, labels))
    for target, row in zip(targets, probabilities, strict=True):
        sure = [label for label in range(labels) if row[label] >= thresholds[label] - 1e-6]
        if sure:
            joint[target, max(sure, key=lambda label: row[label])] += 1
    joint[np.diag_indices(labels)] = np.maximum(np.diag(joint), 1)
    return joint / joint.sum(axis=1, keepdims=True) * np.bincount(targets)[:, None]


@given(st.integers(0, 10_000))
def test_the_estimate_is_that_of_the_papers_formulas(seed):
    random = np.random.default_rng(seed)
    targets = np.concatenate([np.arange(3), random.integers(0, 3, 37)])
    probabilities = random.dirichlet(np.ones(3), 40)
    flagged, noise = confident_learning(targets, probabilities)
    joint = naive(targets, probabilities)
    # Counts are rounded to whole rows, at most one up or down in each cell.
    assert noise == pytest.approx(1 - np.trace(joint) / 40, abs=3 / 40)
    assert not flagged[probabilities.argmax(axis=1) == targets].any()


@given(st.integers(0, 10_000))
def test_of_the_rows_of_a_label_those_of_the_largest_margin_are_flagged(seed):
    random = np.random.default_rng(seed)
    targets = np.concatenate([np.arange(2), random.integers(0, 2, 38)])
    probabilities = random.dirichlet(np.ones(2), 40)
    flagged, _ = confident_learning(targets, probabilities)
    for label in range(2):
        margin = probabilities[:, 1 - label] - probabilities[:, label]
        worst = margin[(targets == label) & flagged]
        others = margin[(targets == label) & ~flagged]
        assert worst.min(initial=np.inf) >= others.max(initial=-np.inf)
        assert (worst > 0).all()


@given(st.integers(0, 10_000))
def test_ranks_go_by_self_confidence_and_suggest_the_best_other_category(seed):
    random = np.random.default_rng(seed)
    rows, targets = random.permutation(30), random.integers(0, 3, 30)
    probabilities = random.dirichlet(np.ones(3), 30).astype(np.float32).round(1)
    table = ranked(rows, targets, probabilities, random.random(30) < 0.5, np.array(["A", "B", "C"], dtype=object))
    assert tuple(table.columns) == COLUMNS
    assert table["rank"].tolist() == list(range(1, 31))
    keys = list(zip(table["self_confidence"], -table["confidence"], table["row"], strict=True))
    assert keys == sorted(keys)
    place = {row: at for at, row in enumerate(rows.tolist())}
    for one in table.itertuples():
        own = probabilities[place[one.row]]
        assert one.self_confidence == own["ABC".index(one.category)]
        assert one.confidence == max(own[at] for at in range(3) if "ABC"[at] != one.category)
        assert one.confidence == own["ABC".index(one.suggested)]


def test_flipped_labels_come_first():
    frame = records()
    flipped = [3, 77, 130]
    others = {"GARDEN": "HARBOUR", "HARBOUR": "KITCHEN", "KITCHEN": "GARDEN"}
    right = frame["category"].iloc[flipped].tolist()
    frame.loc[flipped, "category"] = [others[name] for name in right]
    found = find_label_noise(frame, "few")
    first = found.table.head(3).sort_values("row")
    assert first["row"].tolist() == flipped
    assert first["suggested"].tolist() == right
    assert first["flagged"].all()
    assert len(found.table) == len(frame)
    assert found.accuracy > 0.9
    assert find_label_noise(frame, "few").table.equals(found.table)


def test_what_cannot_be_judged_is_left_out_and_told():
    few = records(each=1, subjects={"RARE": ["fog lifts", "Fog lifts!", "FOG  lifts", "fog, lifts", "rain"]})
    found = find_label_noise(pd.concat([records(), few], ignore_index=True), "few")
    assert found.left_out == {"RARE": 5}
    assert len(found.table) == len(records())
    assert "RARE" not in set(found.table["suggested"].cat.categories)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (records(1, {"A": ["x"], "B": ["y"], "C": ["z"]}), "has 0 of 3 categories with 4 different headlines or more"),
        (records(9, {"A": ["x"]}), "has 1 of 1 categories with 4 different headlines or more"),
        (records(9, {"A": ["x"]}).iloc[:0], "has 0 of 0 categories"),
    ],
)
def test_too_little_to_judge_by_is_told(frame, message):
    with pytest.raises(InputError) as told:
        find_label_noise(frame, "tiny")
    assert message in str(told.value)
    assert str(told.value).endswith("finding wrong labels needs two such categories: import more records")


def test_hundreds_of_categories_are_judged():
    frame = records(4, {f"CATEGORY {number}": [f"topic{number}"] for number in range(500)})
    found = find_label_noise(frame, "wide")
    assert len(found.table) == 2_000
    assert found.left_out == {}


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from("ABC")), min_size=1, max_size=40))
def test_every_row_is_judged_or_counted_as_left_out(rows):
    units = pd.factorize(np.array([unit for unit, _ in rows]))[0]
    categories = pd.Series([category for _, category in rows], dtype="str")
    judged, left_out = judgeable(units, categories)
    assert categories[~judged].value_counts().to_dict() == left_out
    assert not set(categories[judged]) & set(left_out)


def test_candidates_are_narrowed_by_category_group_and_rows():
    names = pd.Index(["A", "B", "C"], dtype="str")
    table = pd.DataFrame(
        {
            "row": [7, 3, 5, 1],
            "category": pd.Categorical.from_codes([0, 1, 2, 0], names),
            "suggested": pd.Categorical.from_codes([1, 2, 0, 2], names),
            "flagged": [True, True, True, False],
        }
    )
    rows = {
        "all": candidates(table),
        "category": candidates(table, category="A"),
        "grouping": candidates(table, grouping=Grouping("two", {"A": "X", "B": "X"})),
        "without": candidates(table, without=np.array([7, 5])),
        "rows": candidates(table, rows=np.array([1, 3])),
    }
    assert {name: one["row"].tolist() for name, one in rows.items()} == {
        "all": [7, 3, 5],
        "category": [7, 5],
        "grouping": [3, 5],
        "without": [3],
        "rows": [3],
    }


def test_a_score_is_told_in_one_sentence():
    row = {"category": "PARENTS", "suggested": "PARENTING", "confidence": 0.912, "self_confidence": 0.021, "rank": 4}
    expected = "Given PARENTS; 0.91 sure that it is PARENTING, 0.02 for PARENTS: 4th of 167,616."
    assert sentence(row, 167_616) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "under 0.01"), (0.0049, "under 0.01"), (0.005, "0.01"), (0.5, "0.50"), (0.995, "0.99"), (1.0, "over 0.99")],
)
def test_no_probability_is_told_as_certain(value, text):
    assert share(value) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (13, "13th"), (21, "21st"), (1_112, "1,112th")],
)
def test_ordinals(number, text):
    assert ordinal(number) == text


def test_without_cleanlab_the_command_that_installs_it_is_told(monkeypatch):
    import_ = builtins.__import__

    def without(name, *others, **more):
        if name.startswith("cleanlab"):
            raise ModuleNotFoundError(name)
        return import_(name, *others, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CopydeskError, match=r"^finding wrong labels needs cleanlab; run: pip install cleanlab==2"):
        confident_learning(np.array([0, 1]), np.eye(2))


def test_on_real_headlines_most_of_the_first_are_flipped_ones(home, real_file):
    frame = datasets.frame(import_file(real_file, "real"), ["headline", "short_description", "category"])
    frame = frame.iloc[::4].reset_index(drop=True)
    random = np.random.default_rng(0)
    names = np.array(frame["category"].cat.categories, dtype=object)
    codes = frame["category"].cat.codes.to_numpy(copy=True)
    flipped = np.zeros(len(frame), dtype=bool)
    flipped[random.choice(len(frame), len(frame) // 20, replace=False)] = True
    codes[flipped] = (codes[flipped] + random.integers(1, len(names), flipped.sum())) % len(names)
    found = find_label_noise(frame.assign(category=pd.Series(names[codes], dtype="str")), "real")
    assert flipped[found.table["row"].head(100)].mean() > 0.8
    assert flipped[found.table["row"].head(flipped.sum())].mean() > 0.5
