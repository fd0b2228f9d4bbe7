import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.models.logistic_settings import PRESETS, LogisticSettings, settings_from

LONGEST = "give a whole number from 1 to 3, at least ngram_min"
COUNT_OR_SHARE = "give texts as a whole number from 1, or a share from 0.0 to 1.0"


def test_the_notebook_is_the_notebook():
    notebook = PRESETS["notebook"]
    assert (notebook.ngram_min, notebook.ngram_max, notebook.max_features) == (1, 2, 10_000)
    assert (notebook.solver, notebook.max_iter, notebook.C, notebook.tol) == ("lbfgs", 1000, 1.0, 1e-4)
    assert (notebook.min_df, notebook.max_df, notebook.sublinear_tf) == (1, 1.0, False)
    assert (notebook.class_weight, notebook.capitals_weight, notebook.phrase_weight) == ("none", 0, None)


@pytest.mark.parametrize(
    ("preset", "key", "text", "value"),
    [
        ("default", "max_features", "500", 500),
        ("notebook", "max_features", "none", None),
        ("default", "phrase_weight", "None", None),
        ("default", "min_df", "3", 3),
        ("default", "min_df", "0.5", 0.5),
        ("default", "max_df", "1.0", 1.0),
        ("default", "C", "1e-5", 1e-5),
        ("default", "C", "2", 2.0),
        ("default", "sublinear_tf", "false", False),
        ("default", "sublinear_tf", "True", True),
        ("default", "stop_words", "english", "english"),
        ("default", "class_weight", "none", "none"),
        ("notebook", "tol", "1e-300", 1e-300),
        ("notebook", "max_iter", "1000000", 1_000_000),
    ],
)
def test_a_setting_is_read_from_text(preset, key, text, value):
    found = getattr(settings_from(preset, {key: text}), key)
    assert found == value
    assert type(found) is type(value)


def test_what_is_not_set_stays_as_the_preset_has_it():
    assert settings_from("notebook", {"C": "3"}) == PRESETS["notebook"].model_copy(update={"C": 3.0})


@pytest.mark.parametrize(
    ("preset", "overrides", "message"),
    [
        ("best", {}, "preset 'best' is unknown; choose one of: default, notebook, starter"),
        ("default", {"ngram_max": "9"}, f"setting ngram_max cannot be '9'; {LONGEST}"),
        ("default", {"ngram_max": "1.5"}, f"setting ngram_max cannot be '1.5'; {LONGEST}"),
        ("default", {"ngram_min": "3"}, "ngram_min 3 is above ngram_max 2; raise ngram_max"),
        ("default", {"min_df": "many"}, f"setting min_df cannot be 'many'; {COUNT_OR_SHARE}"),
        ("default", {"min_df": "0"}, f"setting min_df cannot be '0'; {COUNT_OR_SHARE}"),
        ("default", {"max_df": "1.5"}, f"setting max_df cannot be '1.5'; {COUNT_OR_SHARE}"),
        ("default", {"max_features": "0"}, "setting max_features cannot be '0'; give none, or from 1 to 10000000"),
        ("default", {"C": "0"}, "setting C cannot be '0'; give a number from 1e-9 to 1e9"),
        ("default", {"C": "nan"}, "setting C cannot be 'nan'; give a number from 1e-9 to 1e9"),
        ("default", {"C": "inf"}, "setting C cannot be 'inf'; give a number from 1e-9 to 1e9"),
        ("default", {"C": ""}, "setting C cannot be ''; give a number from 1e-9 to 1e9"),
        ("default", {"lowercase": "perhaps"}, "setting lowercase cannot be 'perhaps'; give true or false"),
        ("default", {"stop_words": "french"}, "setting stop_words cannot be 'french'; give none or english"),
        ("default", {"solver": "saga"}, "setting solver cannot be 'saga'; give lbfgs or sgd"),
        ("default", {"epochs": "none"}, "setting epochs cannot be 'none'; give a whole number from 1 to 1000"),
        ("default", {"learning_rate": "0"}, "setting learning_rate cannot be '0'; give a number above 0 up to 10"),
        (
            "default",
            {"lowercase": "false"},
            "capitals_weight 0.7 needs lowercase true; set capitals_weight to 0, for words keep their capitals anyway",
        ),
        (
            "default",
            {"tol": "0.1"},
            "setting tol has no effect with solver sgd; set one of epochs, batch_size, learning_rate, or solver=lbfgs",
        ),
        (
            "notebook",
            {"epochs": "3"},
            "setting epochs has no effect with solver lbfgs; set one of max_iter, tol, or solver=sgd",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(preset, overrides, message):
    with pytest.raises(InputError) as error:
        settings_from(preset, overrides)
    assert str(error.value) == message


def test_an_unknown_setting_is_answered_with_all_there_are():
    with pytest.raises(InputError) as error:
        settings_from("default", {"penalty": "l1"})
    assert str(error.value) == "setting 'penalty' is unknown; the settings are: " + ", ".join(
        LogisticSettings.model_fields
    )


@given(st.sampled_from(sorted(LogisticSettings.model_fields)), st.text(max_size=20))
def test_any_text_is_a_setting_or_an_input_error_of_one_line(key, text):
    try:
        settings_from("default", {key: text})
    except InputError as error:
        assert "\n" not in str(error)
        assert key in str(error)


def test_every_setting_says_what_is_allowed():
    assert all(field.description for field in LogisticSettings.model_fields.values())


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        PRESETS["default"].C = 3
