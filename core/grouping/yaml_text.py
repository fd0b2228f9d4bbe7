"""Groupings as YAML text: for people to read, edit and send."""

from __future__ import annotations

from collections.abc import Hashable

import yaml

from core.errors import InputError, one_line, shorten
from core.grouping.grouping import Grouping
from core.grouping.shapes import document_of, grouping_from_document

# The parser in C is some thirty times as fast; every wheel of PyYAML has it, a build from source may not.
_BASE: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
DEEPEST = 8  # a grouping needs 3 levels
TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map", "int", "float", "bool", "null", "timestamp")}


class _TextLoader(_BASE):  # type: ignore[misc, valid-type]
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
    """Return the grouping that ``text`` describes, in one of the shapes of `grouping_from_document`.

    Raises InputError for another shape, for aliases, which a few lines of can stand for gigabytes, for
    tags of objects, and for text that is no YAML.
    """
    try:
        _check_events(text)
        document = yaml.load(text, Loader=_TextLoader)  # noqa: S506 - a BaseLoader builds only text
    except InputError as error:
        raise InputError(f"grouping {shorten(name)}: {error}") from error
    # A ValueError: an escape such as \ud800 that stands for no letter.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(
            f"grouping {shorten(name)} is not valid YAML: {one_line(str(error))[:200]}; correct that place"
        ) from error
    return grouping_from_document(document, name)


def _check_events(text: str) -> None:
    """Raise InputError for what no grouping needs, before anything is built of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_BASE):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise InputError(f"line {line} repeats an anchor by an alias, *{event.anchor}; write it out")
        if (tag := getattr(event, "tag", None)) and tag != "!" and tag not in TAGS:
            raise InputError(f"line {line} has a tag, {shorten(tag)}; write plain names")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise InputError(f"line {line} is nested over {DEEPEST} deep; write GROUP: [CATEGORY, ...]")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def grouping_to_yaml(grouping: Grouping) -> str:
    """Return the YAML of ``grouping``: its note and its groups, each with its categories."""
    return yaml.safe_dump(
        document_of(grouping), allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
    )
