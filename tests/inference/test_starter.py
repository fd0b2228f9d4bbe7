"""The model that ships: there on a fresh machine, good enough, small, without any text, and not to be changed."""

import json

import numpy as np
import pandas as pd
import pytest

from core.data.readers import reading
from core.errors import InputError
from core.evaluation import temperature
from core.evaluation.evaluate import evaluate
from core.grouping.builtin import HUFFPOST_12, RAW
from core.inference import starter as release
from core.inference.classify import classify, load_model
from core.inference.sureness import NOT_SURE, level_of
from core.runs import starter, store


@pytest.fixture
def ships(home, monkeypatch):
    """Return the starter as a fresh home sees it."""
    monkeypatch.delenv("COPYDESK_STARTER")
    return store.load("starter")


def test_a_fresh_home_has_the_starter_and_nothing_else(ships):
    assert [run.id for run in store.list_all()] == store.run_ids() == ["starter"]
    assert (ships.state, ships.spec.model, ships.spec.target, ships.ships) == (
        "succeeded",
        "logistic",
        "category",
        True,
    )
    assert store.find("star") == ships


def test_it_can_be_left_out(ships, monkeypatch):
    monkeypatch.setenv("COPYDESK_STARTER", "off")
    assert (store.list_all(), store.run_ids()) == ([], [])
    with pytest.raises(InputError, match="run 'starter' does not exist"):
        store.load("starter")


def test_it_answers_real_headlines(ships):
    asked = {
        "Senate Passes Budget After Long Night": "POLITICS & BUSINESS",
        "Quarterback Leads Late Comeback In Playoff Game": "SPORTS",
        "Easy Chocolate Cake Recipes For Busy Weeknights": "LIFESTYLE",
        "Police Arrest Suspect In Shooting": "CRIME",
    }
    answers = classify(load_model(ships), [(headline, "") for headline in asked], HUFFPOST_12)
    assert [answer.label for answer in answers] == list(asked.values())


def test_its_figures_are_those_asked_for(ships):
    under = evaluate(ships, grouping=HUFFPOST_12).metrics.headline()
    assert (under["accuracy"] >= 0.745, under["macro_f1"] >= 0.62) == (True, True)
    told = ships.status["metrics"]
    assert (under["accuracy"], under["macro_f1"]) == pytest.approx((told["accuracy"], told["macro_f1"]))
    raw = evaluate(ships, grouping=RAW).metrics.headline()
    assert raw["accuracy"] == pytest.approx(told["category"]["accuracy"])


def test_the_card_tells_these_figures(ships):
    text = (starter.FOLDER / release.CARD).read_text(encoding="utf-8")
    assert text.startswith("# Starter\n")
    for told in ("CC BY 4.0", "arXiv:2209.11429", ships.spec.fingerprint, f"{ships.status['metrics']['accuracy']:.3f}"):
        assert told in text


def test_it_is_small_and_holds_no_text(ships):
    files = [path for path in starter.FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= release.MOST_BYTES
    rows = pd.read_parquet(starter.FOLDER / "evaluation" / "rows.parquet")
    assert list(rows) == ["row", "category"]
    assert set(rows["category"]) <= set(ships.spec.categories)
    vocabulary = json.loads((starter.FOLDER / "model" / "vocabulary.json").read_text(encoding="utf-8"))
    assert max(name.count(" ") for part in vocabulary.values() for name in part) == 1


def test_it_stays_as_it_is(ships):
    for change in (
        lambda: store.delete("starter"),
        lambda: store.rename(ships, "Mine"),
        lambda: store.annotate(ships, "Good"),
    ):
        with pytest.raises(InputError, match="run starter is part of Copydesk and "):
            change()
    assert store.load("starter") == ships


def test_another_home_makes_a_starter_of_its_run(ships, tmp_path):
    size = release.write_starter(ships, tmp_path / "made")
    assert size == sum(path.stat().st_size for path in (tmp_path / "made").rglob("*") if path.is_file())
    same = ["spec.json", "manifest.json", "model/model.safetensors", "evaluation/probabilities.npy"]
    for name in same:
        assert (tmp_path / "made" / name).read_bytes() == (starter.FOLDER / name).read_bytes()
    assert "host" not in json.loads((tmp_path / "made" / "status.json").read_text())


def test_one_that_is_too_large_is_refused_and_leaves_nothing(ships, tmp_path, monkeypatch):
    monkeypatch.setattr(release, "MOST_BYTES", 1_000_000)
    with pytest.raises(InputError, match="the starter may take 1,000,000; train with a smaller kept_features"):
        release.write_starter(ships, tmp_path / "made")
    assert list(tmp_path.iterdir()) == [tmp_path / "home"]


def test_it_was_tested_on_the_real_headlines(ships, real_file):
    """The rows that it was tested on are rows of the file, with the category that they have there."""
    categories = []
    with reading(real_file) as reader:
        for _, record in reader.records(["headline", "category"]):
            if record["headline"].strip():
                categories.append(record["category"])
    rows = pd.read_parquet(starter.FOLDER / "evaluation" / "rows.parquet")
    np.testing.assert_array_equal(np.array(categories)[rows["row"]], rows["category"])


def test_it_keeps_the_temperature_that_it_came_with(ships):
    kept = temperature.stored(ships)
    for change in (lambda: temperature.keep(ships, kept), lambda: temperature.remove(ships)):
        with pytest.raises(InputError, match="keeps the temperature that it came with"):
            change()
    assert temperature.stored(ships) == kept


def test_of_a_language_that_it_does_not_know_it_is_not_sure(ships):
    model = load_model(ships)
    (answer,) = classify(model, [("Zug entgleist bei Wien, zwei Verletzte", "")], HUFFPOST_12)
    assert answer.confidence > 0.7
    assert level_of(model, answer, HUFFPOST_12, 0.7) == NOT_SURE
