"""``grouping``: list, show and save groupings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.printing import Json, emit, say, table

if TYPE_CHECKING:
    from core.grouping.grouping import Grouping

app = typer.Typer(help="List, show and save groupings.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list", epilog="Example: python -m core grouping list")
def list_(json: Json = False) -> None:
    """List the built-in and the saved groupings."""
    from core.grouping import versions

    found = [document(grouping) for grouping in versions.list_all()]
    for name, reason in versions.damaged().items():
        say(f"warning: grouping {name} cannot be read: {reason}")
    text = table(found, ["grouping", "version", "groups", "categories", "partition", "note"])
    emit({"groupings": found}, text, json)


@app.command(epilog="Example: python -m core grouping show huffpost-12")
def show(name: Annotated[str, typer.Argument(help="A grouping, NAME or NAME@VERSION.")], json: Json = False) -> None:
    """Show a grouping as the YAML that `save` reads."""
    from core.grouping import versions
    from core.grouping.yaml_text import grouping_to_yaml

    grouping = versions.load(name)
    emit(document(grouping), grouping_to_yaml(grouping).rstrip(), json)


@app.command(epilog="Example: python -m core grouping save desks.yaml --name desks --note 'one group a desk'")
def save(
    file: Annotated[Path, typer.Argument(help="YAML or JSON: GROUP: [CATEGORY, ...].")],
    name: Annotated[str, typer.Option(help="What the grouping will be called.")],
    note: Annotated[str, typer.Option(help="A sentence about it.")] = "",
    json: Json = False,
) -> None:
    """Save a grouping as the next version of its name; earlier versions stay."""
    from core.grouping import versions
    from core.grouping.grouping import Grouping
    from core.grouping.formats import read_grouping

    read = read_grouping(file)
    saved = versions.save(Grouping(name, read.mapping, note=note or read.note))
    emit(document(saved), f"saved grouping {saved.name} as version {saved.version}", json)


def document(grouping: Grouping) -> dict[str, Any]:
    """Return what ``grouping show`` prints."""
    members: dict[str, list[str]] = {}
    for category, group in grouping.mapping.items():
        members.setdefault(group, []).append(category)
    return {
        "grouping": grouping.name,
        "version": grouping.version,
        "built_in": grouping.version is None,
        "note": grouping.note,
        "groups": len(members),
        "categories": len(grouping.mapping),
        "partition": grouping.partition_hash(),
        "members": dict(sorted(members.items())),
        "mapping": dict(grouping.mapping),
    }
