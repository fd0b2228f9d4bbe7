"""Confidence and Slices on a page of their own: figures of the core, a temperature kept and undone, ways to Train."""

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation import temperature
from core.evaluation.selective import Level, back_off, back_off_curve
from core.runs import local, store
from core.ui import compare_view, confidence_view, labels_view, slices_view, why_view
from core.ui.confidence_view import shown_levels
from core.ui.slices_view import told
from tests import homes


def page(part, target, grouping):
    from core.grouping import versions
    from core.runs import store as runs
    from core.ui import cache, confidence_view, slices_view
    from core.ui.theme import LIGHT

    run = next(one for one in runs.list_all() if one.spec.target == target)
    view = {"confidence": confidence_view, "slices": slices_view}[part]
    view.draw(run, cache.judged(run, versions.load(grouping)), None, LIGHT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the sample and a finished run of each target."""
    return homes.trained(tmp_path_factory, {}, {"target": "group"})


@pytest.fixture
def draw(folder, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(folder))

    def run(part, target="category", grouping="huffpost-12", **query):
        at = AppTest.from_function(page, default_timeout=60, args=(part, target, grouping))
        for name, value in query.items():
            at.query_params[name] = value
        return checked(at.run())

    return run


def checked(at):
    assert not at.exception, at.exception[0].value
    return at


def table_with(at, column):
    return next(table.value for table in at.dataframe if column in table.value)


def captions(at):
    return " ".join(one.value for one in at.caption).replace("\\", "")


@pytest.mark.parametrize(
    ("target", "grouping", "levels"),
    [
        ("category", "huffpost-12", ["Raw category", "Group", "No answer", "All answers"]),
        ("category", "raw", ["Raw category", "No answer", "All answers"]),
        ("group", "huffpost-12", ["Group", "No answer", "All answers"]),
    ],
)
@pytest.mark.parametrize("bins", ["equal count", "equal width"])
def test_each_run_backs_off_as_far_as_it_can(draw, target, grouping, levels, bins):
    at = draw("confidence", target, grouping, bins=bins, threshold="0.30")
    assert table_with(at, "interval")["level"].tolist() == levels
    assert f"of {bins}" in captions(at) and "ECE" in captions(at)
    assert not at.warning


def test_the_threshold_is_in_the_url_and_moves_rows(draw):
    low, high = (table_with(draw("confidence", threshold=one), "interval") for one in ("0.00", "1.00"))
    rows = [one.set_index("level")["rows"] for one in (low, high)]
    assert rows[0]["No answer"] == 0 < rows[1]["No answer"]


def test_one_class_has_its_own_reliability(draw):
    assert "given LIFESTYLE with probability p" in captions(draw("confidence", label="LIFESTYLE"))


def test_a_temperature_is_fitted_kept_used_and_taken_away(draw):
    at = draw("confidence")
    run = next(one for one in store.list_all() if one.spec.target == "category")
    assert temperature.stored(run) is None
    checked(at.button(key="evaluate_temperature_fit").click().run())
    kept = temperature.stored(run)
    assert f"**{kept.temperature:.3f}**" in " ".join(one.value for one in at.markdown)
    assert "as they are)" in captions(at)
    assert table_with(at, "ECE")["ECE"].tolist() == [
        kept.labels.before.ece, kept.labels.after.ece, kept.groups.before.ece, kept.groups.after.ece
    ]  # fmt: skip
    checked(at.button(key="evaluate_temperature_off").click().run())
    assert temperature.stored(run) is None
    assert "as they are)" not in captions(at)


def test_a_spoiled_temperature_is_told_and_can_be_fitted_again(draw):
    run = next(one for one in store.list_all() if one.spec.target == "category")
    (run.path / temperature.CALIBRATION).write_text("{}")
    at = draw("confidence")
    assert "is no calibration" in at.warning[0].value.replace("\\", "")
    checked(at.button(key="evaluate_temperature_fit").click().run())
    assert temperature.remove(run)


def test_levels_without_answers_have_a_dash():
    table = shown_levels(back_off([Level("group", np.array([0.5]), np.array([True]))], 0.9))
    assert table["accuracy"].tolist() == ["–", "–", "–"]
    assert table["interval"].tolist() == ["", "", ""]


@pytest.mark.parametrize("by", ["description", "length", "year", "month", "class", "link", "authors"])
def test_slices_by_every_column_are_drawn(draw, by):
    at = draw("slices", by=by)
    assert "Click a slice" in captions(at)
    assert not at.warning


def test_a_click_on_a_slice_lists_its_errors_and_stays_in_the_url(draw):
    at = draw("slices", by="description")
    at.session_state["evaluate_slices_description"] = {"selection": {"slice": [{"slice": "description=present"}]}}
    checked(at.run())
    errors = table_with(at, "headline")
    assert (errors["true"] != errors["predicted"]).all()
    assert f"{len(errors)} errors of description=present" in [one.value.replace("\\", "") for one in at.subheader]
    assert "description=present" in at.query_params["slice"]
    again = draw("slices", slice="description=present")
    assert table_with(again, "headline").equals(errors)


def test_a_slice_of_an_old_link_is_told(draw):
    assert "there is no slice 'year=1066'" in captions(draw("slices", slice="year=1066"))


def test_without_the_other_split_the_form_of_train_is_filled_for_it(draw):
    at = draw("slices")
    checked(at.button(key="evaluate_train_twin").click().run())
    run = next(one for one in store.list_all() if one.spec.target == "category")
    assert at.session_state["train_split_wish"] == "past"
    assert at.session_state["train_target_wish"] == "category"
    assert at.session_state["train_from_kept"] == run.id


def test_both_splits_stand_side_by_side(draw):
    run = next(one for one in store.list_all() if one.spec.target == "category")
    spec = run.spec
    past = local.wait(local.retry(run, {}, split=spec.split.model_copy(update={"kind": "past"})))
    try:
        figures = table_with(draw("slices"), "past").set_index("figure")
        assert figures.loc["Accuracy", "past"] == pytest.approx(past.status["metrics"]["accuracy"])
        assert figures.loc["Accuracy", "random"] == pytest.approx(run.status["metrics"]["accuracy"])
    finally:
        store.delete(past.id)


def test_classes_of_one_side_alone_are_told():
    classes = pd.DataFrame(
        {"label": ["OLD", "NEW", "BOTH"], "past_rows": [0, 1234, 5], "met": ["only before", "only after", ""]}
    )
    assert told(classes) == [
        "NEW (1,234 test rows): no row before the first test day, so a model trained on the past never answers so.",
        "OLD: no row from the first test day on, so nothing is known of it then.",
    ]


@pytest.mark.parametrize(
    "part",
    [confidence_view.draw, labels_view.draw, slices_view.draw, why_view._draw, compare_view._compared],
    ids=lambda part: part.__module__,
)
def test_a_click_in_a_heavy_part_draws_that_part_alone(part):
    assert part.__globals__["__name__"] == "streamlit.runtime.fragment"


def test_table_and_legends_call_a_level_alike():
    right = np.array([True, False])
    levels = [Level("category", np.array([0.9, 0.6]), right), Level("group", np.array([0.95, 0.8]), right)]
    table = shown_levels(back_off(levels, 0.7))
    assert set(confidence_view.worded(back_off_curve(levels))["level"]) == set(table["level"])
