import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.models.transformer_settings import PRESETS, TransformerSettings, parts_of_batch, settings_from


def test_the_default_preset_comes_first():
    assert list(PRESETS) == ["default", "quick", "notebook"]


def test_the_notebook_is_the_notebook():
    notebook = PRESETS["notebook"]
    assert (notebook.checkpoint, notebook.max_length, notebook.padding) == (
        "distilbert-base-uncased",
        128,
        "max_length",
    )
    assert (notebook.epochs, notebook.batch_size, notebook.weight_decay, notebook.label_smoothing) == (3, 16, 0.1, 0.1)
    assert (notebook.precision, notebook.logging_steps, notebook.checkpoints_kept) == ("fp16", 50, 2)
    assert (notebook.sampling, notebook.validation_share, notebook.patience) == ("random", 0.1, None)


@pytest.mark.parametrize(
    ("preset", "overrides", "message"),
    [
        ("best", {}, "preset 'best' is unknown; choose one of: default, quick, notebook"),
        ("default", {"batch_size": "0"}, "setting batch_size cannot be '0'; give a whole number from 1 to 4096"),
        (
            "default",
            {"learning_rate": "1000"},
            "setting learning_rate cannot be '1000'; give a number above 0 up to 0.1",
        ),
        ("default", {"learning_rate": "nan"}, "setting learning_rate cannot be 'nan'; give a number above 0 up to 0.1"),
        ("default", {"max_length": "4"}, "setting max_length cannot be '4'; give a whole number from 8 to 8192"),
        ("quick", {"max_rows": "1"}, "setting max_rows cannot be '1'; give none, or a whole number from 2"),
        ("default", {"device": "tpu"}, "setting device cannot be 'tpu'; give auto, cpu or cuda"),
        (
            "default",
            {"checkpoint": ""},
            "setting checkpoint cannot be ''; give a folder, a name on the Hugging Face hub such as "
            "distilbert-base-uncased, or minilm",
        ),
        (
            "default",
            {"validation_share": "0"},
            "patience 1 needs rows to judge an epoch by; set validation_share above 0, or patience to none",
        ),
        (
            "default",
            {"sampling": "balanced", "class_weight": "root"},
            "class_weight root and sampling balanced would even out the labels twice; set one of them to none or random",  # noqa: E501
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(preset, overrides, message):
    with pytest.raises(InputError) as error:
        settings_from(preset, overrides)
    assert str(error.value) == message


@given(st.sampled_from(sorted(TransformerSettings.model_fields)), st.text(max_size=20))
def test_any_text_is_a_setting_or_an_input_error_of_one_line(key, text):
    try:
        settings_from("default", {key: text})
    except InputError as error:
        assert "\n" not in str(error)


def test_every_setting_says_what_is_allowed():
    assert all(field.description for field in TransformerSettings.model_fields.values())


@given(
    st.integers(1, 4096), st.one_of(st.none(), st.integers(1, 4096)), st.integers(1, 8), st.none() | st.integers(1, 64)
)
def test_the_batch_keeps_its_size_however_it_is_cut(batch, limit, devices, at_once):
    settings = TransformerSettings(batch_size=batch, device_batch_size=limit)
    rows, parts = parts_of_batch(settings, devices, at_once)
    assert 1 <= rows <= (at_once or limit or batch)
    assert batch <= rows * parts * devices < batch + (parts + 1) * devices


@pytest.mark.parametrize(
    ("batch", "limit", "devices", "at_once", "expected"),
    [
        (32, None, 1, None, (32, 1)),
        (32, 8, 1, None, (8, 4)),
        (32, None, 1, 16, (16, 2)),
        (32, None, 2, 8, (8, 2)),
        (1, None, 1, None, (1, 1)),
    ],
)
def test_the_batch_is_cut_evenly_where_it_can_be(batch, limit, devices, at_once, expected):
    settings = TransformerSettings(batch_size=batch, device_batch_size=limit)
    assert parts_of_batch(settings, devices, at_once) == expected
