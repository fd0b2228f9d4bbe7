"""Runs that learn corrected labels: what they learn, what they are judged by, and that nothing later changes it."""

import json

import numpy as np
import pandas as pd
import pytest

from core.data import corrections, datasets
from core.data.importing import import_file
from core.grouping.grouping import Grouping
from core.models.classifier import unreported
from core.runs import local, pipeline, store
from core.runs.preflight import corrections_text, look_ahead
from core.runs.spec import TrainingSpec, plan
from core.runs.split import split_rows

SUBJECTS = {"GARDEN": ["roses bloom", "beans climb"], "HARBOUR": ["ferries wait", "gulls return"]}


@pytest.fixture
def few(home, tmp_path):
    lines = [f"{phrase} {number},{name}" for name, both in SUBJECTS.items() for phrase in both for number in range(10)]
    (tmp_path / "few.csv").write_text("headline,category\n" + "\n".join(lines) + "\n")
    return import_file(tmp_path / "few.csv", "few")


def fitted_on(monkeypatch, spec, path):
    """Train, and return the labels that the model was given, and the metrics."""
    seen = []
    fit = pipeline.registry.fit

    def watch(model, texts, y, *others, **more):
        seen.extend(zip(texts, y, strict=True))
        return fit(model, texts, y, *others, **more)

    monkeypatch.setattr(pipeline.registry, "fit", watch)
    path.mkdir(parents=True)
    metrics = pipeline.train(spec, path, unreported)
    return dict(seen), metrics


def test_training_rows_learn_the_correction_and_test_rows_keep_their_label(few, monkeypatch, tmp_path):
    frame = datasets.frame(few, ["headline", "category"])
    plain = plan(few)
    training, test = split_rows(frame["headline"], frame["category"], plain)
    rows = [int(training[0]), int(training[-1]), int(test[0]), int(test[-1])]
    other = {"GARDEN": "HARBOUR", "HARBOUR": "GARDEN"}
    for row in rows:
        corrections.correct(few, row, other[frame["category"].iloc[row]])
    spec = plan(few, corrections=corrections.corrected(few))
    learned, metrics = fitted_on(monkeypatch, spec, tmp_path / "run")
    assert metrics["corrected_rows"] == 2
    assert metrics["rows"] == len(test)
    changed = {int(row) for row in training if learned[frame["headline"].iloc[row]] != frame["category"].iloc[row]}
    assert changed == set(rows[:2])
    judged = pd.read_parquet(tmp_path / "run" / "evaluation" / "rows.parquet")
    assert np.array_equal(judged["row"], test)
    assert judged["category"].tolist() == frame["category"].iloc[test].tolist()


def test_corrections_are_of_categories_also_where_groups_are_learned(few, monkeypatch, tmp_path):
    grouping = Grouping("shouted", {"GARDEN": "LAND", "HARBOUR": "SEA"})
    spec = plan(few, target="group", grouping=grouping, corrections={0: "HARBOUR"})
    learned, metrics = fitted_on(monkeypatch, spec, tmp_path / "run")
    assert metrics["corrected_rows"] == ("roses bloom 0" in learned)
    assert learned.get("roses bloom 0", "SEA") == "SEA"
    assert set(learned.values()) == {"LAND", "SEA"}


def test_without_corrections_nothing_is_said_of_them(few, monkeypatch, tmp_path):
    _, metrics = fitted_on(monkeypatch, plan(few), tmp_path / "run")
    assert "corrected_rows" not in metrics
    assert not any("corrected" in warning for warning in look_ahead(plan(few), few).warnings)


def test_what_a_run_learns_is_said_before_it_starts(few):
    told = look_ahead(plan(few, corrections={0: "HARBOUR", 1: "HARBOUR"}), few).warnings
    assert told[0] == (
        "trained with 2 corrected labels; test rows keep the dataset's labels, so that runs stay comparable"
    )
    assert corrections_text(1).startswith("trained with 1 corrected label;")


def test_a_spec_keeps_its_corrections_whatever_is_decided_later(few):
    corrections.correct(few, 0, "HARBOUR")
    run = store.create(plan(few, corrections=corrections.corrected(few)))
    corrections.undo_all(few)
    assert store.load(run.id).spec.corrections == {0: "HARBOUR"}
    assert TrainingSpec.model_validate_json(run.spec.model_dump_json()) == run.spec
    assert local.again(run.spec, {})[0].corrections == {0: "HARBOUR"}
    local.cancel(run)


def test_a_spec_from_before_there_were_corrections_means_what_it_meant(few):
    spec = plan(few)
    older = json.loads(spec.model_dump_json())
    del older["corrections"]
    assert TrainingSpec.model_validate(older) == spec
    assert spec.corrections == {}
