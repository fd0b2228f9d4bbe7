from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from core.data import datasets
from core.errors import DamagedError, InputError, NotFound
from core.storage import data_root


def test_a_dataset_is_loaded_as_it_was_imported(imported, few_records):
    dataset = imported(few_records)
    assert datasets.load("d1") == dataset
    assert datasets.from_summary(datasets.summary(dataset), dataset.path) == dataset


def test_the_summary_has_the_keys_that_scripts_rely_on_first(imported, few_records):
    dataset = imported(few_records)
    summary = datasets.summary(dataset)
    assert list(summary)[:6] == ["dataset", "rows", "rejected", "categories", "fingerprint", "seconds"]
    assert list(summary.values())[:5] == ["d1", 3, 0, 2, dataset.fingerprint]
    assert summary["seconds"] > 0
    assert summary["category_counts"] == {"SEA": 2, "FOOD": 1}
    assert summary["dates"] == {"first": "2012-01-28", "last": "2014-05-01", "unreadable": 0}
    assert json.loads((dataset.path / "dataset.json").read_text()) == summary


def test_a_dataset_of_an_earlier_version_has_no_notes(imported, few_records):
    dataset = imported(few_records)
    older = {key: value for key, value in datasets.summary(dataset).items() if key != "notes"}
    assert datasets.from_summary(older, dataset.path) == dataset
    told = datasets.summary(dataset) | {"notes": ["the file is written in UTF-16"]}
    assert datasets.from_summary(told, dataset.path).notes == ("the file is written in UTF-16",)


def test_the_frame_has_the_types_that_all_else_builds_on(imported, few_records):
    frame = datasets.frame(imported([{"headline": "Zoo", "category": "ZOO"}, *few_records], batch_rows=2))
    assert list(frame.columns) == ["headline", "short_description", "category", "date", "link", "authors"]
    assert frame.index.equals(pd.RangeIndex(4))
    for column in ("headline", "short_description", "link", "authors"):
        assert frame[column].dtype == pd.StringDtype(na_value=float("nan"))
    assert frame["category"].cat.categories.tolist() == ["FOOD", "SEA", "ZOO"]
    assert frame["category"].tolist() == ["ZOO", "SEA", "FOOD", "SEA"]
    assert pd.api.types.is_datetime64_dtype(frame["date"])
    assert frame["date"].tolist() == [pd.NaT, pd.Timestamp("2012-01-28"), pd.Timestamp("2014-05-01"), pd.NaT]
    assert frame["short_description"].isna().tolist() == [True, False, False, True]
    assert frame["short_description"][2] == ""


def test_columns_are_given_as_asked_for(imported, few_records):
    dataset = imported(few_records)
    assert list(datasets.frame(dataset, columns=["category", "headline"])) == ["category", "headline"]
    with pytest.raises(InputError) as caught:
        datasets.frame(dataset, columns=["colour"])
    assert str(caught.value) == (
        "a dataset has no column 'colour'; it has headline, short_description, category, date, link, authors"
    )


def test_an_unknown_name_is_told_with_those_there_are(imported, few_records):
    with pytest.raises(NotFound) as caught:
        datasets.load("x")
    assert str(caught.value) == "there is no dataset 'x'; there is none yet; import a file, or the sample"
    imported(few_records)
    imported(few_records)
    for act in (datasets.load, datasets.delete):
        with pytest.raises(NotFound) as caught:
            act("x")
        assert str(caught.value) == "there is no dataset 'x'; there are: d1, d2"
        with pytest.raises(InputError, match=r"^dataset name '\.\./x' cannot be used"):
            act("../x")


def remove_rows(dataset):
    (dataset.path / "records.parquet").unlink()


def remove_rejected(dataset):
    (dataset.path / "rejected.jsonl").unlink()


def remove_description(dataset):
    (dataset.path / "dataset.json").unlink()


def cut_description(dataset):
    (dataset.path / "dataset.json").write_text('{"rows": ')


def strange_description(dataset):
    (dataset.path / "dataset.json").write_text('["rows"]')


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (remove_rows, "{}/records.parquet is missing; restore it from a backup, or delete dataset 'd1' and import"),
        (remove_rejected, "{}/rejected.jsonl is missing; restore it from a backup, or delete dataset 'd1' and import"),
        (remove_description, "{}/dataset.json is missing; restore it from a backup or delete its folder"),
        (cut_description, "{}/dataset.json cannot be read (Expecting value"),
        (strange_description, "{}/dataset.json is not a dataset's description; restore it from a backup, or delete"),
    ],
)
def test_a_damaged_dataset_is_told_and_hides_no_other(imported, few_records, harm, message):
    dataset, other = imported(few_records), imported(few_records)
    harm(dataset)
    with pytest.raises(DamagedError) as caught:
        datasets.load("d1")
    assert str(caught.value).startswith(message.format(dataset.path))
    assert datasets.list_all() == [other]
    assert datasets.damaged() == [(dataset.path, str(caught.value))]
    datasets.delete("d1")
    assert datasets.damaged() == []


def test_a_folder_that_is_no_dataset_is_not_passed_over(home):
    (data_root() / "not a name").mkdir(parents=True)
    (data_root() / ".hidden").mkdir()
    (data_root() / "sample.jsonl").write_text("{}")
    ((path, reason),) = datasets.damaged()
    assert path.name == "not a name"
    assert "rename or remove it" in reason
    assert datasets.list_all() == []


@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing more", None])
def test_rows_that_were_changed_are_damage(imported, few_records, content):
    dataset, other = imported(few_records), imported(few_records[:1])
    if content is None:
        shutil.copy(other.path / "records.parquet", dataset.path / "records.parquet")
    else:
        (dataset.path / "records.parquet").write_bytes(content)
    with pytest.raises(DamagedError, match=r"records\.parquet (cannot be read|does not hold 3 rows of records); "):
        datasets.frame(dataset)


def test_rejected_lines_that_were_changed_are_damage(imported, few_records):
    dataset = imported(few_records)
    (dataset.path / "rejected.jsonl").write_text("oops\n")
    with pytest.raises(DamagedError, match=r"rejected\.jsonl cannot be read; "):
        datasets.rejected(dataset)


def test_rejected_lines_are_limited(imported, few_records):
    dataset = imported([*few_records, {}, {}, {}])
    assert [line["line"] for line in datasets.rejected(dataset, 2)] == [4, 5]
    assert len(datasets.rejected(dataset, None)) == 3


def test_deleting_removes_all_of_one_dataset(imported, few_records):
    dataset, other = imported(few_records), imported(few_records)
    datasets.delete("d1")
    assert datasets.list_all() == [other]
    assert [path.name for path in data_root().iterdir()] == ["d2"]
    assert not dataset.path.exists()


def test_a_deletion_that_is_killed_is_not_seen_and_is_swept(imported, few_records, monkeypatch):
    imported(few_records)

    def killed(path: Path, **_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(datasets.shutil, "rmtree", killed)
        datasets.delete("d1")
    assert datasets.list_all() == datasets.damaged() == []
    assert len(list(data_root().iterdir())) == 1
    imported(few_records)
    assert [path.name for path in data_root().iterdir()] == ["d2"]
