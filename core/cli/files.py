"""Files that commands write: one that is there stays, unless its replacement is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.errors import InputError, shorten

Overwrite = Annotated[
    bool, typer.Option("--overwrite", "--force", help="Replace a file that is there, once the new one is whole.")
]


def check_free(file: Path | None, overwrite: bool) -> None:
    """Raise InputError where ``file`` is there already and is not to be replaced; before the work, not after it."""
    if file is None or overwrite or not file.is_file():
        return
    raise InputError(f"file {shorten(str(file))} exists already; choose another name, or add --overwrite to replace it")
