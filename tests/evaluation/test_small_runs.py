"""Runs on a handful of rows, end to end: a category that is born after training, no dates, too little to calibrate."""

import pytest

from core.data import datasets
from core.data.importing import import_file
from core.errors import InputError
from core.evaluation import temperature
from core.evaluation.confidence import confidence_document, confidence_of
from core.evaluation.evaluate import evaluate
from core.evaluation.evaluate import test_predictions as predictions_on_test_rows
from core.evaluation.slice_report import records_of, slices_document, splits_of, worst_of
from core.evaluation.slices import rows_from
from core.runs import local, states
from core.runs.spec import plan

SUBJECTS = {"GARDEN": "roses bloom beans climb", "HARBOUR": "ferries wait gulls return", "SPACE": "rockets rise"}


def trained(folder, lines, **how):
    (folder / "small.csv").write_text("headline,category,date\n" + "\n".join(lines) + "\n")
    run = local.wait(local.submit(plan(import_file(folder / "small.csv", "small"), **how)))
    assert run.state == states.SUCCEEDED, run.status["error"]
    return run


def lines(day):
    """Return 60 rows, the last 12 of them of a category that no earlier row has."""
    names = ["GARDEN", "HARBOUR"] * 24 + ["SPACE"] * 12
    return [f"{SUBJECTS[name]} {number},{name},{day(number)}" for number, name in enumerate(names)]


def test_a_category_born_after_training_is_scored_as_wrong_and_told(home, tmp_path):
    past = trained(tmp_path, lines(lambda number: f"2020-01-{1 + number // 3:02}"), split="past", test_share=0.3)
    judged = evaluate(past)
    recall = judged.metrics.per_class.set_index("label")["recall"]
    assert past.status["metrics"]["training_rows"] == 42
    assert (judged.metrics.rows, recall["SPACE"]) == (18, 0.0)
    assert "SPACE" not in predictions_on_test_rows(past).labels
    assert splits_of(past, judged.grouping) is None
    random = local.wait(local.retry(past, {}, split=past.spec.split.model_copy(update={"kind": "random"})))
    twin, found = splits_of(past, judged.grouping)
    assert twin.id == random.id
    assert found.classes.set_index("label").loc["SPACE", "met"] == "only after"


def test_without_dates_there_are_slices_and_none_by_year(home, tmp_path):
    run = trained(tmp_path, lines(lambda number: ""))
    judged = evaluate(run)
    document = slices_document(run, judged, by="length")
    assert sum(one["rows"] for one in document["slices"]) == judged.metrics.rows
    assert document["worst"] == []
    rows = rows_from(judged, records_of(judged))
    assert worst_of(rows, ("year", "month", "date", "link")).looked_at == 0
    with pytest.raises(InputError, match="no row has a date, so there are no slices by year"):
        slices_document(run, judged, by="year")


def test_three_rows_a_class_have_a_confidence_and_are_too_few_for_a_temperature(home, tmp_path):
    run = trained(tmp_path, [line for line in lines(lambda number: "") if line.endswith(("GARDEN,", "HARBOUR,"))][:6])
    found = confidence_of(run, None, None, calibrated=False)
    document = confidence_document(run, found, calibrated=False, threshold=0.5, precision=0.9)
    assert sum(one["rows"] for one in document["reliability"]) == document["rows"] == 2
    with pytest.raises(InputError, match="a temperature needs 20 test rows whose label the model can give, and there"):
        temperature.calibrate(run.spec, predictions_on_test_rows(run))


def test_slices_of_a_dataset_that_is_gone_are_one_line(home, tmp_path):
    run = trained(tmp_path, lines(lambda number: ""))
    judged = evaluate(run)
    datasets.delete("small")
    with pytest.raises(InputError) as error:
        slices_document(run, judged, by=None)
    assert str(error.value) == (
        "dataset 'small' is not here any more, and slices are made of its records; import the same file again"
    )
