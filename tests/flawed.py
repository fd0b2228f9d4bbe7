"""A small file with one of each flaw, and what is known of it; searched through in this process."""

import importlib
import json
from types import SimpleNamespace

import pytest

from core import background
from core.data.importing import import_file

LONG = "The harbour pilots of the northern islands have voted to keep the old lighthouse lit through the winter"
NEARLY = LONG.replace("winter", "storms")
RECORDS = [
    {"headline": LONG, "category": "SEA", "date": "2014-01-05"},
    {"headline": NEARLY, "category": "SEA", "date": "2014-02-05"},
    {"headline": "Tide turns at dawn", "short_description": "It did.", "category": "SEA"},
    {"headline": "Tide turns at dawn", "short_description": "It did.", "category": "SEA", "link": "a:b"},
    {"headline": "TIDE turns  at dawn", "short_description": "it did.", "category": "Sea"},
    {"headline": "Bread rises for the first time in years", "category": "FOOD"},
    {"headline": "Bread rises for the first time in years", "category": "FOOD"},
    {"headline": "Soup of the day is back on all the menus", "category": "FOOD"},
    {"headline": "soup of the day is back on all the menus", "category": "TRAVEL"},
    {"headline": "Tom &amp; <b>Jerry</b> are in the news for a third week", "category": "FOOD"},
    {"headline": "The cafÃ© on the corner isnâ€™t open to the public", "category": "FOOD"},
    {"headline": "A letter of the name was lost: Zo\ufffd is not on the list", "category": "FOOD"},
    {"headline": "Two lines\nof a poem that was read at the opening", "category": "TRAVEL"},
    {"headline": "Two more\u2028of the same that was read at the closing", "category": "TRAVEL"},
    {"headline": "The road \u200bto the sea is closed for the month", "category": "TRAVEL"},
    {"headline": "El presidente dijo que no hay dinero para los hospitales", "category": "TRAVEL"},
    {"headline": "Marcia", "category": "FOOD"},
    {"headline": "... !", "category": "FOOD"},
    {"headline": "https://example.test/a", "category": "TRAVEL"},
    {"headline": "The only one of its kind that is in the archive", "category": "RARE"},
    {"headline": "It is the last of the three that we have", "category": "SEA TRAVEL"},
    {"headline": "And the first of the four that they had", "category": "TRAVEL, THE SEA"},
    {"headline": " ".join(["The very long story of a day at the fair"] * 12), "category": "TRAVEL"},
]
# kind -> (rows, groups, rows that its step takes out or changes)
FLAWS = {
    "duplicates": (4, 2, 2),
    "respelled": (7, 3, 4),
    "identical": (2, 1, 1),
    "near": (2, 1, 1),
    "conflicts": (5, 2, 5),
    "markup": (1, 0, 1),
    "encoding": (1, 0, 1),
    "lost": (1, 0, 0),
    "lines": (2, 0, 2),
    "control": (1, 0, 1),
    "language": (1, 0, 1),
    "short": (3, 0, 3),
    "urls": (1, 0, 1),
    "long": (1, 0, 1),
    "names": (5, 1, 1),
    "order": (2, 1, 0),
    "small": (4, 4, 4),
    "rejected": (1, 0, 0),
}


def imported(home, name="flawed", records=RECORDS):
    """Import ``records``, and a line that is none, as dataset ``name``."""
    path = home / f"{name}.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in [*records, {"headline": "", "category": "SEA"}]))
    return import_file(path, name)


def started_here(folder, module, arguments, *, noun):
    """Do the work of `core.background.start` in this process, to its end."""
    folder.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        # Pages are run in a thread, which must not ask for signals.
        patch.setattr(background, "signal", SimpleNamespace(signal=lambda *_: None, SIGTERM=15, SIG_IGN=1))
        importlib.import_module(module).main([str(one) for one in arguments])
    return background.look(folder)
