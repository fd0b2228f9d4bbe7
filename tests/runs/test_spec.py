"""What can be trained, and what is said when it cannot."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.data.datasets import Dataset
from core.data.records import Mapping
from core.errors import InputError
from core.grouping.grouping import Grouping
from core.runs.spec import TrainingSpec, plan


def dataset(**counts):
    rows = sum(counts.values())
    return Dataset(
        name="d",
        path=Path("d"),
        rows=rows,
        rejected=0,
        rejected_reasons={},
        category_counts=counts,
        fingerprint="f" * 64,
        columns=(),
        ignored_columns=(),
        mapping=Mapping(),
        source="",
        licence=None,
        notice=None,
        first_date=None,
        last_date=None,
        dates_unreadable=0,
        created_at="",
        seconds=0.0,
    )


def test_a_plan_is_whole_frozen_and_survives_json():
    spec = plan(dataset(A=5, B=5), grouping=Grouping("g", {"A": "X"}, 3))
    assert TrainingSpec.model_validate(json.loads(spec.model_dump_json())) == spec
    assert spec.hyperparameters
    assert spec.grouping.grouping().group_of("A") == "X"
    with pytest.raises(ValidationError):
        spec.seed = 1


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (
            {"A": 9},
            {},
            "dataset 'd' has the single category 'A'; a classifier needs two or more: "
            "import records of another category",
        ),
        (
            {"A": 9, "B": 9},
            {"target": "group", "grouping": Grouping("g", {"A": "X", "B": "X"})},
            "dataset 'd' has the single group 'X'; a classifier needs two or more: choose another grouping",
        ),
        (
            {"A": 9, "B": 1},
            {},
            "category 'B' of dataset 'd' has 1 record, too few to split into training and test rows (at least 3); "
            "merge it with another in a grouping and train on target group, or on a copy without such categories: "
            "data clean d --drop-small 3, or Quality in Explore",
        ),
        (
            {"A": 9, "B": 2},
            {},
            "category 'B' of dataset 'd' has 2 records, too few to split into training and test rows (at least 3); "
            "merge it with another in a grouping and train on target group, or on a copy without such categories: "
            "data clean d --drop-small 3, or Quality in Explore",
        ),
        ({"A": 9, "B": 9}, {"target": "section"}, "target 'section' is unknown; choose one of: category, group"),
        ({"A": 9, "B": 9}, {"test_share": 0.0}, "test share 0 is out of range; choose a number from 0.01 to 0.9"),
    ],
)
def test_what_cannot_be_trained(counts, options, message):
    with pytest.raises(InputError) as error:
        plan(dataset(**counts), **options)
    assert str(error.value) == message


def test_small_categories_can_be_merged_into_a_group_that_is_large_enough():
    spec = plan(dataset(A=9, B=1, C=2), target="group", grouping=Grouping("g", {"B": "X", "C": "X"}))
    assert spec.target_of("B") == spec.target_of("C") == "X"


@pytest.mark.parametrize(
    ("options", "part"),
    [({"model": "oracle"}, "'oracle'"), ({"preset": "best"}, "'best'"), ({"overrides": {"nope": "1"}}, "'nope'")],
)
def test_an_unknown_model_preset_or_setting_is_named(options, part):
    with pytest.raises(InputError) as error:
        plan(dataset(A=9, B=9), **options)
    assert part in str(error.value)
    assert "\n" not in str(error.value)


def test_a_spec_of_before_there_was_a_split_by_time_is_a_random_split():
    old = json.loads(plan(dataset(A=9, B=9)).model_dump_json())
    assert old["split"].pop("kind") == "random"
    assert TrainingSpec.model_validate(old) == plan(dataset(A=9, B=9))


def test_an_unknown_split_is_named():
    with pytest.raises(InputError, match=r"split 'future' is unknown; choose one of: random, past"):
        plan(dataset(A=9, B=9), split="future")
