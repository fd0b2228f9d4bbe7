"""``score``: each row of a file of any size with its answer."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Annotated

import typer

from core.cli import status_line
from core.cli.answers import Calibrated, GroupingName
from core.cli.files import Overwrite
from core.cli.printing import Json, Stopped, counted, emit, say


def score(
    source: Annotated[
        Path, typer.Argument(metavar="INPUT", help="CSV, TSV, JSON lines, a JSON array or Parquet; .gz and .zip too.")
    ],
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="FILE.csv, .tsv, .jsonl or .parquet.")],
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="The run that answers.", show_default="as `models list` marks it")
    ] = None,
    grouping: GroupingName = None,
    top: Annotated[
        int, typer.Option("--top", "--limit", metavar="K", min=1, help="Tell the K most probable labels of each row.")
    ] = 3,
    headline: Annotated[
        str | None, typer.Option(metavar="COL", help="The column of headlines.", show_default="found by its name")
    ] = None,
    description: Annotated[
        str | None, typer.Option(metavar="COL", help="The column of descriptions.", show_default="found by its name")
    ] = None,
    prefix: Annotated[
        str, typer.Option(metavar="TEXT", help="Put in front of the names of the columns that are added.")
    ] = "",
    calibrated: Calibrated = False,
    overwrite: Overwrite = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Throw away what a scoring that was broken off has done.")
    ] = False,
    json: Json = False,
) -> None:
    """Classify each row of a file of any size: all columns stay, in order, and the answers are added.

    A scoring that was broken off goes on where it was when the same command is given again. Rows that cannot be
    scored stand in OUTPUT.rejected.jsonl, with the reason. Cells are written as they came, in UTF-8 without a byte
    order mark, for programs: what a spreadsheet would take for a formula stays one.
    """
    from core.cli.answers import found_grouping, run_or_default
    from core.data.records import Mapping
    from core.inference.score import score as score_file

    asked = run_or_default(run)
    telling = _Telling()
    try:
        found = score_file(
            source,
            output,
            asked,
            found_grouping(grouping),
            top=top,
            calibrated=calibrated,
            mapping=Mapping(headline=headline, short_description=description),
            prefix=prefix,
            overwrite=overwrite,
            restart=restart,
            progress=telling,
        )
    except KeyboardInterrupt as stopped:
        raise Stopped(_kept(output)) from stopped
    if run is None and not json:
        say(f"answered by {asked.title}; --run RUN asks another")
    went_on = f", {found.resumed_at:,} of the records by an earlier attempt" if found.resumed_at else ""
    text = f"wrote {output}: {counted(found.rows, 'row')} in {found.seconds:.1f} s{went_on}"
    if found.rejected:
        text += f"; {counted(found.rejected, 'record')} without an answer: {found.rejected_file}, with the reasons"
    emit(found.document(), text, json)


def _kept(output: Path) -> str:
    """Return what stays of a scoring that was stopped, and how it goes on."""
    from core.inference.score_journal import folder_of, records_done

    done = records_done(output)
    if not done:
        return f"no record was scored yet, so nothing is kept; {output} is as it was"
    return (
        f"{counted(done, 'record')} done so far, kept in {shlex.quote(str(folder_of(output)))}; "
        "the same command goes on there, and with --restart begins anew"
    )


class _Telling:
    """Tells a person at a terminal how far it is."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def __call__(self, taken: int, share: float) -> None:
        left = (time.monotonic() - self._begun) * (1 - share) / share if share else 0.0
        status_line.show(f"{taken:,} records · {100 * share:.0f} % · about {left:.0f} s left")


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(epilog="Example: python -m core score headlines.parquet scored.parquet --run RUN --top 3")(score)
