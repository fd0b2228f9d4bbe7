"""What a file would be as a dataset: its columns, ten rows, what is doubtful, and its name; to be corrected."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import streamlit as st

from core.data.archive import SeveralFiles
from core.data.dataset_names import free_name
from core.data.import_jobs import Order
from core.data.preview import Preview, preview
from core.data.records import FIELDS, REQUIRED, Mapping
from core.ui.components import escaped

SPOKEN = {
    "headline": "Headline",
    "short_description": "Description",
    "category": "Category",
    "date": "Date",
    "link": "Link",
    "authors": "Authors",
}
SHOWN = ("category", "headline", "short_description", "date", "authors", "link")
NONE = ""
ENCODINGS = [
    "cp1250",
    "cp1251",
    "cp1252",
    "iso-8859-2",
    "iso-8859-15",
    "koi8-r",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-kr",
]
MOST_COLUMNS = 500
MOST_PROBLEMS = 4
# Ten rows and the button above them are in sight at 1280 x 800.
ROW_HEIGHT, HEAD_HEIGHT = 28, 38
DAY, MONTH = "day first", "month first"
ORDERS = {DAY: "day", MONTH: "month"}


def draw(path: Path, order: Order, *, key: str) -> Order | None:
    """Draw what importing ``path`` would give; return the whole order once a person asks for the import.

    ``order`` says where the file came from; ``key`` tells this file from others in the widgets' names.
    Raises CopydeskError for a file that cannot be read.
    """
    guess, member = _guessed(path, order, key)
    mapping = _columns(guess, order, key)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dates, encoding = _dates(guess, key), _encoding(guess, key)
        found = preview(path, mapping, date_order=dates, encoding=encoding, member=member)
        name = st.text_input(
            "Name of the dataset", value=order.name or free_name(guess.name), key=f"import_name_{key}", width=320
        )
        ready = found.importable and bool(name.strip())
        asked = st.button("Import", type="primary", disabled=not ready, key=f"import_start_{key}")
    _problems(found)
    _rows(found)
    if not asked:
        return None
    return dataclasses.replace(
        order,
        name=name.strip(),
        mapping=mapping,
        date_order=dates,
        encoding=encoding,
        member=member,
        hub=None,
    )


def without_options(message: str) -> str:
    """Return a message without its end that names options of the command line: here they are widgets.

    >>> without_options("no column is the date; name one of them with --date COL")
    'no column is the date'
    """
    kept, _, advice = message.rpartition("; ")
    return kept if kept and "--" in advice else message


def _guessed(path: Path, order: Order, key: str) -> tuple[Preview, str | None]:
    """Return what the file seems to be, and which one of a zip file is meant: asked where it holds several."""
    try:
        return preview(path, member=order.member), order.member
    except SeveralFiles as error:
        member = st.selectbox("File in the zip file", list(error.members), key=f"import_member_{key}")
        return preview(path, member=member), member


def _columns(guess: Preview, order: Order, key: str) -> Mapping:
    """Draw the column of each field, guessed to begin with; return what was chosen."""
    asked = order.mapping.named() or guess.mapping.named()
    reasons = {one.field: one.reason for one in guess.guesses}
    columns = list(dict.fromkeys([*asked.values(), *guess.columns]))
    shown = [NONE, *(column for column in columns if column)][:MOST_COLUMNS]
    chosen = {}
    for row in (FIELDS[:3], FIELDS[3:]):
        for place, field in zip(st.columns(3), row, strict=True):
            chosen[field] = place.selectbox(
                SPOKEN[field],
                shown,
                index=shown.index(asked[field]) if asked.get(field) in shown else 0,
                format_func=lambda column: column or "no column",
                key=f"import_column_{field}_{key}",
                help=f"Taken for it by {reasons[field]}." if field in reasons else None,
            )
    return Mapping(**chosen)


def _dates(guess: Preview, key: str) -> str | None:
    """Draw the choice of day or month first where some dates may be either; None where the file tells."""
    if not guess.undecided_dates:
        return None
    choice = st.segmented_control(
        "Dates such as 03/04/2012", list(ORDERS), key=f"import_dates_{key}", help="Nothing in the file tells."
    )
    return ORDERS.get(choice)


def _encoding(guess: Preview, key: str) -> str | None:
    """Draw the choice of an encoding where a text is not plainly UTF-8; None: as it was found."""
    if not guess.encoding or guess.encoding.startswith("UTF"):
        return None
    return st.selectbox(
        "Encoding",
        ENCODINGS,
        index=None,
        placeholder=f"{guess.encoding}, as found",
        accept_new_options=True,
        key=f"import_encoding_{key}",
        width=220,
        help="Choose or type another where letters with accents look wrong.",
    )


def _rows(found: Preview) -> None:
    """Draw the first rows as they would be imported."""
    of = f"all {found.looked_at:,} records" if found.whole else f"the first {found.looked_at:,} records"
    written = " · ".join(filter(None, [found.format, found.encoding]))
    left_out = f" · left out: {escaped(', '.join(found.ignored[:8]))}" if found.ignored else ""
    more = f" and {len(found.ignored) - 8:,} more columns" if len(found.ignored) > 8 else ""
    st.caption(f"{escaped(written)} · {found.usable:,} of {of} can be used{left_out}{more}")
    if found.records:
        frame = pd.DataFrame(found.records, columns=list(FIELDS))
        st.dataframe(
            frame,
            hide_index=True,
            row_height=ROW_HEIGHT,
            height=HEAD_HEIGHT + ROW_HEIGHT * len(frame),
            column_order=[field for field in SHOWN if found.mapping.named().get(field)],
            column_config={
                field: st.column_config.TextColumn(SPOKEN[field], width=width)
                for field, width in zip(FIELDS, (330, 260, 130, 90, 120, 120), strict=True)
            },
        )


def _problems(found: Preview) -> None:
    """Say what is doubtful, and what keeps the file from being imported."""
    lacking = [SPOKEN[field].lower() for field in REQUIRED if not found.mapping.named().get(field)]
    if lacking:
        st.caption(f":material/error: Choose the column of the {' and of the '.join(lacking)}: a record needs both.")
    for problem in found.problems[:MOST_PROBLEMS]:
        st.caption(f":material/warning: {escaped(without_options(problem))}")
    if len(found.problems) > MOST_PROBLEMS:
        st.caption(f"and {len(found.problems) - MOST_PROBLEMS:,} more")
