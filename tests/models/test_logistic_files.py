import json
import pickle

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.errors import DamagedError
from core.models import registry


@pytest.fixture
def saved(train, tmp_path):
    """Return the directory of a small saved model."""
    train().save(tmp_path)
    return tmp_path


LABELS = "its labels are not two or more different texts in order"


def edit(path, change):
    """Let ``change`` alter the JSON document in ``path``."""
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def edit_tensors(path, change):
    """Let ``change`` alter the tensors in ``path``."""
    tensors = dict(load_file(path))
    change(tensors)
    save_file(tensors, path)


def refused(directory):
    """Return the one line with which the directory is refused."""
    with pytest.raises(DamagedError) as error:
        registry.load_classifier(directory)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_model_is_three_files(saved):
    assert sorted(path.name for path in saved.iterdir()) == ["config.json", "model.safetensors", "vocabulary.json"]


def test_the_files_say_what_they_hold(saved):
    config = json.loads((saved / "config.json").read_text())
    assert (config["model"], config["format"]) == ("logistic", 1)
    assert config["labels"] == ["GARDEN", "HARBOUR", "MUSIC"]
    assert config["settings"]["solver"] == "sgd"
    assert {"python", "numpy", "scipy", "scikit-learn", "safetensors"} <= set(config["versions"])
    vocabulary = json.loads((saved / "vocabulary.json").read_text(encoding="utf-8"))
    assert list(vocabulary) == ["words", "phrases", "capitals"]
    tensors = load_file(saved / "model.safetensors")
    assert {name: tensor.dtype.name for name, tensor in tensors.items()} == {
        "coefficients": "float16",
        "intercept": "float32",
        "idf": "float64",
    }
    assert tensors["coefficients"].shape == (sum(map(len, vocabulary.values())), 3)


def test_words_of_any_writing_come_back(train, y, tmp_path):
    words = {"GARDEN": "Ærø 花 rosé", "HARBOUR": "порт \ud800", "MUSIC": 'μ "tuba"'}
    model = train(on=[words[label] for label in y], labels=y)
    model.save(tmp_path)
    loaded = registry.load_classifier(tmp_path)
    assert loaded.vectorizer.names == model.vectorizer.names
    assert "花" in (tmp_path / "vocabulary.json").read_text(encoding="utf-8")


def test_coefficients_that_half_precision_cannot_hold_are_saved_whole(train, tmp_path, texts):
    model = train(stored_as="float32")
    model.save(tmp_path)
    assert load_file(tmp_path / "model.safetensors")["coefficients"].dtype == np.float32
    np.testing.assert_array_equal(registry.load_classifier(tmp_path).predict_proba(texts), model.predict_proba(texts))


class Bomb:
    """Fails the test if anybody unpickles it."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was read",)


@pytest.mark.parametrize("name", ["config.json", "vocabulary.json", "model.safetensors"])
def test_a_pickle_is_never_read(saved, name):
    (saved / name).write_bytes(pickle.dumps(Bomb()))
    assert name in refused(saved)


@pytest.mark.parametrize("name", ["model.pkl", "pipeline.joblib", "model.safetensors.pkl"])
def test_a_pickle_beside_the_model_is_left_alone(saved, name):
    (saved / name).write_bytes(pickle.dumps(Bomb()))
    assert registry.load_classifier(saved).labels == ("GARDEN", "HARBOUR", "MUSIC")


@pytest.mark.parametrize("name", ["config.json", "vocabulary.json", "model.safetensors"])
def test_a_missing_or_cut_file_is_named(saved, name):
    content = (saved / name).read_bytes()
    (saved / name).write_bytes(content[: len(content) // 2])
    assert name in refused(saved)
    (saved / name).unlink()
    assert name in refused(saved)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda config: config.update(format=2), "format 2 is not 1"),
        (lambda config: config.update(labels=["B", "A", "C"]), LABELS),
        (lambda config: config.update(labels=["A", "A", "B"]), LABELS),
        (lambda config: config.update(labels=["A"]), LABELS),
        (lambda config: config.update(labels=None), LABELS),
        (lambda config: config.update(labels=["A", "B"]), "coefficients is of shape"),
        (lambda config: config["settings"].pop("C"), "its settings are not those of a logistic model"),
        (lambda config: config["settings"].update(C=-1), "setting C cannot be '-1'"),
        (lambda config: config.update(settings=[]), "its settings are not those of a logistic model"),
        (lambda config: config["settings"].update(capitals_weight=0), "does not hold the blocks words, phrases that"),
    ],
)  # fmt: skip
def test_a_configuration_that_does_not_fit(saved, change, part):
    edit(saved / "config.json", change)
    assert part in refused(saved)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda blocks: blocks.pop("capitals"), "it does not hold the blocks words, phrases, capitals"),
        (lambda blocks: blocks["words"].append("zzz"), "coefficients is of shape"),
        (lambda blocks: blocks["words"].reverse(), "the features of block words are not in order"),
        (lambda blocks: blocks["words"].__setitem__(0, blocks["words"][1]), "or one is there twice"),
        (lambda blocks: blocks["words"].__setitem__(0, 7), "a block is not a list of texts"),
        (lambda blocks: blocks["words"].__setitem__(0, "a b c d"), "the features of block words"),
        (lambda blocks: blocks.update(words={}), "a block is not a list of texts"),
    ],
)
def test_a_vocabulary_that_does_not_fit(saved, change, part):
    edit(saved / "vocabulary.json", change)
    assert part in refused(saved)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda tensors: tensors.pop("idf"), "it holds coefficients, intercept, not coefficients, idf, intercept"),
        (lambda tensors: tensors.update(more=np.zeros(1)), "it holds coefficients, idf, intercept, more, not"),
        (lambda tensors: tensors.update(idf=tensors["idf"][:-1]), "idf is of shape"),
        (lambda tensors: tensors.update(intercept=np.zeros((3, 1))), "intercept is of shape (3, 1)"),
        (lambda tensors: tensors.update(intercept=np.zeros(3, np.int32)), "intercept holds something that is not"),
        (lambda tensors: tensors["idf"].__setitem__(0, np.nan), "idf holds something that is not a finite number"),
        (lambda tensors: tensors["coefficients"].__setitem__((0, 0), np.inf), "coefficients holds something"),
    ],
)
def test_tensors_that_do_not_fit(saved, change, part):
    edit_tensors(saved / "model.safetensors", change)
    assert part in refused(saved)


def test_a_model_from_before_features_could_be_left_out_is_read(saved):
    before = registry.load_classifier(saved).predict_proba(["Roses at the quay"])
    edit(saved / "config.json", lambda config: config["settings"].pop("kept_features"))
    np.testing.assert_array_equal(registry.load_classifier(saved).predict_proba(["Roses at the quay"]), before)
