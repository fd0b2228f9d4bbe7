"""The model card: what a finished run is for, what it was made of, how good it is, and what it cannot do.

After Mitchell et al., "Model Cards for Model Reporting", FAT* 2019. It is Markdown, holds no headline, and is the same
for the same run, whenever it is written.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.data import datasets
from core.errors import DamagedError
from core.evaluation import intervals, temperature
from core.evaluation.evaluate import predictions_of
from core.evaluation.judge import Judged, judge
from core.evaluation.report import majority_label, most_confused
from core.evaluation.report_markdown import escaped
from core.evaluation.report_parts import NOTHING, ends, percent, score
from core.grouping.builtin import RAW
from core.runs.compare import spec_facts
from core.runs.store import Run
from core.runs.wording import split_text
from core.storage import read_json

PAIRS = 8
FEW_ROWS = 50  # test rows below which a class's figures say little
UNKNOWN = "not recorded"
ORIGIN = "origin.json"  # of a run that was made elsewhere


@dataclass(frozen=True)
class Origin:
    """Where the training data came from, as far as anybody has said; None where nobody did.

    Attributes
    ----------
    period: first and last day of the records, ISO.
    """

    source: str | None = None
    licence: str | None = None
    notice: str | None = None
    period: tuple[str, str] | None = None


def origin_of(run: Run) -> Origin:
    """Return where the data of ``run`` came from: what came along with it, else what is kept about its dataset.

    An empty Origin when neither is here.
    """
    with contextlib.suppress(DamagedError, TypeError, AttributeError):
        told = read_json(run.path / ORIGIN)
        period = told.pop("period", None)
        texts = [*told.values(), *(period or ())]
        if all(one is None or isinstance(one, str) for one in texts) and len(period or "ab") == 2:
            return Origin(**told, period=tuple(period) if period else None)
    dataset = datasets.by_fingerprint(run.spec.fingerprint)
    if dataset is None:
        return Origin()
    days = (dataset.first_date, dataset.last_date)
    return Origin(dataset.source, dataset.licence, dataset.notice, days if all(days) else None)


def card(run: Run, origin: Origin | None = None) -> str:
    """Return the card of a run that has succeeded, as GitHub-flavoured Markdown.

    ``origin`` defaults to what is kept about the dataset. Raises InputError for a run without an evaluation,
    DamagedError when its files are not what it wrote.
    """
    origin = origin if origin is not None else origin_of(run)
    predictions = predictions_of(run)
    under = [judge(run.spec, predictions, run.spec.grouping.grouping())]
    if run.spec.target == "category" and under[0].grouping.name != RAW.name:
        under.append(judge(run.spec, predictions, RAW))
    parts = [
        f"# {escaped(run.title)}",
        _purpose(run),
        "## Intended use",
        _list(_uses(run)),
        "## Data",
        _list(_data(run, origin)),
        "## Model",
        _list(_model(run)),
        "## Figures",
        _measured(run, under[0]),
        _figures(under),
        *(part for one in under for part in _classes(one)),
        "## Limits",
        _list(_limits(run, under[-1])),
    ]
    return "\n\n".join(parts) + "\n"


def _purpose(run: Run) -> str:
    spec = run.spec
    what = "raw categories, and any grouping of them by adding up" if spec.target == "category" else "groups"
    count = len(spec.categories) if spec.target == "category" else len(_groups(run))
    return (
        f"A {spec.model} model that sorts news headlines, with or without a short description, into {count:,} {what}. "
        f"Trained with Copydesk on {run.status['created_at'][:10]}."
    )


def _groups(run: Run) -> dict[str, list[str]]:
    return run.spec.grouping.grouping().members(run.spec.categories)


def _uses(run: Run) -> list[str]:
    answers = run.spec.categories if run.spec.target == "category" else list(_groups(run))
    return [
        f"For headlines like those it was trained on. It always answers one of: {', '.join(map(escaped, answers))}.",
        "For sorting, searching and counting texts, where somebody looks at what it is unsure of: leave an answer open "
        "below the confidence that your work needs.",
        "Not for judging people, nor for deciding whether a text is true.",
    ]


def _data(run: Run, origin: Origin) -> list[str]:
    spec = run.spec
    period = f"{origin.period[0]} to {origin.period[1]}" if origin.period else UNKNOWN
    rows = (run.status.get("metrics") or {}).get("training_rows")
    told = [
        f"Dataset: {escaped(spec.dataset)}, source: {escaped(origin.source or UNKNOWN)}",
        f"Licence: {escaped(origin.licence or UNKNOWN)}",
        f"Fingerprint of the content: `{spec.fingerprint}`",
        f"Period: {period}",
        f"Training rows: {f'{rows:,}' if isinstance(rows, int) else UNKNOWN}, of {len(spec.categories):,} categories",
        f"Split: {escaped(split_text(spec.split))}; rows of equal text are on one side",
    ]
    if origin.notice:
        told.append(escaped(origin.notice))
    if spec.corrections:
        told.append(f"{len(spec.corrections):,} labels were corrected by hand before training")
    return told


def _model(run: Run) -> list[str]:
    facts = spec_facts(run)
    names = ("model", "preset", "target", "grouping", "text fields", "split seed")
    told = [f"{name.capitalize()}: {escaped(str(facts[name]))}" for name in names if name in facts]
    settings = ", ".join(f"{name} = {value}" for name, value in run.spec.hyperparameters.items())
    return [*told, f"Settings: `{settings}`"]


def _measured(run: Run, judged: Judged) -> str:
    return (
        f"On {judged.metrics.rows:,} rows that training never saw ({escaped(split_text(run.spec.split))}). "
        "Intervals are of 95 %, from drawing the rows again."
    )


def _figures(under: Sequence[Judged]) -> str:
    names = {"accuracy": "Accuracy", "macro_f1": "Macro-F1", "weighted_f1": "Weighted F1"}
    rows = []
    for judged in under:
        document = {**judged.metrics.document(), "intervals": intervals.document(intervals.intervals(judged))}
        for key, name in names.items():
            shown = (name, score(document[key]), ends(document["intervals"].get(key)))
            rows.append((_grouping_name(judged), *shown))
        baseline = f"Always {escaped(majority_label(judged.metrics) or NOTHING)}"
        share = score(document["majority_share"])
        rows.append((_grouping_name(judged), baseline, share, NOTHING))
    return _table(("Labels", "Figure", "Value", "95 % interval"), rows, words=2)


def _grouping_name(judged: Judged) -> str:
    count = len(judged.metrics.labels)
    return f"{count:,} raw categories" if judged.grouping.name == RAW.name else f"{count:,} of {judged.grouping.name}"


def _classes(judged: Judged) -> list[str]:
    rows = [
        (row["label"], score(row["precision"]), score(row["recall"]), score(row["f1"]), f"{row['support']:,}")
        for row in judged.metrics.per_class.to_dict("records")
    ]
    parts = [
        f"### By class, {escaped(_grouping_name(judged))}",
        _table(("Label", "Precision", "Recall", "F1", "Test rows"), rows, words=1),
    ]
    pairs = [
        (pair["true"], pair["predicted"], f"{pair['rows']:,}", percent(pair["share"]))
        for pair in most_confused(judged.metrics, PAIRS)
    ]
    if pairs:
        parts += ["Most confused:", _table(("True", "Predicted", "Rows", "Of the true label"), pairs, words=2)]
    return parts


def _limits(run: Run, judged: Judged) -> list[str]:
    told = [
        "It knows the words, names and habits of its training data; of another time, place, language or desk it knows "
        "less, and does not say so by itself.",
        "It answers every text, also one that belongs to none of its labels.",
        "Labels of the data are taken as they are. Where they are wrong, or two fit, it has learned that too.",
    ]
    if run.spec.split.kind == "random":
        told.append("The test rows are of the same time as the training rows: later headlines will be harder.")
    support = judged.metrics.per_class.set_index("label")["support"]
    few = [label for label, rows in support.items() if 0 < rows < FEW_ROWS]
    if few:
        named = ", ".join(escaped(label) for label in few)
        told.append(f"Fewer than {FEW_ROWS} test rows, so uncertain figures: {named}.")
    kept = temperature.stored(run)
    if kept is None:
        told.append("Its confidence is not calibrated.")
    else:
        told.append(f"Its confidence can be calibrated, by a temperature of {kept.temperature:.3f} kept with it.")
    return told


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int) -> str:
    rule = ["---" if place < words else "---:" for place in range(len(head))]
    lines = [head, rule, *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
