from __future__ import annotations

import csv
import datetime as dt
import errno
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data import dataset_writer, datasets, written_rows
from core.data.fingerprint import Fingerprint
from core.data.importing import import_file
from core.data.records import FIELDS, Mapping, text_of
from core.errors import InputError
from core.storage import REPOSITORY, data_root, sweep

Record = dict[str, Any]
quick = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# \0 cannot stand in a text file; all else can, and what breaks lines or cells comes often.
BREAKS = "\u2028\u2029\x85\r\n,;\"'\\{["
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(BREAKS)
ANY_TEXT = st.text(CHARACTERS, max_size=12)
SEEN = ANY_TEXT.filter(lambda text: bool(text.strip()))
DAYS = st.dates(dt.date(1450, 1, 1), dt.date(2199, 12, 31)).map(lambda day: day.isoformat())


def records(missing: bool) -> st.SearchStrategy[list[Record]]:
    """Records that are all usable; with values missing or without."""
    absent = st.none() if missing else st.nothing()
    fields = {
        "headline": SEEN,
        "short_description": absent | ANY_TEXT,
        "category": SEEN.map(str.strip),
        "date": (st.none() | DAYS) if missing else DAYS,
        "link": absent | ANY_TEXT,
        "authors": absent | ANY_TEXT,
    }
    return st.lists(st.fixed_dictionaries(fields), min_size=1, max_size=6)


def json_lines(rows: list[Record]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def sparse_lines(rows: list[Record]) -> bytes:
    """JSON lines that leave out what is missing and escape what is not ASCII."""
    kept = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return "\r\n".join(json.dumps(row) for row in kept).encode()


def zipped(rows: list[Record]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/in.json", json_lines(rows))
    return file.getvalue()


def table(delimiter: str) -> Callable[[list[Record]], bytes]:
    def written(rows: list[Record]) -> bytes:
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, FIELDS, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
        return b"\xef\xbb\xbf" + file.getvalue().encode()

    return written


def parquet(rows: list[Record]) -> bytes:
    file = io.BytesIO()
    schema = pa.schema([(field, pa.string()) for field in FIELDS])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file)
    return file.getvalue()


NULLABLE = {
    "a.jsonl": json_lines,
    "b.json": sparse_lines,
    "c.jsonl.gz": lambda rows: gzip.compress(json_lines(rows)),
    "d.zip": zipped,
    "e.json": lambda rows: json.dumps(rows, indent=1).encode(),
    "f.parquet": parquet,
}
TABLES = {"g.csv": table(","), "h.csv": table(";"), "i.tsv": table("\t"), "j.txt": table("|")}


@quick
@given(rows=records(missing=True))
@pytest.mark.parametrize("file", NULLABLE)
def test_the_same_records_come_back_with_what_is_missing(imported, rows_of, file, rows):
    dataset = imported(NULLABLE[file](rows), file)
    assert rows_of(dataset) == rows
    assert (dataset.rows, dataset.rejected) == (len(rows), 0)
    assert dataset.fingerprint == imported(rows).fingerprint


@quick
@given(rows=records(missing=False))
@pytest.mark.parametrize("file", TABLES)
def test_the_same_records_come_back_from_tables(imported, rows_of, file, rows):
    dataset = imported(TABLES[file](rows), file)
    assert rows_of(dataset) == rows
    assert dataset.fingerprint == imported(rows).fingerprint


@quick
@given(rows=records(missing=True), size=st.integers(1, 4))
def test_the_size_of_batches_changes_nothing(imported, rows_of, rows, size):
    one, other = imported(rows), imported(rows, batch_rows=size)
    assert rows_of(one) == rows_of(other)
    assert one.fingerprint == other.fingerprint
    assert (one.category_counts, one.first_date, one.last_date) == (
        other.category_counts,
        other.first_date,
        other.last_date,
    )


def test_many_characters_end_a_batch_as_many_rows_do(monkeypatch):
    monkeypatch.setattr(dataset_writer, "BATCH_CHARACTERS", 10)
    rows = [("x" * length, None, "c", None, None, None) for length in (4, 4, 4, 20, 1)]
    assert [len(batch) for batch in dataset_writer._batches(rows, 100)] == [3, 1, 1]


@quick
@given(rows=records(missing=True), data=st.data())
def test_another_value_or_order_is_another_fingerprint(imported, rows, data):
    fingerprint = imported(rows).fingerprint
    row, field = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from(FIELDS))
    changed = [dict(record) for record in rows]
    changed[row][field] = "2001-02-03" if field == "date" else f"{rows[row][field]}x"
    assert (imported(changed).fingerprint == fingerprint) == (changed == rows)
    turned = rows[::-1]
    assert (imported(turned).fingerprint == fingerprint) == (turned == rows)


@quick
@given(
    st.lists(
        st.one_of(
            st.sampled_from([b'{"headline": "a", "category": "b"}', b'{"headline": "", "category": "b"}', b"{}"]),
            st.binary(min_size=1, max_size=20).map(lambda line: line.replace(b"\n", b"x")).filter(bytes.strip),
        ),
        max_size=12,
    )
)
def test_every_line_is_a_row_or_rejected(imported, middle):
    lines = [b'{"headline": "first", "category": "b"}', *middle]
    dataset = imported(b"\n".join(lines))
    rejected = datasets.rejected(dataset, None)
    assert dataset.rows + dataset.rejected == len(lines)
    assert len(rejected) == dataset.rejected == sum(dataset.rejected_reasons.values())
    assert [line["line"] for line in rejected] == sorted({line["line"] for line in rejected})


@quick
@given(rows=records(missing=True))
def test_what_is_stored_has_the_fingerprint(imported, rows):
    dataset = imported(rows, batch_rows=2)
    again = Fingerprint()
    again.update(pq.read_table(dataset.path / "records.parquet"))
    assert again.hexdigest() == dataset.fingerprint


def test_what_is_known_of_a_dataset(imported, few_records):
    few_records[1]["date"] = "soon"
    bad = {"headline": 3, "category": "SEA", "colour": "blue"}
    dataset = imported([*few_records, bad, bad, {}], source="a friend", licence="CC0-1.0", notice="Made up.")
    assert (dataset.name, dataset.rows, dataset.rejected) == ("d1", 3, 3)
    assert dataset.path == data_root() / "d1"
    assert list(dataset.rejected_reasons.items()) == [("wrong type: headline is a number", 2), ("no headline", 1)]
    assert list(dataset.category_counts.items()) == [("SEA", 2), ("FOOD", 1)]
    assert dataset.columns == ("headline", "short_description", "category", "date", "link", "authors", "colour")
    assert dataset.ignored_columns == ("colour",)
    assert dataset.mapping == Mapping(*FIELDS)
    assert (dataset.source, dataset.licence, dataset.notice) == ("a friend", "CC0-1.0", "Made up.")
    assert (dataset.first_date, dataset.last_date, dataset.dates_unreadable) == ("2012-01-28", "2012-01-28", 1)
    assert dataset.categories == ["FOOD", "SEA"]


def test_rejected_lines_are_kept_with_their_number_and_how_they_begin(imported):
    long = {"headline": "", "category": "b", "text": "ü\u2028" * 400}
    dataset = imported(b"oops\n\n" + json_lines([{"headline": "a", "category": "b"}, long]) + b"\x81\xfe\n[]")
    assert datasets.rejected(dataset) == [
        {"line": 1, "reason": "bad JSON", "text": "oops"},
        {"line": 4, "reason": "no headline", "text": json.dumps(long, ensure_ascii=False)[:200]},
        {"line": 5, "reason": "unreadable bytes", "text": "\ufffd\ufffd"},
        {"line": 6, "reason": "not an object", "text": "[]"},
    ]


def test_columns_are_taken_as_named(imported, rows_of):
    content = b"Titel;Rubrik;title\nTide;SEA;other\n"
    dataset = imported(content, "a.csv", mapping=Mapping(headline="Titel", category="Rubrik"))
    assert rows_of(dataset)[0]["headline"] == "Tide"
    assert dataset.mapping == Mapping(headline="Titel", category="Rubrik")
    assert dataset.ignored_columns == ("title",)


def test_types_of_parquet(imported, rows_of):
    file = io.BytesIO()
    columns = {
        "title": pa.array(["a", "b"]).dictionary_encode(),
        "label": pa.array(["c", "d"], pa.large_string()),
        "published": pa.array([0, 86_400_000_000_000 * 15_367], pa.timestamp("ns")),
        "byline": pa.array([["Ann", "Ben"], None]),
        "picture": pa.array([b"\xff", b"\xff"]),
    }
    pq.write_table(pa.table(columns), file)
    dataset = imported(file.getvalue(), "a.parquet")
    assert [(row["headline"], row["category"], row["date"], row["authors"]) for row in rows_of(dataset)] == [
        ("a", "c", "1970-01-01", "Ann, Ben"),
        ("b", "d", "2012-01-28", None),
    ]
    assert dataset.ignored_columns == ("picture",)


def test_zeros_in_one_line_reject_that_line_alone(imported):
    dataset = imported(ONE + b"\0" * 100 + b"\n" + ONE)
    assert (dataset.rows, dataset.rejected_reasons) == (2, {"bad JSON": 1})


def test_a_nul_in_a_text_is_kept(imported, rows_of):
    assert rows_of(imported([{"headline": "a\0b", "category": "c"}]))[0]["headline"] == "a\0b"


def test_progress_is_told_each_batch(imported, few_records):
    told = []
    dataset = imported(few_records, batch_rows=2, progress=lambda *numbers: told.append(numbers))
    size = Path("in.jsonl").stat().st_size
    assert [rows for rows, _, _ in told] == [2, 3]
    assert told[-1] == (dataset.rows, size, size)


ONE = b'{"headline": "a", "category": "b"}\n'
BAD_FILES = [
    ("a.jsonl", b"", "'a.jsonl' is empty; give a file with records"),
    ("a.json", b"[]", "'a.json' holds no record; give a file with records"),
    ("a.csv", b"headline,category\n", "'a.csv' holds no record; give a file with records"),
    (
        "a.jsonl",
        b'x\ny\n{"headline": "", "category": "b"}\n',
        "'a.jsonl': none of 3 records can be used; most often: bad JSON (2); give one record a line, or one list "
        "of records",
    ),
    (
        "a.json",
        b'[{"headline": 1, "category": "b"}]',
        "'a.json': none of 1 records can be used; most often: wrong type: headline is a number (1); mend the file, "
        "or name its columns with --headline COL and --category COL",
    ),
    (
        "a.jsonl",
        b'{"text": "a", "kind": "b"}\n',
        "no column is the headline; the columns found are 'text', 'kind'; name one of them with --headline COL",
    ),
    (
        "a.csv",
        b"name,age\nAnn,7\n",
        "no column is the headline; the columns found are 'name', 'age'; name one of them with --headline COL",
    ),
    (
        "a.csv",
        b"name;title\nAnn;7\n",
        "no column is the category; the columns found are 'name', 'title'; name one of them with --category COL",
    ),
    (
        "a.json",
        b"[" + ONE + b',\n{"headline": oops}]',
        "'a.json': the JSON array breaks on line 3: expecting value; mend it, or give one record a line",
    ),
    (
        "a.gz",
        gzip.compress(ONE * 100, mtime=0)[:-9],
        "'a.gz': the packed file is cut short or damaged (Compressed file ended before the end-of-stream marker was "
        "reached); get it again",
    ),
    (
        "a.jsonl",
        b"".join(b'{"headline": "a", "category": "b%d"}\n' % number for number in range(10_001)),
        "'a.jsonl': column 'category' is no category: it has more than 10,000 different values; name the right column "
        "with --category COL",
    ),
    (
        "a.jsonl",
        b"".join(b'{"headline": "a", "category": "b%d"}\n' % (number % 101) for number in range(202)),
        "'a.jsonl': column 'category' is no category: it has 101 different values in 202 rows; name the right column "
        "with --category COL",
    ),
]


def listed(folder: Path) -> list[str]:
    """Return all that is under ``folder``, hidden or not, with contents."""
    return sorted(f"{path}: {path.read_bytes() if path.is_file() else ''}" for path in folder.rglob("*"))


@pytest.mark.parametrize(("file", "content", "message"), BAD_FILES)
def test_a_bad_file_is_one_line_and_leaves_nothing_behind(imported, home, file, content, message):
    imported(ONE)
    before = listed(home)
    with pytest.raises(InputError) as caught:
        imported(content, file)
    assert str(caught.value) == message
    assert listed(home) == before


def test_ten_thousand_categories_are_not_too_many(imported):
    content = b"".join(b'{"headline": "a", "category": "b%d"}\n' % (number % 10_000) for number in range(20_001))
    assert len(imported(content).category_counts) == 10_000


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "../x",
            "dataset name '../x' cannot be used; use 1 to 64 letters, digits, '-', '_' or '.', beginning with a "
            "letter or digit",
        ),
        (
            "a b",
            "dataset name 'a b' cannot be used; use 1 to 64 letters, digits, '-', '_' or '.', beginning with a "
            "letter or digit",
        ),
        ("there", "dataset 'there' exists already; choose another name, or delete it first"),
    ],
)
def test_the_name_is_looked_at_before_the_file(home, inbox, name, message):
    Path("in.jsonl").write_bytes(ONE)
    import_file("in.jsonl", "there")
    before = listed(home)
    with pytest.raises(InputError) as caught:
        import_file("not there either", name)
    assert str(caught.value) == message
    assert listed(home) == before


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_an_import_that_is_stopped_leaves_nothing_behind(imported, home, stop):
    def stopping(*_: int) -> None:
        raise stop

    imported(ONE)
    before = listed(home)
    with pytest.raises(stop):
        imported(ONE * 5, batch_rows=2, progress=stopping)
    assert listed(home) == before


def test_a_full_disk_is_one_line_and_leaves_nothing_behind(imported, home, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    imported(ONE)
    before = listed(home)
    monkeypatch.setattr(written_rows.os, "fsync", full)
    with pytest.raises(InputError) as caught:
        imported(ONE)
    assert str(caught.value) == f"there is no room for the dataset in {data_root()}; free some first"
    assert listed(home) == before


def test_the_second_of_two_imports_at_once_is_told(home, inbox):
    Path("in.jsonl").write_bytes(ONE)
    with pytest.raises(InputError, match=r"^dataset 'x' exists already; choose another name, or delete it first$"):
        import_file("in.jsonl", "x", progress=lambda *_: import_file("in.jsonl", "x") and None)
    assert [dataset.name for dataset in datasets.list_all()] == ["x"]
    assert [path.name for path in data_root().iterdir()] == ["x"]


def test_a_killed_import_is_never_seen_and_is_swept(home, inbox):
    Path("in.jsonl").write_bytes(ONE * 5)
    program = """
        import signal
        from core.data.importing import import_file

        def wait(*_):
            print("begun", flush=True)
            signal.pause()

        import_file("in.jsonl", "killed", batch_rows=2, progress=wait)
    """
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, env=environment)
    with child:
        assert child.stdout.readline() == b"begun\n"
        assert sweep(data_root()) == []
        child.send_signal(signal.SIGKILL)
    (left,) = data_root().iterdir()
    assert left.name.startswith(".building-killed-")
    assert datasets.list_all() == datasets.damaged() == []
    import_file("in.jsonl", "killed")
    assert [path.name for path in data_root().iterdir()] == ["killed"]


def test_an_import_can_be_stopped_while_nothing_is_usable(imported, home, monkeypatch):
    monkeypatch.setattr(dataset_writer, "REJECTED_TOLD", 10)
    told = []

    def stopping(*numbers: int) -> None:
        told.append(numbers)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imported(b"oops\n" * 25, progress=stopping)
    assert told == [(0, 125, 125)]
    assert listed(data_root()) == []


def test_a_file_in_vain_is_not_read_to_its_end(imported, monkeypatch):
    monkeypatch.setattr(dataset_writer, "IN_VAIN", 20)
    monkeypatch.setattr(dataset_writer, "HOPE", 20)
    with pytest.raises(InputError) as caught:
        imported(b"oops\n" * 21 + ONE)
    assert str(caught.value) == (
        "'in.jsonl': none of the first 20 records can be used; most often: bad JSON (20); give one record a line, or "
        "one list of records"
    )
    assert imported(ONE + b"oops\n" * 20).rejected == 20
    with pytest.raises(InputError, match="only 1 of the first 22 records can be used; most often: bad JSON"):
        imported(ONE + b"oops\n" * 25)


def test_rejected_lines_are_counted_where_there_are_too_many_to_keep(imported, monkeypatch):
    monkeypatch.setattr(dataset_writer, "MOST_REJECTED", 3)
    dataset = imported(b"oops\n" * 5 + ONE)
    assert (dataset.rejected, dataset.rejected_reasons) == (5, {"bad JSON": 5})
    assert [line["line"] for line in datasets.rejected(dataset, None)] == [1, 2, 3]
    assert dataset.notes == ("of 5 rejected lines the first 3 were kept; the others are counted",)


def dated(*dates: str) -> bytes:
    return "".join(["title,label,date\n", *(f"a,b,{date}\n" for date in dates)]).encode()


@quick
@given(
    st.lists(st.sampled_from(["03/04/2012", "28/01/2012", "01/28/2012", "2012-03-04", "soon"]), min_size=1, max_size=7),
    st.integers(1, 4),
)
def test_the_order_of_dates_is_that_of_the_whole_file(imported, rows_of, dates, size):
    dataset = imported(dated(*dates), "a.csv", batch_rows=size)
    day, month = dates.count("28/01/2012"), dates.count("01/28/2012")
    order = "day" if day > month else "month" if month > day else None
    meant = {
        "day": {"03/04/2012": "2012-04-03", "28/01/2012": "2012-01-28"},
        "month": {"03/04/2012": "2012-03-04", "01/28/2012": "2012-01-28"},
        None: {},
    }[order] | {"2012-03-04": "2012-03-04"}
    assert [row["date"] for row in rows_of(dataset)] == [meant.get(date) for date in dates]
    assert dataset.dates_unreadable == sum(date not in meant for date in dates)
    assert bool(dataset.notes) == bool(set(dates) & {"03/04/2012", "28/01/2012", "01/28/2012"})


def test_the_order_of_dates_can_be_told(imported, rows_of):
    assert rows_of(imported(dated("03/04/2012"), "a.csv", date_order="day"))[0]["date"] == "2012-04-03"
    assert rows_of(imported(dated("03/04/2012"), "a.csv", date_order="month"))[0]["date"] == "2012-03-04"
    (note,) = imported(dated("03/04/2012", "04/04/2012"), "a.csv").notes
    assert note == (
        "1 dates such as 03/04/2012 may be day first or month first (none has a number above 12) and were kept without "
        "a date; say which it is with --date-order day or --date-order month"
    )


def test_mixed_encodings_are_told_line_by_line(imported, rows_of):
    lines = ["title,label", "Zürich,é", "“Straße” – 5 €,é", "plain,é"]
    content = b"\n".join([*(line.encode() for line in lines[:2]), lines[2].encode("cp1252"), lines[3].encode()])
    dataset = imported(content + b"\nZ\xc3\xbcrich\xfc,b\n", "a.csv")
    assert [(row["headline"], row["category"]) for row in rows_of(dataset)] == [tuple(x.split(",")) for x in lines[1:]]
    assert dataset.rejected_reasons == {"unreadable bytes": 1}
    assert dataset.notes == ("1 line is not UTF-8, and read as Windows-1252; look whether the accents are right",)


def test_utf_16_with_a_damaged_line(imported, rows_of):
    content = "title,label\nä,b\nc".encode("utf-16") + b"\x00\xd8" + ",b\nö,b\n".encode("utf-16-le")
    dataset = imported(content, "a.csv")
    assert [row["headline"] for row in rows_of(dataset)] == ["ä", "ö"]
    assert dataset.rejected_reasons == {"unreadable bytes": 1}
    assert dataset.notes == ("the file is written in UTF-16",)


def test_ten_thousand_columns(imported, rows_of):
    head = ",".join(f"c{number}" for number in range(10_000))
    dataset = imported(f"{head},title,label,title\n{',' * 10_000}a,b,c\n".encode(), "a.csv")
    assert [(row["headline"], row["category"]) for row in rows_of(dataset)] == [("a", "b")]
    assert dataset.mapping == Mapping("title", None, "label")
    # In lines with each their own.
    one = {"title": "a", "label": "b"}
    records = [one | {f"{line}-{number}": 1 for number in range(2_000)} for line in range(20)]
    assert imported(records).rows == 20
    assert len(imported(records).columns) <= 1_002


def test_numbers_are_categories(imported):
    assert imported([{"title": "a", "label": 3}, {"title": "b", "label": 3.0}]).category_counts == {"3": 2}


def test_nested_json(imported, rows_of):
    nested = {"title": "a", "label": "b", "description": {"en": "x"}}
    plain = {"title": "a", "label": "b"}
    dataset = imported(json.dumps({"n": 2, "data": [plain, nested]}).encode(), "a.json")
    assert (dataset.rows, dataset.rejected_reasons) == (1, {"wrong type: short_description is an object": 1})
    with pytest.raises(InputError, match="a second list of records, 'test', begins there; give each its file"):
        imported(json.dumps({"train": [plain], "test": [plain]}).encode(), "a.json")


def test_memory_does_not_grow_with_the_file(home, inbox):
    record = {"headline": "h" * 200, "category": "c", "short_description": "d" * 800}
    pieces = [json.dumps([record | {"headline": f"{number} {'h' * 200}"}] * 500)[1:-1] for number in range(40)]
    Path("small.json.gz").write_bytes(gzip.compress(f"[{pieces[0]}]".encode()))
    Path("large.json.gz").write_bytes(gzip.compress(f"[{','.join(pieces)}]".encode(), compresslevel=1))
    program = """
        import re
        from pathlib import Path
        from core.data.importing import import_file

        def peak():
            return int(re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1]) // 1024

        for name in ("small", "large"):
            print(import_file(f"{name}.json.gz", name, batch_rows=500).rows, peak())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    (small, before), (large, after) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (small, large) == (500, 20_000)
    # Of 22 MB of text, and more as objects.
    assert after - before < 18


def test_the_real_file(home, real_file):
    dataset = import_file(real_file, "real")
    assert (dataset.rows, dataset.rejected, len(dataset.category_counts)) == (167_616, 6, 42)
    assert dataset.rejected_reasons == {"no headline": 6}
    assert (dataset.first_date, dataset.last_date) == ("2012-01-28", "2022-09-23")
    assert dataset.dates_unreadable == 0
    texts = text_of(datasets.frame(dataset, ["headline", "short_description"]))
    assert texts.str.contains("\u2028").any()
