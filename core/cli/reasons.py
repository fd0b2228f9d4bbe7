"""What ``classify`` adds about one headline: what would change the answer, what is not known, what is most like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.cli.printing import table
from core.data.records import text_from
from core.errors import InputError, shorten

if TYPE_CHECKING:
    from core.grouping.grouping import Grouping
    from core.inference.classify import Model


def of(
    model: Model,
    item: tuple[str, str],
    grouping: Grouping | None,
    *,
    explain: bool,
    nearest: int,
    calibrated: bool,
) -> tuple[dict[str, Any], list[str]]:
    """Return what is added to the document of the answer to ``item``, and the lines that say it.

    Raises InputError where the nearest headlines are asked for and the dataset of the run is not here.
    """
    from core.inference.familiarity import familiarity, remarks

    text = text_from(*item)
    document: dict[str, Any] = {}
    lines: list[str] = []
    near, far = None, None
    if nearest:
        document["nearest"], far = _nearest(model, text, nearest)
        near = document["nearest"][0]["similarity"] if document["nearest"] else 0.0
        lines.append("training headlines most like it")
        lines.append(table(document["nearest"], ["similarity", "category", "row", "headline"]))
    if explain:
        from core.inference.changes import changes_of, sentences

        changes = changes_of(model, text, grouping, calibrated=calibrated)
        document["changes"] = changes.document()
        lines = [*sentences(changes), *lines]
    document["remarks"] = remarks(familiarity(model.classifier, text, near), far=far)
    return document, [*lines, *(f"note: {remark}" for remark in document["remarks"])]


def _nearest(model: Model, text: str, most: int) -> tuple[list[dict[str, Any]], float]:
    from core.data import datasets
    from core.inference import neighbours

    spec = model.run.spec
    dataset = datasets.by_fingerprint(spec.fingerprint)
    if dataset is None:
        raise InputError(
            f"dataset {shorten(spec.dataset)} of run {shorten(model.run.title)} is not here, so its headlines are not; "
            "import the same file, or leave out --nearest"
        )
    index = neighbours.index_of(spec, dataset)
    return neighbours.nearest(index, text, most).to_dict("records"), index.far
