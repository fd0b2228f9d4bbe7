"""The sample that ships with Copydesk: fictional headlines in the categories of the real data set."""

from __future__ import annotations

from core.data.datasets import Dataset
from core.data.importing import import_file
from core.storage import REPOSITORY

SAMPLE_FILE = REPOSITORY / "data" / "sample.jsonl"
LICENCE = "CC0-1.0"
NOTICE = "Fictional: every headline, person and place in this sample was made up for Copydesk."


def import_sample(name: str = "sample") -> Dataset:
    """Import the sample as dataset ``name`` and return it; InputError as for import_file."""
    return import_file(SAMPLE_FILE, name, source="Copydesk's own sample", licence=LICENCE, notice=NOTICE)
