"""`report` as people meet it: one file or one line."""

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def two(trained):
    core, done = trained
    again = core("train", "--dataset", "sample", "--target", "group", "--preset", "notebook", "--wait", "--json")
    assert again.status == 0, again.err
    return core, done["run"], again.json["run"]


def refused(done):
    """Return the one line of a command that was refused."""
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ") and done.err.count("\n") == 1
    return done.err


def test_the_json_report_has_the_keys_of_evaluate_and_more(two, tmp_path):
    core, one, other = two
    file = tmp_path / "r.json"
    made = core("report", one, file, "--against", other, "--json").json
    assert (made["run"], made["against"], made["file"]) == (one, other, str(file))
    assert made["bytes"] == file.stat().st_size
    found, own = json.loads(file.read_text(encoding="utf-8")), core("evaluate", one, "--json").json
    assert {key: found[key] for key in own if key != "seconds"} == {
        key: value for key, value in own.items() if key != "seconds"
    }
    tested = core("runs", "compare", one, other, "--json").json["tested"]
    assert {key: found["comparison"][key] for key in tested} == tested
    assert found["examples"] == [] and found["comparison"]["examples"] == []


def test_each_form_is_written_and_said_in_one_line(two, tmp_path):
    core, one, _ = two
    for name in ("r.html", "r.md", "r.json"):
        done = core("report", one, tmp_path / name, "--with-examples", 2, "--grouping", "raw")
        assert done.status == 0, done.err
        assert done.out.startswith(f"wrote {tmp_path / name} (") and done.out.count("\n") == 1
        assert "42 classes" in done.out
        assert one in (tmp_path / name).read_text(encoding="utf-8")
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert len(found["examples"]) == 2
    for row in found["examples"]:
        assert row["headline"] and row["true"] != row["predicted"]


def test_the_same_run_gives_the_same_file(two, tmp_path):
    core, one, other = two
    for name in ("a.html", "b.html"):
        assert core("report", one, tmp_path / name, "--against", other, "--with-examples", 3).status == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_what_cannot_be_written_or_compared_is_one_line_and_no_file(two, tmp_path):
    core, one, other = two
    assert "has another ending; name it FILE.html" in refused(core("report", one, tmp_path / "r.pdf"))
    assert "is a folder" in refused(core("report", one, tmp_path))
    assert "does not exist; make it first" in refused(core("report", one, tmp_path / "no" / "r.html"))
    assert "compared with itself" in refused(core("report", one, tmp_path / "r.html", "--against", one))
    assert "does not exist" in refused(core("report", "nope-nope", tmp_path / "r.html"))
    split = core("report", one, tmp_path / "r.html", "--grouping", "raw", "--against", other)
    assert "splits group" in refused(split)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_is_one_line(two, tmp_path):
    core, one, _ = two
    refused(core("report", one, tmp_path / f"{'x' * 300}.html"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no folder here that not even root can write to")
def test_a_folder_that_cannot_be_written_to_is_one_line(two):
    core, one, _ = two
    assert "report file '/proc/r.html' cannot be written" in refused(core("report", one, "/proc/r.html"))
