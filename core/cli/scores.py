"""``scores``: the scorings that the app does in the background, listed, ended, taken up and removed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.printing import Json, confirm, emit, table
from core.errors import InputError

if TYPE_CHECKING:
    from core.inference.score_jobs import Job

app = typer.Typer(
    help="Files that the app scores in the background. `score` does the same in the foreground.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Reference = Annotated[str, typer.Argument(metavar="ID", help="Its id, as `scores list` prints it, or how that begins.")]


@app.command("list", epilog="Example: python -m core scores list --json")
def list_(json: Json = False) -> None:
    """List the scorings, the one begun last first: how far each is, and where its file lies."""
    from core.inference import score_jobs

    found = [_document(job) for job in score_jobs.list_all()]
    columns = ["id", "state", "file", "run", "rows", "rejected", "share", "begun", "bytes", "output"]
    emit({"scorings": found}, table(found, columns) if found else "No scoring yet: the page Models starts one.", json)


@app.command(epilog="Example: python -m core scores cancel 1f0c")
def cancel(scoring: Reference, json: Json = False) -> None:
    """End a scoring; what is done stays, to go on with."""
    from core.inference import score_jobs

    job = score_jobs.find(scoring)
    score_jobs.cancel(job)
    emit({"id": job.id}, f"cancelled the scoring of {job.order.shown}", json)


@app.command("go-on", epilog="Example: python -m core scores go-on 1f0c")
def go_on(scoring: Reference, json: Json = False) -> None:
    """Take up a scoring that was cancelled, killed or failed, where it was."""
    from core.background import SUCCEEDED
    from core.inference import score_jobs

    job = score_jobs.find(scoring)
    if job.progress.state == SUCCEEDED:
        raise InputError(f"scoring {job.id} is done; see {job.output}")
    emit(_document(score_jobs.go_on(job)), f"the scoring of {job.order.shown} goes on", json)


@app.command(epilog="Example: python -m core scores remove 1f0c --yes")
def remove(
    scoring: Annotated[str | None, typer.Argument(metavar="ID", help="Its id, or how that begins.")] = None,
    old: Annotated[
        bool, typer.Option("--old", help="All that are older than 30 days, or beyond 20 GB in all.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Remove a scoring with the file that it made."""
    from core.inference import score_jobs

    if (scoring is None) != old:
        raise InputError("give either an ID or --old, one of the two")
    found = [score_jobs.find(scoring)] if scoring is not None else score_jobs.outworn(score_jobs.list_all())
    if found:
        confirm(f"Remove {', '.join(job.order.shown for job in found)} as scored?", yes, json)
    for job in found:
        score_jobs.remove(job)
    emit({"removed": [job.id for job in found]}, f"removed {len(found):,} of them", json)


def _document(job: Job) -> dict[str, Any]:
    """Return a scoring as a JSON object."""
    from core.background import SUCCEEDED

    told = job.progress.document()
    return {
        "id": job.id,
        **told,
        "share": 1.0 if job.progress.state == SUCCEEDED else told["share"],
        "file": job.order.shown,
        "run": job.order.run,
        "grouping": job.order.grouping,
        "rows": job.progress.result.get("rows"),
        "rejected": job.progress.result.get("rejected"),
        "begun": datetime.fromtimestamp(job.begun, UTC).isoformat(timespec="seconds"),
        "bytes": job.bytes,
        "output": str(job.output) if job.output.exists() else None,
    }
