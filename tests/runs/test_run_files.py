"""The files of a run, listed, and those of its result that are gone or of another size."""

import json
import re

import pytest

from core.runs import run_files
from core.runs.spec import SpecGrouping, TrainingSpec
from core.runs.store import Run

SPEC = TrainingSpec(dataset="d", fingerprint="f", categories=("A", "B"), grouping=SpecGrouping(name="raw"))


@pytest.fixture
def run(tmp_path):
    for name, content in {"model/a.json": "{}", "spec.json": "{}", "status.lock": "", ".status.json.x": "half"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {"model/a.json": {"bytes": 2, "sha256": ""}}}))
    return Run("a", tmp_path, SPEC, {"state": "succeeded"})


def test_files_are_listed_with_permissions_and_times(run):
    (run.path / "spec.json").chmod(0o640)
    found = {one.name: one for one in run_files.files_of(run)}
    assert list(found) == ["manifest.json", "model/a.json", "spec.json"]
    assert (found["spec.json"].bytes, found["spec.json"].permissions) == (2, "-rw-r-----")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", found["spec.json"].time)


def test_what_is_gone_or_of_another_size_is_named(run):
    assert run_files.absent(run) == []
    (run.path / "model" / "a.json").write_text("{ }")
    assert run_files.absent(run) == ["model/a.json"]
    (run.path / "model" / "a.json").unlink()
    assert run_files.absent(run) == ["model/a.json"]


@pytest.mark.parametrize("content", ["{", "[]", '{"files": 1}', '{"files": {"a": 1}}'])
def test_a_manifest_that_cannot_be_read_stands_for_all(run, content):
    (run.path / "manifest.json").write_text(content)
    assert run_files.absent(run) == ["manifest.json"]
