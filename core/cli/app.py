"""The commands put together, and how an error becomes one line and an exit status."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import typer

from core import __version__
from core.cli import (
    answers,
    causes,
    confidence,
    data,
    data_leakage,
    data_overview,
    data_quality,
    data_records,
    data_sources,
    data_words,
    drift,
    errors,
    exchange,
    grouping,
    labels,
    models,
    pasted,
    report,
    runs,
    score,
    scores,
    service,
    training,
)
from core.errors import CopydeskError, InputError, one_line, shorten

DONE, RUN_FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    help="Browse, group, train on, inspect and classify news headlines. "
    "Everything lies under COPYDESK_HOME (default: the repository).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
data_sources.register(data.app)
data_records.register(data.app)
data_overview.register(data.app)
data_quality.register(data.app)
data_leakage.register(data.app)
data_words.register(data.app)
drift.register(data.app)
app.add_typer(data.app, name="data")
app.add_typer(grouping.app, name="grouping")
app.add_typer(labels.app, name="labels")
app.add_typer(runs.app, name="runs")
app.add_typer(models.app, name="models")
app.add_typer(scores.app, name="scores")
app.add_typer(pasted.app, name="pasted")
training.register(app)
answers.register(app)
errors.register(app)
causes.register(app)
confidence.register(app)
report.register(app)
score.register(app)
exchange.register(app)
service.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"copydesk {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Hold the options that belong to no command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 the run failed, 2 bad input."""
    _speak_utf8()
    try:
        _check_text(sys.argv[1:] if arguments is None else arguments)
        status = app(arguments, standalone_mode=False, prog_name="python -m core")
        sys.stdout.flush()
        return status if isinstance(status, int) else DONE
    except CopydeskError as error:
        return _fail(str(error))
    except typer.Abort:
        return _fail("not confirmed, so nothing was changed; answer y, or add --yes")
    except typer.TyperException as error:
        return _usage(error)
    except KeyboardInterrupt:
        return _fail("interrupted; what was finished before stays", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; stdout must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        where = f" {error.filename!r}" if error.filename else ""
        return _fail(f"{error.strerror or error}{where}; check the path, its permissions and the free space")


def _speak_utf8() -> None:
    """Print UTF-8 whatever the terminal's setting: JSON is UTF-8, and a headline may hold anything."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _check_text(arguments: Sequence[str]) -> None:
    """Raise InputError for an argument that is not text, which no file of ours could hold."""
    for argument in arguments:
        try:
            argument.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(f"argument {shorten(argument)} is not UTF-8 text; write it in UTF-8") from error


def _usage(error: typer.TyperException) -> int:
    """Say what is wrong with the arguments; for no arguments at all, what there is."""
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "python -m core"
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(message)
        return BAD_INPUT
    return _fail(f"{message.rstrip('.')}; `{command} --help` shows how it is used")


def _fail(message: str, status: int = BAD_INPUT) -> int:
    print(f"error: {one_line(message)}", file=sys.stderr)
    return status
