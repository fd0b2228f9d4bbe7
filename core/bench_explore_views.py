"""The views of Explore that its bench measures, as Explore asks for them and as one writes them in pandas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.data.engine import Table
    from core.data.query import Query

Views = dict[str, Callable[[], object]]


def queries(table: Table) -> dict[str, str]:
    """Return a search of each kind, with words that the data have."""
    heads = table.records(np.arange(min(table.rows, 5_000)), ["headline"])["headline"]
    words = Counter(word for head in heads for word in set(head.lower().split()) if word.isalpha() and len(word) > 4)
    one, other = [word for word, _ in words.most_common(2)]
    pairs = Counter(
        f"{left} {right}"
        for head in heads
        for left, right in zip(head.split(), head.split()[1:], strict=False)
        if left.isalpha() and right.isalpha() and min(len(left), len(right)) > 3
    )
    return {
        "search a word": one,
        "search two words": f"{one} {other}",
        "search a phrase": f'"{pairs.most_common(1)[0][0]}"',
        "search without a word": f"{one} -{other}",
        "search in headlines": f"headline:{one}",
        "search an expression": rf"/\b{one[:3]}\w+ (in|of) \w+s\b/",
    }


def views(table: Table, dataset: Dataset, searches: Mapping[str, str]) -> Views:
    """Return what the parts of Explore ask for, by name; each is computed anew at every call."""
    from core.data import column_facts, gaps, lengths, overview, timeline
    from core.data.columns import month_text
    from core.data.filters import Filters
    from core.data.query import parse
    from core.grouping.builtin import default_for

    grouping = default_for(table.categories)
    everything = np.ones(table.rows, dtype=bool)
    dated = table.month[table.month > 0]
    middle = month_text(int(np.median(dated))) if len(dated) else "2014-01"
    year = Filters(months=(f"{middle[:4]}-01", f"{middle[:4]}-12"))
    largest = max(dataset.category_counts, key=dataset.category_counts.__getitem__)

    def spread(mask: np.ndarray) -> None:
        counts = overview.counts_by_category(table.category, mask, len(table.categories))
        overview.distribution(table.categories, counts)
        overview.nested_distribution(table.categories, counts, grouping.group_of)

    def over_time(mask: np.ndarray) -> None:
        times = timeline.timeline(table.category, table.month, mask, table.categories)
        timeline.bins(timeline.grouped(times, grouping.group_of))
        timeline.lifespans(times)

    def all_lengths(mask: np.ndarray) -> None:
        both = {"headline": table.headline_length[mask], "description": table.description_length[mask]}
        for values in both.values():
            lengths.histogram(values)
        column_facts.describe_lengths({(text, "characters"): values for text, values in both.items()})

    def filtered(filters: Filters) -> None:
        mask = table.unremembered().mask(filters, grouping)
        spread(mask)
        over_time(mask)

    def page(filters: Filters, order: str) -> pd.DataFrame:
        fresh = table.unremembered()
        return fresh.records(fresh.positions(fresh.mask(filters, grouping), 0, 50, order))

    def search(query: Query) -> Callable[[], object]:
        return lambda: table.unremembered().search(query)

    return {
        "distribution": lambda: spread(everything),
        "over time": lambda: over_time(everything),
        "lengths": lambda: all_lengths(everything),
        "missing and empty": lambda: gaps.gaps_by_label(table, everything, grouping.group_of),
        "columns": lambda: column_facts.info(dataset),
        "filter of a year": lambda: filtered(year),
        "filter of year and category": lambda: filtered(replace(year, categories=(largest,))),
        **{name: search(parse(text)) for name, text in searches.items()},
        "records": lambda: page(Filters(), "row"),
        "records, newest": lambda: page(Filters(), "newest"),
        "records, by headline": lambda: page(Filters(), "headline"),
        "records of a category, longest": lambda: page(Filters(categories=(largest,)), "longest"),
    }


def pandas_views(frame: pd.DataFrame, searches: Mapping[str, str]) -> Views:
    """Return the views as one writes them in a notebook."""
    word, two = searches["search a word"], searches["search two words"].split()
    expression = searches["search an expression"].strip("/")
    year = frame["date"].dropna().dt.year.median()

    def has(pattern: str) -> pd.Series:
        # Text by text: the sum of both would be made anew for each search.
        found = [frame[name].str.contains(pattern, case=False, na=False) for name in ("headline", "short_description")]
        return found[0] | found[1]

    def in_year() -> pd.DataFrame:
        return frame[frame["date"].dt.year == year]

    def by_month(rows: pd.DataFrame) -> pd.Series:
        return rows.groupby([rows["date"].dt.to_period("M"), "category"], observed=True).size()

    return {
        "distribution": lambda: frame["category"].value_counts(),
        "over time": lambda: by_month(frame),
        "lengths": lambda: [frame[name].str.len().describe() for name in ("headline", "short_description")],
        "missing and empty": lambda: frame.isna().groupby(frame["category"], observed=True).sum(),
        "filter of a year": lambda: (in_year()["category"].value_counts(), by_month(in_year())),
        "search a word": lambda: has(rf"\b{word}"),
        "search two words": lambda: has(rf"\b{two[0]}") & has(rf"\b{two[1]}"),
        "search an expression": lambda: has(expression.replace("(", "(?:")),
        "records, newest": lambda: frame.sort_values("date", ascending=False, kind="stable").head(50),
        "records, by headline": lambda: frame.sort_values("headline", kind="stable").head(50),
    }
