"""The search for flaws as a process of its own: ``python -m core.data.quality_search DATASET FINGERPRINT near|cheap``.

What it leaves lies under COPYDESK_HOME, keyed by the content of the dataset and never inside it:

cache/quality/<first 16 digits of the fingerprint>/
    found.parquet    rows of each kind that can be looked at, and `Quality`, whole or not at all; first without
                     near-duplicates, then with them
    near.parquet     the first row of each of two texts that are nearly the same, and how alike they are
    (and what `core.background` keeps: state.json, worker.lock, cancel, log.txt)
"""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import background
from core.background import Background, Progress
from core.errors import DamagedError, InputError, one_line, shorten
from core.storage import home, write_atomic

if TYPE_CHECKING:
    # The lock is taken before anything large is imported, so that whoever started us knows at once.
    import numpy as np

    from core.data.datasets import Dataset
    from core.data.near_duplicates import NearPairs
    from core.data.quality import Quality

FOUND, NEAR = "found.parquet", "near.parquet"
NOUN = "search for flaws"
WITH_NEAR, CHEAP = "near", "cheap"
PHASES = {"read": (0.0, 0.3), "compare": (0.3, 0.95), "save": (0.95, 1.0)}
SPOKEN = {"read": "reads every record", "compare": "compares texts", "save": "writes down what was found"}
# From so many rows on near-duplicates are looked for where they are asked for alone.
MANY_ROWS = 1_000_000
# Measured on two cores: 5 s of processor time for one pass over 167,616 rows, 12 s to compare them.
SECONDS_AT_LEAST, SCAN_SECONDS_PER_ROW, NEAR_SECONDS_PER_ROW = 1.5, 3.0e-5, 7.5e-5
# Measured: 370 MB for 209,527 texts, beside what the process has anyway.
NEAR_BYTES_PER_ROW = 1_800
METADATA = b"copydesk"
VERSION = 1


@dataclass(frozen=True)
class Found:
    """What the last search in a dataset found; ``near``: whether texts were compared as well."""

    quality: Quality
    near: bool


def folder_of(fingerprint: str) -> Path:
    """Return the folder of the searches in the content with this fingerprint, be it there or not."""
    return home() / "cache" / "quality" / fingerprint[:16]


def search_in(dataset: Dataset) -> Background:
    """Return how far the search in ``dataset`` is."""
    return background.look(folder_of(dataset.fingerprint))


def has_result(dataset: Dataset) -> bool:
    """Tell whether something that was found, by this search or an earlier one, can be read."""
    return (folder_of(dataset.fingerprint) / FOUND).is_file()


def compares(dataset: Dataset) -> bool:
    """Tell whether a search that is not told otherwise compares texts: not from `MANY_ROWS` on."""
    return dataset.rows < MANY_ROWS


def expected_seconds(dataset: Dataset, *, near: bool) -> float:
    """Return how long a search will about take, by the number of rows."""
    per_row = SCAN_SECONDS_PER_ROW + (NEAR_SECONDS_PER_ROW if near else 0.0)
    return SECONDS_AT_LEAST + dataset.rows * per_row


def start(dataset: Dataset, *, near: bool | None = None) -> Background:
    """Start a search in the background unless one is at work; ``near`` None: as `compares` has it.

    Raises InputError when there is not enough memory to compare the texts of millions of rows.
    """
    asked = compares(dataset) if near is None else near
    if asked and not compares(dataset):
        _check_memory(dataset)
    arguments = [dataset.name, dataset.fingerprint, WITH_NEAR if asked else CHEAP]
    return background.start(folder_of(dataset.fingerprint), __name__, arguments, noun=NOUN)


def near_bytes(dataset: Dataset) -> int:
    """Return how much memory it about takes to compare the texts, in bytes."""
    return dataset.rows * NEAR_BYTES_PER_ROW


def _check_memory(dataset: Dataset) -> None:
    import psutil

    needed, free = near_bytes(dataset), psutil.virtual_memory().available
    if needed > free:
        raise InputError(
            f"comparing the texts of {dataset.rows:,} rows needs about {needed / 1e9:.1f} GB of memory, and "
            f"{free / 1e9:.1f} GB are free; close other programs, or search without comparing: --no-near"
        )


def cancel(dataset: Dataset) -> None:
    """End the search in ``dataset``; what was found before stays. InputError when none is at work."""
    background.cancel(folder_of(dataset.fingerprint), noun=NOUN)


def load(dataset: Dataset) -> Found:
    """Return what the last search found; InputError where there was none, DamagedError for a spoilt file."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from core.data.quality import KINDS, Finding, Quality
    from core.data.quality_findings import rejected_lines

    path = folder_of(dataset.fingerprint) / FOUND
    if not path.is_file():
        raise InputError(
            f"no search for flaws has ended in dataset {shorten(dataset.name)} yet; "
            f"start one with: data quality {dataset.name}"
        )
    try:
        table = pq.read_table(path)
        facts = json.loads(table.schema.metadata[METADATA])
        if facts["fingerprint"] != dataset.fingerprint or facts["version"] != VERSION:
            raise ValueError("it is of another content or version")
        kinds = np.array(table.column("kind").to_pylist(), dtype=object)
        rows, groups = (table.column(name).to_numpy() for name in ("row", "group"))
        findings = {
            one["kind"]: Finding(
                one["kind"],
                *(one[name] for name in ("rows", "groups", "removable", "note")),
                rows[kinds == one["kind"]],
                groups[kinds == one["kind"]],
            )
            for one in facts["findings"]
            if one["kind"] in KINDS
        }
        # What a file had besides its records belongs to the dataset: another one may have the same content.
        findings["rejected"] = rejected_lines(dataset)
        return Found(Quality(dataset.rows, findings, facts["language"], facts["facts"]), bool(facts["near"]))
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"{path} cannot be read ({one_line(str(error))}); start the search again") from error


def save(found: Found, fingerprint: str) -> None:
    """Write what a search found, whole or not at all."""
    import numpy as np
    import pyarrow as pa

    findings = list(found.quality.findings.values())
    columns = {
        "kind": pa.array([one.kind for one in findings for _ in range(len(one.listed))], pa.string()),
        "row": np.concatenate([one.listed for one in findings]),
        "group": np.concatenate([one.groups_listed for one in findings]),
    }
    facts = {
        "version": VERSION,
        "fingerprint": fingerprint,
        "language": found.quality.language,
        "facts": found.quality.facts,
        "near": found.near,
        "findings": [one.document() for one in findings],
    }
    _write(folder_of(fingerprint) / FOUND, columns, facts)


def _write(path: Path, columns: dict[str, Any], facts: dict[str, Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(columns).replace_schema_metadata({METADATA: json.dumps(facts).encode()})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    write_atomic(path, out.getvalue())


def load_near(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of rows that are nearly the same, of each text the first row; InputError where none are known."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder_of(dataset.fingerprint) / NEAR
    if not path.is_file():
        raise InputError(
            f"texts of dataset {shorten(dataset.name)} have not been compared yet; "
            f"start it with: data quality {dataset.name} --near"
        )
    try:
        table = pq.read_table(path)
        return table.column("one").to_numpy(), table.column("other").to_numpy()
    except (pa.ArrowException, OSError, KeyError) as error:
        raise DamagedError(f"{path} cannot be read ({one_line(str(error))}); start the search again") from error


def main(arguments: list[str]) -> int:
    """Search in the dataset of this name, if it has this fingerprint; return 0 when it came to its end."""
    name, fingerprint, how = arguments
    folder = folder_of(fingerprint)
    return background.work(
        folder, PHASES, lambda report: _search(name, fingerprint, how == WITH_NEAR, report), noun=NOUN
    )


def _search(name: str, fingerprint: str, near: bool, report: Progress) -> dict[str, Any]:
    """Search, save what was found, and return what is to be told at once."""
    from core.data import datasets
    from core.data.quality import KINDS, Quality
    from core.data.quality_findings import cheap_findings, longest_usual, main_language, search_near
    from core.data.quality_scan import scan

    dataset = datasets.load(name)
    if dataset.fingerprint != fingerprint:
        raise InputError(f"dataset {shorten(name)} has other content than a moment ago; start the search again")

    seen = scan(dataset, told=lambda done, rows: report("read", done, rows, note=f"{done:,} of {rows:,} rows"))
    findings = {one.kind: one for one in cheap_findings(dataset, seen)}
    facts = {"longest_usual": longest_usual(seen.characters)}
    language = main_language(seen)

    def keep(compared: bool) -> None:
        ordered = {kind: findings[kind] for kind in KINDS if kind in findings}
        save(Found(Quality(dataset.rows, ordered, language, facts), compared), fingerprint)

    keep(False)
    if near:
        findings["near"], first, pairs = search_near(dataset, seen, lambda done, texts: report("compare", done, texts))
        report("save", 0, 1)
        _save_near(fingerprint, first, pairs)
        keep(True)
    return {kind: one.rows for kind, one in findings.items()}


def _save_near(fingerprint: str, first: np.ndarray, pairs: NearPairs) -> None:
    columns = {"one": first[pairs.one], "other": first[pairs.other], "likeness": pairs.likeness}
    _write(folder_of(fingerprint) / NEAR, columns, {"version": VERSION, "fingerprint": fingerprint})


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
