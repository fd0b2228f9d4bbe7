"""``data quality`` and ``data clean``: what is wrong with a dataset, and a copy of it that is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import status_line
from core.cli.printing import Json, Stopped, emit, pairs, table
from core.cli.row_filters import Name

if TYPE_CHECKING:
    from core.background import Background
    from core.data.datasets import Dataset
    from core.data.recipe import Recipe


def register(app: typer.Typer) -> None:
    """Add the commands to ``data``."""
    app.command(epilog="Example: python -m core data quality huffpost --examples 3")(quality)
    app.command(
        epilog="Example: python -m core data clean huffpost --name huffpost-clean --drop-duplicates --join-lines"
    )(clean)


def quality(
    name: Name,
    near: Annotated[
        bool | None,
        typer.Option(
            "--near/--no-near", help="Compare texts for near-duplicates.", show_default="below 1,000,000 rows"
        ),
    ] = None,
    examples: Annotated[int, typer.Option(min=0, max=100, help="Headlines to print of each kind.")] = 0,
    again: Annotated[bool, typer.Option("--again", help="Search anew, whatever was found before.")] = False,
    json: Json = False,
) -> None:
    """Search a dataset for flaws: repeats, near-duplicates, markup, broken encoding, line breaks and more.

    What was found is kept by the dataset's content, so the next time it is there at once.
    """
    from core.data import datasets, quality_search

    dataset = datasets.load(name)
    asked = quality_search.compares(dataset) if near is None else near
    if again or not known(dataset, asked):
        quality_search.start(dataset, near=asked)
        waited(quality_search.folder_of(dataset.fingerprint), quality_search.SPOKEN, f"data quality {name}")
    found = quality_search.load(dataset)
    findings = [one.document() for one in found.quality.findings.values()]
    if examples:
        _add_examples(dataset, findings, examples)
    document = {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "rows": dataset.rows,
        "language": found.quality.language,
        "near_compared": found.near,
        "findings": findings,
    }
    emit(document, _text(document), json)


def known(dataset: Dataset, near: bool) -> bool:
    from core.data import quality_search
    from core.errors import DamagedError

    if quality_search.search_in(dataset).running or not quality_search.has_result(dataset):
        return False
    try:
        return quality_search.load(dataset).near or not near
    except DamagedError:
        return False


def waited(folder: Any, spoken: dict[str, str], command: str) -> Background:
    """Wait for the end of work in the background; InputError with its words when it is no success."""
    from core import background
    from core.errors import CopydeskError
    from core.runs.wording import duration

    def look(work: Background) -> None:
        left = "" if work.seconds_left is None else f" · about {duration(work.seconds_left)} left"
        status_line.show(f"{spoken.get(work.phase, work.phase)} · {100 * work.share:.0f} %{left}")

    try:
        ended = background.wait(folder, look)
    except KeyboardInterrupt as stopped:
        raise Stopped(
            f"waiting alone; it goes on in the background, and `python -m core {command}` shows the result"
        ) from stopped
    if ended.state != background.SUCCEEDED:
        raise CopydeskError(ended.error or f"it was {ended.state}; start it again")
    return ended


def _add_examples(dataset: Dataset, findings: list[dict[str, Any]], count: int) -> None:
    from core.data import datasets, quality_search

    headlines = datasets.frame(dataset, ["headline", "category"])
    found = quality_search.load(dataset).quality.findings
    for one in findings:
        listed, groups = found[one["kind"]].listed[:count], found[one["kind"]].groups_listed[:count]
        one["examples"] = [
            {"row": int(row), "group": int(group), **headlines.iloc[int(row)].astype("str").to_dict()}
            for row, group in zip(listed, groups, strict=True)
        ]


def _text(document: dict[str, Any]) -> str:
    rows = [one for one in document["findings"] if one["rows"]]
    lines = [f"{document['dataset']}: {document['rows']:,} rows"]
    if rows:
        shown = [
            {**one, "flaw": one["title"], "would change": one["removable"], "step": one["step"] or ""} for one in rows
        ]
        lines += ["", table(shown, ["flaw", "rows", "groups", "would change", "step", "note"])]
    none = [one["title"].lower() for one in document["findings"] if not one["rows"]]
    if none:
        lines += ["", f"Looked for in vain: {', '.join(none)}."]
    if not document["near_compared"]:
        lines += ["", "Texts were not compared for near-duplicates; --near does it."]
    for one in rows:
        lines += ["", one["title"]] if one.get("examples") else []
        lines += [
            f"  row {example['row']:,}  {example['category']}  {example['headline']}"
            for example in one.get("examples", [])
        ]
    return "\n".join(lines)


def clean(
    name: Name,
    new: Annotated[
        str | None, typer.Option("--name", metavar="NEW", help="What the copy is called.", show_default="NAME-clean")
    ] = None,
    fix_encoding: Annotated[
        bool, typer.Option("--fix-encoding", help="Put right what was read in a wrong encoding.")
    ] = False,
    strip_markup: Annotated[
        bool, typer.Option("--strip-markup", help="Take out tags; entities become letters.")
    ] = False,
    strip_control: Annotated[
        bool, typer.Option("--strip-control", help="Take out characters that nobody sees.")
    ] = False,
    join_lines: Annotated[bool, typer.Option("--join-lines", help="Put each text on one line.")] = False,
    merge_names: Annotated[
        bool, typer.Option("--merge-names", help="One spelling for names that differ by case, spaces or punctuation.")
    ] = False,
    drop_urls: Annotated[bool, typer.Option("--drop-urls", help="No rows that are nothing but an address.")] = False,
    keep_language: Annotated[
        str | None,
        typer.Option(
            "--keep-language",
            metavar="LANGUAGE",
            help="No rows judged to be in another language than this, such as English.",
        ),
    ] = None,
    drop_short: Annotated[
        int, typer.Option("--drop-short", metavar="N", min=0, help="No rows of fewer than N words.")
    ] = 0,
    drop_longer: Annotated[
        int, typer.Option("--drop-longer", metavar="N", min=0, help="No rows of more than N characters.")
    ] = 0,
    drop_conflicts: Annotated[
        bool, typer.Option("--drop-conflicts", help="No rows whose text stands under several categories.")
    ] = False,
    drop_identical: Annotated[
        bool, typer.Option("--drop-identical", help="No rows that repeat an earlier one in all fields.")
    ] = False,
    drop_duplicates: Annotated[
        bool, typer.Option("--drop-duplicates", help="No rows that repeat the text of an earlier one.")
    ] = False,
    drop_respelled: Annotated[
        bool, typer.Option("--drop-respelled", help="The same, whatever the case and white space.")
    ] = False,
    drop_near: Annotated[
        bool, typer.Option("--drop-near", help="No rows whose text is nearly that of an earlier one.")
    ] = False,
    drop_small: Annotated[
        int, typer.Option("--drop-small", metavar="N", min=0, help="No categories of fewer than N rows.")
    ] = 0,
    like: Annotated[
        str | None, typer.Option("--like", metavar="COPY", help="Take the recipe of this cleaned copy instead.")
    ] = None,
    json: Json = False,
) -> None:
    """Write a cleaned copy of a dataset, with its recipe. The original stays as it is.

    Rows that a step leaves out stand in the copy's rejected.jsonl, each with its reason. Steps are taken in the
    order below, whatever the order of the options.
    """
    from core.data import datasets
    from core.data.cleaning import recipe_of, suggested_name
    from core.data.cleaning_job import SPOKEN, folder_of, start
    from core.data.recipe import STEPS, recipe_from

    # Each option is called as its step.
    given = dict(locals())
    steps = {step: value for step in STEPS if (value := given[step.replace("-", "_")])}
    dataset = datasets.load(name)
    recipe = _recipe_like(like, steps) if like else recipe_from(steps)
    name_of_copy = new or suggested_name(dataset)
    start(dataset, recipe, name_of_copy)
    waited(folder_of(name_of_copy), SPOKEN, f"data show {name_of_copy}")
    copy = datasets.load(name_of_copy)
    written = recipe_of(copy) or {}
    document = {**datasets.summary(copy), "recipe": written}
    emit(document, _copy_text(dataset, copy, written), json)


def _recipe_like(name: str, steps: dict[str, Any]) -> Recipe:
    from core.data import datasets
    from core.data.cleaning import recipe_of
    from core.data.recipe import recipe_from
    from core.errors import InputError, shorten

    if steps:
        raise InputError(f"--like {shorten(name)} takes the steps of that copy; leave out --{next(iter(steps))}")
    written = recipe_of(datasets.load(name))
    if written is None:
        raise InputError(f"dataset {shorten(name)} is no cleaned copy; name one that `data clean` made")
    return recipe_from(written["steps"])


def _copy_text(dataset: Dataset, copy: Dataset, written: dict[str, Any]) -> str:
    shown = {"dataset": copy.name, "rows": copy.rows, "left out": dataset.rows - copy.rows, "made from": dataset.name}
    steps = [{"step": step, "rows": rows} for step, rows in written["counts"].items()]
    return pairs(shown) + "\n\n" + table(steps, ["step", "rows"])
