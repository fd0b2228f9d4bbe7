"""The groupings that every installation has."""

from __future__ import annotations

from core.grouping.grouping import Grouping

_HUFFPOST_12 = {
    "NEWS": ["U.S. NEWS", "WORLD NEWS", "THE WORLDPOST", "WORLDPOST", "GOOD NEWS", "WEIRD NEWS"],
    "ARTS & CULTURE": ["CULTURE & ARTS", "ARTS & CULTURE", "ARTS", "STYLE", "STYLE & BEAUTY"],
    "LIFESTYLE": [
        "WELLNESS", "HEALTHY LIVING", "FOOD & DRINK", "TASTE", "HOME & LIVING", "TRAVEL",
        "PARENTS", "PARENTING", "WEDDINGS", "DIVORCE", "WOMEN", "FIFTY",
    ],
    "SCIENCE & ENVIRONMENT": ["SCIENCE", "GREEN", "ENVIRONMENT"],
    "VOICES": ["BLACK VOICES", "QUEER VOICES", "LATINO VOICES", "IMPACT"],
    "EDUCATION": ["COLLEGE", "EDUCATION"],
    "ENTERTAINMENT": ["COMEDY", "ENTERTAINMENT", "MEDIA"],
    "POLITICS & BUSINESS": ["POLITICS", "MONEY", "BUSINESS"],
    "TECHNOLOGY": ["TECH"],
    "SPORTS": ["SPORTS"],
    "CRIME": ["CRIME"],
    "RELIGION": ["RELIGION"],
}  # fmt: skip

HUFFPOST_12 = Grouping(
    "huffpost-12",
    {category: group for group, members in _HUFFPOST_12.items() for category in members},
    note="The 42 HuffPost sections as 12 groups.",
)
RAW = Grouping("raw", note="Every category by itself: the labels as they are in the data.")
BUILTIN = {grouping.name: grouping for grouping in (HUFFPOST_12, RAW)}


def default_for(categories: list[str]) -> Grouping:
    """Return huffpost-12 where it brings at least two of ``categories`` together, else raw."""
    return HUFFPOST_12 if HUFFPOST_12.partition(categories) else RAW
