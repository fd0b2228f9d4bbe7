"""Compare and Report on a page of their own: figures of both runs, the URL, what cannot be compared, the files."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation import temperature
from core.evaluation.comparison import compare_runs
from core.evaluation.evaluate import evaluate
from core.evaluation.ranking import rank
from core.grouping.builtin import HUFFPOST_12
from core.runs import store
from core.ui import cache, compare_view, report_view
from core.ui.cache_report import Asked
from tests import homes


def compare_page():
    import streamlit as st

    from core.grouping import versions
    from core.runs import store
    from core.ui import compare_view
    from core.ui.theme import LIGHT

    run, grouping = store.find(st.query_params["run"]), versions.load(st.query_params["grouping"])
    against = compare_view.chosen_run(run, run.spec.fingerprint, optional=False)
    compare_view.draw(run, against, grouping, None, LIGHT)


def report_page():
    import streamlit as st

    from core.grouping import versions
    from core.runs import store
    from core.ui import cache, compare_view, report_view

    run, grouping = store.find(st.query_params["run"]), versions.load(st.query_params["grouping"])
    other = compare_view.chosen_run(run, run.spec.fingerprint, optional=True)
    report_view.draw(run, cache.judged(run, grouping), other, grouping, None)


@pytest.fixture(scope="module")
def runs_home(tmp_path_factory):
    """A folder with the sample and three runs: two of categories with different seeds, one of groups."""
    return homes.trained(tmp_path_factory, {}, {"target": "group"}, {"seed": 7})


@pytest.fixture
def runs(runs_home, monkeypatch):
    """Return the runs: first, of groups, of another seed."""
    monkeypatch.setenv("COPYDESK_HOME", str(runs_home))
    return sorted(store.list_all(), key=lambda run: run.number)


def drawn(page, **query):
    at = AppTest.from_function(page, default_timeout=60)
    for name, value in {"grouping": "huffpost-12", **query}.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception[0].value
    return at


def table_with(at, column):
    return next(table.value for table in at.dataframe if column in table.value)


def captions(at):
    return [caption.value.replace("\\", "") for caption in at.caption]


def test_the_figures_are_those_of_both_runs(runs):
    one, other, _ = runs
    at = drawn(compare_page, run=one.id, against=other.id)
    figures = table_with(at, "figure").set_index("figure")
    for run, column in ((one, "run"), (other, "other")):
        own = evaluate(run, grouping=HUFFPOST_12).metrics
        assert figures.loc["Accuracy", column] == pytest.approx(own.accuracy)
        assert figures.loc["Macro-F1", column] == pytest.approx(own.macro_f1)
    found = compare_runs(one, other, grouping=HUFFPOST_12)
    assert at.markdown[0].value.replace("\\", "").startswith(f"**{100 * found.overall['accuracy'].value:+.1f} points")
    assert any("McNemar's test" in text for text in captions(at))


@pytest.mark.parametrize("measure", ["f1", "precision", "recall"])
def test_each_measure_has_its_table_of_classes(runs, measure):
    one, other, _ = runs
    found = compare_runs(one, other, grouping=HUFFPOST_12)
    frame = compare_view.class_frame(found, measure)
    at = drawn(compare_page, run=one.id, against=other.id, measure=measure)
    shown = table_with(at, "support")
    assert shown["run"].tolist() == frame["run"].tolist()
    assert frame["support"].is_monotonic_decreasing
    gaps = frame["run"] - frame["against"]
    assert (gaps - frame["difference"]).abs().max() <= 0.0005 + 1e-12


def test_the_rows_on_which_they_differ_are_listed_by_who_is_right(runs):
    one, other, _ = runs
    found = compare_runs(one, other, grouping=HUFFPOST_12)
    for who, right, wrong in (("run", "run", "against"), ("other", "against", "run")):
        at = drawn(compare_page, run=one.id, against=other.id, turned=who)
        count = found.agreement[compare_view.TURNED[who][0]]
        if not count:
            assert any("There is no such row" in text.value for text in at.markdown)
            continue
        rows = table_with(at, "headline")
        assert len(rows) == min(count, compare_view.PER_PAGE)
        assert (rows[right] == rows["true"]).all() and (rows[wrong] != rows["true"]).all()


def test_another_split_is_compared_on_the_common_rows_and_says_so(runs):
    one, _, seeded = runs
    at = drawn(compare_page, run=one.id, against=seeded.id)
    assert sum(text.startswith("Left out, since only") for text in captions(at)) == 2


def test_the_choice_stays_in_the_url(runs):
    one, other, seeded = runs
    at = drawn(compare_page, run=one.id)
    at.selectbox(key="evaluate_against").set_value(other.id).run()
    assert at.query_params["against"] in (other.id, [other.id])
    assert [run.id for run in compare_view.others(one, one.spec.fingerprint)] == [seeded.id, other.id]


def test_a_grouping_that_the_other_cannot_answer_is_one_line(runs):
    one, other, _ = runs
    at = drawn(compare_page, run=one.id, against=other.id, grouping="raw")
    assert "splits group" in at.warning[0].value.replace("\\", "")


def test_who_is_right_in_shares_and_prices_in_words(runs):
    one, other, _ = runs
    found = compare_runs(one, other, grouping=HUFFPOST_12)
    agreement = compare_view.agreement_frame(found)
    counts = [int(cell.split(" · ")[0].replace(",", "")) for cell in agreement.to_numpy().ravel()]
    assert sum(counts) == found.pairing.rows
    prices = compare_view.cost_frame(compare_view.cost(one), compare_view.cost(other))
    assert prices.index.tolist() == [
        "Training", "Training rows", "Training rows/s", "Classified rows/s", "Model on disk",
    ]  # fmt: skip


def test_a_lone_run_is_told_what_to_do(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(homes.trained(tmp_path_factory, {})))
    (run,) = store.list_all()
    at = drawn(compare_page, run=run.id)
    assert "no other finished run" in at.markdown[0].value
    assert not drawn(report_page, run=run.id).selectbox


def test_the_report_s_preview_compares_only_when_asked(runs):
    one, other, _ = runs
    at = drawn(report_page, run=one.id)
    assert at.selectbox(key="evaluate_against").value == compare_view.NOBODY
    assert not any("Against" in text.value for text in at.markdown)
    at.selectbox(key="evaluate_against").set_value(other.id).run()
    assert any("points of accuracy" in text.value.replace("\\", "") for text in at.markdown)
    own = evaluate(one, grouping=HUFFPOST_12).metrics
    assert next(one.value for one in at.metric if one.label == "Accuracy") == f"{own.accuracy:.3f}"
    assert len(at.get("download_button")) == 3


def test_a_file_holds_headlines_only_where_they_are_asked_for(runs):
    one, other, _ = runs
    judged = evaluate(one, grouping=HUFFPOST_12)
    against = (other, evaluate(other, grouping=HUFFPOST_12))
    quiet, loud = (
        json.loads(report_view.content(one, judged, against, Asked(examples), ".json")) for examples in (0, 2)
    )
    assert quiet["examples"] == [] and len(loud["examples"]) == 2
    assert quiet["comparison"]["against"] == other.id
    page = report_view.content(one, judged, None, Asked(), ".html").decode("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert report_view.content(one, judged, None, Asked(), ".md").decode("utf-8").startswith("# Evaluation of ")


def test_a_report_is_calibrated_only_where_that_is_asked_for(runs):
    one, *_ = runs
    at = drawn(report_page, run=one.id)
    assert not at.toggle, "a run without a temperature has nothing to ask for"
    temperature.keep(one, temperature.calibrate(one.spec, cache.predictions(one)))
    try:
        at = drawn(report_page, run=one.id)
        before = {figure.label: figure.value for figure in at.metric}
        at.toggle[0].set_value(True).run()
        after = {figure.label: figure.value for figure in at.metric}
        expected = evaluate(one, grouping=HUFFPOST_12, calibrated=True)
        loss = rank(expected.probabilities, expected.true, expected.answerable).log_loss
        assert after["Log loss"] == f"{loss:.3f}" != before["Log loss"]
    finally:
        temperature.remove(one)
