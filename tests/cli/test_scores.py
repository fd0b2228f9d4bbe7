"""Scorings in the background, on the command line: listed, taken up, ended, removed."""

import json

import pytest

from core import background
from core.cli.app import main
from core.inference import score_jobs
from core.inference.score_jobs import KEPT_DAYS, Order


@pytest.fixture
def job(home, tmp_path, monkeypatch):
    """A scoring by the starter that is not at work yet; it is done in this process once it is started."""
    monkeypatch.delenv("COPYDESK_STARTER")
    monkeypatch.setattr(background, "start", lambda *_, **__: None)
    (home / "few.csv").write_text("headline\nSenate Votes\n")
    found = score_jobs.start(Order("starter"), home / "few.csv")
    monkeypatch.setattr(background, "start", lambda folder, *_, **__: score_jobs.main([str(folder)]))
    return found


@pytest.fixture
def say(job, capsys):
    """Return ``say(*arguments)`` -> JSON document, or the error's line."""

    def said(*arguments):
        main(["scores", *arguments, "--json"])
        out, err = capsys.readouterr()
        return json.loads(out) if out else err

    return said


def test_a_scoring_is_listed_taken_up_and_removed(job, say):
    (one,) = say("list")["scorings"]
    assert (one["id"], one["state"], one["file"], one["output"]) == (job.id, None, "few.csv", None)
    done = say("go-on", job.id[:6])
    assert (done["state"], done["rows"], done["share"], done["output"]) == ("succeeded", 1, 1.0, str(job.output))
    assert say("go-on", job.id) == f"error: scoring {job.id} is done; see {job.output}\n"
    assert say("remove", "--old", "--yes") == {"removed": []}
    assert say("remove", job.id) == "error: --json asks no question; add --yes to delete\n"
    assert say("remove", job.id, "--yes") == {"removed": [job.id]}
    assert say("list") == {"scorings": []}


def test_what_cannot_be_done_is_told_in_one_line(job, say):
    assert say("cancel", job.id) == "error: no such scoring is at work; it has ended already, or never began\n"
    assert say("remove") == "error: give either an ID or --old, one of the two\n"
    assert say("cancel", "nope") == "error: scoring 'nope' does not exist; `scores list` lists all\n"


def test_old_ones_go_when_asked(job, say, monkeypatch):
    monkeypatch.setattr(score_jobs.time, "time", lambda: job.begun + (KEPT_DAYS + 1) * score_jobs.DAY)
    assert say("remove", "--old", "--yes") == {"removed": [job.id]}
