"""``train``: start a training run, and wait for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli import status_line
from core.cli.printing import Json, Stopped, emit, say
from core.errors import InputError, shorten

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.runs.store import Run

SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A hyperparameter; may be repeated.")
]


def train(
    dataset: Annotated[str, typer.Option(help="The dataset to train on.")],
    model: Annotated[str, typer.Option(help="logistic or transformer.")] = "logistic",
    target: Annotated[str, typer.Option(help="category (answers any grouping) or group.")] = "category",
    grouping: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="The grouping.", show_default="huffpost-12 where it fits, else raw"),
    ] = None,
    preset: Annotated[
        str,
        typer.Option(help="default, notebook or starter; of the transformer default, quick or notebook."),
    ] = "default",
    set_: SetOption = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="For the split and the fit.")] = 42,
    test_share: Annotated[float, typer.Option(help="Share of each category kept for the test.")] = 0.2,
    split: Annotated[
        str, typer.Option(help="random, or past: train on the past, test on the latest share of the rows.")
    ] = "random",
    priority: Annotated[
        int, typer.Option(min=-1000, max=1000, help="A waiting run of a higher priority starts earlier.")
    ] = 0,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="Learn the labels corrected by `labels correct`, test rows apart.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end; exit with 1 if it is not a success.")] = False,
    json: Json = False,
) -> None:
    """Start a training run. It goes on in the background when this command, or the terminal, ends."""
    from core.cli.meant import warn_of_strangers
    from core.data import datasets
    from core.grouping import versions
    from core.grouping.builtin import BUILTIN
    from core.runs import local
    from core.runs.preflight import look_ahead
    from core.runs.spec import plan
    from core.runs.wording import outlook_text

    found = datasets.load(dataset)
    read = versions.load_or_read(grouping) if grouping is not None else None
    if read is not None and grouping not in BUILTIN:
        warn_of_strangers(read.mapping, found.categories, f"dataset {shorten(found.name)}")
    spec = plan(
        found,
        model=model,
        target=target,
        grouping=read,
        preset=preset,
        overrides=overrides_from(set_ or []),
        seed=seed,
        test_share=test_share,
        split=split,
        corrections=corrections_of(found) if corrections else None,
    )
    outlook = look_ahead(spec, found)
    if not json:
        say(outlook_text(outlook.seconds, outlook.runs, outlook.memory_bytes, outlook.disk_bytes))
    for warning in outlook.warnings:
        say(f"warning: {warning}")
    run = local.submit(spec, priority=priority, expected_seconds=outlook.seconds)
    start_or_wait(run, "started", wait, json)


def corrections_of(dataset: Dataset) -> dict[int, str]:
    """Return the corrected labels of a dataset; InputError when there is none."""
    from core.data.corrections import corrected

    found = corrected(dataset)
    if not found:
        raise InputError(
            f"dataset {shorten(dataset.name)} has no corrected label; correct one with `labels correct`, "
            "or train without --corrections"
        )
    return found


def overrides_from(settings: list[str]) -> dict[str, str]:
    """Turn KEY=VALUE texts into a mapping."""
    found = {}
    for setting in settings:
        key, separator, value = setting.partition("=")
        if not separator or not key.strip():
            raise InputError(f"--set {shorten(setting)} is not KEY=VALUE; write for example --set C=2")
        found[key.strip()] = value.strip()
    return found


def start_or_wait(run: Run, what: str, wait: bool, json: bool) -> None:
    """Say that a run was started or resumed; with ``wait`` go on to its end, and exit with 1 if it is no success."""
    from core.cli.runs import run_text
    from core.runs import listing, states, store, waiting

    if not wait:
        listed = store.list_all()
        place = waiting.places(listed).get(run.id)
        behind = place and any(other.alive and other.id != run.id for other in listed)
        told = f"run {run.id} waits, place {place} in the queue" if behind else f"{what} run {run.id}"
        text = f"{told}; `python -m core runs logs {run.id} --follow` shows how it goes"
        emit({"run": run.id, "state": run.state}, text, json)
        return
    run = _wait(run)
    document = listing.document(run)
    emit({key: document[key] for key in ("run", "state", "seconds", "metrics", "error")}, run_text(run), json)
    if run.state != states.SUCCEEDED:
        raise typer.Exit(1)


def _wait(run: Run) -> Run:
    """Wait for the end, telling a person at a terminal how far it is; Ctrl-C leaves the run alone."""
    from core.runs import local, waiting
    from core.runs.store import list_all
    from core.runs.wording import how_far

    def look(seen: Run) -> None:
        if sys.stderr.isatty():
            status_line.show(f"{seen.title}  {how_far(seen, waiting.places(list_all()).get(seen.id))}")

    try:
        return local.wait(run, look)
    except KeyboardInterrupt as stopped:
        raise Stopped(
            f"waiting alone; run {run.id} goes on in the background, and `python -m core runs cancel {run.id}` "
            "would end it"
        ) from stopped


def register(app: typer.Typer) -> None:
    """Add ``train`` to the program."""
    app.command(epilog="Example: python -m core train --dataset huffpost --preset default --set C=2 --wait")(train)
