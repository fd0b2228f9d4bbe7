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
    status_line,
    training,
)
from core.cli.printing import Stopped, harmless
from core.cli.spelling import first_spelling
from core.errors import CopydeskError, InputError, one_line, shorten

DONE, RUN_FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
STOPPED = "stopped: what was finished before stays, and nothing is left half-made"

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
    """Run one command and return its exit status: 0 done, 1 the run failed, 2 bad input, 130 ended by Ctrl-C."""
    _speak_utf8()
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        _check_text(given)
        status = app(first_spelling(given), standalone_mode=False, prog_name="python -m core")
        sys.stdout.flush()
        # Typer tells Ctrl-C by this status, and swallows the exception.
        return _end(STOPPED, INTERRUPTED) if status == INTERRUPTED else status if isinstance(status, int) else DONE
    except CopydeskError as error:
        return _fail(str(error))
    except Stopped as stopped:
        return _end(f"stopped: {stopped}", INTERRUPTED)
    except typer.Abort:
        return _fail("not confirmed, so nothing was changed; answer y, or add --yes")
    except typer.TyperException as error:
        return _usage(error)
    except KeyboardInterrupt:
        return _end(STOPPED, INTERRUPTED)
    except BrokenPipeError:
        return _unread()
    except SystemExit as error:
        # So Typer ends where nobody reads any more; others, such as uvicorn, mean it.
        if not isinstance(error.__context__, BrokenPipeError):
            raise
        return _unread()
    except OSError as error:
        where = f" {error.filename!r}" if error.filename else ""
        return _fail(f"{error.strerror or error}{where}; check the path, its permissions and the free space")
    finally:
        status_line.clear()


def _unread() -> int:
    """End quietly: whoever read our output has gone, as `head` does, and stdout must not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return DONE


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
    told = message.rstrip(".")
    return _fail(f"{told}{'' if told.endswith('?') else ';'} `{command} --help` shows how it is used")


def _fail(message: str) -> int:
    return _end(f"error: {message}", BAD_INPUT)


def _end(message: str, status: int) -> int:
    """Say why a command ends, in one line on stderr, and return its exit status."""
    status_line.clear()
    print(harmless(one_line(message)), file=sys.stderr)
    return status
