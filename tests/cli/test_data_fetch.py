"""`data fetch` on a hub on localhost, as a script meets it: a process, its two streams and its exit status."""

import os
import subprocess
import sys

import pytest

from core.cli.app import main
from core.data import datasets, hub
from core.data.sources import HUFFPOST
from core.storage import REPOSITORY
from tests.hub_server import serving_hub

FEW = b"title,topic\n" + b"".join(b"Tide turns %d,SEA\n" % number for number in range(9))


def test_a_dataset_comes_from_the_hub_as_json(home, monkeypatch):
    with serving_hub() as served:
        served.repositories = {"news/few": {"few.csv": FEW}}
        served.licences = {"news/few": "mit"}
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        monkeypatch.setenv("HF_HOME", str(home / "hf"))
        command = [sys.executable, "-m", "core", "data", "fetch", "news/few", "--headline", "title", "--json"]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, env=os.environ)
    assert (done.returncode, done.stderr) == (0, "asks the hub\ndownloads\nreads\nimports\n")
    (dataset,) = datasets.list_all()
    assert f'"dataset": "{dataset.name}", "rows": 9,' in done.stdout
    assert (dataset.name, dataset.licence) == ("few", "mit")
    assert not list((home / "cache" / "imports").iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["huffpost"],
            "http://127.0.0.1:9 cannot be reached (ConnectError); connect to the internet, or take an upload, a file "
            "on the server, or the sample",
        ),
        (
            ["huffpost", "--split", "test"],
            "huffpost is fetched as it is published, so --split says nothing; for another part of it fetch "
            "heegyu/news-category-dataset",
        ),
        (["huffpost", "--name", "there"], "dataset 'there' exists already; choose another name, or delete it first"),
        (["a b"], "'a b' is no name on the hub; give it as owner/name, as in its address there"),
    ],
    ids=["no hub", "option", "taken", "no name"],
)
def test_what_cannot_be_fetched_is_one_line(home, capsys, monkeypatch, arguments, message):
    (home / "data" / "there").mkdir(parents=True)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert main(["data", "fetch", *arguments]) == 2
    assert capsys.readouterr().err.removeprefix(f"{HUFFPOST.notice}\nasks the hub\n") == f"error: {message}\n"


def test_without_a_network_it_says_so_at_once(home, capsys, monkeypatch):
    monkeypatch.setattr(hub, "unreachable", lambda: "this machine has no network")
    assert main(["data", "fetch", "huffpost"]) == 2
    assert "cannot be reached (this machine has no network); connect to the internet, or" in capsys.readouterr().err
