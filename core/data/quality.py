"""What can be wrong with a dataset: the kinds of flaws, why each matters, and what was found of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

# Rows of one kind that can be looked at; all are counted.
MOST_LISTED = 5_000


@dataclass(frozen=True)
class Kind:
    """A kind of flaw.

    Attributes
    ----------
    title: what it is called; why: why it matters, in a sentence or two.
    step: the step of a cleaning that mends it (`core.data.recipe.STEPS`), None where there is none.
    in_groups: whether its rows belong together in groups.
    """

    name: str
    title: str
    why: str
    step: str | None = None
    in_groups: bool = False


_ALL = (
    Kind(
        "duplicates",
        "Same text",
        "Repeats count double in training, and one of two that comes into the test was learned by heart.",
        "drop-duplicates",
        True,
    ),
    Kind(
        "respelled",
        "Same text but for case and white space",
        "They are repeats that a search letter by letter misses; rows with the same text are among them.",
        "drop-respelled",
        True,
    ),
    Kind(
        "identical",
        "Same in all fields",
        "The record was taken in twice; nothing is lost when the later one goes.",
        "drop-identical",
        True,
    ),
    Kind(
        "near",
        "Nearly the same text",
        "Of the words of both, eight in ten are shared. A near-repeat in the test is half learned, so figures flatter.",
        "drop-near",
        True,
    ),
    Kind(
        "conflicts",
        "Same text under several categories",
        "No model can be right about all of them. The cleaned copy leaves all of them out, as nobody can tell which "
        "label is right; to decide one by one, see Labels on Evaluate.",
        "drop-conflicts",
        True,
    ),
    Kind(
        "markup",
        "Markup in the text",
        "Tags and entities become words of their own, and give away the source rather than the topic.",
        "strip-markup",
    ),
    Kind(
        "encoding",
        "Broken encoding",
        "Letters that were read in a wrong encoding make words that no other record has.",
        "fix-encoding",
    ),
    Kind(
        "lost",
        "Letters lost for good",
        "The sign � stands where a letter could not be read. It cannot be told which; look at the source.",
    ),
    Kind(
        "lines",
        "Line breaks in the text",
        "A program that reads the file line by line, or a spreadsheet, cuts such records in two.",
        "join-lines",
    ),
    Kind(
        "control",
        "Characters that nobody sees",
        "Control characters and spaces of no width split words and make equal texts differ.",
        "strip-control",
    ),
    Kind(
        "language",
        "Another language",
        "Words of another language tell the language rather than the topic.",
        "keep-language",
    ),
    Kind(
        "short",
        "Hardly any text",
        "So few words leave a model, and a person, nothing to go by.",
        "drop-short",
    ),
    Kind(
        "urls",
        "Nothing but an address",
        "An address of a page is not what a model is asked about.",
        "drop-urls",
    ),
    Kind(
        "long",
        "Far longer than the others",
        "Often a whole article, or several records run together. A transformer reads only the beginning.",
        "drop-longer",
    ),
    Kind(
        "names",
        "Category names spelled in several ways",
        "They differ by case, spaces or punctuation alone, yet are categories of their own for a model.",
        "merge-names",
        True,
    ),
    Kind(
        "order",
        "Category names with the same words",
        "Perhaps one section under two names. Only somebody who knows can tell; a grouping can put them together.",
        None,
        True,
    ),
    Kind(
        "small",
        "Categories with hardly any rows",
        "Too few to be learned and tested; below three rows a run cannot be trained on categories at all.",
        "drop-small",
        True,
    ),
    Kind(
        "rejected",
        "Lines of the file that are no records",
        "They were kept aside at the import, so they are not in the dataset. Mend the file, then import it again.",
    ),
)  # fmt: skip
KINDS = {kind.name: kind for kind in _ALL}


@dataclass(frozen=True, eq=False)
class Finding:
    """What was found of one kind.

    Attributes
    ----------
    rows: rows concerned; groups: how many groups they form, 0 where the kind has none.
    removable: rows that the kind's step removes or changes.
    note: what else is to be said, such as the rule with its numbers; "" for nothing.
    listed: the first rows concerned, group by group, the largest group first, int64, shape (rows listed,).
    groups_listed: the number of the group of each, int64; 0 throughout where the kind has none.
    """

    kind: str
    rows: int
    groups: int = 0
    removable: int = 0
    note: str = ""
    listed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    groups_listed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def document(self) -> dict[str, Any]:
        """Return it as the command line prints it, without rows."""
        kind = KINDS[self.kind]
        return {
            "kind": self.kind,
            "title": kind.title,
            "rows": self.rows,
            "groups": self.groups,
            "removable": self.removable,
            "step": kind.step,
            "note": self.note,
        }


@dataclass(frozen=True, eq=False)
class Quality:
    """What was found in a dataset.

    Attributes
    ----------
    findings: kind -> what was found, in the order of `KINDS`; a kind that was looked for in vain has 0 rows,
        one that was not looked for (yet) is not there.
    language: the language that most of the texts are in, None where none could be judged.
    """

    rows: int
    findings: dict[str, Finding]
    language: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def finding(
    kind: str, rows: np.ndarray, groups: np.ndarray | None = None, *, removable: int | None = None, note: str = ""
) -> Finding:
    """Return what was found: ``rows`` concerned, and the number of the group of each where there are groups.

    Parameters
    ----------
    removable: all of the rows by default.
    """
    numbers = np.zeros(len(rows), dtype=np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
    sizes = np.bincount(numbers) if len(rows) else np.zeros(0, dtype=np.int64)
    order = np.lexsort([rows, numbers, -sizes[numbers]])[:MOST_LISTED]
    # Numbered anew, so that they count up in the list.
    seen = np.unique(numbers[order], return_index=True)[1]
    place = {number: count for count, number in enumerate(numbers[order][np.sort(seen)].tolist(), 1)}
    return Finding(
        kind,
        len(rows),
        0 if groups is None else len(sizes),
        len(rows) if removable is None else removable,
        note,
        rows[order].astype(np.int64),
        np.array([place[number] if groups is not None else 0 for number in numbers[order].tolist()], dtype=np.int64),
    )
