"""``data import`` as people type it: a name from the file, a look before, and a line for each bad file."""

import gzip
import io
import json
import zipfile

import pytest

from core.cli import status_line
from core.cli.import_progress import ImportProgress

TABLE = (
    "Titel,Rubrik,Tag,Quelle\n"
    + "Die Flut kommt heute,MEER,28/01/2012,x\nBrot geht auf wie nie,BROT,03/04/2012,x\n" * 3
)
COLUMNS = ("--headline", "Titel", "--category", "Rubrik", "--date", "Tag")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "Meine Zeitung.csv"
    path.write_text(TABLE)
    return path


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_dataset_is_called_as_its_file_unless_a_name_is_given(core, table):
    done = core.inside("data", "import", table, *COLUMNS)
    assert done.status == 0
    assert done.err == "The dataset is called Meine-Zeitung, after its file; --name gives it another name.\n"
    assert "ignored columns: Quelle\n" in done.out
    assert "note: dates such as 03/04/2012 were read day first, as 3 of them can only be\n" in done.out
    again = core.inside("data", "import", table, *COLUMNS)
    assert (again.status, again.err.rstrip("\n")) == (
        2,
        "error: dataset 'Meine-Zeitung' exists already; choose another name, or delete it first",
    )
    other = core.inside("data", "import", table, *COLUMNS, "--name", "other", "--json")
    assert (other.status, other.err, other.json["dataset"], other.json["ignored_columns"]) == (
        0,
        "",
        "other",
        ["Quelle"],
    )


def test_a_look_before_the_import_imports_nothing(core, table):
    done = core.inside("data", "import", table, "--preview", "--json")
    assert done.json["mapping"] == {"headline": "Titel", "category": "Rubrik", "date": "Tag"}
    assert done.json["name"] == "Meine-Zeitung"
    assert done.json["records"][1] == {
        "headline": "Brot geht auf wie nie",
        "short_description": None,
        "category": "BROT",
        "date": "2012-04-03",
        "link": None,
        "authors": None,
    }
    text = core.inside("data", "import", table, "--preview").out
    assert "Rubrik" in text
    assert "short values that repeat: 2 different in 6" in text
    assert "! dates such as 03/04/2012 were read day first" in text
    assert text.endswith(f"data import '{table}' --headline Titel --category Rubrik --date Tag\n")
    assert core.files() == []


def test_the_order_of_dates_the_encoding_and_the_file_in_a_zip_can_be_told(core, tmp_path):
    path = tmp_path / "a.zip"
    table = "title,label,date\nПрилив,Море,03/04/2012\n".encode("cp1251")
    path.write_bytes(zipped({"train.csv": table, "test.csv": b"x"}))
    told = ("--member", "train.csv", "--encoding", "cp1251", "--date-order", "month")
    done = core.inside("data", "import", path, "--name", "d", *told, "--json")
    assert done.json["category_counts"] == {"Море": 1}
    assert done.json["dates"]["first"] == "2012-03-04"
    assert done.json["notes"][0] == "the file is written in cp1251"


GOOD = b'{"headline": "a", "category": "A"}\n'


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("a.zip", zipped({"../a.json": GOOD}), "a path that leads out of it, '../a.json'"),
        (
            "a.zip",
            zipped({"a.json": GOOD, "b.json": GOOD}),
            "('a.json', 'b.json'); name the one to import with --member",
        ),
        ("a.zip", zipped({"a.json": GOOD})[:-5], "cut short or damaged"),
        ("a.zip", zipped({"a.json": gzip.compress(GOOD, mtime=0)}), "is packed twice"),
        ("a.json.gz", gzip.compress(b"0" * (65 << 20), mtime=0), "as a zip bomb does"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file; save its sheet as CSV"),
        ("a.pdf", b"%PDF-1.7\n", "a PDF"),
        ("a.csv", b"<!DOCTYPE html>\n<html>", "is a web page or XML"),
        ("a.json", b'{"train": [{"title": "a"}], "test": [{}]}', "a second list of records, 'test'"),
        ("a.json", json.dumps({"title": {"0": "a"}, "label": {"0": "b"}}).encode(), "headline is an object"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_files_that_cannot_be_imported(core, tmp_path, name, content, part):
    (tmp_path / name).write_bytes(content)
    done = core.inside("data", "import", tmp_path / name, "--name", "d")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("error: ")
    assert part in done.err
    assert [path for path in core.files() if path != "data"] == []


def test_what_cannot_be_told(core, table):
    for option, value, part in (
        ("--encoding", "klingon", "encoding 'klingon' is not known"),
        ("--date-order", "us", "date order 'us' is none; give day or month"),
        ("--member", "a.csv", "is no zip file"),
        ("--headline", "Kopf", "there is no column 'Kopf' for the headline"),
    ):
        done = core.inside("data", "import", table, "--name", "d", option, value)
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
        assert part in done.err


def test_a_long_import_tells_how_far_it_is(monkeypatch):
    shown = []
    monkeypatch.setattr(status_line, "show", shown.append)
    times = iter([0.0, 1.0, 6.0, 12.0])
    told = ImportProgress(lambda: next(times))
    for rows in (1_000, 2_000, 4_000):
        told(rows, rows, 5_000)
    assert shown == ["2,000 rows · 40 % · about 9 s left", "4,000 rows · 80 % · about 3 s left"]
