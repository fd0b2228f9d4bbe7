from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.preview import preview
from core.data.readers import reading
from core.errors import InputError

# Without the time: what is in a test's name must be the same in each of the processes that collect it.
packed = partial(gzip.compress, mtime=0)

RECORDS = [{"headline": "a\u2028b", "category": "c"}, {"headline": "d", "category": "e"}]
LINES = b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in RECORDS)
ARRAY = json.dumps(RECORDS).encode()
CSV = "headline,category\na\u2028b,c\nd,e\n".encode()
BOM = b"\xef\xbb\xbf"


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(RECORDS), file)
    return file.getvalue()


def read(path: str) -> tuple[str, list]:
    with reading(Path(path)) as reader:
        return reader.format, [value for _, value in reader.records(["headline", "category"])]


def error(path: str) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.jsonl", LINES, "JSON lines"),
        ("News_Category_Dataset_v3.json", LINES, "JSON lines"),
        ("a.csv", LINES, "JSON lines"),
        ("no-suffix", b"\n \n" + LINES, "JSON lines"),
        ("a.jsonl", BOM + LINES, "JSON lines"),
        ("a.jsonl", LINES.replace(b"\n", b"\r\n"), "JSON lines"),
        ("a.txt", LINES.replace(b"\n", b"\r\n"), "JSON lines"),
        ("a.jsonl.gz", packed(LINES), "JSON lines"),
        ("a", packed(LINES[:10]) + packed(LINES[10:]), "JSON lines"),
        ("a.zip", zipped({"b.json": LINES}), "JSON lines"),
        ("a.zip", zipped({"__MACOSX/._b.json": b"x", ".DS_Store": b"x", "d/": b"", "d/b.json": LINES}), "JSON lines"),
        ("a.zip", zipped({"README.md": b"x", "LICENSE": b"x", "b.json": LINES}), "JSON lines"),
        ("a.json", ARRAY, "JSON array"),
        ("a.json", BOM + b" \n" + ARRAY, "JSON array"),
        ("a.json.gz", packed(ARRAY), "JSON array"),
        ("a.csv", CSV, "CSV"),
        ("A.CSV", BOM + CSV, "CSV"),
        ("a.tsv", CSV.replace(b",", b"\t"), "CSV"),
        ("a.txt", CSV.replace(b",", b"|"), "CSV"),
        ("a.csv.gz", packed(CSV), "CSV"),
        ("a.zip", zipped({"b.csv": CSV}), "CSV"),
        ("a.parquet", parquet(), "Parquet"),
        ("a.csv", parquet(), "Parquet"),
        ("a.parquet.gz", packed(parquet()), "Parquet"),
        ("a.zip", zipped({"b.parquet": parquet()}), "Parquet"),
        ("a.json", json.dumps({"status": "ok", "n": 2, "articles": RECORDS, "next": None}).encode(), "JSON object"),
        ("a.json", json.dumps({"data": RECORDS}, indent=2).encode(), "JSON object"),
        ("a.csv", CSV.decode().encode("utf-16"), "CSV"),
        ("a.csv", CSV.decode().encode("utf-16-le"), "CSV"),
        ("a.csv", CSV.decode().encode("utf-16-be"), "CSV"),
        ("a.jsonl", LINES.decode().encode("utf-16"), "JSON lines"),
        ("a.json", json.dumps(RECORDS, ensure_ascii=False).encode("utf-32"), "JSON array"),
        ("a.csv.gz", packed(CSV.decode().encode("utf-16")), "CSV"),
    ],
)
def test_content_tells_the_format_before_the_name(inbox, name, content, format):
    Path(name).write_bytes(content)
    assert read(name) == (format, RECORDS)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"", "'a.jsonl' is empty; give a file with records"),
        ("a.csv", BOM + b" \n\n", "'a.csv' is empty; give a file with records"),
        ("a.jsonl.gz", packed(b""), "'a.jsonl.gz' is empty; give a file with records"),
        (
            "a.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "'a.png' is a binary file of no known format; give JSON lines, a JSON array, CSV, TSV or Parquet, "
            "plain, .gz or .zip",
        ),
        (
            "a.md",
            b"# Words\n",
            "'a.md' has no known format; give JSON lines, a JSON array, CSV, TSV or Parquet, plain, .gz or .zip, "
            "with a name that ends accordingly",
        ),
        (
            "a.gz",
            packed(LINES)[:-9],
            "'a.gz': the packed file is cut short or damaged (Compressed file ended before the end-of-stream marker "
            "was reached); get it again",
        ),
        (
            "a.gz",
            b"\x1f\x8bnonsense",
            "'a.gz': the packed file is cut short or damaged (Unknown compression method); get it again",
        ),
        ("a.gz", packed(packed(LINES)), "'a.gz' is packed twice; unpack it once and give what is in it"),
        (
            "a.zip",
            zipped({"b.json": LINES})[:-30],
            "'a.zip': the zip file is cut short or damaged (File is not a zip file); get it again",
        ),
        (
            "a.zip",
            zipped({"b.json": LINES, "c.csv": CSV, "d.txt": b""}),
            "'a.zip': the zip file holds 2 files ('b.json', 'c.csv'); name the one to import with --member FILE",
        ),
        (
            "a.zip",
            zipped({"b": LINES, "c": CSV}),
            "'a.zip': the zip file holds 2 files ('b', 'c'); name the one to import with --member FILE",
        ),
        ("a.zip", zipped({}), "'a.zip': the zip file holds no file of records; pack one into it"),
        (
            "a.zip",
            zipped({".hidden": b"x", "__MACOSX/b": b"x"}),
            "'a.zip': the zip file holds no file of records; pack one into it",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(inbox, name, content, message):
    Path(name).write_bytes(content)
    assert error(name) == message


def test_what_is_no_file(inbox):
    Path("folder").mkdir()
    os.mkfifo("pipe")
    assert error("nothing.csv") == "there is no file 'nothing.csv'; check the path"
    assert error("a\nb.csv") == r"there is no file 'a\nb.csv'; check the path"
    assert error("folder") == "'folder' is a directory; give a file in it"
    assert error("pipe") == "'pipe' is not a regular file; save what it gives to a file first"
    assert error("a\0b").startswith(r"'a\x00b'") or error("a\0b").startswith("there is no file")
    assert error("x" * 300).startswith("'xxx")


def test_a_zip_with_a_password(inbox):
    content = bytearray(zipped({"b.json": LINES}))
    # The flag in both headers that says encrypted.
    for header, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flag] |= 1
    Path("a.zip").write_bytes(content)
    assert error("a.zip") == "'a.zip': 'b.json' in the zip file is encrypted; unpack it first"


def test_a_zip_damaged_inside_is_told_while_reading(inbox):
    content = bytearray(zipped({"b.json": LINES * 1_000}))
    content[60:70] = b"\xff" * 10
    Path("a.zip").write_bytes(content)
    assert "the packed file is cut short or damaged" in error("a.zip")


@pytest.mark.parametrize(("name", "content"), [("a.jsonl", LINES), ("a.gz", packed(LINES)), ("a.p", parquet())])
def test_the_position_ends_at_the_size(inbox, name, content):
    Path(name).write_bytes(content)
    with reading(Path(name)) as reader:
        assert reader.size == len(content)
        list(reader.records(["headline"]))
        assert reader.position() == reader.size


SOUND = {
    "a.jsonl": LINES,
    "a.json": ARRAY,
    "b.json": json.dumps({"n": 1, "data": RECORDS}, indent=1).encode(),
    "a.csv": CSV,
    "b.csv": CSV.decode().encode("utf-16"),
    "a.gz": packed(LINES),
    "a.zip": zipped({"b.csv": CSV, "README": b"x"}),
    "a.parquet": parquet(),
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(SOUND)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), st.binary(max_size=3)), min_size=1, max_size=5),
)
def test_a_damaged_file_is_read_or_one_line(inbox, name, damages):
    content = SOUND[name]
    for where, length, other in damages:
        at = int(where * len(content))
        content = content[:at] + other + content[at + length :]
    Path(name).write_bytes(content)
    try:
        json.dumps(preview(name).records)
    except InputError as caught:
        assert "\n" not in str(caught)
