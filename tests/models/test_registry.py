import json
import subprocess
import sys

import pytest

from core.errors import DamagedError, InputError
from core.models import registry
from core.storage import REPOSITORY

UNKNOWN = "model 'oracle' is unknown; choose one of: logistic, transformer"


@pytest.mark.parametrize(
    "call",
    [
        lambda: registry.presets("oracle"),
        lambda: registry.settings_from("oracle", "default", {}),
        lambda: registry.settings_of("oracle", {}),
        lambda: registry.fit("oracle", [], [], None, seed=1),
    ],
)
def test_an_unknown_model_is_named_with_those_there_are(call):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == UNKNOWN


def test_the_default_preset_comes_first():
    assert registry.presets("logistic") == ["default", "notebook", "starter"]


@pytest.mark.parametrize("preset", ["default", "notebook"])
def test_settings_come_back_from_what_a_spec_writes_down(preset):
    settings = registry.settings_from("logistic", preset, {"min_df": "0.01", "max_features": "none"})
    written = json.loads(json.dumps(settings.model_dump(mode="json")))
    assert registry.settings_of("logistic", written) == settings


def test_written_settings_are_checked_too():
    with pytest.raises(InputError, match=r"^setting C cannot be '-1'; give a number from 1e-9 to 1e9$"):
        registry.settings_of("logistic", {"C": -1})


@pytest.mark.parametrize("config", ['{"model": "oracle"}', '{"model": ["logistic"]}', "{}", "[]", "null"])
def test_a_directory_of_an_unknown_model_is_refused(config, tmp_path):
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(DamagedError, match=r"names the model .* update Copydesk or train again"):
        registry.load_classifier(tmp_path)


def test_a_directory_without_a_model_is_refused(tmp_path):
    with pytest.raises(DamagedError, match="is missing"):
        registry.load_classifier(tmp_path)


def test_answering_needs_no_scikit_learn(train, tmp_path):
    train().save(tmp_path)
    script = (
        "import sys\nfrom pathlib import Path\nfrom core.models import registry\n"
        f"registry.load_classifier(Path({str(tmp_path)!r})).predict_proba(['Roses bloom'])\n"
        "print(sorted({'sklearn', 'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
