"""The report: one document, three forms that say the same, whole files or none, nothing that runs or fetches."""

import html as escapes
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from core.data.importing import import_file
from core.errors import InputError
from core.evaluation.judge import judge
from core.evaluation.metrics import Metrics
from core.evaluation.predictions import Predictions
from core.evaluation.report import as_json, beside_published, check_target, majority_label, most_confused, report, write
from core.evaluation.report_html import STYLE, html
from core.evaluation.report_markdown import escaped, markdown
from core.evaluation.report_parts import percent, score, signed
from core.evaluation.report_sections import by_size, sections, summary
from core.grouping.builtin import HUFFPOST_12, RAW
from core.models.logistic_settings import PRESETS
from core.runs.spec import SpecGrouping, TrainingSpec
from core.runs.store import Run
from core.ui.theme import DARK, LIGHT, contrast, ink_on

NASTY = (
    "<script>alert(1)</script>",
    "A \"quoted\" & 'single' | pipe",
    "📰 " + "long " * 39,
    "javascript:[x](http://evil.example) `code` *b* _i_",
    "plain",
)
EVIL = "<img src=x onerror=alert(1)> http://evil.example/\u2028 | *x* 📰"


@pytest.fixture
def nasty(home, tmp_path):
    """A dataset whose names and headlines are all that a page, a table or a sheet could stumble over."""
    rows = [
        {"headline": f"{EVIL} {number}", "category": name, "date": f"20{10 + number % 5}-03-04"}
        for number in range(40)
        for name in NASTY
    ]
    (tmp_path / "nasty.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return import_file(tmp_path / "nasty.jsonl", "nasty")


def run_on(dataset, name="20260101-000000-logistic-abcd", *, title=None, note="", seconds=2.0):
    categories = tuple(sorted(dataset.category_counts))
    spec = TrainingSpec(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        categories=categories,
        grouping=SpecGrouping(name="raw"),
    )
    metrics = {"train_seconds": seconds, "training_rows": 100}
    status = {"state": "succeeded", "created_at": "2026-01-01T00:00:00.000+00:00", "metrics": metrics}
    return Run(name, dataset.path / "no-such-run", spec, status, title, note)


def judged_on(run, rows, *, right=0.7, seed=0, grouping=RAW):
    """Return what a run is judged to be that answers about ``right`` of ``rows`` rows rightly."""
    random = np.random.default_rng(seed)
    labels = run.spec.categories
    true = random.integers(0, len(labels), rows)
    answer = np.where(random.random(rows) < right, true, random.integers(0, len(labels), rows))
    probabilities = random.dirichlet(np.ones(len(labels)), rows) * 0.4
    probabilities[np.arange(rows), answer] += 0.6
    predictions = Predictions(
        run.spec.dataset,
        run.spec.fingerprint,
        labels,
        np.arange(rows),
        pd.Categorical.from_codes(true, list(labels)).remove_unused_categories(),
        probabilities.astype(np.float16),
    )
    return judge(run.spec, predictions, grouping)


@pytest.fixture
def document(nasty):
    run, other = run_on(nasty), run_on(nasty, "20260101-000001-logistic-ef01", title=NASTY[0], seconds=1.0)
    beside = judged_on(other, 160, right=0.5, seed=1)
    # Of one seed, both have the same true labels.
    return report(run, judged_on(run, 160, seed=1), against=(other, beside), examples=3)


class Page(HTMLParser):
    """What a browser would make of the file: open elements, tables, links, texts."""

    VOID = ("meta", "rect", "line", "circle")

    def __init__(self, text):
        super().__init__()
        self.open, self.tables, self.links, self.tags, self.texts = [], {}, [], set(), []
        self.roles, self.caption, self.cell = [], None, None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.add(tag)
        self.links += [given[name] for name in ("href", "src", "action", "data", "xlink:href") if name in given]
        assert not any(name.startswith("on") for name in given), given
        if tag == "svg":
            self.roles.append(given.get("aria-label") or given.get("aria-hidden"))
        if tag == "tr" and self.caption is not None:
            self.tables[self.caption].append([])
        if tag in ("th", "td", "caption"):
            self.cell = ""
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        assert self.open.pop() == tag, "elements are closed in the order in which they were opened"
        if tag == "caption":
            self.caption = self.cell
            self.tables[self.caption] = []
        elif tag in ("th", "td"):
            self.tables[self.caption][-1].append(self.cell)
        elif tag == "table":
            self.caption = None

    def handle_data(self, data):
        self.texts.append(data)
        if self.cell is not None:
            self.cell += data


def test_the_page_is_whole_and_holds_nothing_that_runs_or_fetches(document):
    text = html(document)
    page = Page(text)
    assert page.open == []
    assert not page.tags & {"script", "img", "iframe", "link", "object", "embed", "form", "image", "use", "base"}
    assert page.links and all(link.startswith("#") for link in page.links)
    ids = set(re.findall(r' id="([^"]+)"', text))
    assert {link[1:] for link in page.links} <= ids
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style and "@import" not in style and "http" not in style
    assert "default-src 'none'" in text
    assert all(page.roles), "every picture says what it shows, or that it says nothing"


def test_names_and_headlines_stand_there_as_they_are(document):
    page = Page(html(document))
    seen = "\n".join(page.texts)
    for name in NASTY:
        assert any(name.strip() == cell.strip() for row in page.tables["Figures of each class"] for cell in row)
    assert EVIL in seen
    assert document["comparison"]["against_title"] == NASTY[0]
    assert NASTY[0] in seen


def test_what_no_page_may_hold_becomes_a_mark(document):
    text = html({**document, "title": "a\x00b\x1bc"})
    assert "a\ufffdb\ufffdc" in text
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)


def test_every_table_of_the_page_says_what_the_document_says(document):
    page = Page(html(document))
    for section in sections(document):
        for one in section.tables:
            assert page.tables[one.caption] == [list(one.head), *map(list, one.rows)]


def test_the_figures_of_the_tables_are_those_of_the_document(document):
    tables = {one.caption: one for section in sections(document) for one in section.tables}
    shown = {row[0]: row[1] for row in tables["Single figures with intervals"].rows}
    for name, key in (("Accuracy", "accuracy"), ("Macro-F1", "macro_f1"), ("Log loss", "log_loss")):
        assert shown[name] == f"{document[key]:.3f}"
    classes = {row["label"]: row for row in document["per_class"]}
    for label, rows, f1, *_ in tables["Figures of each class"].rows[:-1]:
        assert (rows, f1) == (f"{classes[label]['support']:,}", f"{classes[label]['f1']:.3f}")
    assert tables["Figures of each class"].rows[-1][6:10] == tuple(
        f"{document['totals'][name]:,}" for name in ("tp", "fp", "fn", "tn")
    )
    causes = tables["Errors by first matching cause"].rows
    assert sum(int(row[1].replace(",", "")) for row in causes) == document["totals"]["fn"]
    agreement = tables["Who is right"].rows
    assert sum(int(cell.replace(",", "")) for row in agreement for cell in row[1:]) == document["comparison"]["rows"]


def test_rows_are_true_and_columns_predicted_all_the_way_to_the_picture(document):
    counts = next(one for section in sections(document) for one in section.tables if one.folded)
    place = {label: at for at, label in enumerate(document["labels"])}
    for true, *cells in counts.rows:
        for predicted, cell in zip(counts.head[1:], cells, strict=True):
            assert int(cell.replace(",", "")) == document["confusion"][place[true]][place[predicted]]
    picture = html(document)
    pair = document["most_confused"][0]
    tip = f"{pair['true']} → {pair['predicted']}: {pair['rows']:,} rows, {percent(pair['share'])} of {pair['true']}"
    marks = [found.start() for found in re.finditer(re.escape(escapes.escape(tip)), picture)]
    assert len(marks) == 2, "in the matrix and among the errors"
    x, y, step = re.search(r'<rect x="(\d+)" y="(\d+)" width="(\d+)"', picture[marks[0] :]).groups()
    ground = re.search(r'<rect x="(\d+)" y="(\d+)" width="\d+" height="\d+" class="ground"', picture).groups()
    order = by_size(document)
    assert (int(x) - int(ground[0])) // int(step) == order.index(pair["predicted"])
    assert (int(y) - int(ground[1])) // int(step) == order.index(pair["true"])


def table_of(text, caption):
    """Return a table of a Markdown report as cells that were unescaped."""
    lines = text[text.index(f"**{escaped(caption)}**") :].split("\n\n")[1].strip().split("\n")
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in (lines[0], *lines[2:])]
    return [[escapes.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", cell.strip())) for cell in row] for row in rows]


def test_markdown_gives_every_cell_back(document):
    text = markdown(document)
    for section in sections(document):
        for one in section.tables:
            wanted = [[re.sub(r"\s+", " ", cell).strip() for cell in row] for row in (one.head, *one.rows)]
            assert table_of(text, one.caption) == wanted


def test_markdown_leaves_no_markup_to_a_name():
    assert escaped("a|b <i> & *c* `d` [e](f) #1 @you") == "a\\|b &lt;i&gt; &amp; \\*c\\* \\`d\\` \\[e\\](f) \\#1 \\@you"
    assert escaped("http://x www.y.z") == "http\\://x www\\.y.z"
    assert escaped("- a\nb") == "\\- a b"
    assert escaped("1. a") == "1\\. a"
    assert escaped("-0.5 +0.5") == "-0.5 +0.5"


def test_the_json_form_is_the_document(document):
    assert json.loads(as_json(document)) == document
    keys = {"run", "dataset", "grouping", "rows", "accuracy", "labels", "confusion", "totals", "per_class", "intervals"}
    assert keys | {"most_confused", "calibration", "causes", "slices", "comparison", "limits"} <= document.keys()


def test_the_same_run_gives_the_same_report(nasty):
    run = run_on(nasty)
    first, again = (report(run, judged_on(run, 80), examples=4) for _ in range(2))
    assert first == again
    assert html(first) == html(again)
    assert "seconds" not in first


def test_no_headline_unless_it_is_asked_for(nasty):
    run, other = run_on(nasty), run_on(nasty, "20260101-000001-logistic-ef01")
    judged, beside = judged_on(run, 80), judged_on(other, 80, right=0.4)
    quiet = report(run, judged, against=(other, beside))
    assert quiet["examples"] == [] and quiet["comparison"]["examples"] == []
    for form in (html, markdown, as_json):
        assert "onerror" not in form(quiet)
    loud = report(run, judged, examples=1000)
    assert len(loud["examples"]) == quiet["totals"]["fn"], "there are no more errors than that"
    assert all(row["true"] != row["predicted"] for row in loud["examples"])


def test_without_its_dataset_a_report_says_what_it_leaves_out(nasty):
    from core.data import datasets

    run = run_on(nasty)
    judged = judged_on(run, 60)
    datasets.delete("nasty")
    found = report(run, judged, examples=2)
    assert (found["data"], found["causes"], found["slices"]) == (None, None, None)
    assert found["skipped"].keys() == {"causes", "slices"}
    page = Page(html(found))
    assert any(text.startswith("Left out, why it is wrong: ") for text in page.texts)
    assert [row[0] for row in page.tables["Errors"][1:]] == [f"row {row['row']:,}" for row in found["examples"]]


def test_no_error_and_no_row_do_no_harm(nasty):
    run = run_on(nasty)
    perfect = report(run, judged_on(run, 50, right=1.1))
    assert perfect["most_confused"] == [] and perfect["totals"]["fn"] == 0
    names = [section.name for section in sections(perfect)]
    assert "confused" not in names and "causes" not in names
    Page(html(perfect))
    nothing = report(run, judged_on(run, 0))
    assert summary(nothing) == ["There is no row to judge."]
    for form in (html, markdown, as_json):
        assert form(nothing)
    Page(html(nothing))


def test_the_summary_says_the_figures_of_the_document(document):
    told = " ".join(summary(document))
    assert f"{document['totals']['tp']:,} ({percent(document['accuracy'])})" in told
    assert document["majority_label"] in told and percent(document["majority_share"]) in told
    assert document["comparison"]["gain"] in told


def test_the_most_confused_pairs_and_the_majority():
    confusion = np.array([[5, 3, 0], [1, 2, 2], [0, 0, 9]])
    metrics = Metrics(("A", "B", "C"), confusion, None, {}, 22, *[0.0] * 10)
    found = most_confused(metrics)
    assert [(row["true"], row["predicted"], row["rows"], row["back"]) for row in found] == [
        ("A", "B", 3, 1),
        ("B", "C", 2, 0),
        ("B", "A", 1, 3),
    ]
    assert (found[0]["share"], found[0]["error_share"]) == (3 / 8, 3 / 6)
    assert majority_label(metrics) == "C"
    assert len(most_confused(metrics, 2)) == 2


def test_colours_are_those_of_the_app_and_numbers_can_be_read_on_them():
    style = STYLE.read_text(encoding="utf-8")
    light, dark = style.split("prefers-color-scheme: dark")
    for part, palette in ((light, LIGHT), (dark, DARK)):
        for letter, ramp in (("b", palette.blues), ("r", palette.reds)):
            for level, colour in enumerate(ramp):
                assert f"--{letter}{level}: {colour}; --{letter}{level}-ink: {ink_on(colour)};" in part
                assert contrast(colour, ink_on(colour)) >= 4.5
        assert f"--paper: {palette.paper};" in part and f"--ink: {palette.ink};" in part


@pytest.mark.parametrize("name", ["r.html", "r.md", "r.json", "R.HTML"])
def test_a_file_is_written_whole_and_replaces_an_earlier_one(document, tmp_path, name):
    folder = tmp_path / "reports"
    folder.mkdir()
    path = folder / name
    path.write_text("old")
    size = write(document, path)
    assert path.stat().st_size == size
    assert document["run"] in path.read_text(encoding="utf-8")
    assert [one.name for one in folder.iterdir()] == [name]


def test_a_write_that_fails_leaves_the_earlier_file(document, tmp_path, monkeypatch):
    folder = tmp_path / "reports"
    folder.mkdir()
    path = folder / "r.html"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.storage.os.replace", full)
    with pytest.raises(InputError, match=r"cannot be written \(No space left on device\); choose another folder"):
        write(document, path)
    assert path.read_text() == "old"
    assert [one.name for one in folder.iterdir()] == ["r.html"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("r.txt", "has another ending; name it FILE.html, FILE.md or FILE.json"),
        ("report", "has another ending"),
        (".", "is a folder; give a file in it"),
        ("folder.html", "is a folder; give a file in it"),
        ("nowhere/r.html", "does not exist; make it first"),
    ],
)
def test_where_no_report_can_go_is_said_before_anything_is_made(tmp_path, name, message):
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(InputError, match=re.escape(message)):
        check_target(tmp_path / name)


def test_scores_and_shares_in_words():
    assert (score(0.12345), percent(0.12345)) == ("0.123", "12.3 %")
    assert signed(-0.0001) == "+0.000"


def of_recipe(nasty, **changed):
    """Return a run of the notebook's recipe on HuffPost's categories, and what it is judged to be."""
    run = run_on(nasty)
    told = {"categories": tuple(sorted(HUFFPOST_12.mapping)), "preset": "notebook"}
    settings = PRESETS["notebook"].model_dump(mode="json")
    spec = run.spec.model_copy(update={**told, "hyperparameters": settings, **changed})
    run = replace(run, spec=spec)
    return run, judged_on(run, 200, grouping=HUFFPOST_12)


def test_the_notebook_s_recipe_stands_beside_what_is_published_of_it_in_each_form(nasty):
    run, judged = of_recipe(nasty)
    made = report(run, judged)
    found = made["published"]
    assert (found["accuracy"], found["macro_f1"]) == (0.7102, 0.556)
    assert found["weakest"] == ["EDUCATION", "TECHNOLOGY", "RELIGION"]
    f1 = sorted(row["f1"] for row in made["per_class"])
    assert [row["f1"] for row in found["own_weakest"]] == f1[:3]
    place = made["labels"].index("LIFESTYLE")
    for row in found["own_weakest"]:
        counts = made["confusion"][made["labels"].index(row["label"])]
        assert row["taken_for"] == counts[place] <= row["errors"]
    expected = ["Accuracy", f"{made['accuracy']:.3f}", "0.710", f"{made['accuracy'] - 0.7102:+.3f}"]
    caption = "This run and the published one"
    assert expected in Page(html(made)).tables[caption]
    assert expected in table_of(markdown(made), caption)
    assert json.loads(as_json(made))["published"] == found


@pytest.mark.parametrize(
    "changed", [{"hyperparameters": {"C": 2.0}}, {"model": "transformer"}, {"fingerprint": "other"}], ids=str
)
def test_another_recipe_or_other_rows_are_not_held_against_what_is_published(nasty, changed):
    run, judged = of_recipe(nasty)
    other = replace(run, spec=run.spec.model_copy(update=changed))
    assert beside_published(run, judged) is not None
    assert beside_published(other, judged) is None
