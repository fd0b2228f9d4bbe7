import json

import pytest

from core.errors import DamagedError, InputError
from core.models import device, registry
from core.models.transformer import check_before_start
from core.models.transformer_settings import settings_from


@pytest.fixture(scope="module")
def model(texts, y, fast):
    settings = registry.settings_from("transformer", "default", {**fast["transformer"], "epochs": "1"})
    return registry.fit("transformer", texts, y, settings, seed=1)


@pytest.fixture
def folder(model, tmp_path):
    model.save(tmp_path)
    return tmp_path


def change(path, **values):
    document = json.loads(path.read_text())
    document.update(values)
    path.write_text(json.dumps(document))


def truncate(path):
    path.write_bytes(path.read_bytes()[:-10])


DAMAGES = {
    "half of the weights": (lambda folder: truncate(folder / "model.safetensors"), "model.safetensors is damaged"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors is missing"),
    "no configuration": (lambda folder: (folder / "config.json").unlink(), "config.json is missing"),
    "labels out of order": (
        lambda folder: change(folder / "config.json", id2label={"0": "B", "1": "A", "2": "C"}),
        "its labels are not two or more different texts in order",
    ),
    "labels that disagree": (
        lambda folder: change(folder / "config.json", label2id={"GARDEN": 1, "HARBOUR": 0, "MUSIC": 2}),
        "its label2id is not the inverse of its id2label",
    ),
    "a layer too many": (lambda folder: change(folder / "config.json", n_layers=3), "model.safetensors is damaged"),
    "another width": (lambda folder: change(folder / "config.json", dim=64), "model.safetensors is damaged"),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").write_text("{"), "tokenizer.json is damaged"),
    "a later format": (lambda folder: change(folder / "copydesk.json", format=2), "format 2 is not 1"),
    "other settings": (lambda folder: change(folder / "copydesk.json", settings={}), "its settings are not those"),
    "another kind": (lambda folder: change(folder / "copydesk.json", model="oracle"), "names the model 'oracle'"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told(folder, damage):
    spoil, message = DAMAGES[damage]
    spoil(folder)
    with pytest.raises(DamagedError) as error:
        registry.load_classifier(folder)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_lost_number_is_told(folder):
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    tensors["classifier.bias"][0] = float("nan")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(DamagedError, match="holds something that is not a finite number"):
        registry.load_classifier(folder)


PLENTY = 10**12


@pytest.mark.parametrize(
    ("overrides", "rows", "labels", "free", "message"),
    [
        ({}, 10, 1, PLENTY, "the training rows have 1 label; a classifier needs two or more"),
        ({"max_rows": "3"}, 10, 4, PLENTY, "max_rows 3 is below the 4 labels; set max_rows to 4 or more"),
        ({"max_length": "65"}, 10, 2, PLENTY, "max_length 65 is above the 64 tokens"),
        ({"checkpoint": "/nowhere"}, 10, 2, PLENTY, "checkpoint '/nowhere' is no folder on this machine"),
        ({}, 10, 2, 1000, "0.0 GB are free; free some, or set checkpoints_kept to 1 or take a smaller checkpoint"),
        ({"device": "cuda"}, 10, 2, PLENTY, "device cuda cannot be used: torch sees no GPU"),
    ],
)
def test_what_can_be_known_is_said_before_the_start(fast, monkeypatch, overrides, rows, labels, free, message):
    monkeypatch.setattr(device, "gpu_count", lambda: 0)
    settings = settings_from("default", {**fast["transformer"], **overrides})
    with pytest.raises(InputError) as error:
        check_before_start(settings, rows=rows, labels=labels, free_bytes=free)
    assert message in str(error.value)


def test_a_good_start_is_let_through(fast):
    assert (
        check_before_start(settings_from("default", fast["transformer"]), rows=9, labels=3, free_bytes=PLENTY) is None
    )


def test_the_check_needs_no_torch(fast):
    import subprocess
    import sys

    from core.storage import REPOSITORY

    script = (
        "import sys\nfrom core.models.transformer import check_before_start, settings_from\n"
        f"check_before_start(settings_from('default', {fast['transformer']!r}), rows=9, labels=3, free_bytes=10**12)\n"
        "print(sorted({'torch', 'transformers', 'datasets', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_weights_of_another_architecture_are_refused(texts, y, fast, tiny_checkpoint, tmp_path):
    import shutil

    from safetensors.torch import load_file, save_file

    other = shutil.copytree(tiny_checkpoint, tmp_path / "other")
    tensors = {
        name.replace("transformer.", "strange."): tensor
        for name, tensor in load_file(other / "model.safetensors").items()
    }
    save_file(tensors, other / "model.safetensors", metadata={"format": "pt"})
    settings = settings_from("default", {**fast["transformer"], "checkpoint": str(other)})
    with pytest.raises(
        InputError, match=r"has the weights of another model: \d+ tensors that its config\.json asks for"
    ):
        registry.fit("transformer", texts, y, settings, seed=1, checkpoints=tmp_path / "checkpoints")
    assert list((tmp_path / "checkpoints").iterdir()) == []
