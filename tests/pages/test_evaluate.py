"""Evaluate: figures, matrix, the headlines behind a cell, and the mark of another partition."""

import pytest

from core.runs import store
from core.ui import components


def run_id(target):
    return next(run.id for run in store.list_all() if run.spec.target == target)


def heading(at):
    """Return what stands over the headlines that are listed."""
    return next(part.value for part in at.subheader if " rows of " in part.value).replace("\\", "")


def table_with(at, column):
    return next(table.value for table in at.dataframe if column in table.value)


def metric(at, label):
    return next(one.value for one in at.metric if one.label == label)


@pytest.mark.parametrize("view", ["counts", "by row", "errors"])
@pytest.mark.parametrize("order", ["by size", "by name"])
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
    headlines = table_with(at, "confidence")
    assert heading(at).startswith(f"{len(headlines)} rows")
    assert headlines["confidence"].is_monotonic_decreasing


def test_a_tick_on_a_confused_pair_lists_those_headlines(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    pair = table_with(at, "back").iloc[0]
    key = components.table_key("evaluate_pairs", table_with(at, "back").values.tolist())
    at.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert heading(at) == f"{pair['rows']} rows of {pair['true']} taken for {pair['predicted']}"


def test_what_was_chosen_last_counts_in_the_matrix_or_in_the_table(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), grouping="huffpost-12")
    cell = {"selection": {"cell": [{"true": "LIFESTYLE", "predicted": "LIFESTYLE"}]}}
    at.session_state["evaluate_matrix_counts_by size_0"] = cell
    at.run()
    pair = table_with(at, "back").iloc[0]
    key = components.table_key("evaluate_pairs", table_with(at, "back").values.tolist())
    at.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert heading(at) == f"{pair['rows']} rows of {pair['true']} taken for {pair['predicted']}"


def test_a_link_to_a_cell_opens_it(trained, open_page):
    at = open_page("pages/evaluate.py", run=run_id("category"), true="LIFESTYLE", predicted="LIFESTYLE")
    assert "rightly taken for" in heading(at)


def test_without_a_run_the_next_step_is_told(sample, open_page):
    assert open_page("pages/evaluate.py").subheader[0].value == "No finished run yet"
