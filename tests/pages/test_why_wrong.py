"""Why wrong: the waterfall's clicks and links, a class, raw categories, what is said where nothing is to be told."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from core.data import corrections, datasets
from core.evaluation.why_wrong import WhyWrong
from core.grouping import versions
from core.grouping.builtin import RAW
from core.grouping.grouping import Grouping
from core.runs import store
from core.ui import cache, cache_causes, cache_report

from .conftest import SECONDS, checked

SCRIPT = """
import streamlit as st
from core.grouping import versions
from core.runs import store
from core.ui import cache, why_view
from core.ui.theme import LIGHT

run = store.load(st.query_params["run"])
grouping = versions.load(st.query_params.get("shown", st.query_params["grouping"]))
why_view.draw(run, cache.judged(run, grouping), None, palette=LIGHT)
"""


def run_id(target="category"):
    return next(run.id for run in store.list_all() if run.spec.target == target)


def opened(target="category", grouping="huffpost-12", **query):
    at = AppTest.from_string(SCRIPT, default_timeout=SECONDS)
    for key, value in {"run": run_id(target), "grouping": grouping, **query}.items():
        at.query_params[key] = value
    return checked(at.run())


def why(target="category") -> WhyWrong:
    run = store.load(run_id(target))
    own = run.spec.grouping.grouping()
    return cache_causes.causes(run, own, own, None)


def headings(at):
    return [part.value.replace("\\", "") for part in at.subheader]


def table_with(at, column):
    return next((table.value for table in at.dataframe if column in table.value), None)


def test_all_errors_and_how_much_each_cause_matters(trained):
    at = opened()
    assert headings(at) == [f"{why().causes.errors:,} errors by first cause", "Does it matter?"]
    assert "low margin" in table_with(at, "lift")["cause"].tolist()
    assert any("Click a bar" in part.value for part in at.caption)
    assert any("Not told: sibling class" in part.value for part in at.caption)


def test_a_click_on_a_bar_lists_its_rows_and_stays_in_the_url(trained, param):
    counts = why().causes.table["cause"].value_counts()
    cause = str(counts.index[0])
    at = opened()
    at.session_state["evaluate_why_None"] = {"selection": {"cause": [{"cause": cause}]}}
    checked(at.run())
    rows = table_with(at, "evidence")
    assert len(rows) == counts.iloc[0] > 1
    assert headings(at)[-1] == f"{len(rows):,} errors: {cause}"
    assert param(at, "cause") == cause
    assert rows["confidence"].is_monotonic_decreasing


def test_a_click_on_the_bar_of_all_lists_nothing(trained):
    at = opened(cause="low margin")
    at.session_state["evaluate_why_None"] = {"selection": {"cause": [{"cause": "all errors"}]}}
    checked(at.run())
    assert table_with(at, "evidence") is None


def test_a_link_opens_a_class_and_a_cause(trained):
    label = str(why().causes.table.loc[why().causes.table["cause"] == "low margin", "true"].iloc[0])
    at = opened(cause="low margin", **{"class": label})
    assert f"of {label} by first cause" in headings(at)[0]
    assert set(table_with(at, "evidence")["true"]) == {label}


def test_of_raw_categories_the_siblings_are_those_of_the_grouping_on_screen(trained):
    at = opened(errors="of raw categories", cause="sibling class")
    run = store.load(run_id())
    rows, grouping = table_with(at, "evidence"), run.spec.grouping.grouping()
    assert len(rows)
    assert (
        rows["true"].astype(str).map(grouping.group_of).eq(rows["predicted"].astype(str).map(grouping.group_of)).all()
    )


def test_where_raw_categories_are_shown_the_siblings_are_those_of_the_grouping_on_screen(trained):
    table = cache.judged(store.load(run_id()), RAW).table.astype({"true": str, "predicted": str})
    wrong = table[table["true"] != table["predicted"]].iloc[0]
    versions.save(Grouping("screen", {wrong["true"]: "BOTH", wrong["predicted"]: "BOTH"}))
    try:
        at = opened(grouping="screen", shown="raw", cause="sibling class")
        rows = table_with(at, "evidence")
    finally:
        shutil.rmtree(versions.version_path("screen", 1).parent)
    assert set(rows["true"]) | set(rows["predicted"]) == {wrong["true"], wrong["predicted"]}
    assert any("one group of screen" in part.value for part in at.caption)


def test_a_run_of_groups_has_no_choice_of_raw_categories(trained):
    at = opened("group")
    assert [one.label for one in at.selectbox] == ["True class"]
    assert not at.warning


def test_a_decision_about_a_label_counts_at_once(trained):
    found = why().causes
    row = found.table[found.table["wrong"] & (found.table["cause"] != "label likely wrong")].iloc[0]
    dataset = datasets.by_fingerprint(why().judged.fingerprint)
    other = why().judged.grouping.members(dataset.category_counts)[str(row["predicted"])][0]
    corrections.correct(dataset, int(row["row"]), other)
    try:
        after = why().causes.table
        assert after.loc[after["row"] == row["row"], "cause"].item() == "label likely wrong"
    finally:
        corrections.undo(dataset, int(row["row"]))


def test_a_report_follows_what_is_decided_about_labels(trained):
    run, found = store.load(run_id()), why()
    dataset = datasets.by_fingerprint(found.judged.fingerprint)
    row = int(found.causes.table.loc[found.causes.table["wrong"], "row"].iloc[0])
    before = cache_report._key(run, found.judged, None, cache_report.Asked())
    assert cache_report._key(run, found.judged, None, cache_report.Asked()) == before
    corrections.confirm(dataset, row)
    try:
        assert cache_report._key(run, found.judged, None, cache_report.Asked()) != before
    finally:
        corrections.undo(dataset, row)


def test_causes_that_were_found_with_the_dataset_are_not_told_once_it_is_gone(trained, monkeypatch):
    assert why().causes.errors
    monkeypatch.setattr(datasets, "by_fingerprint", lambda fingerprint: None)
    at = opened()
    assert "import the same file again" in at.warning[0].value


@pytest.mark.parametrize("cause", ["nonsense", "later period"])
def test_a_link_to_a_cause_that_no_row_has_lists_nothing(trained, cause):
    at = opened(cause=cause)
    assert table_with(at, "evidence") is None
