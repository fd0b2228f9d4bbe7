"""What a scan of a dataset says of each kind of flaw."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.data.category_names import merged_names, spelled_differently, worded_differently
from core.data.datasets import Dataset
from core.data.duplicates import contradicting, normalised, repeats, with_category
from core.data.languages import NAMES
from core.data.near_duplicates import NearPairs, near_an_earlier, near_groups, near_pairs
from core.data.quality import Finding, finding
from core.data.quality_scan import NOT_JUDGED, Scan, batches
from core.data.recipe import EMPTIED, STEPS
from core.data.records import text_from

# A text of fewer words is hardly one; a category of fewer rows cannot be trained on (core.runs.spec).
FEWEST_TEXT_WORDS, FEWEST_ROWS = 3, 3
# Tukey's far fence: so many times the distance of the quartiles beyond the upper one.
FENCE = 3.0
# Below this many judged rows no language is the dataset's own.
FEWEST_JUDGED = 10


def main_language(scan: Scan) -> str | None:
    """Return the language of most of the texts that could be judged, None where there are too few of them."""
    judged = scan.language[scan.language != NOT_JUDGED]
    if len(judged) < FEWEST_JUDGED:
        return None
    return NAMES[int(np.bincount(judged).argmax())]


def longest_usual(characters: np.ndarray) -> int:
    """Return the length beyond which a text is far longer than the others, in characters, shape (rows,)."""
    low, high = np.percentile(characters, [25, 75]) if len(characters) else (0.0, 0.0)
    return int(np.ceil(high + FENCE * (high - low)))


def cheap_findings(dataset: Dataset, scan: Scan) -> list[Finding]:
    """Return what can be told without comparing texts with one another, in no particular order."""
    return [
        *_repeats(scan),
        *_texts(scan),
        _language(scan),
        _long(scan),
        *_categories(dataset, scan),
        rejected_lines(dataset),
    ]


def rejected_lines(dataset: Dataset) -> Finding:
    """Return the lines that were no records; rows that a cleaning left out were."""
    reasons = {reason: lines for reason, lines in dataset.rejected_reasons.items() if reason not in {*STEPS, EMPTIED}}
    return Finding("rejected", sum(reasons.values()), note="; ".join(_counted(reasons.items())))


def _repeats(scan: Scan) -> list[Finding]:
    kinds = {"duplicates": scan.text, "respelled": scan.plain, "identical": with_category(scan.record, scan.category)}
    found = {kind: repeats(keys) for kind, keys in kinds.items()}
    notes = dict.fromkeys(kinds, "")
    notes["respelled"] = f"{len(found['respelled'].surplus) - len(found['duplicates'].surplus):,} besides the same text"
    mixed = contradicting(scan.plain, scan.category)
    return [
        *(
            finding(kind, same.among, same.first[same.among], removable=len(same.surplus), note=notes[kind])
            for kind, same in found.items()
        ),
        finding("conflicts", mixed, found["respelled"].first[mixed]),
    ]


def _texts(scan: Scan) -> list[Finding]:
    flaws = scan.flaws
    feeds, separators = int(flaws["feeds"].sum()), int(flaws["separators"].sum())
    apart = f"{feeds:,} with a line feed, {separators:,} with U+2028 or U+2029" if feeds or separators else ""
    nothing = int(flaws["nothing"].sum())
    short = np.flatnonzero((scan.words < FEWEST_TEXT_WORDS) | flaws["nothing"])
    plain = {
        "markup": "strip-markup",
        "encoding": "fix-encoding",
        "lost": "lost",
        "lines": "join-lines",
        "control": "strip-control",
        "urls": "urls",
    }
    return [
        *(
            finding(
                kind,
                np.flatnonzero(flaws[flaw]),
                removable=0 if kind == "lost" else None,
                note=apart if kind == "lines" else "",
            )
            for kind, flaw in plain.items()
        ),
        finding(
            "short",
            short,
            note=f"fewer than {FEWEST_TEXT_WORDS} words; {nothing:,} without a letter or digit",
        ),
    ]


def _language(scan: Scan) -> Finding:
    main = main_language(scan)
    not_judged = int((scan.language == NOT_JUDGED).sum())
    told = f"told by function words or script; {not_judged:,} rows are too short or cannot be told"
    if main is None:
        return finding("language", np.zeros(0, dtype=np.int64), note=told)
    other = np.flatnonzero((scan.language != NOT_JUDGED) & (scan.language != NAMES.index(main)))
    counts = {NAMES[number]: int(rows) for number, rows in enumerate(np.bincount(scan.language[other])) if rows}
    names = ", ".join(_counted(sorted(counts.items(), key=lambda one: -one[1])))
    return finding("language", other, note=f"not {main}{f': {names}' if names else ''}; {told}")


def _long(scan: Scan) -> Finding:
    most = longest_usual(scan.characters)
    rows = np.flatnonzero(scan.characters > most)
    return finding("long", rows, note=f"over {most:,} characters, Tukey's far fence; the median is {_median(scan):,}")


def _median(scan: Scan) -> int:
    return int(np.median(scan.characters)) if len(scan) else 0


def _categories(dataset: Dataset, scan: Scan) -> list[Finding]:
    counts = dataset.category_counts
    place = {name: number for number, name in enumerate(scan.categories)}
    found = []
    for kind, sets in (("names", spelled_differently(counts)), ("order", worded_differently(counts))):
        group = _numbers(sets, place)[scan.category]
        rows = np.flatnonzero(group >= 0)
        merged = sum(counts[name] for name in merged_names(counts)) if kind == "names" else 0
        note = "; ".join(" and ".join(_counted((name, counts[name]) for name in names)) for names in sets)
        found.append(finding(kind, rows, group[rows], removable=merged, note=note))
    small = {name: rows for name, rows in counts.items() if rows < FEWEST_ROWS}
    rows = np.flatnonzero(np.isin(scan.category, [place[name] for name in small]))
    note = f"fewer than {FEWEST_ROWS} rows" + (f": {', '.join(_counted(small.items()))}" if small else "")
    return [*found, finding("small", rows, scan.category[rows], note=note)]


def _numbers(sets: Sequence[Sequence[str]], place: dict[str, int]) -> np.ndarray:
    """Return the number of the set that each category is in, -1 for none, int64, shape (categories,)."""
    numbers = np.full(len(place), -1)
    for number, names in enumerate(sets):
        numbers[[place[name] for name in names]] = number
    return numbers


def _counted(counts: object) -> list[str]:
    """Return (name, rows) as texts, the first ten alone.

    >>> _counted([("SPORT", 1_200)])
    ['SPORT (1,200)']
    """
    items = list(counts)  # type: ignore[call-overload]
    more = [f"{len(items) - 10:,} more"] if len(items) > 10 else []
    return [f"{name} ({rows:,})" for name, rows in items[:10]] + more


def distinct_texts(
    dataset: Dataset, scan: Scan, keep: np.ndarray | None = None, mend: Callable[[str], str] = str
) -> tuple[list[str], np.ndarray]:
    """Return the different texts but for case and spaces, and the first row of each, ascending, int64.

    Parameters
    ----------
    keep: which rows are there, bool, shape (rows,); all by default.
    mend: what is done to a headline and a description before.
    """
    there = np.arange(len(scan)) if keep is None else np.flatnonzero(keep)
    first = there[np.sort(np.unique(scan.plain[there], return_index=True)[1])]
    wanted = np.zeros(len(scan), dtype=bool)
    wanted[first] = True
    texts: list[str] = []
    begin = 0
    for batch in batches(dataset, ("headline", "short_description")):
        part = batch.filter(_mask(wanted[begin : begin + batch.num_rows]))
        begin += batch.num_rows
        heads, bodies = (part.column(name).to_pylist() for name in ("headline", "short_description"))
        texts += [normalised(text_from(mend(head), mend(body or ""))) for head, body in zip(heads, bodies, strict=True)]
    return texts, first


def _mask(values: np.ndarray) -> object:
    import pyarrow as pa

    return pa.array(values)


def near_finding(scan: Scan, first: np.ndarray, pairs: NearPairs) -> Finding:
    """Return what the pairs among `distinct_texts` say: rows that have a near one which is not the same.

    Parameters
    ----------
    first: the first row of each text, shape (texts,).
    """
    texts = len(first)
    group = near_groups(pairs, texts)
    near = np.zeros(texts, dtype=bool)
    near[pairs.one] = near[pairs.other] = True
    order = np.argsort(scan.plain[first])
    text = order[np.searchsorted(scan.plain[first], scan.plain, sorter=order)]
    rows = np.flatnonzero(near[text])
    gone = np.isin(text, np.flatnonzero(near_an_earlier(pairs, texts)))
    sizes = np.bincount(group[near]) if near.any() else np.zeros(1, dtype=np.int64)
    note = f"{len(pairs.one):,} pairs of different texts; the largest group has {int(sizes.max()):,}"
    return finding("near", rows, group[text[rows]], removable=int(gone.sum()), note=note)


def search_near(
    dataset: Dataset, scan: Scan, told: Callable[[int, int], None]
) -> tuple[Finding, np.ndarray, NearPairs]:
    """Compare all texts; return the finding, the first row of each text, and the pairs by position among those."""
    texts, first = distinct_texts(dataset, scan)
    pairs = near_pairs(texts, progress=told)
    return near_finding(scan, first, pairs), first, pairs
