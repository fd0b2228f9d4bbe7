from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from core.data.fingerprint import Fingerprint
from core.data.records import FIELDS

TEXT = st.none() | st.text(st.sampled_from("abä\u2028"), max_size=3)
ROWS = st.lists(st.tuples(TEXT, TEXT, TEXT, st.none() | st.integers(-9, 9), TEXT, TEXT), max_size=8)
SCHEMA = pa.schema([(field, pa.date32() if field == "date" else pa.string()) for field in FIELDS])


def table(rows: list[tuple]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(FIELDS)
    return pa.table([pa.array(values, field.type) for field, values in zip(SCHEMA, columns, strict=True)], SCHEMA)


def of(*tables: pa.Table) -> str:
    fingerprint = Fingerprint()
    for part in tables:
        fingerprint.update(part)
    return fingerprint.hexdigest()


@given(ROWS, ROWS)
def test_it_is_equal_exactly_when_the_rows_are(one, other):
    assert (of(table(one)) == of(table(other))) == (one == other)


@given(ROWS, st.integers(0, 8))
def test_batches_do_not_matter(rows, at):
    whole = table(rows)
    assert of(whole) == of(whole.slice(0, at), whole.slice(at)) == of(table(rows[:at]), table(rows[at:]))


@given(ROWS, st.data())
def test_one_changed_value_changes_it(rows, data):
    if not rows:
        return
    row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, len(FIELDS) - 1))
    new = data.draw(st.none() | st.integers(-9, 9) if FIELDS[column] == "date" else TEXT)
    changed = [list(values) for values in rows]
    changed[row][column] = new
    assert (of(table(changed)) == of(table(rows))) == (new == rows[row][column])


def test_it_stays_what_it_is():
    rows = [("Tide", "", "SEA", 15367, None, "Ann"), ("Bread", None, "FOOD", None, "a:b", "")]
    assert of(table(rows)) == "19f5c8026f39b22b5d0039d6c1026f7a0a21627dab3f04649d622c2835f4155c"
