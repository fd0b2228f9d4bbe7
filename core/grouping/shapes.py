"""A grouping as a document of mappings, lists and texts, as YAML and JSON give it."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import InputError, shorten
from core.grouping.grouping import Grouping


def grouping_from_document(document: object, name: str) -> Grouping:
    """Return the grouping that ``document`` describes.

    Three shapes are understood: ``{groups: {GROUP: [CATEGORY, ...]}}`` as `document_of` gives it, the
    same without the outer ``groups``, and ``{CATEGORY: GROUP}``.

    Raises InputError for anything else, an empty name, or a category that stands twice.
    """
    if not isinstance(document, Mapping):
        raise InputError(
            f"grouping {shorten(name)} is not a mapping but {_kind(document)}; write GROUP: [CATEGORY, ...] lines"
        )
    # A group, or a category, may be called "groups" itself.
    whole = isinstance(document.get("groups"), Mapping) or not document.keys() - {"name", "note", "groups"}
    if not whole or "groups" not in document:
        return Grouping(name, _mapping(document, name))
    groups = document["groups"]
    if groups == "" or groups == []:
        groups = {}
    if not isinstance(groups, Mapping):
        raise InputError(
            f"grouping {shorten(name)}: 'groups' is not a mapping but {_kind(groups)}; "
            "write GROUP: [CATEGORY, ...] lines under it"
        )
    note = document.get("note", "")
    return Grouping(name, _mapping(groups, name), note=note if isinstance(note, str) else "")


def document_of(grouping: Grouping) -> dict[str, object]:
    """Return a grouping as a document: its name, its note where it has one, its groups with their categories."""
    groups: dict[str, list[str]] = {}
    for category, group in grouping.mapping.items():
        groups.setdefault(group, []).append(category)
    note = {"note": grouping.note} if grouping.note else {}
    return {"name": grouping.name, **note, "groups": dict(sorted(groups.items()))}


def _mapping(groups: Mapping[str, object], name: str) -> dict[str, str]:
    """Turn group -> categories, or category -> group, into category -> group."""
    if groups and all(isinstance(value, str) for value in groups.values()):
        return {str(category): str(group) for category, group in groups.items()}
    mapping: dict[str, str] = {}
    for group, members in groups.items():
        if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
            raise InputError(
                f"grouping {shorten(name)}: group {shorten(group)} holds {_kind(members)}, not a list of "
                "categories; write GROUP: [CATEGORY, ...]"
            )
        if not group.strip():
            raise InputError(f"grouping {shorten(name)}: a group has an empty name; give it one")
        for category in members:
            if category in mapping:
                where = f"groups {shorten(mapping[category])} and {shorten(group)}"
                if mapping[category] == group:
                    where = f"group {shorten(group)}"
                raise InputError(
                    f"grouping {shorten(name)}: category {shorten(category)} stands twice, in {where}; keep it in one"
                )
            mapping[category] = group
    return mapping


def _kind(value: object) -> str:
    """Name what ``value`` is, for a message."""
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "a yes or no"
    if isinstance(value, list):
        return "a list" if all(isinstance(item, str) for item in value) else "a list with more than names in it"
    return "a mapping" if isinstance(value, Mapping) else f"the text {shorten(str(value))}"
