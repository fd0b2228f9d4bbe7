"""A cleaned copy of a dataset: a dataset of its own, made by a recipe that is written down with it.

The original stays as it is. ``dataset.json`` of the copy has a key ``recipe``:

    parent, parent_fingerprint    what it was made from
    steps                         step -> its number or language (`Recipe.steps`), in the order in which they were taken
    counts                        step -> rows that it removed or changed

and its ``rejected.jsonl`` has each row that went, with the step as the reason; ``line`` is the row's position in the
parent. The same recipe makes the same copy of the same content, and changes nothing in what it has made.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import numpy as np

from core.data import datasets
from core.data.category_names import merged_names
from core.data.cleaned_copy import KEPT, Plan, Report, write_copy
from core.data.dataset_names import free_name
from core.data.datasets import DESCRIPTION, Dataset, summary
from core.data.duplicates import contradicting, repeats, with_category
from core.data.languages import NAMES
from core.data.markup import mended_by
from core.data.near_duplicates import near_an_earlier, near_pairs
from core.data.quality_findings import distinct_texts
from core.data.quality_scan import NOT_JUDGED, Scan, batches, scan
from core.data.recipe import EMPTIED, Recipe, described
from core.errors import InputError, shorten
from core.storage import building, checked_name, data_root, read_json, write_json

MOST_NEAR_ROUNDS = 5


def clean(dataset: Dataset, recipe: Recipe, name: str, report: Report = lambda *_, **__: None) -> Dataset:
    """Write the cleaned copy of ``dataset`` as dataset ``name`` and return it.

    Raises InputError for a name that cannot be used or is taken, and for a recipe that leaves no row or
    changes none. Nothing is left behind then.
    """
    final = data_root() / checked_name("dataset", name)
    if final.exists():
        raise InputError(f"dataset {shorten(name)} exists already; choose another name, or delete it first")
    started = time.monotonic()
    plan = plan_of(dataset, recipe, report)
    if not plan.changes:
        raise InputError(f"nothing in dataset {shorten(dataset.name)} needs {recipe}; no copy was written")
    if not plan.rows:
        raise InputError(f"{recipe} would leave no row of dataset {shorten(dataset.name)}; take fewer steps")
    try:
        with building(final) as work:
            copy = write_copy(dataset, recipe, plan, name, work, report)
            told = {"parent": dataset.name, "parent_fingerprint": dataset.fingerprint}
            told |= {"steps": described(recipe), "counts": plan.counts}
            seconds = round(time.monotonic() - started, 3)
            write_json(work / DESCRIPTION, {**summary(copy), "seconds": seconds, "recipe": told})
    except FileExistsError as error:
        raise InputError(f"dataset {shorten(name)} exists already; choose another name") from error
    return datasets.load(name)


def recipe_of(dataset: Dataset) -> dict[str, Any] | None:
    """Return what is written down about how ``dataset`` was made, None when it is no cleaned copy."""
    return read_json(dataset.path / DESCRIPTION).get("recipe")


def suggested_name(dataset: Dataset) -> str:
    """Return a free name for a cleaned copy."""
    return free_name(f"{dataset.name.removesuffix('-clean')[:54]}-clean")


def plan_of(dataset: Dataset, recipe: Recipe, report: Report = lambda *_, **__: None) -> Plan:
    """Return what ``recipe`` makes of the rows of ``dataset``."""
    steps = recipe.steps()
    mending = recipe.mending()
    seen = scan(
        dataset,
        mending,
        lambda done, rows: report("read", done, rows, note=f"{done:,} of {rows:,} rows"),
        judged=recipe.keep_language is not None,
    )
    counts = _mended(dataset, mending) if mending else {}
    renamed = merged_names(dataset.category_counts) if recipe.merge_names else {}
    category = _renumbered(seen, renamed)
    reasons = (EMPTIED, *(step for step in steps if step.startswith(("drop-", "keep-"))))
    gone = np.full(len(seen), KEPT, dtype=np.int8)
    gone[seen.flaws["emptied"]] = 0
    for number, step in enumerate(reasons[1:], 1):
        left = np.flatnonzero(gone == KEPT)
        gone[left[_goes(step, steps[step], dataset, seen, category, left, recipe, report)]] = number
    counts |= {"merge-names": sum(dataset.category_counts[name] for name in renamed)} if recipe.merge_names else {}
    counts |= {reason: int((gone == number).sum()) for number, reason in enumerate(reasons)}
    told = {step: counts[step] for step in steps} | ({EMPTIED: counts[EMPTIED]} if counts[EMPTIED] else {})
    return Plan(reasons, gone, renamed, told)


def _mended(dataset: Dataset, mending: tuple[str, ...]) -> dict[str, int]:
    """Return step -> rows whose headline or description it changes."""
    counts: Counter[str] = Counter(dict.fromkeys(mending, 0))
    for batch in batches(dataset, ("headline", "short_description")):
        fields = (batch.column(name).to_pylist() for name in ("headline", "short_description"))
        for row in zip(*fields, strict=True):
            counts.update(set().union(*(mended_by(text, mending)[1] for text in row if text)))
    return dict(counts)


def _renumbered(seen: Scan, renamed: dict[str, str]) -> np.ndarray:
    """Return the number of each row's category after the renaming, shape (rows,)."""
    place = {name: number for number, name in enumerate(seen.categories)}
    return np.array([place[renamed.get(name, name)] for name in seen.categories])[seen.category]


def _goes(
    step: str,
    value: bool | int | str,
    dataset: Dataset,
    seen: Scan,
    category: np.ndarray,
    left: np.ndarray,
    recipe: Recipe,
    report: Report,
) -> np.ndarray:
    """Return which of the rows ``left`` the step takes out, as a mask or as places in ``left``."""
    if step == "drop-urls":
        return seen.flaws["urls"][left]
    if step == "keep-language":
        return (seen.language[left] != NOT_JUDGED) & (seen.language[left] != NAMES.index(str(value)))
    if step == "drop-short":
        return (seen.words[left] < int(value)) | seen.flaws["nothing"][left]
    if step == "drop-longer":
        return seen.characters[left] > int(value)
    if step == "drop-conflicts":
        return contradicting(seen.plain[left], category[left])
    if step == "drop-near":
        return _near(dataset, seen, left, recipe, report)
    if step == "drop-small":
        return np.bincount(category[left], minlength=len(seen.categories))[category[left]] < int(value)
    keys = {
        "drop-identical": with_category(seen.record, category),
        "drop-duplicates": seen.text,
        "drop-respelled": seen.plain,
    }
    return repeats(keys[step][left]).surplus


def _near(dataset: Dataset, seen: Scan, left: np.ndarray, recipe: Recipe, report: Report) -> np.ndarray:
    """Return which of the rows ``left`` are near to an earlier one, bool; repeated until no more are found."""
    keep = np.zeros(len(seen), dtype=bool)
    keep[left] = True
    for _ in range(MOST_NEAR_ROUNDS):
        texts, first = distinct_texts(dataset, seen, keep, lambda text: mended_by(text, recipe.mending())[0])
        pairs = near_pairs(texts, progress=lambda done, all_: report("compare", done, all_))
        gone = near_an_earlier(pairs, len(texts))
        if not gone.any():
            break
        # Whatever is the same as a text that goes, but for case and spaces, goes with it.
        keep &= ~np.isin(seen.plain, seen.plain[first[gone]])
    return ~keep[left]
