"""Choices that are kept: what is gone is said, and a link to a run brings its dataset."""

import pytest
from streamlit.testing.v1 import AppTest

from core.data.importing import import_file
from core.runs import local, store
from core.runs.spec import plan
from core.ui import shell


def picking():
    import streamlit as st

    from core.ui.selection import choose, coming, pick

    options = st.session_state.get("options", ["a", "b"])
    st.button("by design", on_click=choose, args=("page", "letter", "b"))
    st.session_state["before"] = coming("page", "letter")
    st.session_state["after"] = pick(st.selectbox, "Letter", options, page="page", name="letter", missed=True)


def told(at):
    assert not at.exception, at.exception[0].value
    return [one.value.replace("\\", "") for one in at.warning]


def test_a_kept_choice_that_is_gone_is_said_once():
    at = AppTest.from_function(picking).run()
    assert told(at) == []
    at.session_state["options"] = ["b", "c"]
    assert told(at.run()) == ["Letter a is not here any more; b is shown."]
    assert told(at.run()) == []


def test_what_the_app_chooses_itself_is_not_missed():
    at = AppTest.from_function(picking).run()
    at.session_state["options"] = ["b", "c"]
    at.button[0].click().run()
    assert (told(at), at.session_state["after"]) == ([], "b")


@pytest.mark.parametrize("how", ["link", "widget", "by design", "kept"])
def test_what_is_about_to_be_chosen_is_known_before_it_is_drawn(how):
    at = AppTest.from_function(picking)
    if how == "link":
        at.query_params["letter"] = "b"
    at.run()
    if how == "by design":
        at.button[0].click().run()
    if how in ("widget", "kept"):
        at.selectbox[0].set_value("b").run()
    if how == "kept":
        at.run()
    assert at.session_state["before"] == at.session_state["after"] == "b"


def sidebar():
    from core.ui import shell

    shell.sidebar()


@pytest.fixture
def two(home, tmp_path):
    """Two datasets with a run each; the sidebar begins with the other one than the run's."""
    runs = {}
    for name in ("zebra", "alpha"):
        file = tmp_path / f"{name}.jsonl"
        file.write_text(
            "".join(f'{{"headline": "{name} {n}", "category": "C{n % 2}"}}\n' for n in range(40)), encoding="utf-8"
        )
        run = local.submit(plan(import_file(file, name)))
        local.wait(run)
        runs[name] = run.id
    return runs


def test_a_link_to_a_run_brings_its_dataset(two):
    for name, run in two.items():
        at = AppTest.from_function(sidebar)
        at.query_params["run"] = run
        at.run()
        assert told(at) == []
        assert (at.session_state["shared_dataset"], at.session_state["shared_run"]) == (name, run)


def test_a_run_that_is_gone_is_said_and_another_dataset_brings_its_own(two, monkeypatch):
    at = AppTest.from_function(sidebar).run()
    first = at.session_state["shared_dataset"]
    other = next(name for name in two if name != first)
    at.selectbox(key="shared_dataset").set_value(other).run()
    assert (told(at), at.session_state["shared_run"]) == ([], two[other])
    left = [run for run in store.list_all() if run.id != two[other]]
    monkeypatch.setattr(shell, "finished_runs", lambda: left)
    at.run()
    (line,) = told(at)
    assert line == f"Run {two[other]} is not here any more; {shell.run_label(left[0])} is shown."
