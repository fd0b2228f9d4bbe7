"""What to call a dataset that has no name yet."""

from __future__ import annotations

import re
from pathlib import PurePath

from core.data import datasets

LONGEST = 60
SUFFIXES = re.compile(r"(\.(gz|zip|jsonl?|ndjson|csv|tsv|tab|txt|parquet))+$", re.IGNORECASE)
UNFIT = re.compile(r"[^A-Za-z0-9_-]+")


def suggested_name(file: str) -> str:
    """Return a name made from that of a file: ``News v3.json.gz`` is ``News-v3``.

    >>> suggested_name("/tmp/Schlagzeilen (2).csv")
    'Schlagzeilen-2'
    """
    stem = SUFFIXES.sub("", PurePath(file.replace("\\", "/")).name)
    return UNFIT.sub("-", stem).strip("-_")[:LONGEST].rstrip("-_") or "dataset"


def free_name(name: str) -> str:
    """Return ``name``, or where a dataset has it already, ``name`` with the first number that is free."""
    taken = {one.casefold() for one in datasets.names()}
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return next(one for one in names if one.casefold() not in taken)
