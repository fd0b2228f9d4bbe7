"""The frontier on a page of its own: how far the grouping is from the best, and taking a point into the editor."""

import pytest
from streamlit.testing.v1 import AppTest

from core.grouping.builtin import HUFFPOST_12
from core.grouping.frontier import OBJECTIVES, distance, grouping_at
from core.grouping.grouping import Grouping
from core.runs import store
from core.ui import cache, cache_advice
from core.ui.frontier_view import frame_of, point_of, what_of
from tests import homes


def page(grouping, target):
    import streamlit as st

    from core.data import datasets as stored
    from core.runs import store as runs
    from core.ui import frontier_view
    from core.ui.theme import LIGHT as palette

    def take(chosen, what):
        st.session_state["taken"] = (chosen, what)

    run = next(one for one in runs.list_all() if one.spec.target == target)
    frontier_view.draw(run, stored.load("sample"), grouping, palette=palette, take=take)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the sample and a finished run of each target."""
    return homes.trained(tmp_path_factory, {}, {"target": "group"})


@pytest.fixture
def draw(folder, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(folder))

    def run(grouping, target="category", **query):
        at = AppTest.from_function(page, default_timeout=60, args=(grouping, target))
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception, at.exception[0].value
        return at

    return run


@pytest.fixture
def run(folder, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(folder))
    return next(one for one in store.list_all() if one.spec.target == "category")


def test_the_distance_to_the_best_is_told_for_each_measure(draw, run):
    told = draw(HUFFPOST_12).markdown[0].value.replace("\\", "")
    found, figures = cache_advice.frontier(run), cache.outcome(run, HUFFPOST_12).figures
    assert told.startswith("**huffpost-12**, 12 groups:")
    for measure in OBJECTIVES:
        assert f"**{getattr(figures, measure):.3f}**: {distance(found, figures, measure)}" in told


@pytest.mark.parametrize("measure", OBJECTIVES)
def test_the_best_of_a_size_is_taken_by_number(draw, run, measure):
    at = draw(HUFFPOST_12, measure=measure)
    at.number_input(key="grouping_frontier_groups").set_value(7).run()
    at.button(key="grouping_frontier_take").click().run()
    found = cache_advice.frontier(run)
    best = found.best(7, measure)
    assert at.session_state["taken"] == (grouping_at(found, best, HUFFPOST_12), what_of(best))


def test_one_group_is_told_to_be_pointless(draw):
    told = draw(Grouping("all", dict.fromkeys(HUFFPOST_12.mapping, "all"))).markdown[0].value
    assert "1 group:" in told
    assert "tells nothing" in told


def test_a_run_of_groups_is_refused_in_words(draw):
    at = draw(HUFFPOST_12, "group")
    assert "was trained on the groups of" in at.warning[0].value
    assert not at.button


def test_a_click_is_told_by_objective_and_number(run):
    found = cache_advice.frontier(run)
    for point in found.points:
        assert point_of(found, {"objective": point.objective, "groups": point.groups}) == point
    assert point_of(found, {"objective": "accuracy", "groups": 1}) is None


def test_the_chart_draws_every_point_in_the_measure_chosen(run):
    found = cache_advice.frontier(run)
    frame = frame_of(found, "macro_f1")
    assert frame["value"].tolist() == frame["macro_f1"].tolist() == [point.macro_f1 for point in found.points]
    assert list(dict.fromkeys(frame["series"])) == [
        "merged for accuracy",
        "merged for macro-F1",
        "merged for information kept",
    ]
