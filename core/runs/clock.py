"""Time that no change of the clock can bend: seconds since the machine started, and which start it was."""

from __future__ import annotations

import functools
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the millisecond: for people to read, never to reckon with."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@functools.cache
def boot_id() -> str:
    """Return what tells this start of the machine from every other; "" where the system does not say."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        if sys.platform != "darwin":
            return ""
    done = subprocess.run(["sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def stamp() -> dict[str, Any]:
    """Return this moment as {boot, monotonic}: any process of this start of the machine can reckon from it."""
    return {"boot": boot_id(), "monotonic": round(time.monotonic(), 3)}


def seconds_since(then: Any) -> float | None:
    """Return the seconds since a `stamp`; None when it is none, or of another start of the machine."""
    if (
        not isinstance(then, dict)
        or then.get("boot") != boot_id()
        or not isinstance(then.get("monotonic"), int | float)
    ):
        return None
    return max(0.0, time.monotonic() - then["monotonic"])


def restarted_since(then: Any) -> bool:
    """Tell whether the machine was started again after a `stamp`."""
    return isinstance(then, dict) and bool(then.get("boot")) and bool(boot_id()) and then["boot"] != boot_id()
