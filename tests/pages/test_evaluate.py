"""Evaluate: figures, matrix, the headlines behind a cell, and the mark of another partition."""

import json
import re
import shutil

import numpy as np
import pytest

from core.data import datasets
from core.data.importing import import_file
from core.evaluation.evaluate import evaluate
from core.runs import store
from core.runs.manifest import write_manifest
from core.ui import cache
from core.ui.charts.matrix import ALL
from core.ui.confusion_view import DRAWABLE, DRAWN, selecting_key


def run_id(target):
    return next(run.id for run in store.list_all() if run.spec.target == target)


def heading(at):
    """Return what stands over the headlines that are listed."""
    return next(part.value for part in at.subheader if " rows of " in part.value).replace("\\", "")


def table_with(at, column):
    return next(table.value for table in at.dataframe if column in table.value)


def metric(at, label):
    return next(one.value for one in at.metric if one.label == label)


def listed(at):
    """Return the page of errors that is shown."""
    return table_with(at, "margin")


def heading_of_list(at):
    return next(part.value for part in at.markdown if re.match(r"\*\*[\d,]+ .*rows?", part.value)).strip("*")


@pytest.mark.parametrize(
    ("view", "order"),
    [("counts", "by size"), ("by row", "by name"), ("by column", "by confusion"), ("errors", "by size")],
)
def test_each_view_is_drawn_with_the_run_s_own_figures(trained, open_page, view, order):
    run = store.load(run_id("category"))
    at = open_page("pages/evaluate.py", run=run.id, grouping="huffpost-12", view=view, order=order)
    assert metric(at, "Accuracy") == f"{run.status['metrics']['accuracy']:.3f}"
    assert metric(at, "Macro-F1") == f"{run.status['metrics']['macro_f1']:.3f}"
    assert not at.warning


def test_another_partition_is_marked_and_judged(trained, open_page):
    run = store.load(run_id("category"))
    at = open_page("pages/evaluate.py", run=run.id, grouping="raw")
    assert "another partition than the one on screen" in at.warning[0].value
    assert metric(at, "Accuracy") == f"{run.status['metrics']['category']['accuracy']:.3f}"


def test_a_model_of_groups_says_what_it_cannot_answer(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("group"), grouping="raw")
    assert "which this run was trained to answer as one" in at.warning[0].value
    assert not at.metric


def test_a_click_on_a_cell_lists_those_headlines(trained, open_page, param):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    cell = {"true": "LIFESTYLE", "predicted": "LIFESTYLE"}
    at.session_state["evaluate_matrix_counts_by size_0"] = {"selection": {"cell": [cell]}}
    at.run()
    assert not at.exception
    assert "rows of LIFESTYLE rightly taken for LIFESTYLE" in heading(at)
    assert (param(at, "true"), param(at, "predicted")) == ("LIFESTYLE", "LIFESTYLE")
    assert heading_of_list(at) == heading(at)
    headlines = listed(at)
    # A page of the list is at most 50 rows.
    assert len(headlines) == min(int(heading(at).split()[0].replace(",", "")), 50)
    assert headlines["confidence"].is_monotonic_decreasing
    assert set(headlines["true"]) == set(headlines["predicted"]) == {"LIFESTYLE"}


def test_a_tick_on_a_confused_pair_lists_those_headlines(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    pair = table_with(at, "back").iloc[0]
    key = selecting_key("evaluate_pairs", table_with(at, "back"))
    at.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert heading(at) == f"{pair['rows']} rows of {pair['true']} taken for {pair['predicted']}"


def test_what_was_chosen_last_counts_in_the_matrix_or_in_the_table(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    cell = {"selection": {"cell": [{"true": "LIFESTYLE", "predicted": "LIFESTYLE"}]}}
    at.session_state["evaluate_matrix_counts_by size_0"] = cell
    at.run()
    pair = table_with(at, "back").iloc[0]
    key = selecting_key("evaluate_pairs", table_with(at, "back"))
    at.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert heading(at) == f"{pair['rows']} rows of {pair['true']} taken for {pair['predicted']}"


def test_a_click_on_a_sum_lists_a_row_or_a_column(trained, open_page, param):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    for cell, (true, predicted) in (
        ({"true": "LIFESTYLE", "predicted": ALL}, ("LIFESTYLE", None)),
        ({"true": ALL, "predicted": "LIFESTYLE"}, (None, "LIFESTYLE")),
        ({"true": ALL, "predicted": ALL}, (None, None)),
    ):
        at.session_state["evaluate_matrix_counts_by size_0"] = {"selection": {"cell": [cell]}}
        at.run()
        assert not at.exception
        assert (param(at, "true"), param(at, "predicted")) == (true, predicted)
        assert (listed(at)["true"] != listed(at)["predicted"]).all()
    assert heading_of_list(at) == f"{metric(at, 'Errors')} wrong rows"


def test_a_tick_on_a_class_lists_its_errors_and_the_matrix_outlines_it(trained, open_page, param):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    classes = table_with(at, "specificity")
    key = selecting_key("evaluate_classes", classes)
    at.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert not at.exception
    assert param(at, "true") == classes["label"].iloc[0]
    assert at.session_state["evaluate_matrix_again"] == 1


def test_each_figure_has_its_interval_and_the_majority_stands_beside_it(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    for label in ("Accuracy", "Macro-F1", "Kappa", "Top-3 accuracy", "Log loss"):
        low, high = map(float, next(one.delta for one in at.metric if one.label == label).split("–"))
        assert low <= float(metric(at, label)) <= high
    gap = float(metric(at, "Accuracy")) - float(metric(at, "Majority"))
    above = next(one.delta for one in at.metric if one.label == "Majority")
    assert float(above.replace("−", "-").removesuffix(" over it")) == pytest.approx(gap, abs=0.0011)
    figures = table_with(at, "figure")
    assert len(figures) == 12
    assert (figures["low"] <= figures["value"]).all()
    assert (figures["value"] <= figures["high"]).all()


def test_the_run_last_compared_stands_beside_the_figures(trained, open_page):
    one, other = store.load(run_id("category")), store.load(run_id("group"))
    at = open_page("pages/evaluate.py", run=one.id, grouping="huffpost-12", against=other.id)
    figures = table_with(at, "figure").set_index("figure")
    assert figures["against"]["Accuracy"] == pytest.approx(other.status["metrics"]["accuracy"])
    gap = f"{figures['difference']['Accuracy']:+.3f}".replace("-", "−")
    assert any(f"Accuracy {gap}" in part.value for part in at.caption if part.value.startswith("Against"))


@pytest.mark.parametrize("against", ["gone", None])
def test_without_another_run_none_is_compared(trained, open_page, against):
    own = run_id("category")
    at = open_page("pages/evaluate.py", run=own, against=against or own)
    assert not [part for part in at.caption if part.value.startswith("Against")]


def test_raw_categories_are_shown_by_group_without_leaving_the_grouping(trained, open_page, param):
    run = store.load(run_id("category"))
    how = {"run": run.id, "grouping": "huffpost-12", "level": "Raw categories", "order": "by group"}
    at = open_page("pages/evaluate.py", **how)
    assert metric(at, "Accuracy") == f"{run.status['metrics']['category']['accuracy']:.3f}"
    assert len(table_with(at, "specificity")) == 42
    # It is the grouping on screen that the run was trained under.
    assert not at.warning


def test_filters_narrow_the_list_down_and_stand_in_the_link(trained, open_page, param):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="raw")
    at.segmented_control(key="evaluate_errors_show").set_value("all").run()
    assert param(at, "show") == "all"
    at.text_input(key="evaluate_errors_search").set_value("the").run()
    at.selectbox(key="evaluate_errors_true").set_value("POLITICS").run()
    at.selectbox(key="evaluate_errors_sort").set_value("unsure").run()
    assert not at.exception
    found = {name: param(at, name) for name in ("show", "search", "true", "sort")}
    assert found == {"show": "all", "search": "the", "true": "POLITICS", "sort": "unsure"}
    assert set(listed(at)["true"]) <= {"POLITICS"}
    assert listed(at)["confidence"].is_monotonic_increasing
    again = open_page("pages/evaluate.py", run=run_id("category"), grouping="raw", **found)
    assert listed(again).equals(listed(at))


def test_a_filter_that_is_cleared_leaves_the_link(trained, open_page, param):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12", true="LIFESTYLE")
    at.selectbox(key="evaluate_errors_true").set_value(None).run()
    assert param(at, "true") is None
    assert heading_of_list(at) == f"{metric(at, 'Errors')} wrong rows"


def test_a_link_to_a_row_shows_why_it_was_taken_for_that(trained, open_page):
    own = run_id("category")
    at = open_page("pages/evaluate.py", run=own, grouping="huffpost-12")
    row = listed(at).iloc[0]
    at = open_page("pages/evaluate.py", run=own, grouping="huffpost-12", row=str(row["row"]))
    assert any("the true label got" in part.value for part in at.caption)
    pulls = table_with(at, "feature")
    assert pulls["difference"].abs().is_monotonic_decreasing
    assert any(button.label == "Correct" for button in at.button)


@pytest.mark.parametrize("row", ["-1", "x", "99999999"])
def test_a_link_to_a_row_that_is_not_listed_shows_the_list(trained, open_page, row):
    at = open_page("pages/evaluate.py", run=run_id("category"), row=row, page="77")
    assert len(listed(at))
    assert not any(button.label == "Correct" for button in at.button)


def test_no_row_like_that_is_said_kindly(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), search="zzzz")
    assert any(part.value == "No row is like that; take a filter away." for part in at.markdown)


def test_a_link_to_a_cell_opens_it(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), true="LIFESTYLE", predicted="LIFESTYLE")
    assert "rightly taken for" in heading(at)


def told(at):
    return [part.value.replace("\\", "") for part in at.warning]


def test_a_selection_is_taken_back_everywhere(trained, open_page, param):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    key = selecting_key("evaluate_pairs", table_with(at, "back"))
    at.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert param(at, "predicted")
    next(button for button in at.button if button.label == "clear").click().run()
    assert not at.exception
    assert [param(at, name) for name in ("true", "predicted", "show")] == [None, None, None]
    assert heading_of_list(at) == f"{metric(at, 'Errors')} wrong rows"
    assert not any(button.label == "clear" for button in at.button)
    # The same pair can be ticked again: its table begins without a tick.
    assert at.session_state["evaluate_last_pair"] is None


@pytest.mark.parametrize(("true", "predicted"), [("EDUCATION", "LIFESTYLE"), ("NOPE", None), ("NOPE", "POLITICS")])
def test_a_selection_that_is_no_class_on_screen_is_dropped_whole(trained, open_page, param, true, predicted):
    asked = {name: one for name, one in (("true", true), ("predicted", predicted)) if one}
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="raw", **asked)
    unknown = "LIFESTYLE" if predicted == "LIFESTYLE" else "NOPE"
    dropped = [line for line in told(at) if "nothing is selected" in line]
    assert dropped == [f"No class under raw is called '{unknown}'; nothing is selected."]
    assert (param(at, "true"), param(at, "predicted")) == (None, None)
    assert heading_of_list(at) == f"{metric(at, 'Errors')} wrong rows"


@pytest.mark.parametrize(
    ("show", "cell"),
    [
        ("wrong", {"predicted": "NEWS"}),
        ("right", {"true": "NEWS"}),
        ("all", {"true": "NEWS"}),
        # A whole cell settles what its rows are, whatever was asked for.
        ("wrong", {"true": "NEWS", "predicted": "NEWS"}),
        ("right", {"true": "NEWS", "predicted": "LIFESTYLE"}),
    ],
)
def test_the_glance_and_the_list_say_the_same(trained, open_page, show, cell):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12", show=show, **cell)
    above = next(part.value for part in at.subheader if re.match(r"[\d,]+ .*rows?", part.value))
    assert above == heading_of_list(at)
    both = len(cell) == 2
    assert at.segmented_control(key="evaluate_errors_show").disabled == both
    assert both or above.split()[1] == ("rows" if show == "all" else show)


def test_a_search_narrows_the_glance_too(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12", true="NEWS", show="all")
    at.text_input(key="evaluate_errors_search").set_value("the").run()
    assert heading_of_list(at).endswith("rows of NEWS, filtered")
    assert heading(at) == heading_of_list(at)


def test_the_run_compared_with_stands_beside_the_figures_at_once(trained, open_page):
    one, other = run_id("category"), run_id("group")
    at = open_page("pages/evaluate.py", run=one, grouping="huffpost-12")
    assert not [part for part in at.caption if part.value.startswith("Against")]
    at.segmented_control(key="evaluate_part").set_value("Compare").run()
    (against,) = [part.value for part in at.caption if part.value.startswith("Against")]
    assert other[-4:] in against


def test_a_matrix_of_very_many_classes_draws_the_prominent_ones(other_rows, open_page):
    many = DRAWABLE + 20
    known = {"headline": "Senate votes on the budget", "category": "POLITICS"}
    # Several records each: a column in which nothing repeats is no category.
    others = [{"headline": f"Budget {n} {word}", "category": f"CLASS {n}"} for n in range(many) for word in "abc"]
    on = other_rows(known, *others)
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="raw", on=on)
    classes = len(table_with(at, "specificity"))
    assert classes >= many
    assert any(f"{classes - DRAWN} more are not drawn; choose" in part.value for part in at.caption)


def test_a_click_in_the_matrix_does_not_build_it_again(trained, open_page, monkeypatch, param):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    monkeypatch.setattr("core.ui.charts.confusion_matrix", None)
    for true in ("NEWS", "LIFESTYLE"):
        cell = {"true": true, "predicted": "VOICES"}
        at.session_state["evaluate_matrix_counts_by size_0"] = {"selection": {"cell": [cell]}}
        at.run()
        assert not at.exception
        assert param(at, "true") == true


def test_to_score_a_dataset_shows_how_far_it_is(other_rows, monkeypatch):
    on = other_rows(*({"headline": f"Budget {n}", "category": "POLITICS"} for n in range(5)))
    seen = []
    monkeypatch.setattr("core.evaluation.evaluate.BATCH", 2)
    monkeypatch.setattr("core.ui.cache._show", lambda bar, done, rows: seen.append((done, rows)))
    run = store.load(run_id("category"))
    for _ in range(2):
        cache.judged(run, run.spec.grouping.grouping(), datasets.load(on))
    assert seen == [(2, 5), (4, 5), (5, 5)]


@pytest.fixture
def other_rows(trained, tmp_path):
    """Import records as a dataset of their own, which goes after the test."""

    def make(*records):
        file = tmp_path / "few.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return import_file(file, "few").name

    yield make
    datasets.delete("few")


def test_labels_that_the_run_does_not_know_are_said_to_be(other_rows, open_page):
    on = other_rows(
        {"headline": "Senate votes on the budget", "category": "POLITICS"},
        {"headline": "How to prune a rose", "category": "*GARDENING*"},
    )
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="raw", on=on, true="*GARDENING*")
    told = next(part.value for part in at.warning if part.value.startswith("Unknown:")).replace("\\", "")
    assert told == (
        "Unknown: 1 of the 2 rows have a label that the run does not know, so all are wrong: '*GARDENING*' (1)."
    )
    assert listed(at)["headline"].tolist() == ["How to prune a rose"]
    row = str(listed(at)["row"].iloc[0])
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="raw", on=on, row=row)
    assert any("the run does not know the true label" in part.value for part in at.caption)


def test_kappa_of_a_single_class_is_not_defined(other_rows, open_page):
    run = store.load(run_id("category"))
    judged = evaluate(run)
    right = judged.table[judged.table["true"] == judged.table["predicted"]].iloc[0]
    record = datasets.frame(datasets.by_fingerprint(judged.fingerprint)).iloc[right["row"]]
    on = other_rows({"headline": record["headline"], "category": right["category"],
                     "short_description": record["short_description"]})  # fmt: skip
    at = open_page("pages/evaluate.py", run=run.id, grouping="huffpost-12", on=on)
    kappa = next(one for one in at.metric if one.label == "Kappa")
    assert (kappa.value, kappa.delta) == ("–", "not defined")
    assert np.isnan(
        table_with(at, "figure").set_index("figure").loc["Kappa", ["value", "low", "high"]].astype(float)
    ).all()


def test_three_rows_of_one_class_without_a_date_that_are_all_right(other_rows, open_page):
    run = store.load(run_id("category"))
    judged = evaluate(run)
    right = judged.table[judged.table["true"] == judged.table["predicted"]]
    category = right["category"].iloc[0]
    record = datasets.frame(datasets.by_fingerprint(judged.fingerprint)).iloc[right["row"].iloc[0]]
    on = other_rows(*({"headline": record["headline"] + " " * n, "category": category,
                       "short_description": record["short_description"]} for n in range(3)))  # fmt: skip
    at = open_page("pages/evaluate.py", run=run.id, grouping="huffpost-12", on=on, view="errors", order="by confusion")
    assert (metric(at, "Accuracy"), metric(at, "Errors"), metric(at, "Majority")) == ("1.000", "0", "1.000")
    assert any("No row is wrong: all 3 got the right answer." in part.value for part in at.caption)
    assert any(part.value == "No row is wrong: all 3 got the right answer." for part in at.markdown)
    assert not at.date_input


def test_probabilities_that_are_not_numbers_are_told_in_one_line(trained, open_page, tmp_path, monkeypatch):
    home = tmp_path / "spoiled"
    shutil.copytree(trained, home)
    monkeypatch.setenv("COPYDESK_HOME", str(home))
    run = store.load(run_id("category"))
    file = run.path / "evaluation" / "probabilities.npy"
    spoiled = np.load(file)
    spoiled[0, 0] = np.nan
    np.save(file, spoiled)
    write_manifest(run.path)
    at = open_page("pages/evaluate.py", run=run.id, grouping="huffpost-12")
    assert "rows have probabilities that are no numbers from 0 to 1" in at.error[0].value.replace("\\", "")
    assert not at.metric


@pytest.mark.parametrize("part", ["Errors", "Why wrong", "Labels", "Confidence", "Slices", "Compare", "Report"])
@pytest.mark.parametrize("target", ["category", "group"])
def test_each_part_is_drawn(trained, open_page, part, target):
    at = open_page("pages/evaluate.py", run=run_id(target), grouping="huffpost-12", part=part)
    assert not at.error


def test_without_a_run_the_next_step_is_told(sample, open_page):
    assert open_page("pages/evaluate.py").subheader[0].value == "No finished run yet"
