"""``train`` and ``runs``: start, watch, cancel and delete training runs."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.printing import Json, confirm, emit, pairs, say, table
from core.errors import InputError, shorten

if TYPE_CHECKING:
    from core.runs.store import Run

runs_app = typer.Typer(help="List, show, follow, cancel and delete runs.", no_args_is_help=True, rich_markup_mode=None)

RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, as `runs list` prints it.")]


def train(
    dataset: Annotated[str, typer.Option(help="The dataset to train on.")],
    model: Annotated[str, typer.Option(help="logistic.")] = "logistic",
    target: Annotated[str, typer.Option(help="category (answers any grouping) or group.")] = "category",
    grouping: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="The grouping.", show_default="huffpost-12 where it fits, else raw"),
    ] = None,
    preset: Annotated[str, typer.Option(help="default or notebook.")] = "default",
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A hyperparameter; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="For the split and the fit.")] = 42,
    test_share: Annotated[float, typer.Option(help="Share of each category kept for the test.")] = 0.2,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end; exit with 1 if it is not a success.")] = False,
    json: Json = False,
) -> None:
    """Start a training run. It goes on in the background when this command, or the terminal, ends."""
    from core.data import datasets
    from core.grouping import versions
    from core.runs import local, states
    from core.runs.spec import plan

    chosen = versions.load_or_read(grouping) if grouping is not None else None
    spec = plan(
        datasets.load(dataset),
        model=model,
        target=target,
        grouping=chosen,
        preset=preset,
        overrides=_overrides(set_ or []),
        seed=seed,
        test_share=test_share,
    )
    run = local.submit(spec)
    if not wait:
        text = f"started run {run.id}; `python -m core runs logs {run.id} --follow` shows how it goes"
        emit({"run": run.id, "state": run.state}, text, json)
        return
    run = _wait(run)
    document = run.document()
    emit({key: document[key] for key in ("run", "state", "seconds", "metrics", "error")}, _text(run), json)
    if run.state != states.SUCCEEDED:
        raise typer.Exit(1)


def _overrides(settings: list[str]) -> dict[str, str]:
    """Turn KEY=VALUE texts into a mapping."""
    found = {}
    for setting in settings:
        key, separator, value = setting.partition("=")
        if not separator or not key.strip():
            raise InputError(f"--set {shorten(setting)} is not KEY=VALUE; write for example --set C=2")
        found[key.strip()] = value.strip()
    return found


def _wait(run: Run) -> Run:
    """Wait for the end, telling a person at a terminal how far it is; Ctrl-C leaves the run alone."""
    from core.runs import local

    shown = {"line": ""}

    def look(seen: Run) -> None:
        progress = seen.status["progress"]
        line = f"{progress['phase']} {progress['step']:,}/{progress['total']:,}"
        if line != shown["line"] and sys.stderr.isatty():
            print(f"\r{run.id}  {line:<40}", end="", file=sys.stderr, flush=True)
        shown["line"] = line

    try:
        ended = local.wait(run, look)
    except KeyboardInterrupt:
        say(f"\nrun {run.id} goes on in the background; `python -m core runs cancel {run.id}` would end it")
        raise
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return ended


@runs_app.command("list", epilog="Example: python -m core runs list --json")
def list_(json: Json = False) -> None:
    """List the runs, the newest first."""
    from core.runs import local, store

    local.dispatch()
    found = [run.document() for run in store.list_all()]
    for run_id, reason in store.damaged().items():
        say(f"warning: run {run_id} cannot be read: {reason}")
    rows = [{**run, **{key: (run["metrics"] or {}).get(key) for key in ("accuracy", "macro_f1")}} for run in found]
    columns = ["run", "state", "target", "grouping", "dataset", "preset", "seconds", "accuracy", "macro_f1"]
    emit({"runs": found}, table(rows, columns) if found else "No run yet: start one with `train`.", json)


@runs_app.command(epilog="Example: python -m core runs show 20260101-120000-logistic-1a2b")
def show(run: RunId, json: Json = False) -> None:
    """Show a run: what it was started with, how far it is, its figures."""
    found = _look(run)
    emit(found.document(), _text(found), json)


@runs_app.command(epilog="Example: python -m core runs logs 20260101-120000-logistic-1a2b --follow")
def logs(
    run: RunId,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until the run ends.")] = False,
    json: Json = False,
) -> None:
    """Print what the worker of a run wrote."""
    from core.runs import local, store

    found = _look(run)
    if json:
        emit({"run": found.id, "state": found.state, "log": store.log_tail(found, 10_000)}, "", True)
        return
    with (found.path / "log.txt").open(encoding="utf-8", errors="replace") as file:
        print(file.read(), end="", flush=True)
        while follow and found.alive:
            time.sleep(0.2)
            local.dispatch()
            found = store.load(run)
            print(file.read(), end="", flush=True)


@runs_app.command(epilog="Example: python -m core runs cancel 20260101-120000-logistic-1a2b")
def cancel(run: RunId, json: Json = False) -> None:
    """Stop a run that waits or works; what it made so far is removed."""
    from core.runs import local

    ended = local.wait(local.cancel(_look(run)))
    emit({"run": ended.id, "state": ended.state}, f"run {ended.id} is {ended.state}", json)


@runs_app.command(epilog="Example: python -m core runs delete 20260101-120000-logistic-1a2b --yes")
def delete(
    run: RunId, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, json: Json = False
) -> None:
    """Delete a run with its model; refused while it is alive."""
    from core.runs import local, store

    local.dispatch()
    if run not in store.run_ids():
        store.load(run)  # says what there is
    confirm(f"Delete run {run} and its model?", yes, json)
    store.delete(run)
    emit({"run": run, "deleted": True}, f"deleted run {run}", json)


def _look(run_id: str) -> Run:
    """Return the run as it is now, with workers that are gone settled first."""
    from core.runs import local, store

    local.dispatch()
    return store.load(run_id)


def _text(run: Run) -> str:
    """Return a run for people: its facts, its hyperparameters, its figures."""
    document = run.document()
    progress = document["progress"] or {}
    facts: dict[str, Any] = {
        key: value for key, value in document.items() if isinstance(value, str | int | float) and key != "fingerprint"
    }
    if run.alive:
        facts["progress"] = f"{progress['phase']} {progress['step']:,}/{progress['total']:,}"
    figures = {key: value for key, value in (document["metrics"] or {}).items() if isinstance(value, int | float)}
    return "\n\n".join(filter(None, [pairs(facts), pairs(document["hyperparameters"]), pairs(figures)]))


def register(app: typer.Typer) -> None:
    """Add ``train`` to the program."""
    app.command(epilog="Example: python -m core train --dataset huffpost --preset default --set C=2 --wait")(train)
