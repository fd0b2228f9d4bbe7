"""Groupings as YAML text: for people to read, edit and send."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path

import yaml

from core.errors import InputError, one_line, shorten
from core.grouping.grouping import Grouping

MAX_BYTES = 1_000_000


class _TextLoader(yaml.BaseLoader):
    """YAML whose scalars are all text, so that a category called NO or 1984 stays itself.

    A key that stands twice is an error; YAML itself would drop the first in silence.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key.value, str):
                raise InputError(
                    f"a name in line {key.start_mark.line + 1} is not a text; write GROUP: [CATEGORY, ...]"
                )
            if key.value in seen:
                raise InputError(
                    f"{shorten(str(key.value))} stands twice (line {key.start_mark.line + 1}); keep one of them"
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def grouping_from_yaml(text: str, name: str) -> Grouping:
    """Return the grouping that ``text`` describes.

    Three shapes are understood: ``{groups: {GROUP: [CATEGORY, ...]}}`` as `grouping_to_yaml`
    writes it, the same without the outer ``groups``, and ``{CATEGORY: GROUP}``. JSON is YAML.

    Raises InputError for anything else, an empty name, or a category that stands twice.
    """
    try:
        document = yaml.load(text, Loader=_TextLoader)  # noqa: S506 - a BaseLoader builds only text
    except InputError as error:
        raise InputError(f"grouping {shorten(name)}: {error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(
            f"grouping {shorten(name)} is not valid YAML: {one_line(str(error))[:200]}; correct that place"
        ) from error
    if not isinstance(document, Mapping):
        raise InputError(
            f"grouping {shorten(name)} is not a mapping but {_kind(document)}; write GROUP: [CATEGORY, ...] lines"
        )
    note = document.get("note", "") if "groups" in document else ""
    groups = document.get("groups", document)
    if groups == "" or groups == []:
        groups = {}
    if not isinstance(groups, Mapping):
        raise InputError(
            f"grouping {shorten(name)}: 'groups' is not a mapping but {_kind(groups)}; "
            "write GROUP: [CATEGORY, ...] lines under it"
        )
    return Grouping(name, _mapping(groups, name), note=note if isinstance(note, str) else "")


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
    if isinstance(value, list):
        return "a list" if all(isinstance(item, str) for item in value) else "a list of lists or mappings"
    return "a mapping" if isinstance(value, Mapping) else f"the text {shorten(str(value))}"


def grouping_to_yaml(grouping: Grouping) -> str:
    """Return the YAML of ``grouping``: its note and its groups, each with its categories."""
    groups: dict[str, list[str]] = {}
    for category, group in grouping.mapping.items():
        groups.setdefault(group, []).append(category)
    document: dict[str, object] = {"name": grouping.name}
    if grouping.note:
        document["note"] = grouping.note
    document["groups"] = dict(sorted(groups.items()))
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100, default_flow_style=None)


def read_grouping(path: Path) -> Grouping:
    """Return the grouping in the YAML or JSON file ``path``, named after the file."""
    if path.is_dir():
        raise InputError(f"grouping file {shorten(str(path))} is a directory; give a YAML file")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"grouping file {shorten(str(path))} is over 1 MB; is it a grouping?")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"grouping file {shorten(str(path))} does not exist; check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"grouping file {shorten(str(path))} is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"grouping file {shorten(str(path))} cannot be read: {error.strerror}") from error
    if "\0" in text:
        raise InputError(f"grouping file {shorten(str(path))} is not text; give a YAML file")
    return grouping_from_yaml(text, path.stem)
