from __future__ import annotations

import pytest

from core.data.importing import import_file
from core.ui import components


@pytest.fixture
def captions(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(components.st, "caption", said.append)
    return said


def test_what_the_import_took_the_file_for_is_said_with_its_flaws(home, tmp_path, captions):
    (tmp_path / "a.csv").write_bytes("title,label,date\nZürich,b,28/01/2012\n,b,\n".encode("cp1252"))
    components.flaws(import_file(tmp_path / "a.csv", "a"))
    flaws, about = captions
    assert flaws == "Flaws found: 1 × no headline."
    assert about.startswith("About the file: 1 line is not UTF\\-8, and read as Windows\\-1252; ")
    assert about.endswith("; dates such as 03/04/2012 were read day first, as 1 of them can only be.")


def test_a_file_without_anything_to_tell_says_nothing(home, tmp_path, captions):
    (tmp_path / "a.csv").write_text("title,label\na,b\n")
    components.flaws(import_file(tmp_path / "a.csv", "a"))
    assert captions == []
