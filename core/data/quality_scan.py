"""One pass over a dataset's rows: of each what tells its flaws, as numbers, with no text kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import languages, markup
from core.data.datasets import RECORDS, Dataset
from core.data.duplicates import keys_of, normalised
from core.data.records import FIELDS, text_from
from core.errors import DamagedError

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 20_000
NOT_JUDGED = -1
SEPARATOR = "\x1f"

Told = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Scan:
    """What one pass found of each row; all arrays have shape (rows,) and are to be read, not changed.

    Attributes
    ----------
    record, text, plain: keys (`duplicates.keys_of`) of all fields but the category, of the text, of the text but for
        case and spaces.
    category: number of the category in ``categories``, int32.
    characters, words: of the text, int32.
    language: number in `languages.NAMES`, int8, `NOT_JUDGED` where nobody can tell.
    flaws: name -> bool: the steps of `markup.MENDING`, "lost", "feeds", "separators", "urls", "nothing"
        (no letter or digit), "emptied" (no headline is left).
    """

    categories: tuple[str, ...]
    record: np.ndarray
    text: np.ndarray
    plain: np.ndarray
    category: np.ndarray
    characters: np.ndarray
    words: np.ndarray
    language: np.ndarray
    flaws: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.text)


def batches(dataset: Dataset, columns: tuple[str, ...] = FIELDS) -> Iterator[pa.RecordBatch]:
    """Yield the rows of ``dataset`` in their order, `BATCH_ROWS` at a time; DamagedError when they cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(dataset.path / RECORDS) as file:
            yield from file.iter_batches(BATCH_ROWS, columns=list(columns))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DamagedError(f"{dataset.path / RECORDS} cannot be read; import its file again") from error


def scan(
    dataset: Dataset, mending: tuple[str, ...] = (), told: Told = lambda done, rows: None, *, judged: bool = True
) -> Scan:
    """Return what a pass over ``dataset`` finds, its texts taken as they are after the steps of ``mending``.

    Parameters
    ----------
    told: rows done and rows in all, now and then.
    judged: whether languages are told, and damages looked for: two thirds of the time. Without it no language
        is told, and the flaws called as steps are not there.
    """
    place = {name: number for number, name in enumerate(dataset.categories)}
    parts: list[dict[str, np.ndarray]] = []
    done = 0
    for batch in batches(dataset):
        columns = {name: batch.column(name).to_pylist() for name in FIELDS}
        parts.append(_facts(columns, place, mending, judged))
        done += batch.num_rows
        told(done, dataset.rows)
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    own = {name: whole.pop(name) for name in ("record", "text", "plain", "category", "characters", "words", "language")}
    return Scan(tuple(dataset.categories), flaws=whole, **own)


def _facts(
    columns: dict[str, list[Any]], place: dict[str, int], mending: tuple[str, ...], judged: bool
) -> dict[str, np.ndarray]:
    """Return the arrays of `Scan` for some rows, by name, flaws among them."""
    fields = [columns["headline"], [description or "" for description in columns["short_description"]]]
    if mending:
        fields = [[markup.mended(text, mending) for text in texts] for texts in fields]
    texts = list(map(text_from, *fields))
    rest = [columns[name] for name in ("date", "link", "authors")]
    records = [SEPARATOR.join(map(str, record)) for record in zip(*fields, *rest, strict=True)]
    spoken = [languages.language_of(text) if judged else None for text in texts]
    number = {None: NOT_JUDGED} | {name: count for count, name in enumerate(languages.NAMES)}
    return {
        "record": keys_of(records),
        "text": keys_of(texts),
        "plain": keys_of([normalised(text) for text in texts]),
        "category": np.array([place[name] for name in columns["category"]], dtype=np.int32),
        "characters": np.array([len(text) for text in texts], dtype=np.int32),
        "words": np.array([len(text.split()) for text in texts], dtype=np.int32),
        "language": np.array([number[name] for name in spoken], dtype=np.int8),
        **{
            step: np.array([mend(head) != head or mend(body) != body for head, body in zip(*fields, strict=True)])
            for step, mend in (markup.MENDING.items() if judged else ())
        },
        "lost": np.array([markup.LOST in text for text in texts], dtype=bool),
        "feeds": np.array([markup.has_line_feed(text) for text in texts], dtype=bool),
        "separators": np.array([markup.has_separator(text) for text in texts], dtype=bool),
        "urls": np.array([markup.is_address(text) for text in texts], dtype=bool),
        "emptied": np.array([not head.strip() for head in fields[0]], dtype=bool),
        "nothing": np.array([not markup.says_something(text) for text in texts], dtype=bool),
    }
