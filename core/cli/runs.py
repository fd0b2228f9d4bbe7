"""``runs``: list, watch, compare and keep house among the training runs."""

from __future__ import annotations

import codecs
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.printing import Json, bytes_text, confirm, emit, pairs, say, table
from core.cli.training import SetOption, overrides_from, start_or_wait

if TYPE_CHECKING:
    from core.runs.store import Run

app = typer.Typer(
    help="List, show, follow, compare, cancel, resume and delete runs.", no_args_is_help=True, rich_markup_mode=None
)

RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run's id or name, as `runs list` prints it.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the end; exit with 1 if it is not a success.")]
COLUMNS = ("run", "state", "dataset", "preset", "target", "grouping", "seconds", "accuracy", "macro_f1", "disk")


@app.command("list", epilog="Example: python -m core runs list --state succeeded --sort accuracy")
def list_(
    state: Annotated[
        list[str] | None, typer.Option(metavar="STATE", help="Only runs of this state; may be repeated.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="Only runs on this dataset.")] = None,
    model: Annotated[str | None, typer.Option(metavar="MODEL", help="Only runs of this model.")] = None,
    text: Annotated[
        str,
        typer.Option("--text", "--search", metavar="WORDS", help="Only runs with these words in what is told of them."),
    ] = "",
    sort: Annotated[
        str,
        typer.Option(metavar="KEY", help="created, accuracy, macro_f1, seconds, disk, name, state or dataset."),
    ] = "created",
    top: Annotated[
        int | None, typer.Option("--top", "--limit", metavar="N", min=1, help="List the first N.", show_default="all")
    ] = None,
    json: Json = False,
) -> None:
    """List the runs, the newest first."""
    from core.runs import listing, local, waiting

    everything, damaged = local.settle()
    for run_id, reason in damaged.items():
        say(f"warning: run {run_id} cannot be read: {reason}")
    places = waiting.places(everything)
    hindrance = local.hindrance() if places else None
    if hindrance:
        say(f"warning: {hindrance}")
    runs = listing.matching(everything, state=state or (), dataset=dataset, model=model, words=text)
    found = [listing.document(run, places) for run in listing.sorted_by(runs, sort)[:top]]
    nothing = "No run matches." if everything else "No run yet: start one with `train`."
    wrong = [{"run": run_id, "error": reason} for run_id, reason in damaged.items()]
    emit({"runs": found, "damaged": wrong}, _rows(found) if found else nothing, json)


def _rows(found: list[dict[str, Any]]) -> str:
    """Return runs as a table, with names and progress where any has one."""
    from core.runs import states, store
    from core.runs.wording import how_far

    rows = [
        {
            **run,
            "state": f"{run['state']} {run['place']}" if run["place"] else run["state"],
            "progress": how_far(store.load(run["run"])) if run["state"] == states.RUNNING else "",
            "accuracy": (run["metrics"] or {}).get("accuracy"),
            "macro_f1": (run["metrics"] or {}).get("macro_f1"),
            "disk": bytes_text(run["disk_bytes"]),
        }
        for run in found
    ]
    further = [name for name in ("stale", "name", "progress") if any(row[name] for row in rows)]
    return table(rows, [*COLUMNS, *further])


@app.command(epilog="Example: python -m core runs show 20260101-120000-logistic-1a2b")
def show(run: RunId, json: Json = False) -> None:
    """Show a run: what it was started with, how far it is, its figures."""
    from core.runs import listing

    found = _look(run)
    emit(listing.document(found), run_text(found), json)


@app.command(epilog="Example: python -m core runs logs 20260101-120000-logistic-1a2b --follow")
def logs(
    run: RunId,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until the run ends.")] = False,
    json: Json = False,
) -> None:
    """Print what the worker of a run wrote, and each move of its state."""
    from core.runs import local, store

    found = _look(run)
    if json:
        emit({"run": found.id, "state": found.state, "log": store.log_tail(found, 10_000)}, "", True)
        return
    # A letter may be cut in two where the file ends just now.
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    with (found.path / store.LOG).open("rb") as file:
        while True:
            alive = follow and found.alive
            # Read after the look, so that what was written before the end is not missed.
            print(decoder.decode(file.read()), end="", flush=True)
            if not alive:
                return
            time.sleep(0.2)
            local.settle()
            found = store.load(found.id)


@app.command(epilog="Example: python -m core runs cancel 20260101-120000-logistic-1a2b")
def cancel(run: RunId, json: Json = False) -> None:
    """Stop a run that waits or works; what it made so far is removed."""
    from core.runs import local

    run_id = _id(run)
    local.cancel_by_id(run_id)
    state = local.wait_for_end(run_id)
    emit({"run": run_id, "state": state}, f"run {run_id} is {state}", json)


@app.command(epilog="Example: python -m core runs resume 20260101-120000-logistic-1a2b --wait")
def resume(run: RunId, wait: Wait = False, json: Json = False) -> None:
    """Take up an interrupted run: from its last checkpoint where there is one, else from the start."""
    from core.runs import local

    start_or_wait(local.resume(_look(run)), "resumed", wait, json)


@app.command(epilog="Example: python -m core runs retry 20260101-120000-logistic-1a2b --set C=2")
def retry(
    run: RunId,
    set_: SetOption = None,
    target: Annotated[str | None, typer.Option(help="Another target: category or group.")] = None,
    grouping: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="Another grouping.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Another seed.")] = None,
    test_share: Annotated[float | None, typer.Option(help="Another share of each category for the test.")] = None,
    split: Annotated[str | None, typer.Option(help="Another split: random or past.")] = None,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Start a new run like an earlier one, with its spec or with some of it changed."""
    from core.grouping import versions
    from core.runs import local
    from core.runs.spec import spec_grouping

    found = _look(run)
    changes: dict[str, Any] = {}
    if target is not None:
        changes["target"] = target
    if grouping is not None:
        changes["grouping"] = spec_grouping(versions.load_or_read(grouping))
    given = {
        name: value
        for name, value in {"kind": split, "seed": seed, "test_share": test_share}.items()
        if value is not None
    }
    if given:
        changes["split"] = found.spec.split.model_copy(update=given)
        changes["seed"] = found.spec.seed if seed is None else seed
    run_again = local.retry(found, overrides_from(set_ or []), **changes)
    start_or_wait(run_again, "started", wait, json)


@app.command(epilog="Example: python -m core runs priority 20260101-120000-logistic-1a2b 10")
def priority(
    run: RunId,
    value: Annotated[int, typer.Argument(min=-1000, max=1000, help="A higher one starts earlier; 0 is usual.")],
    json: Json = False,
) -> None:
    """Change when a waiting run starts."""
    from core.runs import listing, local

    found = listing.document(local.set_priority(_look(run), value))
    text = f"run {found['run']} has priority {value} and place {found['place']} in the queue"
    emit({key: found[key] for key in ("run", "state", "priority", "place")}, text, json)


@app.command(epilog="Example: python -m core runs compare RUN OTHER --grouping huffpost-12")
def compare(
    run: RunId,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The run to compare it with.")],
    every: Annotated[bool, typer.Option("--all", help="Show also what both have in common.")] = False,
    grouping: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="Judge both under this grouping.", show_default="that of RUN"),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Judge both on this dataset.", show_default="test rows of both"),
    ] = None,
    examples: Annotated[
        int, typer.Option(metavar="N", min=0, help="List N rows that RUN alone has right, and N that OTHER has.")
    ] = 0,
    json: Json = False,
) -> None:
    """Put two runs side by side: specs and figures, what differs marked with *, then what they make of the same rows.

    Rows that one of them was trained on are left out. Differences are RUN - OTHER with 95 % intervals.
    """
    from core.cli.comparison import comparison_text, tested
    from core.runs.compare import compare as lines_of

    status_line.working("judging both runs on the same rows")
    one, two = _look(run), _look(other)
    lines = lines_of(one, two)
    rows = [
        {
            "field": line.field.removesuffix("_bytes"),
            one.title: _value(line.field, line.one),
            two.title: _value(line.field, line.other),
            " ": "*" if line.differs else "",
        }
        for line in lines
        if every or line.differs
    ]
    found, reason = tested(one, two, grouping=grouping, dataset=dataset, examples=examples)
    document = {
        "runs": [one.id, two.id],
        "lines": [
            {"part": line.part, "field": line.field, "values": [line.one, line.other], "differs": line.differs}
            for line in lines
        ],
        "tested": found,
        "not_tested": reason,
    }
    titles = list(dict.fromkeys(["field", one.title, two.title, " "]))
    parts = [table(rows, titles) if rows else "Nothing differs."]
    parts += [comparison_text(found, one.title, two.title)] if found else []
    parts += [f"Not compared row by row: {reason}"] if reason else []
    emit(document, "\n\n".join(parts), json)


def _value(field: str, value: Any) -> Any:
    return bytes_text(value) if field.endswith("_bytes") and value is not None else value


@app.command(epilog="Example: python -m core runs rename 20260101-120000-logistic-1a2b baseline")
def rename(
    run: RunId,
    name: Annotated[str, typer.Argument(help="The new name, by which commands find it too; '' takes it away.")],
    json: Json = False,
) -> None:
    """Give a run a name; its id stays."""
    from core.runs import store

    found = _look(run)
    store.rename(found, name)
    found = store.load(found.id)
    text = f"run {found.id} is called {found.name}" if found.name else f"run {found.id} has no name now"
    emit({"run": found.id, "name": found.name}, text, json)


@app.command(epilog="Example: python -m core runs note 20260101-120000-logistic-1a2b 'before the new grouping'")
def note(
    run: RunId,
    text: Annotated[str, typer.Argument(help="The note; '' takes it away.")],
    json: Json = False,
) -> None:
    """Keep a note with a run."""
    from core.runs import store

    found = _look(run)
    store.annotate(found, text)
    emit({"run": found.id, "note": store.load(found.id).note}, f"noted with run {found.title}", json)


@app.command(epilog="Example: python -m core runs delete 20260101-120000-logistic-1a2b --yes")
def delete(
    run: RunId, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, json: Json = False
) -> None:
    """Delete a run with its model; refused while it is alive."""
    from core.runs import store

    run_id = _id(run)
    confirm(f"Delete run {run_id} and its model?", yes, json)
    store.delete(run_id)
    emit({"run": run_id, "deleted": True}, f"deleted run {run_id}", json)


def _id(reference: str) -> str:
    """Return the id of a run that may be damaged; such a one is known by its id alone."""
    from core.runs import local, store

    local.settle()
    return reference if reference in store.run_ids() else store.find(reference).id


def _look(reference: str) -> Run:
    """Return the run as it is now, with workers that are gone settled first."""
    from core.runs import local, store

    local.settle()
    return store.find(reference)


def run_text(run: Run) -> str:
    """Return a run for people: its facts, its hyperparameters, its figures."""
    from core.runs import listing
    from core.runs.wording import how_far

    found = listing.document(run)
    apart = ("fingerprint", "disk_bytes", "priority")
    facts: dict[str, Any] = {
        key: value
        for key, value in found.items()
        if isinstance(value, str | int | float) and value != "" and key not in apart
    }
    if run.alive:
        facts["progress"] = how_far(run, found["place"])
    facts["disk"] = bytes_text(found["disk_bytes"])
    figures = {key: value for key, value in (found["metrics"] or {}).items() if isinstance(value, int | float)}
    for name in ("peak_memory", "gpu_memory"):
        if f"{name}_bytes" in figures:
            figures[name] = bytes_text(figures.pop(f"{name}_bytes"))
    return "\n\n".join(filter(None, [pairs(facts), pairs(found["hyperparameters"]), pairs(figures)]))
