"""Edits of a grouping: no category is lost or doubled, and no merge happens that nobody asked for."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import InputError
from core.grouping import edits
from core.grouping.grouping import Grouping
from core.grouping.names import checked_group_name
from core.grouping.yaml_text import grouping_from_yaml, grouping_to_yaml

# Few names, so that groups are called like categories, and categories like groups of others.
NAMES = ["A", "B", "C", "D", "E", "F"]
NEW = "brand new"
UNIVERSE = frozenset("ABCD")  # E and F are categories that only a grouping may know
groupings = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES)).map(lambda mapping: Grouping("g", mapping))
names_that_can_be_shown = st.builds(
    lambda text, letter: text + letter,
    st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=199),
    st.characters(categories=["Lu", "Nd", "Po", "So"], exclude_characters="\u2800"),
)
some = st.lists(st.sampled_from(sorted(UNIVERSE)), min_size=1, unique=True)
names = st.sampled_from([*NAMES, NEW])


def partition(grouping, names=NAMES):
    """Return all the sets of categories that are one group, single ones too."""
    return {frozenset(members) for members in grouping.members(names).values()}


def tried(edit, *args, **how):
    """Return the grouping after an edit, or skip the example where the edit is refused."""
    try:
        return edit(*args, **how).grouping
    except InputError:
        assume(False)


@given(groupings, st.sampled_from(["move", "reset", "merge", "split", "rename"]), some, names)
def test_no_category_is_lost_and_the_name_stays(grouping, kind, chosen, name):
    groups = sorted({grouping.group_of(category) for category in chosen})
    after = {
        "move": lambda: tried(edits.move, grouping, chosen, name, UNIVERSE),
        "reset": lambda: tried(edits.reset, grouping, chosen, UNIVERSE),
        "merge": lambda: tried(edits.merge, grouping, groups, name, UNIVERSE),
        "split": lambda: tried(edits.split, grouping, groups[0], UNIVERSE),
        "rename": lambda: tried(edits.rename, grouping, groups[0], name, UNIVERSE),
    }[kind]()
    assert set(after.mapping) >= set(grouping.mapping)
    assert set(after.mapping) <= set(grouping.mapping) | UNIVERSE
    assert (after.name, after.version, after.note) == (grouping.name, grouping.version, grouping.note)


@given(groupings, some, names)
def test_to_move_puts_those_there_and_no_others_and_twice_is_once(grouping, chosen, name):
    after = edits.move(grouping, chosen, name, UNIVERSE).grouping
    assert {after.group_of(category) for category in chosen} == {name}
    rest = set(NAMES) - set(chosen)
    assert all(after.group_of(category) == grouping.group_of(category) for category in rest)
    assert edits.move(after, chosen, name, UNIVERSE).grouping == after


@given(groupings, some)
def test_to_reset_leaves_each_by_itself(grouping, chosen):
    after = tried(edits.reset, grouping, chosen, UNIVERSE)
    assert partition(after, UNIVERSE) >= {frozenset([category]) for category in chosen}
    assert all(after.group_of(category) == category for category in chosen)


@given(groupings, st.sampled_from(sorted(UNIVERSE)), names)
def test_to_rename_changes_no_partition_not_even_of_categories_elsewhere(grouping, category, name):
    after = tried(edits.rename, grouping, grouping.group_of(category), name, UNIVERSE)
    # A category that neither knows is by itself under any grouping, unless a group has its name.
    known = UNIVERSE | set(grouping.mapping)
    assert partition(after, known) == partition(grouping, known)
    assert after.group_of(category) == name


@given(groupings, some, names)
def test_to_merge_joins_those_groups_and_no_others(grouping, chosen, name):
    groups = sorted({grouping.group_of(category) for category in chosen})
    after = tried(edits.merge, grouping, groups, name, UNIVERSE)
    known = UNIVERSE | set(grouping.mapping)
    joined = {category for category in known if grouping.group_of(category) in groups}
    untouched = {members for members in partition(grouping, known) if not members & joined}
    assert partition(after, known) == untouched | {frozenset(joined)}


@given(groupings, some)
def test_to_move_a_part_out_after_a_merge_brings_the_partition_back(grouping, chosen):
    grouping = Grouping("g", {category: group for category, group in grouping.mapping.items() if category in UNIVERSE})
    groups = sorted({grouping.group_of(category) for category in chosen})
    assume(len(groups) == 2)
    merged = tried(edits.merge, grouping, groups, groups[0], UNIVERSE)
    second = [category for category in sorted(UNIVERSE) if grouping.group_of(category) == groups[1]]
    again = edits.move(merged, second, groups[1], UNIVERSE).grouping
    assert partition(again, UNIVERSE) == partition(grouping, UNIVERSE)


@given(groupings, st.sampled_from(sorted(UNIVERSE)))
def test_to_split_whole_leaves_each_category_by_itself(grouping, category):
    group = grouping.group_of(category)
    members = [one for one in sorted(UNIVERSE) if grouping.group_of(one) == group]
    after = tried(edits.split, grouping, group, UNIVERSE)
    assert partition(after, UNIVERSE) >= {frozenset([one]) for one in members}


@given(groupings, groupings)
def test_what_changed_is_what_has_another_group(before, after):
    changed = edits.changed(before, after)
    for category in NAMES:
        pair = (before.group_of(category), after.group_of(category))
        assert changed.get(category) == (pair if pair[0] != pair[1] else None)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda g, u: edits.rename(g, "NEWS", "ARTS", u),
            "group 'ARTS' is there already; to put both together, merge them instead",
        ),
        (
            lambda g, u: edits.rename(g, "NEWS", "SPORTS", u),
            "group 'SPORTS' is there already; to put both together, merge them instead",
        ),
        (
            lambda g, u: edits.rename(g, "NEWS", "STAGE", u),
            "group 'STAGE' is there already; to put both together, merge them instead",
        ),
        (
            lambda g, u: edits.reset(g, ["ARTS"], u),
            "category 'ARTS' cannot be by itself while STYLE is in a group of that name; rename that group, or move "
            "the others out first",
        ),
        (
            lambda g, u: edits.merge(g, ["NEWS", "SPORTS"], "ARTS", u),
            "group 'ARTS' is there already; select it too, or take another name",
        ),
        (
            lambda g, u: edits.merge(g, ["NEWS", "NEWS"], "X", u),
            "to merge takes two groups or more, but 1 was given; select another",
        ),
        (
            lambda g, u: edits.move(g, ["OPERA"], "NEWS", u),
            "category 'OPERA' is not in this dataset; choose one that is",
        ),
        (lambda g, u: edits.move(g, [], "NEWS", u), "no category was given; select at least one"),
        (
            lambda g, u: edits.rename(g, "STAGE", "X", u),
            "there is no group 'STAGE'; choose one that is on the board",
        ),
    ],
)
def test_what_is_refused_says_what_to_do(edit, message):
    # ARTS is a category in NEWS and a group of others; STAGE a group of a category that the dataset lacks.
    grouping = Grouping("g", {"WORLD": "NEWS", "ARTS": "NEWS", "STYLE": "ARTS", "OPERA": "STAGE"})
    with pytest.raises(InputError) as error:
        edit(grouping, {"WORLD", "ARTS", "STYLE", "SPORTS"})
    assert str(error.value) == message


def test_a_category_goes_to_the_group_of_its_own_name_when_moved_there():
    grouping = Grouping("g", {"ARTS": "NEWS", "STYLE": "ARTS"})
    after = edits.move(grouping, ["ARTS"], "ARTS", {"ARTS", "STYLE"}).grouping
    assert after.members({"ARTS", "STYLE"}) == {"ARTS": ["ARTS", "STYLE"]}


def test_a_category_that_the_dataset_lacks_follows_its_group():
    grouping = Grouping("g", {"TECH": "NEWS", "OPERA": "NEWS"})
    renamed = edits.rename(grouping, "NEWS", "WORLD", {"TECH"}).grouping
    assert dict(renamed.mapping) == {"TECH": "WORLD", "OPERA": "WORLD"}
    assert edits.move(grouping, ["TECH"], "X", {"TECH"}).grouping.group_of("OPERA") == "NEWS"


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (lambda g, u: edits.move(g, ["A"], "X", u), "Moved A to X"),
        (lambda g, u: edits.move(g, ["A", "B", "A"], "X", u), "Moved A and B to X"),
        (lambda g, u: edits.move(g, ["A", "B", "C"], "X" * 60, u), f"Moved A and 2 more to {'X' * 39}…"),
        (lambda g, u: edits.reset(g, ["A"], u), "Set A to its own name"),
        (lambda g, u: edits.reset(g, ["A", "B"], u), "Set A and B to their own name"),
        (lambda g, u: edits.merge(g, ["A", "G"], "X", u), "Merged A and G into X"),
        (lambda g, u: edits.split(g, "G", u), "Split G into 2 categories"),
        (lambda g, u: edits.rename(g, "G", " X ", u), "Renamed G to X"),
    ],
)
def test_an_edit_says_what_it_did(edit, what):
    assert edit(Grouping("g", {"C": "G", "D": "G"}), UNIVERSE).what == what


@pytest.mark.parametrize(
    "edit",
    [
        lambda g, name: edits.move(g, ["A"], name, UNIVERSE),
        lambda g, name: edits.merge(g, ["A", "G"], name, UNIVERSE),
        lambda g, name: edits.rename(g, "G", name, UNIVERSE),
    ],
)
def test_no_edit_makes_a_group_whose_name_cannot_be_shown(edit):
    with pytest.raises(InputError, match="holds nothing that can be seen"):
        edit(Grouping("g", {"C": "G", "D": "G"}), "\u200d")


def test_a_group_that_an_older_version_calls_by_an_odd_name_can_be_moved_to_and_renamed():
    grouping = Grouping("g", {"A": " G ", "B": "G", "C": "a\u2028b"})
    assert edits.move(grouping, ["D"], " G ", UNIVERSE).grouping.members(UNIVERSE)[" G "] == ["A", "D"]
    assert edits.merge(grouping, [" G ", "G"], " G ", UNIVERSE).grouping.members(UNIVERSE)[" G "] == ["A", "B"]
    assert edits.rename(grouping, "a\u2028b", " X ", UNIVERSE).grouping.group_of("C") == "X"


@given(names_that_can_be_shown)
def test_any_name_that_can_be_shown_is_taken_and_survives_a_save(name):
    grouping = edits.move(Grouping("g"), ["A"], name, UNIVERSE).grouping
    assert grouping.group_of("A") == checked_group_name(name)
    assert grouping_from_yaml(grouping_to_yaml(grouping), "g").mapping == grouping.mapping
