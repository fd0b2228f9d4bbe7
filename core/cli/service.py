"""``open``, ``serve`` and ``bench``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli.printing import Json, emit, table
from core.errors import InputError, shorten

TOKEN = "COPYDESK_TOKEN"  # noqa: S105 - the name of a setting


def open_(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on 127.0.0.1.")] = 8501,
) -> None:
    """Open the app, on this machine only. Ends with Ctrl-C; training goes on."""
    from core.storage import REPOSITORY

    os.chdir(REPOSITORY)
    os.execv(  # noqa: S606 - our own interpreter, fixed arguments
        sys.executable,
        [sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "Home.py"), "--server.port", str(port)],
    )


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on 127.0.0.1.")] = 8600,
    rate: Annotated[
        float, typer.Option(metavar="N", min=0, help="Requests a second that one client may send; 0: any number.")
    ] = 2000,
    max_bytes: Annotated[int, typer.Option(metavar="N", min=1000, help="Bytes of a request at most.")] = 1_000_000,
    max_items: Annotated[int, typer.Option(metavar="N", min=1, help="Headlines in a request at most.")] = 1_000,
) -> None:
    """Answer programs over HTTP, on this machine only: POST /classify, GET /models, /healthz and /docs.

    With COPYDESK_TOKEN set, each request has to send it as "Authorization: Bearer TOKEN". Ends with Ctrl-C.
    """
    from core.serving.limits import Limits
    from core.serving.server import run

    token = os.environ.get(TOKEN) or None
    run(port, Limits(bytes=max_bytes, items=max_items, rate=rate, token=token))


def bench(
    name: Annotated[
        str,
        typer.Argument(help="What to measure; an unknown name lists all there are."),
    ],
    file: Annotated[Path | None, typer.Option(help="The headlines to measure with.", show_default="the sample")] = None,
    rounds: Annotated[int, typer.Option(min=1, max=20, help="How often each is measured.")] = 1,
    rows: Annotated[
        int | None,
        typer.Option(min=1_000, help="explore: grow the file to so many.", show_default="209,527, then 5,000,000"),
    ] = None,
    json: Json = False,
) -> None:
    """Measure speed on this machine, with both sides of a comparison in the same run."""
    from core import bench as benches

    if name not in benches.BENCHES:
        raise InputError(f"bench {shorten(name)} does not exist; choose one of: {', '.join(benches.BENCHES)}")
    if rows is not None and name != "explore":
        raise InputError(f"bench {name} has no --rows; leave it out, or measure explore")
    options = {} if rows is None else {"rows": rows}
    document = benches.BENCHES[name](file, rounds, **options)
    emit({"bench": name, **document}, _text(document), json)


def _text(document: dict[str, object]) -> str:
    measured = document["measured"]
    columns = list(dict.fromkeys(key for row in measured for key in row))  # type: ignore[attr-defined]
    rest = [f"{key}  {value}" for key, value in document.items() if key != "measured"]
    return "\n".join([table(measured, columns), *rest])  # type: ignore[arg-type]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("open", epilog="Example: python -m core open --port 8502")(open_)
    app.command(epilog="Example: python -m core serve --port 8600")(serve)
    app.command(epilog="Example: python -m core bench logistic --file huffpost.jsonl.gz")(bench)
