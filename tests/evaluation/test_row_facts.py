"""Facts of judged rows: words that training never held, dates after it, the same text under another category."""

import numpy as np
import pandas as pd
import pytest

from core.data import datasets
from core.data.importing import import_file
from core.errors import InputError
from core.evaluation.row_facts import DESCRIPTION, LATER, UNSEEN, facts_of, row_facts
from core.runs import store
from core.runs.spec import SpecGrouping, TrainingSpec
from core.runs.split import split_frame

SAME = "a plain headline of several words"


def corpus(*rows, **columns):
    """Return a corpus of (text, category, training), with `columns` in place of the defaults."""
    frame = pd.DataFrame(rows, columns=["text", "category", "training"])
    size = len(frame)
    plain = {
        "short_description": pd.Series([None] * size, dtype="str"),
        "date": pd.Series([pd.NaT] * size, dtype="datetime64[s]"),
        "row": range(size),
        "dataset": "d",
    }
    return frame.astype({"text": "str", "category": "str"}).assign(**plain | columns)


def facts(frame):
    """Return the facts of the rows that were not trained on."""
    return row_facts(frame, np.flatnonzero(~frame["training"]))


def test_words_that_no_training_row_has():
    found = facts(corpus(("red house", "A", True), ("Red blue green RED", "A", False), ("", "A", False)))
    assert found.unseen.tolist() == [2 / 3, 0.0]
    assert sorted(found.vocabulary[found.strange[[0]].indices]) == ["blue", "green"]
    assert found.words.tolist() == [4, 0]
    assert found.rows.tolist() == [1, 2]


def test_the_categories_that_were_trained_on():
    frame = corpus(("x", "B", True), ("y", "A", True), ("z", "C", False))
    assert facts(frame).learned == ("A", "B")
    assert facts(frame.assign(training=False)).learned is None


def test_descriptions_of_white_space_are_none():
    texts = pd.Series([" ", "", None, "words", "words"], dtype="str")
    frame = corpus(*[("x y", "A", False)] * 4, ("x y", "A", True), short_description=texts)
    assert facts(frame).described.tolist() == [False, False, False, True]


def test_dates_and_the_newest_that_was_trained_on():
    dates = pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01", None])).astype("datetime64[s]")
    found = facts(corpus(("a", "A", True), ("b", "A", True), ("c", "A", False), ("d", "A", False), date=dates))
    assert found.newest == np.datetime64("2021-01-01")
    assert (found.dates > found.newest).tolist() == [True, False]


@pytest.mark.parametrize(
    ("frame", "untold"),
    [
        (corpus(("a", "A", True), ("b", "A", False)), {DESCRIPTION, LATER}),
        (corpus(("a", "A", False), ("b", "A", False)), {DESCRIPTION, UNSEEN, LATER}),
        (
            corpus(
                ("a", "A", True),
                ("b", "A", False),
                short_description=pd.Series([None, "x"], dtype="str"),
                date=pd.Series(pd.to_datetime(["2020-01-01", None])).astype("datetime64[s]"),
            ),
            {LATER},
        ),
    ],
)
def test_what_cannot_be_told_is_said(frame, untold):
    assert set(facts(frame).untold) == untold


def test_twins_have_another_category_and_one_stands_for_all_a_trained_one_first():
    frame = corpus(
        (SAME, "A", False),
        (SAME, "B", False),
        (SAME, "B", True),
        (SAME.upper(), "B", True),
        (SAME, "A", True),
        (SAME + " more", "C", True),
    )
    twins = row_facts(frame, np.array([0])).twins
    assert twins[["at", "category", "row", "training"]].values.tolist() == [[0, "B", 2, True], [0, "C", 5, True]]
    assert twins["likeness"].tolist() == [1.0, pytest.approx(6 / 7)]


def test_no_judged_row_has_no_facts():
    found = row_facts(corpus(("a b", "A", True)), np.zeros(0, dtype=np.int64))
    assert (len(found.rows), len(found.twins), len(found.unseen)) == (0, 0, 0)


@pytest.fixture
def imported(home, tmp_path):
    """Return a function that imports (headline, category) rows under a name."""

    def run(name, rows):
        lines = ["headline,category", *(f"{headline},{category}" for headline, category in rows)]
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n")
        return import_file(path, name)

    return run


ROWS = [(f"{word} news of {place}", category) for word, category in (("good", "A"), ("bad", "B")) for place in "uvwxyz"]


def run_on(dataset):
    spec = TrainingSpec(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        categories=("A", "B"),
        grouping=SpecGrouping(name="raw"),
    )
    return store.create(spec)


def test_training_rows_are_those_of_the_run_s_split(imported):
    dataset = imported("d", ROWS)
    run = run_on(dataset)
    frame = datasets.frame(dataset)
    training, test = split_frame(frame, frame["headline"], run.spec)
    found = facts_of(run, dataset.fingerprint, test)
    assert found.rows.tolist() == test.tolist()
    # The last letter of a test row is new where no training row of the other category has it.
    places = set(frame["headline"].iloc[training].str[-1])
    expected = [(frame["headline"].iloc[row][-1] not in places) / 4 for row in test]
    assert found.unseen.tolist() == expected


def test_another_dataset_is_held_against_the_run_s_training_rows(imported):
    own = imported("own", ROWS)
    other = imported("other", [*((f"good news of {place}", "B") for place in "uvwxyz"), ("strange thing", "B")])
    run, frame = run_on(own), datasets.frame(own)
    training, _ = split_frame(frame, frame["headline"], run.spec)
    found = facts_of(run, other.fingerprint, np.arange(7))
    assert found.unseen[6] == 1.0
    learned = [int(row) for row in training if frame["category"][row] == "A"]
    assert 0 < len(learned) < 6
    assert found.twins["at"].tolist() == learned
    assert found.twins[["row", "dataset", "training"]].values.tolist() == [[row, "own", True] for row in learned]


def test_a_dataset_that_is_gone_is_said_and_without_the_run_s_own_less_can_be_told(imported):
    own, other = imported("own", ROWS), imported("other", [("good news of u", "B"), ("strange thing", "B")])
    run = run_on(own)
    datasets.delete("own")
    with pytest.raises(InputError, match="import the same file again"):
        facts_of(run, own.fingerprint, np.arange(2))
    assert set(facts_of(run, other.fingerprint, np.arange(2)).untold) == {DESCRIPTION, UNSEEN, LATER}
