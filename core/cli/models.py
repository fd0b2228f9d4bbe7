"""``models``: which run answers by default, which are out of use, and where each came from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from core.cli.printing import Json, emit, pairs, table

app = typer.Typer(
    help="The finished runs as models: the default, those out of use, the card of each.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Reference = Annotated[str, typer.Argument(metavar="RUN", help="A run's id or name, as `models list` prints it.")]


@app.command("list", epilog="Example: python -m core models list --json")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="List those out of use as well.")] = False,
    json: Json = False,
) -> None:
    """List the models: data, grouping, figures, size, and which one answers by default."""
    from core.runs import models

    found = [one.document() for one in models.list_all() if everything or not one.retired]
    columns = ["run", "mark", "name", "dataset", "model", "target", "grouping", "accuracy", "macro_f1", "bytes"]
    empty = "No model yet: `train` makes one."
    emit({"models": found}, table(found, columns) if found else empty, json)


@app.command(epilog="Example: python -m core models show starter")
def show(run: Reference, json: Json = False) -> None:
    """Show where a model came from: dataset, grouping, settings, program, libraries, files."""
    from core.cli.answers import found_run
    from core.runs import models, run_files

    found = found_run(run)
    document = models.origin(found)
    kept = {one.name: one for one in run_files.files_of(found)}
    # What the manifest tells of each, and how it lies on disk; nothing of the latter where it is gone.
    files = [{**one, **(kept[one["name"]].document() if one["name"] in kept else {})} for one in document["files"]]
    document["files"] = files
    text = pairs({key: value for key, value in document.items() if not isinstance(value, list | dict)})
    emit(document, f"{text}\n\n{table(files, ['permissions', 'bytes', 'time', 'sha256', 'name'])}", json)


@app.command(epilog="Example: python -m core models card RUN > card.md")
def card(run: Reference, json: Json = False) -> None:
    """Print the model card, in Markdown: intended use, data, figures by class, limits."""
    from core.cli.answers import found_run
    from core.inference.card import card as card_of

    found = found_run(run)
    text = card_of(found)
    emit({"run": found.id, "card": text}, text.rstrip("\n"), json)


@app.command(epilog="Example: python -m core models default RUN")
def default(
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="The run that answers from now on.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Mark no run: the starter answers, or else the newest.")] = False,
    json: Json = False,
) -> None:
    """Mark the run that answers where no other is asked for."""
    from core.cli.answers import found_run
    from core.errors import InputError
    from core.runs import registry

    if (run is None) != none:
        raise InputError("give either a RUN or --none, one of the two")
    kept = registry.unmark_default() if run is None else registry.mark_default(found_run(run))
    emit(_told(kept), f"default: {kept.default or 'none'}", json)


@app.command(epilog="Example: python -m core models retire RUN")
def retire(run: Reference, json: Json = False) -> None:
    """Take a run out of use: it stays with its model and figures, but is not offered to classify with."""
    from core.cli.answers import found_run
    from core.runs import registry

    found = found_run(run)
    emit(_told(registry.retire(found)), f"retired {found.title}", json)


@app.command("bring-back", epilog="Example: python -m core models bring-back RUN")
def bring_back(run: Reference, json: Json = False) -> None:
    """Put a retired run into use again."""
    from core.cli.answers import found_run
    from core.runs import registry

    found = found_run(run)
    emit(_told(registry.bring_back(found)), f"brought {found.title} back", json)


def _told(kept: Any) -> dict[str, Any]:
    return {"default": kept.default, "retired": list(kept.retired)}
