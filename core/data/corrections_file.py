"""Decisions about labels as a file to hand on: JSON lines, or CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from core.data import corrections
from core.data.corrections import CORRECTED, VERDICTS, Verdict, text_hash
from core.data.datasets import Dataset, frame
from core.data.records import text_of
from core.data.safe_csv import csv_text, unguarded
from core.errors import InputError, shorten
from core.storage import write_atomic

FORMATS = ("jsonl", "csv")
FIELDS = ("row", "verdict", "category", "to", "text", "at", "fingerprint", "headline")
LARGEST = 100_000_000  # bytes


@dataclass(frozen=True)
class Taken:
    """What came of reading a file of decisions.

    Attributes
    ----------
    taken: decisions that are in force now; known: that were so before.
    refused: reason -> lines that tell nothing about this dataset.
    """

    taken: int
    known: int
    refused: dict[str, int]


def exported(dataset: Dataset, kind: str) -> str:
    """Return the decisions about ``dataset`` as text of ``kind`` "jsonl" or "csv", oldest first.

    Beside what the overlay has stands the headline, for people. Decisions about rows that the dataset does
    not have, as an edited overlay may hold, are left out.
    """
    verdicts = _there(dataset)[0]
    headlines = frame(dataset, ["headline"])["headline"].iloc[[one.row for one in verdicts]]
    rows = [
        asdict(one) | {"fingerprint": dataset.fingerprint, "headline": headline}
        for one, headline in zip(verdicts, headlines, strict=True)
    ]
    if kind == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return csv_text(FIELDS, (["" if row[field] is None else str(row[field]) for field in FIELDS] for row in rows))


def _there(dataset: Dataset) -> tuple[list[Verdict], int]:
    """Return the decisions about rows that ``dataset`` has, oldest first, and how many are about others."""
    every = corrections.overlay(dataset.fingerprint).verdicts.values()
    found = [one for one in every if one.row < dataset.rows]
    return found, len(every) - len(found)


def export_to(dataset: Dataset, file: Path) -> tuple[int, int]:
    """Write the decisions into ``file``, by its ending; return how many, and how many `exported` leaves out.

    Raises InputError for another ending, or a folder that there is not.
    """
    kind = kind_of(file)
    if not file.parent.is_dir():
        raise InputError(f"folder {shorten(str(file.parent), 200)} does not exist; make it first")
    write_atomic(file, exported(dataset, kind))
    found, beyond = _there(dataset)
    return len(found), beyond


def kind_of(file: Path) -> str:
    """Return which of `FORMATS` a file is of, by its ending; InputError for another one."""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise InputError(f"file {shorten(file.name)} has another ending; name it FILE.jsonl or FILE.csv")
    return kind


def import_from(dataset: Dataset, file: Path) -> Taken:
    """Take over the decisions in ``file``; errors as `kind_of` and `taken_over`."""
    kind = kind_of(file)
    if not file.is_file():
        raise InputError(f"file {shorten(str(file), 200)} does not exist; give one that `labels export` wrote")
    if file.stat().st_size > LARGEST:
        raise InputError(f"file {shorten(str(file), 200)} is over {LARGEST // 1_000_000} MB; it is no file of verdicts")
    try:
        return taken_over(dataset, file.read_bytes().decode("utf-8-sig"), kind)
    except UnicodeDecodeError as error:
        raise InputError(f"file {shorten(str(file), 200)} is not UTF-8 text; save it as UTF-8") from error


def taken_over(dataset: Dataset, text: str, kind: str) -> Taken:
    """Take over the decisions that `exported` wrote, here or elsewhere; those that are in force already stay.

    A decision about this content is about its row. One about another content is about the row with the
    same text and category, if there is one: so it survives an enlarged file.

    Raises InputError when the text is no such file; a line that does not fit is counted with its reason.
    """
    known = corrections.overlay(dataset.fingerprint).verdicts
    rows = _Rows(dataset)
    taken: dict[int, Verdict] = {}
    seen, refused = 0, {}
    for document in _documents(text, kind):
        made = rows.verdict(document)
        if isinstance(made, str):
            refused[made] = refused.get(made, 0) + 1
        elif made.row in known and _same(known[made.row], made):
            seen += 1
        else:
            taken[made.row] = made
    if taken:
        corrections.record(dataset, list(taken.values()))
    return Taken(len(taken), seen, refused)


def _same(one: Verdict, other: Verdict) -> bool:
    return (one.verdict, one.to) == (other.verdict, other.to)


class _Rows:
    """The rows of a dataset, to find the one that a decision is about."""

    def __init__(self, dataset: Dataset) -> None:
        records = frame(dataset, ["headline", "short_description", "category"])
        self.dataset, self.texts = dataset, text_of(records)
        self.categories = records["category"].astype("str")

    def verdict(self, document: dict[str, Any]) -> Verdict | str:
        """Return the decision about a row of this dataset, or why there is none."""
        verdict, to = document.get("verdict"), document.get("to") or None
        if verdict not in VERDICTS or (to is None) != (verdict != CORRECTED):
            return "not a verdict"
        if to is not None and to not in self.dataset.category_counts:
            return "a category that the dataset does not have"
        row = self._row(document)
        if row is None:
            return "no such row"
        if to == self.categories.iloc[row]:
            return "the row has that category"
        text, at = text_hash(self.texts.iloc[row]), str(document.get("at") or "")
        return Verdict(row, verdict, self.categories.iloc[row], to, text, at)

    def _row(self, document: dict[str, Any]) -> int | None:
        if document.get("fingerprint") != self.dataset.fingerprint:
            return self._places.get((str(document.get("text")), str(document.get("category"))))
        try:
            row = int(document.get("row"))  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            return None
        return row if 0 <= row < self.dataset.rows else None

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        """(text hash, category) -> the first such row."""
        hashes = {text: text_hash(text) for text in self.texts.unique()}
        known: dict[tuple[str, str], int] = {}
        for row, (text, category) in enumerate(zip(self.texts, self.categories, strict=True)):
            known.setdefault((hashes[text], category), row)
        return known


def _documents(text: str, kind: str) -> Iterator[dict[str, Any]]:
    """Yield the decisions of a file; InputError when it is none."""
    if kind == "jsonl":
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield _json_line(line, number)
        return
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [field for field in ("row", "verdict", "to") if field not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"the file has no column {missing[0]}; give one that `labels export` wrote")
    try:
        for row in reader:
            yield {name: unguarded(cell) for name, cell in row.items() if name and isinstance(cell, str)}
    except csv.Error as error:
        raise InputError(f"the file is not valid CSV: {error}; correct that place") from error


def _json_line(line: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"line {number:,} is not JSON; give a file that `labels export` wrote") from error
    if not isinstance(found, dict):
        raise InputError(f"line {number:,} is not an object; give a file that `labels export` wrote")
    return found
