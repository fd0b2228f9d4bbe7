from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from itertools import chain

import pandas as pd
import pytest

from core.data import datasets
from core.data.sample import SAMPLE_FILE, import_sample
from core.errors import InputError


@pytest.fixture(scope="module")
def records():
    """All records of the file, as they are written in it."""
    return [json.loads(line) for line in SAMPLE_FILE.read_text(encoding="utf-8").rstrip("\n").split("\n")]


def words(text):
    return set(re.findall(r"\w+", text.lower()))


def whole(record):
    return f"{record['headline']} {record['short_description']}"


def half_alike(texts, others):
    """Return the pairs of different texts of which the Jaccard index of the words is at least one half.

    Two such texts share a word among the rarer half of each, so only these are looked up.
    """
    here, there = [words(text) for text in texts], [words(text) for text in others]
    texts_with = Counter(chain.from_iterable([*here, *there]))

    def rarer_half(found):
        return sorted(found, key=lambda word: (texts_with[word], word))[: len(found) // 2 + 1]

    with_word = defaultdict(set)
    for number, found in enumerate(there):
        for word in rarer_half(found):
            with_word[word].add(number)
    return [
        (text, others[number])
        for text, found in zip(texts, here, strict=True)
        for number in set().union(*(with_word[word] for word in rarer_half(found)))
        if text != others[number] and 2 * len(found & there[number]) >= len(found | there[number])
    ]


def test_the_sample_is_what_it_says(home):
    dataset = import_sample()
    assert (dataset.name, dataset.rejected, dataset.dates_unreadable) == ("sample", 0, 0)
    assert dataset.rows >= 2450
    assert len(dataset.category_counts) == 42
    assert min(dataset.category_counts.values()) >= 18
    assert next(iter(dataset.category_counts)) == "POLITICS"
    assert dataset.licence == "CC0-1.0"
    assert dataset.notice == "Fictional: every headline, person and place in this sample was made up for Copydesk."


def test_the_sample_has_flaws_and_years_like_real_data(home):
    frame = datasets.frame(import_sample())
    described = frame["short_description"].fillna("").str.strip() != ""
    assert 0.09 <= 1 - described.mean() <= 0.14
    assert (frame["date"].min().year, frame["date"].max().year) == (2012, 2022)
    assert not frame.duplicated(["headline", "short_description"]).any()


def test_sections_that_were_renamed_follow_one_another(home):
    frame = datasets.frame(import_sample())
    dates = frame.groupby("category")["date"]
    assert dates.median()["WELLNESS"] < dates.min()["HEALTHY LIVING"] + pd.Timedelta(days=1)
    for earlier, later in [
        ("WELLNESS", "HEALTHY LIVING"),
        ("PARENTING", "PARENTS"),
        ("STYLE & BEAUTY", "STYLE"),
        ("FOOD & DRINK", "TASTE"),
        ("ENVIRONMENT", "GREEN"),
        ("CULTURE & ARTS", "ARTS"),
        ("ARTS", "ARTS & CULTURE"),
        ("WORLDPOST", "THE WORLDPOST"),
        ("THE WORLDPOST", "WORLD NEWS"),
    ]:
        assert dates.median()[earlier] < dates.median()[later], (earlier, later)


def test_it_is_written_and_not_filled_into_templates(records):
    texts = [whole(record) for record in records]
    assert len(set().union(*map(words, texts))) >= 9000
    assert len(set(texts)) == len(texts)
    assert half_alike(texts, texts) == []


def test_its_pages_do_not_exist_and_each_has_one(records):
    links = [record["link"] for record in records]
    assert all(link.startswith("https://sample.copydesk.invalid/") for link in links)
    assert len(set(links)) == len(links)


def test_every_record_is_one_line_whoever_splits_it(records):
    assert len(SAMPLE_FILE.read_text(encoding="utf-8").splitlines()) == len(records)
    assert all(list(record) == list(records[0]) for record in records)


def test_no_headline_is_one_of_the_real_file(records, real_file):
    ours = {record["headline"].casefold() for record in records}
    with gzip.open(real_file, "rt", encoding="utf-8") as lines:
        real = [json.loads(line)["headline"] for line in lines]
    assert not ours & {headline.casefold() for headline in real}
    # One in forty of the real ones is enough to notice a habit of copying, and costs a second less.
    some = [headline for headline in real[::40] if len(words(headline)) >= 4]
    assert half_alike(some, [record["headline"] for record in records]) == []


def test_the_sample_can_have_another_name_but_none_twice(home):
    assert import_sample("mine").name == "mine"
    with pytest.raises(InputError, match=r"^dataset 'mine' exists already; choose another name, or delete it first$"):
        import_sample("mine")


def test_texts_that_share_half_their_words_are_found():
    assert half_alike(["a b c d"], ["b c d e", "c d e f", "a b c d"]) == [("a b c d", "b c d e")]
    assert half_alike(["A, b?"], ["b", "a c d"]) == [("A, b?", "b")]
