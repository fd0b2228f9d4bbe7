"""What people decided about labels: an overlay beside the datasets, never written into one.

``data/<first 16 digits of the fingerprint>.corrections.jsonl`` has a line a decision and is only ever
appended to, so that nothing is lost when a writer is killed and all of it can be undone. It belongs to a
content, not to a name: the same file imported again under any name finds it again, and deleting a dataset
leaves it. A line holds no headline, but a hash of it, by which a decision finds its row in other data.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from core.data.datasets import Dataset, frame
from core.data.records import text_of
from core.errors import DamagedError, InputError, shorten
from core.storage import data_root

CORRECTED, CONFIRMED, DISMISSED, UNDONE = "corrected", "confirmed", "dismissed", "undone"
VERDICTS = (CORRECTED, CONFIRMED, DISMISSED)
SUFFIX = ".corrections.jsonl"
FINGERPRINT_DIGITS = TEXT_DIGITS = 16


@dataclass(frozen=True)
class Verdict:
    """What somebody decided about the label of one row.

    Attributes
    ----------
    row: position in the dataset, from 0.
    verdict: "corrected" (it should be ``to``), "confirmed" (it is right) or "dismissed" (not worth a decision).
    category: the row's category in the dataset.
    to: the right category; None unless corrected.
    text: hash of headline and description (`text_hash`).
    at: ISO time in UTC.
    """

    row: int
    verdict: str
    category: str
    to: str | None
    text: str
    at: str


@dataclass(frozen=True)
class Overlay:
    """The decisions in force about the labels of one content.

    Attributes
    ----------
    verdicts: row -> its verdict, in the order in which they were made.
    unreadable: lines of the file that tell nothing, as a writer that was killed may leave.
    """

    verdicts: Mapping[int, Verdict]
    unreadable: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Verdict -> how many are in force; all three are there."""
        made = [one.verdict for one in self.verdicts.values()]
        return {verdict: made.count(verdict) for verdict in VERDICTS}


def path_of(fingerprint: str) -> Path:
    """Return the overlay file of the content with this fingerprint, be it there or not."""
    return data_root() / f"{fingerprint[:FINGERPRINT_DIGITS]}{SUFFIX}"


def overlay(fingerprint: str) -> Overlay:
    """Return the decisions in force for the content with this fingerprint; none where nobody made any.

    Raises DamagedError when the file is there and cannot be read.
    """
    path = path_of(fingerprint)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Overlay({})
    except OSError as error:
        raise DamagedError(
            f"{path} cannot be read ({error.strerror}); mend its permissions, or move it away"
        ) from error
    return _folded(content, fingerprint)


def corrected(dataset: Dataset) -> dict[int, str]:
    """Return row -> right category of the corrected rows, by row; what does not fit the dataset is left out."""
    found = overlay(dataset.fingerprint).verdicts
    return {
        row: one.to
        for row, one in sorted(found.items())
        if one.to is not None and row < dataset.rows and one.to in dataset.category_counts
    }


def _folded(content: bytes, fingerprint: str) -> Overlay:
    """Return what the lines come to: the last one about a row is the one in force."""
    found: dict[int, Verdict] = {}
    unreadable = 0
    # Lines end at \n alone: JSON leaves U+2028 as it is.
    for line in filter(bytes.strip, content.split(b"\n")):
        made = _verdict(line, fingerprint)
        if made is None:
            unreadable += 1
            continue
        found.pop(made.row, None)
        if made.verdict != UNDONE:
            found[made.row] = made
    return Overlay(found, unreadable)


def _verdict(line: bytes, fingerprint: str) -> Verdict | None:
    """Return the decision that a line tells; None where it tells none about this content."""
    try:
        told = json.loads(line)
        if told.pop("fingerprint") != fingerprint:
            return None
        made = Verdict(**told)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = (made.category, made.text, made.at) + ((made.to,) if made.verdict == CORRECTED else ())
    is_row = isinstance(made.row, int) and not isinstance(made.row, bool) and made.row >= 0
    fits = made.verdict in (*VERDICTS, UNDONE) and (made.to is None) == (made.verdict != CORRECTED)
    return made if is_row and fits and all(isinstance(text, str) for text in texts) else None


def correct(dataset: Dataset, row: int, category: str) -> Verdict:
    """Decide that the right category of ``row`` is ``category``, one of the dataset's.

    Raises InputError for a row or a category that there is not, or the one that the row has anyway.
    """
    check_category(dataset, category)
    made = _made(dataset, row, CORRECTED, category)
    if made.category == category:
        raise InputError(f"row {row:,} is {shorten(category)} already; confirm it, or choose another category")
    return _recorded(dataset, made)


def confirm(dataset: Dataset, row: int) -> Verdict:
    """Decide that the category of ``row`` is right; InputError for a row that there is not."""
    return _recorded(dataset, _made(dataset, row, CONFIRMED))


def dismiss(dataset: Dataset, row: int) -> Verdict:
    """Decide to be asked no more about ``row``; InputError for a row that there is not."""
    return _recorded(dataset, _made(dataset, row, DISMISSED))


def undo(dataset: Dataset, row: int) -> Verdict:
    """Take back what was decided about ``row`` and return it; InputError when nothing was."""
    with _appending(dataset) as (found, append):
        if row not in found.verdicts:
            raise InputError(f"row {shorten(row)} of dataset {shorten(dataset.name)} has no verdict to undo")
        taken_back = found.verdicts[row]
        append([_undoing(taken_back)])
    return taken_back


def undo_all(dataset: Dataset) -> int:
    """Take back all that was decided about the dataset; return how many decisions that were."""
    with _appending(dataset) as (found, append):
        append([_undoing(one) for one in found.verdicts.values()])
    return len(found.verdicts)


def _undoing(made: Verdict) -> Verdict:
    return Verdict(made.row, UNDONE, made.category, None, made.text, _now())


def check_category(dataset: Dataset, category: str) -> None:
    """Raise InputError unless ``category`` is one of the dataset's."""
    if category not in dataset.category_counts:
        raise InputError(
            f"category {shorten(category)} is none of the {len(dataset.category_counts):,} of dataset "
            f"{shorten(dataset.name)}; choose one of them, spelled as `data show` prints it"
        )


def _made(dataset: Dataset, row: int, verdict: str, to: str | None = None) -> Verdict:
    if not 0 <= row < dataset.rows:
        raise InputError(
            f"row {row:,} does not exist; dataset {shorten(dataset.name)} has the rows 0 to {dataset.rows - 1:,}"
        )
    record = frame(dataset, ["headline", "short_description", "category"]).iloc[[row]]
    text = text_hash(text_of(record).iloc[0])
    return Verdict(row, verdict, str(record["category"].iloc[0]), to, text, _now())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def text_hash(text: str) -> str:
    """Return the hash by which a decision finds its text in other data: SHA-256, 16 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:TEXT_DIGITS]


def _recorded(dataset: Dataset, made: Verdict) -> Verdict:
    record(dataset, [made])
    return made


def record(dataset: Dataset, made: list[Verdict]) -> None:
    """Append decisions about rows of ``dataset``, all in one write; InputError when they cannot be kept."""
    with _appending(dataset) as (_, append):
        append(made)


@contextmanager
def _appending(dataset: Dataset) -> Iterator[tuple[Overlay, Callable[[list[Verdict]], None]]]:
    """Hold the overlay's lock and yield what is in force and what appends to it; the lock dies with the process."""
    path = path_of(dataset.fingerprint)
    try:
        with path.open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            content = path.read_bytes()

            def append(made: list[Verdict]) -> None:
                lines = [json.dumps(asdict(one) | {"fingerprint": dataset.fingerprint}) for one in made]
                # A writer that was killed may have left half a line: begin a new one.
                start = "\n" if content and not content.endswith(b"\n") else ""
                _write_whole(file.fileno(), (start + "".join(f"{line}\n" for line in lines)).encode(), len(content))

            yield _folded(content, dataset.fingerprint), append
    except OSError as error:
        raise InputError(
            f"the verdict cannot be kept in {path} ({error.strerror}); make room or mend the permissions there"
        ) from error


def _write_whole(descriptor: int, data: bytes, size: int) -> None:
    """Append ``data`` to a file of ``size`` bytes, whole or not at all, and durably."""
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def applied(categories: pd.Series, corrections: Mapping[int, str]) -> pd.Series:
    """Return ``categories``, by position, with those of the corrected rows in their place; dtype str.

    >>> applied(pd.Series(["A", "B"], dtype="str"), {1: "A"}).tolist()
    ['A', 'A']
    """
    found = categories.astype("str").to_numpy(dtype=object, copy=True)
    rows = np.fromiter(corrections, dtype=np.int64, count=len(corrections))
    found[rows] = list(corrections.values())
    return pd.Series(found, index=categories.index, dtype="str", name=categories.name)
