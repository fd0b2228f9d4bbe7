"""A run packed for a download: one file of each form that fits it, used as its lines say, and gone after an hour."""

import os
import pickle
import zipfile

import numpy as np
import pytest

from core.errors import InputError
from core.inference import handed_on
from core.inference.classify import load_model
from core.inference.export_forms import FORMS, forms_for, load_lines

TEXT = "Senate Passes Budget"
FORM = {form.key: form for form in FORMS}


@pytest.fixture
def pack(trained):
    """Return a function that packs the run; what it made is removed."""
    made = []

    def do(key):
        made.append(handed_on.pack(trained, FORM[key]))
        return made[-1]

    yield do
    for packed in made:
        handed_on.remove(packed)


def used(lines):
    """Return what the last line of a form's lines gives, in the folder of the test."""
    *before, last = lines.split("\n")
    names = {}
    exec("\n".join(before), names)
    return eval(last, names)


def test_a_logistic_run_has_the_forms_that_fit_it(trained):
    assert [form.key for form in forms_for(trained)] == ["bundle", "joblib", "notebook"]
    with pytest.raises(InputError, match="has model logistic, which has no export of form onnx"):
        handed_on.pack(trained, FORM["onnx"])


def test_a_bundle_lists_what_is_in_it(trained, pack):
    packed = pack("bundle")
    assert packed.path.name == f"{trained.id}.zip"
    with zipfile.ZipFile(packed.path) as archive:
        assert [entry.name for entry in packed.entries] == archive.namelist()


def test_the_lines_of_scikit_learn_work(trained, pack, monkeypatch):
    packed = pack("joblib")
    monkeypatch.chdir(packed.path.parent)
    own = load_model(trained).classifier
    assert used(load_lines(trained, FORM["joblib"])) == [own.labels[int(np.argmax(own.predict_proba([TEXT])))]]
    (entry,) = packed.entries
    assert (entry.name, entry.bytes, entry.permissions[0]) == (packed.path.name, packed.path.stat().st_size, "-")


def test_the_lines_of_the_notebook_work(trained, pack, monkeypatch, tmp_path):
    packed = pack("notebook")
    assert [entry.name for entry in packed.entries] == ["label_encoder.pkl", "multiclass_logistic_regression.pkl"]
    with zipfile.ZipFile(packed.path) as archive:
        archive.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    own = load_model(trained).classifier
    found = used(load_lines(trained, FORM["notebook"]))
    assert found.tolist() == [own.labels[int(np.argmax(own.predict_proba([TEXT])))]]
    assert pickle.load((tmp_path / "label_encoder.pkl").open("rb")).classes_.tolist() == list(own.labels)


def test_what_was_packed_an_hour_ago_goes_with_the_next(pack):
    earlier = pack("joblib").path
    pack("joblib")
    assert earlier.exists()
    os.utime(earlier.parent, (0, 0))
    pack("joblib")
    assert not earlier.parent.exists()


def test_nothing_stays_of_what_cannot_be_packed(trained, monkeypatch):
    def damaged(_):
        raise InputError("no")

    monkeypatch.setattr(handed_on, "load_model", damaged)
    with pytest.raises(InputError, match="no"):
        handed_on.pack(trained, FORM["joblib"])
    assert list(handed_on.root().iterdir()) == []
