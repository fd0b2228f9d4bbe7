"""Names of categories that seem to mean the same."""

from core.data.category_names import merged_names, spelled_differently, worded_differently

COUNTS = {
    "Arts & Culture": 5,
    "ARTS AND CULTURE": 9,
    "arts-culture ": 1,
    "CULTURE & ARTS": 7,
    "SPORTS": 4,
    "The Sports": 2,
}


def test_spellings_come_with_the_commonest_first():
    assert spelled_differently(COUNTS) == [("ARTS AND CULTURE", "Arts & Culture")]
    assert merged_names(COUNTS) == {"Arts & Culture": "ARTS AND CULTURE"}


def test_another_order_of_words_is_a_hint_of_its_own():
    assert worded_differently(COUNTS) == [
        ("ARTS AND CULTURE", "CULTURE & ARTS", "Arts & Culture", "arts-culture "),
        ("SPORTS", "The Sports"),
    ]


def test_names_of_signs_alone_are_like_no_other():
    assert spelled_differently({"!": 1, "?": 1, "&": 2, "And": 1}) == [("&", "And")]
    assert worded_differently({"!": 1, "?": 1, "The": 1, "A": 1}) == []
