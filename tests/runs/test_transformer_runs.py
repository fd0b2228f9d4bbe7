"""A fine-tuning as a run, by real workers and the command line: trained, stopped, gone on with, cancelled, asked."""

import json
import os
import signal

import pytest

from core.data.importing import import_file
from core.inference import handed_on, onnx_export
from core.inference.export_forms import forms_for
from core.models.transformer import TransformerClassifier
from core.runs import endings, local, states, store
from core.runs.manifest import check_manifest
from core.runs.pipeline import GpuMemory
from core.runs.spec import plan
from tests.cli.conftest import CommandLine
from tests.models.conftest import ROWS
from tests.runs.conftest import in_phase, in_state, release, until


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    """Return a file of the small newsroom."""
    path = tmp_path_factory.mktemp("newsroom") / "newsroom.csv"
    path.write_text("headline,category\n" + "\n".join(f'"{text}",{label}' for text, label in ROWS) + "\n")
    return path


@pytest.fixture(scope="module")
def tiny(tiny_checkpoint):
    """Return settings with which the small newsroom is learned in a second."""
    settings = {"checkpoint": str(tiny_checkpoint), "max_length": 32, "epochs": 20, "batch_size": 6}
    return {**settings, "learning_rate": "5e-3", "patience": "none", "validation_share": 0.2, "logging_steps": 1}


@pytest.fixture(scope="module")
def finished(newsroom, tiny, tmp_path_factory):
    """Return the command line of a home, and the run that it has trained there."""
    core = CommandLine(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        assert core("data", "import", newsroom, "--name", "newsroom").status == 0
        chosen = [part for key, value in tiny.items() for part in ("--set", f"{key}={value}")]
        done = core("train", "--dataset", "newsroom", "--model", "transformer", *chosen, "--wait", "--json")
    assert done.status == 0, done.err
    return core, done.json


def test_a_trained_run_is_whole_and_keeps_no_checkpoint(finished):
    core, done = finished
    assert done["state"] == states.SUCCEEDED
    path = core.home / "models" / done["run"]
    assert sorted(one.name for one in path.iterdir() if one.is_dir()) == ["evaluation", "model"]
    for folder in ("model", "evaluation"):
        check_manifest(path, folder)
    lines = [json.loads(line) for line in (path / "metrics.jsonl").read_text().rstrip("\n").split("\n")]
    fitted = [line for line in lines if line["phase"] == "fit"]
    assert {"loss", "learning_rate", "epoch"} <= set().union(*fitted)
    assert sum("eval_accuracy" in line for line in fitted) == 20
    assert max(line["step"] for line in fitted) == 20 * 4
    # Eight test rows tell little of what was learned; the loss on the others does.
    losses = [line["loss"] for line in fitted if "loss" in line]
    assert losses[-1] < losses[0] / 2


def test_it_is_shown_and_its_log_is_told(finished):
    core, done = finished
    shown = core.inside("runs", "show", done["run"], "--json").json
    assert (shown["model"], shown["state"]) == ("transformer", states.SUCCEEDED)
    log = core.inside("runs", "logs", done["run"]).out
    assert "device cpu, precision " in log
    assert "step 80/80" in log


def test_it_is_judged_under_any_grouping(finished, tmp_path):
    core, done = finished
    (tmp_path / "two.yaml").write_text("OUTSIDE: [GARDEN, HARBOUR]\n")
    own = core.inside("evaluate", done["run"], "--json").json
    other = core.inside("whatif", done["run"], "--grouping", tmp_path / "two.yaml", "--json").json
    assert own["labels"] == ["GARDEN", "HARBOUR", "MUSIC"]
    assert sorted(other["labels"]) == ["MUSIC", "OUTSIDE"]
    assert other["accuracy"] >= own["accuracy"] == done["metrics"]["accuracy"]
    # Judged anew as another dataset would be, the model gives what the run has written down.
    again = core.inside("evaluate", done["run"], "--dataset", "newsroom", "--json").json
    assert again["confusion"] == own["confusion"]


def test_it_classifies_and_says_that_it_has_no_contributions(finished):
    core, done = finished
    asked = ["classify", "--run", done["run"], "--headline", "Choirs rehearse a new song"]
    (answer,) = core.inside(*asked, "--json").json["results"]
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert answer["explanation"] is None
    (explained,) = core.inside(*asked, "--explain", "--json").json["results"]
    note = "a transformer has no exact contributions of words: it reads a text as a whole"
    assert explained["explanation"] == {"label": answer["label"], "method": None, "words": [], "note": note}
    lines = core.inside(*asked, "--explain").out.split("\n")
    assert f"why {answer['label']}: {note}" in lines


def test_it_is_no_scikit_learn_pipeline(finished, tmp_path):
    core, done = finished
    refused = core.inside("export", done["run"], tmp_path / "pipeline.joblib")
    assert refused.status == 2
    assert "has model transformer, which is no scikit-learn pipeline; export it with --format " in refused.err
    assert list(tmp_path.iterdir()) == []


def test_it_is_exported_to_onnx_that_answers_alike(finished, tmp_path):
    for package in ("onnx", "onnxruntime", "onnxscript"):
        pytest.importorskip(package, reason="an extra of the export to ONNX")
    core, done = finished
    found = core.inside("export", done["run"], tmp_path / "int8", "--format", "onnx", "--json")
    assert found.err == ""
    names = {entry["name"] for entry in found.json["entries"]}
    assert names == {"model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json"}
    assert found.json["rows"] == done["metrics"]["rows"]
    assert found.json["agreement"] >= 0.99
    model = TransformerClassifier.load(core.home / "models" / done["run"] / "model")
    texts = ["", "Roses", *(text for text, _ in ROWS), "long " * 100]
    ours, theirs = model.in_precision("fp32").predict_proba(texts), model.onnx_proba(tmp_path / "int8", texts)
    assert theirs.shape == ours.shape
    assert abs(ours - theirs).mean() < 0.05
    again = core.inside("export", done["run"], tmp_path / "int8", "--format", "onnx")
    assert (again.status, again.err.endswith("exists already; name a new one\n")) == (2, True)


def test_it_is_exported_under_the_names_of_the_notebook(finished, tmp_path):
    import pickle
    import zipfile

    from transformers import pipeline

    core, done = finished
    found = core.inside("export", done["run"], tmp_path / "out", "--format", "notebook", "--json").json
    best = tmp_path / "out" / "results" / "best_model"
    names = {path.relative_to(tmp_path / "out").as_posix() for path in best.iterdir()}
    assert {entry["name"] for entry in found["entries"]} == {*names, "results.zip"}
    with zipfile.ZipFile(tmp_path / "out" / "results.zip") as archive:
        assert set(archive.namelist()) == names
    labels = pickle.loads((best / "label_encoder.pkl").read_bytes()).classes_.tolist()
    model = TransformerClassifier.load(core.home / "models" / done["run"] / "model")
    assert labels == list(model.labels)
    (scores,) = pipeline("text-classification", model=str(best), top_k=None)(["Roses bloom"])
    ours = dict(zip(labels, model.in_precision("fp32").predict_proba(["Roses bloom"])[0], strict=True))
    assert {one["label"]: one["score"] for one in scores} == pytest.approx(ours, abs=1e-5)


def test_it_is_packed_for_a_download_in_the_forms_that_fit_it(finished, monkeypatch):
    core, done = finished
    monkeypatch.setenv("COPYDESK_HOME", str(core.home))
    run = store.load(done["run"])
    forms = {form.key: form for form in forms_for(run)}
    assert list(forms) == ["bundle", "huggingface", "notebook", "onnx"]
    packed = handed_on.pack(run, forms["huggingface"])
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {entry.name for entry in packed.entries}
    assert [path.name for path in packed.path.parent.iterdir()] == [f"{run.id}.zip"]
    packed = handed_on.pack(run, forms["notebook"])
    assert {"results/best_model/config.json", "results.zip"} <= {entry.name for entry in packed.entries}


def test_its_bundle_answers_elsewhere_and_without_us(finished, tmp_path, monkeypatch):
    import runpy
    import zipfile

    from core.inference.bundle_import import import_bundle

    core, done = finished
    assert core.inside("export", done["run"], tmp_path / "run.zip").status == 0
    monkeypatch.setenv("COPYDESK_HOME", str(tmp_path / "other"))
    run = import_bundle(tmp_path / "run.zip")
    texts = ["Roses bloom", "Gulls"]
    own = TransformerClassifier.load(core.home / "models" / done["run"] / "model")
    taken = TransformerClassifier.load(run.path / "model")
    assert (own.predict_proba(texts) == taken.predict_proba(texts)).all()
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    script = runpy.run_path(str(tmp_path / "unpacked" / "predict.py"))
    for (label, scores), ours in zip(
        script["predict"](texts), own.in_precision("fp32").predict_proba(texts), strict=True
    ):
        assert [scores[one] for one in own.labels] == pytest.approx(ours, abs=1e-5)
        assert label == own.labels[ours.argmax()]


@pytest.mark.parametrize(
    ("agreeing", "rows", "message"),
    [
        (False, 2000, "in int8 it gives the label of its model on 0.0% of {rows} test rows, and 99% are asked for"),
        (True, 3, None),
    ],
)
def test_an_export_that_answers_otherwise_is_refused_and_nothing_stays(
    finished, monkeypatch, tmp_path, agreeing, rows, message
):
    core, done = finished
    monkeypatch.setattr(onnx_export, "MOST_ROWS", rows)
    monkeypatch.setattr("core.models.transformer_onnx.check_packages", lambda: None)
    monkeypatch.setattr(TransformerClassifier, "export_onnx", lambda self, folder: (folder / "model.onnx").touch())
    sign = 1 if agreeing else -1
    monkeypatch.setattr(
        TransformerClassifier, "onnx_proba", lambda self, folder, texts: sign * self.predict_proba(texts)
    )
    found = core.inside("export", done["run"], tmp_path / "int8", "--format", "onnx")
    if message:
        assert found.status == 2
        assert message.format(rows=done["metrics"]["rows"]) in found.err
        assert list(tmp_path.iterdir()) == []
    else:
        assert f"on 100.00% of {rows} test rows" in found.out


def test_what_the_export_lacks_is_told_with_the_command(finished, monkeypatch, tmp_path):
    core, done = finished
    monkeypatch.setattr("core.models.transformer_onnx.PACKAGES", ("numpy", "no_such_package", "nor_this"))
    found = core.inside("export", done["run"], tmp_path / "int8", "--format", "onnx")
    assert (found.status, list(tmp_path.iterdir())) == (2, [])
    assert found.err == (
        "error: the export to ONNX needs no_such_package and nor_this; "
        "pip install onnx==1.23.2 onnxruntime==1.32.0 onnxscript==0.7.2\n"
    )


@pytest.fixture
def at_work(home, newsroom, tiny, hold, monkeypatch):
    """Return a run that holds at the beginning of its fine-tuning."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    hold("fit")
    dataset = import_file(newsroom, "newsroom")
    overrides = {key: str(value) for key, value in {**tiny, "epochs": 2}.items()}
    return until(local.submit(plan(dataset, model="transformer", overrides=overrides)), in_phase("fit"))


def test_a_worker_that_is_asked_to_end_leaves_a_checkpoint_and_the_run_goes_on_from_it(at_work):
    os.kill(at_work.status["pid"], signal.SIGTERM)
    run = until(at_work, in_state(states.INTERRUPTED))
    assert "(SIGTERM)" in run.status["error"]
    (checkpoint,) = (run.path / endings.CHECKPOINTS / "trainer").glob("checkpoint-*")
    assert checkpoint.name == "checkpoint-1"
    assert not (run.path / "model").exists()
    release(run)
    run = local.wait(local.resume(run))
    assert run.state == states.SUCCEEDED, run.status
    steps = [
        json.loads(line)["step"]
        for line in (run.path / "metrics.jsonl").read_text().rstrip("\n").split("\n")
        if '"loss"' in line and '"eval_loss"' not in line
    ]
    # What the first step had to tell was cut off by its end.
    assert steps == list(range(2, 9))
    assert not (run.path / endings.CHECKPOINTS).exists()


def test_a_cancel_ends_it_and_leaves_nothing(at_work):
    local.cancel(at_work)
    assert local.wait_for_end(at_work.id, every=0.02) == states.CANCELLED
    left = {path.name for path in store.load(at_work.id).path.iterdir() if path.is_dir()}
    assert not {"model", "evaluation", endings.CHECKPOINTS} & left


def test_the_most_gpu_memory_of_a_training_becomes_a_figure_of_the_run():
    told = []
    report = GpuMemory(lambda *call, **figures: told.append((call, figures)))
    assert report.figures() == {}
    for step, memory in enumerate((5.0, 9.4, 7.0)):
        report("fit", step, 3, rows=step, gpu_memory_bytes=memory)
    report("save", 0, 1)
    assert report.figures() == {"gpu_memory_bytes": 9}
    assert told[1] == (("fit", 1, 3), {"rows": 1, "gpu_memory_bytes": 9.4})
