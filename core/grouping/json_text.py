"""Groupings as JSON text: for programs."""

from __future__ import annotations

import json

from core.errors import InputError, shorten
from core.grouping.grouping import Grouping
from core.grouping.shapes import document_of, grouping_from_document


def grouping_from_json(text: str, name: str) -> Grouping:
    """Return the grouping that ``text`` describes, in one of the shapes of `grouping_from_document`.

    A number is the text that it is written as, as in YAML: a category called 1984 stays itself. A key that
    stands twice is an error; JSON itself would drop the first in silence.
    """
    try:
        document = json.loads(
            text, object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=_no_constant
        )
    except InputError as error:
        raise InputError(f"grouping {shorten(name)}: {error}") from error
    except RecursionError as error:
        raise InputError(f"grouping {shorten(name)} is nested too deep; write GROUP: [CATEGORY, ...]") from error
    except ValueError as error:
        raise InputError(f"grouping {shorten(name)} is not valid JSON: {error}; correct that place") from error
    return grouping_from_document(document, name)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"{shorten(key)} stands twice; keep one of them")
        found[key] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def grouping_to_json(grouping: Grouping) -> str:
    """Return the JSON of ``grouping``: its name, its note and its groups, each with its categories."""
    return json.dumps(document_of(grouping), ensure_ascii=False, indent=2) + "\n"
