"""A run of another partition than the grouping in the sidebar is marked wherever it is shown."""

import pytest

from core.runs import store

OTHER, OWN = "raw", "huffpost-12"
ANSWERS = "Target category answers yours too: see Evaluate."
RETRAIN = "It cannot tell your groups apart: retrain it, or take a run of target category."


def run_id(target):
    return next(run.id for run in store.list_all() if run.spec.target == target)


def said(at):
    return [part.value.replace("\\", "") for part in [*at.caption, *at.warning]]


def marks(at):
    """Return the marks of the table of runs; None where it has no such column."""
    table = next(one for one in at.dataframe if "accuracy" in one.value)
    return table.value["stale"].tolist() if "stale" in table.proto.column_order else None


@pytest.mark.parametrize("page", ["Home.py", "pages/train.py"])
def test_lists_mark_what_is_stale_and_have_no_column_for_nothing(trained, open_page, page):
    assert marks(open_page(page, grouping=OTHER)) == ["stale", "stale"]
    assert marks(open_page(page, grouping=OWN)) is None


def test_the_sidebar_marks_each_run(trained, open_page):
    def labels(grouping):
        at = open_page("Home.py", grouping=grouping)
        return next(box for box in at.sidebar.selectbox if box.label == "Run in use").options

    assert [" · stale · " in label for label in labels(OTHER)] == [True, True]
    assert [" · stale · " in label for label in labels(OWN)] == [False, False]


@pytest.mark.parametrize(("target", "end"), [("category", ANSWERS), ("group", RETRAIN)])
def test_a_run_on_show_says_what_it_still_answers(trained, open_page, target, end):
    told = said(open_page("pages/train.py", run=run_id(target), grouping=OTHER, watch=run_id(target)))
    assert any(text.endswith(end) for text in told)
    fresh = said(open_page("pages/train.py", run=run_id(target), grouping=OWN, watch=run_id(target)))
    assert not any("Stale" in text for text in fresh)


def test_two_runs_side_by_side_say_it_of_each(trained, open_page):
    pair = f"{run_id('category')},{run_id('group')}"
    told = said(open_page("pages/train.py", grouping=OTHER, compare=pair))
    for run in pair.split(","):
        assert any(text.startswith(f"{run}: Stale: ") for text in told)


def test_an_answer_says_that_its_run_is_stale(trained, open_page):
    at = open_page("pages/classify.py", run=run_id("category"), grouping=OTHER, headline="Senate votes")
    assert any(text.endswith(ANSWERS) for text in said(at))


def test_an_evaluation_says_that_its_run_is_stale(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping=OTHER)
    assert at.warning[0].value.startswith("Stale: trained under grouping huffpost")
