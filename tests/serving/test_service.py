"""The service over real HTTP: the answers of `classify`, one line for what is wrong, and what it does not let in."""

import asyncio
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from functools import partial
from types import SimpleNamespace

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from core.cli.app import main
from core.grouping.builtin import RAW
from core.inference.classify import classify, load_model
from core.runs import store
from core.serving import connection
from core.serving import server as server_module
from core.serving import service as serving
from core.serving.limits import Buckets, Gate, Limits
from core.serving.schemas import Question
from core.serving.server import run
from core.serving.service import Recent
from core.storage import REPOSITORY
from tests import loops

HEADLINES = [
    "Senate Passes Budget After Long Night",
    "Quarterback Wins Game",
    "<script>alert(1)</script> Emoji 😀",
    "=1+1 A",
]


class Server:
    """A service in a process of its own."""

    def __init__(self, home, *arguments, **environment):
        outside = {**os.environ, "COPYDESK_HOME": str(home), **environment}
        outside.pop("COPYDESK_STARTER", None)
        # Port 0: the system gives a free one, so that no two tests want the same.
        command = [sys.executable, "-c", PROGRAM, *arguments]
        self.process = subprocess.Popen(command, cwd=REPOSITORY, env=outside, stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+),", self.process.stdout.readline())[1])

    def ask(self, method, path, body=None, headers=None, connection=None):
        """Return (status, JSON document or text, headers) of one request."""
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        content = json.dumps(body) if isinstance(body, dict | list) else body
        own.request(method, path, content, {"Content-Type": "application/json", **(headers or {})})
        answer = own.getresponse()
        text = answer.read().decode("utf-8")
        if connection is None:
            own.close()
        kind = answer.getheader("Content-Type", "")
        return answer.status, json.loads(text) if kind.startswith("application/json") else text, answer.headers

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        return status


PROGRAM = (
    "import json, sys; from core.serving.limits import Limits; from core.serving.server import run;"
    "run(0, Limits(**json.loads(sys.argv[1] if len(sys.argv) > 1 else '{}')))"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = Server(tmp_path_factory.mktemp("home"))
    yield found
    assert found.end() in (0, -signal.SIGTERM)


def through(limits, *chunks, path="/classify", method="POST", **headers):
    """Return (status, JSON document, headers) of one request to what stands in front of an application."""
    return loops.run(_through(Gate(_echo, limits), chunks, path, method, headers))


async def _echo(scope, receive, send):
    """Answer with the length of the body."""
    body = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(body["body"])).encode()})


async def _through(gate, chunks, path, method, headers):
    given = [(name.encode(), value) for name, value in {"host": b"127.0.0.1", **headers}.items()]
    scope = {"type": "http", "path": path, "method": method, "headers": given, "client": ("127.0.0.1", 1)}
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    sent = []

    async def receive():
        if messages:
            return messages.pop(0) | ({} if messages or None in chunks else {"more_body": False})
        return await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    await gate(scope, receive, send)
    start, body = sent
    return start["status"], json.loads(body["body"]), dict(start["headers"])


@pytest.fixture(scope="module")
def model():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COPYDESK_STARTER")
        return load_model(store.load("starter"))


def expected(model, items, **how):
    documents = [answer.document() for answer in classify(model, items, **how)]
    return [{key: value for key, value in one.items() if key != "seconds"} for one in documents]


def close(found, wanted):
    """Tell whether answers are the same: a batch may differ from a single text in the last bits."""
    for one, other in zip(found, wanted, strict=True):
        assert {**one, "seconds": 0}.keys() == {**other, "seconds": 0}.keys()
        for key in other:
            if key == "probabilities" or key == "confidence":
                assert one[key] == pytest.approx(other[key], abs=1e-6)
            else:
                assert one[key] == other[key]
    return True


def test_one_headline(server, model):
    status, document, _ = server.ask("POST", "/classify", {"headline": HEADLINES[0], "top": 3, "explain": True})
    assert (status, document["run"], document["grouping"]) == (200, "starter", "huffpost-12")
    assert close(document["results"], expected(model, [(HEADLINES[0], "")], top=3, explain=True))
    assert document["results"][0]["seconds"] > 0


def test_many_in_their_order_under_another_grouping(server, model):
    items = [{"headline": headline, "description": "a note"} for headline in HEADLINES]
    _, document, _ = server.ask("POST", "/classify", {"items": items, "grouping": "raw"})
    assert close(document["results"], expected(model, [(one["headline"], "a note") for one in items], grouping=RAW))


def test_what_it_tells_of_itself(server):
    assert server.ask("GET", "/healthz")[:2] == (200, {"status": "ok", "version": "0.1.0", "run": "starter"})
    _, document, _ = server.ask("GET", "/models")
    assert [one["run"] for one in document["models"]] == ["starter"]
    _, openapi, _ = server.ask("GET", "/openapi.json")
    assert {"/classify", "/models", "/healthz"} == openapi["paths"].keys()
    status, page, headers = server.ask("GET", "/docs")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "POST /classify" in page
    for told in ("&quot;items&quot;: [", "1,000 headlines and 1,000,000 bytes", "COPYDESK_TOKEN"):
        assert told in page
    for methods in openapi["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                assert answer["content"]["application/json"]["schema"].get("$ref"), (operation["summary"], status)
    assert not re.search(r"(src|href)=.https?://(?!127\.0\.0\.1)", page)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 400, "give either a headline or items, one of the two"),
        ({"headline": "A", "items": []}, 400, "give either a headline or items, one of the two"),
        ({"headline": "  "}, 400, "headline is empty; give a text with at least one word"),
        ({"items": []}, 400, "items is empty; give at least one"),
        ({"items": [{"headline": "A"}, {"headline": "!"}]}, 400, "item 1: headline '!' has no letter or digit; give "),
        ({"items": [{"headline": "A"}], "description": "B"}, 400, "description goes with headline; items have their"),
        ({"headline": "A", "run": "nope"}, 404, "run 'nope' does not exist; "),
        ({"headline": "A", "grouping": "nope"}, 404, "grouping 'nope' does not exist; "),
        ({"headline": 3}, 422, "headline: Input should be a valid string, not '3'; /docs shows what can be asked"),
        ({"headline": "A", "top": 0}, 422, "top: Input should be greater than or equal to 1, not '0'"),
        ({"headline": "A", "tpo": 1}, 422, "tpo: Extra inputs are not permitted, not '1'"),
        ({"headline": "A \ud800"}, 400, "headline or description holds half a surrogate pair; send whole characters"),
        (b'{"headline": "A \xff"}', 400, "There was an error parsing the body; /docs shows what can be asked"),
        ("{", 422, "1: JSON decode error"),
        ("\0", 422, "0: JSON decode error"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(server, body, status, message):
    found, document, _ = server.ask("POST", "/classify", body)
    assert (found, document.keys()) == (status, {"error"})
    assert document["error"].startswith(message)
    assert "\n" not in document["error"]


def test_a_page_of_another_site_is_turned_away(server):
    status, document, _ = server.ask("GET", "/models", headers={"Host": "evil.example"})
    assert (status, document["error"][:40]) == (421, "this service answers to 127.0.0.1, local")
    # A form of another page can send text, but not JSON.
    status, _, _ = server.ask("POST", "/classify", {"headline": "A"}, {"Content-Type": "text/plain"})
    assert status == 422


@pytest.mark.parametrize("token", ["a-token-of-tests", "žluťoučký"])
def test_the_token_is_asked_for(token):
    limits = Limits(token=token)
    for wrong in (b"", b"Bearer wrong", f"Basic {token}".encode(), b"Bearer \xff"):
        status, document, headers = through(limits, b"", path="/models", method="GET", authorization=wrong)
        assert (status, headers[b"www-authenticate"]) == (401, b"Bearer")
        assert document == {"error": "the token is missing or wrong; send it as 'Authorization: Bearer TOKEN'"}
    assert through(limits, b"", path="/models", authorization=f"Bearer {token}".encode())[0] == 200
    assert through(limits, b"", path="/healthz")[0] == 200


def test_limits_on_size_and_time():
    message = "the request is larger than 300 bytes; send fewer headlines at once"
    limits = Limits(bytes=300)
    assert through(limits, b"x" * 200, b"y" * 100)[:2] == (200, 300)
    # Of told, of untold, and of wrongly told length.
    for chunks, told in (([b""], {"content-length": b"301"}), ([b"x" * 200] * 2, {}), ([b"x" * 301], {})):
        assert through(limits, *chunks, **told)[:2] == (413, {"error": message})
    status, document, _ = loops.run(_through(Gate(_echo, Limits(seconds=0)), (), "/classify", "POST", {}))
    assert (status, document) == (408, {"error": "the request did not come within 0 s; send it again"})


def test_a_request_that_is_half_sent_does_not_hold_up_the_end():
    async def ended():
        gate = Gate(_echo, Limits())
        asked = asyncio.ensure_future(_through(gate, (), "/classify", "POST", {}))
        await asyncio.sleep(0)
        gate.end()
        return await asked

    status, document, _ = loops.run(ended())
    assert (status, document) == (503, {"error": "the service is about to end; ask again once it is there"})


def test_a_client_that_does_not_say_what_it_wants_is_cut_off(monkeypatch):
    """Before its first request, within a head, and within the head of a second one; one that is answered is not."""

    async def said(*parts):
        config = uvicorn.Config(_echo, http=connection.TimedConnection, lifespan="off", log_level="critical")
        config.load()
        loop = asyncio.get_running_loop()
        made = partial(connection.TimedConnection, config, ServerState(), {})
        server = await loop.create_server(made, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for part in parts:
            writer.write(part)
            if part.endswith(b"\r\n\r\n"):
                await reader.readuntil(b"0\r\n\r\n")
        rest = await reader.read()
        writer.close()
        server.close()
        return rest

    monkeypatch.setattr(connection.TimedConnection, "head_seconds", 0.05)
    whole = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert loops.run(said()) == loops.run(said(b"GET / HT")) == loops.run(said(whole, b"GET")) == b""


def test_the_rate_is_one_of_each_client():
    gate = Gate(_echo, Limits(rate=0.5), clock=lambda: 0.0)
    ask = partial(_through, gate, (b"",), "/classify", "POST")
    assert loops.run(ask({}))[0] == 200
    status, document, headers = loops.run(ask({"x-forwarded-for": b"10.0.0.1"}))
    assert (status, headers[b"retry-after"]) == (429, b"1")
    assert document == {"error": "more than 0.5 requests a second; wait 2.000 s"}


def test_a_client_cannot_say_that_it_is_another_one(monkeypatch):
    """uvicorn believes X-Forwarded-For of this machine, where all clients are."""
    configs = []
    fake = SimpleNamespace(run=lambda **_: 0)
    monkeypatch.setattr(server_module, "Server", lambda config, gate: configs.append(config) or fake)
    run(0, Limits())
    assert configs[0].proxy_headers is False


def test_a_body_of_untold_length_is_bounded_too(server):
    def chunks():
        for _ in range(3):
            yield b" " * 500_000

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/classify", chunks(), {"Content-Type": "application/json"}, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nope", 404), ("GET", "/classify", 405), ("OPTIONS", "/models", 405), ("DELETE", "/classify", 405)],
)
def test_what_is_not_there_is_told_as_all_else(server, method, path, status):
    found, document, _ = server.ask(method, path)
    assert (found, document.keys()) == (status, {"error"})
    assert document["error"].endswith("; /docs shows what can be asked")


def test_names_of_this_machine(server):
    for host, status in (("LOCALHOST:1", 200), ("[::1]:8600", 200), ("127.0.0.1", 200), ("127.0.0.1.evil.org", 421)):
        assert server.ask("GET", "/healthz", headers={"Host": host})[0] == status


def test_reasons_of_many_keep_nobody_waiting():
    """They are found beside the loop that answers all others."""
    threads = []

    def answers(*arguments, **options):
        threads.append(threading.current_thread())
        return []

    async def ask(service, count):
        items = [{"headline": f"Senate Votes {number}"} for number in range(count)]
        await service.reply(Question(items=items, explain=True))

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COPYDESK_STARTER")
        patch.setattr(serving, "answers_from", answers)
        own = serving.Service(Limits())
        loops.run(ask(own, 21))
        own.close()
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_many_clients_at_once_get_their_own_answers(server, model):
    """16 connections with 25 requests each, as fast as they can."""
    wanted = {
        headline: one["label"]
        for headline, one in zip(HEADLINES, expected(model, [(h, "") for h in HEADLINES]), strict=True)
    }
    wrong, lock = [], threading.Lock()

    def client(number):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        for turn in range(25):
            headline = HEADLINES[(number + turn) % len(HEADLINES)]
            status, document, _ = server.ask("POST", "/classify", {"headline": headline}, connection=connection)
            label = document["results"][0]["label"] if status == 200 else document
            if label != wanted[headline]:
                with lock:
                    wrong.append((headline, label))
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_port_that_is_taken(server, capsys):
    assert main(["serve", "--port", str(server.port)]) == 2
    assert capsys.readouterr() == (
        "",
        f"error: port {server.port} of 127.0.0.1 cannot be used (Address already in use); give another --port\n",
    )


@given(st.lists(st.floats(0, 2), max_size=40), st.sampled_from([0.5, 1.0, 3.0]))
def test_a_bucket_lets_no_more_through_than_its_rate(pauses, rate):
    now = 0.0
    buckets = Buckets(rate, clock=lambda: now)
    passed = []
    for pause in pauses:
        now += pause
        wait = buckets.take("client")
        if not wait:
            passed.append(now)
        else:
            assert 0 < wait <= 1 / rate
    for place, begin in enumerate(passed):
        within = [moment for moment in passed[place:] if moment - begin <= 10]
        assert len(within) <= max(rate, 1) + rate * 10 + 1e-6


def test_each_client_has_its_own_bucket():
    buckets = Buckets(1.0, clock=lambda: 0.0)
    assert [buckets.take(name) for name in ("a", "b", "a", "b")] == [0.0, 0.0, 1.0, 1.0]
    assert all(Buckets(0.0).take("a") == 0.0 for _ in range(100))


def test_a_name_is_looked_for_once_a_second():
    now, asked = 0.0, []
    recent = Recent(lambda name: asked.append(name) or len(asked), clock=lambda: now)
    assert [recent.of("a"), recent.of("a"), recent.of("b")] == [1, 1, 2]
    now = 1.5
    assert recent.of("a") == 3
