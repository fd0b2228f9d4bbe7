"""Laws of groupings."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping.builtin import HUFFPOST_12, RAW, default_for
from core.grouping.grouping import Grouping

CATEGORIES = st.sampled_from(list("ABCDEFGH"))
GROUPS = st.sampled_from(["one", "two", "three", "A", "B"])
MAPPINGS = st.dictionaries(CATEGORIES, GROUPS)


def test_the_builtin_grouping_has_42_categories_in_12_groups():
    assert len(HUFFPOST_12.mapping) == 42
    assert len(HUFFPOST_12.labels(HUFFPOST_12.mapping)) == 12


@pytest.mark.parametrize(
    ("category", "group"),
    [
        ("WORLDPOST", "NEWS"),
        ("STYLE & BEAUTY", "ARTS & CULTURE"),
        ("FIFTY", "LIFESTYLE"),
        ("IMPACT", "VOICES"),
        ("MONEY", "POLITICS & BUSINESS"),
        ("TECH", "TECHNOLOGY"),
        ("a category of one's own", "a category of one's own"),
    ],
)
def test_group_of(category, group):
    assert HUFFPOST_12.group_of(category) == group


@given(MAPPINGS, st.lists(CATEGORIES, unique=True))
def test_the_matrix_adds_up_what_group_of_says(mapping, categories):
    grouping = Grouping("g", mapping)
    labels, matrix = grouping.matrix(categories)
    assert labels == sorted(labels)
    assert matrix.shape == (len(categories), len(labels))
    expected = [[float(label == grouping.group_of(category)) for label in labels] for category in categories]
    assert matrix.tolist() == expected


@given(MAPPINGS, st.lists(CATEGORIES, unique=True))
def test_members_are_a_partition_of_the_categories(mapping, categories):
    members = Grouping("g", mapping).members(categories)
    assert sorted(category for inside in members.values() for category in inside) == sorted(categories)


@given(MAPPINGS)
def test_the_partition_hash_ignores_names_of_groups_and_the_order(mapping):
    renamed = {category: f"another {group}" for category, group in reversed(mapping.items())}
    assert Grouping("g", mapping).partition_hash() == Grouping("h", renamed).partition_hash()


@given(MAPPINGS, st.lists(CATEGORIES, unique=True))
def test_naming_a_category_as_what_it_is_changes_nothing(mapping, categories):
    grouping = Grouping("g", mapping)
    full = Grouping("g", {category: grouping.group_of(category) for category in categories})
    assert full.partition_hash(categories) == grouping.partition_hash(categories)


@given(MAPPINGS, MAPPINGS, st.lists(CATEGORIES, unique=True))
def test_hashes_are_equal_exactly_when_partitions_are(first, second, categories):
    one, two = Grouping("g", first), Grouping("g", second)
    same = all(
        (one.group_of(a) == one.group_of(b)) == (two.group_of(a) == two.group_of(b))
        for a in categories
        for b in categories
    )
    assert (one.partition_hash(categories) == two.partition_hash(categories)) is same


def test_a_category_that_keeps_its_name_joins_the_group_of_that_name():
    grouping = Grouping("g", {"STYLE": "ARTS"})
    assert grouping.partition(["ARTS", "STYLE", "TECH"]) == [["ARTS", "STYLE"]]


@given(MAPPINGS)
def test_a_grouping_survives_copy_and_pickle_and_is_hashable(mapping):
    grouping = Grouping("g", mapping, 3, "note")
    assert copy.deepcopy(grouping) == grouping == pickle.loads(pickle.dumps(grouping))
    assert hash(copy.deepcopy(grouping)) == hash(grouping)


def test_a_grouping_cannot_be_changed():
    with pytest.raises(TypeError):
        HUFFPOST_12.mapping["TECH"] = "SPORTS"


@pytest.mark.parametrize("group", ["", "  ", "\t"])
def test_an_empty_group_name_is_refused(group):
    with pytest.raises(InputError) as error:
        Grouping("g", {"TECH": group})
    assert str(error.value) == (
        "grouping 'g': the group name of category 'TECH' is empty; give it a name, "
        "or leave the category out so that it keeps its own"
    )


def test_the_default_fits_the_categories():
    assert default_for(["TECH", "ARTS", "STYLE"]) is HUFFPOST_12
    assert default_for(["TECH", "business", "health"]) is RAW
