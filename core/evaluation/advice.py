"""What to merge, what to split, and how far a grouping is from the best found: a run's and its dataset's evidence."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd

from core.data import datasets
from core.errors import InputError, shorten
from core.evaluation.regroup import scores_of
from core.grouping import evidence, frontier, splits, suggestions
from core.grouping.evidence import Evidence
from core.grouping.frontier import Frontier
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.splits import Split
from core.grouping.suggestions import Merge
from core.grouping.whatif import Figures, figures_of
from core.runs.store import Run


@dataclass(frozen=True, eq=False)
class Basis:
    """What all advice about a run and a dataset rests on; to be read, not changed.

    Attributes
    ----------
    headlines: of the dataset's rows, str, shape (rows,).
    """

    dataset: datasets.Dataset
    scores: Scores
    evidence: Evidence
    headlines: pd.Series


@dataclass(frozen=True)
class Effect:
    """What a change of the grouping does on the run's test rows: the differences, after - before."""

    accuracy: float
    macro_f1: float
    information_kept: float

    @property
    def parts(self) -> tuple[str, str, str]:
        """The three differences in words; what rounds to nothing has no minus."""
        return (
            f"accuracy {round(100 * self.accuracy, 1) + 0.0:+.1f} points",
            f"macro-F1 {round(100 * self.macro_f1, 1) + 0.0:+.1f} points",
            f"information kept {round(self.information_kept, 3) + 0.0:+.3f}",
        )

    @classmethod
    def between(cls, before: Figures, after: Figures) -> Effect:
        """Return the differences of the figures of two groupings."""
        return cls(
            accuracy=after.accuracy - before.accuracy,
            macro_f1=after.macro_f1 - before.macro_f1,
            information_kept=after.information_kept - before.information_kept,
        )


@dataclass(frozen=True)
class MergeAdvice:
    """A merge with its nearest headlines (one of each group), its effect, and the grouping that it gives."""

    merge: Merge
    pairs: list[tuple[str, str]]
    effect: Effect
    grouping: Grouping

    def document(self) -> dict[str, object]:
        """Return it as ``grouping suggest`` prints it."""
        merge = self.merge
        return {
            "a": merge.a,
            "b": merge.b,
            "categories": {"a": list(merge.categories_a), "b": list(merge.categories_b)},
            "score": merge.score,
            "confusion": merge.confusion,
            "confused": merge.confused,
            "tested": merge.tested,
            "similarity": merge.similarity,
            "confident_joint": merge.confident_joint,
            "months_shared": merge.months_shared,
            "precedence": merge.precedence,
            "succession": merge.succession,
            "sentence": merge.sentence,
            "pairs": [list(pair) for pair in self.pairs],
            "effect": asdict(self.effect),
        }


@dataclass(frozen=True)
class SplitAdvice:
    """A split, its effect, and the grouping that it gives."""

    split: Split
    effect: Effect
    grouping: Grouping

    def document(self) -> dict[str, object]:
        """Return it as ``grouping suggest`` prints it."""
        split = self.split
        parts = [
            {"group": name, "categories": list(part), "rows": rows, "words": list(words)}
            for name, part, rows, words in zip(split.names, split.parts, split.rows, split.words, strict=True)
        ]
        return {
            "group": split.group,
            "parts": parts,
            "auc": split.auc,
            "tested": list(split.tested),
            "sentence": split.sentence,
            "effect": asdict(self.effect),
        }


@dataclass(frozen=True)
class Advice:
    """Merges and splits, each list with the best first, and the figures of the grouping they would change."""

    grouping: Grouping
    figures: Figures
    merges: list[MergeAdvice]
    splits: list[SplitAdvice]


def basis(run: Run, scores: Scores, dataset: datasets.Dataset, frame: pd.DataFrame) -> Basis:
    """Return what advice about ``run`` rests on: its scores, words and dates of the rows of a dataset.

    Raises InputError for a run of groups, or a dataset without any of the run's categories.
    """
    check_categories(run, scores)
    return Basis(dataset, scores, evidence.gather(scores, frame), frame["headline"])


def basis_of(run: Run) -> Basis:
    """Return what advice about ``run`` rests on, read from disk, with its own dataset."""
    dataset = datasets.by_fingerprint(run.spec.fingerprint)
    if dataset is None:
        raise InputError(
            f"dataset {shorten(run.spec.dataset)} of run {shorten(run.title)} is not here any more, and its words and "
            "dates are part of the evidence; import the same file again"
        )
    return basis(run, scores_of(run), dataset, datasets.frame(dataset, columns=list(evidence.COLUMNS)))


def check_categories(run: Run, scores: Scores) -> None:
    """Raise InputError for a run that does not answer with raw categories."""
    if not scores.of_categories:
        raise InputError(
            f"run {shorten(run.title)} was trained on the groups of {shorten(run.spec.grouping.name)} and says nothing "
            "of the categories inside them; choose a run with target category, or train one with --target category"
        )


def advise(found: Basis, grouping: Grouping, *, top: int = 10) -> Advice:
    """Return the ``top`` merges and splits of ``grouping``, each with what it does to the figures."""
    known = found.evidence
    before = figures_of(found.scores, grouping)
    merges, cuts = [], []
    for merge in suggestions.merges(known, grouping, top=top):
        changed = suggestions.merged(grouping, known.names, merge.a, merge.b)
        effect = Effect.between(before, figures_of(found.scores, changed))
        merges.append(MergeAdvice(merge, _pairs(found, merge), effect, changed))
    for cut in splits.splits(found.scores, known, grouping, top=top):
        changed = splits.split(grouping, cut)
        cuts.append(SplitAdvice(cut, Effect.between(before, figures_of(found.scores, changed)), changed))
    return Advice(grouping, before, merges, cuts)


def _pairs(found: Basis, merge: Merge) -> list[tuple[str, str]]:
    sides = (
        found.headlines.iloc[found.evidence.sample_of(members)].tolist()
        for members in (merge.categories_a, merge.categories_b)
    )
    return suggestions.closest_pairs(*sides)


def frontier_of(run: Run, scores: Scores) -> Frontier:
    """Return the frontier of a run with its scores; InputError for a run of groups."""
    check_categories(run, scores)
    return frontier.frontier(scores)


def frontier_document(found: Frontier) -> list[dict[str, object]]:
    """Return the points as ``grouping frontier`` prints them."""
    return [{**asdict(point), "partition": found.partition(point)} for point in found.points]
