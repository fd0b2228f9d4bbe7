"""Scoring a file of any size: each row with its answer, in order, with all of its columns, in bounded memory.

What is done stays done: killed at any moment, the same command goes on with the next batch, see
`core.inference.score_journal`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.data.readers import shown_path
from core.data.records import Mapping
from core.errors import InputError, NotFound, is_disk_full
from core.grouping.grouping import Grouping
from core.inference import score_journal, score_output
from core.inference.classify import load_model
from core.inference.score_input import Batch, batches, columns_of
from core.inference.score_journal import Journal
from core.inference.scorer import Answers, in_order, processes_for, scorer_of
from core.runs.manifest import MANIFEST, file_sha256
from core.runs.store import Run

ROWS = {"logistic": 32_768}
SLOW_ROWS = 1_024  # of a model that takes seconds for some thousand
TOP = 3

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Scored:
    """What came of a scoring.

    Attributes
    ----------
    rows, rejected: records with an answer, and those that got none; rejected_file: where these stand, None without any.
    seconds: worked in all; resumed_at: records that an earlier attempt had done.
    """

    output: Path
    rows: int
    rejected: int
    rejected_file: Path | None
    seconds: float
    resumed_at: int

    def document(self) -> dict[str, Any]:
        """Return it as ``score`` prints it."""
        return {
            "output": str(self.output),
            "rows": self.rows,
            "rejected": self.rejected,
            "rejected_file": str(self.rejected_file) if self.rejected_file else None,
            "seconds": round(self.seconds, 3),
            "resumed_at": self.resumed_at,
        }


def score(
    source: Path,
    output: Path,
    run: Run,
    grouping: Grouping | None = None,
    *,
    top: int = TOP,
    calibrated: bool = False,
    mapping: Mapping | None = None,
    prefix: str = "",
    overwrite: bool = False,
    restart: bool = False,
    progress: Progress | None = None,
    processes: int | None = None,
) -> Scored:
    """Classify each record of ``source`` and write it with its answer to ``output``.

    Parameters
    ----------
    grouping: default the run's own. top: labels told for each row. calibrated: by the temperature kept with the run.
    mapping: the columns of headline and description; None: found by the obvious names.
    prefix: put in front of the names of the added columns.
    overwrite: whether an output that is there is replaced, once the new one is whole.
    restart: begin anew where a scoring of something else into this output was broken off.
    progress: called with records done and the share of the file, 0 to 1; what it raises breaks off.
    processes: beside this one; None: as many as there are cores, for a file that is worth it.

    Raises InputError, one line, for whatever a person can mend. What is done by then stays, for the next attempt.
    """
    ending = score_output.checked_format(output)
    _check_places(source, output, overwrite)
    model = load_model(run)
    scorer = scorer_of(model, grouping, top=top, calibrated=calibrated)
    mapping = mapping or Mapping()
    names = score_output.added_columns(scorer, prefix)
    _check_names(columns_of(source) or (), names)
    what = {
        "input": score_journal.identity(source),
        "mapping": mapping.named(),
        "run": run.id,
        "manifest": file_sha256(run.path / MANIFEST),
        "groups": list(scorer.groups),
        "top": top,
        "calibrated": scorer.scaled_by,
        "names": names,
        "ending": ending,
    }
    size = ROWS.get(run.spec.model, SLOW_ROWS)
    beside = processes_for(run, source) if processes is None else processes
    try:
        with score_journal.working(output, what, restart=restart) as (folder, journal):
            # Another one may have come to its end since.
            _check_places(source, output, overwrite)
            begun, before, start = journal.taken, journal.seconds, time.monotonic()
            read = batches(source, mapping, size, skip=begun)
            recipe = (run.id, grouping, top, calibrated)
            for batch, answers in in_order(read, lambda one: one.texts, scorer, recipe, beside):
                journal = _step(folder, journal, ending, batch, answers, scorer, names)
                journal = score_journal.note(folder, journal, seconds=before + time.monotonic() - start)
                if progress:
                    progress(journal.taken, batch.share)
            return _finish(folder, journal, ending, output, begun, source)
    except OSError as error:
        if is_disk_full(error):
            raise InputError(
                f"there is no room for {shown_path(output)}; free some, then go on with the same"
            ) from error
        raise InputError(f"{shown_path(output)} cannot be written ({error.strerror}); check the folder") from error


def _check_places(source: Path, output: Path, overwrite: bool) -> None:
    if not source.exists():
        raise NotFound(f"there is no file {shown_path(source)}; check the path")
    if not output.parent.is_dir():
        raise InputError(f"folder {shown_path(output.parent)} does not exist; make it first")
    if output.is_dir() or (output.exists() and output.samefile(source)):
        raise InputError(f"output {shown_path(output)} is the input or a folder; choose another name")
    rejected = score_journal.rejected_beside(output)
    if rejected.exists() and rejected.samefile(source):
        raise InputError(f"records of {shown_path(output)} without an answer go to the input; choose another name")
    if output.exists() and not overwrite:
        raise InputError(f"output {shown_path(output)} exists already; choose another name, or give --overwrite")


def _check_names(columns: tuple[str, ...], names: list[str]) -> None:
    taken = next((name for name in names if name in columns), None)
    if taken is not None:
        raise score_output.name_taken(taken)


def _step(
    folder: Path, journal: Journal, ending: str, batch: Batch, answers: Answers, scorer: Any, names: list[str]
) -> Journal:
    """Write one batch; return how far the scoring is once that is noted."""
    written, bytes_rejected, columns = journal.parts, journal.rejected_bytes, journal.columns
    if batch.texts:
        written += 1
        columns = score_output.columns_with(columns, ending, batch, names)
        path = folder / f"{score_journal.part_name(written)}{ending}"
        score_output.write_part(path, ending, batch, answers, scorer, names, columns)
        with path.open("rb") as file:
            os.fsync(file.fileno())
    if batch.rejected:
        bytes_rejected = score_journal.write_rejected(folder, batch.rejected)
    return replace(
        journal,
        taken=journal.taken + batch.taken,
        parts=written,
        rows=journal.rows + len(batch.texts),
        rejected=journal.rejected + len(batch.rejected),
        rejected_bytes=bytes_rejected,
        columns=columns,
    )


def _finish(folder: Path, journal: Journal, ending: str, output: Path, begun: int, source: Path) -> Scored:
    if not journal.rows:
        reason = "it holds no record"
        if journal.rejected:
            first = score_journal.first_reason(folder)
            reason = f"none of its {journal.rejected:,} records can be scored ({first})"
        raise InputError(f"{shown_path(source)}: {reason}; give a file with headlines, or name their column")
    whole = folder / f"whole{ending}"
    score_output.join(score_journal.parts(folder, journal, ending), ending, whole)
    with whole.open("rb") as file:
        os.fsync(file.fileno())
    score_journal.finish(folder, journal, whole, output)
    rejected_file = score_journal.rejected_beside(output) if journal.rejected else None
    return Scored(output, journal.rows, journal.rejected, rejected_file, journal.seconds, begun)
