from __future__ import annotations

import pytest

from core.data.guessing import Guess, guessed

TITLES = [f"The tide number {number} turns late" for number in range(20)]
TEXTS = [f"Somebody says at length that number {number} of the tides did turn, but late." for number in range(20)]
KINDS = ["SEA", "FOOD", "SEA", "TRAVEL"] * 5


def records(**columns: list) -> list[dict]:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def fields(found: list[dict]) -> dict[str, str]:
    return {guess.field: guess.column for guess in guessed(list(found[0]), found)}


def test_an_obvious_name_counts_whatever_the_content():
    found = records(title=KINDS, label=TITLES)
    assert guessed(["title", "label"], found) == (
        Guess("headline", "title", "its name"),
        Guess("category", "label", "its name"),
    )


@pytest.mark.parametrize("column", ["news_category", "NewsCategory", "main category", "news-topic", "newsSection"])
def test_a_name_may_end_in_an_obvious_one(column):
    (guess,) = [guess for guess in guessed(["a", column], []) if guess.field == "category"]
    assert guess.column == column
    assert guess.reason.startswith("its name ends in ")


@pytest.mark.parametrize("column", ["category_id", "untitled", "sublabels", "n"])
def test_a_name_that_only_contains_one_tells_nothing(column):
    assert guessed([column], []) == ()


def test_the_content_tells_what_names_do_not():
    found = records(
        q1=[f"https://a.example/{number}" for number in range(20)],
        q2=TEXTS,
        q3=[f"{number + 1:02}/02/2020" for number in range(20)],
        q4=KINDS,
        q5=TITLES,
        q6=list(range(20)),
    )
    assert guessed(list(found[0]), found) == (
        Guess("headline", "q5", "the shorter texts, 28 characters on average"),
        Guess("short_description", "q2", "the longest texts, 70 characters on average"),
        Guess("category", "q4", "short values that repeat: 3 different in 20"),
        Guess("date", "q3", "100% of its values are dates"),
        Guess("link", "q1", "100% of its values are links"),
    )


def test_texts_are_rather_categories_than_numbers_and_numbers_than_none():
    numbers = [1, 2, 3, 4] * 5
    assert fields(records(a=numbers, b=KINDS, title=TITLES))["category"] == "b"
    assert fields(records(a=numbers, title=TITLES))["category"] == "a"


@pytest.mark.parametrize(
    "values",
    [
        list(map(str, range(20))),
        ["same"] * 20,
        [True, False] * 10,
        TITLES,
        ["x" * 61, "y"] * 10,
        [""] * 20,
        [None] * 20,
    ],
    ids=["all different", "all the same", "booleans", "texts", "long", "empty", "missing"],
)
def test_what_does_not_repeat_shortly_is_no_category(values):
    assert "category" not in fields(records(a=values, title=TITLES))


def test_numbers_are_no_dates_unless_their_name_says_so():
    days = [f"201201{number + 10}" for number in range(20)]
    assert "date" not in fields(records(a=days, title=TITLES))
    assert fields(records(published=days, title=TITLES))["date"] == "published"


def test_a_description_is_longer_than_the_headline():
    assert "short_description" not in fields(records(title=TEXTS, other=TITLES))
    assert fields(records(title=TITLES, other=TEXTS))["short_description"] == "other"
