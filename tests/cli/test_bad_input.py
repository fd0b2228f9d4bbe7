"""Each mistake gets one line that says what, which value and what to do; status 2; nothing left behind."""

import os

import pytest

from core.data import datasets
from core.inference import score, score_journal

GOOD = '{"headline": "a", "category": "A"}\n'


def refused(done):
    assert done.status == 2
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
    return done.err.removeprefix("error: ").rstrip("\n")


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("missing.jsonl", None, "missing.jsonl"),
        ("empty.jsonl", b"", "empty"),
        ("binary.jsonl", bytes(range(256)) * 20, "binary.jsonl"),
        ("t.csv", b"a,b\n1,2\n", "--headline COL"),
        ("cut.jsonl.gz", b"\x1f\x8b\x08\x00", "cut.jsonl.gz"),
        ("long.jsonl", b'{"headline": "' + b"x" * 100_000 + b'", "category": "A"}\n', "10,000 characters"),
    ],
)
def test_files_that_cannot_be_imported(core, tmp_path, name, content, part):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = core.files()
    assert part in refused(core("data", "import", tmp_path / name, "--name", "d"))
    assert [path for path in core.files() if path not in before and path != "data"] == []


def test_a_directory_is_not_imported(core, tmp_path):
    assert "directory" in refused(core("data", "import", tmp_path, "--name", "d"))


@pytest.mark.parametrize("name", ["../x", "a b", "", "."])
@pytest.mark.parametrize(
    "command",
    [
        ["data", "show", "NAME"],
        ["data", "delete", "NAME", "--yes"],
        ["grouping", "show", "NAME"],
        ["runs", "show", "NAME"],
        ["runs", "delete", "NAME", "--yes"],
        ["train", "--dataset", "NAME"],
        ["evaluate", "NAME"],
        ["classify", "--run", "NAME", "--headline", "x"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_names_that_could_leave_their_folder(core, command, name):
    message = refused(core(*[name if part == "NAME" else part for part in command]))
    assert "cannot be used; use 1 to 64 letters, digits" in message
    assert core.files() == []


def test_a_name_that_is_taken_keeps_what_is_there(core, tmp_path):
    core("data", "sample")
    before = core("data", "show", "sample").out
    (tmp_path / "a.jsonl").write_text(GOOD)
    assert "exists already" in refused(core("data", "import", tmp_path / "a.jsonl", "--name", "sample"))
    assert core("data", "show", "sample").out == before


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ([("a", "A"), ("b", "A"), ("c", "A")], "has the single category 'A'"),
        ([("a", "A"), ("b", "A"), ("c", "A"), ("d", "B"), ("e", "B")], "category 'B' of dataset 'd' has 2 records"),
        ([("a", "A"), ("b", "A"), ("c", "A"), ("d", "B")], "category 'B' of dataset 'd' has 1 record,"),
    ],
)
def test_too_little_to_train_on(core, tmp_path, lines, part):
    (tmp_path / "t.csv").write_text("headline,category\n" + "".join(f"{h},{c}\n" for h, c in lines))
    assert core("data", "import", tmp_path / "t.csv", "--name", "d").status == 0
    assert part in refused(core("train", "--dataset", "d"))
    assert core("runs", "list", "--json").json["runs"] == []


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--model", "oracle"], "'oracle'"),
        (["--preset", "best"], "'best'"),
        (["--target", "section"], "'section'"),
        (["--grouping", "nope"], "'nope'"),
        (["--grouping", "nope.yaml"], "'nope.yaml'"),
        (["--set", "C"], "'C'"),
        (["--set", "nope=1"], "'nope'"),
        (["--set", "min_df=many"], "'many'"),
        (["--set", "min_df=-1"], "min_df"),
        (["--test-share", "2"], "2"),
        (["--seed", "x"], "--seed"),
    ],
)
def test_settings_that_cannot_be_used(trained, arguments, part):
    core, _ = trained
    before = core.files()
    assert part in refused(core("train", "--dataset", "sample", *arguments))
    assert core.files() == before


@pytest.mark.parametrize(
    ("headline", "part"),
    [
        ("", "headline is empty; give a text with at least one word"),
        ("  ", "headline is empty; give a text with at least one word"),
        ("😀😀", "headline '😀😀' has no letter or digit; give a text with at least one word"),
        ("x" * 100_000, "has 100,000 characters; give at most 10,000"),
    ],
)
def test_headlines_that_cannot_be_classified(trained, headline, part):
    core, done = trained
    assert part in refused(core("classify", "--run", done["run"], "--headline", headline))


def test_a_bad_line_of_a_file_is_named(trained, tmp_path):
    core, done = trained
    (tmp_path / "h.txt").write_text("fine\n😀\n", encoding="utf-8")
    assert "line 2: headline '😀' has no letter" in refused(
        core("classify", "--run", done["run"], "--file", tmp_path / "h.txt")
    )


def test_a_dataset_with_other_labels_is_refused(trained, tmp_path):
    core, done = trained
    (tmp_path / "t.csv").write_text("headline,category\na,business\n")
    core("data", "import", tmp_path / "t.csv", "--name", "other")
    assert "give a grouping that maps both" in refused(core("evaluate", done["run"], "--dataset", "other"))
    core("data", "delete", "other", "--yes")


@pytest.mark.parametrize(
    "arguments",
    [["nope"], ["data", "nope"], ["train"], ["train", "--bogus"], ["classify", "--run", "r"], ["bench", "nope"]],
    ids=" ".join,
)
def test_arguments_that_do_not_fit(core, arguments):
    refused(core(*arguments))


def test_a_real_process_says_the_same(core):
    assert "cannot be used" in refused(core.process("data", "show", "../x"))


def test_without_arguments_the_help_is_shown(core):
    done = core()
    assert done.status == 2
    assert "Usage:" in done.out


def test_an_argument_that_is_not_text_is_refused(trained):
    core, done = trained
    message = refused(core("classify", "--run", done["run"], "--headline", os.fsdecode(b"x\xff y"), "--json"))
    assert "is not UTF-8 text; write it in UTF-8" in message


def test_output_is_utf_8_whatever_the_terminal_says(trained, monkeypatch):
    core, done = trained
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    found = core.process("classify", "--run", done["run"], "--headline", "Zürich grüßt", "--json")
    assert found.json["results"][0]["headline"] == "Zürich grüßt"


@pytest.mark.parametrize("command", [["data", "delete", "sample"], ["runs", "delete", "RUN"]], ids=" ".join)
def test_json_never_deletes_without_yes(trained, command):
    core, done = trained
    arguments = [done["run"] if part == "RUN" else part for part in command]
    assert "add --yes to delete" in refused(core(*arguments, "--json"))


def interrupted(*arguments, **options):
    raise KeyboardInterrupt


def test_ctrl_c_says_what_stays(core, tmp_path, monkeypatch):
    monkeypatch.delenv("COPYDESK_STARTER")
    monkeypatch.setattr(datasets, "list_all", interrupted)
    monkeypatch.setattr(score, "load_model", interrupted)
    done = core("data", "list", "--json")
    assert (done.status, done.out) == (130, "")
    assert done.err == "stopped: what was finished before stays, and nothing is left half-made\n"
    (tmp_path / "in.jsonl").write_text(GOOD)
    output = tmp_path / "out.csv"
    done = core("score", tmp_path / "in.jsonl", output)
    assert (done.status, done.out) == (130, "")
    assert done.err == f"stopped: no record was scored yet, so nothing is kept; {output} is as it was\n"
    score_journal.folder_of(output).mkdir()
    score_journal.note(score_journal.folder_of(output), score_journal.Journal({}, taken=2_000))
    told = core("score", tmp_path / "in.jsonl", output).err
    assert told.startswith("stopped: 2,000 records done so far, kept in ")
    assert told.endswith("; the same command goes on there, and with --restart begins anew\n")
