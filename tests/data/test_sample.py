from __future__ import annotations

import pandas as pd
import pytest

from core.data import datasets
from core.data.sample import import_sample
from core.errors import InputError


def test_the_sample_is_what_it_says(home):
    dataset = import_sample()
    assert (dataset.name, dataset.rejected, dataset.dates_unreadable) == ("sample", 0, 0)
    assert dataset.rows >= 420
    assert len(dataset.category_counts) == 42
    assert min(dataset.category_counts.values()) >= 10
    assert dataset.licence == "CC0-1.0"
    assert dataset.notice == "Fictional: every headline, person and place in this sample was made up for Copydesk."


def test_the_sample_has_flaws_and_years_like_real_data(home):
    frame = datasets.frame(import_sample())
    described = frame["short_description"].fillna("").str.strip() != ""
    assert 0.09 <= 1 - described.mean() <= 0.14
    assert frame["date"].max() - frame["date"].min() >= pd.Timedelta(days=5 * 365)
    assert not frame.duplicated(["headline", "short_description"]).any()


def test_the_sample_can_have_another_name_but_none_twice(home):
    assert import_sample("mine").name == "mine"
    with pytest.raises(InputError, match=r"^dataset 'mine' exists already; choose another name, or delete it first$"):
        import_sample("mine")
