"""An upload stays as long as its visit, or its import, and no longer."""

import io

import pytest

from core.data import import_folders
from core.ui import visit_uploads


@pytest.fixture
def upload(home):
    return import_folders.stage("few.csv", 1, io.BytesIO(b"x").read).parent.parent


@pytest.fixture
def seen(monkeypatch):
    """Return what is seen of the visit at each look, to be filled; nothing more is looked at than that."""
    looks = []
    monkeypatch.setattr(visit_uploads, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(visit_uploads, "LOOKS", 3)
    monkeypatch.setattr(visit_uploads, "_is_there", lambda _: looks.pop(0))
    return looks


def test_it_goes_when_the_visit_stays_away(upload, seen):
    # A line that breaks for a while is no end.
    seen += [True, False, False, True, False, False, False]
    visit_uploads._follow(upload, "visit")
    assert seen == []
    assert not upload.exists()


def test_it_stays_when_its_import_was_started(upload, seen):
    (upload / import_folders.ORDER).write_text("{}")
    visit_uploads._follow(upload, "visit")
    assert upload.exists()


def test_nobody_follows_what_is_gone_already(upload, seen):
    import_folders.forget(upload)
    visit_uploads._follow(upload, "visit")
    assert seen == []
