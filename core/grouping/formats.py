"""Groupings as files: YAML, CSV and JSON, told apart by how the file's name ends."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath

from core.errors import InputError, shorten
from core.grouping.csv_text import grouping_from_csv, grouping_to_csv
from core.grouping.grouping import Grouping
from core.grouping.json_text import grouping_from_json, grouping_to_json
from core.grouping.names import LONGEST_NAME, checked_group_name
from core.grouping.yaml_text import grouping_from_yaml, grouping_to_yaml

MAX_BYTES = 1_000_000
WRITERS: dict[str, Callable[[Grouping], str]] = {
    "yaml": grouping_to_yaml,
    "csv": grouping_to_csv,
    "json": grouping_to_json,
}
ENDINGS = {".yaml": "yaml", ".yml": "yaml", ".csv": "csv", ".tsv": "csv", ".json": "json"}
_READERS = {"yaml": grouping_from_yaml, "csv": grouping_from_csv, "json": grouping_from_json}


def format_of(file_name: str) -> str:
    """Return the format of a file by the end of its name; YAML for an end that tells nothing."""
    return ENDINGS.get(PurePath(file_name).suffix.lower(), "yaml")


def grouping_to_text(grouping: Grouping, format: str) -> str:
    """Return ``grouping`` in one of `WRITERS`; InputError for another."""
    if format not in WRITERS:
        raise InputError(f"format {shorten(format)} is unknown; choose one of: {', '.join(WRITERS)}")
    return WRITERS[format](grouping)


def grouping_from_bytes(content: bytes, file_name: str) -> Grouping:
    """Return the grouping in the content of a file, named after the file.

    Raises InputError for what is no grouping, for a name of a category that is too long or holds a control
    character, and for one of a group that the editor would refuse, or that is told from another by white space alone.
    """
    what = f"grouping file {shorten(file_name)}"
    if len(content) > MAX_BYTES:
        raise InputError(f"{what} is over 1 MB; is it a grouping?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{what} is not UTF-8 text; save it as UTF-8") from error
    if "\0" in text:
        raise InputError(f"{what} is not text; give a YAML, CSV or JSON file")
    if not text.strip():
        raise InputError(f"{what} is empty; write GROUP: [CATEGORY, ...] lines")
    read = _READERS[format_of(file_name)](text, PurePath(file_name).stem)
    try:
        return replace(read, mapping=_checked(read.mapping))
    except InputError as error:
        raise InputError(f"grouping {shorten(read.name)}: {error}") from error


def _checked(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping with the names of its groups as the editor would write them."""
    written: dict[str, str] = {}
    found: dict[str, str] = {}
    for category, group in mapping.items():
        _check_category(category)
        # A category by itself has the name that the dataset gives it, whatever that is.
        name = group if group == category else checked_group_name(group)
        if written.setdefault(name, group) != group:
            raise InputError(
                f"groups {shorten(written[name])} and {shorten(group)} differ by white space alone; "
                "write them alike, or rename one"
            )
        found[category] = name
    return found


def _check_category(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise InputError(f"category {shorten(name)} has {len(name):,} characters; give at most {LONGEST_NAME}")
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name):
        raise InputError(f"category {shorten(name)} has a control character; remove it")


def read_grouping(path: Path) -> Grouping:
    """Return the grouping in the YAML, CSV or JSON file ``path``, named after the file."""
    what = f"grouping file {shorten(str(path))}"
    try:
        with path.open("rb") as file:
            # One more than there may be, and no end of what has none, such as a pipe.
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(f"{what} does not exist; check the path") from error
    except IsADirectoryError as error:
        raise InputError(f"{what} is a directory; give a YAML, CSV or JSON file") from error
    except OSError as error:
        raise InputError(f"{what} cannot be read: {error.strerror}") from error
    return grouping_from_bytes(content, str(path))
