"""What a request must be before it is looked at: for this host, with the token, not too many, not too large."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HOSTS = ("127.0.0.1", "localhost", "[::1]")
CLIENTS = 1000
OPEN_PATHS = ("/healthz",)

Scope = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """What a client may ask.

    Attributes
    ----------
    bytes: of a request's body at most.
    items: headlines in one request at most.
    rate: requests a second of one client, over a second at a time; 0: any number.
    seconds: in which the body of a request has to come.
    token: what has to stand behind "Authorization: Bearer "; None: nothing.
    """

    bytes: int = 1_000_000
    items: int = 1_000
    rate: float = 2_000.0
    seconds: float = 30.0
    token: str | None = None


class Refused(Exception):
    """A request that is not answered: its status, and why, one line."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class Buckets:
    """How many requests each client has left: a token bucket of one second (RFC 2697 without colours)."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Return 0.0 and take one from the client's bucket, or the seconds until there is one."""
        if not self._rate:
            return 0.0
        now = self._clock()
        most = max(self._rate, 1.0)
        left, then = self._left.pop(client, (most, now))
        left = min(most, left + (now - then) * self._rate)
        allowed = left >= 1
        self._left[client] = (left - 1 if allowed else left, now)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate


class Gate:
    """An ASGI application in front of another one, which sees only what the limits let through."""

    def __init__(self, app: Any, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._limits = app, limits
        self._buckets = Buckets(limits.rate, clock)
        self._waiting: set[asyncio.Timeout] = set()
        self._ending = False

    def end(self) -> None:
        """Wait for no request any more that has not come whole: the service is about to end."""
        self._ending = True
        for limit in self._waiting:
            limit.reschedule(0.0)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope)
            body = await self._timely(scope, receive)
        except Refused as refused:
            await _answer(send, refused)
            return
        await self._app(scope, _replay(body, receive), send)

    def _check(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name.lower() not in HOSTS:
            # A page of another site can make a browser ask us under its own name (DNS rebinding).
            raise Refused(421, f"this service answers to {', '.join(HOSTS)} alone; ask it by one of these names")
        if scope["path"] in OPEN_PATHS:
            return
        if self._limits.token is not None:
            given = headers.get(b"authorization", b"")
            if not hmac.compare_digest(given, f"Bearer {self._limits.token}".encode()):
                raise Refused(401, "the token is missing or wrong; send it as 'Authorization: Bearer TOKEN'")
        client = scope["client"][0] if scope.get("client") else ""
        if wait := self._buckets.take(client):
            raise Refused(429, f"more than {self._limits.rate:g} requests a second; wait {wait:.3f} s")

    async def _timely(self, scope: Scope, receive: Any) -> bytes:
        """Return the whole body; Refused where it does not come in time."""
        try:
            async with asyncio.timeout(self._limits.seconds) as limit:
                self._waiting.add(limit)
                try:
                    return await self._body(scope, receive)
                finally:
                    self._waiting.discard(limit)
        except TimeoutError as error:
            if self._ending:
                raise Refused(503, "the service is about to end; ask again once it is there") from error
            told = f"the request did not come within {self._limits.seconds:g} s; send it again"
            raise Refused(408, told) from error

    async def _body(self, scope: Scope, receive: Any) -> bytes:
        """Return the whole body, no longer than it may be."""
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._limits.bytes:
            raise self._too_large()
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400, "the request was broken off")
            part = message.get("body", b"")
            size += len(part)
            if size > self._limits.bytes:
                raise self._too_large()
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)

    def _too_large(self) -> Refused:
        return Refused(413, f"the request is larger than {self._limits.bytes:,} bytes; send fewer headlines at once")


def _replay(body: bytes, receive: Any) -> Any:
    """Return what gives the body once, and then what the client does."""
    given = False

    async def once() -> dict[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


async def _answer(send: Any, refused: Refused) -> None:
    content = json.dumps({"error": refused.message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    if refused.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if refused.status == 429:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
