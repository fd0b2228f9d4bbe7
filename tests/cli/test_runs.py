"""`runs` on the command line: what people do among their runs, and what they are told when they cannot."""

import json
import signal

import pytest

from core.runs import local, states, store
from core.storage import models_root
from tests import homes
from tests.cli.conftest import CommandLine


def import_few(core, folder):
    """Import a few rows, by way of a file in ``folder``."""
    rows = "".join(f"{word} {number},{word.upper()}\n" for word in ("roses", "ferries") for number in range(9))
    (folder / "few.csv").write_text("headline,category\n" + rows)
    assert core("data", "import", folder / "few.csv", "--name", "few").status == 0


@pytest.fixture
def few(core, tmp_path):
    """A folder with a dataset of a few rows, also for this process."""
    import_few(core, tmp_path)
    return core


@pytest.fixture
def one(few, tmp_path_factory):
    """A run that has succeeded: trained once, and copied."""

    def make(folder):
        core = CommandLine(folder)
        import_few(core, folder)
        assert core("train", "--dataset", "few", "--wait", "--json").json["state"] == states.SUCCEEDED
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COPYDESK_HOME", str(folder))
            homes.wait_until_quiet()

    homes.copy(homes.made_once(tmp_path_factory, "cli few", make) / "models", models_root())
    (run,) = store.list_all()
    return run.id


@pytest.fixture
def working(few, hold):
    """A run that stays at work, and is cancelled at the end."""
    hold("read")
    run_id = few("train", "--dataset", "few", "--json").json["run"]
    for _ in range(600):
        if store.load(run_id).status["progress"]["phase"] == "read":
            break
        local.wait_a_moment(0.05)
    yield run_id
    for run in store.list_all():
        if run.alive:
            local.wait(local.cancel(run))


def test_a_list_is_filtered_sorted_and_cut(few, one):
    other = few("runs", "retry", one, "--set", "epochs=9", "--wait", "--json").json["run"]

    def ids(*options):
        return [run["run"] for run in few("runs", "list", *options, "--json").json["runs"]]

    assert ids() == [other, one]
    assert ids("--sort", "name") == sorted([one, other])
    assert ids("--limit", "1") == [other]
    assert ids("--state", "failed", "--state", "cancelled") == []
    assert ids("--text", one[-4:], "--dataset", "few", "--model", "logistic") == [one]
    assert "No run matches." in few("runs", "list", "--dataset", "none").out
    assert "state 'done' is unknown" in few("runs", "list", "--state", "done").err
    assert "sort key 'age' is unknown" in few("runs", "list", "--sort", "age").err


def test_a_name_and_a_note_are_shown_and_the_name_finds_the_run(few, one):
    assert few("runs", "rename", one, "baseline", "--json").json == {"run": one, "name": "baseline"}
    assert few("runs", "note", "baseline", "as the notebook", "--json").json["note"] == "as the notebook"
    shown = few("runs", "show", "baseline", "--json").json
    assert (shown["run"], shown["name"], shown["note"]) == (one, "baseline", "as the notebook")
    assert "baseline" in few("runs", "list").out
    assert few("evaluate", "baseline", "--json").json["run"] == one
    assert few("runs", "delete", "baseline", "--yes", "--json").json == {"run": one, "deleted": True}


def test_two_runs_are_compared(few, one):
    other = few("runs", "retry", one, "--set", "epochs=9", "--wait", "--json").json["run"]
    found = few("runs", "compare", one, other, "--json").json
    assert found["runs"] == [one, other]
    differing = {line["field"]: line["values"] for line in found["lines"] if line["differs"] and line["part"] == "spec"}
    assert differing == {"epochs": [7, 9]}
    text = few("runs", "compare", one, other).out
    assert "epochs" in text
    assert "batch_size" not in text
    assert "batch_size" in few("runs", "compare", one, other, "--all").out
    assert few("runs", "compare", one, one).out == "Nothing differs.\n"


def test_a_run_that_waits_shows_its_place_and_changes_it(few, working):
    second, third = (few("train", "--dataset", "few", "--json").json["run"] for _ in range(2))
    assert few("runs", "show", third, "--json").json["place"] == 2
    moved = few("runs", "priority", third, "5", "--json").json
    assert moved == {"run": third, "state": "queued", "priority": 5, "place": 1}
    listed = few("runs", "list").out
    assert "queued 1" in listed
    assert "queued 2" in listed
    assert "is running; only a run that waits" in few("runs", "priority", working, "1").err
    assert few("runs", "show", second, "--json").json["place"] == 2
    assert "read" in next(line for line in listed.split("\n") if working in line)
    assert f"{few('train', '--dataset', 'few').out.split(';')[0]}".endswith("waits, place 3 in the queue")
    done = few("data", "delete", "few", "--json")
    assert "add --yes to delete" in done.err


def test_a_killed_run_is_interrupted_with_the_reason_and_resumed(few, working):
    import os

    os.kill(store.load(working).status["pid"], signal.SIGKILL)
    shown = few("runs", "show", working, "--json").json
    assert shown["state"] == "interrupted"
    assert "was killed (SIGKILL)" in shown["error"]
    assert "`runs resume` takes it up again" in shown["error"]
    (store.load(working).path / "release").touch()
    done = few("runs", "resume", working, "--wait", "--json")
    assert (done.status, done.json["run"], done.json["state"]) == (0, working, "succeeded")
    again = few("runs", "resume", working)
    assert again.status == 2
    assert "is succeeded, not interrupted; `runs retry" in again.err


def test_logs_are_followed_to_the_end(few, working):
    (store.load(working).path / "release").touch()
    found = few("runs", "logs", working, "--follow")
    assert found.status == 0
    lines = found.out.split("\n")
    moves = [line.split(" state ")[1].split(":")[0] for line in lines if " state " in line]
    assert moves == ["queued", "running", "succeeded"]
    assert "fit" in lines
    assert "succeeded after" in found.out


def test_a_run_cannot_be_deleted_or_retried_with_nonsense(few, working):
    assert "cancel it before deleting it" in few("runs", "delete", working, "--yes").err
    assert "setting 'nope' is unknown" in few("runs", "retry", working, "--set", "nope=1").err
    assert "--set nope is not KEY=VALUE" in few("runs", "retry", working, "--set", "nope").err.replace("'", "")


@pytest.mark.parametrize(
    "command",
    [["show"], ["logs"], ["cancel"], ["resume"], ["retry"], ["delete", "--yes"], ["priority", "1"], ["note", "x"]],
    ids=" ".join,
)
def test_a_run_that_is_not_there_is_told(few, one, command):
    done = few("runs", command[0], "nope", *command[1:])
    assert (done.status, done.out) == (2, "")
    assert done.err == f"error: run 'nope' does not exist; the newest is {one}; `runs list` shows all\n"


def test_a_damaged_run_is_told_beside_the_others_and_can_be_deleted(few, one):
    other = few("runs", "retry", one, "--wait", "--json").json["run"]
    (store.load(other).path / "spec.json").write_text("{")
    found = few("runs", "list", "--json")
    assert [run["run"] for run in found.json["runs"]] == [one]
    assert [wrong["run"] for wrong in found.json["damaged"]] == [other]
    assert f"warning: run {other} cannot be read" in found.err
    assert "spec.json cannot be read" in few("runs", "show", other).err
    assert few("runs", "delete", other, "--yes").status == 0
    assert few("runs", "list", "--json").json["damaged"] == []


def test_what_a_run_will_not_stand_is_warned_of_on_stderr_alone(few):
    done = few("train", "--dataset", "few", "--wait", "--json")
    assert "warning: 2 labels, FERRIES among them, have under 10 test rows" in done.err
    assert json.loads(done.out)["state"] == states.SUCCEEDED
