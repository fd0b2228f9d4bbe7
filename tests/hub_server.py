"""A small Hugging Face hub on localhost: what `datasets` and our own download ask of one, and its ways to fail."""

import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

COMMIT = "c0ffee" * 6 + "cafe"


@dataclass
class Hub:
    """What the hub holds and how it behaves.

    Attributes
    ----------
    repositories: owner/name -> path -> content. licences: owner/name -> what its card says.
    gated: names that are open only to some. changed: paths that are sent with their last byte changed.
    breaks: path -> how many bytes are sent of it each time before the line goes dead.
    no_ranges: send the whole whatever part is asked for. asked: (path, range) of each file that was sent.
    """

    repositories: dict = field(default_factory=dict)
    licences: dict = field(default_factory=dict)
    gated: set = field(default_factory=set)
    changed: set = field(default_factory=set)
    breaks: dict = field(default_factory=dict)
    no_ranges: bool = False
    asked: list = field(default_factory=list)
    address: str = ""


@contextmanager
def serving_hub():
    """Serve a Hub on a free port of 127.0.0.1 and yield it."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self):
        self.answer(body=True)

    def do_HEAD(self):
        self.answer(body=False)

    def answer(self, *, body):
        path = unquote(self.path.partition("?")[0])
        if path.startswith("/api/datasets/"):
            name, _, rest = self.repository(path.removeprefix("/api/datasets/"))
            self.answer_about(name, rest, body)
        elif path.startswith("/datasets/"):
            name, _, rest = self.repository(path.removeprefix("/datasets/"))
            self.answer_file(name, rest.partition("/")[2].partition("/")[2], body)
        else:
            self.refuse(404, "EntryNotFound")

    @staticmethod
    def repository(path):
        parts = path.split("/", 2)
        return "/".join(parts[:2]), "/", parts[2] if len(parts) > 2 else ""

    def answer_about(self, name, rest, body):
        files = self.hub.repositories.get(name)
        if files is None or name in self.hub.gated:
            self.refuse(401, "GatedRepo" if name in self.hub.gated else "RepoNotFound")
        elif rest.startswith("revision/") and rest.removeprefix("revision/") not in ("main", COMMIT):
            self.refuse(404, "RevisionNotFound")
        elif rest.startswith("tree/"):
            self.send_document(self.listed(files, rest.partition("/")[2].partition("/")[2]) or None, body)
        else:
            siblings = [{"rfilename": path, **self.described(path, data)} for path, data in files.items()]
            licence = self.hub.licences.get(name)
            card = {"cardData": {"license": licence}} if licence else {}
            self.send_document({"id": name, "sha": COMMIT, "siblings": siblings, "private": False, **card}, body)

    def listed(self, files, folder):
        """Return the entries of a folder: files, and folders unless all below is asked for."""
        begin = f"{folder}/" if folder else ""
        inside = {path: data for path, data in files.items() if path.startswith(begin)}
        if "recursive=true" in self.path.lower():
            return [self.described(path, data) for path, data in inside.items()]
        below = dict.fromkeys(begin + path[len(begin) :].partition("/")[0] for path in inside)
        return [
            self.described(path, files[path]) if path in files else {"type": "directory", "path": path, "oid": "0" * 40}
            for path in below
        ]

    @staticmethod
    def described(path, data):
        """Return what the hub says of a file: by git's hash where it is small, by SHA-256 where it is large."""
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        told = {"type": "file", "path": path, "size": len(data), "oid": blob, "blobId": blob}
        large = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
        return told | ({"lfs": {**large, "oid": large["sha256"]}} if len(data) > 1_000 else {})

    def send_document(self, document, body):
        if document is None:
            self.refuse(404, "EntryNotFound")
            return
        data = json.dumps(document).encode()
        self.begin(200, len(data), ("Content-Type", "application/json"))
        if body:
            self.wfile.write(data)

    def answer_file(self, name, path, body):
        data = self.hub.repositories.get(name, {}).get(path)
        if data is None or name in self.hub.gated:
            self.refuse(404, "EntryNotFound" if name in self.hub.repositories else "RepoNotFound")
            return
        if path in self.hub.changed:
            data = data[:-1] + bytes([data[-1] ^ 1])
        begin, end = 0, len(data)
        asked = self.headers.get("Range") if body else None
        if body:
            self.hub.asked.append((path, asked))
        if asked and not self.hub.no_ranges:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            begin, end = int(first), int(last) + 1 if last else end
        etag = ("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.begin(206 if (begin, end) != (0, len(data)) else 200, end - begin, etag)
        if body:
            end = min(end, begin + self.hub.breaks[path]) if path in self.hub.breaks else end
            self.wfile.write(data[begin:end])
            # Fewer bytes than were promised: the line is cut.
            self.close_connection = True

    def begin(self, status, length, *headers):
        self.send_response(status)
        for key, value in (("X-Repo-Commit", COMMIT), ("Content-Length", str(length)), *headers):
            self.send_header(key, value)
        self.end_headers()

    def refuse(self, status, code):
        self.begin(status, 0, ("X-Error-Code", code))

    def log_message(self, *arguments):
        pass
