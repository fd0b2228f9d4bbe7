"""A file of records with known words: a shortcut to FASHION, a change in NEWS, nothing else to be found."""

import json
from itertools import product

from core.data.importing import import_file

CATEGORIES = ("FASHION", "NEWS", "SPORTS", "ARTS")
ROWS = 60  # of each category
TOPICS = {"FASHION": "frocks", "NEWS": "senate", "SPORTS": "goals", "ARTS": "murals"}


def records():
    """Return 240 records; 30 of FASHION, all of 2012, have (PHOTOS), and NEWS changes from old to new words."""
    return [record(category, at) for category, at in product(CATEGORIES, range(ROWS))]


def record(category, at):
    month = at // 2 * 3 if category != "FASHION" or at % 2 else at % 12
    day = f"{2012 + month // 12}-{month % 12 + 1:02d}-15"
    own = " (PHOTOS)" if category == "FASHION" and not at % 2 else ""
    if category == "NEWS":
        own = " Fresh Plan" if at >= ROWS // 2 else " Stale Deal"
    headline = f"The {TOPICS[category]} of day {at}{own}"
    return {"headline": headline, "category": category, "date": day, "short_description": "as told"}


def imported(folder, name="planted"):
    """Import them as a dataset; the file is written in ``folder``."""
    file = folder / f"{name}.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in records()), encoding="utf-8")
    return import_file(file, name)
