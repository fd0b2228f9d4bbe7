"""Pasted texts with their right category, kept beside the datasets: what a model got wrong, for a later training.

``data/pasted.jsonl`` has a record a text, with the names that an import knows: headline, description, category; and run
and at, which tell where it came from. It is replaced whole at each change, so it can be imported, read or edited at
any time. A text that is given twice keeps its latest category. Nothing of it leaves this machine.
"""

from __future__ import annotations

import fcntl
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core.data.datasets import Dataset
from core.data.engine import open_table
from core.data.importing import import_file
from core.data.records import MAX_CATEGORY, text_from
from core.data.records_file import json_parts
from core.errors import DamagedError, InputError, shorten
from core.storage import data_root, write_atomic

FILE, LOCK = "pasted.jsonl", ".pasted.lock"
MOST = 100_000


@dataclass(frozen=True)
class Example:
    """A text and its right category.

    Attributes
    ----------
    run: id of the run that answered otherwise, "" where none did.
    at: ISO time in UTC.
    """

    headline: str
    description: str
    category: str
    run: str
    at: str


def path() -> Path:
    """Return the file of the examples, be it there or not."""
    return data_root() / FILE


def examples() -> list[Example]:
    """Return what is kept, the oldest first; DamagedError where the file cannot be read."""
    try:
        content = path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedError(f"{path()} cannot be read ({error}); mend it, or move it away") from error
    # Lines end at \n alone: JSON leaves U+2028 as it is.
    return [_example(line, number) for number, line in enumerate(content.split("\n"), 1) if line.strip()]


def _example(line: str, number: int) -> Example:
    try:
        told = Example(**json.loads(line))
    except (ValueError, TypeError, RecursionError) as error:
        raise DamagedError(f"{path()}, line {number} is no example; mend or remove that line") from error
    if not all(isinstance(value, str) for value in asdict(told).values()):
        raise DamagedError(f"{path()}, line {number} has a value that is no text; mend or remove that line")
    return told


def keep(headline: str, description: str, category: str, run: str = "") -> Example:
    """Keep ``category`` as the right one of a text, in place of an earlier one; InputError where it cannot be kept."""
    category = category.strip()
    if not category or len(category) > MAX_CATEGORY:
        raise InputError(f"category {shorten(category)} has no or over {MAX_CATEGORY} characters; give a short name")
    if not headline.strip():
        raise InputError("headline is empty; give a text with at least one word")
    made = Example(headline, description, category, run, datetime.now(UTC).isoformat(timespec="seconds"))
    with _changing() as found:
        others = [one for one in found if not is_of(one, headline, description)]
        if len(others) >= MOST:
            raise InputError(f"{MOST:,} pasted texts are kept already; export them and remove some first")
        _write([*others, made])
    return made


def remove(headline: str, description: str) -> Example:
    """Forget what is kept of a text and return it; InputError where nothing is."""
    with _changing() as found:
        gone = next((one for one in found if is_of(one, headline, description)), None)
        if gone is None:
            raise InputError(f"nothing is kept of {shorten(headline)}; `pasted list` shows what is")
        _write([one for one in found if one is not gone])
    return gone


def kept(headline: str, description: str) -> Example | None:
    """Return what is kept of a text, None where nothing is."""
    return next((one for one in examples() if is_of(one, headline, description)), None)


def is_of(example: Example, headline: str, description: str) -> bool:
    """Tell whether the example is of this text, white space and case aside."""
    return normal(text_from(example.headline, example.description)) == normal(text_from(headline, description))


def normal(text: str) -> str:
    """Return a text without what makes no other text of it: case, and how wide its spaces are."""
    return " ".join(text.casefold().split())


def jsonl(found: list[Example]) -> str:
    """Return examples as JSON lines, which `data import` reads."""
    return "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found)


def joined(dataset: Dataset, name: str) -> Dataset:
    """Make dataset ``name`` of all rows of ``dataset`` and the examples after them, and return it.

    Raises InputError where there is no example, or the name is taken.
    """
    found = examples()
    if not found:
        raise InputError("no pasted text is kept; correct an answer on Classify, or `pasted keep` one, first")
    table = open_table(dataset)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{dataset.name}.jsonl"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(json_parts(table, np.arange(table.rows)))
            out.write(jsonl(found))
        return import_file(
            file,
            name,
            source=f"{dataset.name} ({dataset.fingerprint[:16]}) and {len(found):,} pasted texts",
            licence=dataset.licence,
            notice=dataset.notice,
        )


@contextmanager
def _changing() -> Iterator[list[Example]]:
    """Yield what is kept, while nobody else changes it."""
    root = data_root()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with (root / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield examples()
    except OSError as error:
        raise InputError(f"{path()} cannot be written ({error.strerror}); make room or mend the permissions") from error


def _write(found: list[Example]) -> None:
    write_atomic(path(), jsonl(found))
