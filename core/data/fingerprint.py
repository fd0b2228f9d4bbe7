"""A hash of a dataset's content: the same records in the same order have one fingerprint, however they came."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from core.data.records import FIELDS

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = b"copydesk dataset 1\n"
NO_LENGTH = -1
NO_DAY = np.iinfo(np.int32).min


class Fingerprint:
    """A running hash over typed columns, fed in batches of any size.

    Each text column has two hashes: of the lengths in bytes as little-endian int32 (-1 for null), and of the
    UTF-8 bytes one after the other. Dates have one, of the days since 1970-01-01 as int32.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._lengths = {field: hashlib.sha256() for field in FIELDS}
        self._bytes = {field: hashlib.sha256() for field in FIELDS}

    def update(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Add the rows of ``batch``: columns FIELDS, string but for date (date32)."""
        import pyarrow as pa

        for part in batch.to_batches() if isinstance(batch, pa.Table) else [batch]:
            self.rows += part.num_rows
            for field in FIELDS if part.num_rows else ():
                column = part.column(field)
                if field == "date":
                    self._lengths[field].update(_days(column))
                else:
                    self._lengths[field].update(_lengths(column))
                    self._bytes[field].update(_bytes(column))

    def hexdigest(self) -> str:
        """Return the fingerprint of all rows so far: 64 hexadecimal digits."""
        whole = hashlib.sha256(VERSION + f"{self.rows}\n".encode())
        for field in FIELDS:
            whole.update(field.encode() + b"\n" + self._lengths[field].digest() + self._bytes[field].digest())
        return whole.hexdigest()


def _days(column: pa.Array) -> np.ndarray:
    import pyarrow as pa

    return column.view(pa.int32()).fill_null(NO_DAY).to_numpy(zero_copy_only=False).astype("<i4", copy=False)


def _lengths(column: pa.Array) -> np.ndarray:
    import pyarrow.compute as pc

    lengths = pc.fill_null(pc.binary_length(column), NO_LENGTH)
    return lengths.to_numpy(zero_copy_only=False).astype("<i4", copy=False)


def _bytes(column: pa.Array) -> memoryview:
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    return memoryview(data if data is not None else b"")[ends[0] : ends[-1]]
