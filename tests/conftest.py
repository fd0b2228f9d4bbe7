"""What all tests share: a home of their own, and the real headlines where a machine has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.storage import REPOSITORY

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
