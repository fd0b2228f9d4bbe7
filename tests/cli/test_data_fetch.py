"""What `data fetch` refuses; tests/data/test_hub.py has what it brings."""

import pytest

from core.cli.app import main
from core.data import hub
from core.data.sources import HUFFPOST


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
