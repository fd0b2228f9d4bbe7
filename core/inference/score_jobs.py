"""Scorings as processes of their own: ``python -m core.inference.score_jobs FOLDER``.

They outlive the page that started them, and go on where they were when they are started again, see
`core.inference.score_journal`. cache/scores/<id>/ under COPYDESK_HOME:

    order.json       what is scored by what
    file/            the upload; gone once it is scored
    out/             scored.<ending>, scored.<ending>.rejected.jsonl; before that the parts that are done
    and what `core.background` keeps there
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import sys
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import background
from core.background import Background, Progress
from core.data import server_files
from core.errors import DamagedError, InputError, shorten
from core.inference import score_journal
from core.storage import checked_name, home, read_json, write_json

if TYPE_CHECKING:
    from core.grouping.grouping import Grouping

NOUN = "scoring"
ORDER, FILES, OUT, SCORED = "order.json", "file", "out", "scored"
PHASES = {"score": (0.0, 1.0)}
# Of the share of a file, which is no whole number.
STEPS = 1_000_000
KEPT_DAYS, KEPT_BYTES = 30, 20_000_000_000
DAY = 24 * 3600


@dataclass(frozen=True)
class Order:
    """What is to be scored: one of ``file`` and ``server_file``.

    Attributes
    ----------
    run: id of the run that answers. ending: of the output, which tells its format.
    file: in the folder of the scoring. server_file: path under COPYDESK_IMPORT_ROOT.
    grouping, mapping: name, and category -> group; None: the run's own.
    top, calibrated: as for `core.inference.score.score`; headline, description: columns, None: found by their names.
    """

    run: str
    ending: str = ".csv"
    file: str | None = None
    server_file: str | None = None
    grouping: str | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    top: int = 3
    calibrated: bool = False
    headline: str | None = None
    description: str | None = None

    @property
    def shown(self) -> str:
        """What the file is called for people."""
        return self.file or self.server_file or ""


@dataclass(frozen=True)
class Job:
    """A scoring that was started: its folder, its order, how far it is, and when it was last begun (seconds)."""

    folder: Path
    order: Order
    progress: Background
    begun: float

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def output(self) -> Path:
        return self.folder / OUT / f"{SCORED}{self.order.ending}"

    @property
    def rejected(self) -> Path:
        return self.output.with_name(f"{self.output.name}.rejected.jsonl")

    @property
    def bytes(self) -> int:
        """Bytes of all that it holds."""
        found = 0
        for path in self.folder.rglob("*"):
            # A part may be put together with the others meanwhile.
            with contextlib.suppress(OSError):
                found += path.lstat().st_size
        return found


def root() -> Path:
    """Return the folder of the scorings, be it there or not."""
    return home() / "cache" / "scores"


def start(order: Order, upload: Path | None = None) -> Job:
    """Start a scoring in the background; ``upload``, a file on the disk of COPYDESK_HOME, is moved into its folder.

    Raises InputError for a file of the server that cannot be had, CopydeskError when the process does not come up.
    """
    if order.server_file is not None:
        server_files.located(order.server_file)
    folder = root() / uuid.uuid4().hex
    for name in (FILES, OUT):
        (folder / name).mkdir(parents=True)
    if upload is not None:
        order = dataclasses.replace(order, file=upload.name)
        os.replace(upload, folder / FILES / upload.name)
    write_json(folder / ORDER, dataclasses.asdict(order))
    return go_on(Job(folder, order, background.look(folder), time.time()))


def go_on(job: Job) -> Job:
    """Start a scoring again that ended without its result; what it has done is kept."""
    # When it was last begun: by this it is listed, and grows old.
    os.utime(job.folder / ORDER)
    background.start(job.folder, __name__, [job.folder], noun=NOUN)
    return look(job.folder)


def look(folder: Path) -> Job:
    """Return the scoring in a folder; DamagedError where there is none that can be read."""
    path = folder / ORDER
    document = read_json(path)
    try:
        return Job(folder, Order(**document), background.look(folder), path.stat().st_mtime)
    except (TypeError, OSError) as error:
        raise DamagedError(f"{path} is no order of a scoring; delete its folder") from error


def find(job_id: str) -> Job:
    """Return the scoring of that id, or the only one whose id begins so; InputError when there is none."""
    like = [job for job in list_all() if job.id.startswith(job_id)]
    if not job_id or len(like) != 1:
        raise InputError(f"scoring {shorten(job_id)} does not exist; `scores list` lists all")
    return like[0]


def list_all() -> list[Job]:
    """Return the scorings there are, the one begun last first."""
    found = []
    for folder in root().iterdir() if root().is_dir() else ():
        with contextlib.suppress(DamagedError):
            found.append(look(folder))
    return sorted(found, key=lambda job: (job.begun, job.id), reverse=True)


def cancel(job: Job) -> None:
    """End a scoring; what is done stays, to go on with. InputError when it has ended already."""
    background.cancel(job.folder, noun=NOUN)


def remove(job: Job) -> None:
    """Remove a scoring with all that it made; InputError while it is at work."""
    if background.look(job.folder).running:
        raise InputError(f"the scoring of {shorten(job.order.shown)} is at work; cancel it first")
    shutil.rmtree(root() / checked_name(NOUN, job.id), ignore_errors=True)


def outworn(jobs: Iterable[Job], now: float | None = None) -> list[Job]:
    """Return those that have ended and are older than 30 days, or lie beyond 20 GB counted from the newest."""
    now, total, found = now if now is not None else time.time(), 0, []
    for job in sorted(jobs, key=lambda one: one.begun, reverse=True):
        total += job.bytes
        if not job.progress.running and (now - job.begun > KEPT_DAYS * DAY or total > KEPT_BYTES):
            found.append(job)
    return found


def journal_of(job: Job) -> dict[str, Any]:
    """Return what is noted of one that is not finished, as `core.inference.score_journal` has it; {} for nothing."""
    with contextlib.suppress(DamagedError):
        return dict(read_json(score_journal.folder_of(job.output) / score_journal.JOURNAL))
    return {}


def main(arguments: list[str]) -> int:
    """Do the scoring in this folder; return 0 when it came to its end."""
    folder = Path(arguments[0])
    return background.work(folder, PHASES, lambda report: _do(look(folder), report), noun=NOUN)


def _do(job: Job, report: Progress) -> dict[str, Any]:
    from core.data.records import Mapping
    from core.inference.score import score
    from core.runs import store

    order = job.order
    # What earlier attempts took counts too, or the rest would seem to take no time.
    report.begun -= journal_of(job).get("seconds", 0.0)
    source = server_files.located(order.server_file) if order.server_file else job.folder / FILES / str(order.file)
    scored = score(
        source,
        job.output,
        store.load(order.run),
        _grouping(order),
        top=order.top,
        calibrated=order.calibrated,
        mapping=Mapping(headline=order.headline, short_description=order.description),
        overwrite=True,
        progress=lambda taken, share: report("score", int(share * STEPS), STEPS, note=f"{taken:,} rows"),
    )
    shutil.rmtree(job.folder / FILES, ignore_errors=True)
    return {"rows": scored.rows, "rejected": scored.rejected, "bytes": job.output.stat().st_size}


def _grouping(order: Order) -> Grouping | None:
    if order.grouping is None:
        return None
    from core.grouping.grouping import Grouping

    return Grouping(order.grouping, order.mapping)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
