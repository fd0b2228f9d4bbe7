"""Recipes: which steps there are, what they take, and how they are written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.languages import NAMES
from core.data.recipe import STEPS, Recipe, recipe_from
from core.errors import InputError

VALUES = {"language": st.sampled_from(NAMES), "": st.just(True)}


@given(st.fixed_dictionaries({}, optional={n: VALUES.get(s.unit, st.integers(1, 9)) for n, s in STEPS.items()}))
def test_what_is_written_down_is_read_again_in_the_order_of_the_steps(steps):
    if not steps:
        return
    recipe = recipe_from(dict(reversed(steps.items())))
    assert recipe_from(recipe.steps()) == recipe
    assert list(recipe.steps()) == [name for name in STEPS if name in steps]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ({}, "no step of cleaning is chosen; choose from: fix-encoding, "),
        ({"wash": True}, "cleaning has no step 'wash'; choose from: fix-encoding, "),
        ({"drop-small": -1}, "drop-small '-1' is no number of rows; give a whole one from 0 on"),
        ({"drop-short": True}, "drop-short 'True' is no number of words; give a whole one from 0 on"),
        ({"keep-language": "Klingon"}, "keep-language does not know 'Klingon'; choose from: English, "),
        ({"join-lines": 2}, "join-lines takes no '2'; leave it out, or say true"),
    ],
    ids=lambda value: None if isinstance(value, str) else ",".join(value) or "none",
)
def test_what_is_no_recipe_is_told(steps, told):
    with pytest.raises(InputError) as error:
        recipe_from(steps)
    assert str(error.value).startswith(told)


def test_a_recipe_reads_as_its_steps():
    assert str(Recipe(drop_small=3, join_lines=True, keep_language="French")) == (
        "join-lines, keep-language French, drop-small 3"
    )
    assert Recipe(drop_small=3, join_lines=True).mending() == ("join-lines",)
