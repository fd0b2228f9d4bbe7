"""Marks of headlines: brackets, columns, what follows a stroke, and nothing else."""

import pytest

from core.evaluation.marks import BRACKET, LEAD, TAIL, kind_of, marks, marks_of


@pytest.mark.parametrize(
    ("headline", "found"),
    [
        ("10 Best Dresses (PHOTOS)", ["(PHOTOS)"]),
        ("Watch this [VIDEO] (VIDEO)", ["[VIDEO]", "(VIDEO)"]),
        ("Recipe Of The Day: Soup", ["Recipe Of The Day:"]),
        ("A day | Good News", ["| Good News"]),
        ("The weather – Weather.com", ["– Weather.com"]),
        ("At 10:30 it rains", []),
        ("A so-called well-known thing", []),
        ("(a bracket that holds far more words than any mark would)", []),
        ("(unclosed", []),
        ("", []),
        (": nothing before", []),
        ("Twice (AGAIN) (AGAIN)", ["(AGAIN)"]),
    ],
)
def test_what_a_mark_is(headline, found):
    assert marks_of(headline) == found


@pytest.mark.parametrize(("mark", "kind"), [("(a)", BRACKET), ("[a]", BRACKET), ("A b:", LEAD), ("| A", TAIL)])
def test_its_kind_is_told_by_its_signs(mark, kind):
    assert kind_of(mark) == kind


def test_case_does_not_count_and_the_commonest_form_is_shown():
    found = marks(["x (PHOTO)", "y (Photo)", "Tip: z (PHOTO)", "none"])
    assert found.names == ["(photo)", "tip:"]
    assert found.shown == ["(PHOTO)", "Tip:"]
    assert list(zip(found.rows.tolist(), found.ids.tolist(), strict=True)) == [(0, 0), (1, 0), (2, 0), (2, 1)]


def test_rare_ones_are_left_out():
    assert marks(["x (A)", "y (A)", "z (B)"], 2).names == ["(a)"]


def test_a_long_run_of_spaces_or_signs_is_no_trouble():
    assert marks_of("a" + " " * 9_000 + "b") == []
    assert marks_of("- " * 5_000) == []
    assert marks_of("(" * 10_000) == []
