"""What an import would make of a file, told from its beginning: before anything is imported."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.data.dataset_names import suggested_name
from core.data.date_order import DateOrder, Order
from core.data.dates import EitherDay
from core.data.guessing import MOST_COLUMNS, Guess, guessed
from core.data.header import doubts
from core.data.lines import LONGEST, TOO_LONG
from core.data.readers import Reader, reading
from core.data.records import FIELDS, REQUIRED, Mapping, Row, Unusable, check_once, detected, typed_row
from core.data.rejection import Rejection
from core.errors import InputError, shorten

SAMPLE = 1_000
# Of the text that is read; a record may have 1 MB.
SAMPLE_CHARACTERS = 4_000_000
# What a cell costs, however little stands in it.
CELL = 20
SHOWN = 10
FEW = 100


@dataclass(frozen=True)
class Preview:
    """What is known of a file before its import.

    Attributes
    ----------
    file: the file's name; name: one for the dataset.
    format, encoding: how it is written, e.g. "CSV" and "UTF-8"; Parquet has no encoding.
    columns: those seen in the beginning.
    mapping: the column of each field: the guess, or what was asked for. A field that is None had no column in
        the beginning; to leave out a column that the names tell, import with "".
    guesses: why each column was chosen; empty where a mapping was asked for.
    records: the first ten rows as they would be imported, field -> value; dates in ISO, None where missing.
    problems: what is wrong or doubtful, a line each; importable: whether there is any row to import.
    looked_at, usable: records in the beginning, and how many of them would be rows; whole: it is the whole file.
    date_order: which comes first in 03/04/2012; undecided_dates: some may be either, so ask.
    """

    file: str
    name: str
    format: str
    encoding: str
    columns: tuple[str, ...]
    mapping: Mapping
    guesses: tuple[Guess, ...]
    records: tuple[dict[str, Any], ...]
    problems: tuple[str, ...]
    looked_at: int
    usable: int
    whole: bool
    date_order: Order | None
    undecided_dates: bool

    @property
    def importable(self) -> bool:
        """Whether the columns and at least one record can be used."""
        return self.usable > 0

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns that hold no field."""
        used = set(self.mapping.named().values())
        return tuple(column for column in self.columns if column not in used)


def preview(
    path: Path | str,
    mapping: Mapping | None = None,
    *,
    date_order: Order | None = None,
    encoding: str | None = None,
    member: str | None = None,
) -> Preview:
    """Return what importing the file would give, from its first 1,000 records at most.

    All is as for ``core.data.importing.import_file``, but for a mapping of None, which is guessed, by content too.
    InputError, as there, for a file that cannot be read; SeveralFiles for a zip file where ``member`` must say which.
    """
    path = Path(path)
    with reading(path, member=member, encoding=encoding) as reader:
        beginning = _beginning(reader, mapping)
        encoding, notes = reader.encoding(), reader.notes()
    guesses = guessed(beginning.columns, beginning.records) if mapping is None else ()
    asked = Mapping(**{guess.field: guess.column for guess in guesses}) if mapping is None else mapping
    rows = _Rows(DateOrder(date_order))
    table = doubts(beginning.columns) if reader.format == "CSV" else []
    problems = [*notes, *table, *rows.read(beginning, asked)]
    return Preview(
        file=path.name,
        name=suggested_name(path.name),
        format=reader.format,
        encoding=encoding,
        columns=beginning.columns,
        mapping=rows.mapping,
        guesses=guesses,
        records=tuple(map(rows.shown, rows.rows[:SHOWN])),
        problems=tuple(problems),
        looked_at=beginning.read,
        usable=len(rows.rows),
        whole=beginning.whole,
        date_order=rows.dates.order if any(isinstance(row[3], EitherDay) for row in rows.rows) else None,
        undecided_dates=rows.dates.undecided > 0 and rows.dates.order is None,
    )


def described(preview: Preview) -> dict[str, Any]:
    """Return ``preview`` as the JSON object that the command line prints."""
    return {
        "file": preview.file,
        "name": preview.name,
        "format": preview.format,
        "encoding": preview.encoding,
        "looked_at": preview.looked_at,
        "usable": preview.usable,
        "whole": preview.whole,
        "columns": list(preview.columns),
        "ignored_columns": list(preview.ignored),
        "mapping": preview.mapping.named(),
        "guesses": {guess.field: guess.reason for guess in preview.guesses},
        "date_order": preview.date_order,
        "undecided_dates": preview.undecided_dates,
        "records": list(preview.records),
        "problems": list(preview.problems),
    }


@dataclass
class _Beginning:
    """The records that a file begins with."""

    columns: tuple[str, ...] = ()
    records: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    whole: bool = True

    @property
    def read(self) -> int:
        return len(self.records) + len(self.rejected)


def _beginning(reader: Reader, mapping: Mapping | None) -> _Beginning:
    found = _Beginning()
    names = dict.fromkeys(reader.columns or ())
    # What nobody asked for is not read beyond reason: a table may have any number of columns.
    wanted = [*list(names)[:MOST_COLUMNS], *((mapping or Mapping()).named().values())]
    wanted += detected(names, Mapping()).named().values()
    characters = 0
    for _, record in reader.records([name for name in dict.fromkeys(wanted) if name in names]):
        if found.read >= SAMPLE or characters >= SAMPLE_CHARACTERS:
            found.whole = False
            break
        if isinstance(record, Rejection):
            found.rejected.append(record)
            characters += LONGEST if record.reason == TOO_LONG else len(record.text)
        else:
            found.records.append(record)
            names.update(dict.fromkeys(record))
            characters += sum(len(value) for value in record.values() if type(value) is str) + CELL * len(record)
    found.columns = tuple(names)
    return found


class _Rows:
    """The records as rows, and what is doubtful about them."""

    def __init__(self, dates: DateOrder) -> None:
        self.dates = dates
        self.mapping = Mapping()
        self.rows: list[Row] = []
        self.reasons: Counter[str] = Counter()

    def read(self, beginning: _Beginning, asked: Mapping) -> list[str]:
        """Type the records as ``asked`` says, and return the problems."""
        self.mapping = detected(beginning.columns, asked)
        missing = _missing(beginning.columns, self.mapping)
        if missing:
            return missing
        self.reasons.update(one.reason for one in beginning.rejected)
        for record in beginning.records:
            try:
                self.rows.append(typed_row(record, self.mapping))
            except Unusable as error:
                self.reasons[str(error)] += 1
        for row in self.rows:
            self.dates.look(row[3])
        for row in self.rows:
            self.dates.settled(row[3])
        return [*self._lost(beginning), *self._about_dates(), *self._about_categories()]

    def shown(self, row: Row) -> dict[str, Any]:
        """Return ``row`` as field -> value."""
        day = self.dates.settled(row[3])
        date = None if day is None else (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()
        return {**dict(zip(FIELDS, row, strict=True)), "date": date}

    def _lost(self, beginning: _Beginning) -> list[str]:
        if not beginning.read:
            return ["the file holds no record"]
        which = "the" if beginning.whole else "the first"
        return [
            f"{count:,} of {which} {beginning.read:,} records cannot be used: {reason}"
            for reason, count in self.reasons.most_common(3)
        ]

    def _about_dates(self) -> list[str]:
        problems = self.dates.notes()
        # Those that may be either are told already.
        unreadable = self.dates.unreadable - (self.dates.undecided if self.dates.order is None else 0)
        if unreadable > 0:
            problems.append(f"{unreadable:,} of the first {len(self.rows):,} dates cannot be read; kept without a date")
        return problems

    def _about_categories(self) -> list[str]:
        different = len({row[2] for row in self.rows})
        if len(self.rows) < FEW or 2 * different < len(self.rows):
            return []
        column = shorten(self.mapping.category)
        return [f"column {column} has {different:,} different values in {len(self.rows):,} rows; is it the category?"]


def _missing(columns: tuple[str, ...], mapping: Mapping) -> list[str]:
    """Return why ``mapping`` cannot be used with these columns, a line each."""
    try:
        check_once(mapping)
    except InputError as error:
        return [str(error)]
    if not columns:
        return []
    named = mapping.named()
    lost = [
        f"there is no column {shorten(column)} in the beginning" for column in named.values() if column not in columns
    ]
    return lost + [f"no column is the {field}; choose one" for field in REQUIRED if field not in named]
