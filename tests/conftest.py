"""What all tests share: a home of their own, and the real headlines where a machine has them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.runs import dispatcher, local
from core.storage import REPOSITORY, lock_holder, models_root

HOLDING = Path(__file__).parent / "holding"
REAL_FILE = REPOSITORY.parent / "shared" / "data" / "huffpost.jsonl.gz"

# A busy machine is no reason to fail.
settings.register_profile("copydesk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("copydesk")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is COPYDESK_HOME for this test."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("COPYDESK_HOME", str(folder))
    return folder


@pytest.fixture
def real_file() -> Path:
    """Return the file of 167,622 real headlines, or skip."""
    if not REAL_FILE.is_file():
        pytest.skip(f"the real headlines are not on this machine ({REAL_FILE}); they are no part of the project")
    return REAL_FILE


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return ``hold(where, how="hold")``: workers started from then on stay there, see tests/holding."""

    def set_up(where: str, how: str = "hold") -> None:
        # A dispatcher that is still about would start them with what it was started with itself.
        for _ in range(600):
            if lock_holder(models_root() / dispatcher.LOCK) is None:
                break
            local.wait_a_moment(0.02)
        else:
            raise AssertionError("the dispatcher has not ended: a run is still alive")
        paths = [str(HOLDING), str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
        monkeypatch.setenv("COPYDESK_TEST_HOLD", f"{how} {where}")

    return set_up
