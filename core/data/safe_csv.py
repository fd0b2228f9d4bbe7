"""Tables as CSV text that a spreadsheet can open without running what stands in them.

One rule for the byte order mark: a file or download for spreadsheets, whose cells are guarded, begins with it; text on
stdout, and files for programs whose cells stand as they came (`score`), have none.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# What a spreadsheet would run as a formula (OWASP, "CSV injection"), behind any number of apostrophes: one
# more is put in front, and taken away again when the file is read.
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")
# By this, spreadsheets know that a file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def guarded(cell: str) -> str:
    """Return ``cell`` with an apostrophe in front if a spreadsheet would take it for a formula.

    >>> guarded("=1+1"), guarded("Budget passes")
    ("'=1+1", 'Budget passes')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return the cell that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return ``rows`` under ``header``; all cells are guarded and quoted."""
    return _quoted(header, ([guarded(cell) for cell in row] for row in rows))


def _quoted(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    out.write(",".join(header) + "\n")
    # All quoted: a spreadsheet that splits at another sign must not split a cell.
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue()


def frame_to_csv(frame: pd.DataFrame) -> str:
    """Return ``frame`` as CSV for spreadsheets: dates as ISO days, nothing for what is missing, shares as 0.1234."""
    columns = [_cells(frame[name]) for name in frame]
    return BYTE_ORDER_MARK + _quoted(list(frame), zip(*columns, strict=True))


def _cells(column: pd.Series) -> list[str]:
    # A number below 0 is no formula; with an apostrophe in front it would be a text.
    return _texts(column) if column.dtype.kind in "iuf" else list(map(guarded, _texts(column)))


def _texts(column: pd.Series) -> list[str]:
    if column.dtype.kind == "M":
        return column.dt.strftime("%Y-%m-%d").fillna("").tolist()
    if column.dtype.kind == "f":
        return ["" if value != value else f"{value:.4f}" for value in column.tolist()]
    return column.astype("str").fillna("").tolist()
