"""Train: start, watch, cancel, and see what came of it."""

import pytest

from core.runs import local, states, store
from core.runs.spec import plan
from core.ui import components, run_view


def start(at):
    next(button for button in at.button if button.label == "Start").click().run()
    assert not at.exception
    return at


@pytest.mark.parametrize("target", ["category", "group"])
def test_start_makes_a_run_with_what_was_chosen_and_watches_it(sample, open_page, param, target):
    at = start(open_page("pages/train.py", target=target, preset="notebook", grouping="huffpost-12"))
    (run,) = store.list_all()
    assert (run.spec.target, run.spec.preset, run.spec.grouping.name) == (target, "notebook", "huffpost-12")
    assert param(at, "watch") == run.id
    assert run.id in [part.value for part in at.subheader]
    assert local.wait(run).state == states.SUCCEEDED
    at.run()
    assert "Accuracy" in [one.label for one in at.metric]


def test_a_dataset_that_cannot_be_trained_is_told_in_one_line(home, tmp_path, open_page):
    from core.data.importing import import_file

    (tmp_path / "t.csv").write_text("headline,category\na,A\nb,A\nc,A\n")
    import_file(tmp_path / "t.csv", "t")
    at = start(open_page("pages/train.py"))
    assert "has the single category 'A'" in at.warning[0].value
    assert store.list_all() == []


def test_a_setting_can_be_changed_and_a_wrong_one_is_told(sample, open_page):
    at = open_page("pages/train.py", preset="notebook")
    settings = run_view.settings_frame("logistic", "notebook")
    row = int(settings.index[settings["setting"] == "max_iter"][0])
    key = "train_settings_logistic_notebook"
    at.session_state[key] = {"edited_rows": {row: {"value": "many"}}, "added_rows": [], "deleted_rows": []}
    start(at.run())
    assert "max_iter cannot be 'many'" in at.warning[0].value.replace("\\", "")
    at.session_state[key] = {"edited_rows": {row: {"value": "7"}}, "added_rows": [], "deleted_rows": []}
    start(at.run())
    (run,) = store.list_all()
    assert run.spec.hyperparameters["max_iter"] == 7
    assert "--set max_iter=7" in " ".join(block.value for block in at.code)
    local.wait(run)


def test_a_run_is_cancelled_from_the_page(sample, open_page):
    endless = {"max_iter": "1000000", "tol": "1e-300"}
    run = local.submit(plan(sample, preset="notebook", overrides=endless))
    at = open_page("pages/train.py")
    at.button(key=f"alive_cancel_{run.id}").click().run()
    assert local.wait(run).state == states.CANCELLED


def test_the_runs_are_listed_and_one_is_chosen_by_a_tick(trained, open_page, param):
    at = open_page("pages/train.py")
    ids = [run.id for run in store.list_all()]
    assert at.dataframe[-1].value["run"].tolist() == ids
    at.session_state[components.table_key("train_runs", ids)] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    at.run()
    assert param(at, "watch") == ids[1]
    assert ids[1] in [part.value for part in at.subheader]


def test_without_a_dataset_the_next_step_is_told(nothing, open_page):
    assert open_page("pages/train.py").subheader[0].value == "No dataset yet"
