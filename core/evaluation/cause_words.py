"""The causes of errors in words: what each means, and one sentence of evidence for each row that has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from core.evaluation import causes
from core.evaluation.causes import CAUSES, Causes
from core.evaluation.label_noise import share

MEANINGS: Mapping[str, str] = {
    causes.UNKNOWN: "The run was trained on no row of this label, so it can only be wrong.",
    causes.LABEL: (
        f"The run is confident of its answer, by confident learning and at {causes.SURE:g} or more, and gives the "
        f"row's label under {causes.DOUBTED:g}; or somebody corrected the label."
    ),
    causes.TWIN: "The same or nearly the same words stand under another label: in the training rows or elsewhere.",
    causes.SIBLING: "The answer is another class of the same group.",
    causes.UNDESCRIBED: "The model had the headline alone.",
    causes.BRIEF: f"Fewer than {causes.SHORT} words.",
    causes.STRANGE: f"At least {causes.UNSEEN_SHARE:.0%} of the different words are in no training row.",
    causes.NEWER: "Dated after the newest training row, as every row is under a split by time: see its lift.",
    causes.CLOSE: f"The answer was less than {causes.LOW_MARGIN:g} more probable than the next one.",
    causes.NONE: "The model is clearly for another label, often in a text on two topics; nothing above explains it.",
}
MOST_WORDS = 6


def evidence(found: Causes, places: Sequence[int]) -> list[str]:
    """Return a sentence for the first cause of each row at ``places`` of ``found.table``; "" for right ones."""
    cause = found.table["cause"].cat.codes.to_numpy()
    return [_sentence(found, int(place), int(cause[place])) for place in places]


def also(found: Causes, places: Sequence[int]) -> list[tuple[str, ...]]:
    """Return the further causes that match each of the rows at ``places``, in their order."""
    cause = found.table["cause"].cat.codes.to_numpy()
    return [tuple(CAUSES[at] for at in np.flatnonzero(found.flags[place]) if at != cause[place]) for place in places]


def _sentence(found: Causes, place: int, cause: int) -> str:
    if cause < 0:
        return ""
    return SENTENCES[causes.ORDER[cause]](found, place)


def _unknown(found: Causes, place: int) -> str:
    return f"No training row is {found.table['true'].iat[place]}."


def _label(found: Causes, place: int) -> str:
    row = found.table.iloc[place]
    to = found.corrected.get(int(row["row"]))
    if to is not None:
        return f"Somebody corrected {row['category']} to {to}."
    return (
        f"{share(row['confidence'])} sure that it is {row['predicted']}, "
        f"{share(row['label_probability'])} for {row['true']}."
    )


def _twin(found: Causes, place: int) -> str:
    twin = found.facts.twins.iloc[found.twin[place]]
    words = "the same words" if twin["likeness"] == 1 else f"{int(100 * twin['likeness'])} % of the words in common"
    place_of = "trained on" if twin["training"] else "not trained on"
    return f"Row {twin['row']:,} of {twin['dataset']}, {place_of}, has {words} and is {twin['category']}."


def _sibling(found: Causes, place: int) -> str:
    row = found.table.iloc[place]
    return f"{row['predicted']} is in the same group as {row['category']}."


def _undescribed(found: Causes, place: int) -> str:
    return f"No description; the headline has {_words(found, place)}."


def _brief(found: Causes, place: int) -> str:
    return f"{_words(found, place)} in all.".capitalize()


def _words(found: Causes, place: int) -> str:
    count = int(found.facts.words[place])
    return f"{count:,} {'word' if count == 1 else 'words'}"


def _strange(found: Causes, place: int) -> str:
    facts = found.facts
    row = facts.strange[[place]]
    words = [str(word) for word in facts.vocabulary[row.indices]]
    more = f" and {len(words) - MOST_WORDS} more" if len(words) > MOST_WORDS else ""
    return f"{facts.unseen[place]:.0%} of its words are in no training row: {', '.join(words[:MOST_WORDS])}{more}."


def _newer(found: Causes, place: int) -> str:
    facts = found.facts
    days = int((facts.dates[place] - facts.newest) / np.timedelta64(1, "D"))
    ago = f"{days:,} {'day' if days == 1 else 'days'}"
    return f"Of {np.datetime_as_string(facts.dates[place], unit='D')}, {ago} after the newest training row."


def _close(found: Causes, place: int) -> str:
    row = found.table.iloc[place]
    return f"{row['predicted']} at {row['confidence']:.2f}, only {row['margin']:.2f} before the next one."


def _none(found: Causes, place: int) -> str:
    row = found.table.iloc[place]
    return (
        f"{row['predicted']} at {row['confidence']:.2f}, {row['true']} at {row['label_probability']:.2f}, "
        f"in {_words(found, place)}."
    )


SENTENCES: Mapping[str, Callable[[Causes, int], str]] = {
    causes.UNKNOWN: _unknown,
    causes.LABEL: _label,
    causes.TWIN: _twin,
    causes.SIBLING: _sibling,
    causes.UNDESCRIBED: _undescribed,
    causes.BRIEF: _brief,
    causes.STRANGE: _strange,
    causes.NEWER: _newer,
    causes.CLOSE: _close,
    causes.NONE: _none,
}
