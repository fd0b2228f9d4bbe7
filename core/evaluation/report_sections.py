"""What a report says, section by section, in words and tables: the same for every form that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.evaluation.comparison import chance_sentence, verdict
from core.evaluation.mcnemar import McNemar
from core.evaluation.report_parts import NOTHING, Section, Table, ends, percent, score, signed, table
from core.runs.wording import duration, size

Document = Mapping[str, Any]
NAMES = {
    "accuracy": "Accuracy",
    "error_rate": "Error rate",
    "macro_f1": "Macro-F1",
    "macro_precision": "Macro precision",
    "macro_recall": "Macro recall",
    "weighted_f1": "Weighted F1",
    "weighted_precision": "Weighted precision",
    "weighted_recall": "Weighted recall",
    "kappa": "Kappa",
    "top_3_accuracy": "Top-3 accuracy",
    "log_loss": "Log loss",
    "majority_share": "Majority baseline",
}
LEFT_OUT = {"causes": "why it is wrong", "slices": "where it is worse"}
FEW = 3  # classes named as best, and as weakest


def sections(document: Document) -> list[Section]:
    """Return all sections that the document has something for."""
    made = [
        _figures(document),
        _published(document),
        _matrices(document),
        _classes(document),
        _confused(document),
        _causes(document),
        _slices(document),
        _calibration(document),
        _comparison(document),
        _examples(document),
        _measured(document),
    ]
    return [section for section in made if section is not None]


def summary(document: Document) -> list[str]:
    """Return what the report comes to, a few sentences for people in a hurry."""
    if not document["rows"]:
        return ["There is no row to judge."]
    right = document["totals"]["tp"]
    told = [
        f"Of {document['rows']:,} headlines, {right:,} ({percent(document['accuracy'])}) were given the label that the "
        f"dataset has. Always answering {document['majority_label']}, the largest {document['group_noun']}, would be "
        f"right for {percent(document['majority_share'])}."
    ]
    tested = sorted((row for row in document["per_class"] if row["support"]), key=lambda row: -row["f1"])
    if len(tested) > 2 * FEW:
        told.append(f"Strongest: {_named(tested[:FEW])}. Weakest: {_named(tested[-FEW:][::-1])}.")
    if document["most_confused"]:
        pair = document["most_confused"][0]
        told.append(
            f"The commonest error: {pair['rows']:,} rows of {pair['true']} taken for {pair['predicted']}, "
            f"{percent(pair['error_share'])} of all errors."
        )
    if document["comparison"]:
        found = document["comparison"]
        told.append(f"Against {found['against_title']}: {found['gain']}.")
    return told


def _named(rows: Sequence[Document]) -> str:
    return ", ".join(f"{row['label']} (F1 {score(row['f1'])})" for row in rows)


def facts(document: Document) -> list[tuple[str, str]]:
    """Return what was judged and how, name and value each."""
    spec = document["spec"]
    told = [
        ("Run", document["run"] if document["name"] is None else f"{document['name']} ({document['run']})"),
        ("Dataset", f"{document['dataset']}, {document['rows']:,} rows judged"),
        ("Grouping", f"{document['grouping']}, {len(document['labels'])} {_nouns(document)}"),
        ("Model", f"{spec['model']}, preset {spec['preset']}, target {spec['target']}"),
        ("Trained", (document["finished_at"] or document["created_at"])[:10]),
    ]
    return told + ([("Note", document["note"])] if document["note"] else [])


def _nouns(document: Document) -> str:
    return "categories" if document["group_noun"] == "category" else "groups"


def _figures(document: Document) -> Section:
    rows = [
        (name, score(document[key]), ends(document["intervals"][key]))
        for key, name in NAMES.items()
        if key in document["intervals"]
    ]
    errors = document["totals"]["fn"]
    words = (
        f"{errors:,} of {document['rows']:,} rows are wrong. Macro averages count each class the same, weighted ones "
        "by its rows. Kappa is Cohen's. Log loss is in nats: 0 is best.",
    )
    head = ("Figure", "Value", "95 % interval")
    return Section("figures", "Figures", words, (), (table("Single figures with intervals", head, rows),))


def _published(document: Document) -> Section | None:
    """Return the run beside what is published of its recipe, where it is of that one."""
    found = document["published"]
    if found is None:
        return None
    figures = [
        (NAMES[name], score(document[name]), score(found[name]), signed(document[name] - found[name]))
        for name in ("accuracy", "macro_f1")
    ]
    weakest = [
        (row["label"], score(row["f1"]), f"{row['errors']:,}", percent(row["taken_for"] / max(row["errors"], 1)))
        for row in found["own_weakest"]
    ]
    words = (
        f"The notebook's recipe is published with accuracy {score(found['accuracy'])} and macro-F1 "
        f"{score(found['macro_f1'])} on the whole set; its weakest classes are {', '.join(found['weakest'])}, "
        f"much of which is lost to {found['taken_for']}. Other rows, and another split, give other figures.",
    )
    tables = (
        table("This run and the published one", ("Figure", "This run", "Published", "Difference"), figures),
        table("Weakest classes of this run", ("Class", "F1", "Errors", f"Taken for {found['taken_for']}"), weakest),
    )
    return Section("published", "Beside what is published", words, (), tables)


def _matrices(document: Document) -> Section:
    labels, noun = by_size(document), document["group_noun"]
    place = {label: position for position, label in enumerate(document["labels"])}
    rows = [
        (true, *(f"{document['confusion'][place[true]][place[predicted]]:,}" for predicted in labels))
        for true in labels
    ]
    words = (
        f"Rows are the true {noun}, columns the predicted one, the largest first. "
        "On the diagonal stands what is right. Colours follow the share of the row and, among the errors, the number.",
    )
    counts = table(
        f"Confusion matrix: true {noun} in rows, predicted in columns",
        ("True \\ predicted", *labels),
        rows,
        folded=True,
    )
    return Section("matrices", "What is taken for what", words, ("confusion", "errors"), (counts,))


def by_size(document: Document) -> list[str]:
    """Return the labels, those with the most rows first."""
    support = {row["label"]: row["support"] for row in document["per_class"]}
    return sorted(document["labels"], key=lambda label: (-support[label], label))


def _classes(document: Document) -> Section:
    by_label = {row["label"]: row for row in document["per_class"]}
    counts = ("tp", "fp", "fn", "tn")
    rows = [
        (
            label,
            f"{row['support']:,}",
            *(score(row[name]) for name in ("f1", "precision", "recall", "specificity")),
            *(f"{row[name]:,}" for name in counts),
            percent(row["error_share"]),
        )
        for label in by_size(document)
        for row in [by_label[label]]
    ]
    whole = (
        "All",
        f"{document['rows']:,}",
        *[NOTHING] * 4,
        *(f"{document['totals'][name]:,}" for name in counts),
        NOTHING,
    )
    head = ("Class", "Rows", "F1", "Precision", "Recall", "Specificity", "TP", "FP", "FN", "TN", "Share of errors")
    words = (
        "Precision: of what was given the label, the share that has it. Recall: of what has the label, the share that "
        "was given it. F1 is their harmonic mean.",
    )
    return Section(
        "classes", "Class by class", words, (), (table("Figures of each class", head, [*rows, whole], bar="F1"),)
    )


def _confused(document: Document) -> Section | None:
    if not document["most_confused"]:
        return None
    rows = [
        (
            pair["true"],
            pair["predicted"],
            f"{pair['rows']:,}",
            percent(pair["share"]),
            percent(pair["error_share"]),
            f"{pair['back']:,}",
        )
        for pair in document["most_confused"]
    ]
    head = ("True", "Taken for", "Rows", "Of the true class", "Of all errors", "The other way round")
    return Section("confused", "Most confused", (), (), (table("Most confused pairs", head, rows, words=2),))


def _causes(document: Document) -> Section | None:
    found = document["causes"]
    if found is None or not document["totals"]["fn"]:
        return None
    told = [row for row in found["causes"] if row["cause"] not in found["skipped"]]
    rows = [
        (
            row["cause"],
            f"{row['rows']:,}",
            percent(row["share"]),
            NOTHING if row["lift"] is None else f"{row['lift']:.2f} ×",
            NOTHING if row["low"] is None else ends((row["low"], row["high"]), "{:.2f}".format),
            found["meanings"][row["cause"]],
        )
        for row in told
    ]
    heads = ("Cause", "Errors", "Of all errors", "Lift", "95 %", "What it means")
    numeric = (False, True, True, True, True, False)
    names = [row["cause"] for row in told]
    by_class = [
        (row["label"], f"{row['errors']:,}", *(f"{row['causes'][name]:,}" for name in names))
        for row in found["per_class"]
        if row["errors"]
    ]
    words = (
        "Each error stands at the first of these causes that it has. The lift tells how much more often the cause is "
        "found among errors than among right answers: about 1 explains nothing.",
        *(f"Not told: {cause}, since {reason}." for cause, reason in found["skipped"].items()),
    )
    causes = Table("Errors by first matching cause", heads, numeric, tuple(rows), bar="Of all errors")
    counts = table("Causes by true class", ("True class", "Errors", *names), by_class, folded=True)
    return Section("causes", "Why it is wrong", words, (), (causes, counts))


def _slices(document: Document) -> Section | None:
    found = document["slices"]
    if found is None or not document["rows"]:
        return None
    words = (_searched(found),)
    worst = [table("The worst slices", SLICE_HEAD, list(map(_slice, found["worst"])))] if found["worst"] else []
    others = [
        table(f"By {name}", SLICE_HEAD, list(map(_slice, rows)), bar="Accuracy") for name, rows in found["by"].items()
    ]
    return Section("slices", "Where it is worse", words, (), (*worst, *others))


def _searched(found: Document) -> str:
    """Return what was looked for, and whether anything was found."""
    if not found["looked_at"]:
        return f"There are too few rows to search: a slice needs {found['smallest']:,}, and others beside it."
    told = (
        f"{found['looked_at']:,} slices of {found['smallest']:,} rows or more were tested: by "
        f"{', '.join(found['searched'])}, and by any two of these."
    )
    if not found["worst"]:
        return f"{told} None is surely worse than all other rows."
    return f"{told} Those that are surely worse than all other rows are listed, the worst first."


SLICE_HEAD = ("Slice", "Rows", "Errors", "Accuracy", "All others", "Difference", "95 %")


def _slice(row: Document) -> tuple[str, ...]:
    return (
        row["slice"],
        f"{row['rows']:,}",
        f"{row['errors']:,}",
        score(row["accuracy"]),
        score(row["rest"]),
        signed(row["difference"]),
        _gap_ends(row),
    )


def _calibration(document: Document) -> Section | None:
    found = document["calibration"]
    if not found["bins"]:
        return None
    rows = [
        (
            f"{row['low']:.2f} to {row['high']:.2f}",
            f"{row['rows']:,}",
            score(row["confidence"]),
            score(row["accuracy"]),
            f"{row['accuracy_low']:.3f} to {row['accuracy_high']:.3f}",
        )
        for row in found["bins"]
    ]
    head = ("Confidence", "Rows", "Mean confidence", "Accuracy", "95 % interval")
    scaled = "Probabilities are scaled by the run's temperature. " if document["calibrated"] else ""
    words = (
        f"{scaled}Where points lie on the diagonal, an answer given with 80 % is right in 80 of 100 cases; below it "
        f"the model is too sure of itself. Expected calibration error {score(found['ece'])}, largest "
        f"{score(found['mce'])}, over bins of {found['binning']}.",
    )
    return Section(
        "calibration",
        "How far its confidence can be trusted",
        words,
        ("reliability",),
        (table("Bins of the diagram", head, rows),),
    )


def _comparison(document: Document) -> Section | None:
    found = document["comparison"]
    if found is None:
        return None
    name, other = found["run_title"], found["against_title"]
    figures = [
        (NAMES[key], score(gap["after"]), score(gap["before"]), signed(gap["difference"]), _gap_ends(gap))
        for key, gap in found["differences"].items()
    ]
    classes = [
        (
            row["label"],
            f"{row['support']:,}",
            score(row["f1"]),
            score(row["f1_against"]),
            *(
                text
                for measure in ("f1", "precision", "recall")
                for text in (
                    signed(row[f"{measure}_difference"]),
                    _gap_ends({"low": row[f"{measure}_low"], "high": row[f"{measure}_high"]}),
                )
            ),
        )
        for row in sorted(found["per_class"], key=lambda row: (-row["support"], row["label"]))
    ]
    counts = found["agreement"]
    agreement = [
        ("This run right", f"{counts['both_right']:,}", f"{counts['only_run_right']:,}"),
        ("This run wrong", f"{counts['only_against_right']:,}", f"{counts['both_wrong']:,}"),
    ]
    head = (
        "Class",
        "Rows",
        "F1",
        "F1 other",
        "F1 difference",
        "95 %",
        "Precision difference",
        "95 %",
        "Recall difference",
        "95 %",
    )
    words = (
        f"{name} beside {other} on {found['rows']:,} rows that neither was trained on. "
        f"Differences are this run - the other, so above 0 where this run is better: {found['gain']}.",
        verdict(McNemar(**found["mcnemar"]), "this run", "the other"),
        chance_sentence(sum(row["f1_low"] is not None for row in found["per_class"])),
        *(f"{remark[0].upper()}{remark[1:]}." for remark in found["remarks"]),
    )
    tables = (
        table("Single figures of both", ("Figure", "This run", "Other", "Difference", "95 % interval"), figures),
        table("Who is right", ("", "Other right", "Other wrong"), agreement),
        table("What it cost", ("", "This run", "Other"), _costs(found["cost"])),
        table("Differences by class", head, classes),
        *_differing(found),
    )
    return Section("comparison", f"Compared with {other}", words, ("differences",), tables)


def _gap_ends(gap: Document) -> str:
    return NOTHING if gap["low"] is None else ends((gap["low"], gap["high"]), signed)


def _costs(paid: Document) -> list[tuple[str, str, str]]:
    shown = {
        "train_seconds": ("Training", duration),
        "training_rows": ("Training rows", "{:,}".format),
        "training_rows_per_s": ("Training rows/s", "{:,.0f}".format),
        "classified_rows_per_s": ("Classified rows/s", "{:,.0f}".format),
        "model_bytes": ("Model on disk", size),
    }
    return [
        (name, *(NOTHING if paid[side][key] is None else how(paid[side][key]) for side in ("run", "against")))
        for key, (name, how) in shown.items()
        if paid["run"][key] is not None or paid["against"][key] is not None
    ]


def _differing(found: Document) -> list[Table]:
    rows = [
        (headline(row), row["true"], row["run"], row["against"], row["outcome"].replace("against", "other"))
        for row in found["examples"]
    ]
    head = ("Headline", "True", "This run", "Other", "Who is right")
    return [table("Rows on which the two differ", head, rows, words=len(head))] if rows else []


def headline(row: Document) -> str:
    """Return the headline of a row, or its number where the dataset is gone."""
    return f"row {row['row']:,}" if row["headline"] is None else row["headline"]


def _examples(document: Document) -> Section | None:
    if not document["examples"]:
        return None
    rows = [(headline(row), row["true"], row["predicted"], score(row["confidence"])) for row in document["examples"]]
    words = (f"{len(rows):,} of {document['totals']['fn']:,} errors, drawn at random.",)
    head = ("Headline", "True", "Predicted", "Confidence")
    return Section("examples", "Some of the errors", words, (), (table("Errors", head, rows, words=3),))


def _measured(document: Document) -> Section:
    data = document["data"]
    tables = [table("The run", ("Setting", "Value"), _settings(document), words=2)]
    if data is not None:
        tables.append(table("The dataset", ("Fact", "Value"), _data(data), words=2))
    left_out = [f"Left out, {LEFT_OUT[name]}: {reason}." for name, reason in document["skipped"].items()]
    groups = [(group, ", ".join(members)) for group, members in document["groups"].items() if members != [group]]
    if groups:
        tables.append(table("The groups", ("Group", "Raw categories"), groups, words=2))
    return Section(
        "measured",
        "How this was measured, and what it does not say",
        (*document["limits"], *left_out),
        (),
        tuple(tables),
    )


def _settings(document: Document) -> list[tuple[str, str]]:
    paid = document["cost"]
    told = [(name, "none" if value is None else str(value)) for name, value in document["spec"].items()]
    if paid["train_seconds"] is not None:
        told.append(("training took", duration(paid["train_seconds"])))
    return [*told, ("model on disk", size(paid["model_bytes"]))]


def _data(data: Document) -> list[tuple[str, str]]:
    dates = f"{data['first_date']} to {data['last_date']}" if data["first_date"] else None
    told = {
        "name": data["name"],
        "rows": f"{data['rows']:,}",
        "lines rejected": f"{data['rejected']:,}",
        "categories": f"{data['categories']:,}",
        "dates": dates,
        "source": data["source"],
        "licence": data["licence"],
        "notice": data["notice"],
        "fingerprint": data["fingerprint"],
    }
    return [(name, value) for name, value in told.items() if value]
