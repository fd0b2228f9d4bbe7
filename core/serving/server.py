"""Runs the service until it is asked to end."""

from __future__ import annotations

import resource
import socket

import uvicorn

from core.errors import InputError
from core.serving.connection import TimedConnection
from core.serving.limits import Gate, Limits
from core.serving.service import service_app

HOST = "127.0.0.1"
SECONDS_TO_END, BACKLOG = 5, 2048
IDLE_SECONDS, MOST_CONNECTIONS = 15, 1000


class Server(uvicorn.Server):
    """A server that waits at its end for answers alone, not for requests that are half sent."""

    def __init__(self, config: uvicorn.Config, gate: Gate) -> None:
        super().__init__(config)
        self._gate = gate

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._gate.end()
        await super().shutdown(sockets)


def run(port: int, limits: Limits) -> None:
    """Answer on 127.0.0.1 at ``port`` until SIGINT or SIGTERM; InputError when the port is taken.

    Requests that are being answered then are given five seconds; a second SIGINT ends at once.
    """
    with bound(port) as own:
        gate = service_app(limits)
        print(f"answers at http://{HOST}:{own.getsockname()[1]}, what can be asked: /docs; Ctrl-C ends it", flush=True)
        config = uvicorn.Config(
            gate,
            http=TimedConnection,
            log_level="warning",
            access_log=False,
            server_header=False,
            # What a client says of itself would give it a new rate with each request.
            proxy_headers=False,
            timeout_keep_alive=IDLE_SECONDS,
            limit_concurrency=most_connections(),
            timeout_graceful_shutdown=SECONDS_TO_END,
        )
        try:
            Server(config, gate).run(sockets=[own])
        except KeyboardInterrupt:
            # uvicorn ends in order, and hands the signal on afterwards: Ctrl-C is how it is ended.
            return


def most_connections() -> int:
    """Return how many connections may be open at once; what is beyond gets 503.

    Half of the files that this process may open: models need some, and without any nobody would be let in at all.
    """
    return min(MOST_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


def bound(port: int) -> socket.socket:
    """Return a socket on ``port`` of this machine alone, 0 for any free one; InputError when it is taken."""
    # With its protocol told, asyncio sets TCP_NODELAY on each connection: else every answer waits 40 ms for the
    # client's acknowledgement of its head (Nagle's algorithm meets delayed acknowledgements).
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        own.bind((HOST, port))
        # Who is told of the address may ask at once, and waits until the service has come up.
        own.listen(BACKLOG)
    except OSError as error:
        own.close()
        raise InputError(f"port {port} of {HOST} cannot be used ({error.strerror}); give another --port") from error
    return own
