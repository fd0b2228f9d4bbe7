"""What other programs read: the notebook's names, pickles that need scikit-learn alone, Hugging Face's folder."""

import io
import pickle
import zipfile

import joblib
import numpy as np
import pytest

from core.cli.app import main
from core.errors import InputError
from core.inference.classify import load_model
from core.inference.exports import export_huggingface, export_notebook

TEXTS = ["Roses bloom early", "A gull at the quay", "nothing known", ""]


@pytest.mark.parametrize("load", [joblib.load, lambda path: pickle.loads(path.read_bytes())], ids=["joblib", "pickle"])
def test_an_app_of_the_notebook_runs_on_a_logistic_run(trained, tmp_path, load):
    files = export_notebook(trained, tmp_path / "out")
    assert [path.name for path in files] == ["label_encoder.pkl", "multiclass_logistic_regression.pkl"]
    pipeline, encoder = load(files[1]), load(files[0])
    classifier = load_model(trained).classifier
    own = classifier.predict_proba(TEXTS)
    np.testing.assert_allclose(pipeline.predict_proba(TEXTS), own, atol=1e-6)
    numbers = pipeline.predict(TEXTS)
    assert numbers.dtype.kind == "i"
    assert encoder.inverse_transform(numbers).tolist() == [classifier.labels[place] for place in own.argmax(axis=1)]


def test_its_pickles_need_nothing_of_ours(trained, tmp_path):
    files = export_notebook(trained, tmp_path / "out")
    found = [_Recording(path) for path in files]
    assert [type(one.load()).__name__ for one in found] == ["LabelEncoder", "Pipeline"]
    asked = {module.split(".")[0] for one in found for module in one.modules}
    assert asked <= {"builtins", "numpy", "scipy", "sklearn"}
    assert "sklearn" in asked


class _Recording(pickle.Unpickler):
    """Reads a pickle, and keeps the modules that it asks for."""

    def __init__(self, path):
        super().__init__(io.BytesIO(path.read_bytes()))
        self.modules = []

    def find_class(self, module, name):
        self.modules.append(module)
        return super().find_class(module, name)


def test_a_place_that_is_taken_and_a_model_of_another_kind(trained, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match="there' exists already; name a new one"):
        export_notebook(trained, tmp_path / "there")
    with pytest.raises(InputError, match="no' does not exist; make it first"):
        export_notebook(trained, tmp_path / "no" / "out")
    with pytest.raises(InputError, match="has model logistic, which Hugging Face has no format for"):
        export_huggingface(trained, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_there_and_back_on_the_command_line(trained, home, tmp_path, capsys, monkeypatch):
    """``home`` comes after ``trained``, so the run is elsewhere."""
    monkeypatch.setenv("COPYDESK_HOME", str(trained.path.parent.parent))
    assert main(["export", trained.id, str(tmp_path / "run.zip")]) == 0
    out = capsys.readouterr().out
    assert "-rw-r--r--" in out
    assert "1980-01-01 00:00:00  model/model.safetensors" in out
    monkeypatch.setenv("COPYDESK_HOME", str(home))
    assert main(["import", str(tmp_path / "run.zip")]) == 0
    assert capsys.readouterr().out == f"imported run {trained.id}, logistic on newsroom\n"
    assert main(["import", str(tmp_path / "run.zip")]) == 2
    assert capsys.readouterr().err.endswith(f"run {trained.id} is here already; delete it first, or keep it\n")
    assert zipfile.ZipFile(tmp_path / "run.zip").testzip() is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["out"], "does not tell the format; name it FILE.zip or FILE.joblib, or give --format: bundle, joblib, "),
        (["out", "--format", "pmml"], "export format 'pmml' is unknown; choose one of: bundle, joblib, huggingface, "),
        (["out", "--format", "bundle"], "has another ending; name it FILE.zip"),
        (["no/run.zip"], "does not exist; make it first"),
    ],
    ids=["no format", "unknown", "ending", "folder"],
)
def test_what_cannot_be_exported(trained, tmp_path, capsys, arguments, message):
    assert main(["export", trained.id, str(tmp_path / arguments[0]), *arguments[1:]]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
