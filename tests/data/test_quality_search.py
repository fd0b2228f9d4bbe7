"""The search for flaws in the background: what it keeps, and what is said where there is nothing."""

import pytest

from core import background
from core.data import cleaning_job, datasets, quality_search
from core.data.importing import import_file
from core.data.recipe import Recipe
from core.errors import DamagedError, InputError
from tests import flawed


@pytest.fixture
def dataset(home):
    return flawed.imported(home)


@pytest.fixture
def here(monkeypatch):
    """Do in this process what would be done in the background."""
    monkeypatch.setattr(background, "start", flawed.started_here)


def test_what_was_found_is_kept_by_the_content(dataset, here):
    assert not quality_search.has_result(dataset)
    assert quality_search.start(dataset).state == background.SUCCEEDED
    found = quality_search.load(dataset)
    told = {kind: (one.rows, one.groups, one.removable) for kind, one in found.quality.findings.items()}
    assert told == flawed.FLAWS
    assert (found.near, found.quality.language) == (True, "English")
    assert found.quality.findings["lines"].listed.tolist() == [12, 13]
    assert [one.tolist() for one in quality_search.load_near(dataset)] == [[0], [1]]
    assert quality_search.search_in(dataset).result["near"] == 2


def test_lines_that_were_no_records_are_those_of_the_dataset_not_of_another_one_with_the_same_content(home, here):
    record = '{"headline": "Tide turns", "category": "NEWS"}\n'
    for name, text in (("whole", record), ("spoilt", record + "oops\n")):
        (home / f"{name}.jsonl").write_text(text)
        import_file(home / f"{name}.jsonl", name)
    whole, spoilt = datasets.load("whole"), datasets.load("spoilt")
    assert whole.fingerprint == spoilt.fingerprint
    quality_search.start(spoilt, near=False)
    told = [quality_search.load(dataset).quality.findings["rejected"].rows for dataset in (spoilt, whole)]
    assert told == [1, 0]


def test_texts_are_not_compared_where_that_is_not_asked_for(dataset, here):
    quality_search.start(dataset, near=False)
    found = quality_search.load(dataset)
    assert not found.near
    assert found.quality.findings.keys() == flawed.FLAWS.keys() - {"near"}
    with pytest.raises(InputError, match=r"have not been compared yet; start it with: data quality flawed --near"):
        quality_search.load_near(dataset)


def test_a_process_of_its_own_finds_the_same(dataset):
    quality_search.start(dataset, near=False)
    assert background.wait(quality_search.folder_of(dataset.fingerprint)).state == background.SUCCEEDED
    assert quality_search.load(dataset).quality.findings["duplicates"].rows == 4


def test_other_content_under_the_same_name_is_told(dataset, here):
    folder = quality_search.folder_of("f" * 64)
    folder.mkdir(parents=True)
    quality_search.main(["flawed", "f" * 64, "cheap"])
    ended = background.look(folder)
    assert ended.state == background.FAILED
    assert ended.error == "dataset 'flawed' has other content than a moment ago; start the search again"


def test_where_nothing_was_found_yet_it_is_told_what_to_do(dataset):
    with pytest.raises(InputError, match=r"no search for flaws has ended in dataset 'flawed' yet; start one with"):
        quality_search.load(dataset)


def test_a_spoilt_result_is_told(dataset, here):
    quality_search.start(dataset, near=False)
    (quality_search.folder_of(dataset.fingerprint) / quality_search.FOUND).write_bytes(b"no parquet")
    with pytest.raises(DamagedError, match=r"cannot be read .*; start the search again"):
        quality_search.load(dataset)


def test_millions_of_rows_are_compared_only_when_that_is_asked_for(dataset):
    from dataclasses import replace

    assert quality_search.compares(dataset)
    assert not quality_search.compares(replace(dataset, rows=quality_search.MANY_ROWS))
    assert quality_search.expected_seconds(dataset, near=True) > quality_search.expected_seconds(dataset, near=False)


def test_comparing_more_texts_than_memory_holds_is_refused_before_it_begins(dataset, here):
    from dataclasses import replace

    many = replace(dataset, rows=10**12)
    with pytest.raises(InputError, match=r"needs about 1800000\.0 GB of memory, and .* GB are free; close other"):
        quality_search.start(many, near=True)
    assert not quality_search.folder_of(dataset.fingerprint).exists()


def test_a_copy_is_written_in_the_background(dataset, here):
    work = cleaning_job.start(dataset, Recipe(drop_duplicates=True), "copy")
    assert (work.state, work.result["rows"]) == (background.SUCCEEDED, dataset.rows - 2)
    assert datasets.load("copy").rows == dataset.rows - 2
    with pytest.raises(InputError, match="dataset 'copy' exists already"):
        cleaning_job.start(dataset, Recipe(drop_duplicates=True), "copy")


def test_a_cleaning_that_changes_nothing_fails_with_its_reason(dataset, here):
    work = cleaning_job.start(dataset, Recipe(drop_longer=9_999), "copy")
    assert work.state == background.FAILED
    assert work.error == "nothing in dataset 'flawed' needs drop-longer 9999; no copy was written"


def test_what_is_not_at_work_cannot_be_cancelled(dataset):
    with pytest.raises(InputError, match="no such search for flaws is at work"):
        quality_search.cancel(dataset)
    with pytest.raises(InputError, match="no such cleaning is at work"):
        cleaning_job.cancel("copy")
