"""A connection whose client has to say what it wants: one that sends no head of a request in time is closed."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0


class TimedConnection(H11Protocol):
    """HTTP/1.1 of uvicorn, which limits how long a connection is idle between requests, but not before or within one.

    A client that sends a byte now and then (a slow loris) would hold its connection for good.
    """

    head_seconds = HEAD_SECONDS
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._expect_nothing()
        else:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        # From the first byte on: further ones do not give more time.
        if self._late is None:
            self._late = self.loop.call_later(self.head_seconds, self.transport.close)

    def _expect_nothing(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
