"""Cleaned copies: what each step does, what is written down, and that a recipe changes nothing in what it made."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import datasets
from core.data.cleaning import clean, plan_of, recipe_of, suggested_name
from core.data.quality_findings import cheap_findings
from core.data.quality_scan import scan
from core.data.recipe import STEPS, Recipe, recipe_from
from core.errors import InputError
from tests import flawed

EVERY = {
    "fix-encoding": True, "strip-markup": True, "strip-control": True, "join-lines": True, "merge-names": True,
    "drop-urls": True, "keep-language": "English", "drop-short": 3, "drop-longer": 200, "drop-conflicts": True,
    "drop-identical": True, "drop-duplicates": True, "drop-respelled": True, "drop-near": True, "drop-small": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def dataset(folder, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(folder))
    return datasets.load("flawed") if "flawed" in datasets.names() else flawed.imported(folder)


@pytest.mark.parametrize(
    ("steps", "gone"),
    [
        ({"drop-identical": True}, [6]),
        ({"drop-duplicates": True}, [3, 6]),
        ({"drop-respelled": True}, [3, 4, 6, 8]),
        ({"drop-near": True}, [1]),
        ({"drop-conflicts": True}, [2, 3, 4, 7, 8]),
        ({"drop-conflicts": True, "merge-names": True}, [7, 8]),
        ({"drop-urls": True}, [18]),
        ({"drop-short": 2}, [16, 17, 18]),
        ({"drop-longer": 200}, [22]),
        ({"keep-language": "English"}, [15]),
        ({"keep-language": "Spanish"}, [0, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 19, 20, 21, 22]),
        ({"drop-small": 2}, [4, 19, 20, 21]),
        ({"drop-small": 2, "merge-names": True}, [19, 20, 21]),
        ({"drop-duplicates": True, "drop-small": 4}, [3, 4, 6, 0, 1, 2, 19, 20, 21]),
    ],
    ids=lambda value: "+".join(f"{name}={taken}" for name, taken in value.items()) if isinstance(value, dict) else None,
)
def test_a_step_takes_out_what_it_is_for(dataset, steps, gone):
    plan = plan_of(dataset, recipe_from(steps))
    assert [row for row, reason in enumerate(plan.gone.tolist()) if reason >= 0] == sorted(gone)
    assert plan.rows == dataset.rows - len(gone)


def test_a_copy_is_written_with_its_recipe_and_the_rows_that_went(dataset):
    copy = clean(dataset, recipe_from(EVERY), "whole")
    frame = datasets.frame(copy)
    before = datasets.frame(datasets.load("flawed"))
    assert before["headline"][12] == "Two lines\nof a poem that was read at the opening"
    assert {
        "Two lines of a poem that was read at the opening",
        "The café on the corner isn’t open to the public",
    } < set(frame["headline"])
    assert "Tom & Jerry are in the news for a third week" in set(frame["headline"])
    assert recipe_of(copy) == {
        "parent": "flawed",
        "parent_fingerprint": dataset.fingerprint,
        "steps": EVERY,
        "counts": {
            "fix-encoding": 1, "strip-markup": 1, "strip-control": 1, "join-lines": 2, "merge-names": 1, "drop-urls": 1,
            "keep-language": 1, "drop-short": 2, "drop-longer": 1, "drop-conflicts": 2, "drop-identical": 1,
            "drop-duplicates": 1, "drop-respelled": 1, "drop-near": 1, "drop-small": 3,
        },
    }  # fmt: skip
    assert copy.rows == len(frame) == dataset.rows - copy.rejected
    assert copy.category_counts == frame["category"].astype("str").value_counts().to_dict()
    went = datasets.rejected(copy, None)
    assert [(one["line"], one["reason"]) for one in went[:3]] == [
        (1, "drop-near"),
        (3, "drop-duplicates"),
        (4, "drop-respelled"),
    ]
    assert copy.rejected_reasons["drop-small"] == 3
    assert copy.source.startswith(f"cleaned copy of flawed ({dataset.fingerprint[:16]}): fix-encoding, ")
    assert recipe_of(dataset) is None


def test_rows_that_went_are_no_flaw_of_the_copy(dataset):
    copy = clean(dataset, Recipe(drop_duplicates=True), "five")
    rejected = {one.kind: one for one in cheap_findings(copy, scan(copy))}["rejected"]
    assert (copy.rejected, rejected.rows, rejected.note) == (2, 0, "")


def test_the_same_recipe_makes_the_same_copy(dataset):
    recipe = Recipe(join_lines=True, drop_near=True)
    assert clean(dataset, recipe, "one").fingerprint == clean(dataset, recipe, "two").fingerprint


def test_a_copy_is_the_dataset_that_an_import_of_its_rows_would_be(dataset, folder):
    copy = clean(dataset, Recipe(join_lines=True, drop_small=3), "three")
    rows = datasets.frame(copy).astype({"date": "str"}).to_dict("records")
    records = [{name: value for name, value in row.items() if isinstance(value, str)} for row in rows]
    assert flawed.imported(folder, "four", records).fingerprint == copy.fingerprint


@pytest.mark.parametrize(
    ("name", "recipe", "told"),
    [
        ("flawed", Recipe(join_lines=True), "dataset 'flawed' exists already; choose another name, or delete it first"),
        ("a/b", Recipe(join_lines=True), "dataset name 'a/b' cannot be used; "),
        ("no", Recipe(drop_longer=9_999), "nothing in dataset 'flawed' needs drop-longer 9999; no copy was written"),
        ("no", Recipe(drop_small=999), "drop-small 999 would leave no row of dataset 'flawed'; take fewer steps"),
    ],
    ids=["taken", "no name", "nothing to do", "nothing left"],
)
def test_what_cannot_be_written_leaves_nothing(dataset, folder, name, recipe, told):
    before = sorted(path.name for path in (folder / "data").iterdir())
    with pytest.raises(InputError) as error:
        clean(dataset, recipe, name)
    assert str(error.value).startswith(told)
    assert sorted(path.name for path in (folder / "data").iterdir()) == before


def test_a_name_is_suggested_that_is_free(dataset, folder):
    assert suggested_name(dataset) == "flawed-clean"
    (folder / "data" / "flawed-clean").mkdir(exist_ok=True)
    assert suggested_name(dataset) == "flawed-clean-2"
    (folder / "data" / "flawed-clean").rmdir()


def test_rows_are_compared_under_the_names_that_they_are_given(home):
    rows = [{"headline": "Tide turns", "category": category} for category in ("SEA", "Sea", "SEA", "FOOD")]
    dataset = flawed.imported(home, records=rows)
    recipe = Recipe(merge_names=True, drop_identical=True)
    copy = clean(dataset, recipe, "copy")
    assert copy.category_counts == {"FOOD": 1, "SEA": 1}
    assert not plan_of(copy, recipe).changes


TEXTS = st.lists(
    st.sampled_from(
        ["Tide", "tide", "turns", "<b>", "&lt;i&gt;", "&amp;", "\n", "Ã©", "\x00", "https://a.b", *"abcdefgh"]
    ),
    min_size=1,
    max_size=9,
).map(" ".join)
RECORD = st.fixed_dictionaries({"headline": TEXTS, "category": st.sampled_from(["Sea", "SEA", "FOOD", "ART"])})
CHOSEN = st.sets(st.sampled_from(sorted(STEPS)), min_size=1)


@settings(max_examples=25)
@given(st.lists(RECORD, min_size=3, max_size=14), CHOSEN)
def test_a_recipe_changes_nothing_in_what_it_has_made(tmp_path_factory, records, chosen):
    home = tmp_path_factory.mktemp("home")
    recipe = recipe_from({step: EVERY[step] for step in sorted(chosen)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(home))
        dataset = flawed.imported(home, "before", records)
        try:
            copy = clean(dataset, recipe, "after")
        except InputError as error:
            assert "no copy was written" in str(error) or "would leave no row" in str(error)
            return
        assert not plan_of(copy, recipe).changes
        document = json.loads((copy.path / "dataset.json").read_text())
        assert document["rows"] + document["rejected"] == dataset.rows
