"""What a person does to a grouping, as pure steps: each takes a grouping and gives the next one.

``categories`` is the universe: the raw categories of the dataset on screen. A category that only the
grouping knows is never dropped; it follows its group where a whole group is renamed or merged, and
stays where it is otherwise. A category once named stays named, be it by its own name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from core.errors import InputError, shorten
from core.grouping.grouping import Grouping
from core.grouping.names import checked_group_name

SHOWN = 40


@dataclass(frozen=True)
class Edit:
    """A grouping after an edit, and in a few words what the edit did; the name's letters are as they are."""

    grouping: Grouping
    what: str


def move(grouping: Grouping, moved: Iterable[str], group: str, categories: Collection[str]) -> Edit:
    """Put the categories ``moved`` into ``group``, which may be new.

    To move a category to its own name is to put it with whatever else is in the group of that
    name; `reset` is what sets it by itself.
    """
    names, name = _known(moved, categories), _place(grouping, group, categories)
    return Edit(_placed(grouping, dict.fromkeys(names, name)), f"Moved {_list(names)} to {_short(name)}")


def reset(grouping: Grouping, reset: Iterable[str], categories: Collection[str]) -> Edit:
    """Set each of the categories by itself, under its own name.

    Raises InputError when other categories are, and stay, in a group of that name.
    """
    names = _known(reset, categories)
    for name in names:
        others = sorted(set(_members(grouping, name, categories)) - set(names))
        # Those that the dataset lacks stand in the way only of one that would newly join them.
        if grouping.group_of(name) == name:
            others = [other for other in others if other in categories]
        if others:
            raise InputError(
                f"category {shorten(name)} cannot be by itself while {_list(others)} {_is(others)} in a group of that "
                "name; rename that group, or move the others out first"
            )
    return Edit(_placed(grouping, {name: name for name in names}), f"Set {_list(names)} to {_their(names)} own name")


def merge(grouping: Grouping, groups: Iterable[str], name: str, categories: Collection[str]) -> Edit:
    """Make one group, called ``name``, of two or more.

    Raises InputError when fewer are given, or a further group has that name.
    """
    merged, name = _groups(grouping, groups, categories), _place(grouping, name, categories)
    if len(merged) < 2:
        raise InputError(f"to merge takes two groups or more, but {len(merged)} was given; select another")
    if name not in merged and _members(grouping, name, categories):
        raise InputError(f"group {shorten(name)} is there already; select it too, or take another name")
    members = [category for group in merged for category in _members(grouping, group, categories)]
    return Edit(_placed(grouping, dict.fromkeys(members, name)), f"Merged {_list(merged)} into {_short(name)}")


def split(grouping: Grouping, group: str, categories: Collection[str]) -> Edit:
    """Set each of the categories of ``group`` by itself; to part some alone is to `move` them to a new group."""
    (whole,) = _groups(grouping, [group], categories)
    members = [category for category in _members(grouping, whole, categories) if category in categories]
    apart = reset(grouping, members, categories).grouping
    return Edit(apart, f"Split {_short(whole)} into {len(members):,} categories")


def rename(grouping: Grouping, group: str, name: str, categories: Collection[str]) -> Edit:
    """Call ``group`` by another name; the partition stays as it is.

    Raises InputError when the name is that of another group, or of a category by itself: that would
    be a merge that nobody asked for.
    """
    (old,), new = _groups(grouping, [group], categories), _place(grouping, name, categories)
    if new != old and _members(grouping, new, categories):
        raise InputError(f"group {shorten(new)} is there already; to put both together, merge them instead")
    members = _members(grouping, old, categories)
    return Edit(_placed(grouping, dict.fromkeys(members, new)), f"Renamed {_short(old)} to {_short(new)}")


def changed(before: Grouping, after: Grouping) -> dict[str, tuple[str, str]]:
    """Return category -> (group before, group after) for the categories whose group has another name."""
    named = sorted({*before.mapping, *after.mapping})
    both = {category: (before.group_of(category), after.group_of(category)) for category in named}
    return {category: groups for category, groups in both.items() if groups[0] != groups[1]}


def _placed(grouping: Grouping, places: Mapping[str, str]) -> Grouping:
    """Return the grouping with those categories in those groups."""
    # A category that was never named need not be named to keep its own name.
    named = {category: group for category, group in places.items() if group != category or category in grouping.mapping}
    return Grouping(grouping.name, {**grouping.mapping, **named}, grouping.version, grouping.note)


def _place(grouping: Grouping, name: str, categories: Collection[str]) -> str:
    """Return the group that is meant by ``name``: one that is there as it is written, else a checked new name."""
    # An older version may hold a group whose name nobody could type today.
    return name if _members(grouping, name, categories) else checked_group_name(name)


def _members(grouping: Grouping, group: str, categories: Collection[str]) -> list[str]:
    """Return all categories of a group, those that the dataset lacks among them, sorted."""
    known = {*categories, *grouping.mapping}
    return sorted(category for category in known if grouping.group_of(category) == group)


def _known(names: Iterable[str], categories: Collection[str]) -> list[str]:
    """Return the categories given, each once; InputError when one is not in the dataset, or none is given."""
    found = list(dict.fromkeys(names))
    if not found:
        raise InputError("no category was given; select at least one")
    for name in found:
        if name not in categories:
            raise InputError(f"category {shorten(name)} is not in this dataset; choose one that is")
    return found


def _groups(grouping: Grouping, names: Iterable[str], categories: Collection[str]) -> list[str]:
    """Return the groups given, each once; InputError when none of the dataset's categories is in one."""
    there, found = {grouping.group_of(category) for category in categories}, list(dict.fromkeys(names))
    for name in found:
        if name not in there:
            raise InputError(f"there is no group {shorten(name)}; choose one that is on the board")
    return found


def _list(names: list[str]) -> str:
    """Return names for a sentence: the first two, or the first and how many more."""
    if len(names) <= 2:
        return " and ".join(map(_short, names))
    return f"{_short(names[0])} and {len(names) - 1:,} more"


def _short(name: str) -> str:
    return name if len(name) <= SHOWN else name[: SHOWN - 1] + "…"


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _their(names: list[str]) -> str:
    return "its" if len(names) == 1 else "their"
