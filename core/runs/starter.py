"""The model that ships with Copydesk: a finished run in ``models/starter/`` of the program's own folder.

It answers on a fresh machine, before anything was trained. Where COPYDESK_HOME is another folder it is there all the
same, after all other runs, and stays as it is. ``COPYDESK_STARTER=off`` leaves it out, for those who sort other things.
"""

from __future__ import annotations

import os
from pathlib import Path

from core.storage import REPOSITORY

ID = "starter"
SETTING, OFF = "COPYDESK_STARTER", "off"
FOLDER = REPOSITORY / "models" / ID


def is_wanted() -> bool:
    """Tell whether the starter may be shown at all."""
    return os.environ.get(SETTING, "").strip().lower() != OFF


def path() -> Path | None:
    """Return the folder of the starter, None where it is not wanted or not part of this installation."""
    return FOLDER if is_wanted() and (FOLDER / "spec.json").is_file() else None
