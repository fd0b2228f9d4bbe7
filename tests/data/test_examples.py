"""Example headlines: real ones, different, and the same every time."""

import pandas as pd

from core.data.examples import examples_by_category


def frame(rows):
    """Return a frame of (category, headline) rows; category Z occurs in none."""
    categories = pd.Categorical([category for category, _ in rows], categories=["A", "B", "Z"])
    return pd.DataFrame({"category": categories, "headline": pd.Series([one for _, one in rows], dtype="str")})


def test_up_to_three_different_headlines_of_each_category():
    found = examples_by_category(frame([("A", f"a{n % 5}") for n in range(50)] + [("B", "b"), ("B", "b")]))
    assert {category: len(headlines) for category, headlines in found.items()} == {"A": 3, "B": 1, "Z": 0}
    assert len(set(found["A"])) == 3
    assert set(found["A"]) <= {f"a{n}" for n in range(5)}


def test_blank_headlines_are_passed_over_and_space_around_one_is_cut():
    assert examples_by_category(frame([("A", " "), ("A", ""), ("A", None), ("A", " a ")]), per=2)["A"] == ["a"]


def test_the_same_every_time_whatever_the_number():
    rows = frame([("AB"[n % 2], f"{n}") for n in range(100)])
    three = examples_by_category(rows)
    assert examples_by_category(rows) == three
    assert {category: headlines[:1] for category, headlines in three.items()} == examples_by_category(rows, per=1)


def test_no_rows():
    assert examples_by_category(frame([])) == {"A": [], "B": [], "Z": []}
